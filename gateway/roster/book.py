"""Looks up who is on duty, in the store, at one instant.

Rules: synchronous, on the thread that owns the connection; a look-up reads one snapshot. Every interval that
contains the instant begins within the unit's longest shift before it, so an index over starts finds all of
them however the shifts overlap. What is kept in memory is used only while no other connection has committed
(`PRAGMA data_version`), or the roster's revision is unchanged in spite of it; a duty moreover only until the
next boundary of its unit and role.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

import msgspec

from gateway.model import NumberKind, OneWay, Role
from gateway.roster import statements
from gateway.roster.values import Area, Duty, Receiver, ReceiverKind, Slot, Unit
from gateway.roster.versioned import FOREVER
from gateway.store.connection import data_version

KEPT_DUTIES = 32_768
"""Units and roles whose duty is kept, some 1 KiB each: every one of a region of 10,000 units. Measured with
the records below: 26 MB for 10,000 duties. Forgotten all at once."""

KEPT_RECORDS = 65_536
"""Units and receivers kept, some 0.5 KiB each: all that a region of 10,000 units has on duty in a day."""

K = TypeVar("K")
V = TypeVar("V")
Row = tuple[int, str, str, int, int, str, str, str, str, int]

_strings = msgspec.json.Decoder(tuple[str, ...]).decode


@dataclass(frozen=True, slots=True)
class _Record:
    """A unit with all that hangs on it but its shifts."""

    unit: Unit
    area: Area
    fallback: tuple[Receiver, ...]
    area_fallback: tuple[Receiver, ...]
    longest: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """A duty, and the instants for which it holds."""

    duty: Duty
    since: int
    until: int


class RosterBook:
    """The roster as the store holds it now.

    `connection` is open for reading, does not write, and is used by nobody else while a method runs: what it
    wrote itself would not change its data_version.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._version = -1
        self._revision = -1
        self._generation = 0
        self._duties: dict[tuple[str, Role], _Kept] = {}
        self._units: dict[str, _Record] = {}
        self._receivers: dict[str, Receiver] = {}
        self._kinds: frozenset[NumberKind] | None = None

    def duty(self, unit: str, role: Role, instant: int) -> Duty | None:
        """All that decides who answers for the role at the instant (UTC ms); None if the unit is unknown.

        `unit` is an id or an alias. Raises sqlite3.Error if the store cannot be read.
        """
        self._refresh()
        kept = self._duties.get((unit, role))
        if kept is not None and kept.since <= instant < kept.until:
            return kept.duty
        with self._snapshot():
            self._refresh()
            return self._look_up(unit, role, instant)

    def receiver(self, name: str) -> Receiver | None:
        """The receiver of this id, None if there is none. Raises sqlite3.Error."""
        with self._snapshot():
            self._refresh()
            return self._receiver(name)

    def unit(self, name: str) -> Unit | None:
        """The unit of this id or alias, None if there is none. Raises sqlite3.Error."""
        with self._snapshot():
            self._refresh()
            record = self._unit(name)
            return None if record is None else record.unit

    def number_kinds(self) -> frozenset[NumberKind]:
        """What kinds of number the roster uses, and so which carriers it needs. Raises sqlite3.Error."""
        self._refresh()
        if self._kinds is None:
            self._kinds = frozenset(kind for kind in NumberKind if self._uses(kind))
        return self._kinds

    def _uses(self, kind: NumberKind) -> bool:
        return bool(self._connection.execute(statements.USES_KIND, (kind,)).fetchone()[0])

    def revision(self) -> int:
        """The roster's revision as it stands; it rises with every change. Raises sqlite3.Error."""
        self._refresh()
        return self._revision

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """Several statements read one state of the store; SQLite also takes its lock once, not for each."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("COMMIT")

    def _refresh(self) -> None:
        """Forget what is kept if the roster has changed."""
        version = data_version(self._connection)
        if version == self._version:
            return
        # The version is read first: a commit between the two reads is noticed by the next look.
        meta = self._connection.execute(statements.META).fetchone()
        revision, self._generation = (0, 0) if meta is None else meta[:2]
        if revision != self._revision:
            self._duties.clear()
            self._units.clear()
            self._receivers.clear()
            self._kinds = None
        self._revision, self._version = revision, version

    def _look_up(self, name: str, role: Role, instant: int) -> Duty | None:
        record = self._unit(name)
        if record is None:
            return None
        rows, following = self._rows(record, role, instant)
        slots = tuple(self._slot(role, list(group)) for _, group in groupby(rows, itemgetter(0, 1, 2)))
        duty = Duty(record.unit, record.area, record.fallback, record.area_fallback, slots)
        until = min([following, *(slot.end for slot in slots)])
        _keep(self._duties, KEPT_DUTIES, (name, role), _Kept(duty, instant, until))
        return duty

    def _rows(self, record: _Record, role: Role, instant: int) -> tuple[list[Row], int]:
        """The rows of the slots that contain the instant, and when the next slot begins."""
        generation = self._generation
        earliest = instant - record.longest
        cursor = self._connection.execute(
            statements.ON_DUTY, (record.unit.id, role, earliest, instant, generation, generation)
        )
        rows: list[Row] = []
        following = FOREVER
        for row in cursor:
            if row[0] > instant:
                following = row[0]
                break
            rows.append(row)
        cursor.close()
        rows.sort(key=itemgetter(0, 1, 2, 3))
        return rows, following

    def _slot(self, role: Role, rows: list[Row]) -> Slot:
        start, shift, day, _, end, begins, ends, _, made_by, made_at = rows[0]
        return Slot(
            shift=shift,
            date=date.fromisoformat(day),
            begins=time.fromisoformat(begins),
            ends=time.fromisoformat(ends),
            start=start,
            end=end,
            role=role,
            receivers=self._all(row[7] for row in rows),
            made_by=made_by,
            made_at=made_at,
        )

    def _unit(self, name: str) -> _Record | None:
        record = self._units.get(name)
        if record is not None:
            return record
        row = self._connection.execute(statements.UNIT, (name,)).fetchone()
        if row is None:
            alias = self._connection.execute(statements.UNIT_OF_ALIAS, (name,)).fetchone()
            if alias is None:
                return None
            row = self._connection.execute(statements.UNIT, alias).fetchone()
            if row is None:
                return None
        record = self._record(row)
        return _keep(self._units, KEPT_RECORDS, name, record)

    def _record(self, row: tuple[str, str, str, str, str, int]) -> _Record:
        unit, area, name, fallback, one_way, longest = row
        aliases = self._connection.execute(statements.ALIASES, (unit,)).fetchall()
        own = _strings(fallback)
        found = self._connection.execute(statements.AREA, (area,)).fetchone()
        above = Area(area, area) if found is None else Area(found[0], found[1], _strings(found[2]))
        return _Record(
            unit=Unit(unit, area, name, tuple(alias for (alias,) in aliases), own, OneWay(one_way)),
            area=above,
            fallback=self._all(own),
            area_fallback=self._all(above.fallback),
            longest=longest,
        )

    def _all(self, names: Iterable[str]) -> tuple[Receiver, ...]:
        found = (self._receiver(name) for name in names)
        return tuple(receiver for receiver in found if receiver is not None)

    def _receiver(self, name: str) -> Receiver | None:
        kept = self._receivers.get(name)
        if kept is not None:
            return kept
        row = self._connection.execute(statements.RECEIVER, (name,)).fetchone()
        if row is None:
            return None
        units = self._connection.execute(statements.UNITS_OF_RECEIVER, (name,)).fetchall()
        return _keep(
            self._receivers, KEPT_RECORDS, name, make_receiver(row, tuple(unit for (unit,) in units))
        )


def make_receiver(
    row: tuple[str, str, str, str, str, str | None, str | None, int, int], units: tuple[str, ...]
) -> Receiver:
    """The receiver of a row of `statements.RECEIVER`."""
    name, shown, kind, number, number_kind, backup, backup_kind, any_number, _ = row
    return Receiver(
        id=name,
        name=shown,
        kind=ReceiverKind(kind),
        number=number,
        number_kind=NumberKind(number_kind),
        backup=backup,
        backup_kind=None if backup_kind is None else NumberKind(backup_kind),
        any_number=bool(any_number),
        units=units,
    )


def _keep(kept: dict[K, V], most: int, key: K, value: V) -> V:
    """Keep a value, and forget all others when there are too many: rare, and simpler than to rank them."""
    if len(kept) >= most:
        kept.clear()
    kept[key] = value
    return value
