"""The jobs by which an import reaches the store: functions for `ports.Writer.run`.

Rules: each is one savepoint and takes less than 50 ms whatever the import holds, so that alerts are
committed in between. `begin` gives out the generation in which everything is written, unseen by any reader;
`swap` makes it the one that is seen. A job of an import that another one has overtaken, or whose roster was
changed meanwhile, raises RosterChanged and has changed nothing.

What is written comes as values, or out of a file in which a large import was prepared (`prepared`): SQLite
then copies it by itself, and the interpreter is free for alerts meanwhile.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from gateway.audit.record import Change as Recorded
from gateway.audit.record import append
from gateway.roster import statements
from gateway.roster.index import VERSIONED, read_meta
from gateway.roster.slots import Held
from gateway.roster.versioned import FOREVER, STAGE, Versioned
from gateway.roster.written import Rewrite, Row
from gateway.roster.written import slot_rows as unversioned_rows

CHANGED = "the roster was changed meanwhile; nothing was imported"


class RosterChanged(Exception):  # noqa: N818 (named for what is the case)
    """The roster is no longer the one that the import was checked against; nothing of it was taken."""


class Begun(NamedTuple):
    """An import that has begun: its generation, and whether another has left rows that have to go first."""

    generation: int
    clear: bool


class Part(NamedTuple):
    """Some rows of a prepared import: those of one table with these numbers."""

    table: Versioned
    after: int
    upto: int


def begin(connection: sqlite3.Connection, revision: int) -> Begun:
    """Start an import that was planned for this revision."""
    meta = read_meta(connection)
    if meta.revision != revision:
        raise RosterChanged(CHANGED)
    generation = max(meta.generation, meta.filling or 0) + 1
    connection.execute(statements.SET_FILLING, (generation,))
    return Begun(generation, meta.filling is not None)


def stage(connection: sqlite3.Connection, generation: int, some: Iterable[Rewrite]) -> None:
    """Write some rows of the generation beside what is seen."""
    seen = _require(connection, generation)
    for table, group in groupby(some, lambda one: one.table):
        same = list(group)
        gone = [(generation, *one.owner, seen, seen) for one in same if one.gone]
        rows = [(*row, generation, FOREVER) for one in same for row in one.rows]
        connection.executemany(table.hide, gone)
        connection.executemany(table.add, rows)


def attach(connection: sqlite3.Connection, file: Path) -> None:
    """Let the jobs below read a prepared file. It is let go by `detach`, or by the next `attach`."""
    detach(connection)
    connection.execute(statements.ATTACH, (str(file), STAGE))


def detach(connection: sqlite3.Connection) -> None:
    """Let the prepared file go, if there is one."""
    if any(name == STAGE for _, name, _ in connection.execute(statements.ATTACHED).fetchall()):
        connection.execute(statements.DETACH)


def hide_part(connection: sqlite3.Connection, generation: int, part: Part) -> None:
    """Hide from the generation what the prepared file replaces, in one of its parts."""
    seen = _require(connection, generation)
    connection.execute(part.table.hide_some, (generation, part.after, part.upto, seen, seen))


def add_part(connection: sqlite3.Connection, generation: int, part: Part) -> None:
    """Write one part of a prepared file beside what is seen."""
    _require(connection, generation)
    connection.execute(part.table.add_some, (generation, part.after, part.upto))


def lengthen(connection: sqlite3.Connection, generation: int, longest: Sequence[tuple[str, int]]) -> None:
    """Let look-ups reach back as far as some units' assignments last; further than needed does no harm."""
    _require(connection, generation)
    rows = [(length, unit, length) for unit, length in longest]
    connection.executemany(statements.LENGTHEN, rows)


def swap(
    connection: sqlite3.Connection,
    generation: int,
    revision: int,
    recorded: Sequence[Recorded],
    who: str,
    at: int,
) -> None:
    """Make the whole import seen at once, and record what `who` changed at `at` (UTC ms)."""
    _require(connection, generation)
    if read_meta(connection).revision != revision:
        raise RosterChanged(CHANGED)
    connection.execute(statements.SET_LIVE, (generation,))
    append(connection, at, who, recorded)


def purge(connection: sqlite3.Connection, generation: int, some: Iterable[Rewrite]) -> None:
    """Remove, after the swap, some of the rows that nobody sees any more."""
    for table, group in groupby(some, lambda one: one.table):
        connection.executemany(table.purge, [(*one.owner, generation) for one in group if one.gone])


def purge_part(connection: sqlite3.Connection, generation: int, part: Part) -> None:
    """As `purge`, for one part of a prepared file."""
    connection.execute(part.table.purge_some, (part.after, part.upto, generation))


def finish(connection: sqlite3.Connection, generation: int) -> None:
    """Nothing of the import is left to clear up."""
    if read_meta(connection).filling == generation:
        connection.execute(statements.SET_FILLING, (None,))


def lasts(connection: sqlite3.Connection) -> Mapping[str, int]:
    """The number of the last row of each table in versions."""
    return {table.name: connection.execute(table.last).fetchone()[0] for table in VERSIONED}


def clear_part(connection: sqlite3.Connection, generation: int, part: Part) -> None:
    """Clear up after other imports than this one, among the rows with these numbers."""
    live = _require(connection, generation)
    numbers = (part.after, part.upto)
    connection.execute(part.table.sweep_some, (*numbers, live, live))
    connection.execute(part.table.unhide_some, (*numbers, live))


def slot_rows(held: Held, generation: int, made_by: str, made_at: int) -> list[Row]:
    """The rows of a slot that is written into the generation that is seen."""
    return [(*row, generation, FOREVER) for row in unversioned_rows(held, made_by, made_at)]


def _require(connection: sqlite3.Connection, generation: int) -> int:
    """The generation that is seen. Raises RosterChanged if the other one is no longer being written."""
    meta = read_meta(connection)
    if meta.filling != generation:
        raise RosterChanged("another import was started meanwhile; nothing of this one was taken")
    return meta.generation
