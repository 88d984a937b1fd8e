"""The byte layer of ESPA 4.4.4: from bytes in any chunking to control characters and blocks.

Rules: the byte after ETX is the check character and is read blind, for it may be any control character;
only then are check and structure judged. Outside a block unknown bytes are dropped and counted. An EOT
inside a block, before ETX, ends it. A block is never longer than MAX_BLOCK, a pending address is one
byte, so memory is bounded whatever arrives.
"""

from dataclasses import dataclass
from enum import Enum, auto

from protocols.espa444.records import (
    ACK,
    ENQ,
    EOT,
    ETX,
    MAX_BLOCK,
    NAK,
    SOH,
    Block,
    BlockError,
    BlockFault,
    decode,
)

DEFAULT_ADDRESSES = b"0123456789"
"""Station addresses of clause 3.1; a NAK's prefix is read by the same rule."""
T_BLOCK = 3.0
"""Seconds between two bytes of a block before it is given up."""
T_CHAR = 1.0
"""Seconds that an address waits for its ENQ; less breaks a line of 300 baud and a slow network."""


@dataclass(frozen=True, slots=True)
class Eot:
    """04: control goes back to the control station, or nothing to send."""


@dataclass(frozen=True, slots=True)
class Ack:
    """06."""


@dataclass(frozen=True, slots=True)
class Nak:
    """15, with the error identifier before it if one came."""

    prefix: str | None


@dataclass(frozen=True, slots=True)
class Enq:
    """05 after an address: a poll or a selection."""

    address: str


@dataclass(frozen=True, slots=True)
class BlockOk:
    """A block whose check character and structure are right."""

    block: Block


@dataclass(frozen=True, slots=True)
class BlockBad:
    """Something that began as a block: why it is none, what was wrong in words, and its bytes."""

    reason: BlockFault
    message: str
    raw: bytes


Frame = Eot | Ack | Nak | Enq | BlockOk | BlockBad


class FramerState(Enum):
    """Where in the stream the next byte stands."""

    IDLE = auto()
    BLOCK = auto()
    BCC = auto()


class Framer:
    """Cuts a byte stream into frames.

    `mask7` drops the parity bit of a 7-bit line that is read as eight bits; `accept_masked_bcc` as in
    `records.decode`. `now` is monotonic seconds and never falls.
    """

    def __init__(
        self,
        *,
        addresses: bytes = DEFAULT_ADDRESSES,
        mask7: bool = False,
        accept_masked_bcc: bool = False,
        t_block: float = T_BLOCK,
        t_char: float = T_CHAR,
    ) -> None:
        self._addresses = addresses
        self._mask = 0x7F if mask7 else 0xFF
        self._accept_masked_bcc = accept_masked_bcc
        self._t_block = t_block
        self._t_char = t_char
        self._state = FramerState.IDLE
        self._buffer = bytearray()
        self._pending: tuple[int, float] | None = None
        self.deadline: float | None = None
        """When a block under way is given up; None outside a block."""
        self.dropped = 0
        """Bytes ignored so far, noise and half addresses."""

    def feed(self, data: bytes, now: float) -> list[Frame]:
        """Frames that end in `data`; a block that timed out before `now` comes first."""
        frames = self.expire(now) if self.deadline is not None and self.deadline < now else []
        for received in data:
            byte = received & self._mask
            if self._state is FramerState.IDLE:
                frame = self._control(byte, now)
            elif self._state is FramerState.BLOCK:
                frame = self._inside(byte)
            else:
                frame = self._check(byte)
            if frame is not None:
                frames.append(frame)
        self.deadline = None if self._state is FramerState.IDLE else now + self._t_block
        return frames

    def expire(self, now: float) -> list[Frame]:
        """The BlockBad of a block that has stood still until its deadline at `now`; otherwise nothing."""
        if self.deadline is None or now < self.deadline:
            return []
        return [self._give_up(BlockFault.TIMEOUT)]

    def _control(self, byte: int, now: float) -> Frame | None:
        pending = self._take_pending(now)
        if byte == EOT:
            return Eot()
        if byte == ACK:
            return Ack()
        if byte == NAK:
            return Nak(pending)
        if byte == ENQ and pending is not None:
            return Enq(pending)
        if byte == SOH:
            self._state = FramerState.BLOCK
            self._buffer = bytearray((SOH,))
        elif byte in self._addresses:
            self._pending = (byte, now)
        else:
            self.dropped += 1
        return None

    def _take_pending(self, now: float) -> str | None:
        if self._pending is None:
            return None
        (byte, at), self._pending = self._pending, None
        if now - at > self._t_char:
            self.dropped += 1
            return None
        return chr(byte)

    def _inside(self, byte: int) -> Frame | None:
        if byte == SOH:
            self._buffer = bytearray((SOH,))
            return None
        if byte == EOT:
            self._leave()
            return Eot()
        self._buffer.append(byte)
        if byte == ETX:
            self._state = FramerState.BCC
        elif len(self._buffer) >= MAX_BLOCK:
            return self._give_up(BlockFault.TOO_LONG)
        return None

    def _check(self, byte: int) -> Frame:
        self._buffer.append(byte)
        raw = bytes(self._buffer)
        self._leave()
        try:
            return BlockOk(decode(raw, accept_masked_bcc=self._accept_masked_bcc))
        except BlockError as fault:
            return BlockBad(fault.kind, str(fault), raw)

    def _give_up(self, kind: BlockFault) -> BlockBad:
        raw = bytes(self._buffer)
        self._leave()
        return BlockBad(kind, f"{kind.value} after {len(raw)} bytes", raw)

    def _leave(self) -> None:
        self._state = FramerState.IDLE
        self._buffer = bytearray()
        self._pending = None
        self.deadline = None
