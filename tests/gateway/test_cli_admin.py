"""`bakjour admin` and `bakjour audit`, on a store that no gateway serves."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from gateway.accounts import passwords
from gateway.cli.main import app

PASSWORD = "correct horse battery\n"
ROSTER = """
[[area]]
id = "a"
name = "A"
[[unit]]
id = "u"
area = "a"
name = "U"
"""

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(1, 8, 1))
    config = tmp_path / "bakjour.toml"
    config.write_text("")
    monkeypatch.setenv("BAKJOUR_CONFIG", str(config))

    def invoke(*arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(app, list(arguments), input=stdin)

    return invoke


def accounts(run: Run) -> Any:
    return json.loads(run("admin", "list", "--json").stdout)


def test_the_first_account_makes_a_store(run: Run, tmp_path: Path) -> None:
    """In an empty folder: the password comes from stdin, and the account is IT's."""
    made = run("admin", "add", "AB12345", "--name", "Karin Ek", stdin=PASSWORD)
    assert made.exit_code == 0, made.output
    (account,) = accounts(run)
    assert (account["username"], account["name"], account["kind"]) == ("ab12345", "Karin Ek", "it")
    assert "correct horse" not in (tmp_path / "bakjour.db").read_bytes().decode("latin-1")
    assert run("admin", "add", "ab12345", stdin=PASSWORD).exit_code == 1


def test_a_unit_administrator(run: Run, tmp_path: Path) -> None:
    """His units are entered in the roster; one that is unknown is refused by name."""
    (tmp_path / "roster.toml").write_text(ROSTER)
    assert run("roster", "import", str(tmp_path / "roster.toml")).exit_code == 0
    assert run("admin", "add", "ke1", "--kind", "unit", "--unit", "u", stdin=PASSWORD).exit_code == 0
    (account,) = accounts(run)
    assert account["units"] == ["u"]
    refused = run("admin", "add", "ke2", "--kind", "unit", "--unit", "x", stdin=PASSWORD)
    assert refused.exit_code != 0
    assert "'x' is no unit" in refused.stderr
    assert run("admin", "add", "ke3", "--kind", "reader", "--unit", "u", stdin=PASSWORD).exit_code == 2


def test_what_the_register_says_of_an_administrator_stays(run: Run, tmp_path: Path) -> None:
    """A new account with a unit adds it to the person whom the register knows, and takes nothing away."""
    known = (
        '[[administrator]]\nusername = "KE1"\nname = "Karin Ek"\nemail = "karin.ek@example.org"\nunits = []\n'
    )
    (tmp_path / "roster.toml").write_text(ROSTER + known)
    assert run("roster", "import", str(tmp_path / "roster.toml")).exit_code == 0
    assert run("admin", "add", "ke1", "--kind", "unit", "--unit", "u", stdin=PASSWORD).exit_code == 0
    told = run("roster", "export").stdout
    assert told.count("[[administrator]]") == 1
    assert 'username = "KE1"' in told
    assert 'email = "karin.ek@example.org"' in told
    assert accounts(run)[0]["units"] == ["u"]


@pytest.mark.parametrize(("username", "password"), [("a b", PASSWORD), ("ab1", "short\n"), ("ab1", "")])
def test_bad_accounts(run: Run, username: str, password: str) -> None:
    """What is wrong is told, and nothing is made."""
    assert run("admin", "add", username, stdin=password).exit_code == 2
    assert run("admin", "list").stdout == ""


def test_disable_and_passwd(run: Run) -> None:
    """An account is closed and opened; an unknown one is told."""
    run("admin", "add", "ab1", stdin=PASSWORD)
    assert run("admin", "disable", "ab1").exit_code == 0
    assert accounts(run)[0]["disabled_at"] is not None
    assert run("admin", "enable", "AB1").exit_code == 0
    assert accounts(run)[0]["disabled_at"] is None
    assert run("admin", "passwd", "ab1", stdin="another horse battery\n").exit_code == 0
    assert run("admin", "disable", "nobody").exit_code == 1


def test_audit(run: Run, tmp_path: Path) -> None:
    """Everything above is in the record; a change of the file is found, with exit 1."""
    import sqlite3  # noqa: PLC0415

    run("admin", "add", "ab1", stdin=PASSWORD)
    run("key", "add", "monitor", "--scope", "read")
    rows = [json.loads(line) for line in run("audit", "show").stdout.splitlines()]
    assert [(row["action"], row["who"]) for row in rows] == [
        ("account.add", "console"),
        ("key.add", "console"),
    ]
    only = run("audit", "show", "--action", "key.add", "--format", "csv").stdout
    assert only.count("key monitor") == 1
    sound = run("audit", "verify")
    assert sound.exit_code == 0
    head = sound.stdout.strip().rpartition(" ")[2]
    assert run("audit", "verify", "--known", head).exit_code == 0
    assert run("audit", "verify", "--known", "x").exit_code == 2
    with sqlite3.connect(tmp_path / "bakjour.db") as store:
        store.execute("UPDATE audit SET who = 'eve' WHERE seq = 1")
    found = run("audit", "verify")
    assert found.exit_code == 1
    assert "row 1 was altered" in found.stderr


def test_a_csv_roster(run: Run, tmp_path: Path) -> None:
    """Exported and imported again it changes nothing."""
    (tmp_path / "roster.toml").write_text(ROSTER)
    run("roster", "import", str(tmp_path / "roster.toml"))
    (tmp_path / "roster.csv").write_text(run("roster", "export", "--format", "csv").stdout)
    again = run("roster", "import", str(tmp_path / "roster.csv"))
    assert (again.exit_code, again.stderr.strip()) == (0, "0 entries changed")
