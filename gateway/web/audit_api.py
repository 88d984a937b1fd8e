"""The record of changes on the web: read, filtered, exported, verified.

Rules: IT sees all of it; everybody sees what was done at a unit, because it says who was on and why. An
export is streamed in chunks, so that five years of rows neither fill memory nor hold anybody up. The record
is read in a thread: a filter that few rows fit reads long.
"""

import sqlite3
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated

import msgspec
from fastapi import Depends, FastAPI, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from gateway.audit import reading
from gateway.audit.chain import Entry
from gateway.audit.reading import Filter
from gateway.pagesdesk import PagesDesk
from gateway.requests import AuditForm
from gateway.roster.versioned import FOREVER
from gateway.web import audit_views, bodies, documented, pages_views, problems, registered, rights
from gateway.web.answers import calling, json
from gateway.web.known import Callers
from gateway.web.problem_words import swedish
from gateway.web.rights import Action, Caller
from gateway.web.services import Services

ROWS = documented.route(registered.AuditPage)
OF_UNIT = documented.route(registered.AuditPage, e404="there is no such unit")
EXPORT = documented.route(str, media=("application/x-ndjson", "text/csv"))
VERIFY = documented.route(registered.AuditVerdict)

Seq = Annotated[int | None, Query(ge=1, le=FOREVER, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Text = Annotated[str | None, Query(max_length=300)]
Time = Annotated[str | None, Query(max_length=40, description="local wall time, or RFC 3339 with offset")]


def install(app: FastAPI, services: Services, pages: PagesDesk) -> None:
    """Add the routes."""
    known = Callers(services)
    _add_reading(app, pages, known)
    _add_trust(app, pages, known)


def _add_reading(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    administering = Annotated[Caller, Depends(rights.guard(known, Action.ADMINISTER))]
    reading_ = Annotated[Caller, Depends(rights.guard(known, Action.READ))]
    wanted = _wanted(pages)

    @app.get("/api/audit", tags=["audit"], **ROWS)
    async def rows(
        _: administering,
        filtered: Annotated[Filter, Depends(wanted)],
        unit: Text = None,
        before: Seq = None,
        limit: Limit = 100,
    ) -> Response:
        """Rows of the record, the newest first."""
        return json(await _page(pages, msgspec.structs.replace(filtered, unit=unit), before, limit))

    @app.get("/api/roster/units/{unit}/changes", tags=["roster"], **OF_UNIT)
    async def of_unit(
        unit: Annotated[str, Path(max_length=bodies.MAX_ID)],
        _: reading_,
        filtered: Annotated[Filter, Depends(wanted)],
        before: Seq = None,
        limit: Limit = 50,
    ) -> Response:
        """What was changed at a unit, the newest first; `undoable` ones can be undone by their `change`."""
        pages_views.unit_of(pages, unit)
        return json(await _page(pages, msgspec.structs.replace(filtered, unit=unit), before, limit))


def _add_trust(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    administering = Annotated[Caller, Depends(rights.guard(known, Action.ADMINISTER))]

    @app.get("/api/audit/export", tags=["audit"], **EXPORT)
    async def export(
        _: administering,
        form: Annotated[AuditForm, Query(alias="format")],
        filtered: Annotated[Filter, Depends(_wanted(pages))],
        unit: Text = None,
    ) -> Response:
        """The record as a file, the oldest rows first."""
        media = "text/csv" if form is AuditForm.CSV else "application/x-ndjson"
        named = {"Content-Disposition": f'attachment; filename="audit.{form.value}"'}
        wanted = msgspec.structs.replace(filtered, unit=unit)
        parts = _parts(pages, wanted, _as_csv if form is AuditForm.CSV else _as_lines)
        return StreamingResponse(parts, headers=problems.HEADERS | named, media_type=media)

    @app.get("/api/audit/verify", tags=["audit"], **VERIFY)
    async def verify(
        request: Request,
        _: administering,
        known: Annotated[
            str | None, Query(max_length=100, description="a head noted earlier, SEQ:HASH")
        ] = None,
    ) -> Response:
        """Read the whole record through."""
        found = await calling(pages.desk.verify(known))
        told = tuple(map(swedish, found.findings)) if problems.wants_swedish(request) else found.findings
        return json(registered.AuditVerdict(found.sound, found.rows, found.first, found.head, told))


def _wanted(pages: PagesDesk) -> Callable[..., object]:
    """A dependency that reads the filters of the query, but for the unit."""

    # A coroutine, because a plain function would run in a thread.
    async def wanted(
        who: Text = None, action: Text = None, subject: Text = None, since: Time = None, until: Time = None
    ) -> Filter:
        return Filter(
            who=who,
            action=action,
            subject=subject,
            since=pages.desk.instant("since", since),
            until=pages.desk.instant("until", until),
        )

    return wanted


async def _page(pages: PagesDesk, wanted: Filter, before: int | None, limit: int) -> registered.AuditPage:
    now, zone = pages.desk.now(), pages.desk.zone

    def read(connection: sqlite3.Connection) -> tuple[list[Entry], frozenset[int]]:
        reading.tolerant(connection)
        found = reading.latest(connection, wanted, limit, FOREVER if before is None else before)
        return found, audit_views.undoable(connection, found, now, zone)

    # Apart, because a filter that few rows fit reads through years of them.
    found, undoable = await calling(pages.desk.apart(read))
    return audit_views.page(pages, found, undoable, limit)


async def _parts(
    pages: PagesDesk, wanted: Filter, render: Callable[[list[Entry], bool], str]
) -> AsyncIterator[bytes]:
    after, first = 0, True
    while True:
        rows = await calling(pages.desk.apart(partial(_following, wanted, after)))
        if rows or first:
            yield render(rows, first).encode()
        if len(rows) < reading.CHUNK:
            return
        after, first = rows[-1].seq, False


def _following(wanted: Filter, after: int, connection: sqlite3.Connection) -> list[Entry]:
    reading.tolerant(connection)
    return reading.following(connection, wanted, reading.CHUNK, after)


def _as_csv(rows: list[Entry], first: bool) -> str:
    return reading.as_csv(rows, header=first)


def _as_lines(rows: list[Entry], _first: bool) -> str:
    return "".join(map(reading.as_json_line, rows))
