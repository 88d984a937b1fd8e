"""Receipts in every dialect that is seen in the field, and the forms of their ids."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.session import RemoteProtocolError
from protocols.smpp import wire
from protocols.smpp.pdu import DataSm, DeliverSm
from protocols.smpp.receipt import Receipt, State, parse_receipt
from protocols.smpp.receipt_ids import keys
from protocols.smpp.tlv import Tag, Tlv

TEXT = b"id:1001 sub:001 dlvrd:001 submit date:2611241200 done date:2611241201 stat:DELIVRD err:000 text:Larm"


def receipt(text: bytes = TEXT, esm_class: int = 4, *tlvs: Tlv, **more: Any) -> Receipt:
    message = DeliverSm("Sjukhus", text, "46701740605", esm_class=esm_class, tlvs=tlvs, **more)
    found = parse_receipt(message)
    assert found is not None
    return found


def test_vector_receipts(vector: dict[str, Any]) -> None:
    """A vector's receipt is read as its label says; one without a label that is none is none."""
    try:
        body = wire.decode(bytes.fromhex(vector["hex"])).body
    except RemoteProtocolError:
        return
    if not isinstance(body, DeliverSm | DataSm):
        return
    found, told = parse_receipt(body), vector.get("receipt")
    if told is None:
        assert (found is not None) is (body.esm_class & 0x3C in (4, 8, 16, 32))
        return
    assert found is not None
    assert told["id"] in found.ids
    assert found.state.value == told["stat"]
    assert told.get("err") in (None, found.error)
    if "matches_resp" in told:
        assert found.keys & keys(told["matches_resp"])


@pytest.mark.parametrize(
    ("text", "ids", "state", "error"),
    [
        (b"id:7 submit date:1701240904 done date:1701240904 stat:DELIVRD err:000", ("7",), "DELIVRD", "000"),
        (b"ID:7 STAT:delivrd ERR:0 Text:", ("7",), "DELIVRD", "0"),
        (b"err:021b text:hej hej stat:EXPIRED id:7", ("7",), "EXPIRED", "021b"),
        (b"id:7 stat:UNDELIV err:nul text:id:9 stat:DELIVRD", ("7",), "UNDELIV", "nul"),
        (b"id:7 stat:FAILED err:-1", ("7",), "FAILED", "-1"),
        (b"id:7 stat:BUFFERD", ("7",), "BUFFRED", None),
        (b"id:7 stat:ACKED", ("7",), "ACKED", None),
        (b"id:7 stat:HMMM", ("7",), "UNKNOWN", None),
        (b"id:7 stat:DELIVERED", ("7",), "DELIVRD", None),
        (b"id: sub:001 stat:DELIVRD", (), "DELIVRD", None),
        (b"id: 7 stat: DELIVRD", ("7",), "DELIVRD", None),
        (b"id:f3a1b-2c-4d stat:DELIVRD", ("f3a1b-2c-4d",), "DELIVRD", None),
        (b"id:SAR-77-2-1 stat:DELIVRD", ("SAR-77-2-1",), "DELIVRD", None),
        (b"id:1234567890123456789012 stat:DELIVRD", ("1234567890123456789012",), "DELIVRD", None),
        (b"id:7 stat:DELIVRD text:\xe5\xff\x80", ("7",), "DELIVRD", None),
        (b"id:7 done date:180711070003912+ submit date:00000000 stat:DELIVRD\0", ("7",), "DELIVRD", None),
    ],
)
def test_text_dialects(text: bytes, ids: tuple[str, ...], state: str, error: str | None) -> None:
    """Keys are found in any order and case, missing or empty, and not in the echo if they stand before it."""
    found = receipt(text)
    assert (found.ids, found.state.value, found.error) == (ids, state, error)


@pytest.mark.parametrize("wide", ["utf-16-be", "utf-16-le", "utf-16"])
def test_ucs2_receipt(wide: str) -> None:
    """A receipt in UCS2 is read, in either octet order, whatever data_coding says."""
    for data_coding in (8, 0):
        found = receipt(TEXT.decode().encode(wide), data_coding=data_coding)
        assert (found.ids, found.state) == (("1001",), State.DELIVRD)


def test_ascii_under_data_coding_8() -> None:
    """ASCII text is read although data_coding was copied from a UCS2 message."""
    assert receipt(TEXT, data_coding=8).ids == ("1001",)


