"""The choice of business area and unit, with which every page of a unit begins.

Rules: no answer holds all units: an area has their number, and they come in parts that the server searches.
What somebody may schedule comes first. All of it is read apart from the loop, which delivers pages.
"""

import sqlite3
from collections.abc import Collection
from typing import Annotated

from fastapi import Depends, FastAPI, Query, Response

from gateway.pagesdesk import PagesDesk
from gateway.roster import choosing
from gateway.roster.book import RosterBook
from gateway.web import bodies, documented, pages_views, rights, shapes
from gateway.web.answers import calling, json
from gateway.web.known import Callers
from gateway.web.rights import Action, Caller
from gateway.web.services import Services
from gateway.web.told import people

PART_MOST = 200
"""Units of one answer: as many as a plain list is still good for."""

AREAS = documented.route(tuple[shapes.AreaView, ...])
UNITS = documented.route(shapes.UnitsPart)

Search = Annotated[str, Query(max_length=bodies.MAX_NAME, description="part of id or name")]
OfArea = Annotated[str | None, Query(max_length=bodies.MAX_ID, description="only units of this area")]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Limit = Annotated[int, Query(ge=1, le=PART_MOST)]


def install(app: FastAPI, services: Services, pages: PagesDesk) -> None:
    """Add the routes."""
    reading = Annotated[Caller, Depends(rights.guard(Callers(services), Action.READ))]

    @app.get("/api/roster/areas", tags=["roster"], **AREAS)
    async def areas(caller: reading) -> Response:
        """Every business area, with how many units it has and how many of them one may schedule."""
        return json(await calling(pages.desk.apart(lambda connection: _areas(connection, caller))))

    @app.get("/api/roster/units", tags=["roster"], **UNITS)
    async def units(
        caller: reading, area: OfArea = None, search: Search = "", offset: Offset = 0, limit: Limit = 100
    ) -> Response:
        """A part of the units: whatever has the searched text as its id first, then what one may schedule."""
        wanted = choosing.Wanted(area, search, offset, limit)
        return json(await calling(pages.desk.apart(lambda connection: _units(connection, wanted, caller))))


def _own(caller: Caller) -> Collection[str]:
    """Units that come before others; none where one may schedule all, or none."""
    return caller.units if rights.by_unit(caller) else ()


def _areas(connection: sqlite3.Connection, caller: Caller) -> tuple[shapes.AreaView, ...]:
    book = RosterBook(connection)
    every = not rights.by_unit(caller) and rights.allowed(caller, Action.SCHEDULE)
    return tuple(
        shapes.AreaView(
            id=one.id,
            name=one.name,
            fallback=people(book, pages_views.strings(one.fallback)),
            units=one.units,
            may_schedule=one.units if every else one.own,
        )
        for one in choosing.areas(connection, _own(caller))
    )


def _units(connection: sqlite3.Connection, wanted: choosing.Wanted, caller: Caller) -> shapes.UnitsPart:
    total, found = choosing.units(connection, wanted, _own(caller))
    return shapes.UnitsPart(
        total,
        tuple(
            shapes.UnitBrief(one.id, one.name, one.area, rights.allowed(caller, Action.SCHEDULE, one.id))
            for one in found
        ),
    )
