"""The jobs by which an import reaches the store: functions for `ports.Writer.run`.

Rules: each is one savepoint and takes less than 50 ms whatever the import holds, so that alerts are
committed in between. `begin` gives out the generation in which everything is written, unseen by any reader;
`swap` makes it the one that is seen. A job of an import that another one has overtaken, or whose roster was
changed meanwhile, raises RosterChanged and has changed nothing.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.audit.record import Change as Recorded
from gateway.audit.record import append
from gateway.roster import statements
from gateway.roster.index import read_meta
from gateway.roster.prepared import TABLES, Batch, Laid, taken
from gateway.roster.slots import Held
from gateway.roster.versioned import FOREVER, Versioned
from gateway.roster.written import Row
from gateway.roster.written import slot_rows as unversioned_rows

CHANGED = "the roster was changed meanwhile; nothing was imported"


class RosterChanged(Exception):  # noqa: N818 (named for what is the case)
    """The roster is no longer the one that the import was checked against; nothing of it was taken."""


class Begun(NamedTuple):
    """An import that has begun: its generation, and whether another has left rows that have to go first."""

    generation: int
    clear: bool


class Part(NamedTuple):
    """Rows of one table: those with these numbers."""

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


def stage(connection: sqlite3.Connection, generation: int, batch: Batch) -> None:
    """Write some rows of the generation beside what is seen."""
    table, seen = TABLES[batch.table], _require(connection, generation)
    connection.executemany(table.hide, [(generation, *owner, seen, seen) for owner in batch.gone])
    connection.executemany(table.add, [(*row, generation, FOREVER) for row in batch.rows])


def stage_laid(connection: sqlite3.Connection, generation: int, descriptor: int, laid: Laid) -> None:
    """As `stage`, for a batch that is laid down in an open file."""
    stage(connection, generation, taken(descriptor, laid))


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


def purge(connection: sqlite3.Connection, generation: int, batch: Batch) -> None:
    """Remove, after the swap, some of the rows that nobody sees any more."""
    rows = [(*owner, generation) for owner in batch.gone]
    connection.executemany(TABLES[batch.table].purge, rows)


def purge_laid(connection: sqlite3.Connection, generation: int, descriptor: int, laid: Laid) -> None:
    """As `purge`, for a batch that is laid down in an open file."""
    purge(connection, generation, taken(descriptor, laid))


def finish(connection: sqlite3.Connection, generation: int) -> None:
    """Nothing of the import is left to clear up."""
    if read_meta(connection).filling == generation:
        connection.execute(statements.SET_FILLING, (None,))


def lasts(connection: sqlite3.Connection) -> Mapping[str, int]:
    """The number of the last row of each table in versions."""
    return {table.name: connection.execute(table.last).fetchone()[0] for table in TABLES.values()}


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
