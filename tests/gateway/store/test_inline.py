"""The writer on the caller's thread."""

import sqlite3

import pytest

from gateway.ports import StoreUnavailable
from gateway.store import meta
from gateway.store.inline import InlineWriter


async def test_committed_on_return(conn: sqlite3.Connection) -> None:
    """The work is committed and its value there when the call returns; arguments are handed on."""
    writer = InlineWriter(conn)
    done = writer.run(meta.put, "a", value="1")
    assert done.called
    assert not conn.in_transaction
    await done
    assert await writer.run(meta.get, "a") == "1"


async def test_its_own_exception(conn: sqlite3.Connection) -> None:
    """What the work raised is what the Deferred fails with, and the work is undone."""

    def work(conn: sqlite3.Connection) -> None:
        meta.put(conn, "a", "1")
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await InlineWriter(conn).run(work)
    assert meta.get(conn, "a") is None


async def test_a_full_disk(conn: sqlite3.Connection) -> None:
    """A full disk is told as StoreUnavailable, and nothing of the work remains."""
    pages = conn.execute("PRAGMA page_count").fetchone()[0]
    conn.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnavailable, match="full"):
        await InlineWriter(conn).run(meta.put, "a", "x" * 100_000)
    assert meta.get(conn, "a") is None
