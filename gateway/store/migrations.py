"""Brings a store of any earlier version to this one, by numbered migrations that sqlite-utils keeps book of.

Rules: a migration that was once released is never changed, a new one is put behind it. All that are due run
in one transaction: a store is of the old version or of the new one, never between. A store that a later
version has written is not touched.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from gateway.store.account_tables import ACCOUNT_TABLES, RECEIVER_INDEX
from gateway.store.alert_tables import ALERT_TABLES, REFUSAL_INDEX, REPLY_COLUMN
from gateway.store.audit_tables import AUDIT_TABLES
from gateway.store.call_tables import CALL_TABLES
from gateway.store.connection import open_writer, tx
from gateway.store.frame_tables import FRAME_VERSIONS, KIND_INDEXES
from gateway.store.roster_tables import REGISTER_INDEXES, ROSTER_TABLES, VALIDITY_OF_SHIFT


class StoreTooNew(Exception):  # noqa: N818 - named for what is the case
    """A later version of the program has written this store."""


def migrate(conn: sqlite3.Connection) -> list[str]:
    """Apply what is due and return its names; nothing if the store is of this version.

    Raises StoreTooNew, naming the migrations that this version does not know; sqlite3.Error.
    """
    # sqlite-utils begins deferred by itself; inside our transaction it uses savepoints.
    with tx(conn):
        db = Database(conn, recursive_triggers=False, execute_plugins=False)
        due = [migration.name for migration in MIGRATIONS.pending(db)]
        unknown = {migration.name for migration in MIGRATIONS.applied(db)} - STEPS.keys()
        if unknown:
            raise StoreTooNew(
                f"the store was written by a later version of bakjour ({', '.join(sorted(unknown))}); "
                "run that version, or restore a copy from before the upgrade"
            )
        MIGRATIONS.apply(db)
    return due


def open_store(path: Path) -> sqlite3.Connection:
    """Open, create or upgrade the store at `path` for the thread that writes.

    Raises what `open_writer` and `migrate` raise.
    """
    conn = open_writer(path)
    try:
        migrate(conn)
    except BaseException:
        conn.close()
        raise
    return conn


def _create(conn: sqlite3.Connection, script: str) -> None:
    """Run a script statement by statement: `executescript` would commit the transaction first."""
    statement = ""
    for piece in script.split(";"):
        statement += f"{piece};"
        if sqlite3.complete_statement(statement):
            conn.execute(statement)
            statement = ""


def _alerts(db: Database) -> None:
    _create(db.conn, ALERT_TABLES)


def _roster(db: Database) -> None:
    _create(db.conn, ROSTER_TABLES)


def _calls(db: Database) -> None:
    _create(db.conn, CALL_TABLES)


def _accounts(db: Database) -> None:
    _create(db.conn, ACCOUNT_TABLES)
    _create(db.conn, AUDIT_TABLES)
    _create(db.conn, RECEIVER_INDEX)


def _replies(db: Database) -> None:
    _create(db.conn, REPLY_COLUMN)


def _validity(db: Database) -> None:
    _create(db.conn, VALIDITY_OF_SHIFT)


def _register(db: Database) -> None:
    _create(db.conn, REGISTER_INDEXES)


def _refusals(db: Database) -> None:
    _create(db.conn, REFUSAL_INDEX)


def _versions(db: Database) -> None:
    _create(db.conn, FRAME_VERSIONS)


def _kinds(db: Database) -> None:
    _create(db.conn, KIND_INDEXES)


STEPS: dict[str, Callable[[Database], None]] = {
    "0001 alerts": _alerts,
    "0002 roster": _roster,
    "0003 calls": _calls,
    "0004 accounts and audit": _accounts,
    "0005 replies": _replies,
    "0006 validity": _validity,
    "0007 register": _register,
    "0008 refusals": _refusals,
    "0009 versions": _versions,
    "0010 kinds of number": _kinds,
}
"""Every migration by its name, in the order in which they are applied."""

MIGRATIONS = Migrations("bakjour")
for _name, _step in STEPS.items():
    MIGRATIONS(name=_name)(_step)
