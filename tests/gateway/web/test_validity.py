"""Shift patterns that hold for a time, as the pages see them."""

from typing import Any

UNIT = "/api/roster/units/hc-andersberg"
DAY = {"unit": "hc-andersberg", "name": "Dag", "from": "07:00", "to": "16:00"}


async def put(it: Any, **keys: Any) -> Any:
    """Put the day shift anew, on what stands."""
    page = (await it.ask("GET", "/api/register/entries?table=shift&search=Dag&unit=hc-andersberg")).json
    (stands,) = page["entries"]
    body = {"table": "shift", "entry": DAY | keys, "version": stands["version"]}
    return await it.ask("POST", "/api/register/entries", body)


async def listed(browser: Any) -> list[str]:
    shifts = (await browser.ask("GET", f"{UNIT}/shifts?from=2026-11-24&days=9")).json["shifts"]
    return [one["date"] for one in shifts if one["shift"] == "Dag" and one["planned"]]


async def test_from_the_register_to_the_schedule(house: Any) -> None:
    """A form's dates count: what is listed, edited and copied is within them; the unit's view says them."""
    it, karin = await house.browser("it"), await house.browser("ke12345")
    reply = await put(it, valid_from="2026-11-24", valid_to="2026-11-27")
    assert reply.status == 200, reply.body
    pattern = next(one for one in (await karin.ask("GET", UNIT)).json["patterns"] if one["name"] == "Dag")
    assert (pattern["valid_from"], pattern["valid_to"]) == ("2026-11-24", "2026-11-27")
    assert await listed(karin) == ["2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"]
    slot = {"shift": "Dag", "date": "2026-11-27", "role": "nurse", "receivers": ["bo"]}
    assert (await karin.ask("PUT", f"{UNIT}/slots", {"slots": [slot]})).status == 200
    reply = await karin.ask("PUT", f"{UNIT}/slots", {"slots": [slot | {"date": "2026-11-28"}]})
    assert (reply.status, reply.json["errors"][0]["path"]) == (422, "slots[0].date")
    copy = {"shift": "Dag", "date": "2026-11-27", "dates": ["2026-11-28"], "what": "assignments"}
    shown = (await karin.ask("POST", f"{UNIT}/copy", copy | {"preview": True})).json
    assert "does not begin on 2026-11-28" in shown["faults"][0]["message"]
    assert (await karin.ask("POST", f"{UNIT}/copy", copy)).status == 422


async def test_a_bound_that_people_stand_beyond(house: Any) -> None:
    """Is refused at its field with the places, and whoever is on goes on being paged."""
    it = await house.browser("it")
    reply = await put(it, valid_to="2026-11-23")
    (error,) = reply.json["errors"]
    assert (reply.status, error["path"]) == (422, "valid_to")
    assert "hc-andersberg Dag 2026-11-24 nurse" in error["message"]
    board = (await it.ask("GET", "/api/board?unit=hc-andersberg")).json["units"][0]["roles"]
    assert next(one for one in board if one["role"] == "nurse")["receivers"][0]["id"] == "anna"
    assert (await put(it, valid_from="2026-11-25")).json["errors"][0]["path"] == "valid_from"


async def test_dates_that_are_none(house: Any) -> None:
    """Are refused at their field, and so is an end before the beginning."""
    it = await house.browser("it")
    assert (await put(it, valid_from="imorgon")).json["errors"][0]["path"] == "valid_from"
    (error,) = (await put(it, valid_from="2026-11-24", valid_to="2026-11-01")).json["errors"]
    assert error["path"] == "valid_to"
    assert "is before valid_from" in error["message"]
