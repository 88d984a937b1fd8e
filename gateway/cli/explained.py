"""What `decode` says of octets: fields in their order, faults and notes, whatever the protocol.

Rules: a value is whole and on one line. Text is shown as printable ASCII, any other octet as `\\xNN`, unless
a character set is asked for. Octets that are no text are shown as hex.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from protocols.espa444 import CHARSETS
from protocols.sms import gsm7, ucs2

Decode = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name, its value, and what the value means, if that is not the same."""

    name: str
    value: str
    meaning: str = ""


@dataclass(slots=True)
class Explained:
    """Everything that could be read, and what was wrong."""

    fields: list[Field] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, value: object, meaning: str = "") -> None:
        """One more field."""
        self.fields.append(Field(name, str(value), meaning))


def raw_ascii(octets: bytes) -> str:
    """Printable ASCII as it is, any other octet as `\\xNN`."""
    return "".join(chr(octet) if 0x20 <= octet < 0x7F else f"\\x{octet:02x}" for octet in octets)


def one_line(text: str) -> str:
    """Text of a character set, with what does not print made visible."""
    return "".join(sign if sign.isprintable() else _escaped(ord(sign)) for sign in text)


def _escaped(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def spaced(octets: bytes) -> str:
    """Octets as hex."""
    return octets.hex(" ")


TEXT_OF: dict[str, Decode] = {
    **{name: charset.decode for name, charset in CHARSETS.items()},
    "ascii": raw_ascii,
    "gsm7": gsm7.decode,
    "ucs2": ucs2.decode,
}
"""Every character set that can be asked for, with how octets become text."""


def text_of(octets: bytes, charset: str | None, default: Decode = raw_ascii) -> str:
    """Octets as text on one line, by the character set that was asked for."""
    return one_line((default if charset is None else TEXT_OF[charset])(octets))
