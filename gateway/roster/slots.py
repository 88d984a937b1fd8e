"""A slot as the store holds it: who stands in one shift, for one role or as staffing; and its statements.

Rules: `assignment` and `staffing` are the same table but for the role, so that their SQL is made once from
the names here, never from data. A slot's rows are read, hidden and added together.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812
from datetime import time as Time  # noqa: N812
from itertools import groupby
from typing import Any, NamedTuple

from gateway.model import Role
from gateway.roster.values import Assignment, Staffing

FOREVER = 2**63 - 1
"""Later than any instant, and than any generation: what has no end."""


class SlotKey(NamedTuple):
    """What identifies a slot; no role: staffing."""

    unit: str
    shift: str
    date: Date
    role: Role | None

    def __str__(self) -> str:
        return " ".join(map(str, self[:3] if self.role is None else self))


@dataclass(frozen=True, slots=True)
class Held:
    """A slot with the times under which it was planned; `start` and `end` are their instants (UTC ms)."""

    key: SlotKey
    receivers: tuple[str, ...]
    begins: Time
    ends: Time
    start: int
    end: int
    late: bool = False  # added after it had ended


class SlotTable:
    """The statements of one of the two tables."""

    def __init__(self, name: str, *keys: str) -> None:
        columns = f"{', '.join(keys)}, receiver, from_time, to_time, start_ms, end_ms, added_late"
        one = " AND ".join(f"{key} = ?" for key in keys)
        seen = "since <= ? AND until > ?"
        order = f"ORDER BY {', '.join(keys)}, position"
        # The names are the literals below.
        self.name = name
        self.one = f"SELECT {columns} FROM {name} WHERE {one} AND {seen} {order}"  # noqa: S608
        self.all = f"SELECT {columns} FROM {name} WHERE {seen} {order}"  # noqa: S608
        self.open = f"SELECT {columns} FROM {name} WHERE end_ms > ? AND {seen} {order}"  # noqa: S608
        self.open_of_unit = f"SELECT {columns} FROM {name} WHERE unit = ? AND end_ms > ? AND {seen} {order}"  # noqa: S608
        self.add = (
            f"INSERT INTO {name} ({columns}, position, made_by, made_at, since, until) "  # noqa: S608
            f"VALUES ({', '.join('?' * (len(keys) + 11))})"
        )
        self.hide = f"UPDATE {name} SET until = ? WHERE {one} AND {seen}"  # noqa: S608
        self.purge = f"DELETE FROM {name} WHERE {one} AND until <= ?"  # noqa: S608
        self.purge_all = f"DELETE FROM {name} WHERE since > ? OR until <= ?"  # noqa: S608
        self.unhide_all = f"UPDATE {name} SET until = ? WHERE until > ? AND until < ?"  # noqa: S608
        self.times = f"SELECT DISTINCT date, from_time, to_time FROM {name}"  # noqa: S608
        self.compute = (
            f"UPDATE {name} SET start_ms = span.start_ms, end_ms = span.end_ms FROM span "  # noqa: S608
            f"WHERE span.date = {name}.date AND span.from_time = {name}.from_time "
            f"AND span.to_time = {name}.to_time"
        )


ASSIGNMENT = SlotTable("assignment", "unit", "shift", "date", "role")
STAFFING = SlotTable("staffing", "unit", "shift", "date")
TABLES = (STAFFING, ASSIGNMENT)


def table_of(key: SlotKey) -> SlotTable:
    """Where a slot is kept."""
    return STAFFING if key.role is None else ASSIGNMENT


def key_columns(key: SlotKey) -> tuple[str, ...]:
    """The key as the statements take it."""
    columns = (key.unit, key.shift, key.date.isoformat())
    return columns if key.role is None else (*columns, key.role.value)


def key_of(value: Staffing | Assignment) -> SlotKey:
    """The key of a value."""
    return SlotKey(value.unit, value.shift, value.date, value.role if isinstance(value, Assignment) else None)


def read_slots(
    connection: sqlite3.Connection, table: SlotTable, statement: str, parameters: tuple[Any, ...]
) -> Iterator[Held]:
    """The slots that a selecting statement of `table` finds, in its order. Raises sqlite3.Error."""
    keys = 3 if table is STAFFING else 4
    rows = connection.execute(statement, parameters)
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
