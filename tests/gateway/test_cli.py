"""The command line: what it prints where, and how it ends."""

import contextlib
import json
import os
import pty
import re
import socket
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.main import get_command
from typer.testing import CliRunner

from gateway.cli.main import app
from gateway.config import load
from gateway.roster.sample import sample
from gateway.store.lock import StoreLock


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what `init` writes, and we stand in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BAKJOUR_CONFIG", raising=False)
    assert run("init").exit_code == 0
    return tmp_path


@pytest.fixture
def staffed(folder: Path) -> Path:
    """With the sample roster imported, for the day of the golden examples."""
    (folder / "roster.toml").write_text(sample(date(2026, 11, 24), 2), "utf-8")
    assert run("roster", "import", "roster.toml").exit_code == 0
    return folder


@pytest.fixture
def answering() -> Iterator[Any]:
    """A TCP source that gives the next event a fixed answer."""
    listening = socket.create_server(("127.0.0.1", 0))
    seen: list[dict[str, Any]] = []

    def give(answer: bytes) -> tuple[str, list[dict[str, Any]]]:
        def serve() -> None:
            connection, _ = listening.accept()
            with connection, connection.makefile("rb") as stream:
                seen.append(json.loads(stream.readline()))
                connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        return f"127.0.0.1:{listening.getsockname()[1]}", seen

    yield give
    listening.close()


def run(*arguments: str, stdin: str | None = None) -> Result:
    """One command."""
    return CliRunner().invoke(app, arguments, input=stdin)


