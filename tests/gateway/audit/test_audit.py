"""The record of changes: nothing can be altered, put in or taken out unseen."""

import csv
import io
import json
import sqlite3
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple

from gateway.audit.chain import Entry, Head, digest, verify
from gateway.audit.keeping import purge
from gateway.audit.reading import Filter, as_csv, as_json_line, following, head, last_of, latest, verified
from gateway.audit.record import Change, append
from gateway.store.connection import tx
from gateway.store.migrations import open_store

NOW = 1_795_000_000_000


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_store(tmp_path / "s.db")) as conn:
        yield conn


def filled(conn: sqlite3.Connection, count: int = 6) -> None:
    """Some changes of two people."""
    for place in range(count):
        changes = [Change("slot.set", f"slot {place % 3}", f"u{place % 2}", None, {"receivers": [place]})]
        with tx(conn):
            append(conn, NOW + place, ("anna", "bo")[place % 2], changes, "sjuk" if place else None)


def test_a_sound_record(conn: sqlite3.Connection) -> None:
    """Nothing is found, and the head names the last row; an empty record is sound too."""
    assert verified(conn).findings == ()
    filled(conn)
    verdict = verified(conn)
    assert (verdict.rows, verdict.first, verdict.findings) == (6, 1, ())
    assert verdict.head == head(conn) == Head(6, latest(conn)[0].hash)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE audit SET who = 'eve' WHERE seq = 3",
        "UPDATE audit SET why = NULL WHERE seq = 3",
        "UPDATE audit SET after = '{}' WHERE seq = 6",
        "UPDATE audit SET at = at + 1 WHERE seq = 1",
        "UPDATE audit SET unit = 'u9' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 1",
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 6",
        "DELETE FROM audit WHERE seq > 3",
        "DELETE FROM audit",
        "INSERT INTO audit SELECT 7, at, who, action, unit, subject, 7, before, after, why, hash, hash "
        "FROM audit WHERE seq = 6",
        "INSERT INTO audit SELECT 0, at, who, action, unit, subject, 0, before, after, why, '', hash "
        "FROM audit WHERE seq = 1",
        "UPDATE audit SET prev = '' WHERE seq = 4",
        # what JSON writes as the same text: octets, and octets that are no UTF-8
        "UPDATE audit SET who = x'6a7a67' WHERE seq = 1",
        "UPDATE audit SET who = CAST(x'616e6e61ff' AS TEXT) WHERE seq = 1",
        "UPDATE audit SET after = CAST(x'7b22ff227d' AS TEXT), action = 'audit.purged' WHERE seq = 2",
        "UPDATE audit_head SET seq = 5, hash = (SELECT hash FROM audit WHERE seq = 5)",
        "DELETE FROM audit_head",
        "UPDATE audit SET seq = -seq WHERE seq = 1",
        "UPDATE audit SET seq = 9 WHERE seq = 6",
    ],
)
def test_damage_is_found(conn: sqlite3.Connection, damage: str) -> None:
    """Every edit, insertion and deletion, at the beginning, in the middle and at the end."""
    filled(conn)
    conn.execute(damage)
    assert verified(conn).findings


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_damage_of_a_value_is_found(data: st.DataObject) -> None:
    """Whatever column of whatever row is changed, and in whatever order rows stand, it is seen."""
    rows: list[Entry] = []
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        from gateway.store.audit_tables import AUDIT_TABLES  # noqa: PLC0415

        conn.executescript(AUDIT_TABLES)
        filled(conn)
        rows = following(conn)
        end = head(conn)
    place = data.draw(st.integers(0, 5))
    kind = data.draw(st.sampled_from(["drop", "swap", "double", "edit"]))
    if kind == "drop":
        del rows[place]
    elif kind == "swap":
        other = data.draw(st.integers(0, 5).filter(lambda one: one != place))
        rows[place], rows[other] = rows[other], rows[place]
    elif kind == "double":
        rows.insert(place, rows[place])
    else:
        from msgspec.structs import fields, replace  # noqa: PLC0415

        name = data.draw(st.sampled_from([one.name for one in fields(Entry)]))
        value = getattr(rows[place], name)
        rows[place] = replace(rows[place], **{name: value + 1 if isinstance(value, int) else f"{value}x"})
    assert verify(rows, end).findings


