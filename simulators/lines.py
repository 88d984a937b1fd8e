"""What a line does to the bytes it carries: nothing, or something bad on purpose.

A `Line` is one direction of one connection. It is told what was written and when, and says what arrives
and when; it moves nothing itself. `simulators.network` delivers by it, and a test may join two sessions
with nothing else.

Rules: seeded, so a failure repeats; byte order is kept over all calls; nothing arrives before it was
written; `carry(b"", now)` carries nothing.
"""

import random
from abc import ABC, abstractmethod

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
