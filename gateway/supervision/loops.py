"""Long-lived loops that cannot die quietly.

Rule: a turn that raises is logged and alarmed, and the next turn comes all the same. (Twisted's LoopingCall
stops for good after one exception.)
"""

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from gateway.logs import get_logger
from gateway.ports import Alarms

log = get_logger("loops")


class Loop:
    """Calls `turn` every `interval` seconds from its start on, until it is stopped."""

    def __init__(
        self, name: str, interval: float, turn: Callable[[], None], clock: IReactorTime, alarms: Alarms
    ) -> None:
        self.name = name
        self.turned_at = 0.0
        self._interval = interval
        self._turn = turn
        self._clock = clock
        self._alarms = alarms
        self._timer: IDelayedCall | None = None
        self._failed = False

    def start(self) -> None:
        """Take the first turn now."""
        self._go()

    def stop(self) -> None:
        """Take no turn more."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _go(self) -> None:
        self.turned_at = self._clock.seconds()
        self._timer = self._clock.callLater(self._interval, self._go)
        try:
            self._turn()
        except Exception as fault:
            log.exception("a loop's turn failed", loop=self.name)
            self._failed = True
            self._alarms.raise_alarm(f"loop:{self.name}", f"{self.name} failed: {fault!r}")
        else:
            if self._failed:
                self._failed = False
                self._alarms.clear_alarm(f"loop:{self.name}")
