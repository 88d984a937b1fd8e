"""As much of the frame as a small document can touch: so that one entry is not changed by reading 50,000.

Rules: holds every entry that the document brings, refers to or could collide with; what is not here cannot
matter to it. For a merge alone: a replacement, and what is taken away, concern everything.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from gateway.roster import statements
from gateway.roster.book import make_receiver
from gateway.roster.document import Document
from gateway.roster.frame import Frame, make_administrator, make_area, make_unit
from gateway.roster.patterns import make_shift

ENTRIES_MOST = 2_000
"""Entries of a document that is small: each costs some 50 µs here, the whole frame of a region a second."""


def is_small(document: Document) -> bool:
    """Whether reading a part pays, and is enough."""
    entries = (document.areas, document.units, document.receivers, document.shifts, document.administrators)
    count = sum(map(len, entries)) + len(document.staffings) + len(document.assignments)
    return count <= ENTRIES_MOST and not document.removed and not document.faulty


def read_part(connection: sqlite3.Connection, document: Document) -> Frame:
    """The part of the frame as it stands in the store. Raises sqlite3.Error."""
    part = _Part(connection)
    units = part.units(_units(document))
    areas = {entry.value.id for entry in document.areas} | {entry.value.area for entry in document.units}
    receivers = set(_receivers(document))
    administrators = {entry.value.username for entry in document.administrators}
    return Frame(
        areas={row[0]: make_area(row) for row in part.rows("area", areas)},
        units=units,
        receivers={
            row[0]: make_receiver(row, part.names(statements.UNITS_OF_RECEIVER, row[0]))
            for row in part.rows("receiver", receivers)
        },
        shifts={
            (row[0], row[1]): make_shift(row)
            for unit in {*units, *_units(document)}
            for row in connection.execute(statements.SHIFTS_OF_UNIT, (unit,))
        },
        administrators={
            row[0]: make_administrator(row) for row in part.rows("administrator", administrators)
        },
    )


class _Part:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, table: str, keys: Iterable[str]) -> Iterator[Any]:
        """The rows of these keys that there are."""
        for key in sorted(keys):
            yield from self._connection.execute(statements.BY_KEY[table], (key,))

    def names(self, statement: str, owner: str) -> tuple[str, ...]:
        return tuple(name for (name,) in self._connection.execute(statement, (owner,)))

    def units(self, names: Iterable[str]) -> dict[str, Any]:
        """The units of these ids, and those that have one of the names as an alias."""
        wanted = set(names)
        owners = (self.names(statements.UNIT_OF_ALIAS, name) for name in sorted(wanted))
        wanted.update(chain.from_iterable(owners))
        return {
            row[0]: make_unit(row, self.names(statements.ALIASES, row[0]))
            for row in self.rows("unit", wanted)
        }


def _units(document: Document) -> set[str]:
    """Every name that the document uses for a unit."""
    found = {name for entry in document.units for name in (entry.value.id, *entry.value.aliases)}
    found.update(name for entry in document.receivers for name in entry.value.units)
    found.update(name for entry in document.administrators for name in entry.value.units)
    found.update(entry.value.unit for entry in document.shifts)
    found.update(entry.value.unit for entry in document.slots)
    return found


def _receivers(document: Document) -> Iterator[str]:
    yield from (entry.value.id for entry in document.receivers)
    for entry in document.areas:
        yield from entry.value.fallback
    for unit in document.units:
        yield from unit.value.fallback
    for slot in document.slots:
        yield from slot.value.receivers
