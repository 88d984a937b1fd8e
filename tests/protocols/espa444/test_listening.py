"""What is said on a line, heard by an onlooker."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.capture import Direction
from protocols.espa444 import encode
from protocols.espa444.calls import call_block, status_of
from protocols.espa444.listening import Listener
from protocols.espa444.records import CallStatus

SENT, RECEIVED = Direction.SENT, Direction.RECEIVED
CALL = call_block("20117", b"V}rd 4", beep=2)


def listener(**options: Any) -> Listener:
    """Shows texts as Latin-1."""
    return Listener(lambda data: data.decode("latin-1"), **options)


def meanings(*said: tuple[Direction | None, bytes]) -> list[str]:
    """What each piece means."""
    one = listener()
    heard = [piece for direction, data in said for piece in one.feed(data, direction)]
    return [piece.meaning for piece in [*heard, *one.flush()]]


def test_whole_call_l3() -> None:
    """L3: the line is taken, the station selected, the block taken, the session closed."""
    assert meanings(
        (SENT, b"1\x052\x05"), (RECEIVED, b"\x06"), (SENT, encode(CALL)), (RECEIVED, b"\x06"), (SENT, b"\x04")
    ) == [
        "polls or selects station 1",
        "selects station 2",
        "ready to receive",
        "call to pager: address 20117, “V}rd 4”, beep 2, type 3 (standard call), priority 3 (normal)",
        "block received, no more than that",
        "the transaction ends",
    ]


def test_report_l6() -> None:
    """L6: the same bytes mean a selection where the station answers a poll with them."""
    block = encode(status_of(CALL, CallStatus.ACKNOWLEDGED))
    assert meanings(
        (SENT, b"2\x05"),
        (RECEIVED, b"1\x05"),
        (SENT, b"\x06"),
        (RECEIVED, block),
        (SENT, b"\x06"),
        (RECEIVED, b"\x04"),
    )[1:4] == [
        "selects station 1 to tell something",
        "ready to receive",
        "status information: address 20117, “V}rd 4”, beep 2, status 6 (acknowledged by the called party)",
    ]


@pytest.mark.parametrize(
    ("said", "last"),
    [
        ([(SENT, b"2\x05"), (RECEIVED, b"\x04")], "nothing to tell"),
        ([(SENT, b"2\x05"), (SENT, b"2\x05")], "polls station 2 again: no answer"),
        ([(SENT, b"2\x05"), (SENT, b"\x042\x05")], "polls station 2"),
        ([(SENT, b"1\x052\x05"), (RECEIVED, b"\x04")], "took the selection for a poll, or gives up"),
        ([(SENT, b"1\x052\x05"), (RECEIVED, b"2\x15")], "refuses the selection (busy)"),
        ([(SENT, encode(CALL)), (RECEIVED, b"\x15")], "refuses the block (without a reason)"),
        ([(SENT, encode(CALL)), (RECEIVED, b"7\x15")], "refuses the block (reason not known)"),
        ([(SENT, encode(CALL)), (RECEIVED, b"\x04")], "ends the transaction without an answer to the block"),
        ([(RECEIVED, b"\x06")], "an ACK, but nothing waited for one"),
        ([(SENT, encode(CALL)[:-1] + b"\x00")], "a bad block"),
        ([(SENT, encode(CALL)[:9])], "a block without its end"),
        ([(None, b"1\x05"), (None, b"2\x05")], "selects station 2"),
        ([(RECEIVED, b"zz")], "means nothing here"),
    ],
)
def test_meaning_by_what_was_before(said: list[tuple[Direction | None, bytes]], last: str) -> None:
    """The same byte means another thing after a poll, a selection, a block."""
    assert meanings(*said)[-1] == last


def test_idle_line_is_marked() -> None:
    """Poll and EOT of an idle line can be left out by whoever shows it."""
    one = listener()
    assert [heard.idle for heard in [*one.feed(b"2\x05", SENT), *one.feed(b"\x04", RECEIVED)]] == [True, True]
    assert [heard.idle for heard in one.feed(b"1\x052\x05", SENT)] == [True, False]


def test_mask7() -> None:
    """A line with its parity in bit 7 is read as its stations read it."""
    raw = bytes.fromhex("81B182B19FB1B2331E359F331E369F33032D")
    (heard,) = listener(mask7=True).feed(raw, SENT)
    assert heard.faults == ()
    assert heard.meaning.startswith("call to pager: address 123")


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(st.sampled_from((SENT, RECEIVED, None)), st.binary(max_size=40), st.floats(0, 1e6)),
        max_size=20,
    )
)
def test_nothing_raises(said: list[tuple[Direction | None, bytes, float]]) -> None:
    """Whatever is heard is shown, on one line."""
    one = listener()
    heard = [piece for direction, data, at in said for piece in one.feed(data, direction, at)]
    assert all(piece.text.isprintable() and piece.text for piece in [*heard, *one.flush()])
