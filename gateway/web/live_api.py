"""What is and what comes: live events, the board, coverage, test pages.

Rules: the board asks the one resolver, unit by unit, so that it shows whom the router would page. What reads
much is read apart from the loop.
"""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Annotated, NamedTuple

from fastapi import Depends, FastAPI, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from gateway.model import Origin, Role
from gateway.pagesdesk import PagesDesk
from gateway.replies import Reason
from gateway.requests import Refused, Why
from gateway.roster import statements
from gateway.roster.book import RosterBook
from gateway.roster.coverage import Cover, Hole
from gateway.roster.coverage_reading import DAYS, coverage
from gateway.roster.values import Receiver
from gateway.web import bodies, documented, live_shapes, pages_views, problems, rights
from gateway.web.answers import calling, json
from gateway.web.known import Callers
from gateway.web.live import TooManyStreams
from gateway.web.rights import Action, Caller
from gateway.web.services import Services
from protocols.clinic24 import times
from protocols.clinic24.event import Kind

UNITS_MOST = 200
"""Units of one answer: a business area has some dozens; each costs the board 0.3 ms and coverage 3 ms."""

TURN = 10
"""Units of the board between two turns of the loop: some 3 ms when the roster has just changed."""

UnitRow = tuple[str, str, str]
"""A unit's id, area and name."""

ASKED_KIND, ASKED_PRIORITY = Kind.ESCALATED, None
"""What the board asks the resolver: the event that alerts always, so that the criteria hide nobody."""

LIVE = documented.route(str, media="text/event-stream")
BOARD = documented.route(live_shapes.Board, e404="there is no such unit or area")
COVERAGE = documented.route(live_shapes.Coverage, e404="there is no such unit or area")
OVERVIEW = documented.route(live_shapes.CoverageOverview, e404="there is no such area")
TEST = documented.route(
    live_shapes.TestPage,
    bodies.SendTest,
    status=202,
    e404="there is no such unit or receiver",
    e409="nobody would be paged, or no carrier serves the number",
)

Area = Annotated[str | None, Query(max_length=bodies.MAX_ID, description="every unit of this area")]
OneUnit = Annotated[str | None, Query(max_length=bodies.MAX_ID, description="this unit alone")]


def install(app: FastAPI, services: Services, pages: PagesDesk) -> None:
    """Add the routes."""
    known = Callers(services)
    _add_live(app, pages, known)
    _add_board(app, pages, known)
    _add_coverage(app, pages, known)
    _add_tests(app, pages, known)


