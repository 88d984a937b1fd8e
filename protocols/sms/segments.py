"""Cuts a text into the parts of a long message (3GPP TS 23.040 clause 9.2.3.24.1).

Rules: septets are counted, not characters; no part ends within an escape pair or a surrogate pair. A part
holds 160/153/152 septets or 70/67/66 UCS2 units: alone, with an 8-bit and with a 16-bit reference.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from protocols.session import LocalProtocolError
from protocols.sms import gsm7, ucs2

PARTS_MAX = 255
"""The part number has 8 bits."""

GSM7_LIMITS = {0: 160, 8: 153, 16: 152}
UCS2_LIMITS = {0: 70, 8: 67, 16: 66}
"""Units in one part, by the bits of the reference number; 0 is a message of one part."""

CUT_MARK = "..."
"""Shows that a text was cut; the alphabet has no ellipsis character."""

GSM7_CODING = 0x00
UCS2_CODING = 0x08
"""data_coding and TP-DCS of the two alphabets."""


_Alphabet = tuple[Callable[[str], int], Mapping[int, int], Callable[[str], bytes]]
_GSM7: _Alphabet = (gsm7.septets, GSM7_LIMITS, gsm7.encode)
_UCS2: _Alphabet = (ucs2.units, UCS2_LIMITS, ucs2.encode)


@dataclass(frozen=True, slots=True)
class Segment:
    """One part: `octets` are unpacked septets or UCS2, `header` the user data header, b"" if it is alone."""

    header: bytes
    octets: bytes
    data_coding: int


def coding(text: str) -> int:
    """GSM7_CODING if the alphabet has every character, transliterated where needed, else UCS2_CODING."""
    return GSM7_CODING if gsm7.encodable(gsm7.transliterate(text)) else UCS2_CODING


def split(
    text: str, reference: int = 0, reference_bits: int = 8, data_coding: int | None = None
) -> list[Segment]:
    """The parts of `text`, in order, with `reference` in their headers if there is more than one.

    `reference_bits` is 8 or 16; `data_coding` is `coding(text)`, or UCS2_CODING for a centre that lacks some
    of the alphabet. Raises LocalProtocolError for a reference that does not fit or a text that takes more
    than 255 parts.
    """
    if reference_bits not in (8, 16) or not 0 <= reference < 1 << reference_bits:
        raise LocalProtocolError(f"reference {reference} of {reference_bits} bits: allowed are 8 and 16 bits")
    if data_coding is None:
        data_coding = coding(text)
    cost, limits, encode = _UCS2
    if data_coding == GSM7_CODING:
        text = gsm7.transliterate(text)
        cost, limits, encode = _GSM7
    if cost(text) <= limits[0]:
        return [Segment(b"", encode(text), data_coding)]
    parts = list(_parts(text, limits[reference_bits], cost))
    if len(parts) > PARTS_MAX:
        raise LocalProtocolError(f"the text takes {len(parts)} parts, at most {PARTS_MAX} are allowed")
    return [
        Segment(concatenation(reference, len(parts), number, reference_bits), encode(part), data_coding)
        for number, part in enumerate(parts, 1)
    ]


def _parts(text: str, limit: int, cost: Callable[[str], int]) -> Iterator[str]:
    start, used = 0, 0
    for position, letter in enumerate(text):
        width = cost(letter)
        if used + width > limit:
            yield text[start:position]
            start, used = position, 0
        used += width
    yield text[start:]


def concatenation(reference: int, total: int, number: int, reference_bits: int = 8) -> bytes:
    """The user data header of part `number` of `total`, its length octet included."""
    if reference_bits == 8:
        return bytes([5, 0x00, 3, reference, total, number])
    return bytes([6, 0x08, 4, *reference.to_bytes(2, "big"), total, number])


@dataclass(frozen=True, slots=True)
class Part:
    """What a header says about a part: `number` counts from 1."""

    reference: int
    total: int
    number: int


def part_of(header: bytes) -> Part | None:
    """The concatenation element of a user data header, if it has a sound one."""
    position = 1
    while position + 2 <= len(header):
        element, length = header[position], header[position + 1]
        data = header[position + 2 : position + 2 + length]
        wide = element == 0x08
        if element in (0x00, 0x08) and len(data) == length == (4 if wide else 3):
            reference = int.from_bytes(data[: length - 2], "big")
            total, number = data[-2], data[-1]
            return Part(reference, total, number) if 1 <= number <= total else None
        position += 2 + length
    return None


def septets(text: str) -> int:
    """Septets that the text takes when sent, after transliteration; see `gsm7.septets`."""
    return gsm7.septets(gsm7.transliterate(text))


def cut(text: str, limit: int, mark: str = CUT_MARK) -> str:
    """The text if it takes at most `limit` septets, else its longest beginning with `mark` that does.

    The result is transliterated. Raises LocalProtocolError if not even the mark fits.
    """
    text = gsm7.transliterate(text)
    if gsm7.septets(text) <= limit:
        return text
    room = limit - gsm7.septets(mark)
    if room < 0:
        raise LocalProtocolError(f"{limit} septets have no room for the mark {mark!r}")
    used = 0
    for position, letter in enumerate(text):
        used += gsm7.septets(letter)
        if used > room:
            return text[:position].rstrip() + mark
    return text
