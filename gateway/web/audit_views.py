"""What the pages get of the record: its rows with the names of people and units, and what can be undone.

Rules: a row is shown as it stands, whatever it holds: one that somebody altered must show, not fault.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date as Date  # noqa: N812
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from gateway.audit import reading
from gateway.audit.chain import Entry
from gateway.audit.slots import UNDOABLE
from gateway.model import Role
from gateway.pagesdesk import PagesDesk
from gateway.roster.index import read_meta
from gateway.roster.patterns import pattern
from gateway.roster.slots import SlotKey, SlotReader
from gateway.roster.wall import span
from gateway.web import registered

RECEIVERS = ("receiver", "receivers", "fallback")
UNITS = ("unit", "units")
"""Members of `before` and `after` that name receivers, and units."""


class _Slot(Struct, frozen=True):
    """A slot's content, as `audit.slots` writes it."""

    unit: str
    shift: str
    date: Date
    role: Role | None
    receivers: tuple[str, ...]

    @property
    def key(self) -> SlotKey:
        return SlotKey(self.unit, self.shift, self.date, self.role)


_slot = msgspec.json.Decoder(_Slot).decode


def undoable(
    connection: sqlite3.Connection, rows: Iterable[Entry], now: int, zone: ZoneInfo
) -> frozenset[int]:
    """The changes of these rows that can be undone at `now` (UTC ms)."""
    slots = SlotReader(connection, read_meta(connection).generation)
    changes = dict.fromkeys(row.change for row in rows if row.action in UNDOABLE)
    return frozenset(
        change
        for change in changes
        if _all_undoable(connection, slots, reading.of_change(connection, change), now, zone)
    )


def page(
    pages: PagesDesk, rows: Sequence[Entry], can_undo: frozenset[int], limit: int
) -> registered.AuditPage:
    """A page of rows; one that is full may have others behind it."""
    return registered.AuditPage(
        tuple(_row(pages, entry, can_undo) for entry in rows), rows[-1].seq if len(rows) == limit else None
    )


def _all_undoable(
    connection: sqlite3.Connection, slots: SlotReader, rows: Sequence[Entry], now: int, zone: ZoneInfo
) -> bool:
    """As `editing.undo` judges: shifts of one unit that are not past and stand as the change left them."""
    unit = rows[0].unit if rows else None
    return bool(rows) and all(
        row.action in UNDOABLE and row.unit == unit and _stands(connection, slots, row, now, zone)
        for row in rows
    )


def _stands(connection: sqlite3.Connection, slots: SlotReader, row: Entry, now: int, zone: ZoneInfo) -> bool:
    try:
        before, after = _slot(row.before or ""), _slot(row.after or "")
    except (msgspec.MsgspecError, UnicodeError):
        return False
    stands = slots.one(before.key)
    if (() if stands is None else stands.receivers) != after.receivers:
        return False
    if stands is not None:
        return now < stands.end
    shift = pattern(connection, before.unit, before.shift)
    return shift is not None and now < span(before.date, shift.start, shift.end, zone)[1]


def _row(pages: PagesDesk, entry: Entry, can_undo: frozenset[int]) -> registered.AuditRow:
    told = [reading.content(entry.before), reading.content(entry.after)]
    units = {entry.unit} if entry.unit is not None else set()
    units |= set(_named(told, UNITS))
    return registered.AuditRow(
        seq=entry.seq,
        at=reading.time_of(entry),
        who=entry.who,
        who_name=pages.desk.name_of(entry.who),
        action=entry.action,
        unit=entry.unit,
        subject=entry.subject,
        change=entry.change,
        before=told[0],
        after=told[1],
        why=entry.why,
        hash=entry.hash,
        undoable=entry.change in can_undo,
        receiver_names={
            name: found.name for name in _named(told, RECEIVERS) if (found := pages.book.receiver(name))
        },
        unit_names={unit: pages.unit_name(unit) for unit in units},
    )


def _named(told: Sequence[Any], members: Sequence[str]) -> Iterable[str]:
    """Every name that these members hold."""
    for content in told:
        for member in members if isinstance(content, dict) else ():
            held = content.get(member)
            for name in held if isinstance(held, list) else [held]:
                if isinstance(name, str):
                    yield name
