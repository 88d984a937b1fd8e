"""Technical alarms: what people must know about the gateway itself.

Rules: an alarm is told first (log, operators, listeners) and written down when the store can: the alarm that
the store is gone needs no store. The same key again while it stands only counts up. Operators are paged over
the gateway's own carriers, at most `PAGES_MOST` times in `PAGES_WITHIN`, so that one bad night does not bury
the one page that says what began it; an alarm about such a page pages nobody. What happened rather than
stands (`tell`) is cleared by itself when it has not happened again for `AGAIN_AFTER`.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from twisted.python.failure import Failure

from gateway.clock import Clock
from gateway.logs import get_logger
from gateway.ports import Writer
from gateway.routing.policy import HOUR, MINUTE
from gateway.store import alarm_log

STANDING_MOST = 1000
"""Alarms that stand at once in memory; the oldest make way, they stay in the store."""

PAGES_MOST = 6
PAGES_WITHIN = 10 * MINUTE
"""Operators' pages in a window of time: enough to tell several faults apart, few enough to be read."""

AGAIN_AFTER = 1 * HOUR
"""An alarm that is raised again and again pages the operators again after this long."""

log = get_logger("alarms")


class Operators(Protocol):
    """Who is paged about the gateway itself."""

    def page(self, key: str, text: str, *, last: bool) -> None:
        """Tell them; `last` if nothing more will be told for a while."""

    def mended(self, key: str) -> None:
        """It is over: take the page back where it was not read yet."""


@dataclass(slots=True)
class Standing:
    """One alarm that is not cleared. Times are UTC ms."""

    key: str
    text: str
    since: int
    count: int
    happened: bool  # rather than stands
    last_at: int
    paged_at: int | None = None


class AlarmBoard:
    """Implements `ports.Alarms`. `operators` pages people; it is joined later, for it needs the store too."""

    def __init__(self, clock: Clock, writer: Writer) -> None:
        self._clock = clock
        self._writer = writer
        self._standing: OrderedDict[str, Standing] = OrderedDict()
        self._paged: deque[int] = deque()
        self.operators: Operators | None = None
        self.raised = 0

    def standing(self) -> list[Standing]:
        """What is wrong now, the oldest first."""
        return list(self._standing.values())

    def take_up(self, left: Sequence[alarm_log.LoggedAlarm]) -> None:
        """The alarms that an earlier run left standing: cleared when mended, or when not raised again."""
        now = self._clock.now()
        for one in left[-STANDING_MOST:]:
            self._standing.setdefault(
                one.key, Standing(one.key, one.text, one.raised_at, one.count, happened=True, last_at=now)
            )

    def raise_alarm(self, key: str, text: str) -> None:
        """See `ports.Alarms`."""
        self._raise(key, text, happened=False)

    def tell(self, key: str, text: str) -> None:
        """See `ports.Alarms`."""
        self._raise(key, text, happened=True)

    def clear_alarm(self, key: str) -> None:
        """See `ports.Alarms`."""
        if self._standing.pop(key, None) is None:
            return
        log.info("alarm cleared", key=key)
        if self.operators is not None:
            self.operators.mended(key)
        self._write(alarm_log.clear_alarm, key, self._clock.now())

    def quiet_for(self, key: str) -> int | None:
        """How long ago, in ms, a standing alarm was raised the last time; None if it does not stand."""
        alarm = self._standing.get(key)
        return None if alarm is None else self._clock.now() - alarm.last_at

    def notice(self, key: str, text: str) -> None:
        """Something that people should come to know, without being paged for it."""
        log.warning("notice", key=key, text=text)
        now = self._clock.now()
        self._write(alarm_log.raise_alarm, key, text, now)
        self._write(alarm_log.clear_alarm, key, now)

    def sweep(self) -> None:
        """Clear what happened and did not happen again; to be called now and then."""
        before = self._clock.now() - AGAIN_AFTER
        for alarm in [one for one in self._standing.values() if one.happened and one.last_at < before]:
            self.clear_alarm(alarm.key)

    def _raise(self, key: str, text: str, *, happened: bool) -> None:
        now = self._clock.now()
        self.raised += 1
        alarm = self._standing.get(key)
        if alarm is None:
            alarm = self._standing[key] = Standing(key, text, now, 1, happened, now)
            if len(self._standing) > STANDING_MOST:
                self._standing.popitem(last=False)
            log.error("alarm", key=key, text=text)
        else:
            alarm.count += 1
            alarm.text, alarm.last_at, alarm.happened = text, now, happened
        self._write(alarm_log.raise_alarm, key, text, now)
        self._page(alarm, now)

    def _page(self, alarm: Standing, now: int) -> None:
        if self.operators is None:
            return
        if alarm.paged_at is not None and now - alarm.paged_at < AGAIN_AFTER:
            return
        while self._paged and now - self._paged[0] >= PAGES_WITHIN:
            self._paged.popleft()
        if len(self._paged) >= PAGES_MOST:
            return
        self._paged.append(now)
        alarm.paged_at = now
        self.operators.page(alarm.key, alarm.text, last=len(self._paged) == PAGES_MOST)

    def _write(self, work: Callable[..., object], *values: object) -> None:
        self._writer.run(work, *values).addErrback(self._not_written)

    def _not_written(self, failure: Failure) -> None:
        log.error("an alarm was not written down", reason=failure.getErrorMessage())
