"""Whether everything that a roster file refers to is there.

Rules: a reference may name what the file brings or, in a merge, what the roster holds already. What the file
brings with a fault of its own counts as there. Every fault names the place in the file.
"""

from collections.abc import Iterable, Iterator

from gateway.roster.document import Document
from gateway.roster.faults import Fault
from gateway.roster.frame import Frame


class References:
    """Checks a document against the frame as it would be after the import."""

    def __init__(self, document: Document, after: Frame, whole: bool) -> None:
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

    def faults(self) -> Iterator[Fault]:
        """Every reference of the frame's tables that leads nowhere, and every alias that is taken."""
        for area in self._document.areas:
            yield from self.missing("receiver", area.value.fallback, f"{area.path}.fallback")
        for unit in self._document.units:
            yield from self.one("area", unit.value.area, f"{unit.path}.area")
            yield from self.missing("receiver", unit.value.fallback, f"{unit.path}.fallback")
        for receiver in self._document.receivers:
            yield from self.missing("unit", receiver.value.units, f"{receiver.path}.units")
        for shift in self._document.shifts:
            yield from self.one("unit", shift.value.unit, f"{shift.path}.unit")
        for administrator in self._document.administrators:
            yield from self.missing("unit", administrator.value.units, f"{administrator.path}.units")
        yield from self._taken()

    def missing(self, table: str, names: Iterable[str], path: str) -> Iterator[Fault]:
        """The names of a list that are nowhere."""
        for index, name in enumerate(names):
            yield from self.one(table, name, f"{path}[{index}]")

    def one(self, table: str, name: str, path: str) -> Iterator[Fault]:
        """The fault of a name that is nowhere."""
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
