"""Removes what is older than the record is kept, so that the rest can still be verified.

Rules: only whole beginnings of the record are removed, and a row that stays says up to where and with which
hash. A few rows at a time: an alert never waits for a purge.
"""

import sqlite3

from gateway.audit import statements as sql
from gateway.audit.chain import PURGED
from gateway.audit.record import Change, append

MOST = 5000
"""Rows removed in one transaction: some 20 ms."""

ITSELF = "bakjour"
"""Who does what nobody asked for."""

YEAR_MS = 365_250 * 86_400
"""A year in ms, leap years counted in: 365.25 days."""


def purge(conn: sqlite3.Connection, before: int, now: int) -> int:
    """Remove rows committed before an instant (UTC ms), at most MOST; returns how many. For the writer."""
    kept = conn.execute(sql.FIRST_KEPT, (before,)).fetchone()
    head = conn.execute(sql.HEAD).fetchone()[0]
    first = conn.execute(sql.FIRST).fetchone()[0]
    upto = min((head + 1 if kept is None else kept[0]) - 1, first + MOST - 1)
    if first == 0 or upto < first:
        return 0
    (last,) = conn.execute(sql.HASH_OF, (upto,)).fetchone()
    append(conn, now, ITSELF, [Change(PURGED, "audit", after={"upto": upto, "hash": last})])
    conn.execute(sql.REMOVE_UPTO, (upto,))
    return int(upto - first + 1)
