"""The choice of business area and unit: counts, parts, search, and one's own first."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

AREA = '[[area]]\nid = "{id}"\nname = "{name}"\n'
UNIT = '[[unit]]\nid = "{id}"\narea = "{area}"\nname = "{name}"\n'
KARIN = '[[administrator]]\nusername = "ke12345"\nname = "Karin Ek"\nunits = ["z-sist", "o-1", "o-2"]\n'
MANY = 201


@pytest.fixture
def large(make_house: Callable[..., Any]) -> Any:
    """Areas of one, two, and more units than an answer may hold."""
    areas = [("stor", "Alla"), ("liten", "Öronområdet"), ("mellan", "Medicin"), ("tom", "Bortlagda")]
    units = [(f"s-{n:03}", "stor", f"Mottagning {n}") for n in range(MANY - 1)]
    units += [("z-sist", "stor", "Österport"), ("o-1", "liten", "Öron"), ("o-2", "liten", "Ögon")]
    units += [("m-1", "mellan", "HC 50%")]
    text = "".join(AREA.format(id=one, name=name) for one, name in areas)
    text += "".join(UNIT.format(id=one, area=area, name=name) for one, area, name in units)
    house = make_house(roster=text + KARIN)
    house.people()
    return house


async def found(browser: Any, **query: Any) -> tuple[int, list[str]]:
    told = (await browser.ask("GET", f"/api/roster/units?{urlencode(query)}")).json
    return told["total"], [one["id"] for one in told["units"]]


async def test_areas_in_the_small(house: Any) -> None:
    """An area has its fallback by name, how many units it holds, and how many of them one may schedule."""
    counts = {}
    for who in ("ke12345", "it", "reader"):
        browser = await house.browser(who)
        (area,) = (await browser.ask("GET", "/api/roster/areas")).json
        counts[who] = area.pop("may_schedule")
        assert area == {
            "id": "primarvard",
            "name": "Primärvård Gävle",
            "fallback": [{"id": "vaxel", "name": "Växeln"}],
            "units": 2,
        }
    assert counts == {"ke12345": 1, "it": 2, "reader": 0}


async def test_areas_with_ones_own_come_first(large: Any) -> None:
    """Those that hold units of one's own, then the others, by name; empty ones too."""
    browser = await large.browser("ke12345")
    areas = (await browser.ask("GET", "/api/roster/areas")).json
    assert [(one["id"], one["units"], one["may_schedule"]) for one in areas] == [
        ("stor", MANY, 1),
        ("liten", 2, 2),
        ("tom", 0, 0),
        ("mellan", 1, 0),
    ]


async def test_ones_own_units_come_first(large: Any) -> None:
    """In an area and in all of them; each says its area and whether one may schedule it."""
    karin, reader = await large.browser("ke12345"), await large.browser("reader")
    assert await found(karin, area="stor", limit=3) == (MANY, ["z-sist", "s-000", "s-001"])
    assert await found(reader, area="stor", limit=2) == (MANY, ["s-000", "s-001"])
    told = (await karin.ask("GET", "/api/roster/units?limit=4")).json
    assert [(one["id"], one["area"], one["may_schedule"]) for one in told["units"]] == [
        ("o-2", "liten", True),
        ("o-1", "liten", True),
        ("z-sist", "stor", True),
        ("m-1", "mellan", False),
    ]


async def test_parts_make_the_whole(large: Any) -> None:
    """Part by part every unit comes once, and no part is larger than an answer may be."""
    browser = await large.browser("ke12345")
    seen: list[str] = []
    for offset in range(0, MANY + 3, 50):
        total, part = await found(browser, offset=offset, limit=50)
        assert total == MANY + 3
        seen += part
    assert len(seen) == len(set(seen)) == MANY + 3
    for query in ("limit=201", "limit=0", "offset=-1", "search=" + "x" * 1000):
        assert (await browser.ask("GET", f"/api/roster/units?{query}")).status == 422


@pytest.mark.parametrize(
    ("search", "area", "ids"),
    [
        ("s-007", None, ["s-007"]),  # a whole id, though 007 stands in no name
        ("mottagning 77", None, ["s-077"]),
        ("ÖSTERPORT", None, ["z-sist"]),
        ("öron", "liten", ["o-1"]),
        ("öron", "stor", []),
        ("50%", None, ["m-1"]),  # no pattern
        ("_", None, []),
        ("finns inte", None, []),
        ("", "finns-inte", []),
    ],
)
async def test_search(large: Any, search: str, area: str | None, ids: list[str]) -> None:
    """A part of id or name, in small and great letters, in one area or in all."""
    browser = await large.browser("reader")
    query = {"search": search} | ({} if area is None else {"area": area})
    assert await found(browser, **query) == (len(ids), ids)


async def test_a_whole_id_comes_first(make_house: Callable[..., Any]) -> None:
    """So that the unit of an address is found by one look, though one's own hold its id in theirs."""
    units = [("hc", "Övre"), ("hc-1", "Andra"), ("min-hc", "Första")]
    text = AREA.format(id="a", name="A") + "".join(
        UNIT.format(id=one, area="a", name=name) for one, name in units
    )
    house = make_house(roster=text + KARIN.replace('"z-sist", "o-1", "o-2"', '"min-hc"'))
    house.people()
    assert await found(await house.browser("ke12345"), search="hc") == (3, ["hc", "min-hc", "hc-1"])


@pytest.mark.parametrize("route", ["board", "coverage", "coverage/overview"])
async def test_an_area_that_is_too_large_is_refused(large: Any, route: str) -> None:
    """With the number that is allowed; a smaller one is answered, and an unknown one is not found."""
    browser = await large.browser("reader")
    refused = await browser.ask("GET", f"/api/{route}?area=stor")
    assert (refused.status, "200" in refused.json["detail"]) == (422, True)
    told = (await browser.ask("GET", f"/api/{route}?area=liten")).json
    assert {one["id"] for one in told["units"]} == {"o-1", "o-2"}
    assert (await browser.ask("GET", f"/api/{route}?area=nej")).status == 404
