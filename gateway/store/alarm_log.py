"""The log of technical alarms: what stands, and what stood.

The alarm itself never waits for this log; it is told to people first and written down when the store can.
"""

import sqlite3

from msgspec import Struct

from gateway.store import statements as sql


class LoggedAlarm(Struct, frozen=True):
    """One technical alarm, from its raising to its clearing."""

    id: int
    key: str
    text: str
    raised_at: int  # UTC ms
    cleared_at: int | None  # UTC ms; None while it stands
    count: int  # how often it was raised while it stood


def raise_alarm(conn: sqlite3.Connection, key: str, text: str, at: int) -> bool:
    """Write an alarm down; True if it is new, False if one of this key stands and was counted up."""
    return bool(conn.execute(sql.RAISE_ALARM, (key, text, at)).fetchone()[0] == 1)


def clear_alarm(conn: sqlite3.Connection, key: str, at: int) -> bool:
    """Write down that it is mended; False if none of this key stood."""
    return conn.execute(sql.CLEAR_ALARM, (at, key)).rowcount == 1


def known(conn: sqlite3.Connection, key: str) -> bool:
    """Whether an alarm or notice of this key was ever written down."""
    return conn.execute(sql.KNOWN_ALARM, (key,)).fetchone() is not None


def standing(conn: sqlite3.Connection) -> list[LoggedAlarm]:
    """What is wrong now, the oldest first."""
    return [LoggedAlarm(*row) for row in conn.execute(sql.STANDING_ALARMS)]


def alarms(conn: sqlite3.Connection, limit: int) -> list[LoggedAlarm]:
    """The last alarms, standing or cleared, the newest first."""
    return [LoggedAlarm(*row) for row in conn.execute(sql.ALARMS, (limit,))]