def test_init_writes_what_check_accepts(folder: Path) -> None:
    """What `init` writes is valid, and is what the defaults say."""
    result = run("check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "no faults, 0 warning(s)" in result.stdout
    written, default = load(folder / "bakjour.toml", {}), (folder / "empty.toml")
    default.write_text("")
    assert written.criteria == load(default, {}).criteria


def test_init_overwrites_nothing(folder: Path) -> None:
    """A file that is there is left as it is, and the other is written."""
    (folder / "bakjour.toml").write_text("mine")
    (folder / "roster.toml").unlink()
    result = run("init")
    assert result.exit_code == 0
    assert "bakjour.toml exists" in result.stderr
    assert (folder / "bakjour.toml").read_text() == "mine"
    assert (folder / "roster.toml").exists()
    assert run("init").exit_code == 1


def test_check_tells_every_fault(folder: Path) -> None:
    """Five faults are five lines on stderr, and exit 2."""
    path = folder / "bakjour.toml"
    text = path.read_text("utf-8")
    for old, new in (
        ("Europe/Stockholm", "Europe/Nowhere"),
        ('charset = "se7"', 'charset = "se8"'),
        ("window = 10", "window = 0"),
        ('serves = "mobile"', 'serves = "phone"'),
        ("sms_case = true", "sms_kase = true"),
    ):
        text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")
    result = run("check")
    assert result.exit_code == 2
    assert result.stdout == ""
    *faults, count = result.stderr.splitlines()
    assert [fault.split(": ")[0] for fault in faults] == [
        "carrier[0].charset",
        "carrier[1].serves",
        "carrier[1].window",
        "gateway.timezone",
        "privacy.sms_kase",
    ]
    assert "5 fault(s)" in count


def test_check_looks_at_the_roster(staffed: Path) -> None:
    """With a store, `check` warns of people whom no carrier reaches."""
    path = staffed / "bakjour.toml"
    text = path.read_text("utf-8").replace('receivers = ["vaxel"]', 'receivers = ["nobody"]')
    path.write_text(text.replace('serves = "mobile"', 'serves = "extension"'), "utf-8")
    result = run("check")
    assert result.exit_code == 0
    assert "warning: alarms.receivers[0]: 'nobody' is not in the roster" in result.stderr
    assert "no carrier serves mobile" in result.stderr


def test_missing_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a configuration a command says how to come by one."""
    monkeypatch.chdir(tmp_path)
    result = run("alerts")
    assert result.exit_code == 2
    assert "bakjour init" in result.stderr


def test_config_from_environment(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """BAKJOUR_CONFIG names the configuration, and the store is found beside it."""
    monkeypatch.setenv("BAKJOUR_CONFIG", str(folder / "bakjour.toml"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert run("key", "add", "a", "--scope", "read").exit_code == 0
    assert (folder / "bakjour.db").exists()


def test_who(staffed: Path) -> None:
    """Somebody: exit 0, one line a receiver, and why."""
    result = run("who", "hc-andersberg", "nurse", "--at", "2026-11-24T12:00")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].split("\t")[:3] == ["1", "Anna Berg", "20117"]
    assert "why: The role is nurse." in result.stdout
    answer = json.loads(run("who", "hc-andersberg", "nurse", "--at", "2026-11-24T12:00", "--json").stdout)
    assert answer["receivers"][0]["receiver"] == "anna"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--priority", "1"], 1, "does not alert"),
        (["--priority", "7"], 2, "allowed: 1 to 5"),
        (["--kind", "dance"], 2, "allowed: triaged"),
        (["--at", "2026-10-25T02:30"], 2, "2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00"),
        (["--at", "1795518000"], 2, "is no time"),
        (["--priority", "x"], 2, "priority"),
    ],
)
def test_who_ends(staffed: Path, arguments: list[str], code: int, words: str) -> None:
    """Nobody ends with 1, a question that cannot be understood with 2."""
    result = run("who", "hc-andersberg", "doctor", *arguments)
    assert result.exit_code == code
    assert words in result.output


def test_without_a_store(folder: Path) -> None:
    """Looking makes no store; it says that there is none."""
    result = run("alerts")
    assert result.exit_code == 1
    assert "there is no store" in result.stderr
    assert not (folder / "bakjour.db").exists()


def test_locked_store(staffed: Path) -> None:
    """A store that another process holds is left alone."""
    with StoreLock(staffed / "bakjour.db"):
        result = run("alerts")
    assert result.exit_code == 1
    assert f"in use by process {os.getpid()}" in result.stderr


def test_lines_need_a_gateway(staffed: Path) -> None:
    """Lines are those of a running gateway."""
    result = run("lines")
    assert result.exit_code == 1
    assert "no gateway runs" in result.stderr


def test_keys(folder: Path) -> None:
    """A key is printed once and alone on stdout, into an empty store too."""
    result = run("key", "add", "clinic24", "--scope", "events")
    assert re.fullmatch(r"bakjour_\S{43}\n", result.stdout)
    assert run("key", "add", "clinic24", "--scope", "read").exit_code == 1
    assert run("key", "list").stdout.split("\t")[:2] == ["clinic24", "events"]
    assert run("key", "revoke", "clinic24").exit_code == 0
    assert run("key", "revoke", "clinic24").exit_code == 1
    assert run("key", "add", "x", "--scope", "all").exit_code == 2


def test_roster_round_trip(staffed: Path) -> None:
    """What is exported and imported from stdin again changes nothing."""
    exported = run("roster", "export")
    assert exported.exit_code == 0
    result = run("roster", "import", "-", "--replace", stdin=exported.stdout)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "0 entries changed" in result.stderr


def test_roster_faults(folder: Path) -> None:
    """Every fault of a roster is one line with its path, and exit 1."""
    (folder / "bad.toml").write_text('[[unit]]\nid = 3\nx = 1\n[[receiver]]\nid = "a"\n')
    result = run("roster", "import", "bad.toml")
    assert result.exit_code == 1
    assert sum(line.startswith(("unit[0]", "receiver[0]")) for line in result.stderr.splitlines()) >= 5


@pytest.mark.parametrize("name", ["none.toml", "roster.csv"])
def test_roster_files(folder: Path, name: str) -> None:
    """A file that cannot be taken is wrong use."""
    assert run("roster", "import", name).exit_code == 2


def test_replace_wants_yes(staffed: Path) -> None:
    """Deleting lists every deletion and wants --yes."""
    (staffed / "empty.toml").write_text("")
    result = run("roster", "import", "empty.toml", "--replace")
    assert result.exit_code == 1
    assert "remove area narsjukvard" in result.stderr
    assert run("who", "hc-andersberg", "nurse", "--at", "2026-11-24T12:00").exit_code == 0


@pytest.mark.parametrize(
    ("answer", "code", "shown"),
    [
        (b'{"source":"s","id":"i","status":"accepted","alert":"7"}\n', 0, "accepted alert 7"),
        (b'{"status":"duplicate","alert":"7","alert_status":"open"}\n', 0, "duplicate alert 7 (open)"),
        (b'{"status":"ignored"}\n', 0, "ignored"),
        (b'{"status":"retry"}\n', 1, "retry"),
        (
            b'{"status":"rejected","errors":[{"path":"data.unit","message":"unknown"}]}\n',
            1,
            "data.unit: unknown",
        ),
        (b"", 1, "without an answer"),
        (b"nonsense\n", 1, "gave no answer"),
    ],
)
def test_send(answering: Any, answer: bytes, code: int, shown: str) -> None:
    """An event goes out as Clinic24 would send it; its answer is printed, and decides the end."""
    target, seen = answering(answer)
    result = run("send", "hc-andersberg", "läkare", "--case", "A-1", "--id", "i", "--to", target)
    assert result.exit_code == code
    assert shown in result.output
    (event,) = seen
    assert event["type"] == "clinic24.visit.triaged"
    assert event["data"] == {"unit": "hc-andersberg", "profession": "läkare", "priority": 2, "case": "A-1"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--to", "nowhere"], "is no HOST:PORT"),
        (["--kind", "dance"], "allowed: triaged"),
        (["--to", "127.0.0.1:1"], "refused"),
    ],
)
def test_send_fails(arguments: list[str], words: str) -> None:
    """What cannot be sent is told on stderr."""
    result = run("send", "u", "nurse", *arguments)
    assert result.exit_code != 0
    assert words in result.stderr


def test_schema_and_version() -> None:
    """The configuration's schema is JSON, the version is a version."""
    assert json.loads(run("schema", "config").stdout)["title"] == "Config"
    assert re.match(r"\d+\.\d+", run("version").stdout)


def test_every_command_has_an_example() -> None:
    """Each command's help shows how it is called."""

    def commands(group: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from commands(command, (*path, name))
            else:
                yield (*path, name), command

    found = list(commands(get_command(app), ()))
    assert len(found) >= 15
    for path, command in found:
        assert f"bakjour {' '.join(path)}" in command.help, path


def test_tables_on_a_terminal(staffed: Path) -> None:
    """On a terminal the same comes as tables, and no instant is cut."""
    config = ["--config", str(staffed / "bakjour.toml")]
    command = ["who", "hc-andersberg", "nurse", "--at", "2026-11-24T12:00", *config]
    for arguments, words in (
        (command, ["receiver", "Anna Berg", "because"]),
        (["decode", "espa444", "31", "05"], ["field", "meaning", "polls or selects"]),
    ):
        shown = on_terminal(arguments)
        assert all(word in shown for word in words)
        assert "\t" not in shown


def on_terminal(arguments: list[str]) -> str:
    """What a command prints on a pseudo-terminal of its own."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal, contextlib.redirect_stdout(terminal):
        app(arguments, standalone_mode=False)
    shown = b""
    with contextlib.suppress(OSError), os.fdopen(ours, "rb", buffering=0) as reader:
        while chunk := reader.read(4096):
            shown += chunk
    return shown.decode()
