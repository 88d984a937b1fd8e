"""Secret addresses of calendars: made, revoked, and what one shows. Functions over a connection.

Rules: an address is random and stored as its hash, like a session; whoever has it reads that one calendar
and nothing else. It is good until it is revoked, and only while its receiver or unit is in the register.
Making and revoking stand in the record of changes, at the unit where that was done.
"""

import secrets
import sqlite3
from datetime import date

from msgspec import Struct

from gateway.accounts.records import SECRET_BYTES, hash_of
from gateway.audit.record import Change, append
from gateway.model import Role
from gateway.roster import statements
from gateway.roster.calendar import DAYS, DAYS_BACK, Entry
from gateway.roster.coverage_reading import DAY_MS
from gateway.roster.editing_view import placed
from gateway.roster.index import read_meta
from gateway.roster.slots import SlotKey

COLUMNS = "id, receiver, unit, made_by, made_at, revoked_at"
ADD = "INSERT INTO calendar_feed (hash, receiver, unit, made_by, made_at) VALUES (?, ?, ?, ?, ?)"
GOOD = f"SELECT {COLUMNS} FROM calendar_feed WHERE hash = ? AND revoked_at IS NULL"  # noqa: S608
OF_UNIT = f"""
SELECT {COLUMNS} FROM calendar_feed
WHERE unit = ? OR receiver IN (SELECT receiver FROM receiver_unit WHERE unit = ?)
ORDER BY revoked_at IS NOT NULL, id DESC LIMIT ?
"""  # noqa: S608
"""Good ones first, so that no number of revoked ones hides one that can be revoked."""
ONE = f"SELECT {COLUMNS} FROM calendar_feed WHERE id = ?"  # noqa: S608
REVOKE = "UPDATE calendar_feed SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"


class Feed(Struct, frozen=True):
    """A feed without its secret: a receiver's, or a unit's."""

    id: int
    receiver: str | None
    unit: str | None
    made_by: str
    made_at: int
    revoked_at: int | None


def add(
    conn: sqlite3.Connection, receiver: str | None, unit: str | None, where: str, by: str, at: int
) -> tuple[int, str]:
    """Make a feed of a receiver or a unit, at the unit `where`; returns number and secret, this once."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    number = conn.execute(ADD, (hash_of(secret), receiver, unit, by, at)).lastrowid
    assert number is not None
    append(conn, at, by, [Change("calendar.add", f"calendar {number}", where, None, _told(receiver, unit))])
    return number, secret


def revoke(conn: sqlite3.Connection, feed: Feed, where: str, by: str, at: int) -> bool:
    """Make a feed worthless, at the unit `where`; False if it is so already."""
    if conn.execute(REVOKE, (at, feed.id)).rowcount == 0:
        return False
    told = _told(feed.receiver, feed.unit)
    append(conn, at, by, [Change("calendar.revoke", f"calendar {feed.id}", where, told)])
    return True


def good(conn: sqlite3.Connection, secret: str) -> Feed | None:
    """The feed of a secret address; None if there is none, or nobody whom it could show."""
    row = conn.execute(GOOD, (hash_of(secret),)).fetchone()
    feed = None if row is None else Feed(*row)
    return feed if feed is not None and _registered(conn, feed) else None


def one(conn: sqlite3.Connection, number: int) -> Feed | None:
    """The feed of a number."""
    row = conn.execute(ONE, (number,)).fetchone()
    return None if row is None else Feed(*row)


def of_unit(conn: sqlite3.Connection, unit: str, limit: int) -> list[Feed]:
    """The feeds of a unit and of its receivers: the good ones, then the revoked, each the newest first."""
    return [Feed(*row) for row in conn.execute(OF_UNIT, (unit, unit, limit))]


def entries(conn: sqlite3.Connection, feed: Feed, now: int) -> tuple[str, list[Entry]]:
    """The calendar's name and its slots around `now` (UTC ms)."""
    since, until = now - DAYS_BACK * DAY_MS, now + DAYS * DAY_MS
    if feed.receiver is not None:
        return _of_receiver(conn, feed.receiver, since, until)
    assert feed.unit is not None
    return _of_unit(conn, feed.unit, since, until)


def _told(receiver: str | None, unit: str | None) -> dict[str, str | None]:
    return {"receiver": receiver, "unit": unit}


def _registered(conn: sqlite3.Connection, feed: Feed) -> bool:
    if feed.unit is not None:
        return conn.execute(statements.UNIT, (feed.unit,)).fetchone() is not None
    row = conn.execute(statements.RECEIVER, (feed.receiver,)).fetchone()
    return row is not None and not row[-1]  # the last column: only past shifts still name him


def _of_receiver(conn: sqlite3.Connection, receiver: str, since: int, until: int) -> tuple[str, list[Entry]]:
    generation = read_meta(conn).generation
    rows = conn.execute(statements.ON_ANYWHERE, (receiver, since, until, generation, generation)).fetchall()
    names: dict[str, str] = {}
    found = []
    for unit, shift, day, role, start, end, _, _ in rows:
        if unit not in names:
            names[unit] = _unit_name(conn, unit)
        key = SlotKey(unit, shift, date.fromisoformat(day), Role(role))
        found.append(Entry(key, receiver, names[unit], (), start, end))
    return _receiver_name(conn, receiver), found


def _of_unit(conn: sqlite3.Connection, unit: str, since: int, until: int) -> tuple[str, list[Entry]]:
    generation = read_meta(conn).generation
    name = _unit_name(conn, unit)
    found = []
    for role in Role:
        parameters = (unit, role, since, until, generation, generation)
        for slot in placed(unit, conn.execute(statements.ASSIGNED_FROM, parameters).fetchall()):
            held = slot.held
            people = tuple(_receiver_name(conn, receiver) for receiver in held.receivers)
            found.append(Entry(held.key, unit, name, people, held.start, held.end))
    return name, sorted(found, key=lambda entry: (entry.start, entry.key.shift))


def _unit_name(conn: sqlite3.Connection, unit: str) -> str:
    row = conn.execute(statements.UNIT, (unit,)).fetchone()
    return unit if row is None else str(row[2])


def _receiver_name(conn: sqlite3.Connection, receiver: str) -> str:
    row = conn.execute(statements.RECEIVER, (receiver,)).fetchone()
    return receiver if row is None else str(row[1])
