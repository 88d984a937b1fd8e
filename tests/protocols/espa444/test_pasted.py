"""Logs as people paste them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.capture import Direction
from protocols.espa444.pasted import MAX_FAULTS, Pasted, bytes_of, read_pasted

SENT, RECEIVED = Direction.SENT, Direction.RECEIVED
BLOCK = bytes.fromhex("0131 0231 1F313233 1E351F33 1E361F33 03 2D")


@pytest.mark.parametrize(
    "text",
    [
        "01 31 02 31 1F 31 32 33 1E 35 1F 33 1E 36 1F 33 03 2D",
        "013102311F3132331E351F331E361F33032D",
        "0x01,0x31,0x02,0x31,0x1F,0x31,0x32,0x33,0x1E,0x35,0x1F,0x33,0x1E,0x36,0x1F,0x33,0x03,0x2D",
        "01-31-02-31-1f-31-32-33-1e-35-1f-33-1e-36-1f-33-03-2d",
        "01h 31h 02h 31h 1Fh 31h 32h 33h 1Eh 35h 1Fh 33h 1Eh 36h 1Fh 33h 03h 2Dh",
        "<SOH>1<STX>1<US>123<RS>5<US>3<RS>6<US>3<ETX>-",
        "<SOH>1<STX>1<US>123<RS>5<US>3<RS>6<US>3<ETX><2D>",
        "[SOH]1[STX]1[US]123[RS]5[US]3[RS]6[US]3[ETX]-",
        "{soh}1{stx}1{us}123{rs}5{us}3{rs}6{us}3{etx}-",
        "<01>1<02>1<1F>123<1E>5<1F>3<1E>6<1F>3<03>-",
        r"\x011\x021\x1f123\x1e5\x1f3\x1e6\x1f3\x03-",
        r"b'\x011\x021\x1f123\x1e5\x1f3\x1e6\x1f3\x03-'",
        "`01 31 02 31 1F` `31 32 33 1E 35 1F 33 1E 36 1F 33 03 2D`",
        "SOH 1 STX 1 US 1 2 3 RS 5 US 3 RS 6 US 3 ETX -",
    ],
)
def test_every_way_to_write_bytes(text: str) -> None:
    """V01 in each of the usual ways."""
    assert bytes_of(text) == BLOCK


@pytest.mark.parametrize(
    ("row", "direction", "data"),
    [
        ("2026-11-24 14:02:11.337 TX: 31 05 32 05", SENT, b"1\x052\x05"),
        ("2026-11-24T14:02:11,337Z RX 06", RECEIVED, b"\x06"),
        ("[14:02:11.337] -> 31 05", SENT, b"1\x05"),
        ("24.11.2026 14:02:11 <- 06", RECEIVED, b"\x06"),
        ("11/24/2026 2:02:11 PM SENT [ENQ]", SENT, b"\x05"),
        ("14:02:11:337 >>> 04", SENT, b"\x04"),
        ("14:02:11 <<< 04", RECEIVED, b"\x04"),
        ("14:02:11.1 C→ `31 05`", SENT, b"1\x05"),
        ("14:02:11.1 ←S 06", RECEIVED, b"\x06"),
        ("14:02:11.1 Recv: 1 ENQ", RECEIVED, b"1\x05"),
        ("14:02:11.5 Host -> Pager: 04", SENT, b"\x04"),
        ("0.015204 dect/1 < 06             # ready to receive", RECEIVED, b"\x06"),
        ("14:02:11 31 05", None, b"1\x05"),
    ],
)
def test_times_and_directions(row: str, direction: Direction | None, data: bytes) -> None:
    """The usual forms of a row."""
    (chunk,) = read_pasted(row).chunks
    assert (chunk.at, chunk.direction, chunk.data) == (0.0, direction, data)


@pytest.mark.parametrize("bcc", [":", "'", '"', "|", "`"])
def test_a_check_character_is_no_punctuation(bcc: str) -> None:
    """What stands behind ETX is read, however it looks."""
    assert bytes_of(f"<SOH>1<STX>1<US>2<ETX>{bcc}") == b"\x011\x021\x1f2\x03" + bcc.encode()


def test_several_directions_in_one_row() -> None:
    """L7 as it stands in a description."""
    pasted = read_pasted("C→ `31 05 32 05` ←S `32 15` C→ `04`")
    assert [(chunk.direction, chunk.data) for chunk in pasted.chunks] == [
        (SENT, b"1\x052\x05"),
        (RECEIVED, b"2\x15"),
        (SENT, b"\x04"),
    ]


def test_arrows_inside_a_text_are_text() -> None:
    """What stands between SOH and ETX is the block's."""
    pasted = read_pasted("-> <SOH>1<STX>1<US>2<RS>2<US>Sal 4 -> 5<ETX><10> <- <ACK>")
    assert [chunk.direction for chunk in pasted.chunks] == [SENT, RECEIVED]
    assert b"Sal 4 -> 5\x03\x10" in pasted.chunks[0].data


def test_hex_dump() -> None:
    """Offset and text column are left out."""
    rows = "0000  01 31 02 31 1f 31 32 33  1e 35 1f 33 1e 36 1f 33  .1.1.123.5.3.6.3\n0010  03 2d  .-"
    assert b"".join(chunk.data for chunk in read_pasted(rows).chunks) == BLOCK


def test_times_count_from_the_first_and_pass_midnight() -> None:
    """Differences are what a person looks for."""
    pasted = read_pasted("23:59:59.5 TX 04\n00:00:01 RX 06\n00:00:01.25 TX 04\n")
    assert [chunk.at for chunk in pasted.chunks] == [0.0, 1.5, 1.75]
    assert pasted.is_log


def test_what_cannot_be_read_is_told_with_its_row() -> None:
    """Nothing is guessed at; the rest is read."""
    pasted = read_pasted("# a remark\n\nhello world\nTX 04\n; another\nTX zz\n315\n")
    assert [chunk.row for chunk in pasted.chunks] == [4]
    assert [fault.split(":")[0] for fault in pasted.faults] == ["row 3", "row 6", "row 7"]
    assert len(read_pasted("a novel\n" * 100).faults) == MAX_FAULTS + 1


def test_our_captures_are_logs_too() -> None:
    """A file of `bakjour trace --write` can be pasted as it is."""
    text = (Path(__file__).parents[2] / "captures" / "dect-line.cap").read_text("utf-8")
    pasted = read_pasted(text)
    assert pasted.faults == ()
    assert len(pasted.chunks) == sum(not row.startswith("#") for row in text.splitlines())


@settings(max_examples=200)
@given(st.one_of(st.text(max_size=200), st.text("01AF <>-[]ENQSOHTX:.\n→←C", max_size=200)))
def test_nothing_raises(text: str) -> None:
    """Whatever is pasted."""
    assert isinstance(read_pasted(text), Pasted)


@pytest.mark.parametrize(
    "text",
    [
        "<" * 200_000,
        "<SOH>" * 50_000,
        "-> " * 100_000,
        " " * 300_000 + "x",
        "00 " * 33 + "x" * 300_000,
        "1:" * 100_000,
    ],
)
def test_no_paste_takes_long(text: str) -> None:
    """A row is read in a time that grows with its length alone."""
    assert isinstance(read_pasted(text), Pasted)
