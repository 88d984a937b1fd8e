"""The calls of one line that are known, as its sender names them: to take them back, or to ask about them.

Rule: a call has no identity on the line; it is named by its address, text and beep code, or by a running
number. What could name several different calls takes none of them back: the wrong one would fall silent.
"""

import sqlite3
from collections.abc import Iterable

from gateway.clock import Clock
from gateway.delivery.keeper import Keeper
from gateway.model import Alert
from gateway.routing.policy import HOUR
from gateway.sources.espa444_blocks import Wanted, Wish, is_about
from gateway.store import calls
from protocols import espa444

KEPT = 24 * HOUR
"""ms for which what a call said is kept, and so for which it can be named."""


class KnownCalls:
    """Reads the store on the thread of its connection."""

    def __init__(self, line: str, reader: sqlite3.Connection, keeper: Keeper, clock: Clock) -> None:
        self._line = line
        self._reader = reader
        self._keeper = keeper
        self._clock = clock

    def open_numbers(self) -> set[int]:
        """The alerts of every call that is open."""
        return set(calls.open_calls(self._reader, self._line))

    def is_open(self, number: int) -> bool:
        """Whether the alert of a call is open."""
        alert = self._keeper.get(number)
        return alert is not None and alert.closed is None

    def named(self, wanted: Wanted) -> tuple[list[int], bool]:
        """The open alerts of the calls that a cancellation names, and whether they are one and the same."""
        found = [call for call in self._matching(wanted) if self.is_open(call.alert)]
        alike = len({call.block for call in found}) <= 1
        return [call.alert for call in found], alike

    def asked(self, wanted: Wanted) -> Alert | None:
        """The newest alert of the calls that a status request names."""
        for call in self._matching(wanted):
            alert = self._keeper.get(call.alert)
            if alert is not None:
                return alert
        return None

    def block(self, number: int) -> espa444.Block | None:
        """The call of an alert; None once it is forgotten."""
        raw = calls.block_of(self._reader, number)
        return None if raw is None else espa444.decode(raw)

    def of_late(self, since: int) -> Iterable[tuple[Alert, str | None]]:
        """The alerts of the calls since then (UTC ms), each with the last status that its sender took."""
        for number, told in calls.untold(self._reader, self._line, since):
            alert = self._keeper.get(number)
            if alert is not None:
                yield alert, told

    def _matching(self, wanted: Wanted) -> list[calls.StoredCall]:
        since = self._clock.now() - KEPT
        if wanted.wish is Wish.ERASE:
            return calls.calls_running(self._reader, self._line, wanted.running or "", since)
        found = calls.calls_to(self._reader, self._line, wanted.address, since)
        return [call for call in found if is_about(wanted.block, espa444.decode(call.block))]
