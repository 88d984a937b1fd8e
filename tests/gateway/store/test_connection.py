"""The file is opened durably or not at all, and a transaction takes its lock at the beginning."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store.connection import (
    StoreNotDurable,
    data_version,
    open_reader,
    open_writer,
    require_durable,
    tx,
)


def test_opens_durably(path: Path) -> None:
    """A store that opens has WAL, synchronous=FULL and foreign keys."""
    with closing(open_writer(path)) as conn:
        answers = [
            conn.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert answers == ["wal", 2, 1]


def test_refuses_when_synchronous_is_not_full(path: Path) -> None:
    """A connection that does not wait for the disk is refused, and the message says what it found."""
    with closing(open_writer(path)) as conn:
        conn.execute("PRAGMA synchronous = NORMAL")
        with pytest.raises(StoreNotDurable, match=r"synchronous is 1, and must be 2"):
            require_durable(conn)


def test_refuses_without_wal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that cannot have a log, such as one in memory, does not open."""
    monkeypatch.chdir(tmp_path)  # a private file of that name is made first
    with pytest.raises(StoreNotDurable, match="journal_mode is 'memory'"):
        open_writer(":memory:")  # type: ignore[arg-type]


def test_reader_reads_and_cannot_write(path: Path, conn: sqlite3.Connection) -> None:
    """The reactor's connection sees what is committed and refuses to change anything."""
    conn.execute("INSERT INTO meta VALUES ('a', 'b')")
    with closing(open_reader(path)) as reader:
        assert reader.execute("SELECT value FROM meta").fetchall() == [("b",)]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("DELETE FROM meta")


def test_reader_creates_no_store(path: Path) -> None:
    """Reading where no store is fails and leaves no file."""
    with pytest.raises(sqlite3.OperationalError):
        open_reader(path)
    assert not path.exists()


def test_data_version_tells_of_other_connections(path: Path, conn: sqlite3.Connection) -> None:
    """The number changes with every commit of another connection, and only then."""
    with closing(open_reader(path)) as reader:
        before = data_version(reader)
        assert data_version(reader) == before
        conn.execute("INSERT INTO meta VALUES ('a', 'b')")
        assert data_version(reader) != before


def test_tx_takes_the_lock_at_once(path: Path, conn: sqlite3.Connection) -> None:
    """A second writer is refused when it begins, not in the middle of its work."""
    other = sqlite3.connect(path, timeout=0, isolation_level=None)
    with closing(other), tx(conn), pytest.raises(sqlite3.OperationalError, match="locked"), tx(other):
        pytest.fail("the transaction has begun")


def test_tx_undoes_what_raised(conn: sqlite3.Connection) -> None:
    """An exception leaves no transaction open and nothing written."""
    with pytest.raises(ValueError), tx(conn):  # noqa: PT012 - both are one transaction
        conn.execute("INSERT INTO meta VALUES ('a', 'b')")
        raise ValueError
    assert not conn.in_transaction
    assert conn.execute("SELECT count(*) FROM meta").fetchone() == (0,)
