"""The rows in which a planned import is written, table by table.

Rules: what changes is hidden and written anew, never altered in place. A row has no versions yet: they are
given when it is staged.
"""

from collections.abc import Iterable, Iterator
from datetime import date, time
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from gateway.roster import versioned as v
from gateway.roster.changes import Change
from gateway.roster.plan import Plan, SlotChange
from gateway.roster.slots import Held, key_columns, table_of
from gateway.roster.values import Administrator, Area, Receiver, Shift, Unit
from gateway.roster.versioned import Versioned

Row = tuple[Any, ...]


class Rewrite(Struct, frozen=True, gc=False):
    """What becomes of one owner's rows in one table: all that are seen go, these come."""

    table: Versioned
    owner: tuple[str, ...]
    gone: bool  # whether there may be rows that go
    rows: tuple[Row, ...]


def rewrites(plan: Plan, made_by: str, made_at: int) -> Iterator[Rewrite]:
    """Everything that an import writes; `made_at` in UTC ms. Frame first, then slots in the plan's order."""
    for change in plan.frame:
        yield from _frame(change, plan.retired)
    for slot in plan.slots:
        yield rewritten_slot(slot, made_by, made_at)


def rewritten_slot(change: SlotChange, made_by: str, made_at: int) -> Rewrite:
    """One slot."""
    rows = () if change.after is None else tuple(slot_rows(change.after, made_by, made_at))
    return Rewrite(table_of(change.key), key_columns(change.key), change.before is not None, rows)


def slot_rows(held: Held, made_by: str, made_at: int) -> list[Row]:
    """The rows of a slot, one a receiver."""
    times = (_clock(held.begins), _clock(held.ends), held.start, held.end, int(held.late))
    key = key_columns(held.key)
    return [
        (*key, receiver, *times, position, made_by, made_at)
        for position, receiver in enumerate(held.receivers)
    ]


@cache
def _clock(at: time) -> str:
    """A time of day; there are 1,440."""
    return at.isoformat("minutes")


def _frame(change: Change, retired: frozenset[str]) -> Iterator[Rewrite]:
    value = change.before if change.after is None else change.after
    gone, stays = change.before is not None, change.after is not None
    match value:
        case Area(id=name):
            area: Row = (name, value.name, _json(value.fallback))
            yield Rewrite(v.AREA, (name,), gone, (area,) if stays else ())
        case Unit(id=name):
            unit: Row = (name, value.area, value.name, _json(value.fallback), value.one_way, 0)
            yield Rewrite(v.UNIT, (name,), gone, (unit,) if stays else ())
            aliases = [(name, position, alias) for position, alias in enumerate(value.aliases)]
            yield Rewrite(v.ALIAS, (name,), gone, tuple(aliases) if stays else ())
        case Receiver(id=name):
            kept = stays or name in retired
            # A former one may come again: what stands is not always told by the change.
            yield Rewrite(v.RECEIVER, (name,), True, (_receiver(value, not stays),) if kept else ())
            units = [(name, position, one) for position, one in enumerate(value.units)]
            yield Rewrite(v.RECEIVER_UNIT, (name,), gone, tuple(units) if stays else ())
        case Shift(unit=owner, name=name):
            yield Rewrite(v.SHIFT, (owner, name), gone, (_shift(value),) if stays else ())
        case Administrator(username=name):
            person: Row = (name, value.name, value.phone, value.email, _json(value.units))
            yield Rewrite(v.ADMINISTRATOR, (name,), gone, (person,) if stays else ())


def _receiver(one: Receiver, former: bool) -> Row:
    numbers = (one.number, one.number_kind, one.backup, one.backup_kind, one.any_number)
    return (one.id, one.name, one.kind, *numbers, former)


def _shift(shift: Shift) -> Row:
    times = (shift.start.isoformat("minutes"), shift.end.isoformat("minutes"))
    bounds = (_date(shift.valid_from), _date(shift.valid_to))
    return (shift.unit, shift.name, *times, _json(shift.weekdays), *bounds)


def _date(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _json(names: Iterable[str]) -> str:
    return msgspec.json.encode(names).decode()
