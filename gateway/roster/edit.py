"""The jobs by which an import reaches the store: functions for `ports.Writer.run`.

Rules: each is one savepoint and takes less than 50 ms, so that alerts are committed in between; only clearing
up after an import that failed reads all of two tables. `begin` gives out the generation in which everything
is written, unseen by any reader; `swap` makes it the one that is seen. A job of an import that another one
has overtaken, or whose roster was changed meanwhile, raises RosterChanged and has changed nothing.
"""

import sqlite3
from collections.abc import Iterable
from typing import Any

import msgspec

from gateway.audit.record import append
from gateway.roster import statements
from gateway.roster.changes import Change
from gateway.roster.index import clear_up, read_meta
from gateway.roster.plan import Plan, SlotChange
from gateway.roster.slots import FOREVER, Held, key_columns, table_of
from gateway.roster.values import Administrator, Area, Receiver, Shift, Unit


class RosterChanged(Exception):  # noqa: N818 (named for what is the case)
    """The roster is no longer the one that the import was checked against; nothing of it was taken."""


def begin(connection: sqlite3.Connection, revision: int) -> int:
    """Start an import that was planned for this revision; returns the generation that it writes.

    One that did not come to its end is cleared up first.
    """
    meta = read_meta(connection)
    if meta.revision != revision:
        raise RosterChanged("the roster was changed meanwhile; nothing was imported")
    if meta.filling is not None:
        clear_up(connection)
    generation = max(meta.generation, meta.filling or 0) + 1
    connection.execute(statements.SET_FILLING, (generation,))
    return generation


def stage(
    connection: sqlite3.Connection, generation: int, slots: Iterable[SlotChange], made_by: str, made_at: int
) -> None:
    """Write some slots of the generation beside what is seen."""
    _require(connection, generation)
    seen = read_meta(connection).generation
    for change in slots:
        table, key = table_of(change.key), key_columns(change.key)
        if change.before is not None:
            connection.execute(table.hide, (generation, *key, seen, seen))
        if change.after is not None:
            connection.executemany(table.add, slot_rows(change.after, generation, made_by, made_at))


def swap(connection: sqlite3.Connection, generation: int, plan: Plan, who: str, at: int) -> None:
    """Make the whole import seen at once, and record what `who` changed at `at` (UTC ms)."""
    _require(connection, generation)
    if read_meta(connection).revision != plan.revision:
        raise RosterChanged("the roster was changed meanwhile; nothing was imported")
    gone = [change for change in plan.frame if change.after is None or isinstance(change.after, Unit)]
    # Aliases are all dropped before any is put: two units may trade theirs.
    for change in gone:
        _drop(connection, change, plan.retired)
    for change in plan.frame:
        _put(connection, change)
    lengths = [(length, unit, length) for unit, length in plan.longest.items()]
    connection.executemany(statements.LENGTHEN, lengths)
    connection.execute(statements.SET_LIVE, (generation,))
    append(connection, at, who, plan.recorded)


def purge(connection: sqlite3.Connection, generation: int, slots: Iterable[SlotChange]) -> None:
    """Remove, after the swap, some of the rows that nobody sees any more."""
    for change in slots:
        if change.before is not None:
            connection.execute(table_of(change.key).purge, (*key_columns(change.key), generation))


def finish(connection: sqlite3.Connection, generation: int) -> None:
    """Nothing of the import is left to clear up."""
    if read_meta(connection).filling == generation:
        connection.execute(statements.SET_FILLING, (None,))


def abandon(connection: sqlite3.Connection, generation: int) -> None:
    """Clear up an import that will not be swapped in."""
    if read_meta(connection).filling == generation:
        clear_up(connection)


def _require(connection: sqlite3.Connection, generation: int) -> None:
    if read_meta(connection).filling != generation:
        raise RosterChanged("another import was started meanwhile; nothing of this one was taken")


def slot_rows(held: Held, generation: int, made_by: str, made_at: int) -> list[tuple[Any, ...]]:
    """The rows of a slot as `SlotTable.add` takes them."""
    times = (
        held.begins.isoformat("minutes"),
        held.ends.isoformat("minutes"),
        held.start,
        held.end,
        int(held.late),
    )
    return [
        (*key_columns(held.key), receiver, *times, position, made_by, made_at, generation, FOREVER)
        for position, receiver in enumerate(held.receivers)
    ]


def _drop(connection: sqlite3.Connection, change: Change, retired: frozenset[str]) -> None:
    match change.before:
        case Area(id=name):
            connection.execute(statements.DROP_AREA, (name,))
        case Unit(id=name):
            connection.execute(statements.DROP_ALIASES, (name,))
            if change.after is None:
                connection.execute(statements.DROP_UNIT, (name,))
        case Receiver(id=name):
            connection.execute(statements.DROP_UNITS_OF_RECEIVER, (name,))
            connection.execute(
                statements.RETIRE_RECEIVER if name in retired else statements.DROP_RECEIVER, (name,)
            )
        case Shift(unit=unit, name=name):
            connection.execute(statements.DROP_SHIFT, (unit, name))
        case Administrator(username=name):
            connection.execute(statements.DROP_ADMINISTRATOR, (name,))


def _put(connection: sqlite3.Connection, change: Change) -> None:
    match change.after:
        case Area() as area:
            connection.execute(statements.PUT_AREA, (area.id, area.name, _json(area.fallback)))
        case Unit() as unit:
            fallback = _json(unit.fallback)
            connection.execute(statements.PUT_UNIT, (unit.id, unit.area, unit.name, fallback, unit.one_way))
            _put_list(connection, statements.PUT_ALIAS, unit.id, unit.aliases)
        case Receiver() as one:
            connection.execute(statements.DROP_UNITS_OF_RECEIVER, (one.id,))
            numbers = (one.number, one.number_kind, one.backup, one.backup_kind, one.any_number)
            connection.execute(statements.PUT_RECEIVER, (one.id, one.name, one.kind, *numbers))
            _put_list(connection, statements.PUT_UNIT_OF_RECEIVER, one.id, one.units)
        case Shift() as shift:
            times = (shift.start.isoformat("minutes"), shift.end.isoformat("minutes"))
            connection.execute(statements.PUT_SHIFT, (shift.unit, shift.name, *times, _json(shift.weekdays)))
        case Administrator() as one:
            person = (one.username, one.name, one.phone, one.email)
            connection.execute(statements.PUT_ADMINISTRATOR, (*person, _json(one.units)))


def _put_list(connection: sqlite3.Connection, statement: str, owner: str, names: tuple[str, ...]) -> None:
    connection.executemany(statement, [(owner, position, name) for position, name in enumerate(names)])


def _json(names: tuple[str, ...]) -> str:
    return msgspec.json.encode(names).decode()
