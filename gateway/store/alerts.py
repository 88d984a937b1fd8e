"""Alerts and their attempts: accepted, changed, read.

Plain functions over a connection, to be passed to `Writer.run`; the readers also work over the reactor's
read-only connection. Rules: an alert's row, the steps of its change and the attempts that it begins are
written by one function, so that no transaction holds one without the others; an alert that has closed is
never opened again; outcomes are numbered from 1 without holes, in the order of their commits.
"""

import sqlite3
from collections.abc import Sequence
from hashlib import blake2b

from msgspec.json import Decoder, Encoder
from msgspec.structs import astuple, replace

from gateway.delivery.lifecycle import next_due
from gateway.delivery.pages import WAITING
from gateway.model import Alert, Attempt, Step
from gateway.store import statements as sql
from gateway.store.values import Accepted, Duplicate, Saved, StoredOutcome

_encode = Encoder().encode
_decode = Decoder(Alert).decode


class UnknownAlert(LookupError):  # noqa: N818 - named for what is the case
    """There is no such alert, or it has closed and the caller holds it open: read it again."""


def accept(conn: sqlite3.Connection, alert: Alert, steps: Sequence[Step]) -> Accepted | Duplicate:
    """Store a new alert with its first steps, unless the same event with the same digest stands already.

    The same source and id with another digest is a new alert, told as `conflicting`.
    """
    key = _event_key(alert)
    conflicting = False
    for number, digest in conn.execute(sql.SAME_EVENT, (key, alert.source, alert.event)):
        if digest == alert.digest:
            return Duplicate(load(conn, number))
        conflicting = True
    number = conn.execute(sql.ADD_ALERT, (key, *_row(alert))).lastrowid
    assert number is not None
    return Accepted(replace(alert, id=number), _append(conn, alert, number, steps), conflicting)


def save(
    conn: sqlite3.Connection,
    alert: Alert,
    steps: Sequence[Step],
    attempts: Sequence[Attempt] = (),
    refs: Sequence[tuple[int, str]] = (),
) -> Saved:
    """Write what an alert has become, the steps of the change, and the attempts that begin with it.

    `refs` are pairs of an attempt, which may be one of those, and the carrier's own identity for it. An
    attempt that is written already is left alone. Raises UnknownAlert, also where the stored alert has
    closed and `alert` is open.
    """
    state = _encode(alert).decode()
    if alert.closed is None:
        cursor = conn.execute(sql.SAVE_OPEN, (state, next_at(alert), alert.id))
    else:
        cursor = conn.execute(sql.SAVE_CLOSED, (state, alert.closed.value, alert.closed_at, alert.id))
    if cursor.rowcount != 1:
        raise UnknownAlert(f"alert {alert.id} is not stored, or has closed")
    for attempt in attempts:
        conn.execute(sql.ADD_ATTEMPT, astuple(attempt))
    for number, ref in refs:
        conn.execute(sql.SET_REF, (ref, number))
    return Saved(_append(conn, alert, alert.id, steps))


def next_at(alert: Alert) -> int | None:
    """The earliest moment, in UTC ms, at which something is to be done; None once the alert is closed.

    A page whose attempt has begun counts as due when it was: after a crash it is looked at before all else.
    """
    earliest = next_due(alert)
    if earliest is None:
        return None
    return min([earliest, *(page.due_at for page in alert.pages if page.state in WAITING)])


def load(conn: sqlite3.Connection, alert: int) -> Alert:
    """Read one alert as it stands. Raises UnknownAlert."""
    row = conn.execute(sql.ALERT, (alert,)).fetchone()
    if row is None:
        raise UnknownAlert(f"alert {alert} is not stored")
    return decoded(row)


def decoded(row: tuple[int, str]) -> Alert:
    """The alert of a row (id, state). The column knows its number; the state may be older than that."""
    return replace(_decode(row[1]), id=row[0])


def open_ids(conn: sqlite3.Connection) -> list[tuple[int, int, int]]:
    """Number, priority and `next_at` of every open alert, the most urgent first; 100,000 take some 0.05 s."""
    return conn.execute(sql.OPEN_IDS).fetchall()


def open_of_case(conn: sqlite3.Connection, source: str, unit: str, case: str) -> list[int]:
    """The open alerts of one case, the oldest first."""
    return [number for (number,) in conn.execute(sql.OPEN_OF_CASE, (source, unit, case))]


def last_attempt(conn: sqlite3.Connection) -> int:
    """The highest number of an attempt; 0 if there is none. The dispatcher counts on from it."""
    return int(conn.execute(sql.LAST_ATTEMPT).fetchone()[0])


def attempts_to(conn: sqlite3.Connection, carrier: str, number: str, since: int) -> list[Attempt]:
    """What began to go to a number over a carrier at or after `since` (UTC ms), the oldest first."""
    return [Attempt(*row) for row in conn.execute(sql.ATTEMPTS_TO, (carrier, number, since))]


def last_reply(conn: sqlite3.Connection, carriers: Sequence[str], number: str) -> int | None:
    """The reference that the newest text to a number showed, over any of the carriers; None if none did."""
    found = [row for name in carriers for row in conn.execute(sql.LAST_REPLY, (name, number))]
    return max(found)[1] if found else None


def attempts_of(conn: sqlite3.Connection, alert: int) -> list[Attempt]:
    """Every attempt of an alert, in order."""
    return [Attempt(*row) for row in conn.execute(sql.ATTEMPTS_OF, (alert,))]


def _event_key(alert: Alert) -> int:
    name = f"{alert.source}\0{alert.event}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "big", signed=True)


def _row(alert: Alert) -> tuple[str | int | None, ...]:
    subject = alert.subject
    return (
        alert.source,
        alert.event,
        alert.digest,
        subject.kind and subject.kind.value,
        subject.unit,
        subject.role and subject.role.value,
        subject.priority,
        subject.case,
        alert.accepted_at,
        alert.expires_at,
        next_at(alert),
        alert.closed and alert.closed.value,
        alert.closed_at,
        _encode(alert).decode(),
    )


def _append(
    conn: sqlite3.Connection, alert: Alert, number: int, steps: Sequence[Step]
) -> list[StoredOutcome]:
    """Write steps, giving each outcome the next number, and return the outcomes."""
    outcomes: list[StoredOutcome] = []
    rows: list[tuple[str | int | None, ...]] = []
    seq = 0
    for step in steps:
        if step.status is None:
            rows.append(_step_row(number, None, step))
            continue
        seq = 1 + (seq or conn.execute(sql.LAST_SEQ).fetchone()[0])
        rows.append(_step_row(number, seq, step))
        outcomes.append(
            StoredOutcome(
                seq=seq,
                scope=step.scope,
                alert=number,
                source=alert.source,
                event=alert.event,
                status=step.status,
                receiver=step.receiver,
                carrier=step.carrier,
                at=step.at,
                final=step.final,
                late=step.late,
                proof=step.proof,
                reason=step.reason,
            )
        )
    if rows:
        conn.executemany(sql.ADD_STEP, rows)
    return outcomes


def _step_row(alert: int, seq: int | None, step: Step) -> tuple[str | int | None, ...]:
    return (
        alert,
        seq,
        step.at,
        step.scope,
        step.status and step.status.value,
        step.page,
        step.receiver,
        step.carrier,
        step.reason,
        step.text,
        int(step.final),
        int(step.late),
        step.proof and step.proof.value,
    )
