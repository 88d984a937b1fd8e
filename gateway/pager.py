"""Pages that the gateway begins itself: stored as alerts, and followed like any other."""

import sqlite3
from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred

from gateway.delivery import events as e
from gateway.delivery.lifecycle import step
from gateway.model import Alert, Step
from gateway.ports import Writer
from gateway.store.alerts import accept
from gateway.store.values import Accepted, Duplicate

Beside = Callable[[sqlite3.Connection, int], object]
"""Writes something in the transaction of the alert, whose number it gets."""


class Pager:
    """`adopt` takes over an alert that is stored. For the reactor's thread."""

    def __init__(self, writer: Writer, adopt: Callable[[Accepted | Duplicate, e.Change], object]) -> None:
        self._writer = writer
        self._adopt = adopt

    def page(self, alert: Alert, beside: Beside = lambda conn, number: None) -> "Deferred[int]":
        """Open an alert; fires with its number after the commit, fails with StoreUnavailable."""
        opened = step(alert, e.Opened(), alert.accepted_at)
        stored = self._writer.run(_accept, opened.alert, opened.steps, beside)
        return stored.addCallback(self._stored, opened)

    def _stored(self, stored: Accepted | Duplicate, opened: e.Change) -> int:
        self._adopt(stored, opened)
        return stored.alert.id


def _accept(
    conn: sqlite3.Connection, alert: Alert, steps: Sequence[Step], beside: Beside
) -> Accepted | Duplicate:
    stored = accept(conn, alert, steps)
    beside(conn, stored.alert.id)
    return stored
