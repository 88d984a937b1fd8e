"""How fast a carrier may send: below the rate of a contract, and the pause after "too much".

A token bucket: a short burst goes out at once, and burst and refill together stay within the contract's rate
in any second, so that the centre never has to say that it is too much. Time is monotonic.
"""

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

UNLIMITED = 1_000_000
"""What `free` says without a rate: more than any window."""


BURST_SHARE = 0.1
"""Of a second's messages that may go out at once."""

REFILL_SHARE = 0.95
"""Of the rate that refills at the most; less where the burst is more than one message."""

REFILL_LEAST = 0.5
"""Of the rate, where one page is more messages than a second has."""


class Pace:
    """`freed()` is called when sending is allowed again after it was not.

    `rate` is messages a second by the contract, None for none; `burst` is what must be able to go at once.
    """

    def __init__(
        self, clock: IReactorTime, rate: float | None, freed: Callable[[], None], burst: int = 1
    ) -> None:
        self._clock = clock
        self._freed = freed
        self._burst = float(burst)
        self._most = max(self._burst, BURST_SHARE * (rate or 0.0))
        self._rate = None if rate is None else _refill(rate, self._most)
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
        if self._tokens < self._burst:
            self._wait((self._burst - self._tokens) / self._rate)
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


def _refill(rate: float, burst: float) -> float:
    """A second in which the burst goes out too has at most `rate` messages: the next is never quite full."""
    return max(REFILL_LEAST * rate, min(REFILL_SHARE * rate, rate - burst + REFILL_SHARE))
