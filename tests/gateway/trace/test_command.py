"""`bakjour trace`: captures shown, and a running gateway's wire."""

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway import asking, replies, requests
from gateway.cli.main import app
from protocols.capture import Direction, read_capture

SAMPLE = Path(__file__).parents[2] / "captures" / "dect-line.cap"
BIND = bytes.fromhex("00000024 00000009 00000000 00000001") + b"bakjour\0******\0\0\x34\x00\x00\0"
BEGUN = replies.TraceBegun(
    "2026-11-24T11:00:00.000Z",
    10.0,
    (
        replies.TracedLine("dect", "espa444", {"charset": "se7", "masks": "true"}),
        replies.TracedLine("sms", "smpp", {}),
        replies.TracedLine("tcp", "tcp", {}),
    ),
)


def run(*arguments: str) -> Any:
    """The command, as without a terminal."""
    return CliRunner().invoke(app, ["trace", *arguments])


def row(line: str, direction: Direction, data: bytes, seconds: float = 11.0) -> replies.TraceRow:
    """One row of a gateway."""
    return replies.TraceRow(line, 1, direction, "2026-11-24T11:00:01.000Z", seconds, data.hex())


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """What a running gateway says to whoever traces; asked for, the line is remembered last."""
    said: list[Any] = [BEGUN]
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["init"]).exit_code == 0

    def trace(path: Path, request: requests.Trace) -> Any:
        yield from said
        said.append(request)

    monkeypatch.setattr(asking, "trace", trace)
    return said


def test_a_capture_is_shown() -> None:
    """Every row, decoded, texts by the line's own character set; what is wrong is said in its place."""
    result = run("--read", str(SAMPLE))
    rows = result.stdout.splitlines()
    assert result.exit_code == 1 or result.exit_code == 0
    assert any("→ 1<ENQ>\tpolls station 1" in one for one in rows)
    assert any("HC Sätra A-1044" in one for one in rows)
    (bad,) = [one for one in rows if "a bad block" in one]
    assert "! bad BCC: check character 0a, 0b expected" in bad


def test_polls_are_left_out_in_pairs() -> None:
    """With --no-polls the idle line is silent, and every call and report stays."""
    result = run("--read", str(SAMPLE), "--no-polls")
    assert "nothing to tell" not in result.stdout
    assert result.stdout.count("ready to receive") == run("--read", str(SAMPLE)).stdout.count(
        "ready to receive"
    )
    assert result.stdout.count("selects station 1 to tell something") == 9
    assert result.stdout.count("polls station 2") == 9


def test_json() -> None:
    """One object a read or write, bytes as hex, and what they say."""
    first = json.loads(run("--read", str(SAMPLE), "--json").stdout.splitlines()[0])
    assert (first["line"], first["direction"], first["hex"]) == ("dect", "sent", "3205")
    assert first["said"][0]["meaning"] == "polls or selects station 2"


def test_live_lines_of_every_kind(gateway: list[Any]) -> None:
    """ESPA, SMPP and Clinic24; the password is not shown, numbers are."""
    gateway += [
        row("dect", Direction.SENT, b"1\x052\x05"),
        row("sms", Direction.SENT, BIND[:20]),
        row("sms", Direction.SENT, BIND[20:]),
        row("tcp", Direction.RECEIVED, '{"unit":"hc-sätra"}\n{"half'.encode()),
        7,
    ]
    result = run("--carrier", "dect")
    assert gateway[-1] == requests.Trace("dect")
    assert "11:00:01.000 dect → 2<ENQ>\tselects station 2" in result.stdout
    assert re.search(
        r"sms +→ bind_transceiver\tsequence_number 1, command_status ROK, system_id bakjour", result.stdout
    )
    assert '{"unit":"hc-sätra"}' in result.stdout
    assert "7 reads and writes were lost" in result.stderr
    assert result.exit_code == 1
    assert "the gateway ended the trace" in result.stderr


def test_write_makes_a_capture_of_ones_own(gateway: list[Any], tmp_path: Path) -> None:
    """What was seen, with times from the beginning; readable by its owner alone; never over another file."""
    gateway.append(row("dect", Direction.SENT, b"1\x052\x05", 11.25))
    run("--write", "a.cap")
    written = tmp_path / "a.cap"
    capture = read_capture(written.read_text("utf-8"))
    assert (capture.began, capture.rows[0].at, capture.rows[0].data) == (BEGUN.began, 1.25, b"1\x052\x05")
    assert capture.lines[0].settings == {"charset": "se7", "masks": "true"}
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    again = run("--write", "a.cap")
    assert again.exit_code == 2
    assert "exists" in again.stderr
    assert "selects station 2" in run("--read", "a.cap").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--read", "none.cap"], 2, "none.cap"),
        (["--read", "bakjour.toml"], 1, "row 1"),
        (["--read", str(SAMPLE), "--write", "x"], 2, "one of them"),
        (["--read", str(SAMPLE), "--carrier", "fax"], 2, "holds dect"),
        (["--charset", "klingon"], 2, "allowed: se7"),
    ],
)
def test_wrong_use(gateway: list[Any], arguments: list[str], code: int, words: str) -> None:
    """It is told on stderr, and nothing is shown."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr


def test_no_gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one, that is said, and what can be done without."""
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["init"]).exit_code == 0
    result = run()
    assert result.exit_code == 1
    assert "no gateway listens" in result.stderr
