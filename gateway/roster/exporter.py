"""The roster as a roster file.

Rules: importing what was exported changes nothing, here; and in an empty store it makes the same roster. So
past slots that the roster of today could not hold (unit, shift or receiver gone, tie or day taken away)
stay in the store alone, and the file says how many were left out.
"""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import tomli_w

from gateway.roster.csvfile import write_csv
from gateway.roster.document import MAX_SLOTS
from gateway.roster.faults import Fault, RosterFaults
from gateway.roster.frame import Frame, read_frame
from gateway.roster.index import read_meta
from gateway.roster.slots import ASSIGNMENT, STAFFING, Held, SlotReader, SlotTable
from gateway.roster.values import Administrator, Area, Receiver, Shift, Unit

HEADER = "# The roster of bakjour. `bakjour roster import` reads it.\n"

_ARRAY = re.compile(r'\[\n((?:    ".*",\n)+)\]')
"""An array of texts as tomli_w writes it. A text cannot hold one: its line ends are escaped."""


def export_roster(connection: sqlite3.Connection) -> str:
    """The whole roster as the text of a TOML file.

    Reads one snapshot over `connection`. Raises RosterFaults if it holds more assignments or staffings than
    a TOML file may, sqlite3.Error.
    """
    frame, slots, kept = _read(connection)
    for table, some in kept.items():
        if len(some) > MAX_SLOTS:
            told = f"the roster holds {len(some):,}; a TOML file may hold {MAX_SLOTS:,}"
            raise RosterFaults([Fault(table.name, told)])
    tables = {name: items for name, items in _tables(frame, kept).items() if items}
    return HEADER + _left_out(slots, kept) + "\n" + _ARRAY.sub(_on_one_line, tomli_w.dumps(tables))


def export_csv(connection: sqlite3.Connection) -> str:
    """The whole roster as CSV, of any size. Raises RosterFaults for a name that CSV cannot hold."""
    frame, _, kept = _read(connection)
    return "".join(write_csv(_tables(frame, kept)))


Slots = dict[SlotTable, list[Held]]


def _read(connection: sqlite3.Connection) -> tuple[Frame, Slots, Slots]:
    """The frame, every slot, and those that a file of today's roster can hold."""
    connection.execute("BEGIN")
    try:
        frame = read_frame(connection)
        slots = {table: _slots(connection, table) for table in (STAFFING, ASSIGNMENT)}
    finally:
        connection.execute("COMMIT")
    kept = {table: [held for held in some if _holds(frame, held)] for table, some in slots.items()}
    return frame, slots, kept


def _on_one_line(array: re.Match[str]) -> str:
    """As people write it: a slot then takes six lines, and a list of names is read at a glance."""
    return "[" + array[1].replace("\n    ", " ").strip().rstrip(",") + "]"


def _slots(connection: sqlite3.Connection, table: SlotTable) -> list[Held]:
    found = SlotReader(connection, read_meta(connection).generation).all(table)
    return sorted(found, key=lambda held: (held.key.unit, held.start, held.key.shift, held.key.role or ""))


def _holds(frame: Frame, held: Held) -> bool:
    """Whether the roster of today could hold the slot."""
    shift = frame.shifts.get((held.key.unit, held.key.shift))
    receivers = [frame.receivers.get(name) for name in held.receivers]
    return (
        held.key.unit in frame.units
        and shift is not None
        and shift.barred_by(held.key.date) is None
        and all(one is not None and held.key.unit in one.units for one in receivers)
    )


def _left_out(slots: dict[SlotTable, list[Held]], kept: dict[SlotTable, list[Held]]) -> str:
    count = sum(map(len, slots.values())) - sum(map(len, kept.values()))
    return f"# {count} past slots are left out: the roster of today could not hold them.\n" if count else ""


def _tables(frame: Frame, slots: dict[SlotTable, list[Held]]) -> dict[str, list[dict[str, Any]]]:
    return {
        "area": list(map(entry_of, frame.areas.values())),
        "unit": list(map(entry_of, frame.units.values())),
        "receiver": list(map(entry_of, frame.receivers.values())),
        "shift": list(map(entry_of, frame.shifts.values())),
        "staffing": [_slot(held) for held in slots[STAFFING]],
        "assignment": [_slot(held) for held in slots[ASSIGNMENT]],
        "administrator": list(map(entry_of, frame.administrators.values())),
    }


def entry_of(value: Area | Unit | Receiver | Shift | Administrator) -> dict[str, Any]:
    """An entry as the roster file has it; what is not said is left out."""
    match value:
        case Receiver():
            return dict(_receiver(value))
        case Shift():
            return _shift(value)
        case Unit():
            return asdict(value) | {"one_way": value.one_way.value}
        case _:
            return {key: part for key, part in asdict(value).items() if part is not None}


def _receiver(receiver: Receiver) -> Iterator[tuple[str, Any]]:
    yield from (("id", receiver.id), ("name", receiver.name), ("kind", receiver.kind.value))
    yield "number", receiver.number
    if receiver.backup is not None:
        yield "backup", receiver.backup
    if receiver.any_number:
        yield "any_number", True
    yield "units", receiver.units


def _shift(shift: Shift) -> dict[str, Any]:
    times = {"from": shift.start.isoformat("minutes"), "to": shift.end.isoformat("minutes")}
    validity = {"valid_from": shift.valid_from, "valid_to": shift.valid_to}
    return {
        "unit": shift.unit,
        "name": shift.name,
        **times,
        "weekdays": shift.weekdays,
        **{key: day for key, day in validity.items() if day is not None},
    }


def _slot(held: Held) -> dict[str, Any]:
    role = {} if held.key.role is None else {"role": held.key.role.value}
    key = {"unit": held.key.unit, "shift": held.key.shift, "date": held.key.date}
    return {**key, **role, "receivers": held.receivers}
