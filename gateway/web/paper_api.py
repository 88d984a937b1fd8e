"""What is printed: the coming 72 hours of a unit, with everybody's number, for when the screens are dark.

Rules: every shift that touches those hours is there, the running one and empty ones too; people in the order
in which they are paged, then the fallback in its order. Read in one look, so that a paper tells one state.
"""

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import phonenumbers
from fastapi import Depends, FastAPI, Path, Response
from phonenumbers import PhoneNumberFormat

from gateway.model import Role
from gateway.pagesdesk import PagesDesk
from gateway.roster import statements
from gateway.roster.editing_view import Occurrence, clock_note, occurrences
from gateway.roster.wall import local_time
from gateway.web import bodies, documented, pages_views, registered, rights
from gateway.web.answers import json
from gateway.web.known import Callers
from gateway.web.rights import Action, Caller
from gateway.web.services import Services
from protocols.clinic24 import times

HOURS = 72
"""Hours ahead that a paper shows: a long weekend."""

DAYS = 1 + HOURS // 24 + 1
"""Dates on which a shift of those hours can begin: yesterday's night, and each date that they touch."""

HOUR_MS = 3_600_000
MINUTE_MS = 60_000

PAPER = documented.route(registered.Paper, e404="there is no such unit")


def install(app: FastAPI, services: Services, pages: PagesDesk) -> None:
    """Add the route."""
    reading = Annotated[Caller, Depends(rights.guard(Callers(services), Action.READ))]

    @app.get("/api/roster/units/{unit}/paper", tags=["roster"], **PAPER)
    async def paper(unit: Annotated[str, Path(max_length=bodies.MAX_ID)], _: reading) -> Response:
        """Who is on during the coming 72 hours, with numbers."""
        return json(_paper(pages, unit))


def _paper(pages: PagesDesk, unit: str) -> registered.Paper:
    found = pages_views.unit_of(pages, unit)
    now, zone, reader = pages.desk.now(), pages.desk.zone, pages.desk.reader
    until = now + HOURS * HOUR_MS
    yesterday = local_time(now, zone).date() - timedelta(days=1)
    shifts = occurrences(reader, unit, yesterday, DAYS + 1, zone)
    area = reader.execute(statements.AREA, (found.area,)).fetchone()
    return registered.Paper(
        unit=unit,
        name=found.name,
        area_name=found.area if area is None else area[1],
        now=times.render(now),
        until=times.render(until),
        clocks=clock_change(now, until, zone),
        shifts=tuple(_shift(pages, one, now) for one in shifts if one.end > now and one.start < until),
        fallback=_people(pages, found.fallback),
        area_fallback=() if area is None else _people(pages, pages_views.strings(area[2])),
    )


def clock_change(now: int, until: int, zone: ZoneInfo) -> registered.ClockView | None:
    """When the clocks change between two instants (UTC ms) that are some days apart; None if they do not."""
    stood = local_time(now, zone).utcoffset()
    if local_time(until, zone).utcoffset() == stood:
        return None
    first, last = now // MINUTE_MS, until // MINUTE_MS  # the clocks change at a whole minute, by UTC too
    while last - first > 1:
        middle = (first + last) // 2
        if local_time(middle * MINUTE_MS, zone).utcoffset() == stood:
            first = middle
        else:
            last = middle
    shown = local_time(last * MINUTE_MS, zone)
    before = local_time(first * MINUTE_MS, zone).replace(tzinfo=None) + timedelta(minutes=1)
    return registered.ClockView(shown.date().isoformat(), before.strftime("%H:%M"), shown.strftime("%H:%M"))


def _shift(pages: PagesDesk, one: Occurrence, now: int) -> registered.PaperShift:
    def standing(role: Role) -> tuple[registered.PaperPerson, ...]:
        placed = one.slots.get(role)
        return () if placed is None else _people(pages, placed.held.receivers)

    return registered.PaperShift(
        shift=one.shift,
        date=one.date.isoformat(),
        from_=one.begins.isoformat("minutes"),
        to=one.ends.isoformat("minutes"),
        running=one.start <= now < one.end,
        note=pages_views.reason(clock_note(one, pages.desk.zone)),
        doctor=standing(Role.DOCTOR),
        nurse=standing(Role.NURSE),
    )


def _people(pages: PagesDesk, names: tuple[str, ...]) -> tuple[registered.PaperPerson, ...]:
    found = [(name, pages.book.receiver(name)) for name in names]
    return tuple(
        registered.PaperPerson(name, name, None, None)
        if one is None
        else registered.PaperPerson(one.id, one.name, spaced(one.number), spaced(one.backup))
        for name, one in found
    )


def spaced(number: str | None) -> str | None:
    """A number as people write it, so that it is dialled from paper without a slip."""
    if number is None or not number.startswith("+"):
        return number
    try:
        return phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return number
