"""What a station with habits answers to a block that a correct one would take.

Rule: the bytes are judged as they came, for habits are about what stands on the line: an RS before ETX, a CR
behind the check character, a bit 7, a check character that looks like something else.
"""

from collections.abc import Iterator

from protocols.espa444 import Block, Header, RecordId
from protocols.espa444.pieces import Kind, Splitter
from protocols.espa444.records import ACK, CR, NAK, RS
from simulators.dect.faults import Faults

DAMAGED = b"1" + bytes((NAK,))
INVALID = b"3" + bytes((NAK,))
SILENCE = b""


class Judge:
    """Hears what one connection brings, and judges each block by `faults`."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._splitter = Splitter()
        self._heard = 0
        self._raw = b""
        self._behind = b""  # what stood behind the last block in its own read

    def hear(self, data: bytes) -> None:
        """Bytes as they came."""
        self._heard += len(data)
        for piece in self._splitter.feed(data):
            if piece.kind is Kind.BLOCK:
                self._raw = piece.raw
                left = self._heard - piece.offset - len(piece.raw)
                self._behind = data[len(data) - left :]

    def verdict(self, block: Block) -> bytes | None:
        """What the block that came last is answered with; None if it is taken in earnest."""
        return next(self._verdicts(block), None) if self._raw else self._faults.take_nak()

    def _verdicts(self, block: Block) -> Iterator[bytes]:
        faults, raw = self._faults, self._raw
        if faults.demand_cr and self._behind[:1] != bytes((CR,)):
            yield SILENCE
        if faults.refuse_8_bit and any(byte > 0x7F for byte in raw[:-1]):
            yield DAMAGED
        if raw[-1] in faults.broken_bcc:
            yield DAMAGED
        if faults.refuse_trailing_rs and raw[-3] == RS:
            yield INVALID
        if (block.value(RecordId.CALL_TYPE) or "-") in faults.refused_call_types:
            yield INVALID
        if faults.ignore_other_headers and block.header != Header.CALL:
            yield bytes((ACK,))
        if (nak := faults.take_nak()) is not None:
            yield nak
