"""Lists, filters, exports and verifies the record. Functions over a connection; they raise sqlite3.Error."""

import csv
import io
import sqlite3
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from gateway.audit import statements as sql
from gateway.audit.chain import Entry, Head, Verdict, verify
from gateway.roster.slots import FOREVER
from protocols.clinic24 import times

CHUNK = 1000
"""Rows read at a time: some 5 ms, so that nobody waits for a reader of the whole record."""

CSV_COLUMNS = (
    "seq",
    "at",
    "who",
    "action",
    "unit",
    "subject",
    "change",
    "before",
    "after",
    "why",
    "prev",
    "hash",
)

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings by which a spreadsheet takes a cell for a formula."""


class Filter(Struct, frozen=True):
    """Which rows; None: any. `since` and `until` are UTC ms, half-open."""

    unit: str | None = None
    who: str | None = None
    action: str | None = None
    subject: str | None = None
    change: int | None = None
    since: int | None = None
    until: int | None = None


ALL = Filter()


def latest(
    conn: sqlite3.Connection, wanted: Filter = ALL, limit: int = CHUNK, before: int = FOREVER
) -> list[Entry]:
    """At most `limit` rows, the newest first, that stand before the row `before`."""
    return _listed(conn, wanted, before, limit, newest_first=True)


def following(
    conn: sqlite3.Connection, wanted: Filter = ALL, limit: int = CHUNK, after: int = 0
) -> list[Entry]:
    """At most `limit` rows, the oldest first, that stand after the row `after`."""
    return _listed(conn, wanted, after, limit, newest_first=False)


def of_change(conn: sqlite3.Connection, change: int) -> list[Entry]:
    """Every row of one change, in order."""
    return [Entry(*row) for row in conn.execute(sql.OF_CHANGE, (change,))]


def last_of(conn: sqlite3.Connection, subject: str) -> Entry | None:
    """The last row about one thing."""
    row = conn.execute(sql.LAST_OF_SUBJECT, (subject,)).fetchone()
    return None if row is None else Entry(*row)


def head(conn: sqlite3.Connection) -> Head:
    """Where the record ends."""
    return Head(*conn.execute(sql.HEAD).fetchone())


def verified(conn: sqlite3.Connection, known: Head | None = None) -> Verdict:
    """Read one snapshot of the whole record through: a second for 100,000 rows, not for the reactor."""
    conn.execute("BEGIN")
    try:
        return verify(_every(conn), head(conn), known)
    finally:
        conn.execute("COMMIT")


def as_json_line(entry: Entry) -> str:
    """A row as one line of JSON; `before` and `after` are values, not texts."""
    row = asdict(entry) | {"at": times.render(entry.at)}
    for name in ("before", "after"):
        row[name] = None if row[name] is None else msgspec.Raw(row[name].encode())
    return msgspec.json.encode(row).decode() + "\n"


def as_csv(entries: Iterable[Entry], *, header: bool) -> str:
    """Rows as CSV for a spreadsheet: what looks like a formula is marked as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if header:
        writer.writerow(CSV_COLUMNS)
    for entry in entries:
        row = asdict(entry) | {"at": times.render(entry.at)}
        writer.writerow([_cell(row[name]) for name in CSV_COLUMNS])
    return out.getvalue()


def _listed(
    conn: sqlite3.Connection, wanted: Filter, beyond: int, limit: int, *, newest_first: bool
) -> list[Entry]:
    given = {name: value for name, value in asdict(wanted).items() if value is not None}
    statement = sql.listing(tuple(given), newest_first=newest_first)
    return [Entry(*row) for row in conn.execute(statement, (beyond, *given.values(), limit))]


def _every(conn: sqlite3.Connection) -> Iterator[Entry]:
    after = -FOREVER  # a row that somebody put before the first is found too
    while rows := [Entry(*row) for row in conn.execute(sql.AFTER, (after, CHUNK))]:
        yield from rows
        after = rows[-1].seq


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
