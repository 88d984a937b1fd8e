"""The framer's limits."""

from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.smpp.framing import LENGTH_MAX, Framer


def test_longest_pdu() -> None:
    """A PDU of the greatest length passes; one octet more ends the stream at its first four octets."""
    frame = LENGTH_MAX.to_bytes(4, "big") + bytes(LENGTH_MAX - 4)
    assert Framer().feed(frame) == [frame]
    over = Framer()
    assert over.feed((LENGTH_MAX + 1).to_bytes(4, "big")) == []
    assert over.fault is not None
    assert over.feed(frame) == []


def test_what_came_before_a_bad_length_is_given() -> None:
    """PDUs before the place where the stream breaks are not lost."""
    good = bytes.fromhex("00000010000000150000000000000001")
    framer = Framer()
    assert framer.feed(good + b"GET / HTTP/1.1\r\n\r\n") == [good]
    assert framer.fault is not None
    assert str(0x47455420) in framer.fault


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=20))
def test_memory_is_bounded(chunks: list[bytes]) -> None:
    """Whatever arrives, no more than one PDU is held."""
    framer = Framer()
    for chunk in chunks:
        framer.feed(chunk)
        assert framer.waiting <= LENGTH_MAX
