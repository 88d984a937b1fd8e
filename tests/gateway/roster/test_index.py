"""The index over instants, and the tables it stands in."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from gateway.model import Role
from gateway.roster import index
from gateway.roster.book import RosterBook
from gateway.roster.index import IndexStale, rebuild_index
from gateway.roster.wall import load_zone, parse_time
from gateway.store.roster_tables import ROSTER_TABLES

STOCKHOLM, HELSINKI = load_zone("Europe/Stockholm"), load_zone("Europe/Helsinki")


def starts(store: Any) -> list[tuple[int, int]]:
    return store.read.execute("SELECT start_ms, end_ms FROM assignment ORDER BY start_ms").fetchall()


def test_another_zone_moves_every_instant(store: Any, frame: str, assigned: Callable[..., str]) -> None:
    """When the zone of the configuration changes, the same wall times become other instants, once."""
    store.load(frame + assigned("2026-11-23", "anna") + assigned("2026-11-25", "anna", shift="Natt"))
    before, book = starts(store), RosterBook(store.read)
    at = parse_time("2026-11-25T21:00", HELSINKI)
    assert book.duty("hc-andersberg", Role.NURSE, at).slots == ()  # type: ignore[union-attr]
    assert store.open(HELSINKI)
    assert not store.open(HELSINKI)
    assert starts(store) == [(start - 3_600_000, end - 3_600_000) for start, end in before]
    assert len(book.duty("hc-andersberg", Role.NURSE, at).slots) == 1  # type: ignore[union-attr]


def test_new_rules_rebuild(
    store: Any, frame: str, assigned: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the time-zone rules have another version the index is computed anew, once."""
    store.load(frame + assigned("2026-11-25", "anna"))
    before = starts(store)
    monkeypatch.setattr(index, "TZ_VERSION", "2030a")
    assert store.open(STOCKHOLM)
    assert starts(store) == before


def test_rebuild_measures_the_longest(store: Any, frame: str, assigned: Callable[..., str]) -> None:
    """The bound for the search is each unit's longest slot, over the night of 11 h too."""
    store.load(
        frame + assigned("2026-10-24", "anna", shift="Natt"), now=parse_time("2026-10-01T00:00", STOCKHOLM)
    )
    longest = "SELECT longest_ms FROM unit ORDER BY id"
    assert store.read.execute(longest).fetchall() == [(11 * 3_600_000,), (0,)]
    store.write.execute("UPDATE unit_version SET longest_ms = 0")
    rebuild_index(store.write, STOCKHOLM)
    assert store.read.execute(longest).fetchall() == [(11 * 3_600_000,), (0,)]


def test_no_import_under_a_stale_index(store: Any, frame: str) -> None:
    """Instants of two zones never mix: nothing is planned before the index fits."""
    store.open(HELSINKI)
    with pytest.raises(IndexStale, match="Europe/Helsinki"):
        store.plan(frame)


def test_every_column_is_explained() -> None:
    """Every table and column of the roster says in the schema what it is."""
    for table, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", ROSTER_TABLES, re.DOTALL):
        first, *columns = body.strip().splitlines()
        assert first.strip().startswith("-- "), table
        for column in columns:
            assert "  -- " in column or column.strip().startswith("PRIMARY KEY ("), (table, column)
