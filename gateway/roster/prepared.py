"""A large import, laid down in a file of its own, from which the writer takes it in steps.

Rules: the file is scratch: what it holds is written anew by the next import, and nobody relies on it after a
crash. Its rows are numbered from 1 in the order in which they are to be written; of each table in versions
there is `gone_…`, whose rows go, and `added_…`.
"""

import sqlite3
from collections.abc import Callable, Iterable
from itertools import groupby, islice
from pathlib import Path

from msgspec import Struct

from gateway.audit.record import Change as Recorded
from gateway.roster.index import VERSIONED
from gateway.roster.plan import Plan
from gateway.roster.versioned import Versioned
from gateway.roster.written import Rewrite, rewrites

AT_ONCE = 10_000
"""Rewrites that are handed to SQLite at once."""


class Prepared(Struct, frozen=True):
    """What the file holds, by table, and what the import needs besides."""

    revision: int
    gone: dict[str, int]
    added: dict[str, int]
    longest: tuple[tuple[str, int], ...]  # units, and ms
    recorded: tuple[Recorded, ...]

    @property
    def rows(self) -> int:
        """Steps' worth of work: what is hidden, added and at last removed."""
        return 2 * sum(self.gone.values()) + sum(self.added.values())


def prepare(file: Path, plan: Plan, made_by: str, now: int, tell: Callable[[int, int], None]) -> Prepared:
    """Lay a plan down in a new file; `tell` hears how many of its changes are laid.

    Raises sqlite3.Error, OSError.
    """
    file.unlink(missing_ok=True)
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        # Durable is the store, once the writer has taken it from here.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for table in VERSIONED:
            connection.execute(f"CREATE TABLE gone_{table.name} ({', '.join(table.owner)})")
            connection.execute(f"CREATE TABLE added_{table.name} ({', '.join(table.columns)})")
        gone, added = dict.fromkeys(_names(), 0), dict.fromkeys(_names(), 0)
        rest, done = rewrites(plan, made_by, now), 0
        while some := list(islice(rest, AT_ONCE)):
            some.sort(key=lambda one: one.table.name)  # stable: the plan's order is kept in each
            for table, same in groupby(some, lambda one: one.table):
                _lay(connection, table, list(same), gone, added)
            done += len(some)
            tell(done, len(plan.frame) + len(plan.slots))
        connection.execute("COMMIT")
    finally:
        connection.close()
    return Prepared(plan.revision, gone, added, tuple(plan.longest.items()), plan.recorded)


def _names() -> Iterable[str]:
    return (table.name for table in VERSIONED)


def _lay(
    connection: sqlite3.Connection,
    table: Versioned,
    some: list[Rewrite],
    gone: dict[str, int],
    added: dict[str, int],
) -> None:
    owners = [one.owner for one in some if one.gone]
    rows = [row for one in some for row in one.rows]
    for name, values, columns, counts in (
        ("gone", owners, table.owner, gone),
        ("added", rows, table.columns, added),
    ):
        slots = ", ".join("?" * len(columns))
        # The names are those of `versioned`.
        connection.executemany(f"INSERT INTO {name}_{table.name} VALUES ({slots})", values)  # noqa: S608
        counts[table.name] += len(values)
