"""Lists, filters, exports and verifies the record. Functions over a connection; they raise sqlite3.Error.

Rules: a row is listed as it stands, whatever it holds: one that somebody altered must show, not fault.
"""

import csv
import io
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from gateway.audit import statements as sql
from gateway.audit.chain import NO_HEAD, Entry, Head, Verdict, verify
from gateway.roster.versioned import FOREVER
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
    """Where the record ends; NO_HEAD if somebody took that away."""
    row = conn.execute(sql.HEAD).fetchone()
    return NO_HEAD if row is None else Head(*row)


def verified(conn: sqlite3.Connection, known: Head | None = None) -> Verdict:
    """Read one snapshot of the whole record through: a second for 100,000 rows, not for the reactor.

    What is no UTF-8 in the file is read too, and found, where sqlite3 would give up.
    """
    strict, conn.text_factory = conn.text_factory, _readable
    conn.execute("BEGIN")
    try:
        return verify(_every(conn), head(conn), known)
    finally:
        conn.execute("COMMIT")
        conn.text_factory = strict


def tolerant(conn: sqlite3.Connection) -> None:
    """Have the connection read what is no UTF-8 too; its odd octets are written out."""
    conn.text_factory = lambda octets: octets.decode("utf-8", "backslashreplace")


def time_of(entry: Entry) -> str:
    """When it was, for people; whatever stands there, if that is no instant."""
    try:
        return times.render(entry.at)
    except (TypeError, ValueError, OverflowError):
        return str(entry.at)


def content(text: str | None) -> Any:
    """`before` or `after` as a value; of one that is no JSON any more, what stands there."""
    try:
        return None if text is None else msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return {"unreadable": str(text)}


def as_json_line(entry: Entry) -> str:
    """A row as one line of JSON; `before` and `after` are values, not texts."""
    row = asdict(entry) | {"at": time_of(entry)}
    row |= {"before": content(entry.before), "after": content(entry.after)}
    return msgspec.json.encode(row).decode() + "\n"


def as_csv(entries: Iterable[Entry], *, header: bool) -> str:
    """Rows as CSV for a spreadsheet: what looks like a formula is marked as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if header:
        writer.writerow(CSV_COLUMNS)
    for entry in entries:
        row = asdict(entry) | {"at": time_of(entry)}
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


def _readable(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
