"""Coverage from the register to the reply, and a warning from the guard to the carriers' door."""

from typing import Any

COVERAGE = "/api/coverage?unit=hc-andersberg&days=2"


async def states(browser: Any) -> tuple[dict[tuple[str, str, str], tuple[str, str]], list[Any]]:
    (unit,) = (await browser.ask("GET", COVERAGE)).json["units"]
    found = {
        (one["shift"], one["date"][8:], one["role"]): (
            one["state"],
            " ".join(reason["sv"] for reason in one["reasons"]),
        )
        for one in unit["entries"]
    }
    return found, unit["holes"]


async def staff(browser: Any, *slots: tuple[str, str, str], unit: str = "hc-andersberg") -> None:
    wishes = [
        {"shift": "Dag", "date": f"2026-11-{day}", "role": role, "receivers": [name]}
        for day, role, name in slots
    ]
    reply = await browser.ask("PUT", f"/api/roster/units/{unit}/slots", {"slots": wishes})
    assert reply.status == 200, reply.body


async def test_every_way_of_being_thin(house: Any) -> None:
    """A number that no carrier serves, one person in two units at once, a failed test page; each in words."""
    it = await house.browser("it")
    await staff(it, ("24", "doctor", "maria"), ("25", "nurse", "bo"), ("25", "doctor", "anna"))
    await staff(it, ("25", "doctor", "bo"), unit="hc-satra")
    columns, row = "number, result, alert, at, asked_by", "'20117', 'failed', 1, 0, 'it'"
    house.connection.execute(f"INSERT INTO number_proof ({columns}) VALUES ({row})")
    found, holes = await states(it)
    assert found == {
        ("Dag", "24", "doctor"): ("thin", "Ingen linje når Maria Falk."),
        ("Dag", "24", "nurse"): ("thin", "Senaste provlarmet till Anna Berg misslyckades."),
        ("Dag", "25", "doctor"): ("thin", "Senaste provlarmet till Anna Berg misslyckades."),
        ("Dag", "25", "nurse"): ("thin", "Bo Ek står samtidigt på HC Sätra."),
        ("Natt", "24", "doctor"): ("empty", "Ingen är tilldelad."),
        ("Natt", "24", "nurse"): ("empty", "Ingen är tilldelad."),
        ("Natt", "25", "doctor"): ("empty", "Ingen är tilldelad."),
        ("Natt", "25", "nurse"): ("empty", "Ingen är tilldelad."),
        ("Dag", "26", "doctor"): ("empty", "Ingen är tilldelad."),
        ("Dag", "26", "nurse"): ("empty", "Ingen är tilldelad."),
    }
    nurse = [(one["start"], one["end"], one["fallback"]) for one in holes if one["role"] == "nurse"]
    assert nurse == [
        ("2026-11-24T20:00:00.000Z", "2026-11-25T06:00:00.000Z", True),
        ("2026-11-25T20:00:00.000Z", "2026-11-26T15:00:00.000Z", True),
    ]
    house.connection.execute("UPDATE number_proof SET result = 'proved'")
    found, _ = await states(it)
    assert found["Dag", "24", "nurse"] == ("covered", "")


async def test_a_warning_is_a_page_of_the_gateway(house: Any) -> None:
    """To the people of the configuration, over a carrier, as an alert that anybody can look up."""
    it = await house.browser("it")
    house.pages._guard.look()
    (alert,) = (await it.ask("GET", "/api/alerts?limit=10")).json
    shown = house.gateway.keeper.get(int(alert["alert"]))
    assert [(one.receiver, [route.carrier for route in one.routes]) for one in shown.rungs] == [
        ("vaxel", ["dect"])
    ]
    assert shown.subject.note.startswith("Lucka i schemat: HC Andersberg utan läkare från 21:00 23/11; ")
    house.pages._guard.look()
    assert len((await it.ask("GET", "/api/alerts?limit=10")).json) == 1
