"""The instants in the store, and for which zone and rules they were computed.

Rules: wall time is the truth and the index over instants derived from it. It is computed anew when the zone
of the configuration or the time-zone rules have changed, before anything is looked up by it.
"""

import sqlite3
from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from gateway.roster import statements
from gateway.roster.slots import TABLES
from gateway.roster.versioned import FOREVER, FRAME_TABLES, Versioned
from gateway.roster.wall import TZ_VERSION, span

VERSIONED: tuple[Versioned, ...] = (*FRAME_TABLES, *TABLES)
"""Every table that an import writes in versions."""


class IndexStale(Exception):  # noqa: N818 (named for what is the case)
    """The instants in the store belong to another zone or other rules: `open_roster` has not run."""


@dataclass(frozen=True, slots=True)
class Meta:
    """The roster's row about itself."""

    revision: int
    generation: int
    filling: int | None
    zone: str
    tz_version: str

    def fits(self, zone: ZoneInfo) -> bool:
        """Whether the instants were computed for this zone by the rules in use."""
        return (self.zone, self.tz_version) == (zone.key, TZ_VERSION)

    def require(self, zone: ZoneInfo) -> None:
        """Raises IndexStale unless `fits`."""
        if not self.fits(zone):
            raise IndexStale(
                f"the roster is of {self.zone or 'no zone'} {self.tz_version}, not {zone.key} {TZ_VERSION}"
            )


def read_meta(connection: sqlite3.Connection) -> Meta:
    """The roster's row about itself. Raises sqlite3.Error."""
    return Meta(*connection.execute(statements.META).fetchone())


def open_roster(connection: sqlite3.Connection, zone: ZoneInfo) -> bool:
    """Make the roster fit to be used, at the start and inside a transaction of the writer.

    Clears up after an import that a crash has ended, and computes the instants anew if they belong to
    another zone or other rules; returns whether it did. Takes seconds for a million rows. Raises
    sqlite3.Error.
    """
    meta = read_meta(connection)
    if meta.filling is not None:
        clear_up(connection)
    if meta.fits(zone):
        return False
    rebuild_index(connection, zone)
    return True


def clear_up(connection: sqlite3.Connection) -> None:
    """Remove every row of an import that was not swapped in, and every one that nobody sees any more."""
    live = read_meta(connection).generation
    for table in VERSIONED:
        connection.execute(table.sweep_some, (0, FOREVER, live, live))
        connection.execute(table.unhide_some, (0, FOREVER, live))
    connection.execute(statements.SET_FILLING, (None,))


def rebuild_index(connection: sqlite3.Connection, zone: ZoneInfo) -> None:
    """Compute the instants of every slot, past ones too, and each unit's longest. Raises sqlite3.Error."""
    connection.execute(statements.MAKE_SPAN)
    for table in TABLES:
        connection.execute(statements.EMPTY_SPAN)
        connection.executemany(
            statements.ADD_SPAN,
            [
                (
                    day,
                    begins,
                    ends,
                    *span(
                        date.fromisoformat(day), time.fromisoformat(begins), time.fromisoformat(ends), zone
                    ),
                )
                for day, begins, ends in connection.execute(table.times).fetchall()
            ],
        )
        connection.execute(table.compute)
    connection.execute(statements.DROP_SPAN)
    connection.execute(statements.MEASURE)
    connection.execute(statements.SET_ZONE, (zone.key, TZ_VERSION))
