"""Whether everything that a roster file refers to is there.

Rules: a reference may name what the file brings or, in a merge, what the roster holds already. What the file
brings with a fault of its own counts as there. Every fault names the place in the file.
"""

from collections.abc import Iterable, Iterator

from gateway.roster.document import Document
from gateway.roster.faults import Fault
from gateway.roster.frame import Frame
from gateway.roster.slots import SlotKey
from gateway.roster.values import WEEKDAYS, Receiver, Shift


class References:
    """Checks a document against the frame as it would be after the import."""

    def __init__(self, document: Document, before: Frame, after: Frame, whole: bool) -> None:
        self._document = document
        self._where = "this file" if whole else "this file or the roster"
        self._names: dict[str, set[str]] = {
            "area": set(after.areas),
            "unit": set(after.units),
            "receiver": set(after.receivers),
        }
        for table, key in document.faulty:
            if table in self._names and isinstance(key, str):
                self._names[table].add(key)
        self._after = after
        self._sound: dict[tuple[str, tuple[str, ...]], bool] = {}
        self._deleted = before.receivers.keys() - after.receivers.keys()

    def faults(self) -> Iterator[Fault]:
        """Every reference of the frame's tables that leads nowhere, and every alias that is taken."""
        for area in self._document.areas:
            yield from self._missing("receiver", area.value.fallback, f"{area.path}.fallback")
        for unit in self._document.units:
            yield from self._one("area", unit.value.area, f"{unit.path}.area")
            yield from self._missing("receiver", unit.value.fallback, f"{unit.path}.fallback")
        for receiver in self._document.receivers:
            yield from self._missing("unit", receiver.value.units, f"{receiver.path}.units")
        for shift in self._document.shifts:
            yield from self._one("unit", shift.value.unit, f"{shift.path}.unit")
        for administrator in self._document.administrators:
            yield from self._missing("unit", administrator.value.units, f"{administrator.path}.units")
        yield from self._taken()

    def fits(self, key: SlotKey, receivers: tuple[str, ...], shift: Shift | None) -> bool:
        """Whether these receivers can stand in this slot; if not, `of_slot` says why. Quick for a million."""
        if shift is None or (receivers and shift.barred_by(key.date) is not None):
            return False
        asked = (key.unit, receivers)
        sound = self._sound.get(asked)
        if sound is None:
            sound = self._sound[asked] = not any(self.of_slot(key, receivers, ""))
        return sound

    def of_slot(self, key: SlotKey, receivers: tuple[str, ...], path: str) -> Iterator[Fault]:
        """Every reason why these receivers cannot stand in this slot."""
        shift = self._after.shifts.get((key.unit, key.shift))
        if key.unit not in self._names["unit"]:
            yield from self._one("unit", key.unit, f"{path}.unit")
        elif shift is None:
            yield from self._no_shift(key, path)
        elif receivers and shift.barred_by(key.date) is not None:
            yield Fault(f"{path}.date", _other_day(key, shift))
        for index, name in enumerate(receivers):
            here = f"{path}.receivers[{index}]"
            receiver = self._after.receivers.get(name)
            if ("receiver", name) in self._document.faulty:
                continue
            if name in self._deleted:
                what = "is not in this file and would be deleted, but is assigned here"
                yield Fault(here, f"{name!r} {what}: {key}")
            elif receiver is None:
                yield from self._one("receiver", name, here)
            elif key.unit not in receiver.units:
                yield Fault(here, _untied(receiver, key))

    def _no_shift(self, key: SlotKey, path: str) -> Iterator[Fault]:
        if ("shift", (key.unit, key.shift)) in self._document.faulty:
            return
        names = ", ".join(sorted(name for unit, name in self._after.shifts if unit == key.unit))
        yield Fault(
            f"{path}.shift", f"{key.shift!r} is no shift of {key.unit}; its shifts: {names or 'none'}"
        )

    def _missing(self, table: str, names: Iterable[str], path: str) -> Iterator[Fault]:
        for index, name in enumerate(names):
            yield from self._one(table, name, f"{path}[{index}]")

    def _one(self, table: str, name: str, path: str) -> Iterator[Fault]:
        if name not in self._names[table]:
            yield Fault(path, f"{name!r} is no {table} of {self._where}")

    def _taken(self) -> Iterator[Fault]:
        """An event names a unit by its id or an alias: no name may lead to two units."""
        owners: dict[str, set[str]] = {}
        for unit in self._after.units.values():
            for alias in unit.aliases:
                owners.setdefault(alias, set()).add(unit.id)
        for entry in self._document.units:
            here = entry.value.id
            for other in sorted(owners.get(here, set())):
                yield Fault(f"{entry.path}.id", f"{here!r} is an alias of the unit {other!r} already")
            for index, alias in enumerate(entry.value.aliases):
                path = f"{entry.path}.aliases[{index}]"
                if alias in self._names["unit"]:
                    yield Fault(path, f"{alias!r} is the id of a unit; an alias must be another name")
                for other in sorted(owners[alias] - {here}):
                    yield Fault(
                        path, f"{alias!r} is an alias of the unit {other!r} too; each leads to one unit"
                    )


def _other_day(key: SlotKey, shift: Shift) -> str:
    day = WEEKDAYS[key.date.weekday()]
    return f"{key.date} is a {day}, when {key.shift} does not begin; its days: {shift.days}"


def _untied(receiver: Receiver, key: SlotKey) -> str:
    units = ", ".join(receiver.units) or "none"
    return f"{receiver.id!r} may not be scheduled at {key.unit} ({key}); units of {receiver.id}: {units}"
