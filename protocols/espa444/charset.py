"""What an installation does with å, ä and ö: the character sets of ESPA 4.4.4 lines (clause 2, IA5).

The specification knows only ISO 646; every country put its own letters there, and some 8-bit lines carry
Latin-1 or UTF-8. Rules: `encode` never fails and never lets a control byte through (00–1F, 7F: they would
break the block), what a set lacks is spelt with what it has, and lengths count after conversion.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_SPELT: Mapping[str, str] = {
    sign: spelt
    for signs, spelt in (
        *(
            ("–—‑−~‾", "-"),
            ("’‘´`^", "'"),
            ("“”«»", '"'),
            ("[{", "("),
            ("]}", ")"),
            ("\\|", "/"),
            ("•¤", "*"),
        ),
        *(("·", "."), ("…", "..."), ("→", "->"), ("€", "EUR"), ("£", "GBP"), ("$", "USD"), ("@", "(at)")),
        *(("§", "par."), ("°", "gr"), ("µ", "u"), ("½", "1/2"), ("ß", "ss"), ("þ", "th"), ("Þ", "Th")),
        *(
            ("æ", "ae"),
            ("Æ", "Ae"),
            ("ø", "oe"),
            ("Ø", "Oe"),
            ("ðđ", "d"),
            ("ÐĐ", "D"),
            ("ł", "l"),
            ("Ł", "L"),
        ),
    )
    for sign in signs
}
"""How a sign is spelt where the set has no place for it; tried before the accent is taken off."""

_ICAO: Mapping[str, str] = {
    "å": "aa",
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "Å": "Aa",
    "Ä": "Ae",
    "Ö": "Oe",
    "Ü": "Ue",
}
"""Transliteration of ICAO Doc 9303 part 3, table 6-A, which passports have made familiar."""

_NORDIC: Mapping[str, str] = {"æ": "ä", "Æ": "Ä", "ø": "ö", "Ø": "Ö"}
_DANISH: Mapping[str, str] = {"ä": "æ", "Ä": "Æ", "ö": "ø", "Ö": "Ø"}


def _seven_bit(letters: Mapping[int, str]) -> dict[str, int]:
    """ISO 646 with the national positions of `letters`; what they displace is not in the set."""
    national = {0x23, 0x24, 0x40, *range(0x5B, 0x5F), 0x60, *range(0x7B, 0x7F)}
    table = {chr(code): code for code in range(0x20, 0x7F) if code not in national}
    # '#' kept its ASCII place in every one of these sets; the dollar sign did not.
    return table | {"#": 0x23} | {letter: code for code, letter in letters.items()}


_SE7 = _seven_bit(dict(zip(b"\x24\x40[\\]^`{|}", "¤@ÄÖÅ^`äöå", strict=True)))
_DK7 = _seven_bit(dict(zip(b"\x24\x40[\\]^`{|}", "¤@ÆØÅ^`æøå", strict=True)))
_DE7 = _seven_bit(dict(zip(b"\x24\x40[\\]^`{|}~", "$§ÄÖÜ^`äöüß", strict=True)))
_ASCII = {chr(code): code for code in range(0x20, 0x7F)}
_LATIN_1 = _ASCII | {chr(code): code for code in range(0xA0, 0x100)}


@dataclass(frozen=True, slots=True)
class Charset:
    """One character set: `codes` from sign to byte, `prefer` the spellings tried before the common ones."""

    name: str
    codes: Mapping[str, int]
    prefer: Mapping[str, str]

    def encode(self, text: str) -> bytes:
        """Bytes of `text`, every one in 20–7E or 80–FF; what cannot be said at all becomes '?'."""
        text = unicodedata.normalize("NFC", text)
        return b"".join(self._sign(text, at) for at in range(len(text)))

    def decode(self, data: bytes) -> str:
        """Text of `data`; a byte that the set does not know becomes U+FFFD."""
        signs = {code: sign for sign, code in self.codes.items()}
        return "".join(signs.get(byte, "\ufffd") for byte in data)

    def length(self, text: str) -> int:
        """How many bytes `text` takes in a record."""
        return len(self.encode(text))

    def _sign(self, text: str, at: int) -> bytes:
        sign = text[at]
        if sign in self.codes:
            return bytes((self.codes[sign],))
        if unicodedata.category(sign) in ("Cc", "Zs", "Zl", "Zp"):
            return b" "
        spelt = self.prefer.get(sign) or _SPELT.get(sign)
        if spelt is None:
            base = unicodedata.normalize("NFKD", sign)
            spelt = "".join(part for part in base if not unicodedata.combining(part))
        neighbours = text[at + 1 : at + 2] + text[max(at - 1, 0) : at]
        if len(spelt) > 1 and sign.isupper() and neighbours.isupper():
            spelt = spelt.upper()
        codes = [self.codes.get(part) for part in spelt]
        # A sign whose spelling needs a sign that is missing too is not said by halves.
        return b"?" if None in codes or not codes else bytes(code for code in codes if code is not None)


class _Utf8(Charset):
    """UTF-8 on an 8-bit line: nothing is spelt otherwise, only control characters are taken out."""

    def encode(self, text: str) -> bytes:
        clean = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
        return clean.encode("utf-8", "replace")

    def decode(self, data: bytes) -> str:
        return data.decode("utf-8", "replace")


CHARSETS: Mapping[str, Charset] = {
    "se7": Charset("se7", _SE7, _NORDIC),
    "ascii-translit": Charset("ascii-translit", _ASCII, _ICAO),
    "latin-1": Charset("latin-1", _LATIN_1, {}),
    "utf-8": _Utf8("utf-8", {}, {}),
    "de7": Charset("de7", _DE7, {**_NORDIC}),
    "dk7": Charset("dk7", _DK7, _DANISH),
}
"""Every character set that a line may be configured for, by the name used in the configuration."""

EIGHT_BIT_CHARSETS = frozenset({"latin-1", "utf-8"})
"""Those that need an 8-bit line: `mask7` must be off."""
