"""Calendars under secret addresses."""

from typing import Any

from icalendar import Calendar

FEEDS = "/api/roster/units/hc-andersberg/calendars"


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