def _add_live(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    reading = Annotated[Caller, Depends(rights.guard(known, Action.READ))]

    @app.get("/api/live", tags=["live"], **LIVE)
    async def live(request: Request, caller: reading) -> Response:
        """Server-sent events: hello, slot, roster, correction, outcome, alert, refusal,
        alarm, import, record, lost, bye (see docs/web-api.md)."""
        try:
            stream = pages.live.listen(registers=rights.allowed(caller, Action.REGISTER))
        except TooManyStreams as error:
            raise Refused(Why.UNAVAILABLE, str(error)) from None
        secret = rights.secret_of(request)

        def alive() -> bool:
            if caller.session is None:
                return True
            return secret is not None and known.session(secret) is not None

        hello = {"revision": pages.book.revision(), "now": times.render(pages.desk.now())}
        return StreamingResponse(
            stream.events(hello, alive),
            headers=problems.HEADERS | {"X-Accel-Buffering": "no"},
            media_type="text/event-stream",
        )


def _add_board(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    reading = Annotated[Caller, Depends(rights.guard(known, Action.READ))]

    @app.get("/api/board", tags=["live"], **BOARD)
    async def board(
        _: reading,
        unit: OneUnit = None,
        area: Area = None,
        at: Annotated[str | None, Query(max_length=40, description="a TIME; default: now")] = None,
    ) -> Response:
        """Who would be paged at an instant, for both roles of each unit."""
        asked = pages.desk.instant("at", at)
        instant = pages.desk.now() if asked is None else asked
        rows = []
        for place, one in enumerate(await _units(pages, unit, area), 1):
            rows.append(_board_unit(pages, *one, instant))
            if place % TURN == 0:
                await asyncio.sleep(0)
        return json(live_shapes.Board(times.render(instant), tuple(rows)))


def _add_coverage(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    reading = Annotated[Caller, Depends(rights.guard(known, Action.READ))]

    @app.get("/api/coverage", tags=["live"], **COVERAGE)
    async def covered(
        _: reading,
        unit: OneUnit = None,
        area: Area = None,
        days: Annotated[int, Query(ge=1, le=DAYS)] = DAYS,
    ) -> Response:
        """How every role of every shift is covered, and where nobody is on."""
        units = await _units(pages, unit, area)
        now = pages.desk.now()

        def read(conn: sqlite3.Connection) -> Response:
            views = tuple(_coverage_unit(one) for one in _covered(conn, pages, units, now, days))
            return json(live_shapes.Coverage(times.render(now), days, views))

        return await calling(pages.desk.apart(read))

    @app.get("/api/coverage/overview", tags=["live"], **OVERVIEW)
    async def overview(
        _: reading,
        area: Annotated[str, Query(max_length=bodies.MAX_ID, description="every unit of this area")],
        days: Annotated[int, Query(ge=1, le=DAYS)] = DAYS,
    ) -> Response:
        """The coverage of an area's units in counts, the worst first."""
        units = await _units(pages, None, area)
        now = pages.desk.now()

        def read(conn: sqlite3.Connection) -> Response:
            briefs = [
                pages_views.coverage_brief(one.id, one.name, one.covers, one.holes, fallback=one.fallback)
                for one in _covered(conn, pages, units, now, days)
            ]
            briefs.sort(key=pages_views.how_bad)
            return json(live_shapes.CoverageOverview(times.render(now), days, tuple(briefs)))

        return await calling(pages.desk.apart(read))


def _add_tests(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    scheduling = Annotated[Caller, Depends(rights.guard(known, Action.SCHEDULE))]

    @app.post("/api/roster/units/{unit}/test-pages", tags=["live"], **TEST)
    async def test_page(
        request: Request,
        unit: Annotated[str, Path(max_length=bodies.MAX_ID)],
        caller: scheduling,
    ) -> Response:
        """Send a page marked TEST, to a receiver of the unit or to whoever is on duty for a role."""
        asked = await bodies.read(request, bodies.SendTest)
        found = pages_views.unit_of(pages, unit)
        receivers = _tested(pages, unit, asked)
        number = await calling(pages.tests.send(receivers, found, asked.role, caller.name))
        return json(live_shapes.TestPage(str(number)), HTTPStatus.ACCEPTED)


class _Covered(NamedTuple):
    """The coverage of one unit, and the roster that its people are in."""

    book: RosterBook
    id: str
    name: str
    covers: Sequence[Cover]
    holes: Sequence[Hole]
    fallback: bool  # whether somebody is paged in a hole all the same


def _covered(
    conn: sqlite3.Connection, pages: PagesDesk, units: Sequence[UnitRow], now: int, days: int
) -> Iterator[_Covered]:
    """The coverage of each unit; apart from the loop, and so by a book of its own."""
    book = RosterBook(conn)
    for unit, _, name in units:
        covers, holes = coverage(conn, unit, now, days, pages.desk.zone, pages.served)
        duty = book.duty(unit, Role.NURSE, now) if holes else None
        fallback = duty is not None and bool(duty.fallback or duty.area_fallback)
        yield _Covered(book, unit, name, covers, holes, fallback)


def _coverage_unit(one: _Covered) -> live_shapes.CoverageUnit:
    return live_shapes.CoverageUnit(
        id=one.id,
        name=one.name,
        entries=tuple(pages_views.cover(one.book, found) for found in one.covers),
        holes=tuple(pages_views.hole(found, fallback=one.fallback) for found in one.holes),
    )


async def _units(pages: PagesDesk, unit: str | None, area: str | None) -> Sequence[UnitRow]:
    """What was asked for. Raises Refused."""
    if unit is not None and area is None:
        found = pages_views.unit_of(pages, unit)
        return [(found.id, found.area, found.name)]
    if unit is not None or area is None:
        raise Refused(Why.INVALID, "name a unit or an area", (("unit", "allowed: unit=… or area=…"),))
    return await calling(pages.desk.apart(lambda conn: _units_of(conn, area)))


def _units_of(conn: sqlite3.Connection, area: str) -> Sequence[UnitRow]:
    if conn.execute(statements.AREA, (area,)).fetchone() is None:
        raise Refused(Why.NOT_FOUND, f"there is no area {area!r}")
    rows: list[UnitRow] = conn.execute(statements.UNITS_OF_AREA, (area, UNITS_MOST + 1)).fetchall()
    if len(rows) > UNITS_MOST:
        raise Refused(Why.INVALID, f"the area has more than {UNITS_MOST} units; ask for one unit at a time")
    return rows


def _board_unit(pages: PagesDesk, unit: str, area: str, name: str, instant: int) -> live_shapes.BoardUnit:
    roles = tuple(_role_now(pages, unit, role, instant) for role in Role)
    return live_shapes.BoardUnit(unit, name, area, roles)


def _role_now(pages: PagesDesk, unit: str, role: Role, instant: int) -> live_shapes.RoleNow:
    resolution = pages.who.ask_role(unit, role, ASKED_KIND, ASKED_PRIORITY, instant)
    ends = [one.slot.end for one in resolution.candidates if one.slot is not None]
    return live_shapes.RoleNow(
        role=role,
        receivers=tuple(
            live_shapes.OnDuty(
                one.receiver.id, one.receiver.name, one.origin, Reason(one.reason.sv, one.reason.en)
            )
            for one in resolution.candidates
        ),
        on_duty=bool(ends),
        until=times.render(min(ends)) if ends else None,
    )


def _tested(pages: PagesDesk, unit: str, asked: bodies.SendTest) -> Sequence[Receiver]:
    """Whom a test page goes to. Raises Refused."""
    if (asked.receiver is None) == (asked.role is None):
        raise Refused(Why.INVALID, "name a receiver or a role", (("receiver", "allowed: one of the two"),))
    if asked.receiver is not None:
        one = pages.book.receiver(asked.receiver)
        if one is None or unit not in one.units:
            raise Refused(Why.NOT_FOUND, f"there is no receiver {asked.receiver!r} of this unit")
        return [one]
    assert asked.role is not None
    found = pages.who.ask_role(unit, asked.role, ASKED_KIND, ASKED_PRIORITY, pages.desk.now())
    on_duty = [one.receiver for one in found.candidates if one.origin is Origin.DUTY]
    if not on_duty:
        raise Refused(Why.CONFLICT, "nobody is on duty for this role now; test a receiver instead")
    return on_duty
