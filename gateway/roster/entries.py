"""Single entries of the register: what stands under a key, its version, and who made it so.

Rules: a version is a digest of the entry as the roster file has it, so equal entries have equal versions and
no change goes unseen. A change is checked against the version that its author saw at the revision that it is
planned for, and a plan is carried out at its own revision alone: nobody's change is lost between.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from gateway.audit import reading
from gateway.audit.slots import import_changes
from gateway.roster import statements
from gateway.roster.book import make_receiver
from gateway.roster.changes import Change
from gateway.roster.document import Document, Entry
from gateway.roster.edit import RosterChanged
from gateway.roster.exporter import entry_of
from gateway.roster.frame import make_administrator, make_area, make_unit
from gateway.roster.index import read_meta
from gateway.roster.patterns import make_shift
from gateway.roster.plan import Plan, make_plan
from gateway.roster.values import Administrator, Area, Receiver, Shift, Unit

VERSION_DIGITS = 16  # of a digest: 64 bits, that no two states of one entry share by chance

WHOLE = "roster"
"""Whom the record names where an import was too large to be told entry by entry."""

Registered = Area | Unit | Receiver | Shift | Administrator
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """The version of an entry that somebody saw; None: that there was none."""

    table: str
    key: Key
    version: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands under a key now (None: nothing), who made it so, and when (UTC ms); None: unknown."""

    value: Registered | None
    by: str | None
    at: int | None


class EntryStale(Exception):  # noqa: N818 (named for what is the case)
    """The entry is not what the author of the change saw; nothing was changed."""

    def __init__(self, seen: Seen, standing: Standing) -> None:
        super().__init__(f"{seen.table} {' '.join(seen.key)} was changed by somebody else: nothing was done")
        self.seen = seen
        self.standing = standing


class EntryExists(EntryStale):
    """It was to be a new entry, and there is one under this key."""


def version_of(value: Registered) -> str:
    """The version of what stands."""
    return sha256(msgspec.json.encode(entry_of(value))).hexdigest()[:VERSION_DIGITS]


def read_entry(connection: sqlite3.Connection, table: str, key: Key) -> Registered | None:
    """What stands under a key of the table, None: nothing. Raises sqlite3.Error."""
    row = connection.execute(statements.BY_KEY[table], key).fetchone()
    return None if row is None else MAKE[table](connection, row)


def plan_checked(
    connection: sqlite3.Connection, document: Document, zone: ZoneInfo, now: int, seen: Seen | None
) -> Plan:
    """The plan of one entry's change; `seen` None: whatever stands there now.

    Raises EntryStale (before any fault of the entry is told), RosterChanged if the roster was changed while
    it was looked at, and as `make_plan` does.
    """
    revision = read_meta(connection).revision
    if seen is not None:
        _require(connection, seen, _wanted(document))
    plan = make_plan(connection, document, zone, now)
    if plan.revision != revision:
        raise RosterChanged("the roster was changed meanwhile; nothing was done")
    return plan


def _require(connection: sqlite3.Connection, seen: Seen, wanted: Registered | None) -> None:
    stands = read_entry(connection, seen.table, seen.key)
    version = None if stands is None else version_of(stands)
    if version == seen.version:
        return
    if seen.version is not None and stands is not None and stands == wanted:
        return  # the same change once more, by a second press of the button or by two people
    kind = EntryExists if seen.version is None else EntryStale
    raise kind(seen, _standing(connection, seen, stands))


def _wanted(document: Document) -> Registered | None:
    """The one sound entry of the document; None if it has a fault, or takes something away."""
    found: list[Entry[Registered]] = [*document.areas, *document.units, *document.receivers]
    found += [*document.shifts, *document.administrators]
    return found[0].value if found else None


def _standing(connection: sqlite3.Connection, seen: Seen, stands: Registered | None) -> Standing:
    """By the record: the entry's own last row, unless a large import came later and made it otherwise."""
    name = " ".join(seen.key)
    own = reading.last_of(connection, f"{seen.table} {name}")
    (as_recorded,) = import_changes((Change(seen.table, name, None, stands),), ())
    found = own
    if own is None or own.after != _json(as_recorded.after):
        rows = [row for row in (own, reading.last_of(connection, WHOLE)) if row is not None]
        found = max(rows, key=lambda row: row.seq, default=None)
    return Standing(stands, None if found is None else found.who, None if found is None else found.at)


def _json(content: object) -> str | None:
    return None if content is None else msgspec.json.encode(content).decode()


def _unit(connection: sqlite3.Connection, row: Any) -> Unit:
    return make_unit(row, _names(connection, statements.ALIASES, row[0]))


def _receiver(connection: sqlite3.Connection, row: Any) -> Receiver:
    return make_receiver(row, _names(connection, statements.UNITS_OF_RECEIVER, row[0]))


def _names(connection: sqlite3.Connection, statement: str, owner: str) -> tuple[str, ...]:
    return tuple(name for (name,) in connection.execute(statement, (owner,)))


MAKE: Mapping[str, Callable[[sqlite3.Connection, Any], Registered]] = {
    "area": lambda connection, row: make_area(row),
    "unit": _unit,
    "receiver": _receiver,
    "shift": lambda connection, row: make_shift(row),
    "administrator": lambda connection, row: make_administrator(row),
}
"""Makes an entry of a row of its table, as `statements.BY_KEY` reads it."""
