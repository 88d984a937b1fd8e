"""The roster file: TOML in, values with their places out.

Rules: every fault of the file is found in one reading, with its place and what is allowed; an unknown key is
a fault. An entry with a fault is left out of the values, but what it declares counts as declared, so that one
slip is not told again by everything that refers to it. References are checked against the roster, by `plan`.
"""

import re
import tomllib
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from msgspec import Struct
from pydantic import ValidationError

from gateway.roster import items
from gateway.roster.faults import Fault
from gateway.roster.findings import translate
from gateway.roster.values import Administrator, Area, Assignment, Receiver, Shift, Staffing, Unit

MAX_BYTES = 32 * 1024 * 1024
"""50,000 assignments and as much staffing take 15 MB; parsed, a text takes some ten times its size."""

MAX_SLOTS = 50_000
"""Assignments, and staffings, that a TOML file may hold; the published contract names the number."""

_BAD_LINE = re.compile(r"^(?P<what>.*) \(at (?P<where>.*)\)$", re.DOTALL)

_ITEM = (dict, Staffing, Assignment)
"""What a table may hold: entries as they are written, and slots that were read and judged before."""

_LINE = re.compile(r"line (\d+)")

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Entry(Struct, Generic[T_co], frozen=True, gc=False):
    """A value of the file and its place there."""

    path: str
    value: T_co


@dataclass(frozen=True, slots=True)
class Document:
    """What a roster file says, in its order, and what is wrong with it."""

    areas: tuple[Entry[Area], ...] = ()
    units: tuple[Entry[Unit], ...] = ()
    receivers: tuple[Entry[Receiver], ...] = ()
    shifts: tuple[Entry[Shift], ...] = ()
    staffings: tuple[Entry[Staffing], ...] = ()
    assignments: tuple[Entry[Assignment], ...] = ()
    administrators: tuple[Entry[Administrator], ...] = ()
    faulty: frozenset[tuple[str, Hashable]] = frozenset()  # (table, key) of entries with a fault
    faults: tuple[Fault, ...] = ()
    removed: frozenset[tuple[str, Hashable]] = frozenset()  # (table, key) that shall be there no more

    @property
    def slots(self) -> tuple[Entry[Staffing | Assignment], ...]:
        """Staffing and assignments: who is on when."""
        return (*self.staffings, *self.assignments)


@dataclass(slots=True)
class _Reading:
    """What has been found so far."""

    region: str
    faults: list[Fault] = field(default_factory=list)
    faulty: set[tuple[str, Hashable]] = field(default_factory=set)

    def entries(
        self, table: str, found: object, places: Sequence[str] | None = None
    ) -> Iterator[Entry[items.Value]]:
        """The sound entries of one table; `places` are theirs, where they are not counted."""
        if not isinstance(found, list) or not all(isinstance(item, _ITEM) for item in found):
            self.faults.append(Fault(table, f"must be written as tables, [[{table}]]"))
            return
        seen: dict[Hashable, str] = {}
        for index, item in enumerate(found):
            path = f"{table}[{index}]" if places is None else places[index]
            key = _key(table, item)
            repeats = path if key is None else seen.setdefault(key, path)
            if repeats is not path:
                known = f"{_key_text(table)} {_shown(key)}"
                self.faults.append(Fault(path, f"{known} stands in {repeats} already"))
            if not isinstance(item, dict):
                if repeats is path:
                    yield Entry(path, item)
                continue
            try:
                model = items.MODELS[table].model_validate(item, context={"region": self.region})
            except ValidationError as error:
                self.faults += translate(path, items.MODELS[table], error)
                self.faulty.add((table, key))
            else:
                if repeats == path:
                    yield Entry(path, model.value())


def read_document(text: str, region: str) -> Document:
    """What a roster file says. Raises nothing: `faults` holds all that is wrong.

    `region` is the country code by which phone numbers are understood.
    """
    if len(text) > MAX_BYTES:
        return Document(faults=(Fault("", f"is longer than {MAX_BYTES:,} characters"),))
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Document(faults=(_syntax(str(error)),))
    except RecursionError:
        return Document(faults=(Fault("", "is nested too deep to be a roster file"),))
    return read_tables(tables, region, most=MAX_SLOTS)


def read_tables(
    tables: Mapping[str, object],
    region: str,
    places: Mapping[str, Sequence[str]] | None = None,
    most: int | None = None,
    faults: Iterable[Fault] = (),
) -> Document:
    """What tables of entries say, as a TOML file or another form gave them.

    `places` names each entry's place where it is not its number in the table, `most` is how many slots of a
    kind are allowed, `faults` are those that were found before.
    """
    reading = _Reading(region, list(faults))
    reading.faults += (
        Fault(name, f"unknown table; allowed: {', '.join(items.MODELS)}")
        for name in tables
        if name not in items.MODELS
    )
    reading.faults += (
        Fault(name, f"has {len(found):,} entries; allowed in a TOML file: {most:,}")
        for name in ("staffing", "assignment")
        if most is not None and isinstance(found := tables.get(name), list) and len(found) > most
    )
    named = places or {}
    found = {
        name: list(reading.entries(name, tables.get(name, []), named.get(name))) for name in items.MODELS
    }
    return Document(
        areas=_only(Area, found["area"]),
        units=_only(Unit, found["unit"]),
        receivers=_only(Receiver, found["receiver"]),
        shifts=_only(Shift, found["shift"]),
        staffings=_only(Staffing, found["staffing"]),
        assignments=_only(Assignment, found["assignment"]),
        administrators=_only(Administrator, found["administrator"]),
        faulty=frozenset(reading.faulty),
        faults=tuple(reading.faults),
    )


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Faults in the order in which the file's tables are documented, and of the entries in each."""
    tables = list(items.MODELS)

    def place(fault: Fault) -> tuple[int, int]:
        line = _LINE.match(fault.path)
        if line is not None:
            return (-1, int(line[1]))
        table, _, rest = fault.path.partition("[")
        if table not in tables:
            return (-1, 0)
        return (tables.index(table), int(rest.partition("]")[0] or 0))

    return sorted(faults, key=place)


def _only(kind: type[T], entries: Iterable[Entry[items.Value]]) -> tuple[Entry[T], ...]:
    return tuple(cast(Entry[T], entry) for entry in entries if isinstance(entry.value, kind))


def _key(table: str, item: dict[str, object] | Staffing | Assignment) -> Hashable:
    if isinstance(item, Assignment):
        return (item.unit, item.shift, item.date, item.role)
    if isinstance(item, Staffing):
        return (item.unit, item.shift, item.date)
    return items.key_of(table, item)


def _syntax(message: str) -> Fault:
    found = _BAD_LINE.match(message)
    if found is None:
        return Fault("", f"is no TOML: {message}")
    return Fault(found["where"], f"is no TOML: {found['what']}")


def _key_text(table: str) -> str:
    return ", ".join(items.KEYS[table])


def _shown(key: Hashable) -> str:
    return ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)
