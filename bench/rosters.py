"""A store with a large roster in it, written straight into the tables: an import of a million rows takes
minutes, and is not what is measured.

Every unit has two shifts that meet, so that somebody is on at every instant, and as many dates around today
as give the wanted number of rows. One receiver in five of a unit's ten is a fallback.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

from gateway.model import Role
from gateway.roster import statements
from gateway.roster.index import read_meta
from gateway.roster.slots import FOREVER
from gateway.roster.wall import TZ_VERSION, load_zone, span
from gateway.store.connection import tx
from gateway.store.migrations import open_store

ZONE = load_zone("Europe/Stockholm")
SHIFTS = {"dag": (time(7), time(19)), "natt": (time(19), time(7))}
RECEIVERS = 10  # of a unit
AREAS = 20

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
        conn.executemany(statements.PUT_AREA, [(f"area-{n}", f"Område {n}", "[]") for n in range(AREAS)])
        conn.executemany(statements.PUT_UNIT, list(_units(size)))
        conn.executemany(statements.PUT_RECEIVER, list(_receivers(size)))
        conn.executemany(ADD, _assignments(size, today))
        conn.execute(statements.MEASURE)
        conn.execute(statements.SET_ZONE, (ZONE.key, TZ_VERSION))
        conn.execute(statements.SET_LIVE, (read_meta(conn).generation + 1,))
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()


def _receiver(unit: int, number: int) -> str:
    return f"r-{unit:05}-{number}"


def _units(size: Size) -> Iterator[tuple[object, ...]]:
    for unit in range(size.units):
        fallback = f'["{_receiver(unit, 8)}","{_receiver(unit, 9)}"]'
        yield unit_name(unit), f"area-{unit % AREAS}", f"Vårdcentralen {unit}", fallback, "escalate"


def _receivers(size: Size) -> Iterator[tuple[object, ...]]:
    for unit in range(size.units):
        for number in range(RECEIVERS):
            mobile = f"+4670{(unit * RECEIVERS + number) % 10_000_000:07}"
            name = f"Mottagare {unit}-{number}"
            yield _receiver(unit, number), name, "person", mobile, "mobile", None, None, 1


def _assignments(size: Size, today: date) -> Iterator[tuple[object, ...]]:
    first = today - timedelta(days=min(size.days // 2, 2))
    for day in (first + timedelta(days=number) for number in range(size.days)):
        for shift, (begins, ends) in SHIFTS.items():
            start, end = span(day, begins, ends, ZONE)
            times = begins.isoformat("minutes"), ends.isoformat("minutes"), start, end
            for unit in range(size.units):
                for place, role in enumerate(Role):
                    holder = _receiver(unit, (day.toordinal() * 2 + place) % 8)
                    yield unit_name(unit), shift, day.isoformat(), role.value, holder, *times, FOREVER


def count(conn: sqlite3.Connection) -> int:
    """Assignments in a store."""
    return int(conn.execute("SELECT count(*) FROM assignment").fetchone()[0])
