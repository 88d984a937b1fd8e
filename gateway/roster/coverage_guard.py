"""Warns people of holes in the plan, before they begin and when they do.

Rules: each hole is told at most once at each stage, in the transaction that pages, so a restart neither
repeats nor forgets. Who comes late to a hole (a start, an edit) is told its last stage alone. Holes that are
due together are one page. A hole that was closed and opens again is told again. Looking for holes takes
seconds in a large region: it runs where `run` puts it, after an edit and every `LOOK_AGAIN`.
"""

import sqlite3
import uuid
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from gateway.alerts import technical_alert
from gateway.clock import Clock
from gateway.logs import get_logger
from gateway.model import Origin, Rung
from gateway.pager import Pager
from gateway.ports import Writer
from gateway.roster.coverage import Hole
from gateway.roster.coverage_reading import holes_of_all
from gateway.roster.reasons import ROLE
from gateway.roster.values import Receiver, Words
from gateway.roster.wall import local_time
from gateway.routing.ladder import Way, rung
from gateway.routing.policy import HOUR, MINUTE

LOOK_AGAIN = 5 * MINUTE
"""The plan is read anew at least this often, so that holes come into the day ahead."""

TOLD_ONE_BY_ONE = 2
"""Holes that a page names; a message has little room, and the coverage view has them all."""

REASON = Words("enligt [coverage] receivers", "by [coverage] receivers")

WARNED = "SELECT unit, role, begins_at, stage FROM coverage_warning"
ADD_WARNING = """
INSERT INTO coverage_warning (unit, role, begins_at, stage, warned_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (unit, role, begins_at, stage) DO NOTHING
"""
FORGET = "DELETE FROM coverage_warning WHERE unit = ? AND role = ? AND begins_at = ?"

T = TypeVar("T")

log = get_logger("coverage")


class Stage(Enum):
    """How long before a hole begins it is told, in ms."""

    DAY = 24 * HOUR
    HOURS = 2 * HOUR
    QUARTER = 15 * MINUTE
    BEGUN = 0


Place = tuple[str, str, int]
Warned = tuple[str, str, int, str]


class Run(Protocol):
    """Runs something slow in a thread, over a connection of its own."""

    def __call__(self, work: Callable[[sqlite3.Connection], T], /) -> Deferred[T]: ...


class CoverageGuard:
    """`people` gives whom to warn, `unit_name` what a unit is called, `revision` the roster's."""

    def __init__(
        self,
        clock: Clock,
        writer: Writer,
        reader: sqlite3.Connection,
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
        self._reader = reader
        self._pager = pager
        self._ways = ways
        self._zone = zone
        self._language = language
        self._run = run
        self._people = people
        self._unit_name = unit_name
        self._revision = revision
        self._holes: list[Hole] = []
        self._looked: tuple[int, int] | None = None  # revision and instant of the last look
        self._reading = False
        self._warning = False

    def look(self) -> None:
        """Read the plan where that is due, and tell what is due; to be called every few seconds."""
        now, revision = self._clock.now(), self._revision()
        stale = self._looked is None or self._looked[0] != revision or now - self._looked[1] >= LOOK_AGAIN
        if self._reading or self._warning:
            return
        if not stale:
            self._tell(now)
            return
        self._reading = True
        work = self._run(lambda conn: holes_of_all(conn, now, Stage.DAY.value + LOOK_AGAIN, self._zone))
        work.addCallbacks(self._found, self._not_read, callbackArgs=(revision, now))

    def _found(self, holes: list[Hole], revision: int, now: int) -> None:
        self._reading = False
        self._holes = holes
        self._looked = (revision, now)
        self._tell(now)

    def _not_read(self, failure: Failure) -> None:
        self._reading = False
        log.error("the plan could not be read", reason=failure.getErrorMessage())

    def _tell(self, now: int) -> None:
        warned: set[Warned] = set(self._reader.execute(WARNED).fetchall())
        self._forget_closed(warned, now)
        due: list[tuple[Hole, Stage]] = []
        rows: list[Warned] = []
        for hole in self._holes:
            if hole.end <= now:
                continue
            stages = [stage for stage in Stage if hole.start - stage.value <= now]
            new = [stage for stage in stages if (*_place(hole), stage.name.lower()) not in warned]
            if new and new[-1] is stages[-1]:
                due.append((hole, stages[-1]))
            rows += [(*_place(hole), stage.name.lower()) for stage in new]
        if rows:
            self._warn(due, rows, now)

    def _warn(self, due: list[tuple[Hole, Stage]], rows: list[Warned], now: int) -> None:
        def written(conn: sqlite3.Connection, number: int = 0) -> int:
            conn.executemany(ADD_WARNING, [(*row, now) for row in rows])
            return number

        rungs = self._rungs()
        self._warning = True
        done: Deferred[int]
        if due and any(one.routes for one in rungs):
            text = self._words(due)
            log.warning("holes in the plan are told", count=len(due), text=text)
            done = self._pager.page(technical_alert(text, uuid.uuid4().hex, rungs, now), written)
        else:
            done = self._writer.run(written)
        done.addCallbacks(self._warned, self._not_warned)

    def _warned(self, _: int) -> None:
        self._warning = False

    def _not_warned(self, failure: Failure) -> None:
        self._warning = False  # nothing was written: it is tried again at the next look
        log.error("holes were not told", reason=failure.getErrorMessage())

    def _forget_closed(self, warned: set[Warned], now: int) -> None:
        """Somebody was put in: should the hole open again, it is told again."""
        open_places = {_place(hole) for hole in self._holes}
        closed = {row[:3] for row in warned} - open_places
        if closed:
            for row in [row for row in warned if row[:3] in closed]:
                warned.discard(row)
            self._writer.run(_forget, sorted(closed)).addErrback(
                lambda failure: log.error("warnings were not forgotten", reason=failure.getErrorMessage())
            )

    def _rungs(self) -> tuple[Rung, ...]:
        return tuple(rung(one, Origin.OPERATORS, REASON, self._ways) for one in self._people())

    def _words(self, due: list[tuple[Hole, Stage]]) -> str:
        due = sorted(due, key=lambda one: (one[0].start, one[0].unit, one[0].role))
        told = [self._one(hole) for hole, _ in due[:TOLD_ONE_BY_ONE]]
        more = len(due) - len(told)
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


def _place(hole: Hole) -> Place:
    return hole.unit, hole.role.value, hole.start


def _forget(conn: sqlite3.Connection, closed: Sequence[Place]) -> None:
    conn.executemany(FORGET, closed)
