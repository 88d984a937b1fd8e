"""The radio of the paging system: what it pages, in which order, one at a time.

Rules: the queue goes by priority (ESPA record 6), then by arrival; what is on the air is not interrupted;
each transmission takes its time.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from protocols.espa444 import Block, CallStatus, Charset, RecordId

QUEUE_LIMIT = 100
"""Calls that wait for the transmitter; more are answered NAK 2."""
LOWEST_PRIORITY = 3
"""What a call without record 6 gets."""
DEFAULT_BEEPS = {1: 3, 2: 2, 3: 1}
"""Beep code by priority, for calls without record 3."""
MAX_TRANSMISSIONS = 9
"""A call that asks for more would hold the air for minutes."""


@dataclass(slots=True)
class Call:
    """One call in the system; `timer` runs while it is on the air or its handset is searched."""

    block: Block
    extension: str
    text: str
    priority: int
    beep: int
    transmissions: int
    status: CallStatus = CallStatus.IN_QUEUE
    timer: IDelayedCall | None = field(default=None, repr=False)

    def cancel(self) -> None:
        """Stop the timer."""
        if self.timer is not None and self.timer.active():
            self.timer.cancel()
        self.timer = None


def read_call(block: Block, extension: str, charset: Charset) -> Call:
    """The call in `block`, with what real systems take where a record is missing or reserved."""
    priority = _number(block.value(RecordId.PRIORITY), LOWEST_PRIORITY)
    return Call(
        block,
        extension,
        charset.decode(block.get(RecordId.TEXT) or b""),
        priority,
        _number(block.value(RecordId.BEEP), DEFAULT_BEEPS.get(priority, 1)),
        min(_number(block.value(RecordId.TRANSMISSIONS), 1), MAX_TRANSMISSIONS),
    )


def _number(text: str | None, default: int) -> int:
    """The value of a one-digit record; 0 is reserved, and whatever is no digit counts as missing."""
    if text is None or len(text) != 1 or text not in "123456789":
        return default
    return int(text)


class Transmitter:
    """Pages one call after the other and hands each to `done` when its air time is over."""

    def __init__(self, clock: IReactorTime, air_seconds: float, done: Callable[[Call], None]) -> None:
        self._clock = clock
        self._air_seconds = air_seconds
        self._done = done
        self._queue: list[tuple[int, int, Call]] = []
        self._order = count()
        self._on_air: Call | None = None

    @property
    def queued(self) -> int:
        """Calls that wait."""
        return len(self._queue)

    @property
    def full(self) -> bool:
        """Whether no more calls can wait."""
        return len(self._queue) >= QUEUE_LIMIT

    def put(self, call: Call) -> None:
        """Page `call` when its turn comes."""
        heapq.heappush(self._queue, (call.priority, next(self._order), call))
        self._next()

    def remove(self, wanted: Callable[[Call], bool]) -> int:
        """Take back what waits or is on the air and is `wanted`; how many there were."""
        before = len(self._queue)
        self._queue = [entry for entry in self._queue if not wanted(entry[2])]
        heapq.heapify(self._queue)
        removed = before - len(self._queue)
        if self._on_air is not None and wanted(self._on_air):
            self._on_air.cancel()
            self._on_air = None
            removed += 1
            self._next()
        return removed

    def stop(self) -> None:
        """Forget everything."""
        self.remove(lambda _: True)

    def _next(self) -> None:
        if self._on_air is None and self._queue:
            _, _, call = heapq.heappop(self._queue)
            self._on_air = call
            call.timer = self._clock.callLater(
                self._air_seconds * call.transmissions, self._transmitted, call
            )

    def _transmitted(self, call: Call) -> None:
        call.timer = None
        self._on_air = None
        self._done(call)
        self._next()
