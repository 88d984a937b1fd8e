"""What an import would change, worked out and checked before anything is written.

Rules: all faults of the file and of the roster that it would make are raised at once, or there is a `Plan`.
A past slot may be added where nothing stood, and is never altered; a slot is past once its end has come. A
slot that stays is written again when its shift gets other times, so that the roster means what it shows. A
merge keeps what the file does not name; a replacement removes it, but no past slot.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from zoneinfo import ZoneInfo

from msgspec import Struct

from gateway.audit.record import Change as Recorded
from gateway.audit.slots import import_changes
from gateway.roster import statements
from gateway.roster.changes import Change, frame_changes
from gateway.roster.document import Document, Entry, in_order
from gateway.roster.faults import Fault, RosterFaults
from gateway.roster.frame import Frame, merged, read_frame
from gateway.roster.index import Meta, read_meta
from gateway.roster.partframe import is_small, read_part
from gateway.roster.references import References
from gateway.roster.removals import left_dangling
from gateway.roster.slots import ASSIGNMENT, STAFFING, Held, SlotKey, SlotReader, key_of, table_of
from gateway.roster.values import Assignment, Shift, Staffing
from gateway.roster.wall import span

Tell = Callable[[int, int], None]
"""Told how much is done, of how much."""

MAX_PLACES = 10
"""Places that one message names; the rest is a count."""


class SlotChange(Struct, frozen=True, gc=False):
    """One slot before and after; None: nothing stands there."""

    key: SlotKey
    before: Held | None
    after: Held | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked import. It holds for the revision that it was made for, and for no other."""

    revision: int
    frame: tuple[Change, ...]
    slots: tuple[SlotChange, ...]
    retired: frozenset[str]  # deleted receivers whom past slots still name
    longest: dict[str, int]  # ms that an assignment of the unit lasts at most, where it may become more
    recorded: tuple[Recorded, ...]  # what the record of changes will say

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return not self.frame and not self.slots

    @property
    def changes(self) -> tuple[Change, ...]:
        """Everything that changes, for people."""
        return self.frame + tuple(map(_told, self.slots))

    @property
    def deletions(self) -> tuple[Change, ...]:
        """What is there now and would not be afterwards."""
        frame = tuple(change for change in self.frame if change.after is None)
        return frame + tuple(_told(slot) for slot in self.slots if slot.after is None)


def make_plan(
    connection: sqlite3.Connection,
    document: Document,
    zone: ZoneInfo,
    now: int,
    whole: bool = False,
    tell: Tell = lambda done, total: None,
) -> Plan:
    """What importing the document would change; `now` in UTC ms, `whole` makes it the whole truth.

    `tell` hears how many of the file's slots are checked, of how many.

    Reads one snapshot over `connection`, and takes seconds for a large roster: not for the reactor's thread.
    Raises RosterFaults with every fault, IndexStale if the store was computed for another zone.
    """
    connection.execute("BEGIN")
    try:
        return _Planning(connection, document, zone, now, whole, tell).plan()
    finally:
        connection.execute("COMMIT")


