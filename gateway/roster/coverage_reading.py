"""Reads what coverage is judged by. Functions over a connection; they raise sqlite3.Error."""

import sqlite3
from collections.abc import Collection
from datetime import timedelta
from zoneinfo import ZoneInfo

from gateway.model import NumberKind
from gateway.roster import statements
from gateway.roster.coverage import Cover, Hole, People, covers, holes
from gateway.roster.editing import receiver_of
from gateway.roster.editing_view import Occurrence, occurrences
from gateway.roster.elsewhere import Elsewhere
from gateway.roster.values import Receiver
from gateway.roster.wall import local_time

DAY_MS = 86_400_000
DAYS = 14
"""Days that the coverage view shows."""


def shifts_around(
    connection: sqlite3.Connection, unit: str, now: int, days: int, zone: ZoneInfo
) -> list[Occurrence]:
    """The unit's shifts from yesterday's on that begin within some days.

    The longest lasts 25 hours, so all that run are there; and those that are over, so that a hole keeps its
    beginning while it goes on.
    """
    yesterday = local_time(now, zone).date() - timedelta(days=1)
    found = occurrences(connection, unit, yesterday, days + 2, zone)
    return [one for one in found if one.start < now + days * DAY_MS]


def coverage(
    connection: sqlite3.Connection,
    unit: str,
    now: int,
    days: int,
    zone: ZoneInfo,
    served: Collection[NumberKind],
) -> tuple[list[Cover], list[Hole]]:
    """How the unit is covered for some days, and its holes; of shifts that are not over."""
    shifts = shifts_around(connection, unit, now, days, zone)
    names = {name for one in shifts for slot in one.slots.values() for name in slot.held.receivers}
    people = _People(connection, unit, names, now, now + (days + 2) * DAY_MS)
    found = People(people.receivers, served, people.failed(), people.elsewhere)
    told = [one for one in covers(shifts, found) if one.occurrence.end > now]
    return told, holes(unit, shifts, now, now + days * DAY_MS)


def holes_of_all(connection: sqlite3.Connection, now: int, within: int, zone: ZoneInfo) -> list[Hole]:
    """Every unit's holes that begin within some ms: seconds for 10,000 units, not for the reactor."""
    found: list[Hole] = []
    days = within // DAY_MS + 1
    for unit, _, _ in connection.execute(statements.UNITS_AND_NAMES).fetchall():
        shifts = shifts_around(connection, unit, now, days, zone)
        found += holes(unit, shifts, now, now + within)
    return found


class _People:
    """The receivers of a unit's shifts, and where else they stand between two instants."""

    def __init__(
        self, connection: sqlite3.Connection, unit: str, names: Collection[str], since: int, until: int
    ) -> None:
        self._connection = connection
        found = ((name, receiver_of(connection, name)) for name in names)
        self.receivers: dict[str, Receiver] = {name: one for name, one in found if one is not None}
        self.elsewhere = Elsewhere(connection, unit, names, since, until).units

    def failed(self) -> set[str]:
        numbers = [one.number for one in self.receivers.values()]
        rows = (self._connection.execute(statements.PROOF, (number,)).fetchone() for number in numbers)
        return {row[0] for row in rows if row is not None and row[1] == "failed"}