def test_tlv_state_wins_and_both_ids_are_kept() -> None:
    """message_state beats the text's stat; the TLV's id comes first and the text's is kept."""
    found = receipt(TEXT, 4, Tlv(Tag.RECEIPTED_MESSAGE_ID, b"3E9\0"), Tlv(Tag.MESSAGE_STATE, b"\x05"))
    assert (found.ids, found.state, found.delivered) == (("3E9", "1001"), State.UNDELIV, False)


def test_tlvs_alone() -> None:
    """A receipt without text is read; without message_state it is UNKNOWN and not final."""
    found = receipt(b"", 0, Tlv(Tag.RECEIPTED_MESSAGE_ID, b"1001"))
    assert (found.ids, found.state, found.final) == (("1001",), State.UNKNOWN, False)
    named = receipt(b"", 4, Tlv(Tag.RECEIPTED_MESSAGE_ID, b"1001"), Tlv(Tag.MESSAGE_STATE, b"\x02"))
    assert named.delivered


def test_text_in_payload_and_as_data_sm() -> None:
    """The text may stand in message_payload, of a deliver_sm or a data_sm."""
    payload = Tlv(Tag.MESSAGE_PAYLOAD, TEXT + b"\0")
    assert receipt(b"", 4, payload).ids == ("1001",)
    found = parse_receipt(DataSm("Sjukhus", "46701740605", esm_class=4, tlvs=(payload,)))
    assert found is not None
    assert found.ids == ("1001",)


def test_esm_class_0_and_header() -> None:
    """A receipt is known by its text under esm_class 0, and behind a header or a wrong UDHI bit."""
    assert receipt(TEXT, 0).delivered
    assert receipt(bytes.fromhex("050003010101") + TEXT, 0x44).ids == ("1001",)
    assert receipt(TEXT, 0x44).ids == ("1001",)


def test_intermediate() -> None:
    """An interim notice is not final, unless it says that the message was delivered."""
    assert not receipt(b"id:1 stat:ENROUTE", 0x20).final
    assert not receipt(b"id:1 stat:UNDELIV", 0x20).final
    assert receipt(b"id:1 stat:DELIVRD", 0x20).final
    assert receipt(b"", 0x20).state is State.ENROUTE


def test_broken_tail_does_not_lose_the_receipt() -> None:
    """A TLV that overruns the PDU, or a stray octet, leaves the receipt readable."""
    for tail in (b"\x00\x1e\x00\x09" + b"1001", b"\x04\x27\x00\x01\x02\xff", b"\x14\x03"):
        octets = wire.encode(DeliverSm("Sjukhus", TEXT, "46701740605", esm_class=4), 1) + tail
        frame = wire.decode(len(octets).to_bytes(4, "big") + octets[4:])
        assert frame.faults
        assert isinstance(frame.body, DeliverSm)
        found = parse_receipt(frame.body)
        assert found is not None
        assert "1001" in found.ids


def test_written_messages_are_no_receipts() -> None:
    """What a person writes is no receipt."""
    for text in (b"1", b"ok", b"id: vad menar du?", b"", b"statistik"):
        assert parse_receipt(DeliverSm("Sjukhus", text, "46701740605")) is None


@pytest.mark.parametrize(
    ("response", "receipted"),
    [
        ("39f99dd5", "0972660181"),
        ("6aad5", "0000436949"),
        ("436949", "6AAD5"),
        ("1001", "0001001"),
        ("0001001", "1001"),
        ("ABCdef", "abcDEF"),
        ("f3a1b2c4-0d", "f3a1b2c40d"),
        ("1234567890123456789012", "01234567890123456789012"),
        ("0x1f", "31"),
    ],
)
def test_same_id_in_other_forms(response: str, receipted: str) -> None:
    """Base, zeros, case and dashes may change between response and receipt."""
    assert keys(response) & keys(receipted)


@pytest.mark.parametrize(
    ("one", "other"), [("1001", "1002"), ("", ""), ("0", "1"), ("abc", "abd"), ("²", "2")]
)
def test_other_ids(one: str, other: str) -> None:
    """Different ids have no key in common, and an empty one has none."""
    assert not keys(one) & keys(other)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 255), st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary())))
def test_any_octets(text: bytes, esm_class: int, tlvs: list[tuple[int, bytes]]) -> None:
    """Nothing that a peer sends makes the reading raise."""
    named = [Tlv(tag, value) for tag, value in tlvs] + [Tlv(Tag.RECEIPTED_MESSAGE_ID, text)]
    found = parse_receipt(DeliverSm("1", text, "2", esm_class=esm_class, tlvs=tuple(named)))
    assert found is not None
    assert isinstance(found.keys, frozenset)
