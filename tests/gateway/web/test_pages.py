"""Scheduling over the API: what a unit's administrator does in a day."""

from typing import Any

import pytest

UNIT = "/api/roster/units/hc-andersberg"
SLOTS = f"{UNIT}/slots"


def wish(
    *receivers: str, date: str = "2026-11-25", role: str | None = "nurse", **more: str
) -> dict[str, Any]:
    return {"shift": "Dag", "date": date, "role": role, "receivers": list(receivers), **more}


async def shift(browser: Any, date: str, name: str = "Dag") -> Any:
    found = (await browser.ask("GET", f"{UNIT}/shifts?from={date}&days=1")).json["shifts"]
    return next(one for one in found if one["shift"] == name)


async def test_unit(house: Any) -> None:
    """The unit has its patterns and its own receivers alone; an alias is no unit."""
    browser = await house.browser("ke12345")
    unit = (await browser.ask("GET", UNIT)).json
    assert [one["id"] for one in unit["receivers"]] == ["anna", "bo", "maria"]
    assert [one["proof"] for one in unit["receivers"]] == ["unproved"] * 3
    assert [one["served"] for one in unit["receivers"]] == [True, True, False]
    assert [(one["name"], one["from"], one["to"]) for one in unit["patterns"]] == [
        ("Dag", "07:00", "16:00"),
        ("Natt", "21:00", "07:00"),
    ]
    assert (await browser.ask("GET", "/api/roster/units/SE2321000016-1XYZ")).status == 404


async def test_shifts(house: Any) -> None:
    """Every shift of the days, empty ones too, past and running ones marked, and who made what stands."""
    browser = await house.browser("reader")
    told = (await browser.ask("GET", f"{UNIT}/shifts?from=2026-11-23&days=2")).json
    assert [(one["date"], one["shift"], one["past"], one["running"]) for one in told["shifts"]] == [
        ("2026-11-23", "Dag", True, False),
        ("2026-11-23", "Natt", True, False),
        ("2026-11-24", "Dag", False, True),
        ("2026-11-24", "Natt", False, False),
    ]
    running = told["shifts"][2]
    assert running["nurse"]["receivers"] == [{"id": "anna", "name": "Anna Berg"}]
    assert running["nurse"]["by"] == "import"
    assert running["doctor"] == {"receivers": [], "version": "0", "by": None, "by_name": None, "at": None}
    assert not told["may_schedule"]


async def test_a_clock_change_is_explained(house: Any) -> None:
    """A night that is longer or shorter says so, and one without says nothing."""
    browser = await house.browser("reader")
    long = await shift(browser, "2027-10-30", "Natt")
    short = await shift(browser, "2027-03-27", "Natt")
    assert (long["hours"], short["hours"]) == (11.0, 9.0)
    assert "11 timmar" in long["note"]["sv"]
    assert "9 hours" in short["note"]["en"]
    assert (await shift(browser, "2026-11-25", "Natt"))["note"] is None


async def test_set_and_stale(house: Any) -> None:
    """What one sets the other sees; the other's stale change is refused with name, time and what stands."""
    karin, it = await house.browser("ke12345"), await house.browser("it")
    made = (await karin.ask("PUT", SLOTS, {"slots": [wish("bo"), wish("bo", "anna", role=None)]})).json
    assert made["by_name"] == "Karin Ek"
    seen = await shift(it, "2026-11-25")
    assert seen["nurse"]["by_name"] == "Karin Ek"
    assert [one["id"] for one in seen["staffed"]] == ["bo", "anna"]
    refused = await it.ask("PUT", SLOTS, {"slots": [wish("anna"), wish("anna", role="doctor")]})
    assert refused.status == 409
    assert refused.json["code"] == "stale"
    (conflict,) = refused.json["conflicts"]
    assert (conflict["by_name"], conflict["at"]) == ("Karin Ek", made["at"])
    assert conflict["receivers"] == [{"id": "bo", "name": "Bo Ek"}]
    assert (await shift(it, "2026-11-25"))["doctor"]["receivers"] == []
    slot = wish("anna", version=conflict["version"])
    assert (await it.ask("PUT", SLOTS, {"slots": [slot]})).status == 200


