"""Calls that other systems page through us: accepted, found again, told about, forgotten after a day.

Plain functions over a connection, as in `alerts`. Rule: what a call said stands here, and in the texts of its
attempts, and nowhere else; `forget` takes it from both.
"""

import sqlite3
from collections.abc import Sequence

from msgspec import Struct

from gateway.model import Alert, IncomingCall, Step
from gateway.store import statements as sql
from gateway.store.alerts import accept, load
from gateway.store.values import Accepted, Duplicate

SAME_CALL_WITHIN = 5_000
"""ms in which the same bytes in a new session are the same call: a sender whose ACK was lost is back within
these; later somebody has pressed again."""

CAME_AGAIN = "the same call came again in a new session: not paged twice"


class StoredCall(Struct, frozen=True):
    """One call as far as it is kept."""

    alert: int
    block: bytes
    running: str | None


def accept_call(
    conn: sqlite3.Connection, alert: Alert, steps: Sequence[Step], call: IncomingCall
) -> Accepted | Duplicate:
    """Store the alert of a call, unless it is a repeat: the same bytes in one session, or in a new one within
    `SAME_CALL_WITHIN` while their alert is open. That alert's timeline then says so.
    """
    since = call.at - SAME_CALL_WITHIN
    for number, session in conn.execute(sql.SAME_CALL, (call.line, call.address, since, call.block)):
        if session != call.session:
            conn.execute(sql.ADD_STEP, _note(number, call.at))
        return Duplicate(load(conn, number))
    stored = accept(conn, alert, steps)
    if isinstance(stored, Accepted):
        row = (
            stored.alert.id,
            call.line,
            call.address,
            call.session,
            call.running,
            call.at,
            call.text,
            call.block,
        )
        conn.execute(sql.ADD_CALL, row)
    return stored


def calls_to(conn: sqlite3.Connection, line: str, address: str, since: int) -> list[StoredCall]:
    """What was called at an address at or after `since` (UTC ms) and is still kept, the newest first."""
    return [StoredCall(*row) for row in conn.execute(sql.CALLS_TO, (line, address, since))]


def calls_running(conn: sqlite3.Connection, line: str, running: str, since: int) -> list[StoredCall]:
    """The same for calls with a running number."""
    return [StoredCall(*row) for row in conn.execute(sql.CALLS_RUNNING, (line, running, since))]


def open_calls(conn: sqlite3.Connection, line: str) -> list[int]:
    """The alerts of a line's calls that are open."""
    return [number for (number,) in conn.execute(sql.OPEN_CALLS, (line,))]


def untold(conn: sqlite3.Connection, line: str, since: int) -> list[tuple[int, str | None]]:
    """The alerts of a line's calls since then, and the last status of each that its sender took."""
    return conn.execute(sql.TOLD_CALLS, (line, since)).fetchall()


def text_of(conn: sqlite3.Connection, alert: int) -> str | None:
    """What the call of an alert says; None once that is forgotten."""
    row = conn.execute(sql.CALL_TEXT, (alert,)).fetchone()
    return None if row is None else row[0]


def block_of(conn: sqlite3.Connection, alert: int) -> bytes | None:
    """The call of an alert as it stood on the line; None once that is forgotten."""
    row = conn.execute(sql.CALL_BLOCK, (alert,)).fetchone()
    return None if row is None else row[0]


def set_told(conn: sqlite3.Connection, alert: int, status: str) -> None:
    """The sender has taken this status."""
    conn.execute(sql.CALL_TOLD, (status, alert))


def is_due(conn: sqlite3.Connection, before: int) -> bool:
    """Whether something came before then (UTC ms) and is still kept."""
    return conn.execute(sql.CALL_DUE, (before,)).fetchone() is not None


def forget(conn: sqlite3.Connection, before: int) -> int:
    """Forget what calls before then (UTC ms) said, here and in what was sent of them; how many there were."""
    conn.execute(sql.FORGET_ATTEMPTS, (before,))
    return conn.execute(sql.FORGET_CALLS, (before,)).rowcount


def _note(alert: int, at: int) -> tuple[object, ...]:
    return (alert, None, at, "alert", None, None, None, None, None, CAME_AGAIN, 0, 0, None)
