"""The two clocks of the gateway, and what happens when they part.

`delays` is monotonic and drives every timer. `wall` is what the operating system believes the time to be; it
may be set forth and back. Stamps and stored deadlines are in UTC milliseconds of `now()`: the wall time read
once, carried on by the monotonic clock. When the wall clock has been set, `rebase` takes it over and says by
how much every stored deadline must move, so that what remained of it still remains.
"""

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime

DRIFT_LIMIT = 2_000
"""ms that the clocks may part before it is an alarm: more than any slewing does between two looks."""


class Clock:
    """Wall time that no step of the system's clock can move."""

    def __init__(self, delays: IReactorTime, wall: Callable[[], int]) -> None:
        self.delays = delays
        self._wall = wall
        self.stepped = 0  # ms; the sum of every step that `rebase` took over
        self._anchor_wall = 0
        self._anchor = 0.0
        self._take_anchor()

    def now(self) -> int:
        """UTC milliseconds; never steps except by `rebase`."""
        return self._anchor_wall + round((self.delays.seconds() - self._anchor) * 1000)

    def drift(self) -> int:
        """How far the system's clock is ahead of `now`, in ms."""
        return self._wall() - self.now()

    def rebase(self) -> int:
        """Take over the system's time; returns the step in ms (positive if it went forth)."""
        step = self.drift()
        self._take_anchor()
        self.stepped += step
        return step

    def _take_anchor(self) -> None:
        self._anchor_wall = self._wall()
        self._anchor = self.delays.seconds()
