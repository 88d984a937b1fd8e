"""One transaction for many, and what becomes of each when something goes wrong."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gateway.ports import StoreUnavailable
from gateway.store.batch import Batches, Undone

PAGE = 4096
ROOM = 20 * PAGE


def put(key: str, size: int = 1) -> Callable[[sqlite3.Connection], str]:
    def work(conn: sqlite3.Connection) -> str:
        conn.execute("INSERT INTO meta VALUES (?, ?)", (key, "x" * size))
        return key

    return work


def refuse(conn: sqlite3.Connection) -> str:
    put("refused")(conn)
    raise ValueError("no")


def stored(conn: sqlite3.Connection) -> list[str]:
    return [key for (key,) in conn.execute("SELECT key FROM meta ORDER BY key")]


def fill(conn: sqlite3.Connection) -> None:
    """Leave the store ROOM bytes to grow."""
    pages = conn.execute("PRAGMA page_count").fetchone()[0]
    conn.execute(f"PRAGMA max_page_count = {pages + ROOM // PAGE}")


@pytest.fixture
def full() -> list[str]:
    """One entry for every time that a full disk was told."""
    return []


@pytest.fixture
def batches(conn: sqlite3.Connection, full: list[str]) -> Batches:
    return Batches(conn, lambda: full.append("full"))


def error_of(result: object) -> Exception:
    assert isinstance(result, Undone)
    return result.error


def test_work_that_raises_is_undone_alone(conn: sqlite3.Connection, batches: Batches) -> None:
    """Its neighbours are committed and it gets its own exception; one commit serves them all."""
    statements: list[str] = []
    conn.set_trace_callback(statements.append)
    first, second, third = batches.run([put("a"), refuse, put("b")])
    assert (first, third) == ("a", "b")
    assert isinstance(error_of(second), ValueError)
    assert stored(conn) == ["a", "b"]
    assert statements.count("COMMIT") == 1


def test_a_broken_rule_of_the_tables_is_the_works_own_fault(batches: Batches) -> None:
    """A constraint that a work breaks is told as it is, and not as a fault of the store."""
    results = batches.run([put("a"), put("a")])
    assert results[0] == "a"
    assert isinstance(error_of(results[1]), sqlite3.IntegrityError)


def test_a_full_disk_takes_only_what_does_not_fit(
    conn: sqlite3.Connection, batches: Batches, full: list[str]
) -> None:
    """The whole transaction is lost at "disk full"; each member is repeated alone, and what fits stays."""
    fill(conn)
    statements: list[str] = []
    conn.set_trace_callback(statements.append)
    first, second, third = batches.run([put("a"), put("big", 2 * ROOM), put("b")])
    assert (first, third) == ("a", "b")
    assert isinstance(error_of(second), StoreUnavailable)
    assert stored(conn) == ["a", "b"]
    assert not conn.in_transaction
    assert statements.count("BEGIN IMMEDIATE") == 4
    assert statements.count("COMMIT") == 2
    assert full == ["full", "full"]


def test_nothing_runs_outside_a_transaction_on_a_full_disk(
    conn: sqlite3.Connection, batches: Batches
) -> None:
    """Where nothing fits nothing is stored, not even by the members after the one that failed."""
    fill(conn)
    results = batches.run([put(str(number), 2 * ROOM) for number in range(3)])
    assert [type(error_of(result)) for result in results] == [StoreUnavailable] * 3
    assert stored(conn) == []
    conn.execute("PRAGMA max_page_count = 1000000")
    assert batches.run([put("later", 2 * ROOM)]) == ["later"]


def test_a_transaction_ended_by_work_is_repeated(conn: sqlite3.Connection, batches: Batches) -> None:
    """Whatever ended the transaction, its members before and after are stored, and once."""

    def end(conn: sqlite3.Connection) -> None:
        conn.execute("ROLLBACK")
        raise ValueError

    results = batches.run([put("a"), end, put("b")])
    assert [results[0], results[2]] == ["a", "b"]
    assert isinstance(error_of(results[1]), StoreUnavailable)
    assert stored(conn) == ["a", "b"]


def test_a_store_that_is_held_tells_all(path: Path, conn: sqlite3.Connection, batches: Batches) -> None:
    """If the transaction cannot begin, no work is begun and all are told to try again."""
    conn.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        results = batches.run([put("a"), put("b")])
    assert [type(error_of(result)) for result in results] == [StoreUnavailable] * 2
    assert "locked" in str(error_of(results[0]))
    assert stored(conn) == []


def test_a_commit_that_fails_tells_all(conn: sqlite3.Connection, batches: Batches) -> None:
    """Nobody is told that it is stored, nothing is, and the next batch starts afresh."""

    def owe(conn: sqlite3.Connection) -> None:
        """Break a rule that is looked at by the commit."""
        conn.execute("PRAGMA defer_foreign_keys = ON")
        conn.execute(
            "INSERT INTO step (alert, at, scope, text, final, late) VALUES (99, 1, 'alert', 'x', 0, 0)"
        )

    results = batches.run([put("a"), refuse, owe])
    assert isinstance(error_of(results[0]), StoreUnavailable)
    assert isinstance(error_of(results[1]), ValueError)
    assert isinstance(error_of(results[2]), StoreUnavailable)
    assert stored(conn) == []
    assert batches.run([put("b")]) == ["b"]
