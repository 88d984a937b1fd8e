"""What a change of the roster changes, as values that people and pages can be shown.

Rules: fields are named as the roster file names them, so that what is shown can be found in the file. A field
that says nothing where an entry is added or removed is left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, time
from enum import Enum, StrEnum
from typing import Any, NamedTuple

from msgspec import Struct

from gateway.roster.frame import Frame
from gateway.roster.items import KEYS, Value
from gateway.roster.slots import Held
from gateway.roster.values import Receiver

_DERIVED = {Receiver: {"number_kind", "backup_kind"}, Held: {"key", "start", "end", "late"}}
"""Fields that follow from others and would tell the same twice."""

_WRITTEN = {"start": "from", "end": "to", "begins": "from", "ends": "to"}
"""Fields that the roster file calls otherwise."""

_SAYS_NOTHING = (None, (), False)

Shown = str | bool | tuple[str, ...] | None
"""A field's value: times and dates as texts, names as a list; None: nothing is said."""


class Action(StrEnum):
    """What happens to one entry."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"


class FieldChange(NamedTuple):
    """One field before and after."""

    key: str  # as the roster file names it
    before: Shown
    after: Shown


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

    @property
    def parts(self) -> tuple[str, ...]:
        """The key as it is put together in the roster file: an id, a user name, four parts of a slot."""
        one = self._one
        if isinstance(one, Held):
            return tuple(str(part) for part in one.key if part is not None)
        return tuple(str(getattr(one, name)) for name in KEYS[self.table])

    @property
    def name(self) -> str:
        """What people call it; of a slot, its key."""
        return self.key if isinstance(self._one, Held) else str(getattr(self._one, "name", self.key))

    @property
    def fields(self) -> tuple[FieldChange, ...]:
        """What differs, without the key."""
        return tuple(self._fields())

    @property
    def _one(self) -> Value | Held:
        one = self.after if self.before is None else self.before
        assert one is not None
        return one

    def _fields(self) -> Iterator[FieldChange]:
        hidden = _DERIVED.get(type(self._one), set()) | set(KEYS[self.table])
        both = self.before is not None and self.after is not None
        for name in _names(self._one):
            if name in hidden:
                continue
            old, new = getattr(self.before, name, None), getattr(self.after, name, None)
            if old != new and (both or (new if self.before is None else old) not in _SAYS_NOTHING):
                yield FieldChange(_WRITTEN.get(name, name), _shown(old), _shown(new))

    def __str__(self) -> str:
        what = f"{self.action} {self.table} {self.key}"
        if self.before is not None and self.after is not None:
            return f"{what}: {'; '.join(map(_in_words, self.fields))}"
        return f"{what}: {', '.join(self._one.receivers)}" if isinstance(self._one, Held) else what


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


def _names(one: Value | Held) -> Iterable[str]:
    return one.__struct_fields__ if isinstance(one, Struct) else [field.name for field in fields(one)]


def _in_words(change: FieldChange) -> str:
    return f"{change.key} {_word(change.before)} → {_word(change.after)}"


def _word(value: Shown) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    return "none" if value is None else str(value)


def _shown(value: object) -> Shown:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, tuple):
        return tuple(map(str, value))
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value.value) if isinstance(value, Enum) else str(value)
