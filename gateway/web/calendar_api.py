"""Calendars: secret addresses made and revoked, and the calendars that they show.

Rules: the address is the right; it is shown once, and shows one calendar of names and times. A wrong and a
revoked address are told alike. A calendar is made in a thread: half a year of a unit takes a fifth of a
second.
"""

import sqlite3
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, FastAPI, Path, Request, Response

from gateway.pagesdesk import PagesDesk
from gateway.requests import Refused, Why
from gateway.roster import calendar_feeds
from gateway.roster.calendar import calendar
from gateway.roster.calendar_feeds import Feed
from gateway.web import bodies, documented, pages_views, problems, registered, rights, shapes
from gateway.web.answers import calling, json
from gateway.web.known import Callers
from gateway.web.rights import Action, Caller
from gateway.web.services import Services
from protocols.clinic24 import times

FEEDS_MOST = 1000
"""Feeds of one list."""

LIST = documented.route(tuple[registered.FeedView, ...], e404="there is no such unit")
ADD = documented.route(
    registered.NewFeed, bodies.AddFeed, status=201, e404="there is no such unit, or receiver of it"
)
REVOKE = documented.route(status=204, e404="there is no such good feed of this unit")
SHOW = documented.route(str, media="text/calendar", is_open=True, e404="there is no such calendar")

UnitId = Annotated[str, Path(max_length=bodies.MAX_ID)]


def install(app: FastAPI, services: Services, pages: PagesDesk) -> None:
    """Add the routes."""
    known = Callers(services)
    _add_feeds(app, pages, known)
    _add_calendar(app, pages, known)


def _add_feeds(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    scheduling = Annotated[Caller, Depends(rights.guard(known, Action.SCHEDULE))]

    @app.get("/api/roster/units/{unit}/calendars", tags=["calendars"], **LIST)
    async def list_feeds(unit: UnitId, _: scheduling) -> Response:
        """The unit's feeds and those of its receivers, without their addresses; the revoked ones last."""
        pages_views.unit_of(pages, unit)
        found = calendar_feeds.of_unit(pages.desk.reader, unit, FEEDS_MOST)
        return json(tuple(_view(pages, feed) for feed in found))

    @app.post("/api/roster/units/{unit}/calendars", tags=["calendars"], **ADD)
    async def add(request: Request, unit: UnitId, caller: scheduling) -> Response:
        """Make a feed of the unit, or of one of its receivers. The address is shown this once."""
        asked = await bodies.read(request, bodies.AddFeed)
        pages_views.unit_of(pages, unit)
        receiver = None if asked.receiver is None else pages.book.receiver(asked.receiver)
        if asked.receiver is not None and (receiver is None or unit not in receiver.units):
            raise Refused(Why.NOT_FOUND, f"there is no receiver {asked.receiver!r} of this unit")
        of_unit = unit if receiver is None else None
        of_receiver = None if receiver is None else receiver.id
        now = pages.desk.now()
        work = pages.writer.run(calendar_feeds.add, of_receiver, of_unit, unit, caller.name, now)
        number, secret = await calling(work)
        _tell(pages)
        return json(registered.NewFeed(number, f"/calendar/{secret}.ics"), HTTPStatus.CREATED)

    @app.delete("/api/roster/units/{unit}/calendars/{feed}", tags=["calendars"], **REVOKE)
    async def revoke(
        unit: UnitId, feed: Annotated[int, Path(ge=1, le=2**53)], caller: scheduling
    ) -> Response:
        """Make a feed's address worthless, at once."""
        found = calendar_feeds.one(pages.desk.reader, feed)
        revoked = False
        if found is not None and _belongs(pages, found, unit):
            now = pages.desk.now()
            revoked = await calling(pages.writer.run(calendar_feeds.revoke, found, unit, caller.name, now))
        if not revoked:
            raise Refused(Why.NOT_FOUND, f"there is no good feed {feed} of this unit")
        _tell(pages)
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=problems.HEADERS)


def _add_calendar(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    anybody = rights.guard(known, Action.OPEN)

    @app.get("/calendar/{secret}.ics", tags=["calendars"], dependencies=[Depends(anybody)], **SHOW)
    async def show(secret: Annotated[str, Path(max_length=100)]) -> Response:
        """The calendar of a secret address, for a calendar program."""
        now = pages.desk.now()

        def make(connection: sqlite3.Connection) -> bytes | None:
            feed = calendar_feeds.good(connection, secret)
            return None if feed is None else calendar(*calendar_feeds.entries(connection, feed, now), now)

        made = await calling(pages.desk.apart(make))
        if made is None:
            raise Refused(Why.NOT_FOUND, "there is no such calendar")
        return Response(made, headers=problems.HEADERS, media_type="text/calendar; charset=utf-8")


def _tell(pages: PagesDesk) -> None:
    """Whoever looks at the list reads it anew."""
    pages.live.publish("roster", {"revision": pages.book.revision()})


def _belongs(pages: PagesDesk, feed: Feed, unit: str) -> bool:
    if feed.unit is not None:
        return feed.unit == unit
    receiver = None if feed.receiver is None else pages.book.receiver(feed.receiver)
    return receiver is not None and unit in receiver.units


def _view(pages: PagesDesk, feed: Feed) -> registered.FeedView:
    receiver = None if feed.receiver is None else pages.book.receiver(feed.receiver)
    return registered.FeedView(
        id=feed.id,
        receiver=None if receiver is None else shapes.Person(receiver.id, receiver.name),
        unit=None if feed.unit is None else shapes.Person(feed.unit, pages.unit_name(feed.unit)),
        made_by=feed.made_by,
        made_by_name=pages.desk.name_of(feed.made_by),
        made_at=times.render(feed.made_at),
        revoked_at=None if feed.revoked_at is None else times.render(feed.revoked_at),
    )
