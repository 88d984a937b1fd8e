"""A slot as the store holds it: who stands in one shift, for one role or as staffing; and its statements.

Rules: `assignment` and `staffing` are the same table but for the role, so that their SQL is made once from
the names here, never from data. A slot's rows are read, hidden and added together.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date as Date  # noqa: N812
from datetime import time as Time  # noqa: N812
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from msgspec import Struct

from gateway.model import Role
from gateway.roster.values import Assignment, Staffing
from gateway.roster.versioned import Versioned


class SlotKey(NamedTuple):
    """What identifies a slot; no role: staffing."""

    unit: str
    shift: str
    date: Date
    role: Role | None

    def __str__(self) -> str:
        return " ".join(map(str, self[:3] if self.role is None else self))


class Held(Struct, frozen=True, gc=False):
    """A slot with the times under which it was planned; `start` and `end` are their instants (UTC ms)."""

    key: SlotKey
    receivers: tuple[str, ...]
    begins: Time
    ends: Time
    start: int
    end: int
    late: bool = False  # added after it had ended


class SlotTable(Versioned):
    """One of the two tables, with the statements that read it. `keys` name a slot."""

    def __init__(self, name: str, *keys: str) -> None:
        columns = f"{', '.join(keys)}, receiver, from_time, to_time, start_ms, end_ms, added_late"
        super().__init__(name, keys, [*columns.split(", "), "position", "made_by", "made_at"])
        one = " AND ".join(f"{key} = ?" for key in keys)
        seen = "since <= ? AND until > ?"
        order = f"ORDER BY {', '.join(keys)}, position"
        # The names are the literals below.
        self.one = f"SELECT {columns} FROM {name} WHERE {one} AND {seen} {order}"  # noqa: S608
        self.all = f"SELECT {columns} FROM {name} WHERE {seen} {order}"  # noqa: S608
        self.open = f"SELECT {columns} FROM {name} WHERE end_ms > ? AND {seen} {order}"  # noqa: S608
        self.open_of_unit = f"SELECT {columns} FROM {name} WHERE unit = ? AND end_ms > ? AND {seen} {order}"  # noqa: S608
        dated = "unit = ? AND shift = ? AND date >= ? AND date <= ?"
        self.dated = f"SELECT {columns} FROM {name} WHERE {dated} AND {seen} {order}"  # noqa: S608
        self.made = f"SELECT made_by, made_at FROM {name} WHERE {one} AND {seen} LIMIT 1"  # noqa: S608
        self.remove = f"DELETE FROM {name} WHERE {one} AND {seen}"  # noqa: S608
        self.times = f"SELECT DISTINCT date, from_time, to_time FROM {name}"  # noqa: S608
        self.compute = (
            f"UPDATE {name} SET start_ms = span.start_ms, end_ms = span.end_ms FROM span "  # noqa: S608
            f"WHERE span.date = {name}.date AND span.from_time = {name}.from_time "
            f"AND span.to_time = {name}.to_time"
        )


ASSIGNMENT = SlotTable("assignment", "unit", "shift", "date", "role")
STAFFING = SlotTable("staffing", "unit", "shift", "date")
TABLES = (STAFFING, ASSIGNMENT)


_WORDS = {role: role.value for role in Role}
"""As SQLite takes them soonest: it looks for an adapter of every other type than its own."""


def table_of(key: SlotKey) -> SlotTable:
    """Where a slot is kept."""
    return STAFFING if key.role is None else ASSIGNMENT


def key_columns(key: SlotKey) -> tuple[str, ...]:
    """The key as the statements take it."""
    if key.role is None:
        return (key.unit, key.shift, _iso(key.date))
    return (key.unit, key.shift, _iso(key.date), _WORDS[key.role])


@lru_cache(4096)
def _iso(day: Date) -> str:
    return day.isoformat()


def key_of(value: Staffing | Assignment) -> SlotKey:
    """The key of a value."""
    return SlotKey(value.unit, value.shift, value.date, value.role if isinstance(value, Assignment) else None)


class SlotReader:
    """The slots that one generation sees. Its methods raise sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection, generation: int) -> None:
        self._connection = connection
        self._seen = (generation, generation)

    def one(self, key: SlotKey) -> Held | None:
        """What stands under this key, None if nothing does."""
        table = table_of(key)
        return next(self._read(table, table.one, *key_columns(key)), None)

    def all(self, table: SlotTable) -> Iterator[Held]:
        """Every slot of a table, in the order of the keys."""
        return self._read(table, table.all)

    def open(self, now: int) -> Iterator[Held]:
        """Every slot that ends after `now` (UTC ms)."""
        for table in TABLES:
            yield from self._read(table, table.open, now)

    def dated(self, table: SlotTable, unit: str, shift: str, first: Date, last: Date) -> Iterator[Held]:
        """Every slot of a unit's shift that begins on one of these dates, in the order of the keys."""
        return self._read(table, table.dated, unit, shift, first.isoformat(), last.isoformat())

    def open_of_unit(self, unit: str, now: int) -> Iterator[Held]:
        """Every slot of the unit that ends after `now` (UTC ms)."""
        for table in TABLES:
            yield from self._read(table, table.open_of_unit, unit, now)

    def _read(self, table: SlotTable, statement: str, *parameters: Any) -> Iterator[Held]:
        return _slots(table, self._connection.execute(statement, (*parameters, *self._seen)))


def _slots(table: SlotTable, rows: Iterable[tuple[Any, ...]]) -> Iterator[Held]:
    keys = 3 if table is STAFFING else 4
    for columns, group in groupby(rows, lambda row: row[:keys]):
        members = list(group)
        _, begins, ends, start, end, late = members[0][keys:]
        unit, shift, day, *role = columns
        yield Held(
            key=SlotKey(unit, shift, Date.fromisoformat(day), Role(role[0]) if role else None),
            receivers=tuple(row[keys] for row in members),
            begins=Time.fromisoformat(begins),
            ends=Time.fromisoformat(ends),
            start=start,
            end=end,
            late=bool(late),
        )
