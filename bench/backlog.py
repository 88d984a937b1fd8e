"""Fills a store with alerts whose first page waits for its turn, as the gateway's own code writes them."""

import time
from itertools import islice
from pathlib import Path

from gateway.delivery import events as e
from gateway.delivery.lifecycle import step
from gateway.model import Alert, OneWay, Origin, Proof, Role, Route, Rung, Subject
from gateway.routing.policy import TTL
from gateway.store.alerts import accept
from gateway.store.connection import tx
from gateway.store.migrations import open_store
from protocols.clinic24.event import Kind

PRIORITY = 4
BATCH = 5_000


def queue_pages(path: Path, count: int) -> None:
    """Add `count` open alerts of priority 4, accepted now."""
    conn = open_store(path)
    now = time.time_ns() // 1_000_000
    alerts = (_alert(number, now) for number in range(count))
    while batch := list(islice(alerts, BATCH)):
        with tx(conn):
            for alert in batch:
                opened = step(alert, e.Opened(), now)
                accept(conn, opened.alert, opened.steps)
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()


def _alert(number: int, now: int) -> Alert:
    routes = (Route("sms", f"+4673{number % 10_000_000:07}", False, Proof.SENT),)
    first = Rung(f"q-{number}", "Köad", Origin.DUTY, "I tjänst", "On duty", routes)
    return Alert(
        id=0,
        source="urn:queued",
        event=f"queued-{number}",
        digest=f"{number:032}",
        subject=Subject(
            kind=Kind.TRIAGED,
            unit=f"unit-{number % 20:05}",
            unit_name=f"Vårdcentralen {number % 20}",
            unit_known=True,
            role=Role.NURSE,
            profession=None,
            priority=PRIORITY,
            case=f"Q-{number}",
            callback=None,
        ),
        accepted_at=now,
        expires_at=now + TTL,
        one_way=OneWay.ESCALATE,
        rungs=(first, first),
    )
