"""The octets of a page's text for an SMS centre: alphabet, packing, parts.

Sources: 3GPP TS 23.038 and 23.040, SMPP 3.4 clauses 5.2.19 and 5.3.2. Rules: the centre's alphabet where it
has the text, UCS2 where it has not, and in the plainest form the alphabet with "?"; no part ends within an
escape or surrogate pair. The parts of one text have one reference, also when they are sent again, so that a
phone can join parts of two tries; another text has another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

from gateway.config import SmppCarrier as Settings
from protocols.session import LocalProtocolError
from protocols.smpp.tlv import Tag, Tlv
from protocols.sms import gsm7, segments, ucs2
from protocols.sms.segments import GSM7_CODING, UCS2_CODING, Segment

REFERENCE_BITS = {"udh8": 8, "udh16": 16, "sar": 8, "payload": 8}
"""Of the header by which parts are known; a centre that ties parts by SAR puts an 8-bit one of its own."""

FILLER = 0x0D
"""Fills seven spare bits at the end of packed septets, which would be read as "@" (23.038, 6.1.2.3.1)."""


@dataclass(frozen=True, slots=True)
class Part:
    """One submit_sm's share; `headed` if the octets begin with a user data header."""

    octets: bytes
    data_coding: int
    headed: bool = False
    tlvs: tuple[Tlv, ...] = ()


def parts(text: str, settings: Settings, *, plain: bool) -> list[Part]:
    """The text, cut where it does not fit into one message. Raises LocalProtocolError for too many parts."""
    near = gsm7.transliterate(text)
    if not plain and settings.plain_alphabet == "gsm" and gsm7.encodable(near):
        octets = gsm7.encode(near)
        if len(octets) <= segments.GSM7_LIMITS[0]:  # what nearly every page is
            return [Part(octets, settings.data_coding)]
    form = "udh8" if plain else settings.long_messages
    bits = REFERENCE_BITS[form]
    whole = _spelt(text) if plain else text
    coding = _coding(whole, settings, plain=plain)
    tied = crc32(whole.encode("utf-8", "replace")) & ((1 << bits) - 1)
    cut = segments.split(whole, tied, bits, coding)
    if len(cut) > settings.max_parts:
        raise LocalProtocolError(f"the text takes {len(cut)} messages, max_parts is {settings.max_parts}")
    if len(cut) == 1:
        return [_part(cut[0], settings, plain=plain)]
    if form == "payload":
        octets = b"".join(_octets(segment, settings, plain=plain, header=False) for segment in cut)
        return [Part(b"", _label(coding, settings, plain=plain), tlvs=(Tlv(Tag.MESSAGE_PAYLOAD, octets),))]
    if form == "sar":
        return [_by_sar(segment, tied, len(cut), number, settings) for number, segment in enumerate(cut, 1)]
    return [_part(segment, settings, plain=plain) for segment in cut]


def one_part(text: str, settings: Settings) -> tuple[int, bytes]:
    """data_coding and octets of what fits into one message; the rest is cut off and marked."""
    coding = _coding(text, settings, plain=False)
    if coding == UCS2_CODING:
        units = text
        while ucs2.units(units) > segments.UCS2_LIMITS[0]:
            units = units[:-1]
        return coding, ucs2.encode(units)
    (segment,) = segments.split(segments.cut(text, segments.GSM7_LIMITS[0]))
    return _label(coding, settings, plain=False), _octets(segment, settings, plain=False, header=False)


def measure_parts(settings: Settings) -> Callable[[str], int]:
    """How long a text is, in septets, where a page may take several parts: each counts as a whole one."""
    bits = REFERENCE_BITS[settings.long_messages]

    def measured(text: str) -> int:
        cut = segments.split(text, 0, bits, _coding(text, settings, plain=False))
        if len(cut) > 1:
            return len(cut) * segments.GSM7_LIMITS[bits]
        return (
            gsm7.septets(gsm7.transliterate(text))
            if cut[0].data_coding == GSM7_CODING
            else segments.GSM7_LIMITS[0]
        )

    return measured


def max_text(settings: Settings) -> int:
    """Septets of a page, in the measure of `measure_parts`."""
    if settings.max_parts == 1:
        return segments.GSM7_LIMITS[0]
    return settings.max_parts * segments.GSM7_LIMITS[REFERENCE_BITS[settings.long_messages]]


def _coding(text: str, settings: Settings, *, plain: bool) -> int:
    """GSM7_CODING for what the centre's alphabet has, whatever it is labelled, else UCS2_CODING."""
    coding = segments.coding(text)
    if coding == GSM7_CODING and not plain and settings.plain_alphabet == "latin-1":
        near = gsm7.transliterate(text)
        return GSM7_CODING if all(ord(letter) < 0x100 for letter in near) else UCS2_CODING
    return coding


def _spelt(text: str) -> str:
    near = gsm7.transliterate(text)
    return "".join(letter if gsm7.encodable(letter) else "?" for letter in near)


def _label(coding: int, settings: Settings, *, plain: bool) -> int:
    if coding == UCS2_CODING:
        return UCS2_CODING
    return GSM7_CODING if plain else settings.data_coding


def _part(segment: Segment, settings: Settings, *, plain: bool) -> Part:
    octets = _octets(segment, settings, plain=plain, header=True)
    return Part(octets, _label(segment.data_coding, settings, plain=plain), headed=bool(segment.header))


def _by_sar(segment: Segment, tied: int, total: int, number: int, settings: Settings) -> Part:
    """Parts tied by parameters (clauses 5.3.2.22 to 5.3.2.24); the centre makes the headers."""
    tlvs = (
        Tlv(Tag.SAR_MSG_REF_NUM, tied.to_bytes(2, "big")),
        Tlv(Tag.SAR_TOTAL_SEGMENTS, bytes([total])),
        Tlv(Tag.SAR_SEGMENT_SEQNUM, bytes([number])),
    )
    octets = _octets(segment, settings, plain=False, header=False)
    return Part(octets, _label(segment.data_coding, settings, plain=False), tlvs=tlvs)


def _octets(segment: Segment, settings: Settings, *, plain: bool, header: bool) -> bytes:
    head = segment.header if header else b""
    # What the site says of its alphabet holds for the plainest form too; what a label implies does not.
    alphabet = settings.alphabet or "gsm" if plain else settings.plain_alphabet
    if segment.data_coding == UCS2_CODING or alphabet == "gsm":
        return head + segment.octets
    if alphabet == "latin-1":
        return head + gsm7.decode(segment.octets).encode("latin-1", "replace")
    fill = -8 * len(head) % 7
    spare = -(7 * len(segment.octets) + fill) % 8
    septets = segment.octets + bytes([FILLER]) if spare == 7 else segment.octets
    return head + gsm7.pack(septets, fill)
