"""Areas and units as people choose among them: areas with counts, and a part of the units by search.

Rules: of 10,000 units none is read whole into memory; whoever may schedule some units alone gets those, and
the areas that hold them, before all others. Functions over a connection that must not be the reactor's: see
`Desk.apart`. They raise sqlite3.Error.
"""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from gateway.roster import statements
from gateway.roster.register import patterns_of

SEARCHED = ("id", "name")


class AreaCount(NamedTuple):
    """A business area with how many units it holds, and how many of them are among one's own."""

    id: str
    name: str
    fallback: str  # JSON array of receivers
    units: int
    own: int


class Found(NamedTuple):
    """A unit as a list shows it."""

    id: str
    area: str
    name: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part of the units: of one area or of all, whose id or name holds `search`."""

    area: str | None = None
    search: str = ""
    offset: int = 0
    limit: int = 100


def areas(connection: sqlite3.Connection, own: Collection[str]) -> list[AreaCount]:
    """Every area: those with units of one's own first, then by name."""
    counts = dict(connection.execute(statements.UNITS_BY_AREA).fetchall())
    marks, names = _among(own)
    counting = f"SELECT area, count(*) FROM unit WHERE id IN ({marks}) GROUP BY area"
    mine = dict(connection.execute(counting, names).fetchall())
    found = [
        AreaCount(area, name, fallback, counts.get(area, 0), mine.get(area, 0))
        for area, name, fallback in connection.execute(statements.AREAS).fetchall()
    ]
    return sorted(found, key=lambda one: (not one.own, one.name, one.id))


def units(connection: sqlite3.Connection, wanted: Wanted, own: Collection[str]) -> tuple[int, list[Found]]:
    """How many units fit, and a part of them: a whole id that was searched for first, then one's own, then by
    name."""
    where, parameters = _where(wanted)
    marks, names = _among(own)
    search = wanted.search.strip()
    order = f"(id = ?) DESC, (id IN ({marks})) DESC, name, id"
    # ruff: noqa: S608 (conditions and marks of ours; what somebody wrote goes as a parameter)
    (total,) = connection.execute(f"SELECT count(*) FROM unit {where}", parameters).fetchone()
    rows = connection.execute(
        f"SELECT id, area, name FROM unit {where} ORDER BY {order} LIMIT ? OFFSET ?",
        (*parameters, search, *names, wanted.limit, wanted.offset),
    )
    return total, [Found(*row) for row in rows.fetchall()]


def _among(own: Collection[str]) -> tuple[str, tuple[str, ...]]:
    return ", ".join("?" * len(own)), tuple(own)


def _where(wanted: Wanted) -> tuple[str, tuple[str, ...]]:
    conditions: list[str] = []
    parameters: list[str] = []
    if wanted.area is not None:
        conditions.append("area = ?")
        parameters.append(wanted.area)
    search = wanted.search.strip()
    if search:
        pieces = [(column, one) for column in SEARCHED for one in patterns_of(column, search)]
        likes = " OR ".join(f"{column} LIKE ? ESCAPE '!'" for column, _ in pieces)
        conditions.append(f"({likes})")
        parameters += (pattern for _, pattern in pieces)
    return (f"WHERE {' AND '.join(conditions)}" if conditions else ""), tuple(parameters)
