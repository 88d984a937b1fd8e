"""A large roster: as a store, written straight into the tables where an import is not what is measured, and
as a CSV file where it is.

Every unit has two shifts that meet, so that somebody is on at every instant, and as many dates around today
as give the wanted number of rows. Of a unit's five receivers two are its fallback.
"""

import csv
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

from gateway.model import Role
from gateway.roster import statements, versioned
from gateway.roster.index import read_meta
from gateway.roster.values import WEEKDAYS
from gateway.roster.versioned import FOREVER
from gateway.roster.wall import TZ_VERSION, load_zone, span
from gateway.store.connection import tx
from gateway.store.migrations import open_store

ZONE = load_zone("Europe/Stockholm")
SHIFTS = {"dag": (time(7), time(19)), "natt": (time(19), time(7))}
RECEIVERS = 5  # of a unit
ON_DUTY = 3  # of them; the others are its fallback
AREAS = 20
PAST_DAYS = 3  # of a file that begins yesterday: they may have ended

ADD = """
INSERT INTO assignment (unit, shift, date, role, position, receiver, from_time, to_time, start_ms, end_ms,
                        made_by, made_at, added_late, since, until)
VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?, 'bench', 0, 0, 0, ?)
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a roster is; `assignments` is rounded to whole dates."""

    units: int
    assignments: int

    @property
    def days(self) -> int:
        """Dates planned: two shifts and two roles a unit and date."""
        return max(4, round(self.assignments / (self.units * len(SHIFTS) * len(Role))))


def unit_name(number: int) -> str:
    """The id of a unit, 0 and up."""
    return f"unit-{number:05}"


def write_roster(path: Path, size: Size, today: date) -> None:
    """Create a store at `path` that holds such a roster around `today`."""
    conn = open_store(path)
    with tx(conn):
        for table, rows in (
            (versioned.AREA, _areas()),
            (versioned.UNIT, _units(size)),
            (versioned.RECEIVER, _receivers(size)),
            (versioned.RECEIVER_UNIT, _ties(size)),
            (versioned.SHIFT, _shifts(size)),
        ):
            conn.executemany(table.add, ((*row, 0, FOREVER) for row in rows))
        conn.executemany(ADD, _assignments(size, today))
        conn.execute(statements.MEASURE)
        conn.execute(statements.SET_ZONE, (ZONE.key, TZ_VERSION))
        conn.execute(statements.SET_LIVE, (read_meta(conn).generation + 1,))
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()


def _receiver(unit: int, number: int) -> str:
    return f"r-{unit:05}-{number}"


def _areas() -> Iterator[tuple[object, ...]]:
    return ((f"area-{n}", f"Område {n}", "[]") for n in range(AREAS))


def _units(size: Size) -> Iterator[tuple[object, ...]]:
    for unit in range(size.units):
        fallback = f'["{_receiver(unit, 3)}","{_receiver(unit, 4)}"]'
        yield unit_name(unit), f"area-{unit % AREAS}", f"Vårdcentralen {unit}", fallback, "escalate", 0


def _receivers(size: Size) -> Iterator[tuple[object, ...]]:
    for unit in range(size.units):
        for number in range(RECEIVERS):
            mobile = _mobile(unit, number)
            name = f"Mottagare {unit}-{number}"
            yield _receiver(unit, number), name, "person", mobile, "mobile", None, None, 0, 0


def _mobile(unit: int, number: int) -> str:
    return f"+4670{1_000_000 + unit * RECEIVERS + number:07}"


def _ties(size: Size) -> Iterator[tuple[object, ...]]:
    for unit in range(size.units):
        yield from ((_receiver(unit, number), 0, unit_name(unit)) for number in range(RECEIVERS))


def _shifts(size: Size) -> Iterator[tuple[object, ...]]:
    days = json.dumps(WEEKDAYS)
    for unit in range(size.units):
        for name, (begins, ends) in SHIFTS.items():
            times = begins.isoformat("minutes"), ends.isoformat("minutes")
            yield unit_name(unit), name, *times, days, None, None


def _assignments(size: Size, today: date) -> Iterator[tuple[object, ...]]:
    first = today - timedelta(days=min(size.days // 2, 2))
    for day in (first + timedelta(days=number) for number in range(size.days)):
        for shift, (begins, ends) in SHIFTS.items():
            start, end = span(day, begins, ends, ZONE)
            times = begins.isoformat("minutes"), ends.isoformat("minutes"), start, end
            for unit in range(size.units):
                for place, role in enumerate(Role):
                    holder = _holder(unit, day, place)
                    yield unit_name(unit), shift, day.isoformat(), role.value, holder, *times, FOREVER


def _holder(unit: int, day: date, place: int) -> str:
    return _receiver(unit, (day.toordinal() * 2 + place) % ON_DUTY)


def write_csv(path: Path, size: Size, first: date, *, swapped: bool = False) -> None:
    """The same roster as a file, in the order of an export, from a date on.

    `swapped`: with other people on from the third date on, for what is past cannot be altered.
    """
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(CSV_COLUMNS)
        writer.writerows(_frame_lines(size))
        for unit in range(size.units):
            for shift in SHIFTS:
                for number in range(size.days):
                    day, moved = first + timedelta(days=number), swapped and number >= PAST_DAYS
                    for place, role in enumerate(Role):
                        holder = _holder(unit, day, place + moved)
                        line = [""] * len(CSV_COLUMNS)
                        line[:6] = "assignment", "", unit_name(unit), shift, day.isoformat(), role.value
                        line[-1] = holder
                        writer.writerow(line)


CSV_COLUMNS = (
    *("table", "id", "unit", "shift", "date", "role", "area", "name", "kind", "number", "from", "to"),
    *("units", "fallback", "receivers"),
)


def _frame_lines(size: Size) -> Iterator[list[object]]:
    def line(**cells: object) -> list[object]:
        return [cells.get(name, "") for name in CSV_COLUMNS]

    for number in range(AREAS):
        yield line(table="area", id=f"area-{number}", name=f"Område {number}")
    for unit in range(size.units):
        name, area = f"Vårdcentralen {unit}", f"area-{unit % AREAS}"
        fallback = f"{_receiver(unit, 3)}|{_receiver(unit, 4)}"
        yield line(table="unit", id=unit_name(unit), area=area, name=name, fallback=fallback)
    for unit in range(size.units):
        for number in range(RECEIVERS):
            told = {"name": f"Mottagare {unit}-{number}", "kind": "person", "number": _mobile(unit, number)}
            yield line(table="receiver", id=_receiver(unit, number), units=unit_name(unit), **told)
    for unit in range(size.units):
        for name, (begins, ends) in SHIFTS.items():
            times = {"from": begins.isoformat("minutes"), "to": ends.isoformat("minutes")}
            yield line(table="shift", unit=unit_name(unit), name=name, **times)


def count(conn: sqlite3.Connection) -> int:
    """Assignments in a store."""
    return int(conn.execute("SELECT count(*) FROM assignment").fetchone()[0])
