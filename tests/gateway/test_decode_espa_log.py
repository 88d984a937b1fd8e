"""`bakjour decode espa444` on pasted logs, and what it says of bad blocks."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from gateway.cli.explain_espa import explain_log
from gateway.cli.main import app
from protocols.espa444.pasted import read_pasted

LOG = """\
2026-11-24 14:02:11.337 C→ 31 05 32 05
2026-11-24 14:02:11.352 ←S 06
14:02:11.353 TX: <SOH>1<STX>1<US>20117<RS>2<US>V}rd 4 {r full<RS>3<US>2<RS>4<US>3<ETX><3F>
14:02:11.420 RX 31 15
a remark of somebody's
14:02:11.5 -> 04
"""


def run(text: str, *options: str) -> Any:
    """The command over a log, as without a terminal."""
    return CliRunner().invoke(app, ["decode", "espa444", "-", *options], input=text)


def test_log_with_times_and_arrows() -> None:
    """Each thing that was said stands with its time, its direction and what it meant there."""
    result = run(LOG)
    rows = result.stdout.splitlines()
    assert rows[:3] == [
        "14:02:11.337 →: 1<ENQ>\tpolls or selects station 1",
        "14:02:11.337 →: 2<ENQ>\tselects station 2",
        "14:02:11.352 ←: <ACK>\tready to receive",
    ]
    assert "14:02:11.420 ←: 1<NAK>\trefuses the block (transmission error)" in rows
    assert (
        "fault: row 3: bad BCC: check character 3f, 2d expected: byte 37 is 3f, the XOR of bytes 2 to 36 "
        "is 2d" in rows
    )
    assert 'note: row 5: no bytes could be read: "a remark of somebody\'s"' in rows
    assert result.exit_code == 1


def test_text_by_a_character_set() -> None:
    """In a log as in bytes."""
    assert "“Vård 4 är full”" in run(LOG.replace("<3F>", "<2D>"), "--charset", "se7").stdout


def test_good_log_is_exit_0() -> None:
    """A capture of ours, where the one damaged block is the DECT system's, is not; without it it is."""
    text = (Path(__file__).parents[1] / "captures" / "dect-line.cap").read_text("utf-8")
    assert run(text).exit_code == 1
    whole = "\n".join(row for row in text.splitlines() if "a bad block" not in row)
    result = run(whole)
    assert (result.exit_code, result.stdout.count("fault:")) == (0, 0)


def test_block_over_several_rows() -> None:
    """A monitor that writes each read in a row of its own is read all the same."""
    rows = (
        "14:00:00.1 RX 01 31 02 31 1F 31\n14:00:00.2 RX 32 33 1E 35 1F 33 1E 36\n14:00:00.3 RX 1F 33 03 2D\n"
    )
    result = run(rows)
    assert result.exit_code == 0
    assert result.stdout.count("call to pager: address 123") == 1


def test_log_that_breaks_off() -> None:
    """What was begun is shown as such."""
    result = run("14:00:00 RX 01 31 02 31")
    assert "end ←: <SOH>1<STX>1\ta block without its end" in result.stdout
    assert "fault: end: incomplete: ETX and check character missing" in result.stdout


def test_parity_in_bit_7() -> None:
    """A 7E line read as 8 bits is told and shown without it."""
    result = run("RX 81 B1 82 B1 9F B1 B2 33 1E 35 9F 33 1E 36 9F 33 03 2D")
    assert result.exit_code == 0
    assert "note: every octet has even parity in its bit 7" in result.stdout
    assert "address 123" in result.stdout


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        (
            "01 31 02 31 1D 31 32 33 1E 35 1F 33 1E 36 1F 33 03 2D",
            "byte 5 is 1d (GS) and would have to be 1f (US)",
        ),
        (
            "01 31 06 31 1F 31 32 33 1E 35 1F 33 1E 36 1F 33 03 29",
            "byte 3 is 06 (ACK), where STX (02) belongs",
        ),
        ("01 31 02 31 1F 31 32 33 1E 35 1F 33 1E 36 1F 33 03 2C", "the XOR of bytes 2 to 17 is 2d"),
        ("01 31 02 31 1F 31 32 33 1E 35 1F 33 1E 36 1F 33 03 33", "an RS before ETX was lost"),
    ],
)
def test_what_is_wrong_with_a_bad_block(digits: str, words: str) -> None:
    """Which byte, and which check character it would need."""
    result = CliRunner().invoke(app, ["decode", "espa444", digits])
    assert result.exit_code == 1
    assert words in result.stdout


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789ABCDEF <>-ETXSOHUQ:.\n→←RX", max_size=120))
def test_nothing_raises(text: str) -> None:
    """Whatever is pasted is explained on single lines."""
    for field in explain_log(read_pasted(text), None).fields:
        assert field.value.isprintable()
