"""What people and the other ends of the wires read of alerts, and the events that became none.

Plain functions over a connection, as in `alerts`. Every list is bounded by its `limit`, except an alert's
own timeline, which its life bounds.
"""

import sqlite3

from msgspec.json import Decoder, encode

from gateway.model import Alert, OutcomeWord, Proof, Refusal, Step
from gateway.store import statements as sql
from gateway.store.alerts import decoded
from gateway.store.values import StoredOutcome

_decode_errors = Decoder(tuple[tuple[str, str], ...]).decode


def timeline(conn: sqlite3.Connection, alert: int) -> list[Step]:
    """Every step of an alert, in order; empty if there is no such alert."""
    return [
        Step(
            at=at,
            scope=scope,
            text=text,
            status=None if status is None else OutcomeWord(status),
            page=page,
            receiver=receiver,
            carrier=carrier,
            reason=reason,
            final=bool(final),
            late=bool(late),
            proof=None if proof is None else Proof(proof),
        )
        for at, scope, text, status, page, receiver, carrier, reason, final, late, proof in conn.execute(
            sql.TIMELINE, (alert,)
        )
    ]


def outcomes(conn: sqlite3.Connection, since_seq: int, limit: int) -> list[StoredOutcome]:
    """At most `limit` outcomes with a number above `since_seq`, in order."""
    return [
        StoredOutcome(
            seq=seq,
            scope=scope,
            alert=alert,
            source=source,
            event=event,
            status=OutcomeWord(status),
            receiver=receiver,
            carrier=carrier,
            at=at,
            final=bool(final),
            late=bool(late),
            proof=None if proof is None else Proof(proof),
            reason=reason,
        )
        for seq, scope, alert, source, event, status, receiver, carrier, at, final, late, proof, reason in (
            conn.execute(sql.OUTCOMES, (since_seq, limit))
        )
    ]


def last_seq(conn: sqlite3.Connection) -> int:
    """The number of the last outcome; 0 if there is none."""
    return int(conn.execute(sql.LAST_SEQ).fetchone()[0])


def recent(conn: sqlite3.Connection, limit: int, open_only: bool = False) -> list[Alert]:
    """The last alerts, the newest first."""
    return [decoded(row) for row in conn.execute(sql.RECENT_OPEN if open_only else sql.RECENT, (limit,))]


def refuse(conn: sqlite3.Connection, refusal: Refusal) -> None:
    """Write down an event that became no alert."""
    conn.execute(
        sql.ADD_REFUSAL,
        (
            refusal.at,
            refusal.status,
            refusal.way,
            refusal.source,
            refusal.event,
            refusal.kind,
            refusal.unit,
            refusal.priority,
            encode(refusal.errors).decode(),
        ),
    )


def refusals(conn: sqlite3.Connection, limit: int, rejected_only: bool = False) -> list[Refusal]:
    """The last events that became no alert, or were rejected, the newest first."""
    return [
        Refusal(at, status, way, source, event, kind, unit, priority, _decode_errors(errors))
        for at, status, way, source, event, kind, unit, priority, errors in conn.execute(
            sql.REJECTED if rejected_only else sql.REFUSALS, (limit,)
        )
    ]
