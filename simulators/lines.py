"""What a line does to the bytes it carries: nothing, or something bad on purpose.

A `Line` is one direction of one connection. It is told what was written and when, and says what arrives
and when; it moves nothing itself, so a test may join two sessions with nothing else. A `Way` delivers by
it on a clock, for `simulators.network`.

Rules: seeded, so a failure repeats; byte order is kept over all calls; nothing arrives before it was
written; `carry(b"", now)` carries nothing.
"""

import random
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from twisted.internet.interfaces import IDelayedCall, IReactorTime

MAX_GAP_SECONDS = 0.005
"""Longest pause between two fragments: far below every protocol's timers, so that fragmenting alone
never looks like a silent peer."""

MAX_PIECES = 32
"""About how many pieces one write is split into; a 64 KiB line would else become thousands."""


class Line(ABC):
    """One direction of a connection."""

    delay: float = 0.0
    """Seconds that an end of file takes, which carries no bytes."""

    @abstractmethod
    def carry(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        """Return (arrival in seconds, bytes) for what was written at `now`, in order of arrival."""


class Plain(Line):
    """Everything arrives at once and whole."""

    def carry(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        return [(now, data)] if data else []


class Fragmenting(Line):
    """Every write arrives in pieces of random size with random pauses up to `max_gap` seconds."""

    def __init__(self, seed: int, max_gap: float = MAX_GAP_SECONDS) -> None:
        self._random = random.Random(seed)
        self._max_gap = max_gap
        self._last = 0.0

    def carry(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        pieces = []
        at = max(now, self._last)
        longest = max(8, 2 * len(data) // MAX_PIECES)
        start = 0
        while start < len(data):
            end = start + self._random.randint(1, longest)
            pieces.append((at, data[start:end]))
            at += self._random.uniform(0.0, self._max_gap)
            start = end
        if pieces:
            self._last = pieces[-1][0]
        return pieces


class Lossy(Line):
    """Each byte is lost with the probability `rate` (0.0–1.0), as on a serial line that overruns."""

    def __init__(self, seed: int, rate: float) -> None:
        self._random = random.Random(seed)
        self._rate = rate

    def carry(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        kept = bytes(byte for byte in data if self._random.random() >= self._rate)
        return [(now, kept)] if kept else []


class Late(Line):
    """Everything arrives whole, `seconds` later."""

    def __init__(self, seconds: float) -> None:
        self.delay = seconds

    def carry(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        return [(now + self.delay, data)] if data else []


class Garbling(Line):
    """In each byte one random bit is turned over with the probability `rate` (0.0–1.0)."""

    def __init__(self, seed: int, rate: float) -> None:
        self._random = random.Random(seed)
        self._rate = rate

    def carry(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        garbled = bytes(byte ^ self._flip() for byte in data)
        return [(now, garbled)] if garbled else []

    def _flip(self) -> int:
        return 1 << self._random.randrange(8) if self._random.random() < self._rate else 0


class Target(Protocol):
    """Whoever is at the end of a way."""

    def deliver(self, data: bytes) -> None:
        """Take bytes that arrived."""

    def deliver_eof(self) -> None:
        """Take the end of file: nothing more arrives."""


TargetT = TypeVar("TargetT", bound=Target)


class Way(Generic[TargetT]):
    """A line on a clock: a queue of what is under way to `target`, in order, and one timer for its head.

    An end of file is the empty chunk. While it is paused nothing is delivered and all is kept.
    """

    def __init__(self, clock: IReactorTime, line: Callable[[], Line]) -> None:
        self._clock = clock
        self._line = line
        self._queue: deque[tuple[float, bytes]] = deque()
        self._timer: IDelayedCall | None = None
        self.target: TargetT
        self.paused = False
        self.bytes_under_way = 0

    def carry(self, data: bytes) -> None:
        for at, piece in self._line().carry(data, self._clock.seconds()):
            self._put(at, piece)

    def carry_eof(self) -> None:
        self._put(self._clock.seconds() + self._line().delay, b"")

    def clear(self) -> None:
        self._queue.clear()
        self.bytes_under_way = 0
        self._stop()

    def pause(self) -> None:
        self.paused = True
        self._stop()

    def resume(self) -> None:
        self.paused = False
        self._arm()

    def _put(self, at: float, piece: bytes) -> None:
        # A line that was changed on the way may not let younger bytes overtake.
        self._queue.append((max(at, self._queue[-1][0]) if self._queue else at, piece))
        self.bytes_under_way += len(piece)
        self._arm()

    def _arm(self) -> None:
        if self._queue and self._timer is None and not self.paused:
            delay = max(0.0, self._queue[0][0] - self._clock.seconds())
            self._timer = self._clock.callLater(delay, self._deliver)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _deliver(self) -> None:
        self._timer = None
        _, piece = self._queue.popleft()
        self.bytes_under_way -= len(piece)
        self._arm()
        if piece:
            self.target.deliver(piece)
        else:
            self.target.deliver_eof()
