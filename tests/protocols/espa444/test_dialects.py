"""Everything that a block can carry, the dialects' records included, and what the profiles are made of."""

import pytest

from protocols.espa444 import (
    DIALECTS,
    ERICSSON_HEADERS,
    MAX_TEXT,
    Block,
    CallType,
    Header,
    Record,
    RecordId,
    call_block,
    decode,
    encode,
    identity,
    reset_of,
    without_control_bcc,
)


@pytest.mark.parametrize("header", [*Header, *sorted(ERICSSON_HEADERS)])
@pytest.mark.parametrize("record", RecordId)
def test_every_header_carries_every_record(header: str, record: str) -> None:
    """Headers 1 to 5 and Ericsson's, records 1 to 8 and Ascom's: what is written is what is read."""
    block = Block(header, (Record("1", b"20117"), Record(record, b"71")))
    for trailing_rs in (False, True):
        assert decode(encode(block, trailing_rs=trailing_rs)) == block


@pytest.mark.parametrize("call_type", CallType)
def test_every_call_type(call_type: CallType) -> None:
    """Reset, speech and standard calls, and those that Ericsson and Ascom add."""
    block = decode(encode(call_block("20117", b"Larm", call_type=call_type)))
    assert block.value(RecordId.CALL_TYPE) == call_type


@pytest.mark.parametrize("trailing_rs", [False, True])
def test_a_control_bcc_is_avoided_by_one_blank(trailing_rs: bool) -> None:
    """A blank turns one bit of the check character over; a text of full length has no room for it."""
    changed = 0
    for number in range(200):
        block = call_block("20117", b"Larm %d" % number)
        better = without_control_bcc(block, trailing_rs=trailing_rs)
        check = encode(better, trailing_rs=trailing_rs)[-1]
        assert check >= 0x20
        assert check != 0x7F
        changed += better is not block
        assert identity(reset_of(better)) == identity(better)
    assert 0 < changed < 200
    full = [call_block("20117", b"%0128d" % number) for number in range(100)]
    assert all(without_control_bcc(block) is block for block in full)
    assert any(encode(block)[-1] < 0x20 for block in full)
    assert MAX_TEXT == 128


def test_each_profile_names_its_source_and_few_keys() -> None:
    """A profile is small, and somebody can look up where it comes from."""
    assert set(DIALECTS) == {"spec", "ascom", "digimat", "daks", "avaya"}
    for name, dialect in DIALECTS.items():
        assert 1 <= len(dialect.keys) <= 8, name
        assert len(dialect.source) > 20, name
