"""A unit's shift patterns as the store holds them. Raises sqlite3.Error."""

import sqlite3
from datetime import time

import msgspec

from gateway.roster import statements
from gateway.roster.values import Shift

_strings = msgspec.json.Decoder(tuple[str, ...]).decode


def make_shift(row: tuple[str, str, str, str, str]) -> Shift:
    """The shift of a row of `statements.SHIFTS`."""
    unit, name, start, end, weekdays = row
    return Shift(unit, name, time.fromisoformat(start), time.fromisoformat(end), _strings(weekdays))


def pattern(connection: sqlite3.Connection, unit: str, name: str) -> Shift | None:
    """One shift of a unit; None if it has none of this name."""
    row = connection.execute(statements.SHIFT, (unit, name)).fetchone()
    return None if row is None else make_shift(row)


def patterns(connection: sqlite3.Connection, unit: str) -> tuple[Shift, ...]:
    """Every shift of a unit, in the order of their beginning."""
    return tuple(map(make_shift, connection.execute(statements.SHIFTS_OF_UNIT, (unit,)).fetchall()))
