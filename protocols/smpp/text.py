"""What a person reads in a submit_sm, deliver_sm or data_sm: header apart, text by its data_coding.

Rule: reading never raises; the alphabet goes by the coding groups of 3GPP TS 23.038 and clause 5.2.19, never
by the low bits alone. 0 is "the SMS centre's default", which is GSM 03.38 unpacked at nearly all of them.
"""

from dataclasses import dataclass

from protocols.smpp.pdu import UDHI, DataSm, ShortMessage
from protocols.smpp.tlv import Tag, Tlv, find
from protocols.sms import gsm7, ucs2
from protocols.sms.segments import Part, part_of
from protocols.sms.tpdu import alphabet

_OCTETS = frozenset({1, 2, 3, 4})
"""IA5, octets, ISO 8859-1, octets: one character each."""


@dataclass(frozen=True, slots=True)
class Text:
    """`header` is the user data header, b"" if there is none; `part` is set if it is one of several."""

    header: bytes
    text: str
    part: Part | None


def read_text(message: ShortMessage | DataSm) -> Text:
    """The text of one message, and which part of a longer one it is, by header or SAR parameters."""
    octets = message.message
    header = b""
    if message.esm_class & UDHI and octets and octets[0] < len(octets):
        header, octets = octets[: 1 + octets[0]], octets[1 + octets[0] :]
    return Text(header, decode_octets(octets, message.data_coding), part_of(header) or _sar(message.tlvs))


def decode_octets(octets: bytes, data_coding: int) -> str:
    """Text of octets by data_coding; what cannot be read shows as U+FFFD."""
    if data_coding in _OCTETS:
        return octets.decode("latin-1")
    kind = alphabet(data_coding)
    if kind == "ucs2":
        return ucs2.decode(octets)
    # Octets above 7F are no septets: this centre's default alphabet is not the usual one.
    return gsm7.decode(octets) if kind == "gsm7" and octets.isascii() else octets.decode("latin-1")


def _sar(tlvs: tuple[Tlv, ...]) -> Part | None:
    tags = (Tag.SAR_MSG_REF_NUM, Tag.SAR_TOTAL_SEGMENTS, Tag.SAR_SEGMENT_SEQNUM)
    values = [find(tlvs, tag) for tag in tags]
    reference, total, number = (int.from_bytes(value or b"", "big") for value in values)
    return Part(reference, total, number) if 1 <= number <= total <= 0xFF else None
