"""How fast a carrier may send: the rate of a contract, and the pause after "too much".

A token bucket of one second's size: short bursts go out at once, the average holds. Time is monotonic.
"""

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

UNLIMITED = 1_000_000
"""What `free` says without a rate: more than any window."""


class Pace:
    """`freed()` is called when sending is allowed again after it was not."""

    def __init__(self, clock: IReactorTime, rate: float | None, freed: Callable[[], None]) -> None:
        self._clock = clock
        self._rate = rate
        self._freed = freed
        self._most = max(1.0, rate or 0.0)
        self._tokens = self._most
        self._filled = clock.seconds()
        self._paused_until = 0.0
        self._timer: IDelayedCall | None = None
        self._stopped = False

    def free(self) -> int:
        """How many messages may go now."""
        now = self._clock.seconds()
        if now < self._paused_until:
            self._wait(self._paused_until - now)
            return 0
        if self._rate is None:
            return UNLIMITED
        self._tokens = min(self._most, self._tokens + (now - self._filled) * self._rate)
        self._filled = now
        if self._tokens < 1.0:
            self._wait((1.0 - self._tokens) / self._rate)
        return int(self._tokens)

    def spend(self) -> None:
        """One message goes."""
        self._tokens -= 1.0

    def pause(self, seconds: float) -> None:
        """Send nothing for so long."""
        self._paused_until = self._clock.seconds() + seconds
        self._wait(seconds)

    def stop(self) -> None:
        """Call nobody any more."""
        self._stopped = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _wait(self, seconds: float) -> None:
        if not self._stopped and (self._timer is None or not self._timer.active()):
            self._timer = self._clock.callLater(seconds, self._freed)
