"""What one direction of a line carries, cut into pieces that mean something: for people, not for a station.

Rules: no byte is lost, and the pieces in their order are the bytes that came. The cuts are those of
`framing`: the byte after ETX is the check character whatever it is, an SOH begins anew, an EOT before ETX
ends a block. Memory is bounded by MAX_BLOCK. Never raises.
"""

from dataclasses import dataclass
from enum import StrEnum

from protocols.espa444.framing import T_BLOCK
from protocols.espa444.records import ACK, ENQ, EOT, ETX, MAX_BLOCK, NAK, SOH, US

MAX_NOISE = 64
"""Bytes of noise in one piece; a line at the wrong speed delivers nothing else, and people want to see it."""


class Kind(StrEnum):
    """What a piece is."""

    EOT = "EOT"
    ENQ = "ENQ"
    ACK = "ACK"
    NAK = "NAK"
    BLOCK = "block"  # SOH to check character; whether it is right is `diagnosis`'s matter
    STUMP = "stump"  # began as a block and was not ended
    NOISE = "noise"


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that belong together, as they came; `offset` counts from the first byte ever fed."""

    kind: Kind
    raw: bytes
    offset: int

    @property
    def prefix(self) -> str | None:
        """The address before an ENQ, or the error identifier before a NAK; None if there is none."""
        return chr(self.raw[0]) if self.kind in (Kind.ENQ, Kind.NAK) and len(self.raw) == 2 else None


_CONTROLS = {EOT: Kind.EOT, ACK: Kind.ACK, NAK: Kind.NAK, ENQ: Kind.ENQ}


def name_of(byte: int) -> str | None:
    """The name of a control character that ESPA 4.4.4 knows; None for any other byte."""
    return NAMES.get(byte)


NAMES = {
    0x00: "NUL",
    0x01: "SOH",
    0x02: "STX",
    0x03: "ETX",
    0x04: "EOT",
    0x05: "ENQ",
    0x06: "ACK",
    0x0A: "LF",
    0x0D: "CR",
    0x10: "DLE",
    0x11: "XON",
    0x13: "XOFF",
    0x15: "NAK",
    0x16: "SYN",
    0x17: "ETB",
    0x1B: "ESC",
    0x1C: "FS",
    0x1D: "GS",
    0x1E: "RS",
    0x1F: "US",
    0x7F: "DEL",
}
"""Control characters of clause 2, and those that people meet on such lines (ISO 646)."""


def readable(raw: bytes, *, block: bool = False) -> str:
    """Bytes as people and `decode` read them: `<SOH>1<STX>1<US>20117<ETX><3F>`.

    Of a whole `block` the check character is written in hex, for it is no character; so are `<` itself, and a
    blank that no text is around, which a reader would not see.
    """
    signs, text = [], False
    for at, byte in enumerate(raw):
        last = at == len(raw) - 1
        hidden = byte == ord(" ") and (last or not text)
        signs.append(f"<{byte:02X}>" if hidden or (block and last) else _sign(byte))
        text = byte == US or (text and byte != ETX)
    return "".join(signs)


def _sign(byte: int) -> str:
    if (name := NAMES.get(byte)) is not None:
        return f"<{name}>"
    return chr(byte) if 0x20 <= byte < 0x7F and byte != ord("<") else f"<{byte:02X}>"


class Splitter:
    """Cuts the bytes of one direction. `mask7` drops bit 7 first, as a station on a 7-bit line does."""

    def __init__(self, *, mask7: bool = False) -> None:
        self._mask = 0x7F if mask7 else 0xFF
        self._held = bytearray()
        self._kind = Kind.NOISE
        self._ends = False  # the next byte is the check character
        self._count = 0
        self._at: float | None = None
        self._found: list[Piece] = []

    @property
    def in_block(self) -> bool:
        """Whether a block has begun and not ended."""
        return self._kind is Kind.STUMP

    def feed(self, data: bytes, at: float | None = None) -> list[Piece]:
        """Pieces that end in `data`, which came at `at` seconds; a rest of T_BLOCK ends what was held."""
        found = self.flush() if self._rested(at) else []
        self._at = at
        for received in data:
            self._count += 1
            self._take(received & self._mask)
        return found + self._took()

    def flush(self) -> list[Piece]:
        """What is held, as a piece of its own: nothing more comes."""
        self._let_go()
        return self._took()

    def _rested(self, at: float | None) -> bool:
        return at is not None and self._at is not None and at - self._at > T_BLOCK

    def _take(self, byte: int) -> None:
        if self._kind is Kind.STUMP:
            self._inside(byte)
        elif byte == SOH:
            self._begin(byte)
        elif byte in _CONTROLS:
            self._control(byte)
        else:
            self._held.append(byte)
            if len(self._held) >= MAX_NOISE:
                self._let_go()

    def _control(self, byte: int) -> None:
        """An ENQ or NAK takes the sign before it along; an ENQ without one asks nobody, and is noise."""
        kind = _CONTROLS[byte]
        before = self._held[-1:]
        if kind in (Kind.ENQ, Kind.NAK) and before and 0x20 < before[0] < 0x7F:
            del self._held[-1:]
            self._let_go(after=2)
            self._put(kind, bytes((*before, byte)))
            return
        self._let_go(after=1)
        self._put(Kind.NOISE if kind is Kind.ENQ else kind, bytes((byte,)))

    def _inside(self, byte: int) -> None:
        if self._ends:
            self._held.append(byte)
            self._kind = Kind.BLOCK
            self._let_go()
        elif byte == SOH:
            self._begin(byte)
        elif byte == EOT:
            self._let_go(after=1)
            self._put(Kind.EOT, bytes((byte,)))
        else:
            self._held.append(byte)
            self._ends = byte == ETX
            if not self._ends and len(self._held) >= MAX_BLOCK:
                self._let_go()

    def _begin(self, byte: int) -> None:
        self._let_go(after=1)
        self._held.append(byte)
        self._kind = Kind.STUMP

    def _let_go(self, after: int = 0) -> None:
        """Put what is held; `after` bytes have come since."""
        if self._held:
            offset = self._count - after - len(self._held)
            self._found.append(Piece(self._kind, bytes(self._held), offset))
        self._held.clear()
        self._kind = Kind.NOISE
        self._ends = False

    def _put(self, kind: Kind, raw: bytes) -> None:
        self._found.append(Piece(kind, raw, self._count - len(raw)))

    def _took(self) -> list[Piece]:
        found, self._found = self._found, []
        return found
