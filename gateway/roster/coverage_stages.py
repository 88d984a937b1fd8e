"""Which holes are to be told now, and what has been told. Functions over a connection.

Rules: a hole is told at most once at each stage. Who comes late to it (a start, an edit) is told its last
stage alone. A hole that was closed and opens again is told again. A region that is being set up may have a
hundred thousand holes: `judge` is for a thread, and what it finds is written in parts.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from gateway.roster.coverage import Hole
from gateway.routing.policy import HOUR, MINUTE

NAMED = 2
"""Holes that a page names; a message has little room, and the coverage view has them all."""

WARNED = "SELECT unit, role, begins_at, stage FROM coverage_warning"
ADD_WARNING = """
INSERT INTO coverage_warning (unit, role, begins_at, stage, warned_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (unit, role, begins_at, stage) DO NOTHING
"""
FORGET = "DELETE FROM coverage_warning WHERE unit = ? AND role = ? AND begins_at = ?"


class Stage(Enum):
    """How long before a hole begins it is told, in ms."""

    DAY = 24 * HOUR
    HOURS = 2 * HOUR
    QUARTER = 15 * MINUTE
    BEGUN = 0


Place = tuple[str, str, int]
Warned = tuple[str, str, int, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be done at one instant."""

    named: tuple[Hole, ...]  # of those that are to be told, the first to begin
    count: int  # that are to be told
    rows: tuple[Warned, ...]  # to be noted as told
    closed: tuple[Place, ...]  # told once, and no hole any more
    again: int | None  # UTC ms when the next stage of one of them begins


def judge(connection: sqlite3.Connection, holes: Sequence[Hole], now: int) -> Judged:
    """What is due at `now` (UTC ms). Raises sqlite3.Error."""
    found: list[Warned] = connection.execute(WARNED).fetchall()
    closed = {row[:3] for row in found} - {_place(hole) for hole in holes}
    warned = {row for row in found if row[:3] not in closed}
    due: list[Hole] = []
    rows: list[Warned] = []
    for hole in holes:
        if hole.end <= now:
            continue
        stages = [stage for stage in Stage if hole.start - stage.value <= now]
        new = [stage for stage in stages if (*_place(hole), _name(stage)) not in warned]
        if new and new[-1] is stages[-1]:
            due.append(hole)
        rows += [(*_place(hole), _name(stage)) for stage in new]
    later = (at for hole in holes for stage in Stage if (at := hole.start - stage.value) > now)
    named = sorted(due, key=lambda hole: (hole.start, hole.unit, hole.role))[:NAMED]
    return Judged(tuple(named), len(due), tuple(rows), tuple(sorted(closed)), min(later, default=None))


def note(connection: sqlite3.Connection, rows: Sequence[Warned], now: int) -> None:
    """Write down what is told now."""
    connection.executemany(ADD_WARNING, [(*row, now) for row in rows])


def forget(connection: sqlite3.Connection, closed: Sequence[Place]) -> None:
    """Somebody was put in: should the hole open again, it is told again."""
    connection.executemany(FORGET, closed)


def _place(hole: Hole) -> Place:
    return hole.unit, hole.role.value, hole.start


def _name(stage: Stage) -> str:
    return stage.name.lower()
