"""Opens the SQLite file.

Rules: what is committed is on the disk (WAL with synchronous=FULL, read back; otherwise we do not start);
a transaction that writes takes the write lock at its beginning, never in its middle, where waiting for it
could not be told from a deadlock. The writer's connection belongs to one thread; the reactor reads over a
connection of its own that cannot write.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

WRITER_BUSY_SECONDS = 2.0
"""How long the writer waits for another process's transaction: as long as a page may wait for its commit
before its effect runs all the same, and less than the 5 s after which an event is answered `retry`."""

READER_BUSY_SECONDS = 0.1
"""A reader in WAL mode waits only while the log is recovered or swapped; the reactor must not stand still."""

CACHED_STATEMENTS = 128
"""More than all the statements of the project, so that none is ever prepared twice on a connection."""

CACHE_KIB = 16 * 1024
"""Page cache of the writer. The index of event ids is hit at random; at 2 MiB, SQLite's default, it is read
from the file again and again once some ten thousand events are stored."""

CHECKPOINT_PAGES = 4_000
"""Pages in the log before it is copied into the database (16 MiB). SQLite's 1,000 copies the same hot pages
four times as often, each time with two more fsyncs inside a commit."""

STORE_MODE = 0o600
"""The store holds names, numbers and case references: nobody's but the gateway's. SQLite gives the same mode
to the files beside it."""

FULL = 2
"""What `PRAGMA synchronous` answers for FULL."""


class StoreNotDurable(Exception):  # noqa: N818 - named for what is the case
    """SQLite would not promise that what is committed survives a power failure; we do not start on it."""


def open_writer(path: Path) -> sqlite3.Connection:
    """Open, and create if it is missing, the store for the one thread that writes.

    Raises StoreNotDurable if WAL or synchronous=FULL does not hold, sqlite3.Error if it cannot be opened.
    """
    with suppress(OSError):  # it exists, or SQLite says below what is wrong
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, STORE_MODE))
    conn = sqlite3.connect(
        path, timeout=WRITER_BUSY_SECONDS, isolation_level=None, cached_statements=CACHED_STATEMENTS
    )
    try:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA synchronous = FULL")
        require_durable(conn)
        conn.execute("PRAGMA foreign_keys = ON")
        # The text of a nurse call is forgotten after a day, and then not to be read from free pages either.
        conn.execute("PRAGMA secure_delete = ON")
        # Savepoints keep undone pages in a temporary file; in memory they need no disk that may be full.
        conn.execute("PRAGMA temp_store = MEMORY")
        conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        conn.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    except BaseException:
        conn.close()
        raise
    return conn


def open_reader(path: Path) -> sqlite3.Connection:
    """Open the store for reading only, for the thread that calls.

    Fetch every result to its end: an unfinished one holds an old snapshot and keeps the log from shrinking.
    Raises sqlite3.OperationalError if there is no store at `path`.
    """
    conn = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        timeout=READER_BUSY_SECONDS,
        isolation_level=None,
        cached_statements=CACHED_STATEMENTS,
    )
    try:
        conn.execute("PRAGMA query_only = ON")
    except BaseException:
        conn.close()
        raise
    return conn


def copy_log(path: Path) -> None:
    """Copy what is committed from the log into the database, beside whoever writes. Raises sqlite3.Error.

    A commit that finds the log full does so itself, and keeps everybody waiting; after this it begins anew.
    """
    conn = open_writer(path)
    try:
        conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    finally:
        conn.close()


def require_durable(conn: sqlite3.Connection) -> None:
    """Read back the two settings that durability stands on. Raises StoreNotDurable, naming what is wrong."""
    journal = conn.execute("PRAGMA journal_mode").fetchone()[0]
    synchronous = conn.execute("PRAGMA synchronous").fetchone()[0]
    if journal != "wal":
        raise StoreNotDurable(
            f"journal_mode is {journal!r}, and must be 'wal': is the store on a network file system?"
        )
    if synchronous != FULL:
        raise StoreNotDurable(f"synchronous is {synchronous}, and must be {FULL} (FULL)")


@contextmanager
def tx(conn: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction that holds the write lock from its beginning; undone by any exception."""
    conn.execute("BEGIN IMMEDIATE")
    try:
        yield conn
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def data_version(conn: sqlite3.Connection) -> int:
    """A number that changes when any *other* connection has committed; what was read before is old then."""
    return int(conn.execute("PRAGMA data_version").fetchone()[0])
