"""Single facts about the store: a text under a key."""

import sqlite3

from gateway.store import statements as sql


def get(conn: sqlite3.Connection, key: str) -> str | None:
    """The text under `key`, or None."""
    row = conn.execute(sql.META, (key,)).fetchone()
    return None if row is None else str(row[0])


def put(conn: sqlite3.Connection, key: str, value: str) -> None:
    """Put `value` under `key`, in place of what stood there."""
    conn.execute(sql.PUT_META, (key, value))
