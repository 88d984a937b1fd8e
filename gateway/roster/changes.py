"""What a change of the roster changes, as values that people can be shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import time
from enum import StrEnum
from typing import Any

from gateway.roster.frame import Frame
from gateway.roster.items import Value
from gateway.roster.slots import Held
from gateway.roster.values import Receiver

_DERIVED = {Receiver: {"number_kind", "backup_kind"}, Held: {"key", "start", "end", "late"}}
"""Fields that follow from others and would tell the same twice."""


class Action(StrEnum):
    """What happens to one entry."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Change:
    """One entry before and after; None: not there."""

    table: str  # as the roster file names it
    key: str
    before: Value | Held | None
    after: Value | Held | None

    @property
    def action(self) -> Action:
        """What happens to it."""
        if self.before is None:
            return Action.ADD
        return Action.REMOVE if self.after is None else Action.CHANGE

    def __str__(self) -> str:
        what = f"{self.action} {self.table} {self.key}"
        if self.before is not None and self.after is not None:
            return f"{what}: {'; '.join(_differences(self.before, self.after))}"
        held = self.before if self.after is None else self.after
        return f"{what}: {', '.join(held.receivers)}" if isinstance(held, Held) else what


def frame_changes(before: Frame, after: Frame) -> Iterator[Change]:
    """Every difference between two frames, in the order of the roster file's tables."""
    yield from _changes("area", before.areas, after.areas)
    yield from _changes("unit", before.units, after.units)
    yield from _changes("receiver", before.receivers, after.receivers)
    yield from _changes("shift", before.shifts, after.shifts)
    yield from _changes("administrator", before.administrators, after.administrators)


def _changes(table: str, before: Mapping[Any, Value], after: Mapping[Any, Value]) -> Iterator[Change]:
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key), after.get(key)
        if old != new:
            yield Change(table, " ".join(key) if isinstance(key, tuple) else key, old, new)


def _differences(before: Value | Held, after: Value | Held) -> Iterator[str]:
    for one in fields(before):
        old, new = getattr(before, one.name), getattr(after, one.name)
        if old != new and one.name not in _DERIVED.get(type(before), ()):
            yield f"{one.name} {_shown(old)} → {_shown(new)}"


def _shown(value: object) -> str:
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return "none" if value is None else str(value)
