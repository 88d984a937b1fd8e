"""What is printed of a unit's coming 72 hours."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.web.paper_api import clock_change

UNIT = "/api/roster/units/hc-andersberg"
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def at(text: str, zone: ZoneInfo = STOCKHOLM) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


async def test_shifts_that_touch_the_hours(house: Any) -> None:
    """The running one first, the last one begins before the 72 hours are over; empty ones too."""
    reader = await house.browser("reader")
    told = (await reader.ask("GET", f"{UNIT}/paper")).json
    assert (told["now"], told["until"]) == ("2026-11-24T11:00:00.000Z", "2026-11-27T11:00:00.000Z")
    shown = [(one["date"][-2:], one["shift"]) for one in told["shifts"]]
    days = [(day, shift) for day in ("24", "25", "26") for shift in ("Dag", "Natt")]
    assert shown == [*days, ("27", "Dag")]
    assert [one["running"] for one in told["shifts"]] == [True, *[False] * 6]
    assert told["shifts"][0]["nurse"] == [
        {"id": "anna", "name": "Anna Berg", "number": "20117", "backup": None}
    ]
    assert told["shifts"][0]["doctor"] == []
    assert told["clocks"] is None


async def test_the_night_that_runs(house: Any) -> None:
    """At two in the night the shift that began yesterday is on, and yesterday's day is not."""
    house.fake.advance(14 * 3600)
    reader = await house.browser("reader")
    told = (await reader.ask("GET", f"{UNIT}/paper")).json
    first = told["shifts"][0]
    assert (first["date"], first["shift"], first["running"]) == ("2026-11-24", "Natt", True)


async def test_order_numbers_and_fallback(house: Any) -> None:
    """People as they are paged, mobiles spaced for dialling, and the fallback though no unit has it."""
    it = await house.browser("it")
    slot = {"shift": "Dag", "date": "2026-11-25", "role": "doctor", "receivers": ["maria", "bo"]}
    assert (await it.ask("PUT", f"{UNIT}/slots", {"slots": [slot]})).status == 200
    told = (await it.ask("GET", f"{UNIT}/paper")).json
    people = next(one for one in told["shifts"] if one["date"] == "2026-11-25")["doctor"]
    assert [(one["name"], one["number"]) for one in people] == [
        ("Maria Falk", "+46 70 174 06 06"),
        ("Bo Ek", "20118"),
    ]
    assert told["fallback"] == []
    assert [(one["name"], one["number"]) for one in told["area_fallback"]] == [("Växeln", "20999")]
    assert (await it.ask("GET", "/api/roster/units/nowhere/paper")).status == 404


async def test_the_clocks_change(house: Any) -> None:
    """The paper says when, and the shift says what it does to it."""
    house.fake.advance(timedelta(days=122).total_seconds())  # 26 March 2027, before the spring change
    reader = await house.browser("reader")
    told = (await reader.ask("GET", f"{UNIT}/paper")).json
    assert told["clocks"] == {"date": "2027-03-28", "from": "02:00", "to": "03:00"}
    notes = {one["date"]: one["note"]["sv"] for one in told["shifts"] if one["note"]}
    assert list(notes) == ["2027-03-27"]
    assert "9 timmar" in notes["2027-03-27"]


@pytest.mark.parametrize(
    ("zone", "now", "told"),
    [
        ("Europe/Stockholm", "2026-10-23T12:00", ("2026-10-25", "03:00", "02:00")),
        ("Europe/Stockholm", "2027-03-27T23:59", ("2027-03-28", "02:00", "03:00")),
        ("Australia/Lord_Howe", "2026-10-02T08:00", ("2026-10-04", "02:00", "02:30")),
        ("Europe/Stockholm", "2026-10-26T12:00", None),
    ],
)
def test_when_the_clocks_change(zone: str, now: str, told: Any) -> None:
    """To the minute, forward and back, by an hour and by half of one."""
    there = ZoneInfo(zone)
    found = clock_change(at(now, there), at(now, there) + 72 * 3_600_000, there)
    assert (found and (found.date, found.from_, found.to)) == told
