"""Forgets in time what may be kept for a day only: what other systems said in their calls."""

import sqlite3

from gateway.clock import Clock
from gateway.logs import get_logger
from gateway.ports import Writer
from gateway.routing.policy import MINUTE
from gateway.sources.espa444_known import KEPT
from gateway.store import calls

log = get_logger("forgetting")


class Forgetting:
    """`look` is called now and then; whatever is older than a day is gone a minute later."""

    def __init__(self, clock: Clock, writer: Writer, reader: sqlite3.Connection) -> None:
        self._clock = clock
        self._writer = writer
        self._reader = reader
        self._looked_at = 0

    def look(self) -> None:
        """Forget what is due; a store that does not take it is asked again in a minute."""
        now = self._clock.now()
        if abs(now - self._looked_at) < MINUTE:
            return
        self._looked_at = now
        if calls.is_due(self._reader, now - KEPT):
            forgotten = self._writer.run(calls.forget, now - KEPT)
            forgotten.addErrback(lambda failure: log.error("calls not forgotten", reason=str(failure.value)))
