"""The calls that a paging system has from us: who holds a slot, whose ACK was lost, who is to be asked about.

Rules: a call holds its slot until its block is acknowledged, or, where the site says that its system reports
5 or 6, until then, but never longer than `SLOT_MOST`. A status names its call by address, text and beep code.
What is kept is bounded; a call that is forgotten costs no more than a question about it.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from gateway.ports import Order
from protocols.espa444 import Block, RecordId

SLOT_MOST = 60.0
"""Seconds that a call may hold its slot: a system that never reports its end must not stop the line."""

CALLS_MOST = 1000
"""Calls that are kept; some five a second for the time in which people answer."""

FIRST_QUESTION = 2.0
"""Seconds from the link ACK to the first status request: the time on the air of a call or two."""
QUESTIONS = 5.0
"""Seconds between two requests about one call while an answer is likely."""
LIKELY = 60.0
"""Seconds in which it is: priority 1 goes on to the next receiver then."""
LATER_QUESTIONS = 15.0
"""Seconds between two requests after that, so that a hundred open calls leave room on the line."""


class Stage(Enum):
    """How far a call has come."""

    UNDER_WAY = "under way"
    TAKEN = "taken"  # the block was acknowledged
    DOUBTED = "doubted"  # nothing proves that it was or was not


@dataclass(slots=True)
class Call:
    """One attempt as the line knows it. Times are monotonic seconds, `expires_at` is UTC ms."""

    attempt: int
    page: tuple[int, int]  # alert and page
    block: Block
    expires_at: int
    begun: float
    stage: Stage = Stage.UNDER_WAY
    holds: bool = True
    taken: float = 0.0
    ask_at: float | None = None


class Calls:
    """Every call that a status may still be about. `until_end`: a slot is held until the call's end."""

    def __init__(self, *, until_end: bool, asks: bool) -> None:
        self._until_end = until_end
        self._asks = asks
        self._calls: OrderedDict[int, Call] = OrderedDict()

    def begin(self, order: Order, block: Block, now: float) -> None:
        """The block is handed to the line."""
        call = Call(order.attempt, (order.alert, order.page), block, order.expires_at, now)
        self._calls[order.attempt] = call
        if len(self._calls) > CALLS_MOST:
            self._calls.popitem(last=False)

    def get(self, attempt: int) -> Call | None:
        """The call of an attempt; None if it is over or forgotten."""
        return self._calls.get(attempt)

    def taken(self, attempt: int, now: float) -> None:
        """Its block was acknowledged."""
        call = self._calls.get(attempt)
        if call is None:
            return
        call.stage, call.taken = Stage.TAKEN, now
        call.holds = call.holds and self._until_end
        call.ask_at = now + FIRST_QUESTION if self._asks else None
        if not call.holds and not self._asks:
            self.end(attempt)

    def failed(self, attempt: int, maybe_shown: bool) -> None:
        """It was not; one that may have been shown is kept, for a status may still prove it."""
        call = self._calls.get(attempt)
        if call is not None and maybe_shown:
            call.stage, call.holds = Stage.DOUBTED, False
        else:
            self._calls.pop(attempt, None)

    def end(self, attempt: int) -> None:
        """Nothing more will be said of it, or nobody wants to know."""
        self._calls.pop(attempt, None)

    def about(self, status: Block) -> list[Call]:
        """The calls that a status block may be about: what it repeats of them is equal."""
        return [call for call in self._calls.values() if _repeats(status, call.block)]

    def holding(self, now: float) -> int:
        """How many hold a slot; those that have done so for too long do not any more."""
        return sum(1 for call in self._holders(now))

    def asked(self, call: Call, now: float) -> None:
        """A status request about it goes out."""
        pause = QUESTIONS if now - call.taken < LIKELY else LATER_QUESTIONS
        call.ask_at = now + pause

    def to_ask(self, now: float, wall: int) -> Call | None:
        """The call whose status request is due for the longest; expired ones are forgotten."""
        for call in [call for call in self._calls.values() if call.expires_at <= wall]:
            self.end(call.attempt)
        due = [call for call in self._calls.values() if call.ask_at is not None and call.ask_at <= now]
        return min(due, key=lambda call: call.ask_at or now, default=None)

    def next_time(self, now: float) -> float | None:
        """When a slot becomes free by time, or a request is due."""
        times = [call.begun + SLOT_MOST for call in self._holders(now)]
        times += [call.ask_at for call in self._calls.values() if call.ask_at is not None]
        return min(times, default=None)

    def _holders(self, now: float) -> Iterator[Call]:
        for call in self._calls.values():
            if call.holds and now - call.begun >= SLOT_MOST:
                call.holds = False
            if call.holds:
                yield call


def _repeats(status: Block, call: Block) -> bool:
    """Whether the records that name a call are equal, as far as the status has them; blanks at the end of a
    text are no difference, for systems drop them."""
    if status.get(RecordId.ADDRESS) != call.get(RecordId.ADDRESS):
        return False
    text, beep = status.get(RecordId.TEXT), status.get(RecordId.BEEP)
    same_text = text is None or text.rstrip(b" ") == (call.get(RecordId.TEXT) or b"").rstrip(b" ")
    return same_text and beep in (None, call.get(RecordId.BEEP))
