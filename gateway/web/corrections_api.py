"""Corrections of shifts that have ended: recorded, and read.

Rules: the shift stays as it stood; whoever sees the unit sees its corrections. Browsers that show the shift
are told as soon as one is recorded.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, FastAPI, Path, Query, Request, Response

from gateway.pagesdesk import PagesDesk
from gateway.roster.editing_past import Correction, corrections
from gateway.roster.items import MAX_NAME
from gateway.web import bodies, documented, pages_views, rights, shapes
from gateway.web.answers import calling, json
from gateway.web.known import Callers
from gateway.web.rights import Action, Caller
from gateway.web.services import Services
from gateway.web.told import people
from protocols.clinic24 import times

NO_UNIT = "there is no such unit"
LIST = documented.route(tuple[shapes.CorrectionView, ...], e404=NO_UNIT)
CORRECT = documented.route(
    shapes.Recorded,
    bodies.Correction,
    status=201,
    e404=NO_UNIT,
    e409="the shift has not ended, or there was none",
)

UnitId = Annotated[str, Path(max_length=bodies.MAX_ID)]


def install(app: FastAPI, services: Services, pages: PagesDesk) -> None:
    """Add the routes."""
    known = Callers(services)
    reading = Annotated[Caller, Depends(rights.guard(known, Action.READ))]
    scheduling = Annotated[Caller, Depends(rights.guard(known, Action.SCHEDULE))]

    @app.get("/api/roster/units/{unit}/corrections", tags=["roster"], **LIST)
    async def of_shift(
        unit: UnitId,
        _: reading,
        shift: Annotated[str, Query(max_length=MAX_NAME)],
        date: Annotated[str, Query(max_length=10, description="on which the shift began")],
    ) -> Response:
        """What was corrected of a shift that has ended, the oldest first; the last of a role counts."""
        pages_views.unit_of(pages, unit)
        found = corrections(pages.desk.reader, unit, shift, pages_views.day(date, "date"))
        return json(tuple(_view(pages, one) for one in found))

    @app.post("/api/roster/units/{unit}/corrections", tags=["roster"], **CORRECT)
    async def correct(request: Request, unit: UnitId, caller: scheduling) -> Response:
        """Record what really was the case in a shift that has ended. The shift stays as it stood."""
        asked = await bodies.read(request, bodies.Correction)
        pages_views.unit_of(pages, unit)
        key = pages_views.key(unit, asked, "")
        number = await calling(pages.editing.correct(key, asked.receivers, asked.reason, caller.name))
        pages.live.publish("correction", {"unit": unit, "shift": key.shift, "date": asked.date})
        return json(shapes.Recorded(number), HTTPStatus.CREATED)


def _view(pages: PagesDesk, one: Correction) -> shapes.CorrectionView:
    return shapes.CorrectionView(
        change=one.change,
        role=one.key.role,
        stood=people(pages.book, one.stood),
        receivers=people(pages.book, one.receivers),
        reason=one.why,
        by=one.by,
        by_name=pages.desk.name_of(one.by),
        at=times.render(one.at),
    )
