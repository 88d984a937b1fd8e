"""Blocks, records and the check character."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.espa444 import (
    BccMode,
    Block,
    BlockError,
    BlockFault,
    CallStatus,
    Priority,
    Record,
    call_block,
    decode,
    encode,
    reset_of,
    status_of,
    status_request,
    transmitter_failure,
)
from protocols.espa444.records import has_control
from protocols.session import LocalProtocolError

PRINTABLE = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
DATA = st.binary(max_size=40).filter(lambda data: not has_control(data))
BLOCKS = st.builds(
    Block,
    PRINTABLE,
    st.lists(st.builds(Record, PRINTABLE, DATA), min_size=1, max_size=8).map(tuple),
)


def test_vector_is_read_as_its_labels_say(good_vector: dict[str, Any]) -> None:
    """Header and records of every vector come out as the vector says."""
    block = decode(bytes.fromhex(good_vector["hex"]))
    assert block.header == good_vector["header"]
    assert [[r.id, r.data.decode("latin-1")] for r in block.records] == good_vector["records"]


def test_vector_is_written_byte_for_byte(good_vector: dict[str, Any]) -> None:
    """What a vector says, written, gives the vector's bytes."""
    raw = bytes.fromhex(good_vector["hex"])
    trailing = raw[-3] == 0x1E
    assert encode(decode(raw), trailing_rs=trailing) == raw


def test_faulty_vectors_are_refused(vector: dict[str, Any]) -> None:
    """A wrong check character is refused as such, a wrong structure under a right one as that."""
    raw = bytes.fromhex(vector["hex"])
    if not vector["bcc_valid"]:
        with pytest.raises(BlockError) as raised:
            decode(raw)
        assert raised.value.kind is BlockFault.BCC
    if vector["id"] == "V06":
        with pytest.raises(BlockError) as raised:
            decode(raw)
        assert raised.value.kind is BlockFault.STRUCTURE


def test_masked_bcc_is_taken_only_on_request(vector: dict[str, Any]) -> None:
    """C04, whose check character lost bit 7, is a block on a line that is configured for such senders."""
    if vector["id"] == "C04":
        block = decode(bytes.fromhex(vector["hex"]), accept_masked_bcc=True)
        assert encode(block, bcc=BccMode.MASK) == bytes.fromhex(vector["hex"])


@given(BLOCKS, st.booleans(), st.sampled_from(BccMode))
def test_round_trip(block: Block, trailing_rs: bool, bcc: BccMode) -> None:
    """Every block that can be written is read back equal."""
    raw = encode(block, trailing_rs=trailing_rs, bcc=bcc)
    assert decode(raw, accept_masked_bcc=bcc is BccMode.MASK) == block


def test_extra_cr_follows_the_check_character() -> None:
    """The optional carriage return stands outside the block."""
    block = Block("1", (Record("1", b"1"),))
    assert encode(block, extra_cr=True) == encode(block) + b"\r"


@pytest.mark.parametrize(
    "block",
    [
        Block("1", ()),
        Block("12", (Record("1", b"1"),)),
        Block("\x02", (Record("1", b"1"),)),
        Block("1", (Record("å", b"1"),)),
        Block("1", (Record("1", b"a\x1eb"),)),
        Block("1", (Record("1", b"a\x7f"),)),
        Block("1", (Record("1", b"a" * 600),)),
    ],
)
def test_what_cannot_stand_on_the_line_is_not_written(block: Block) -> None:
    """No record, a bad identifier, a control byte or too many bytes: an error and no bytes."""
    with pytest.raises(LocalProtocolError):
        encode(block)


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x01", b"\x01\x31\x02\x03", b"\x01\x31\x02\x03\x30", b"\x01\x31\x02\x31\x1f\x31\x1e\x1e\x03\x0f"],
)
def test_stumps_are_refused(raw: bytes) -> None:
    """Whatever is no block raises BlockError and nothing else."""
    with pytest.raises(BlockError):
        decode(raw)


def test_call_carries_its_records_in_order() -> None:
    """A call has address, text, beep, call type, transmissions and priority."""
    call = call_block("20117", b"Larm", priority=Priority.HIGH, beep=3, transmissions=2)
    assert [(r.id, r.data) for r in call.records] == [
        ("1", b"20117"), ("2", b"Larm"), ("3", b"3"), ("4", b"3"), ("5", b"2"), ("6", b"2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "text", "beep", "transmissions"),
    [("", b"x", 1, 1), ("1" * 17, b"x", 1, 1), ("å", b"x", 1, 1), ("1", b"x" * 129, 1, 1),
     ("1", b"x", 0, 1), ("1", b"x", 10, 1), ("1", b"x", 1, 0)],
)  # fmt: skip
def test_call_keeps_the_limits_of_clause_4_3(
    address: str, text: bytes, beep: int, transmissions: int
) -> None:
    """Lengths and reserved values are refused when the call is made, not on the line."""
    with pytest.raises(LocalProtocolError):
        call_block(address, text, beep=beep, transmissions=transmissions)


def test_status_and_reset_name_their_call() -> None:
    """Both repeat address, text and beep code; the reset is C05 for the call C01."""
    call = call_block("4211", b"HJARTSTOPP Sal 4", priority=Priority.EMERGENCY, transmissions=1)
    identity = (Record("1", b"4211"), Record("2", b"HJARTSTOPP Sal 4"), Record("3", b"1"))
    assert status_of(call, CallStatus.PAGED) == Block("2", (*identity, Record("7", b"3")))
    assert reset_of(call) == Block("1", (*identity, Record("4", b"1"), Record("6", b"1")))
    assert reset_of(Block("1", identity)) == Block("1", (*identity, Record("4", b"1")))
    assert status_request(call) == Block("3", call.records)
    assert transmitter_failure() == Block("2", (Record("8", b"1"),))
    assert call.value("6") == "1"
    assert call.value("8") is None
