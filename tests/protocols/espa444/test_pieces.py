"""One direction of a line, cut into pieces for people."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.espa444 import BlockFault, decode, encode
from protocols.espa444.calls import call_block
from protocols.espa444.framing import BlockBad, BlockOk, Framer
from protocols.espa444.pasted import bytes_of
from protocols.espa444.pieces import MAX_NOISE, Kind, Piece, Splitter, readable
from protocols.espa444.records import MAX_BLOCK

CALL = encode(call_block("20117", b"Larm"))


def pieces(data: bytes, **options: Any) -> list[Piece]:
    """Everything, in one read."""
    splitter = Splitter(**options)
    return [*splitter.feed(data), *splitter.flush()]


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        (b"1\x052\x05", [(Kind.ENQ, b"1\x05"), (Kind.ENQ, b"2\x05")]),
        (b"\x05", [(Kind.NOISE, b"\x05")]),
        (b"\x15" + b"2\x15", [(Kind.NAK, b"\x15"), (Kind.NAK, b"2\x15")]),
        (b"\r\n2\x05", [(Kind.NOISE, b"\r\n"), (Kind.ENQ, b"2\x05")]),
        (CALL + b"\x04", [(Kind.BLOCK, CALL), (Kind.EOT, b"\x04")]),
        (CALL[:5] + CALL, [(Kind.STUMP, CALL[:5]), (Kind.BLOCK, CALL)]),
        (CALL[:5] + b"\x04", [(Kind.STUMP, CALL[:5]), (Kind.EOT, b"\x04")]),
        (CALL[:5], [(Kind.STUMP, CALL[:5])]),
        (b"A" * (MAX_NOISE + 1), [(Kind.NOISE, b"A" * MAX_NOISE), (Kind.NOISE, b"A")]),
    ],
)
def test_pieces(data: bytes, kinds: list[tuple[Kind, bytes]]) -> None:
    """Link control with what belongs to it, blocks, stumps and noise."""
    assert [(piece.kind, piece.raw) for piece in pieces(data)] == kinds


@settings(max_examples=150)
@given(
    st.lists(st.one_of(st.sampled_from((CALL, b"\x04", b"1\x052\x05", b"\x06")), st.binary(max_size=60))),
    st.randoms(),
)
def test_no_byte_is_lost_and_chunks_do_not_matter(parts: list[bytes], chance: random.Random) -> None:
    """The pieces are the bytes, at their places, however they came."""
    data = b"".join(parts)
    whole = pieces(data)
    assert b"".join(piece.raw for piece in whole) == data
    assert all(data[piece.offset :].startswith(piece.raw) for piece in whole)
    splitter, at, cut = Splitter(), 0, []
    while at < len(data):
        step = chance.randint(1, 9)
        cut += splitter.feed(data[at : at + step])
        at += step
    assert [*cut, *splitter.flush()] == whole
    assert all(len(piece.raw) <= MAX_BLOCK + 1 for piece in whole)


@settings(max_examples=100)
@given(st.lists(st.one_of(st.sampled_from((CALL, CALL[:-1] + b"\x00", b"\x04")), st.binary(max_size=40))))
def test_people_see_the_blocks_that_a_station_sees(parts: list[bytes]) -> None:
    """The cuts are those of the byte layer: what it calls a block is one here."""
    data = b"".join(parts)
    frames = [frame for frame in Framer().feed(data, 0.0) if isinstance(frame, BlockOk | BlockBad)]
    judged = [frame.raw if isinstance(frame, BlockBad) else encode(frame.block) for frame in frames]
    blocks = [piece.raw for piece in pieces(data) if piece.kind is Kind.BLOCK]
    whole = [
        f for f in frames if isinstance(f, BlockOk) or f.reason in (BlockFault.BCC, BlockFault.STRUCTURE)
    ]
    assert len(blocks) == len(whole)
    assert [b for b in blocks if b in judged] == [j for j in judged if j in blocks]


@settings(max_examples=100)
@given(st.binary(max_size=80).filter(lambda data: data.strip(b" '\"|:`") == data))
def test_readable_is_read_back(data: bytes) -> None:
    """What a trace shows can be pasted into decode: no byte changes on the way."""
    text = readable(data)
    if "<" in text:
        assert bytes_of(text) == data


def test_check_character_is_shown_in_hex(good_vector: dict[str, Any]) -> None:
    """Whatever it is, it is no character of the text; and pasted it is the same block."""
    raw = bytes.fromhex(good_vector["hex"])
    text = readable(raw, block=True)
    assert text.endswith(f"<ETX><{raw[-1]:02X}>")
    assert bytes_of(text) == raw
    assert decode(raw)


def test_rest_ends_a_block() -> None:
    """A block that stood still is shown as it was, before what came later."""
    splitter = Splitter()
    assert splitter.feed(CALL[:8], 0.0) == []
    assert splitter.in_block
    later = splitter.feed(b"\x04", 4.0)
    assert [piece.kind for piece in later] == [Kind.STUMP, Kind.EOT]
