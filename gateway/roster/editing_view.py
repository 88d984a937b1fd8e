"""The shifts of a unit as its administrator sees them: each with its times, and who stands where since when.

Rules: every occurrence of a pattern is there, empty ones too, and every slot that stands though its pattern
has gone. What a change of the clocks does to a shift is said in words.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812
from datetime import datetime, timedelta
from datetime import time as Time  # noqa: N812
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from gateway.model import Role
from gateway.roster import statements
from gateway.roster.index import read_meta
from gateway.roster.patterns import patterns
from gateway.roster.slots import Held, SlotKey
from gateway.roster.values import Shift, Words
from gateway.roster.wall import instant, local_time, span

MAX_DAYS = 62
"""Days of one look: two months; some 10 ms."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What stands in one slot, with who made it and when (UTC ms)."""

    held: Held
    made_by: str
    made_at: int


@dataclass(slots=True)
class Occurrence:
    """One shift on one date. `start` and `end` are UTC ms."""

    unit: str
    shift: str
    date: Date
    begins: Time
    ends: Time
    start: int
    end: int
    planned: bool  # by a pattern that is still there
    slots: dict[Role | None, Placed] = field(default_factory=dict)  # None: the staffing


def occurrences(
    connection: sqlite3.Connection, unit: str, first: Date, days: int, zone: ZoneInfo
) -> list[Occurrence]:
    """Every shift of the unit that begins on one of these days, in order of time. Raises sqlite3.Error."""
    last = first + timedelta(days=days - 1)
    shifts = patterns(connection, unit)
    found = {(one.shift, one.date): one for one in _planned(unit, shifts, first, days, zone)}
    assigned = list(_assigned(connection, unit, first, last, zone))
    # Of every pattern: one that does not begin in these days any more may have been staffed in them.
    names = sorted({one.name for one in shifts} | {one.held.key.shift for one in assigned})
    for placed in [*assigned, *_staffed(connection, unit, names, first, last)]:
        held = placed.held
        place = (held.key.shift, held.key.date)
        if place not in found:
            found[place] = Occurrence(unit, *place, held.begins, held.ends, held.start, held.end, False)
        found[place].slots[held.key.role] = placed
    return sorted(found.values(), key=lambda one: (one.start, one.end, one.shift))


def clock_note(one: Occurrence, zone: ZoneInfo) -> Words | None:
    """What a change of the clocks does to this shift; None if nothing."""
    for day, at in ((one.date, one.begins), (_last_day(one), one.ends)):
        shown = local_time(instant(day, at, zone), zone)
        clock = at.isoformat("minutes")
        if shown.time().replace(second=0, microsecond=0, tzinfo=None) != at:
            real = shown.strftime("%H:%M")
            return Words(
                f"Klockan {clock} finns inte den {day}: klockan ställs fram, och {real} gäller.",
                f"{clock} does not exist on {day}: the clocks go forward, and {real} counts.",
            )
        wall = datetime.combine(day, at)
        if wall.replace(tzinfo=zone).utcoffset() != wall.replace(tzinfo=zone, fold=1).utcoffset():
            return Words(
                f"Klockan {clock} finns två gånger den {day}: den första gäller.",
                f"{clock} comes twice on {day}: the first counts.",
            )
    planned = datetime.combine(_last_day(one), one.ends) - datetime.combine(one.date, one.begins)
    lasts = timedelta(milliseconds=one.end - one.start)
    if lasts == planned:
        return None
    hours, usual = (f"{length / timedelta(hours=1):g}" for length in (lasts, planned))
    return Words(
        f"Klockan ställs om: passet varar {hours} timmar i stället för {usual}.",
        f"The clocks change: the shift lasts {hours} hours instead of {usual}.",
    )


def _last_day(one: Occurrence) -> Date:
    return one.date if one.ends > one.begins else one.date + timedelta(days=1)


def _planned(
    unit: str, shifts: Sequence[Shift], first: Date, days: int, zone: ZoneInfo
) -> Iterator[Occurrence]:
    for day in (first + timedelta(days=number) for number in range(days)):
        for shift in shifts:
            if shift.barred_by(day) is None:
                times = span(day, shift.start, shift.end, zone)
                yield Occurrence(unit, shift.name, day, shift.start, shift.end, *times, True)


def _assigned(
    connection: sqlite3.Connection, unit: str, first: Date, last: Date, zone: ZoneInfo
) -> Iterator[Placed]:
    since, until = instant(first, Time(), zone), instant(last + timedelta(days=1), Time(), zone)
    generation = read_meta(connection).generation
    for role in Role:
        parameters = (unit, role, since, until, generation, generation)
        yield from placed(unit, connection.execute(statements.ASSIGNED_FROM, parameters).fetchall())


def _staffed(
    connection: sqlite3.Connection, unit: str, shifts: Sequence[str], first: Date, last: Date
) -> Iterator[Placed]:
    generation = read_meta(connection).generation
    for shift in shifts:
        parameters = (unit, shift, first.isoformat(), last.isoformat(), generation, generation)
        yield from placed(unit, connection.execute(statements.STAFFED_FROM, parameters).fetchall())


def placed(unit: str, rows: Sequence[tuple[Any, ...]]) -> Iterator[Placed]:
    """The slots of rows of `statements.ASSIGNED_FROM`."""
    for (shift, day, role), group in groupby(rows, lambda row: row[:3]):
        members = list(group)
        _, _, _, _, begins, ends, start, end, made_by, made_at = members[0]
        key = SlotKey(unit, shift, Date.fromisoformat(day), None if role is None else Role(role))
        held = Held(
            key,
            tuple(row[3] for row in members),
            Time.fromisoformat(begins),
            Time.fromisoformat(ends),
            start,
            end,
        )
        yield Placed(held, made_by, made_at)
