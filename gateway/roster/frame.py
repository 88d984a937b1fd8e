"""The frame of a roster: all but who is on duty when; small enough to hold in memory for a while."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec

from gateway.model import OneWay
from gateway.roster import statements
from gateway.roster.book import make_receiver
from gateway.roster.document import Document
from gateway.roster.patterns import make_shift
from gateway.roster.values import Administrator, Area, Receiver, Shift, Unit

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_strings = msgspec.json.Decoder(tuple[str, ...]).decode


@dataclass(frozen=True, slots=True)
class Frame:
    """Areas, units, receivers and administrators by id; shifts by (unit, name)."""

    areas: dict[str, Area]
    units: dict[str, Unit]
    receivers: dict[str, Receiver]
    shifts: dict[tuple[str, str], Shift]
    administrators: dict[str, Administrator]


EMPTY = Frame({}, {}, {}, {}, {})


def read_frame(connection: sqlite3.Connection) -> Frame:
    """The frame as it stands in the store. Raises sqlite3.Error."""

    def rows(statement: str) -> sqlite3.Cursor:
        return connection.execute(statement)

    aliases = _grouped(rows(statements.ALL_ALIASES))
    units_of = _grouped(rows(statements.UNITS_OF_RECEIVERS))
    return Frame(
        areas={row[0]: make_area(row) for row in rows(statements.AREAS)},
        units={row[0]: make_unit(row, aliases.get(row[0], ())) for row in rows(statements.UNITS)},
        receivers={
            row[0]: make_receiver(row, units_of.get(row[0], ())) for row in rows(statements.RECEIVERS)
        },
        shifts={(row[0], row[1]): make_shift(row) for row in rows(statements.SHIFTS)},
        administrators={row[0]: make_administrator(row) for row in rows(statements.ADMINISTRATORS)},
    )


def make_area(row: tuple[str, str, str]) -> Area:
    """The area of a row of `statements.AREAS`."""
    return Area(row[0], row[1], _strings(row[2]))


def make_unit(row: tuple[str, str, str, str, str], aliases: tuple[str, ...]) -> Unit:
    """The unit of a row of `statements.UNITS`."""
    name, area, shown, fallback, one_way = row
    return Unit(name, area, shown, aliases, _strings(fallback), OneWay(one_way))


def make_administrator(row: tuple[str, str, str | None, str | None, str]) -> Administrator:
    """The administrator of a row of `statements.ADMINISTRATORS`."""
    return Administrator(*row[:4], _strings(row[4]))


def merged(before: Frame, document: Document, whole: bool) -> Frame:
    """The frame after an import; `whole`: the document is all of it, else what it does not name stays."""
    base = EMPTY if whole else before
    made = replace(
        base,
        areas=base.areas | {entry.value.id: entry.value for entry in document.areas},
        units=base.units | {entry.value.id: entry.value for entry in document.units},
        receivers=base.receivers | {entry.value.id: entry.value for entry in document.receivers},
        shifts=base.shifts | {(entry.value.unit, entry.value.name): entry.value for entry in document.shifts},
        administrators=base.administrators
        | {entry.value.username: entry.value for entry in document.administrators},
    )
    return _without(made, document.removed) if document.removed else made


def _without(frame: Frame, removed: Collection[tuple[str, Hashable]]) -> Frame:
    def kept(table: str, values: dict[K, V]) -> dict[K, V]:
        return {key: value for key, value in values.items() if (table, key) not in removed}

    return Frame(
        kept("area", frame.areas),
        kept("unit", frame.units),
        kept("receiver", frame.receivers),
        kept("shift", frame.shifts),
        kept("administrator", frame.administrators),
    )


def _grouped(rows: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for owner, one in rows:
        found[owner] += (one,)
    return found