def test_a_record_made_anew_is_found_by_a_noted_head(conn: sqlite3.Connection) -> None:
    """Whoever can write the file can make another chain; a head noted elsewhere tells."""
    filled(conn)
    noted = head(conn)
    conn.execute("DELETE FROM audit")
    conn.execute("UPDATE audit_head SET seq = 0, hash = ''")
    filled(conn, 8)
    conn.execute("UPDATE audit SET who = 'eve' WHERE seq = 8")
    assert verified(conn).findings
    conn.execute("DELETE FROM audit")
    conn.execute("UPDATE audit_head SET seq = 0, hash = ''")
    with tx(conn):
        append(conn, NOW, "eve", [Change("a", str(number)) for number in range(9)])
    assert verified(conn).findings == ()
    assert verified(conn, noted).findings
    assert verified(conn, Head(99, "x")).findings


def test_octets_that_hash_alike_are_found(conn: sqlite3.Connection) -> None:
    """JSON writes octets as base64, so that a text could be exchanged for octets of the same hash."""
    with tx(conn):
        append(conn, NOW, "anna", [Change("a", "b")])  # a text that is base64
    (row,) = latest(conn)
    conn.execute("UPDATE audit SET who = ? WHERE seq = 1", (b64decode("anna"),))
    assert digest(*astuple(latest(conn)[0])[:-1]) == row.hash
    assert verified(conn).findings


def test_a_record_without_rows_or_head(conn: sqlite3.Connection) -> None:
    """Rows and head taken away together are found by the head that lacks."""
    filled(conn)
    conn.execute("DELETE FROM audit")
    conn.execute("DELETE FROM audit_head")
    assert verified(conn).findings


def test_a_noted_head_of_a_row_that_was_removed_proves_nothing(conn: sqlite3.Connection) -> None:
    """Who cannot compare says so, in place of calling the record proved."""
    filled(conn)
    noted = Head(1, following(conn)[0].hash)
    assert verified(conn, noted).findings == ()
    with tx(conn):
        purge(conn, NOW + 2, NOW + 10)
    assert verified(conn).findings == ()
    (finding,) = verified(conn, noted).findings
    assert "row 1, which was noted, is kept no longer" in finding


def test_old_rows_are_removed_and_the_rest_verifies(conn: sqlite3.Connection) -> None:
    """A purge says up to where; one after it too; a deletion that says nothing is found all the same."""
    filled(conn)
    with tx(conn):
        assert purge(conn, NOW + 2, NOW + 10) == 2
    with tx(conn):
        assert purge(conn, NOW + 2, NOW + 11) == 0
    assert (verified(conn).first, verified(conn).findings) == (3, ())
    with tx(conn):
        assert purge(conn, NOW + 9, NOW + 12) == 4
    assert (verified(conn).first, verified(conn).findings) == (7, ())
    conn.execute("DELETE FROM audit WHERE seq = 7")
    assert verified(conn).findings


def test_nothing_happened_is_not_recorded(conn: sqlite3.Connection) -> None:
    """A change from a value to the same one leaves no row."""
    with tx(conn):
        assert append(conn, NOW, "anna", [Change("slot.set", "s", before=[1], after=[1])]) is None
    assert latest(conn) == []


def test_filters(conn: sqlite3.Connection) -> None:
    """By unit, person, subject and time; the newest first; page after page."""
    filled(conn)
    assert [one.seq for one in latest(conn, Filter(unit="u1"))] == [6, 4, 2]
    assert [one.seq for one in latest(conn, Filter(who="anna", since=NOW + 1, until=NOW + 4))] == [3]
    assert [one.seq for one in latest(conn, limit=2, before=4)] == [3, 2]
    assert [one.seq for one in following(conn, Filter(subject="slot 0"))] == [1, 4]
    found = last_of(conn, "slot 2")
    assert found is not None
    assert found.seq == 6


def test_exports(conn: sqlite3.Connection) -> None:
    """JSON lines hold values; CSV is read back by any reader, and no cell is a formula."""
    with tx(conn):
        append(conn, NOW, "=cmd()", [Change("a", 'x,"y"', after={"å": 1})], "rad\nett")
    (entry,) = latest(conn)
    line = json.loads(as_json_line(entry))
    assert line["after"] == {"å": 1}
    assert line["at"] == "2026-11-18T11:06:40.000Z"
    columns, row = csv.reader(io.StringIO(as_csv([entry], header=True)))
    told = dict(zip(columns, row, strict=True))
    assert told["who"] == "'=cmd()"
    assert told["subject"] == 'x,"y"'
    assert told["hash"] == entry.hash
