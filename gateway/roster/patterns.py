"""A unit's shift patterns as the store holds them. Raises sqlite3.Error."""

import sqlite3
from datetime import date, time

import msgspec

from gateway.roster import statements
from gateway.roster.values import Shift

_strings = msgspec.json.Decoder(tuple[str, ...]).decode


def make_shift(row: tuple[str, str, str, str, str, str | None, str | None]) -> Shift:
    """The shift of a row of `statements.SHIFTS`."""
    unit, name, start, end, weekdays, first, last = row
    return Shift(
        unit=unit,
        name=name,
        start=time.fromisoformat(start),
        end=time.fromisoformat(end),
        weekdays=_strings(weekdays),
        valid_from=None if first is None else date.fromisoformat(first),
        valid_to=None if last is None else date.fromisoformat(last),
    )


def pattern(connection: sqlite3.Connection, unit: str, name: str) -> Shift | None:
    """One shift of a unit; None if it has none of this name."""
    row = connection.execute(statements.SHIFT, (unit, name)).fetchone()
    return None if row is None else make_shift(row)


def patterns(connection: sqlite3.Connection, unit: str) -> tuple[Shift, ...]:
    """Every shift of a unit, in the order of their beginning."""
    return tuple(map(make_shift, connection.execute(statements.SHIFTS_OF_UNIT, (unit,)).fetchall()))
