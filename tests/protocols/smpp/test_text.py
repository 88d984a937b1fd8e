"""What a person reads in a message."""

from typing import Any

import pytest

from protocols.session import RemoteProtocolError
from protocols.smpp import wire
from protocols.smpp.pdu import DataSm, ShortMessage, SubmitSm
from protocols.smpp.text import decode_octets, read_text
from protocols.smpp.tlv import Tag, Tlv
from protocols.sms.segments import Part


def test_vector_texts(vector: dict[str, Any]) -> None:
    """The text of a vector is what its labels say, in the alphabet of its data_coding."""
    told = vector["decoded"]
    try:
        body = wire.decode(bytes.fromhex(vector["hex"])).body
    except RemoteProtocolError:
        return
    if not isinstance(body, ShortMessage) or "text" not in told or not body.short_message:
        return
    text = read_text(body).text
    if body.message != body.short_message or told.get("udh") == told["short_message"]:
        return
    if body.data_coding in (1, 2, 3, 4, 8, 0x18) or max(body.short_message) > 0x7F:
        assert text == told["text"].removeprefix("\ufeff")
    elif told["text_if_gsm0338"].isprintable():
        assert text == told["text_if_gsm0338"]


@pytest.mark.parametrize(
    ("octets", "coding", "text"),
    [
        (b"Larm \x0f{|", 0, "Larm åäö"),
        (b"Larm \xe5", 3, "Larm å"),
        (b"Larm \xe5", 0, "Larm å"),
        ("Larm å".encode("utf-16-be"), 0x18, "Larm å"),
        (b"LARM", 0xF0, "LARM"),
        (b"\x00a\x00", 8, "a\ufffd"),
        (b"Voce", 0xC8, "Voce"),
        (b"\xff\x00", 0xF4, "ÿ\0"),
    ],
)
def test_alphabets(octets: bytes, coding: int, text: str) -> None:
    """The coding groups choose the alphabet, and an odd octet of UCS2 breaks nothing."""
    assert decode_octets(octets, coding) == text


def test_headers_and_sar() -> None:
    """A part is known by its header or by its SAR parameters; a header that cannot be is text."""
    assert read_text(SubmitSm("1", bytes.fromhex("0500032a0201") + b"ett", esm_class=0x40)).part == Part(
        42, 2, 1
    )
    sar = (
        Tlv(Tag.SAR_MSG_REF_NUM, b"\0\7"),
        Tlv(Tag.SAR_TOTAL_SEGMENTS, b"\2"),
        Tlv(Tag.SAR_SEGMENT_SEQNUM, b"\1"),
    )
    assert read_text(DataSm("1", tlvs=(Tlv(Tag.MESSAGE_PAYLOAD, b"ett"), *sar))).part == Part(7, 2, 1)
    assert read_text(SubmitSm("1", b"x", esm_class=0x40)).text == "x"
    assert read_text(SubmitSm("1")).text == ""
