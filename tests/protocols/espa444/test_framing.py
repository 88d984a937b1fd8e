"""The byte layer."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.espa444 import Block, BlockFault, Record, decode, encode
from protocols.espa444.framing import Ack, BlockBad, BlockOk, Enq, Eot, Frame, Framer, Nak
from protocols.espa444.records import MAX_BLOCK

LARM = encode(Block("1", (Record("1", b"1009"), Record("2", b"Larm"), Record("6", b"1"))))


def feed(data: bytes, **options: Any) -> list[Frame]:
    return Framer(**options).feed(data, 0.0)


def test_vector_whole_bytewise_and_with_a_tail(good_vector: dict[str, Any]) -> None:
    """Every vector is one block, however it is cut, and what follows it is read too."""
    raw = bytes.fromhex(good_vector["hex"])
    expected = [BlockOk(decode(raw))]
    assert feed(raw) == expected
    framer = Framer()
    assert [f for at in range(len(raw)) for f in framer.feed(raw[at : at + 1], at * 0.1)] == expected
    assert feed(raw + b"\r\n\x04" + raw) == [*expected, Eot(), *expected]


def test_every_single_bit_error_is_rejected_or_harmless(good_vector: dict[str, Any]) -> None:
    """A vector with one flipped bit never comes out as another block."""
    raw = bytes.fromhex(good_vector["hex"])
    block = decode(raw)
    for at in range(len(raw)):
        for bit in range(8):
            damaged = bytearray(raw)
            damaged[at] ^= 1 << bit
            for options in ({}, {"mask7": True}):
                if options and max(raw) > 0x7F:
                    continue
                frames = feed(bytes(damaged), **options)
                assert all(f.block == block for f in frames if isinstance(f, BlockOk)), (at, bit)


def test_single_characters() -> None:
    """Control characters with and without what belongs before them; noise is dropped and counted."""
    framer = Framer()
    frames = framer.feed(b"\x04\x06\x152\x15x\x151\x052\x05\x05\r\n\x00\x7f\x16", 0.0)
    assert frames == [Eot(), Ack(), Nak(None), Nak("2"), Nak(None), Enq("1"), Enq("2")]
    assert framer.dropped == 7


def test_other_addresses_can_be_configured() -> None:
    """A line with letters for addresses is a matter of configuration."""
    assert feed(b"A\x05", addresses=b"AB") == [Enq("A")]
    assert feed(b"A\x05") == []


@pytest.mark.parametrize("bcc", [*range(0x20), 0x7F])
def test_check_character_may_be_any_control_character(bcc: int) -> None:
    """A block whose check character is a control character goes through, and so does what follows."""
    without = encode(Block("1", (Record("1", b"1009"), Record("2", b"Larm"))))[-1]
    tail = next(bytes((a, a ^ without ^ bcc)) for a in range(0x20, 0x7F) if 0x20 <= a ^ without ^ bcc < 0x7F)
    found = encode(Block("1", (Record("1", b"1009"), Record("2", b"Larm" + tail))))
    assert found[-1] == bcc
    assert feed(found + b"\x04") == [BlockOk(decode(found)), Eot()]


def test_mask7_reads_a_7_bit_line_through_an_8_bit_port() -> None:
    """V01 as it reads on a port set to 8N1, with the parity in bit 7."""
    raw = bytes.fromhex("81B182B19FB1B2331E359F331E369F33032D")
    assert feed(raw, mask7=True) == [BlockOk(decode(bytes.fromhex("0131 02311F3132331E351F331E361F33032D")))]
    assert not [f for f in feed(raw) if isinstance(f, BlockOk)]


def test_block_that_stops_is_given_up() -> None:
    """After T_block without a byte a block under way is bad, and the line is read anew."""
    framer = Framer()
    assert framer.feed(LARM[:9], 0.0) == []
    assert framer.deadline == 3.0
    assert framer.expire(2.9) == []
    [bad] = framer.expire(3.0)
    assert isinstance(bad, BlockBad)
    assert (bad.reason, bad.raw) == (BlockFault.TIMEOUT, LARM[:9])
    assert framer.deadline is None
    framer.feed(LARM[:9], 4.0)
    frames = framer.feed(LARM, 8.0)
    assert [type(f) for f in frames] == [BlockBad, BlockOk]


def test_soh_restarts_and_eot_abandons() -> None:
    """A second SOH begins anew; an EOT before ETX ends the block and counts as EOT."""
    assert feed(LARM[:6] + LARM) == [BlockOk(decode(LARM))]
    assert feed(LARM[:6] + b"\x04" + LARM) == [Eot(), BlockOk(decode(LARM))]


def test_address_waits_only_so_long() -> None:
    """A digit whose ENQ comes after T_char is noise."""
    framer = Framer()
    framer.feed(b"2", 0.0)
    assert framer.feed(b"\x05", 1.0) == [Enq("2")]
    framer.feed(b"2", 2.0)
    assert framer.feed(b"\x05", 3.1) == []


def test_endless_block_is_cut() -> None:
    """A block that never ends is bad at its limit and takes no more memory than that."""
    [bad] = feed(b"\x01" + b"A" * 511)
    assert isinstance(bad, BlockBad)
    assert (bad.reason, len(bad.raw)) == (BlockFault.TOO_LONG, MAX_BLOCK)


@settings(max_examples=50)
@given(st.lists(st.binary(max_size=80), max_size=20), st.integers(0, 2**16))
def test_blocks_are_found_among_garbage(garbage: list[bytes], seed: int) -> None:
    """Whatever comes between blocks, after an EOT and a rest each block is found, in any chunking."""
    chunks = random.Random(seed)
    framer, now, found = Framer(), 0.0, 0
    for noise in garbage:
        framer.feed(noise, now)
        framer.expire(now + 4)
        now += 5
        framer.feed(b"\x04", now)
        at = 0
        while at < len(LARM):
            step = chunks.randint(1, 7)
            found += sum(isinstance(f, BlockOk) for f in framer.feed(LARM[at : at + step], now))
            at += step
    assert found == len(garbage)
