"""A calendar of shifts in iCalendar (RFC 5545), for the calendar of a phone or a computer.

Rules: one event a slot, in UTC, so that no reader needs our time-zone rules; `TRANSP:TRANSPARENT`, because
being on call does not make somebody busy. An event's identity stays when the slot is changed. No number, and
nothing of any patient.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from icalendar import Calendar, Event

from gateway.roster.reasons import ROLE
from gateway.roster.slots import SlotKey

DAYS = 180
"""Days ahead that a calendar shows."""

DAYS_BACK = 14
"""Days back: whoever looks up last week's shift finds it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One slot of a calendar; instants are UTC ms."""

    key: SlotKey
    owner: str  # whose event it is: the receiver's id, or the unit's
    unit_name: str
    people: tuple[str, ...]  # shown in a unit's calendar; none in a person's own
    start: int
    end: int


def calendar(name: str, entries: Iterable[Entry], now: int) -> bytes:
    """The calendar as octets; `now` in UTC ms is when it was made."""
    made = Calendar()
    made.add("prodid", "-//bakjour//SV")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("refresh-interval", timedelta(minutes=30), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT30M")
    for entry in entries:
        made.add_component(_event(entry, now))
    return bytes(made.to_ical())


def _event(entry: Entry, now: int) -> Event:
    assert entry.key.role is not None
    role = ROLE[entry.key.role].sv.capitalize()
    people = f": {', '.join(entry.people)}" if entry.people else ""
    event = Event()
    event.add("uid", f"{sha256(f'{entry.owner} {entry.key}'.encode()).hexdigest()[:32]}@bakjour")
    event.add("dtstamp", _at(now))
    event.add("dtstart", _at(entry.start))
    event.add("dtend", _at(entry.end))
    event.add("summary", f"{role} {entry.unit_name}, {entry.key.shift}{people}")
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event


def _at(instant: int) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=instant)).replace(microsecond=0)
