"""Writes the record, inside the transaction of the change. Functions for `ports.Writer.run` to call.

Rules: what is not a change (before and after are equal) is not recorded. A secret is never part of a row.
"""

import sqlite3
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from gateway.audit import statements as sql
from gateway.audit.chain import digest

MAX_WHY = 500  # characters of a reason: a sentence or two


class Change(Struct, frozen=True):
    """One thing that changes. `before` and `after` are what JSON can hold; None: nothing stood or stands."""

    action: str
    subject: str
    unit: str | None = None
    before: Any = None
    after: Any = None


def append(
    conn: sqlite3.Connection, at: int, who: str, changes: Iterable[Change], why: str | None = None
) -> int | None:
    """Write down what one person did at once (`at` in UTC ms).

    Returns the number of the change, which is that of its first row; None if nothing changes.
    """
    seq, prev = conn.execute(sql.HEAD).fetchone()
    number: int | None = None
    rows = []
    for change in changes:
        before, after = _json(change.before), _json(change.after)
        if before == after and change.before is not None:
            continue
        seq += 1
        number = seq if number is None else number
        columns = (seq, at, who, change.action, change.unit, change.subject, number, before, after, why, prev)
        prev = digest(*columns)
        rows.append((*columns, prev))
    if rows:
        conn.executemany(sql.ADD, rows)
        conn.execute(sql.SET_HEAD, (seq, prev))
    return number


def _json(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
