"""Warns people of holes in the plan, before they begin and when they do.

Rules: as in `coverage_stages`. Holes that are due together are one page. What is told is noted in the
transaction that pages, so a restart neither repeats nor forgets; of more than can be noted at once the rest
follows, and a restart in between tells that again. Looking for holes takes seconds in a large region: it runs
where `run` puts it, after an edit and every `LOOK_AGAIN`. A look that fails is alarmed and taken again.
"""

import sqlite3
import uuid
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from gateway.alerts import technical_alert
from gateway.clock import Clock
from gateway.logs import get_logger
from gateway.model import Origin, Rung
from gateway.pager import Pager
from gateway.parts import parts
from gateway.ports import Alarms, StoreUnavailable, Writer
from gateway.roster.coverage import Hole
from gateway.roster.coverage_reading import holes_of_all
from gateway.roster.coverage_stages import Judged, Stage, forget, judge, note
from gateway.roster.reasons import ROLE
from gateway.roster.values import Receiver, Words
from gateway.roster.wall import local_time
from gateway.routing.ladder import Way, rung
from gateway.routing.policy import MINUTE

LOOK_AGAIN = 5 * MINUTE
"""The plan is read anew at least this often, so that holes come into the day ahead."""

NOTED_AT_ONCE = 500
"""Rows a job of the writer: some 5 ms, so that no alert waits longer for its commit than for another one."""

ALARM = "coverage"
REASON = Words("enligt [coverage] receivers", "by [coverage] receivers")

T = TypeVar("T")

log = get_logger("coverage")


class Run(Protocol):
    """Runs something slow in a thread, over a connection of its own."""

    def __call__(self, work: Callable[[sqlite3.Connection], T], /) -> Deferred[T]: ...


class CoverageGuard:
    """`people` gives whom to warn, `unit_name` what a unit is called, `revision` the roster's."""

    def __init__(
        self,
        clock: Clock,
        writer: Writer,
        alarms: Alarms,
        pager: Pager,
        ways: Sequence[Way],
        zone: ZoneInfo,
        language: str,
        run: Run,
        people: Callable[[], Sequence[Receiver]],
        unit_name: Callable[[str], str],
        revision: Callable[[], int],
    ) -> None:
        self._clock = clock
        self._writer = writer
        self._alarms = alarms
        self._pager = pager
        self._ways = ways
        self._zone = zone
        self._language = language
        self._run = run
        self._people = people
        self._unit_name = unit_name
        self._revision = revision
        self._holes: list[Hole] = []
        self._looked: tuple[int, int] | None = None  # revision and instant of the last look at the plan
        self._again: int | None = None  # UTC ms; when the next stage begins
        self._busy = False
        self._failed = False

    def look(self) -> None:
        """Read the plan where that is due, and tell what is due; to be called every few seconds."""
        now, revision = self._clock.now(), self._revision()
        stale = self._looked is None or self._looked[0] != revision or now - self._looked[1] >= LOOK_AGAIN
        due = self._again is not None and now >= self._again
        if self._busy or not (stale or due or self._failed):
            return
        self._busy = True
        Deferred.fromCoroutine(self._turn(stale, revision, now)).addErrback(self._not_looked)

    async def _turn(self, stale: bool, revision: int, now: int) -> None:
        try:
            if stale:
                within = Stage.DAY.value + LOOK_AGAIN
                self._holes = await self._run(lambda conn: holes_of_all(conn, now, within, self._zone))
                self._looked = (revision, now)
            holes = self._holes
            judged = await self._run(lambda conn: judge(conn, holes, now))
            await self._tell(judged, now)
            self._again = judged.again
            if self._failed:
                self._failed = False
                self._alarms.clear_alarm(ALARM)
        finally:
            self._busy = False

    def _not_looked(self, failure: Failure) -> None:
        """Nothing was noted as told that was not: it is tried again at the next look."""
        self._failed = True
        error = failure.value
        told = error if isinstance(error, sqlite3.Error | StoreUnavailable) else repr(error)
        self._alarms.raise_alarm(ALARM, f"holes in the plan are not told: {told}")

    async def _tell(self, judged: Judged, now: int) -> None:
        for places in parts(judged.closed, NOTED_AT_ONCE):
            await self._writer.run(forget, places)
        if not judged.rows:
            return
        first = judged.rows[:NOTED_AT_ONCE]
        rungs = self._rungs()
        if judged.count and any(one.routes for one in rungs):
            text = self._words(judged)
            log.warning("holes in the plan are told", count=judged.count, text=text)
            alert = technical_alert(text, uuid.uuid4().hex, rungs, now)
            await self._pager.page(alert, lambda conn, _: note(conn, first, now))
        else:
            await self._writer.run(note, first, now)
        for rows in parts(judged.rows[NOTED_AT_ONCE:], NOTED_AT_ONCE):
            await self._writer.run(note, rows, now)

    def _rungs(self) -> tuple[Rung, ...]:
        return tuple(rung(one, Origin.OPERATORS, REASON, self._ways) for one in self._people())

    def _words(self, judged: Judged) -> str:
        told = [self._one(hole) for hole in judged.named]
        more = judged.count - len(told)
        swedish = self._language == "sv"
        if more:
            told.append(f"och {more} till" if swedish else f"and {more} more")
        return f"{'Lucka i schemat' if swedish else 'Hole in the roster'}: {'; '.join(told)}"

    def _one(self, hole: Hole) -> str:
        role = ROLE[hole.role]
        begins = local_time(hole.start, self._zone)
        at = f"{begins:%H:%M} {begins.day}/{begins.month}"
        if self._language == "sv":
            return f"{self._unit_name(hole.unit)} utan {role.sv} från {at}"
        return f"{self._unit_name(hole.unit)} without a {role.en} from {at}"
