"""How changes of the roster stand in the record.

Rules: a slot's row always names the slot in full, in `before` and `after`, so that a change can be undone by
what is recorded alone. An import of more than `TOLD_MOST` changes is one row with its counts: a first import
of a region makes a million slots, whose own rows say that they came by import.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date, time
from enum import Enum
from typing import TYPE_CHECKING, Any

from gateway.audit.record import Change
from gateway.model import Role
from gateway.roster.changes import Change as RosterChange
from gateway.roster.slots import SlotKey
from gateway.roster.values import Shift, Unit

if TYPE_CHECKING:
    from gateway.roster.plan import SlotChange

TOLD_MOST = 1000
"""Changes of one import that are recorded one by one: some 10 ms of its last transaction."""

SET = "slot.set"
COPY = "slot.copy"
UNDO = "slot.undo"
CORRECT = "slot.correct"
IMPORT = "roster.import"
UNDOABLE = {SET, COPY, UNDO}


def slot_subject(key: SlotKey) -> str:
    """What the record calls a slot."""
    return f"{'staffing' if key.role is None else 'slot'} {key}"


def slot_content(key: SlotKey, receivers: Iterable[str]) -> dict[str, Any]:
    """A slot and who stands in it."""
    return {
        "unit": key.unit,
        "shift": key.shift,
        "date": key.date.isoformat(),
        "role": None if key.role is None else key.role.value,
        "receivers": list(receivers),
    }


def content_key(content: dict[str, Any]) -> SlotKey:
    """The slot that a row's content names."""
    role = content["role"]
    day = date.fromisoformat(content["date"])
    return SlotKey(content["unit"], content["shift"], day, None if role is None else Role(role))


def slot_change(action: str, key: SlotKey, before: Iterable[str], after: Iterable[str]) -> Change:
    """One slot before and after."""
    return Change(action, slot_subject(key), key.unit, slot_content(key, before), slot_content(key, after))


def import_changes(frame: Collection[RosterChange], slots: Collection["SlotChange"]) -> tuple[Change, ...]:
    """What an import changes, as the record tells it."""
    if len(frame) + len(slots) > TOLD_MOST:
        return (_summary(frame, slots),)
    told = [
        slot_change(
            SET,
            one.key,
            () if one.before is None else one.before.receivers,
            () if one.after is None else one.after.receivers,
        )
        for one in slots
    ]
    return (*map(_entry, frame), *told)


def _summary(frame: Collection[RosterChange], slots: Collection["SlotChange"]) -> Change:
    counts = Counter(f"{one.table} {one.action}" for one in frame)
    for one in slots:
        table = "staffing" if one.key.role is None else "assignment"
        action = "add" if one.before is None else "remove" if one.after is None else "change"
        counts[f"{table} {action}"] += 1
    return Change(IMPORT, "roster", after={"changes": len(frame) + len(slots), **counts})


def _entry(change: RosterChange) -> Change:
    held = change.before if change.after is None else change.after
    unit = held.id if isinstance(held, Unit) else held.unit if isinstance(held, Shift) else None
    return Change(
        f"{change.table}.{change.action}",
        f"{change.table} {change.key}",
        unit,
        _plain(change.before),
        _plain(change.after),
    )


def _plain(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    return {name: _cell(part) for name, part in asdict(value).items()}


def _cell(value: Any) -> Any:
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
