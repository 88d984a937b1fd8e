"""The statements fit the tables, and the frequent ones find their rows by an index."""

import sqlite3

import pytest

from gateway.store import statements as sql

QUERIES = {name: text for name, text in vars(sql).items() if name.isupper() and "SAVEPOINT" not in text}
del QUERIES["COMMIT"], QUERIES["ROLLBACK"]

WALKS = {"RECENT", "RECENT_OPEN", "REFUSALS", "REJECTED", "ALARMS", "STANDING_ALARMS", "KEYS", "OPEN_IDS"}
"""Read in order up to a limit, or few rows by nature, or every row of a covering index."""


def plan(conn: sqlite3.Connection, text: str) -> list[str]:
    return [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {text}", (1,) * text.count("?"))]


@pytest.mark.parametrize("name", QUERIES)
def test_no_statement_walks_a_table(conn: sqlite3.Connection, name: str) -> None:
    """Each statement can be prepared, and none but those listed reads a whole table."""
    scans = [line for line in plan(conn, QUERIES[name]) if line.startswith("SCAN")]
    assert not scans or name in WALKS


def test_a_restart_reads_one_index(conn: sqlite3.Connection) -> None:
    """The numbers of the open alerts come from the index of open alerts alone; no row is fetched."""
    assert plan(conn, sql.OPEN_IDS) == ["SCAN alert USING COVERING INDEX alert_open"]


def test_open_alerts_are_found_among_the_open_ones(conn: sqlite3.Connection) -> None:
    """The list of open alerts does not walk back over the closed ones."""
    assert "SCAN alert USING COVERING INDEX alert_open" in plan(conn, sql.RECENT_OPEN)
