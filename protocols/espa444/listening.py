"""A line as an onlooker hears it: both directions, each piece with what it means at that place.

Rules: the same two bytes are a poll or a selection by what stood on the line before them (clause 3: a poll
always follows an EOT, a selection never does), so meaning needs both directions in the order of the line. An
onlooker sends nothing and knows nothing of the stations but what it hears. Memory is bounded by the two
splitters'. Never raises.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from protocols.capture import Direction
from protocols.espa444.diagnosis import Diagnosis, diagnose
from protocols.espa444.pieces import Kind, Piece, Splitter, readable
from protocols.espa444.records import Block, BlockError, decode
from protocols.espa444.words import NAKS, in_words

TextOf = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that was said: `at` in seconds as it was fed, `direction` None where nobody knows it."""

    at: float | None
    direction: Direction | None
    kind: Kind
    raw: bytes
    meaning: str
    block: Block | None = None
    diagnosis: Diagnosis | None = None
    """Of a block or stump; faults are in it."""
    idle: bool = False
    """A poll, or the answer to one that says that there is nothing."""

    @property
    def text(self) -> str:
        """The bytes as people read them."""
        return readable(self.raw, block=self.kind is Kind.BLOCK)

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with it, if anything is."""
        return self.diagnosis.faults if self.diagnosis is not None else ()


class _After(Enum):
    """What stood on the line last, as far as the next piece depends on it."""

    UNHEARD = auto()  # we have only just begun to listen
    NOTHING = auto()
    POLL = auto()
    SELECTION = auto()
    BLOCK = auto()
    OTHER = auto()


class _Before(NamedTuple):
    what: _After = _After.UNHEARD
    direction: Direction | None = None
    address: str | None = None


_EOTS = {
    _After.POLL: "nothing to tell",
    _After.SELECTION: "took the selection for a poll, or gives up",
    _After.BLOCK: "ends the transaction without an answer to the block",
}
_ACKS = {
    _After.SELECTION: "ready to receive",
    _After.BLOCK: "block received, no more than that",
    _After.POLL: "an ACK to a poll, which is none of the answers that clause 3 knows",
}


@dataclass(slots=True)
class Listener:
    """Hears one line. `text_of` gives display messages by the site's character set."""

    text_of: TextOf
    mask7: bool = False
    _splitters: dict[Direction | None, Splitter] = field(default_factory=dict)
    _before: _Before = field(default_factory=_Before)

    def feed(self, data: bytes, direction: Direction | None = None, at: float | None = None) -> list[Heard]:
        """What has been said with these bytes; what is not complete is held back."""
        splitter = self._splitters.get(direction)
        if splitter is None:
            splitter = self._splitters[direction] = Splitter(mask7=self.mask7)
        return [self._hear(piece, direction, at) for piece in splitter.feed(data, at)]

    def flush(self) -> list[Heard]:
        """What was held back: the line has ended."""
        return [
            self._hear(piece, direction, None)
            for direction, splitter in self._splitters.items()
            for piece in splitter.flush()
        ]

    def _hear(self, piece: Piece, direction: Direction | None, at: float | None) -> Heard:
        match piece.kind:
            case Kind.ENQ:
                return self._enq(piece, direction, at)
            case Kind.BLOCK:
                return self._block(piece, direction, at)
            case Kind.STUMP:
                self._now(_After.OTHER, direction)
                missing = "its check character" if piece.raw[-1:] == b"\x03" else "ETX and check character"
                fault = Diagnosis(0, (f"incomplete: {missing} missing",), ())
                return Heard(at, direction, piece.kind, piece.raw, "a block without its end", diagnosis=fault)
            case Kind.NOISE:
                return Heard(at, direction, piece.kind, piece.raw, "means nothing here")
            case _:
                return self._answer(piece, direction, at)

    def _enq(self, piece: Piece, direction: Direction | None, at: float | None) -> Heard:
        before, address = self._before, piece.prefix
        asked = before.what in (_After.POLL, _After.SELECTION) and before.address != address
        if not asked:
            again = " again: no answer" if before.what is _After.POLL else ""
            verb = "polls or selects" if before.what is _After.UNHEARD else "polls"
            words = f"{verb} station {address}{again}"
            self._now(_After.POLL, direction, address)
            return Heard(at, direction, piece.kind, piece.raw, words, idle=not again)
        turned = direction is not None and direction is not before.direction
        purpose = " to tell something" if turned else ""
        self._now(_After.SELECTION, direction, address)
        return Heard(at, direction, piece.kind, piece.raw, f"selects station {address}{purpose}")

    def _answer(self, piece: Piece, direction: Direction | None, at: float | None) -> Heard:
        before = self._before.what
        idle = piece.kind is Kind.EOT and before is _After.POLL
        if piece.kind is Kind.EOT:
            meaning = _EOTS.get(before, "the transaction ends")
        elif piece.kind is Kind.ACK:
            meaning = _ACKS.get(before, "an ACK, but nothing waited for one")
        else:
            reason = (
                "without a reason" if piece.prefix is None else NAKS.get(piece.prefix, "reason not known")
            )
            what = {_After.SELECTION: "the selection ", _After.BLOCK: "the block "}.get(before, "")
            meaning = f"refuses {what}({reason})"
        self._now(_After.NOTHING if piece.kind is Kind.EOT else _After.OTHER, direction)
        return Heard(at, direction, piece.kind, piece.raw, meaning, idle=idle)

    def _block(self, piece: Piece, direction: Direction | None, at: float | None) -> Heard:
        diagnosis = diagnose(piece.raw)
        self._now(_After.BLOCK, direction)
        try:
            block = decode(piece.raw, accept_masked_bcc=True)
        except BlockError:
            return Heard(at, direction, piece.kind, piece.raw, "a bad block", diagnosis=diagnosis)
        words = in_words(block, self.text_of)
        return Heard(at, direction, piece.kind, piece.raw, words, block, diagnosis)

    def _now(self, what: _After, direction: Direction | None, address: str | None = None) -> None:
        self._before = _Before(what, direction, address)
