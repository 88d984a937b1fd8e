"""Scheduling: a unit, its shifts, setting, copying, undoing.

Rules: the unit stands in the address, so that `rights` judges every change by it. A change carries the
versions that its author saw; a stale one is answered 409 with `code` "stale" and what stands now, one that
would leave nobody on duty 409 with `code` "reason_needed". Nothing is done by halves.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, FastAPI, Path, Query, Request, Response

from gateway.pagesdesk import PagesDesk
from gateway.roster import statements
from gateway.roster.book import make_receiver
from gateway.roster.editing_values import ReasonNeeded, SlotEdit, Stale
from gateway.roster.editing_view import MAX_DAYS, occurrences
from gateway.roster.faults import Fault, RosterFaults
from gateway.roster.patterns import patterns
from gateway.roster.slots import SlotKey
from gateway.roster.values import Shift
from gateway.roster.wall import FIRST_DATE, LAST_DATE, local_time
from gateway.web import bodies, documented, pages_views, problems, rights, shapes
from gateway.web.answers import calling, json
from gateway.web.known import Callers
from gateway.web.rights import Action, Caller
from gateway.web.services import Services
from gateway.web.told import people
from protocols.clinic24 import times

CHANGE_MOST = 2**53  # of a change's number: what JavaScript counts to

UnitId = Annotated[str, Path(max_length=bodies.MAX_ID)]

CONFLICT = "`code` stale: `conflicts` say what stands now; reason_needed: send `reason`, or somebody else"
NO_UNIT = "there is no such unit"
UNIT = documented.route(shapes.UnitView, e404=NO_UNIT)
SHIFTS = documented.route(shapes.UnitShifts, e404=NO_UNIT)
SET = documented.route(shapes.EditedView, bodies.SetSlots, e404=NO_UNIT, e409=CONFLICT)
COPY = documented.route(shapes.CopyView, bodies.CopyShift, e404=NO_UNIT, e409=CONFLICT)
UNDO = documented.route(
    shapes.EditedView, bodies.Undo, e404="there is no such change of this unit", e409=CONFLICT
)


def install(app: FastAPI, services: Services, pages: PagesDesk) -> None:
    """Add the routes."""
    known = Callers(services)
    _install_problems(app, pages)
    _add_units(app, pages, known)
    _add_editing(app, pages, known)
    _add_past(app, pages, known)


def _add_units(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    may_read = rights.guard(known, Action.READ)
    reading = Annotated[Caller, Depends(may_read)]

    @app.get("/api/roster/units/{unit}", tags=["roster"], **UNIT)
    async def unit_(unit: UnitId, caller: reading) -> Response:
        """A unit with its patterns and the receivers that may be scheduled there."""
        return json(_unit(pages, unit, caller))

    @app.get("/api/roster/units/{unit}/shifts", tags=["roster"], **SHIFTS)
    async def shifts(
        unit: UnitId,
        caller: reading,
        first: Annotated[str | None, Query(alias="from", description="a date; default: today")] = None,
        days: Annotated[int, Query(ge=1, le=MAX_DAYS)] = 7,
    ) -> Response:
        """The shifts that begin on some days, in order of time, with who stands where."""
        return json(_shifts(pages, unit, first, days, caller))


def _add_editing(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    scheduling = Annotated[Caller, Depends(rights.guard(known, Action.SCHEDULE))]

    @app.put("/api/roster/units/{unit}/slots", tags=["roster"], **SET)
    async def set_slots(request: Request, unit: UnitId, caller: scheduling) -> Response:
        """Set the ordered lists of some slots, all or none."""
        asked = await bodies.read(request, bodies.SetSlots)
        pages_views.unit_of(pages, unit)
        edits = [
            SlotEdit(pages_views.key(unit, slot, f"slots[{place}]"), slot.receivers, slot.version)
            for place, slot in enumerate(asked.slots)
        ]
        made = await calling(pages.editing.set(edits, caller.name, asked.reason))
        return json(pages_views.edited(pages, unit, made))

    @app.post("/api/roster/units/{unit}/copy", tags=["roster"], **COPY)
    async def copy(request: Request, unit: UnitId, caller: scheduling) -> Response:
        """Copy a shift to other dates: the staffing alone, or the assignments too."""
        asked = await bodies.read(request, bodies.CopyShift)
        pages_views.unit_of(pages, unit)
        return json(await _copy(request, pages, unit, asked, caller))


def _add_past(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    scheduling = Annotated[Caller, Depends(rights.guard(known, Action.SCHEDULE))]

    @app.post("/api/roster/units/{unit}/changes/{change}/undo", tags=["roster"], **UNDO)
    async def undo(
        request: Request,
        unit: UnitId,
        change: Annotated[int, Path(ge=1, le=CHANGE_MOST)],
        caller: scheduling,
    ) -> Response:
        """Put back what stood before a change, unless somebody changed it since."""
        asked = await bodies.read(request, bodies.Undo)
        pages_views.unit_of(pages, unit)
        made = await calling(pages.editing.undo(change, unit, caller.name, asked.reason))
        return json(pages_views.edited(pages, unit, made))


def _unit(pages: PagesDesk, unit: str, caller: Caller) -> shapes.UnitView:
    found = pages_views.unit_of(pages, unit)
    reader = pages.desk.reader
    area = reader.execute(statements.AREA, (found.area,)).fetchone()
    rows = reader.execute(statements.RECEIVERS_OF_UNIT, (unit,)).fetchall()
    return shapes.UnitView(
        id=unit,
        name=found.name,
        area=found.area,
        area_name=found.area if area is None else area[1],
        aliases=found.aliases,
        fallback=people(pages.book, found.fallback),
        one_way=found.one_way.value,
        may_schedule=rights.allowed(caller, Action.SCHEDULE, unit),
        patterns=tuple(map(_pattern, patterns(reader, unit))),
        receivers=tuple(pages_views.receiver(pages, make_receiver(row, (unit,))) for row in rows),
    )


def _pattern(one: Shift) -> shapes.PatternView:
    return shapes.PatternView(
        name=one.name,
        from_=one.start.isoformat("minutes"),
        to=one.end.isoformat("minutes"),
        weekdays=one.weekdays,
        valid_from=None if one.valid_from is None else one.valid_from.isoformat(),
        valid_to=None if one.valid_to is None else one.valid_to.isoformat(),
    )


def _shifts(pages: PagesDesk, unit: str, first: str | None, days: int, caller: Caller) -> shapes.UnitShifts:
    pages_views.unit_of(pages, unit)
    now = pages.desk.now()
    begin = local_time(now, pages.desk.zone).date() if first is None else pages_views.day(first, "from")
    if not FIRST_DATE <= begin <= LAST_DATE:
        raise RosterFaults([Fault("from", f"allowed: {FIRST_DATE} to {LAST_DATE}")])
    found = occurrences(pages.desk.reader, unit, begin, days, pages.desk.zone)
    return shapes.UnitShifts(
        unit=unit,
        now=times.render(now),
        timezone=pages.desk.zone.key,
        revision=pages.book.revision(),
        may_schedule=rights.allowed(caller, Action.SCHEDULE, unit),
        shifts=pages_views.shifts(pages, unit, found, now),
    )


async def _copy(
    request: Request, pages: PagesDesk, unit: str, asked: bodies.CopyShift, caller: Caller
) -> shapes.CopyView:
    source = (unit, asked.shift, pages_views.day(asked.date, "date"))
    dates = [pages_views.day(text, f"dates[{place}]") for place, text in enumerate(asked.dates)]
    seen = {
        SlotKey(unit, asked.shift, pages_views.day(one.date, f"seen[{place}].date"), one.role): one.version
        for place, one in enumerate(asked.seen)
    }
    assignments = asked.what == "assignments"
    planned, faults = pages.editing.plan_copy(source, dates, seen, assignments=assignments)
    told = tuple(pages_views.target(pages, one) for one in planned)
    if asked.preview:
        return shapes.CopyView(False, None, told, pages_views.faults(faults, request))
    made = await calling(pages.editing.copy(planned, caller.name, asked.reason))
    return shapes.CopyView(True, made.change, told, ())


def _install_problems(app: FastAPI, pages: PagesDesk) -> None:
    async def stale(request: Request, error: Exception) -> Response:
        assert isinstance(error, Stale)
        found = [pages_views.conflict(pages, one) for one in error.conflicts]
        return problems.problem(HTTPStatus.CONFLICT, str(error), asked=request, code="stale", conflicts=found)

    async def bare(request: Request, error: Exception) -> Response:
        assert isinstance(error, ReasonNeeded)
        slots = [{"shift": key.shift, "date": key.date.isoformat(), "role": key.role} for key in error.keys]
        return problems.problem(
            HTTPStatus.CONFLICT, str(error), asked=request, code="reason_needed", slots=slots
        )

    async def faulty(request: Request, error: Exception) -> Response:
        assert isinstance(error, RosterFaults)
        told = [(fault.path, fault.message) for fault in error.faults]
        detail = f"{len(told)} fault(s): nothing was changed"
        return problems.problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, told, asked=request)

    app.add_exception_handler(Stale, stale)
    app.add_exception_handler(ReasonNeeded, bare)
    app.add_exception_handler(RosterFaults, faulty)
