"""Taking single entries out of the roster: what still refers to them.

Rules: what is referred to is not removed; every place is named. Past slots may refer to what has gone.
"""

from collections.abc import Collection, Hashable, Iterator

from gateway.roster.faults import Fault
from gateway.roster.frame import Frame
from gateway.roster.slots import SlotReader

TOLD_MOST = 20
"""Places that are named one by one."""


def left_dangling(
    removed: Collection[tuple[str, Hashable]], before: Frame, after: Frame, slots: SlotReader, now: int
) -> list[Fault]:
    """A fault for every place that refers to something that is removed, or that was not there."""
    if not removed:
        return []
    found = [*_unknown(removed, before), *_frame(removed, after), *_slots(removed, slots, now)]
    more = len(found) - TOLD_MOST
    return found[:TOLD_MOST] + ([Fault("key", f"and {more} more places")] if more > 0 else [])


def _unknown(removed: Collection[tuple[str, Hashable]], before: Frame) -> Iterator[Fault]:
    tables: dict[str, Collection[Hashable]] = {
        "area": before.areas,
        "unit": before.units,
        "receiver": before.receivers,
        "shift": before.shifts,
        "administrator": before.administrators,
    }
    for table, key in removed:
        if key not in tables[table]:
            yield Fault("key", f"there is no {table} {_shown(key)}")


def _frame(removed: Collection[tuple[str, Hashable]], after: Frame) -> Iterator[Fault]:
    for table, key, what in _references(after):
        if (table, key) in removed:
            yield Fault("key", what)


def _references(frame: Frame) -> Iterator[tuple[str, str, str]]:
    """Everything that refers to something: its table, its key, and what it is there."""
    for area in frame.areas.values():
        yield from (("receiver", name, f"{name!r} is a fallback of {area.name}") for name in area.fallback)
    for unit in frame.units.values():
        yield "area", unit.area, f"the unit {unit.name} is of this area"
        yield from (("receiver", name, f"{name!r} is a fallback of {unit.name}") for name in unit.fallback)
    for receiver in frame.receivers.values():
        yield from (("unit", name, f"{receiver.name} is tied to this unit") for name in receiver.units)
    for shift in frame.shifts.values():
        yield "unit", shift.unit, f"the unit has the shift {shift.name}"
    for one in frame.administrators.values():
        yield from (("unit", name, f"{one.name} administers this unit") for name in one.units)


def _slots(removed: Collection[tuple[str, Hashable]], slots: SlotReader, now: int) -> Iterator[Fault]:
    if not any(table in {"unit", "receiver", "shift"} for table, _ in removed):
        return
    for held in slots.open(now):
        key = held.key
        for name in held.receivers:
            if ("receiver", name) in removed:
                yield Fault("key", f"{name!r} stands in {key}")
        if ("unit", key.unit) in removed or ("shift", (key.unit, key.shift)) in removed:
            yield Fault("key", f"somebody stands in {key}")


def _shown(key: Hashable) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
