"""A store of any version becomes one of this version, or is left alone."""

import sqlite3
from contextlib import closing
from datetime import time
from pathlib import Path

import pytest
from sqlite_utils import Database

from gateway.roster.patterns import patterns
from gateway.roster.values import Shift
from gateway.store import migrations
from gateway.store.connection import open_writer
from gateway.store.migrations import MIGRATIONS, STEPS, StoreTooNew, migrate, open_store


def tables(conn: sqlite3.Connection) -> dict[str, str]:
    rows = conn.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' "
        "AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_%' ESCAPE '\\'"
    )
    return dict(rows.fetchall())


def test_from_empty_and_once_only(path: Path) -> None:
    """An empty file gets every migration in order; a second run has nothing to do."""
    with closing(open_writer(path)) as conn:
        assert migrate(conn) == list(STEPS)
        made = tables(conn)
        assert {
            "alert",
            "step",
            "attempt",
            "refusal",
            "alarm",
            "api_key",
            "meta",
            "assignment",
        } <= made.keys()
        assert migrate(conn) == []
        assert tables(conn) == made


def test_every_table_and_column_says_what_it_is(conn: sqlite3.Connection) -> None:
    """The text of each table, as the file keeps it, has a comment for the table and one for each column."""
    for name, text in tables(conn).items():
        columns = {row[1] for row in conn.execute(f"PRAGMA table_info({name})")}
        lines = text.splitlines()
        commented = {line.strip(" ,").split()[0] for line in lines if " -- " in line}
        assert lines[1].strip().startswith("-- "), name
        assert columns <= commented, name


def test_a_store_of_a_later_version_is_not_touched(path: Path) -> None:
    """A migration that this version does not know is named, and nothing is changed."""
    with closing(open_store(path)) as conn:
        conn.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('bakjour', '0999 x', '')"
        )
        with pytest.raises(StoreTooNew, match="0999 x"):
            migrate(conn)
        assert not conn.in_transaction


def test_all_or_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that fails takes those before it back, so that no store is between two versions."""
    monkeypatch.setattr(migrations, "ROSTER_TABLES", "CREATE TABLE broken (;")
    with closing(open_writer(path)) as conn:
        with pytest.raises(sqlite3.Error):
            migrate(conn)
        assert tables(conn) == {}


def test_shift_patterns_of_an_older_store(path: Path) -> None:
    """They are kept as they were, without a bound of their validity."""
    with closing(open_writer(path)) as conn:
        MIGRATIONS.apply(Database(conn, execute_plugins=False), stop_before="0006 validity")
        conn.execute("INSERT INTO shift VALUES ('u', 'Natt', '21:00', '07:00', '[\"fri\",\"sat\"]')")
        conn.commit()
        assert migrate(conn)[0] == "0006 validity"
        assert patterns(conn, "u") == (Shift("u", "Natt", time(21), time(7), ("fri", "sat")),)


def test_the_register_is_kept_when_it_gets_versions(path: Path) -> None:
    """Every row of a store from before is seen afterwards, under the names that readers use."""
    with closing(open_writer(path)) as conn:
        db = Database(conn, recursive_triggers=False, execute_plugins=False)
        MIGRATIONS.apply(db, stop_before="0009 versions")
        rows = {
            "area": ("a", "Område", "[]"),
            "unit": ("u", "a", "Enhet", '["r"]', "escalate", 7),
            "unit_alias": ("SE1", "u", 0),
            "receiver": ("r", "Anna", "person", "20117", "extension", None, None, 0, 0),
            "receiver_unit": ("r", 0, "u"),
            "shift": ("u", "Dag", "07:00", "16:00", "[]", None, "2027-01-01"),
            "administrator": ("ab12345", "Karin", None, None, "[]"),
        }
        for table, row in rows.items():
            conn.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        conn.commit()
        assert migrate(conn)[0] == "0009 versions"
        for table, row in rows.items():
            assert conn.execute(f"SELECT * FROM {table}").fetchall() == [row], table
