"""What exactly is wrong with a block."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.espa444 import BlockError, decode, encode
from protocols.espa444.calls import call_block
from protocols.espa444.diagnosis import diagnose, parity_in_bit_7
from protocols.espa444.records import bcc_of

V01 = bytes.fromhex("01 31 02 31 1F 31 32 33 1E 35 1F 33 1E 36 1F 33 03 2D")


def changed(at: int, byte: int) -> bytes:
    """V01 with byte number `at`, counted from 1, replaced."""
    return V01[: at - 1] + bytes((byte,)) + V01[at:]


def test_a_good_block_has_no_fault(good_vector: dict[str, Any]) -> None:
    """Nothing is wrong with what a receiver takes."""
    raw = bytes.fromhex(good_vector["hex"])
    found = diagnose(raw)
    assert (found.needed, found.faults, found.notes) == (raw[-1], (), ())


@settings(max_examples=200)
@given(st.binary(min_size=3, max_size=60))
def test_faults_where_the_receiver_refuses(body: bytes) -> None:
    """A block is faulty here exactly where `decode` refuses it, and nothing raises."""
    raw = b"\x01" + body.replace(b"\x01", b"").replace(b"\x03", b"") + b"\x03" + bytes((bcc_of(body),))
    try:
        decode(raw)
        good = True
    except BlockError:
        good = False
    assert (diagnose(raw).faults == ()) == good


def test_every_single_byte_error_is_explained(good_vector: dict[str, Any]) -> None:
    """The needed check character is told, and where one byte is damaged it is among those that may be."""
    raw = bytes.fromhex(good_vector["hex"])
    for at in range(1, len(raw) - 2):
        damaged = raw[:at] + bytes((raw[at] ^ 0x02,)) + raw[at + 1 :]
        found = diagnose(damaged)
        assert f"{found.needed:02x} expected" in found.faults[0]
        named = [note for note in found.notes if note.startswith("if one byte was damaged, it is this")]
        assert all(f"byte {at + 1} is" in note for note in named)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (changed(5, 0x1D), "byte 5 is 1d (GS), where US (1f) belongs"),
        (
            changed(5, 0x1D),
            "if one byte was damaged, it is this: byte 5 is 1d (GS) and would have to be 1f (US)",
        ),
        (changed(3, 0x06), "byte 3 is 06 (ACK), where STX (02) belongs"),
        (changed(7, 0x0A), "byte 7 is 0a (LF), a control character inside record 1"),
        (changed(4, 0x1B), "byte 4 is 1b (ESC), where a record's identifier belongs"),
        (changed(2, 0x11), "byte 2 is 11 (XON), where the header belongs"),
        (changed(18, 0x2C), "byte 18 is 2c, the XOR of bytes 2 to 17 is 2d"),
        (changed(18, 0x2C), "the two differ in one bit (01)"),
        (changed(18, 0x2D ^ 0x01), "the sender counts the SOH"),
        (changed(18, 0x2D ^ 0x03), "the sender leaves out the ETX"),
        (changed(18, 0x2D ^ 0x1E), "an RS before ETX was lost"),
        (changed(18, 0x2D ^ 0x31 ^ 0x02), "it would be right if header and STX were not counted"),
        (changed(18, 0x2D ^ 0x31), "it would be right if the header were not counted"),
        (changed(18, 0x0D), "the check character itself may be lost"),
        (
            encode(call_block("123", b"x"), trailing_rs=True)[:-1]
            + bytes((encode(call_block("123", b"x"))[-1],)),
            "the sender does not count the RS before ETX",
        ),
        (bytes.fromhex("0131 02 31 20 31 03 03"), "bytes are lost or added, or several are damaged"),
        (b"\x01\x31\x02\x03" + bytes((0x31 ^ 0x02 ^ 0x03,)), "a record is empty"),
        (b"\x01\x31\x03" + bytes((0x31 ^ 0x03,)), "there are no records"),
    ],
)
def test_what_is_said(raw: bytes, words: str) -> None:
    """The byte is named by its number from SOH, its value, and what belongs there."""
    found = diagnose(raw)
    assert any(words in said for said in (*found.faults, *found.notes)), found


def test_right_check_character_over_a_wrong_structure() -> None:
    """V06: the manual's misprint is told as the sender's fault, not as damage."""
    raw = bytes.fromhex("01 31 02 20 31 1F 35 35 30 03")
    found = diagnose(raw + bytes((bcc_of(raw[1:]),)))
    assert found.faults[0].startswith("bad structure: byte 5 is 31 ('1'), where US (1f) belongs")
    assert "the check character is right all the same" in found.notes[0]


def test_masked_check_character(vector: dict[str, Any]) -> None:
    """C04 is what a sender that masks to 7 bits says."""
    if vector["id"] == "C04":
        notes = diagnose(bytes.fromhex(vector["hex"])).notes
        assert notes[0].startswith("the check character is right when masked to 7 bits")


@pytest.mark.parametrize(
    ("data", "is_parity"),
    [
        ("81 B1 82 B1 9F B1 B2 33 1E 35 9F 33 1E 36 9F 33 03 2D", True),
        ("B2 05 84", True),
        ("01 31 02 31 1F 31 32 33 1E 35 1F 33 1E 36 1F 33 03 2D", False),
        ("FF", False),
        ("C3 A5 04", False),
        ("04 06", False),
    ],
)
def test_parity_in_bit_7(data: str, is_parity: bool) -> None:
    """A 7E line behind an 8-bit port is known by its parity."""
    assert parity_in_bit_7(bytes.fromhex(data)) == is_parity