@dataclass(slots=True)
class _Planning:
    connection: sqlite3.Connection
    document: Document
    zone: ZoneInfo
    now: int
    whole: bool
    tell: Tell
    meta: Meta = field(init=False)
    slots: SlotReader = field(init=False)
    before: Frame = field(init=False)
    after: Frame = field(init=False)
    references: References = field(init=False)
    faults: list[Fault] = field(init=False)
    spans: dict[tuple[date, time, time], tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.meta = read_meta(self.connection)
        self.meta.require(self.zone)
        self.slots = SlotReader(self.connection, self.meta.generation)
        part = not self.whole and is_small(self.document)
        self.before = read_part(self.connection, self.document) if part else read_frame(self.connection)
        self.after = merged(self.before, self.document, self.whole)
        self.references = References(self.document, self.before, self.after, self.whole)
        self.faults = list(self.document.faults)

    def plan(self) -> Plan:
        self.faults += self.references.faults()
        self.faults += left_dangling(self.document.removed, self.before, self.after, self.slots, self.now)
        slots = [*self._named(), *(self._removed() if self.whole else self._kept())]
        if self.faults:
            raise RosterFaults(in_order(self.faults))
        frame = tuple(frame_changes(self.before, self.after))
        return Plan(
            revision=self.meta.revision,
            frame=frame,
            slots=tuple(slots),
            retired=self._retired(),
            longest=self._longest(slots),
            recorded=import_changes(frame, slots),
        )

    def _named(self) -> Iterator[SlotChange]:
        """The slots of the file, as far as they differ from what stands; those of a unit's shift together.

        So what stands is read by ranges of the key, and written in its order.
        """
        groups: dict[tuple[str, str, bool], list[Entry[Staffing | Assignment]]] = {}
        for entry in self.document.slots:
            value = entry.value
            groups.setdefault((value.unit, value.shift, isinstance(value, Assignment)), []).append(entry)
        done = 0
        for (unit, shift_name, assigned), entries in sorted(groups.items()):
            dates = [entry.value.date for entry in entries]
            table = ASSIGNMENT if assigned else STAFFING
            stood = {
                held.key: held for held in self.slots.dated(table, unit, shift_name, min(dates), max(dates))
            }
            shift = self.after.shifts.get((unit, shift_name))
            for entry in entries:
                change = self._one(entry, stood, shift)
                if change is not None:
                    yield change
            done += len(entries)
            self.tell(done, len(self.document.staffings) + len(self.document.assignments))

    def _one(
        self, entry: Entry[Staffing | Assignment], some: Mapping[SlotKey, Held], shift: Shift | None
    ) -> SlotChange | None:
        key, receivers = key_of(entry.value), entry.value.receivers
        stood = some.get(key)
        if stood is not None and stood.end <= self.now:
            if stood.receivers != receivers:
                told = f"{key} is past and cannot be altered: {_who(stood)} stood there"
                self.faults.append(Fault(entry.path, told))
            return None
        if not self.references.fits(key, receivers, shift):
            self.faults += self.references.of_slot(key, receivers, entry.path)
        if shift is None:
            return None
        wanted = self._held(key, receivers, shift) if receivers else None
        return None if _same(stood, wanted) else SlotChange(key, stood, wanted)

    def _kept(self) -> Iterator[SlotChange]:
        """In a merge: slots, now or later, that the file does not name, but their shift or receivers."""
        shrunk = self._shrunk()
        moved = {
            (entry.value.unit, entry.value.name): entry.path
            for entry in self.document.shifts
            if self.before.shifts.get((entry.value.unit, entry.value.name)) not in {None, entry.value}
        }
        if not shrunk and not moved:
            return
        named = {key_of(entry.value) for entry in self.document.slots}
        places: dict[str, list[str]] = {}
        for unit in sorted({unit for unit, _ in moved} | {unit for _, unit in shrunk}):
            for held in self.slots.open_of_unit(unit, self.now):
                if held.key in named:
                    continue
                for receiver in held.receivers:
                    if (receiver, unit) in shrunk:
                        places.setdefault(f"{shrunk[receiver, unit]}.units", []).append(str(held.key))
                path = moved.get((unit, held.key.shift))
                if path is not None:
                    yield from self._moved(held, path, places)
        self.faults += (
            Fault(path, f"this would leave slots that it no longer allows: {_places(some)}")
            for path, some in places.items()
        )

    def _moved(self, held: Held, path: str, places: dict[str, list[str]]) -> Iterator[SlotChange]:
        shift = self.after.shifts[held.key.unit, held.key.shift]
        barred = shift.barred_by(held.key.date)
        if barred is not None:
            places.setdefault(f"{path}.{barred}", []).append(str(held.key))
            return
        wanted = self._held(held.key, held.receivers, shift)
        if not _same(held, wanted):
            yield SlotChange(held.key, held, wanted)

    def _removed(self) -> Iterator[SlotChange]:
        """In a replacement: slots, now or later, that the file does not name."""
        named = {key_of(entry.value) for entry in self.document.slots}
        for held in self.slots.open(self.now):
            if held.key not in named:
                yield SlotChange(held.key, held, None)

    def _shrunk(self) -> dict[tuple[str, str], str]:
        """(receiver, unit) of every tie that the file takes away, with the receiver's place."""
        return {
            (entry.value.id, unit): entry.path
            for entry in self.document.receivers
            if entry.value.id in self.before.receivers
            for unit in set(self.before.receivers[entry.value.id].units) - set(entry.value.units)
        }

    def _held(self, key: SlotKey, receivers: tuple[str, ...], shift: Shift) -> Held:
        at = (key.date, shift.start, shift.end)
        if at not in self.spans:
            self.spans[at] = span(key.date, shift.start, shift.end, self.zone)
        start, end = self.spans[at]
        return Held(key, receivers, shift.start, shift.end, start, end, late=end <= self.now)

    def _longest(self, slots: list[SlotChange]) -> dict[str, int]:
        """By the slots that are written; and of a unit that is written anew, by those that it had."""
        longest: dict[str, int] = {}
        for unit in (name for name, one in self.after.units.items() if self.before.units.get(name) != one):
            (length,) = self.connection.execute(statements.LONGEST, (unit,)).fetchone()
            longest[unit] = length or 0
        for change in slots:
            if change.after is not None and change.key.role is not None:
                length = change.after.end - change.after.start
                longest[change.key.unit] = max(longest.get(change.key.unit, 0), length)
        return longest

    def _retired(self) -> frozenset[str]:
        deleted = self.before.receivers.keys() - self.after.receivers.keys()
        if not deleted:
            return frozenset()
        generation = self.meta.generation
        parameters = (self.now, generation, generation) * 2
        named = self.connection.execute(statements.STILL_NAMED, parameters)
        return frozenset(name for (name,) in named if name in deleted)


def _told(slot: SlotChange) -> Change:
    return Change(table_of(slot.key).name, str(slot.key), slot.before, slot.after)


def _same(stood: Held | None, wanted: Held | None) -> bool:
    if stood is None or wanted is None:
        return stood is wanted
    return (stood.receivers, stood.begins, stood.ends) == (wanted.receivers, wanted.begins, wanted.ends)


def _who(held: Held) -> str:
    return ", ".join(held.receivers)


def _places(places: list[str]) -> str:
    more = len(places) - MAX_PLACES
    return ", ".join(places[:MAX_PLACES]) + (f" and {more} more" if more > 0 else "")
