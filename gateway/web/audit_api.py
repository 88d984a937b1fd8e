"""The record of changes on the web: read, filtered, exported, verified.

Rules: IT sees all of it; everybody sees what was done at a unit, because it says who was on and why. An
export is streamed in chunks, so that five years of rows neither fill memory nor hold anybody up.
"""

from collections.abc import AsyncIterator, Callable
from typing import Annotated

import msgspec
from fastapi import Depends, FastAPI, Path, Query, Response
from fastapi.responses import StreamingResponse

from gateway.audit import reading
from gateway.audit.chain import Entry
from gateway.audit.reading import Filter
from gateway.audit.slots import UNDOABLE
from gateway.pagesdesk import PagesDesk
from gateway.requests import AuditForm
from gateway.roster.slots import FOREVER
from gateway.web import bodies, documented, pages_views, problems, registered, rights
from gateway.web.answers import calling, json
from gateway.web.known import Callers
from gateway.web.rights import Action, Caller
from gateway.web.services import Services
from protocols.clinic24 import times

ROWS = documented.route(registered.AuditPage)
OF_UNIT = documented.route(registered.AuditPage, e404="there is no such unit")
EXPORT = documented.route(str, media="text/plain")
VERIFY = documented.route(registered.AuditVerdict)

Seq = Annotated[int | None, Query(ge=1, le=FOREVER, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Text = Annotated[str | None, Query(max_length=300)]
Time = Annotated[str | None, Query(max_length=40, description="local wall time, or RFC 3339 with offset")]


def install(app: FastAPI, services: Services, pages: PagesDesk) -> None:
    """Add the routes."""
    known = Callers(services)
    administering = Annotated[Caller, Depends(rights.guard(known, Action.ADMINISTER))]
    reading_ = Annotated[Caller, Depends(rights.guard(known, Action.READ))]

    @app.get("/api/audit", tags=["audit"], **ROWS)
    async def rows(
        _: administering,
        unit: Text = None,
        who: Text = None,
        action: Text = None,
        subject: Text = None,
        since: Time = None,
        until: Time = None,
        before: Seq = None,
        limit: Limit = 100,
    ) -> Response:
        """Rows of the record, the newest first."""
        wanted = _filter(pages, unit, who, action, subject, since, until)
        return json(_page(pages, wanted, before, limit))

    @app.get("/api/roster/units/{unit}/changes", tags=["roster"], **OF_UNIT)
    async def of_unit(
        unit: Annotated[str, Path(max_length=bodies.MAX_ID)],
        _: reading_,
        before: Seq = None,
        limit: Limit = 50,
    ) -> Response:
        """What was changed at a unit, the newest first; `undoable` ones can be undone by their `change`."""
        pages_views.unit_of(pages, unit)
        return json(_page(pages, Filter(unit=unit), before, limit))

    @app.get("/api/audit/export", tags=["audit"], **EXPORT)
    async def export(
        _: administering,
        form: Annotated[AuditForm, Query(alias="format")],
        unit: Text = None,
        who: Text = None,
        action: Text = None,
        subject: Text = None,
        since: Time = None,
        until: Time = None,
    ) -> Response:
        """The record as a file, the oldest rows first."""
        wanted = _filter(pages, unit, who, action, subject, since, until)
        media = "text/csv" if form is AuditForm.CSV else "application/x-ndjson"
        named = {"Content-Disposition": f'attachment; filename="audit.{form.value}"'}
        parts = _parts(pages, wanted, _as_csv if form is AuditForm.CSV else _as_lines)
        return StreamingResponse(parts, headers=problems.HEADERS | named, media_type=media)

    @app.get("/api/audit/verify", tags=["audit"], **VERIFY)
    async def verify(
        _: administering,
        known: Annotated[
            str | None, Query(max_length=100, description="a head noted earlier, SEQ:HASH")
        ] = None,
    ) -> Response:
        """Read the whole record through."""
        found = await calling(pages.desk.verify(known))
        return json(registered.AuditVerdict(found.sound, found.rows, found.first, found.head, found.findings))


def _filter(
    pages: PagesDesk,
    unit: str | None,
    who: str | None,
    action: str | None,
    subject: str | None,
    since: str | None,
    until: str | None,
) -> Filter:
    return Filter(
        unit=unit,
        who=who,
        action=action,
        subject=subject,
        since=pages.desk.instant("since", since),
        until=pages.desk.instant("until", until),
    )


def _page(pages: PagesDesk, wanted: Filter, before: int | None, limit: int) -> registered.AuditPage:
    found = reading.latest(pages.desk.reader, wanted, limit, FOREVER if before is None else before)
    return registered.AuditPage(
        tuple(_row(pages, entry) for entry in found), found[-1].seq if len(found) == limit else None
    )


def _row(pages: PagesDesk, entry: Entry) -> registered.AuditRow:
    return registered.AuditRow(
        seq=entry.seq,
        at=times.render(entry.at),
        who=entry.who,
        who_name=pages.desk.name_of(entry.who),
        action=entry.action,
        unit=entry.unit,
        subject=entry.subject,
        change=entry.change,
        before=None if entry.before is None else msgspec.Raw(entry.before.encode()),
        after=None if entry.after is None else msgspec.Raw(entry.after.encode()),
        why=entry.why,
        hash=entry.hash,
        undoable=entry.action in UNDOABLE,
    )


async def _parts(
    pages: PagesDesk, wanted: Filter, render: Callable[[list[Entry], bool], str]
) -> AsyncIterator[bytes]:
    after, first = 0, True
    while True:
        rows = reading.following(pages.desk.reader, wanted, reading.CHUNK, after)
        if rows or first:
            yield render(rows, first).encode()
        if len(rows) < reading.CHUNK:
            return
        after, first = rows[-1].seq, False


def _as_csv(rows: list[Entry], first: bool) -> str:
    return reading.as_csv(rows, header=first)


def _as_lines(rows: list[Entry], _first: bool) -> str:
    return "".join(map(reading.as_json_line, rows))
