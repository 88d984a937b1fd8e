"""Short lines to phones that are no pages: what became of an answer.

Rules: a line is not stored and not followed; it is tried again while its carrier fails for a while, and it is
dropped after `WORTH` seconds, for by then it would be read as news. Each carrier's lines are bounded.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.logs import get_logger
from gateway.ports import Carrier, FailureKind, Order

WORTH = 120.0
"""Seconds that a line about an answer is worth sending; who waits longer asks again."""

WAITING_MOST = 200
"""Lines that wait for one carrier: some minutes of a modem's work. The oldest makes way."""

TRIES = 5
PRIORITY = 2
"""As urgent as an ordinary page: somebody waits for it with the phone in his hand."""

AGAIN_AFTER = 2.0
"""Seconds before a line is tried again."""

log = get_logger("lines-back")


@dataclass(slots=True)
class _Line:
    number: str
    text: str
    until: float  # monotonic seconds
    due: float = 0.0
    tries: int = 0


class LinesBack:
    """The lines of all carriers. `attempts` numbers them like every other transmission."""

    def __init__(self, clock: Clock, attempts: Iterator[int]) -> None:
        self._clock = clock
        self._attempts = attempts
        self._waiting: dict[str, deque[_Line]] = {}
        self._under_way: dict[int, tuple[str, _Line]] = {}

    def put(self, carrier: str, number: str, text: str) -> None:
        """Queue a line; `send` gives it its turn."""
        waiting = self._waiting.setdefault(carrier, deque())
        if len(waiting) >= WAITING_MOST:
            waiting.popleft()
            log.warning("a line about an answer was dropped", line=carrier)
        waiting.append(_Line(number, text, self._clock.delays.seconds() + WORTH))

    def send(self, way: Carrier, slots: int) -> None:
        """Send what waits for a carrier into at most so many slots."""
        waiting = self._waiting.get(way.name)
        now = self._clock.delays.seconds()
        while waiting and slots > 0 and waiting[0].due <= now:
            line = waiting.popleft()
            left = line.until - now
            if left > 0:
                attempt = next(self._attempts)
                self._under_way[attempt] = (way.name, line)
                expires_at = self._clock.now() + round(left * 1000)
                way.send(Order(attempt, 0, 0, line.number, line.text, PRIORITY, expires_at))
                slots -= 1

    def taken(self, attempt: int) -> bool:
        """The carrier took it; False if it is no line of ours."""
        return self._under_way.pop(attempt, None) is not None

    def failed(self, attempt: int, kind: FailureKind) -> float | None:
        """It failed: seconds until `send` should be asked again; None if it is over, or none of ours."""
        carrier, line = self._under_way.pop(attempt, (None, None))
        if carrier is None or line is None:
            return None
        line.tries += 1
        for_a_while = kind in (FailureKind.TEMPORARY, FailureKind.DIVERT)
        if not for_a_while or line.tries >= TRIES:
            log.warning("a line about an answer failed", line=carrier, kind=kind.value)
            return None
        line.due = self._clock.delays.seconds() + AGAIN_AFTER
        self._waiting[carrier].appendleft(line)
        return AGAIN_AFTER