async def test_the_only_one_on_duty(house: Any) -> None:
    """Taking her off wants a reason, which stands in the unit's changes."""
    browser = await house.browser("ke12345")
    now = await shift(browser, "2026-11-24")
    slot = wish(date="2026-11-24", version=now["nurse"]["version"])
    refused = await browser.ask("PUT", SLOTS, {"slots": [slot]})
    assert (refused.status, refused.json["code"]) == (409, "reason_needed")
    assert refused.json["slots"] == [{"shift": "Dag", "date": "2026-11-24", "role": "nurse"}]
    assert (await browser.ask("PUT", SLOTS, {"slots": [slot], "reason": " "})).status == 409
    done = await browser.ask("PUT", SLOTS, {"slots": [slot], "reason": "sjuk"})
    assert done.status == 200
    (row, *_) = (await browser.ask("GET", f"{UNIT}/changes")).json["rows"]
    assert (row["why"], row["who_name"], row["undoable"]) == ("sjuk", "Karin Ek", True)
    assert row["before"]["receivers"] == ["anna"]


async def test_undo(house: Any) -> None:
    """A change is undone by its number, at its own unit alone."""
    browser, it = await house.browser("ke12345"), await house.browser("it")
    made = (await browser.ask("PUT", SLOTS, {"slots": [wish("bo")]})).json
    undo = f"changes/{made['change']}/undo"
    assert (await it.ask("POST", f"/api/roster/units/hc-satra/{undo}", {})).status == 404
    assert (await browser.ask("POST", f"{UNIT}/{undo}", {})).status == 200
    assert (await shift(browser, "2026-11-25"))["nurse"]["receivers"] == []


async def test_copy(house: Any) -> None:
    """A preview shows what stands and what would; what was not shown is not overwritten."""
    browser = await house.browser("ke12345")
    await browser.ask("PUT", SLOTS, {"slots": [wish("maria", date="2026-11-26")]})
    body = {
        "shift": "Dag",
        "date": "2026-11-24",
        "dates": ["2026-11-25", "2026-11-26"],
        "what": "assignments",
    }
    shown = (await browser.ask("POST", f"{UNIT}/copy", body | {"preview": True})).json
    assert (shown["applied"], shown["faults"]) == (False, [])
    nurses = [one for one in shown["targets"] if one["role"] == "nurse"]
    assert [(one["date"], one["does"]) for one in nurses] == [
        ("2026-11-25", "add"),
        ("2026-11-26", "replace"),
    ]
    refused = await browser.ask("POST", f"{UNIT}/copy", body)
    assert (refused.status, refused.json["code"]) == (409, "stale")
    seen = [{name: one[name] for name in ("date", "role", "version")} for one in shown["targets"]]
    done = (await browser.ask("POST", f"{UNIT}/copy", body | {"seen": seen})).json
    assert done["applied"]
    copied = await shift(browser, "2026-11-26")
    assert [one["id"] for one in copied["nurse"]["receivers"]] == ["anna"]
    await browser.ask("POST", f"{UNIT}/changes/{done['change']}/undo", {})
    assert [one["id"] for one in (await shift(browser, "2026-11-26"))["nurse"]["receivers"]] == ["maria"]


async def test_copy_into_the_past(house: Any) -> None:
    """The preview names what cannot be done, and the copy does none of it."""
    browser = await house.browser("ke12345")
    body = {"shift": "Dag", "date": "2026-11-24", "dates": ["2026-11-20", "2026-11-25"], "what": "staffing"}
    shown = (await browser.ask("POST", f"{UNIT}/copy", body | {"preview": True})).json
    assert "past" in shown["faults"][0]["message"]
    assert (await browser.ask("POST", f"{UNIT}/copy", body)).status == 422
    assert (await shift(browser, "2026-11-25"))["staffing"]["receivers"] == []


async def test_corrections(house: Any) -> None:
    """What stood in a past shift stays; the correction is a row with its reason."""
    browser = await house.browser("ke12345")
    body = {"shift": "Dag", "date": "2026-11-24", "role": "nurse", "receivers": ["bo"], "reason": "bytte"}
    assert (await browser.ask("POST", f"{UNIT}/corrections", body)).status == 409
    house.fake.advance(5 * 3600)
    browser = await house.browser("ke12345")
    assert (await browser.ask("POST", f"{UNIT}/corrections", body)).status == 201
    assert [one["id"] for one in (await shift(browser, "2026-11-24"))["nurse"]["receivers"]] == ["anna"]
    (row, *_) = (await browser.ask("GET", f"{UNIT}/changes")).json["rows"]
    assert (row["action"], row["after"]["receivers"], row["undoable"]) == ("slot.correct", ["bo"], False)
    reader = await house.browser("reader")
    asked = f"{UNIT}/corrections?shift=Dag&date=2026-11-24"
    (told,) = (await reader.ask("GET", asked)).json
    assert [one["name"] for one in told["stood"] + told["receivers"]] == ["Anna Berg", "Bo Ek"]
    assert (told["role"], told["reason"], told["by_name"]) == ("nurse", "bytte", "Karin Ek")


