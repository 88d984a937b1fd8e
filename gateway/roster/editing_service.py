"""The one door for people's edits of slots: set, copy, undo, correct.

Rules: an edit is committed before it is told to anybody; whoever is told learns of each edit once. Reading
goes over the reader's connection, writing through the writer. For the reactor's thread.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import date as Date  # noqa: N812
from zoneinfo import ZoneInfo

from gateway.audit.record import MAX_WHY
from gateway.audit.slots import COPY
from gateway.ports import Writer
from gateway.requests import Refused, Why
from gateway.roster import editing, editing_past
from gateway.roster.editing_copy import Target, source_keys, targets
from gateway.roster.editing_values import Edited, NotUndoable, SlotEdit
from gateway.roster.faults import Fault
from gateway.roster.index import read_meta
from gateway.roster.slots import SlotKey, SlotReader

MAX_DATES = 130
"""Dates of one copy: three slots each make less than `editing.MOST`."""


class Editing:
    """`now` is UTC ms; `tell` is called after each edit that changed something."""

    def __init__(
        self,
        writer: Writer,
        reader: sqlite3.Connection,
        zone: ZoneInfo,
        now: Callable[[], int],
        tell: Callable[[Edited], object],
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._zone = zone
        self._now = now
        self._tell = tell

    async def set(self, edits: Sequence[SlotEdit], by: str, why: str | None = None) -> Edited:
        """Set slots. Raises Stale, ReasonNeeded, RosterFaults, Refused, StoreUnavailable."""
        reason = _reason(why)
        work = self._writer.run(editing.change, edits, by, self._now(), self._zone, reason)
        return self._told(await work)

    async def undo(self, number: int, unit: str, by: str, why: str | None = None) -> Edited:
        """Undo a change of the unit. Raises as `set` does, and Refused (not found)."""
        reason = _reason(why)
        try:
            work = self._writer.run(editing.undo, number, unit, by, self._now(), self._zone, reason)
            return self._told(await work)
        except NotUndoable as error:
            raise Refused(Why.NOT_FOUND, str(error)) from None

    def plan_copy(
        self,
        source: tuple[str, str, Date],
        dates: Sequence[Date],
        seen: Mapping[SlotKey, str],
        *,
        assignments: bool,
    ) -> tuple[list[Target], list[Fault]]:
        """What a copy of the source (unit, shift, date) would do, and why it could not. Raises Refused."""
        if not 0 < len(dates) <= MAX_DATES:
            raise Refused(Why.INVALID, f"dates: 1 to {MAX_DATES} are allowed")
        unit, shift, _ = source
        reader = SlotReader(self._reader, read_meta(self._reader).generation)
        keys = [key for day in (source[2], *dates) for key in source_keys(unit, shift, day)]
        standing = {key: reader.one(key) for key in keys}
        planned = list(targets(standing, source, dates, seen, assignments=assignments))
        edits = [target.edit for target in planned]
        return planned, editing.examine(self._reader, edits, "", self._now(), self._zone)

    async def copy(self, planned: Sequence[Target], by: str, why: str | None = None) -> Edited:
        """Carry a planned copy out. Raises as `set` does."""
        edits = [target.edit for target in planned]
        reason = _reason(why)
        work = self._writer.run(editing.change, edits, by, self._now(), self._zone, reason, COPY)
        return self._told(await work)

    async def correct(self, key: SlotKey, receivers: Sequence[str], why: str, by: str) -> int:
        """Record what really was the case in a shift that has ended; the shift itself stays as it stood.

        Returns the number of the record. Raises Refused.
        """
        reason = _reason(why)
        if reason is None:
            raise Refused(Why.INVALID, "a correction says why", (("reason", "is missing"),))
        return await self._writer.run(
            editing_past.correct, key, tuple(receivers), reason, by, self._now(), self._zone
        )

    def _told(self, edited: Edited) -> Edited:
        if edited.change is not None:
            self._tell(edited)
        return edited


def _reason(why: str | None) -> str | None:
    reason = " ".join((why or "").split())
    if len(reason) > MAX_WHY or not reason.isprintable():
        raise Refused(Why.INVALID, f"reason: at most {MAX_WHY} printable characters are allowed")
    return reason or None
