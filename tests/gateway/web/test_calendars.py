"""Calendars under secret addresses."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from gateway.web import calendar_api

UNIT = "/api/roster/units/hc-andersberg"
FEEDS = f"{UNIT}/calendars"
ZONE = ZoneInfo("Europe/Stockholm")


def events(body: bytes) -> list[Any]:
    return list(Calendar.from_ical(body).walk("VEVENT"))


async def made(browser: Any, **body: str) -> Any:
    return (await browser.ask("POST", FEEDS, body)).json


async def test_a_receiver_and_a_unit(house: Any) -> None:
    """The receiver's own shifts of every unit; the unit's with the names of those on. Nobody is made busy."""
    karin, program = await house.browser("ke12345"), await house.browser()
    mine, whole = await made(karin, receiver="anna"), await made(karin)
    reply = await program.ask("GET", mine["path"])
    assert reply.header("content-type").startswith("text/calendar")
    (event,) = events(reply.body)
    assert str(event["summary"]) == "Sjuksköterska HC Andersberg, Dag"
    assert str(event["transp"]) == "TRANSPARENT"
    assert event.decoded("dtstart").isoformat() == "2026-11-24T06:00:00+00:00"
    assert event.decoded("dtend").isoformat() == "2026-11-24T15:00:00+00:00"
    (shared,) = events((await program.ask("GET", whole["path"])).body)
    assert str(shared["summary"]).endswith("Dag: Anna Berg")
    assert b"20117" not in reply.body


async def test_it_follows_the_roster(house: Any) -> None:
    """An edit shows at the next look, under the same identity; 180 days ahead and no further."""
    karin, program = await house.browser("ke12345"), await house.browser()
    feed = await made(karin)
    (before,) = events((await program.ask("GET", feed["path"])).body)
    for day in ("2027-05-22", "2027-05-25"):
        slot = {"shift": "Dag", "date": day, "role": "nurse", "receivers": ["bo"]}
        assert (
            await karin.ask("PUT", "/api/roster/units/hc-andersberg/slots", {"slots": [slot]})
        ).status == 200
    shown = events((await program.ask("GET", feed["path"])).body)
    assert [event.decoded("dtstart").date().isoformat() for event in shown] == ["2026-11-24", "2027-05-22"]
    assert shown[0]["uid"] == before["uid"]


async def test_revoked_and_wrong_are_alike(house: Any) -> None:
    """Nobody learns whether an address ever was good; making and revoking are recorded."""
    karin, program = await house.browser("ke12345"), await house.browser()
    feed = await made(karin, receiver="bo")
    (listed,) = (await karin.ask("GET", FEEDS)).json
    assert (listed["receiver"]["name"], listed["made_by"], listed["revoked_at"]) == ("Bo Ek", "ke12345", None)
    assert feed["path"].split("/")[-1].removesuffix(".ics") not in str(listed)
    other = f"/api/roster/units/hc-satra/calendars/{feed['id']}"
    assert (await karin.ask("DELETE", other)).status == 403
    assert (await karin.ask("DELETE", f"{FEEDS}/{feed['id']}")).status == 204
    assert (await karin.ask("DELETE", f"{FEEDS}/{feed['id']}")).status == 404
    answers = {(await program.ask("GET", path)).body for path in (feed["path"], "/calendar/wrong.ics")}
    assert len(answers) == 1
    assert (await karin.ask("POST", FEEDS, {"receiver": "vaxel"})).status == 404
    it = await house.browser("it")
    rows = (await it.ask("GET", f"/api/audit?subject=calendar {feed['id']}")).json["rows"]
    assert [row["action"] for row in rows] == ["calendar.revoke", "calendar.add"]


async def test_across_the_clock_change(house: Any) -> None:
    """A shift keeps its wall time on both sides; the night of the change lasts as long as it really lasts."""
    karin, program = await house.browser("ke12345"), await house.browser()
    feed = await made(karin, receiver="bo")
    for day in ("2027-03-26", "2027-03-27", "2027-03-28"):
        slot = {"shift": "Natt", "date": day, "role": "doctor", "receivers": ["bo"]}
        assert (await karin.ask("PUT", f"{UNIT}/slots", {"slots": [slot]})).status == 200
    shown = events((await program.ask("GET", feed["path"])).body)
    begun = [event.decoded("dtstart") for event in shown]
    ended = [event.decoded("dtend") for event in shown]
    assert {one.astimezone(ZONE).strftime("%H:%M") for one in begun} == {"21:00"}
    assert {one.astimezone(ZONE).strftime("%H:%M") for one in ended} == {"07:00"}
    hours = [(end - start) / timedelta(hours=1) for start, end in zip(begun, ended, strict=True)]
    assert hours == [10, 9, 10]


async def test_as_rfc_5545_wants_it(house: Any) -> None:
    """CRLF, lines of at most 75 octets, no member twice where one may stand, text escaped; UTC instants."""
    karin, program = await house.browser("ke12345"), await house.browser()
    body = (await program.ask("GET", (await made(karin))["path"])).body
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert max(map(len, body.split(b"\r\n"))) <= 75
    lines = body.replace(b"\r\n ", b"").decode().splitlines()
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    event = lines[lines.index("BEGIN:VEVENT") + 1 : lines.index("END:VEVENT")]
    members = [line.partition(":")[0] for line in event]
    assert sorted(members) == ["CLASS", "DTEND", "DTSTAMP", "DTSTART", "SUMMARY", "TRANSP", "UID"]
    told = dict(line.split(":", 1) for line in event)
    assert (told["DTSTART"], told["DTEND"]) == ("20261124T060000Z", "20261124T150000Z")
    assert told["SUMMARY"] == r"Sjuksköterska HC Andersberg\, Dag: Anna Berg"


async def test_who_is_gone_shows_nothing(house: Any) -> None:
    """The address of a receiver who was removed is dead, though nobody revoked it."""
    it, program = await house.browser("it"), await house.browser()
    feed = await made(it, receiver="maria")
    assert (await program.ask("GET", feed["path"])).status == 200
    found = (await it.ask("GET", "/api/register/entries?table=receiver&search=maria")).json["entries"]
    body = {"table": "receiver", "key": ["maria"], "version": found[0]["version"]}
    assert (await it.ask("POST", "/api/register/removals", body)).status == 200
    assert (await program.ask("GET", feed["path"])).status == 404


async def test_revoked_ones_hide_none_that_is_good(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many were revoked, what can be revoked is in the list; another unit's feeds are not."""
    monkeypatch.setattr(calendar_api, "FEEDS_MOST", 3)
    it = await house.browser("it")
    first = await made(it)
    for _ in range(3):
        feed = await made(it, receiver="anna")
        assert (await it.ask("DELETE", f"{FEEDS}/{feed['id']}")).status == 204
    await it.ask("POST", "/api/roster/units/hc-satra/calendars", {})
    listed = (await it.ask("GET", FEEDS)).json
    assert [one["id"] for one in listed] == [first["id"], feed["id"], feed["id"] - 1]
    assert [one["revoked_at"] is None for one in listed] == [True, False, False]


async def test_a_unit_sees_its_feeds_made_and_revoked(house: Any) -> None:
    """In the record, at the unit where it was done, with whose they are; never the secret."""
    karin = await house.browser("ke12345")
    feed = await made(karin, receiver="anna")
    await karin.ask("DELETE", f"{FEEDS}/{feed['id']}")
    reply = await karin.ask("GET", f"{UNIT}/changes?limit=2")
    revoked, added = reply.json["rows"]
    assert [revoked["action"], added["action"]] == ["calendar.revoke", "calendar.add"]
    assert revoked["before"] == added["after"] == {"receiver": "anna", "unit": None}
    assert added["receiver_names"] == {"anna": "Anna Berg"}
    assert feed["path"].split("/")[-1].removesuffix(".ics") not in reply.body.decode()