async def test_a_correction_where_nobody_stood(house: Any) -> None:
    """Somebody who worked without standing in the plan can be told of; what cannot have been is refused."""
    browser = await house.browser("ke12345")
    body = {"shift": "Dag", "date": "2026-11-23", "role": "doctor", "receivers": ["bo"], "reason": "var där"}
    assert (await browser.ask("POST", f"{UNIT}/corrections", body)).status == 201
    await browser.ask("POST", f"{UNIT}/corrections", body | {"receivers": ["maria", "bo"]})
    told = (await browser.ask("GET", f"{UNIT}/corrections?shift=Dag&date=2026-11-23")).json
    assert [[one["id"] for one in row["receivers"]] for row in told] == [["bo"], ["maria", "bo"]]
    for fault, status in (
        ({"shift": "Kväll"}, 409),
        ({"date": "9999-12-31"}, 422),
        ({"receivers": ["bo", "bo"]}, 422),
        ({"receivers": ["nobody"]}, 422),
        ({"reason": " "}, 422),
    ):
        assert (await browser.ask("POST", f"{UNIT}/corrections", body | fault)).status == status, fault


async def test_one_person_in_two_units(house: Any) -> None:
    """The shift says where else somebody of it stands at the same time; a role's phone does not count."""
    browser = await house.browser("it")
    there = [wish("bo", date="2026-11-26")]
    await browser.ask("PUT", "/api/roster/units/hc-satra/slots", {"slots": there})
    await browser.ask("PUT", f"{UNIT}/slots", {"slots": there})
    seen = await shift(browser, "2026-11-26")
    assert seen["elsewhere"] == [{"receiver": "bo", "units": ["HC Sätra"]}]
    assert (await shift(browser, "2026-11-26", "Natt"))["elsewhere"] == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"slots": [wish("nobody")]}, "slots[0].receivers[0]"),
        ({"slots": [wish("vaxel")]}, "slots[0].receivers[0]"),
        ({"slots": [wish("bo", date="2026-02-30")]}, "slots[0].date"),
        ({"slots": [wish("bo") | {"role": "cook"}]}, "slots[0].role"),
        ({"slots": [wish("bo") | {"shift": "Kväll"}]}, "slots[0].shift"),
        ({"slots": [wish("bo"), wish("bo")]}, "slots"),
        ({"slots": []}, "slots"),
        ({"slots": [wish("bo")], "unit": "hc-satra"}, ""),
    ],
)
async def test_faults(house: Any, body: Any, path: str) -> None:
    """What is wrong is named by its place, and nothing is changed."""
    browser = await house.browser("ke12345")
    reply = await browser.ask("PUT", SLOTS, body)
    assert reply.status == 422
    assert path in {error["path"] for error in reply.json["errors"]}


async def test_who_says_who_made_it(house: Any) -> None:
    """The answer holds the shift, the assignment, who made it and when; and every step."""
    browser = await house.browser("reader")
    told = (await browser.ask("GET", "/api/who?unit=hc-andersberg&profession=nurse")).json
    first, second = told["receivers"]
    assert (first["receiver"], first["shift"], first["date"]) == ("anna", "Dag", "2026-11-24")
    assert (first["made_by"], first["made_at"]) == ("import", "2026-11-24T11:00:00.000Z")
    assert first["start"] == "2026-11-24T06:00:00.000Z"
    assert (second["receiver"], second["made_by"]) == ("vaxel", None)
    assert any("reserv" in step["sv"] for step in told["steps"])


async def test_an_alert_of_another_unit(house: Any) -> None:
    """A unit administrator closes the alerts of his own units alone."""
    from gateway.roster.values import Unit  # noqa: PLC0415

    karin = await house.browser("ke12345")
    for unit, status in (("hc-satra", 403), ("hc-andersberg", 200)):
        receiver = house.pages.book.receiver("bo")
        found = house.pages.book.unit(unit)
        assert isinstance(found, Unit)
        number = house.run(house.pages.tests.send([receiver], found, None, "it"))
        assert (await karin.ask("POST", f"/api/alerts/{number}/acknowledge")).status == status
