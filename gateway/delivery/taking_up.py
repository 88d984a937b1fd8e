"""Takes up what the store holds open when the gateway starts, most urgent first.

Rules: a slice a turn of the loop, so that new events are answered meanwhile; one stored alert's fault is not
another's, and an alert that cannot be read is tried again for as long as it takes.
"""

from collections.abc import Callable, Sequence

from twisted.internet.interfaces import IReactorTime

from gateway.ports import Alarms

RESTORE_SLICE = 200
"""Alerts taken up again in one turn of the loop at the start: some 10 ms, so that new events are answered."""

TAKE_UP_AGAIN = 5.0
"""Seconds until an alert that could not be taken up at the start is tried again."""


class TakingUp:
    """`take_up(number)` puts one alert back to work."""

    def __init__(self, clock: IReactorTime, alarms: Alarms, take_up: Callable[[int], None]) -> None:
        self._clock = clock
        self._alarms = alarms
        self._take_up = take_up
        self._stopped = False

    def stop(self) -> None:
        """Take up nothing more."""
        self._stopped = True

    def restore(self, open_alerts: Sequence[int]) -> None:
        """Take up these alerts, the first slice now."""
        if self._stopped:
            return
        for number in open_alerts[:RESTORE_SLICE]:
            try:
                self._take_up(number)
            except Exception as fault:
                self._alarms.tell(f"fault:{number}", f"alert {number} was not taken up: {fault!r}")
                self._clock.callLater(TAKE_UP_AGAIN, self.restore, [number])
        rest = open_alerts[RESTORE_SLICE:]
        if rest:
            self._clock.callLater(0, self.restore, rest)
