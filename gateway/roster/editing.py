"""Changes who stands in slots, one person's edit at a time: jobs for `ports.Writer.run`.

Rules:

1. An edit carries, for each slot, the version that its author saw. If something else stands there now,
   nothing of the edit is done, and the refusal says what stands, who put it there and when. A version is a
   digest of what stands: who wants what stands already has it.
2. An edit is all or nothing, and one number in the record of changes, by which it can be undone.
3. A shift that has ended is not altered.
4. Nobody takes the last receiver off a running shift without a reason.
5. The revision rises, so an import that was planned before is refused, not mixed in.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import msgspec

from gateway.audit import reading
from gateway.audit.record import append
from gateway.audit.slots import SET, UNDO, UNDOABLE, content_key, slot_change, slot_subject
from gateway.model import Role
from gateway.roster import statements
from gateway.roster.book import make_receiver
from gateway.roster.edit import slot_rows
from gateway.roster.editing_values import (
    Conflict,
    Edited,
    NotUndoable,
    ReasonNeeded,
    SlotEdit,
    Stale,
    version_of,
)
from gateway.roster.faults import Fault, RosterFaults
from gateway.roster.index import Meta, read_meta
from gateway.roster.items import MAX_IN_LIST
from gateway.roster.patterns import pattern
from gateway.roster.slots import Held, SlotKey, SlotReader, key_columns, table_of
from gateway.roster.values import Receiver, Shift
from gateway.roster.wall import FIRST_DATE, LAST_DATE, span

MOST = 400
"""Slots of one edit: a shift with its two roles copied to every day of four months; some 20 ms."""


def change(
    conn: sqlite3.Connection,
    edits: Sequence[SlotEdit],
    by: str,
    now: int,
    zone: ZoneInfo,
    why: str | None = None,
    action: str = SET,
) -> Edited:
    """Carry an edit out; `now` in UTC ms. Raises Stale, ReasonNeeded, RosterFaults, IndexStale."""
    edit = _Edit(conn, edits, by, now, zone)
    edit.check(why)
    return edit.write(why, action)


def examine(
    conn: sqlite3.Connection, edits: Sequence[SlotEdit], by: str, now: int, zone: ZoneInfo
) -> list[Fault]:
    """Every reason why an edit could not be done, whatever its versions; reads alone. Raises IndexStale."""
    edit = _Edit(conn, edits, by, now, zone)
    return edit.faults()


def undo(
    conn: sqlite3.Connection,
    number: int,
    unit: str,
    by: str,
    now: int,
    zone: ZoneInfo,
    why: str | None = None,
) -> Edited:
    """Put back what stood before a change of the unit's slots, if nobody has changed it since.

    Raises NotUndoable, and as `change` does.
    """
    rows = reading.of_change(conn, number)
    if not rows or any(row.action not in UNDOABLE or row.unit != unit for row in rows):
        raise NotUndoable(f"change {number} is no change of this unit's shifts that can be undone")
    slots = SlotReader(conn, read_meta(conn).generation)
    edits, conflicts = [], []
    for row in rows:
        assert row.before is not None
        assert row.after is not None
        before, after = msgspec.json.decode(row.before), msgspec.json.decode(row.after)
        key = content_key(before)
        stands = slots.one(key)
        if list(stands.receivers if stands else ()) != after["receivers"]:
            conflicts.append(_conflict(conn, key, stands))
        edits.append(SlotEdit(key, tuple(before["receivers"]), version_of(stands)))
    if conflicts:
        raise Stale(conflicts)
    return change(conn, edits, by, now, zone, why or f"undo of {number}", UNDO)


class _Edit:
    def __init__(
        self, conn: sqlite3.Connection, edits: Sequence[SlotEdit], by: str, now: int, zone: ZoneInfo
    ) -> None:
        self._conn = conn
        self._by = by
        self._now = now
        self._zone = zone
        self._meta: Meta = read_meta(conn)
        self._meta.require(zone)
        slots = SlotReader(conn, self._meta.generation)
        self._edits = tuple(edits)
        self._stood = {edit.key: slots.one(edit.key) for edit in edits}
        self._changing = [
            edit
            for edit in edits
            if edit.receivers != (() if (held := self._stood[edit.key]) is None else held.receivers)
        ]
        self._wanted: dict[SlotKey, Held | None] = {}

    def check(self, why: str | None) -> None:
        stale = [edit.key for edit in self._changing if edit.version != version_of(self._stood[edit.key])]
        if stale:
            raise Stale([_conflict(self._conn, key, self._stood[key]) for key in stale])
        faults = self.faults()
        if faults:
            raise RosterFaults(faults)
        bare = list(dict.fromkeys(self._bared()))
        if bare and not why:
            raise ReasonNeeded(bare)

    def faults(self) -> list[Fault]:
        if len(self._edits) > MOST:
            return [Fault("slots", f"holds {len(self._edits)}; allowed at once: {MOST}")]
        if len(self._stood) < len(self._edits):
            return [Fault("slots", "names a slot twice")]
        return [fault for place, edit in enumerate(self._edits) for fault in self._faults(edit, place)]

    def write(self, why: str | None, action: str) -> Edited:
        generation = self._meta.generation
        longest: dict[str, int] = {}
        changes = []
        for edit in self._changing:
            stood, wanted = self._stood[edit.key], self._wanted[edit.key]
            table = table_of(edit.key)
            self._conn.execute(table.remove, (*key_columns(edit.key), generation, generation))
            if wanted is not None:
                rows = slot_rows(wanted, generation, self._by, self._now)
                self._conn.executemany(table.add, rows)
                longest[edit.key.unit] = max(longest.get(edit.key.unit, 0), wanted.end - wanted.start)
            before = () if stood is None else stood.receivers
            changes.append(slot_change(action, edit.key, before, edit.receivers))
        lengths = [(length, unit, length) for unit, length in longest.items()]
        self._conn.executemany(statements.LENGTHEN, lengths)
        if changes:
            self._conn.execute(statements.TOUCH)
        number = append(self._conn, self._now, self._by, changes, why)
        return Edited(number, tuple(self._result()), self._by, self._now)

    def _result(self) -> Iterator[tuple[SlotKey, tuple[str, ...], str]]:
        for edit in self._edits:
            stands = self._wanted.get(edit.key, self._stood[edit.key])
            yield edit.key, edit.receivers, version_of(stands)

    def _faults(self, edit: SlotEdit, place: int) -> Iterator[Fault]:
        """Every reason why this cannot stand there; fills `_wanted` where there is none."""
        path = f"slots[{place}]"
        if edit not in self._changing:
            return
        key, stood = edit.key, self._stood[edit.key]
        if not FIRST_DATE <= key.date <= LAST_DATE:
            yield Fault(f"{path}.date", f"allowed: {FIRST_DATE} to {LAST_DATE}")
            return
        if stood is not None and stood.end <= self._now:
            yield Fault(path, f"{key} is past and cannot be altered; write a correction instead")
            return
        if not edit.receivers:
            self._wanted[key] = None
            return
        shift = pattern(self._conn, key.unit, key.shift)
        if shift is None:
            yield Fault(f"{path}.shift", f"{key.shift!r} is no shift of {key.unit}")
            return
        held = self._held(edit, shift)
        if held.end <= self._now:
            yield Fault(path, f"{key} is past and cannot be altered; write a correction instead")
        elif stood is None and shift.barred_by(key.date) is not None:
            yield Fault(f"{path}.date", f"{key.shift} does not begin on {key.date}; its days: {shift.days}")
        yield from self._receivers(edit, path)
        self._wanted[key] = held

    def _held(self, edit: SlotEdit, shift: Shift) -> Held:
        start, end = span(edit.key.date, shift.start, shift.end, self._zone)
        return Held(edit.key, edit.receivers, shift.start, shift.end, start, end)

    def _receivers(self, edit: SlotEdit, path: str) -> Iterator[Fault]:
        names = edit.receivers
        if len(names) > MAX_IN_LIST:
            yield Fault(f"{path}.receivers", f"holds {len(names)}; allowed: {MAX_IN_LIST}")
            return
        stood = self._stood[edit.key]
        for place, name in enumerate(names):
            here = f"{path}.receivers[{place}]"
            if names.index(name) < place:
                yield Fault(here, f"{name!r} stands there twice; each may stand once")
            elif stood is not None and name in stood.receivers:
                continue
            elif (known := receiver_of(self._conn, name)) is None:
                yield Fault(here, f"{name!r} is no receiver")
            elif edit.key.unit not in known.units:
                yield Fault(here, f"{known.name} may not be scheduled at {edit.key.unit}: IT has to tie them")

    def _bared(self) -> Iterator[SlotKey]:
        """The slots whose emptying leaves nobody on duty now for their unit and role."""
        emptied: dict[tuple[str, Role], list[SlotKey]] = {}
        for edit in self._changing:
            key = edit.key
            if not edit.receivers and key.role is not None and self._runs(self._stood[key]):
                emptied.setdefault((key.unit, key.role), []).append(key)
        for (unit, role), keys in emptied.items():
            if not self._on_duty(unit, role):
                yield from keys

    def _on_duty(self, unit: str, role: Role) -> set[tuple[str, str]]:
        """Shift and date of every slot in which somebody would be on duty now, the edit done."""
        seen = (self._meta.generation, self._meta.generation)
        rows = self._conn.execute(statements.RUNNING, (unit, role, self._now, self._now, *seen))
        running = set(rows.fetchall())
        for edit in self._changing:
            if (edit.key.unit, edit.key.role) == (unit, role):
                place = (edit.key.shift, edit.key.date.isoformat())
                running.discard(place)
                if self._runs(self._wanted[edit.key]):
                    running.add(place)
        return running

    def _runs(self, held: Held | None) -> bool:
        return held is not None and held.start <= self._now < held.end


def receiver_of(conn: sqlite3.Connection, name: str) -> Receiver | None:
    """The receiver of this id that may be scheduled; None if there is none any more."""
    row = conn.execute(statements.RECEIVER, (name,)).fetchone()
    if row is None or row[-1]:
        return None
    units = conn.execute(statements.UNITS_OF_RECEIVER, (name,)).fetchall()
    return make_receiver(row, tuple(unit for (unit,) in units))


def _conflict(conn: sqlite3.Connection, key: SlotKey, stands: Held | None) -> Conflict:
    by, at = None, None
    if stands is not None:
        generation = read_meta(conn).generation
        by, at = conn.execute(table_of(key).made, (*key_columns(key), generation, generation)).fetchone()
    elif (last := reading.last_of(conn, slot_subject(key))) is not None:
        by, at = last.who, last.at
    return Conflict(key, () if stands is None else stands.receivers, version_of(stands), by, at)
