"""Corrections of shifts that have ended: what really was the case, beside what stood.

Rules: what stood is never altered. A correction is a row of its own in the record of changes, with its
reason; the last one about a slot counts. A slot in which nobody stood can be corrected too.
"""

import sqlite3
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812
from zoneinfo import ZoneInfo

import msgspec

from gateway.audit import reading
from gateway.audit.chain import Entry
from gateway.audit.record import Change, append
from gateway.audit.slots import CORRECT, slot_content, slot_subject
from gateway.requests import Refused, Why
from gateway.roster import editing
from gateway.roster.editing_copy import source_keys
from gateway.roster.editing_view import occurrences
from gateway.roster.index import read_meta
from gateway.roster.slots import Held, SlotKey, SlotReader
from gateway.roster.wall import FIRST_DATE, LAST_DATE

MOST = 100
"""Corrections of one slot that are read, the newest: nobody corrects one shift more often."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Who really held a slot, by whom and when (UTC ms) that was said, and why."""

    change: int
    key: SlotKey
    stood: tuple[str, ...]
    receivers: tuple[str, ...]
    by: str
    at: int
    why: str


def correct(
    conn: sqlite3.Connection,
    key: SlotKey,
    receivers: tuple[str, ...],
    why: str,
    by: str,
    now: int,
    zone: ZoneInfo,
) -> int:
    """Record a correction; `now` in UTC ms. Returns the number of its change. Raises Refused."""
    if not FIRST_DATE <= key.date <= LAST_DATE:
        raise Refused(Why.INVALID, "no such date", (("date", f"allowed: {FIRST_DATE} to {LAST_DATE}"),))
    stands = SlotReader(conn, read_meta(conn).generation).one(key)
    if _end(conn, key, stands, zone) > now:
        raise Refused(Why.CONFLICT, f"{key} has not ended; change it instead")
    faults = tuple(_faults(conn, receivers, () if stands is None else stands.receivers))
    if faults:
        raise Refused(Why.INVALID, "somebody cannot have been there", faults)
    was = slot_content(key, () if stands is None else stands.receivers)
    is_said = slot_content(key, receivers)
    # Also a correction that names the same people says something: its reason.
    change = Change(CORRECT, slot_subject(key), key.unit, was, is_said | {"corrects": True})
    number = append(conn, now, by, [change], why)
    assert number is not None
    return number


def corrections(conn: sqlite3.Connection, unit: str, shift: str, day: Date) -> list[Correction]:
    """Every correction of a shift, the oldest first."""
    found = [
        _made(key, row)
        for key in source_keys(unit, shift, day)
        for row in reading.latest(conn, reading.Filter(action=CORRECT, subject=slot_subject(key)), MOST)
    ]
    return sorted(found, key=lambda one: one.change)


def _end(conn: sqlite3.Connection, key: SlotKey, stands: Held | None, zone: ZoneInfo) -> int:
    """When the shift ended, in UTC ms. Raises Refused if the unit had none such."""
    if stands is not None:
        return stands.end
    for one in occurrences(conn, key.unit, key.date, 1, zone):
        if one.shift == key.shift:
            return one.end
    raise Refused(Why.CONFLICT, f"{key.unit} has no shift {key.shift!r} on {key.date}")


def _faults(
    conn: sqlite3.Connection, receivers: tuple[str, ...], stood: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Who stood there counts although he may have gone since."""
    found = []
    for place, name in enumerate(receivers):
        if receivers.index(name) < place:
            found.append((f"receivers[{place}]", f"{name!r} stands there twice; each may stand once"))
        elif name not in stood and editing.receiver_of(conn, name) is None:
            found.append((f"receivers[{place}]", f"{name!r} is no receiver"))
    return found


def _made(key: SlotKey, row: Entry) -> Correction:
    assert row.before is not None
    assert row.after is not None
    before, after = msgspec.json.decode(row.before), msgspec.json.decode(row.after)
    stood, receivers = tuple(before["receivers"]), tuple(after["receivers"])
    return Correction(row.change, key, stood, receivers, row.who, row.at, row.why or "")
