"""The choice of area and unit: more units than a list is good for, and others who add some."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

Open = Callable[..., Any]
MANY = 250
PHONE = {"width": 360, "height": 740}
ADD = "table,id,name,area\narea,stor,Stora området,\n" + "".join(
    f"unit,s-{n:03},Mottagning {n:03},stor\n" for n in range(MANY)
)
WITHIN = 1_000  # milliseconds in which everybody sees what somebody changed


@pytest.fixture(scope="module")
def large(own_site: Any) -> Any:
    """The module's own site, with an area of 250 units."""
    add(own_site, ADD)
    return own_site


@pytest.fixture
def karin(large: Any, open_at: Open) -> Open:
    return partial(open_at, large)


def add(site: Any, text: str) -> None:
    file: Path = site.folder / "more.csv"
    file.write_text(text, "utf-8")
    site.command("roster", "import", str(file))


def chosen(page: Any, unit: str) -> None:
    page.wait_for_url(f"**unit={unit}*")


def units(page: Any) -> Any:
    return page.get_by_role("combobox", name="Enhet", exact=True)


def test_ones_own_first_and_a_search_in_the_large_area(karin: Open) -> None:
    """One's own unit is chosen; a large area has a box that searches on the server, and its choice holds."""
    page = karin("/schema")
    chosen(page, "hc-andersberg")
    page.get_by_label("Verksamhetsområde", exact=True).select_option(label="Stora området")
    chosen(page, "s-000")
    box = units(page)
    assert box.input_value() == "Mottagning 000 (visas bara)"
    box.click()
    options = page.get_by_role("option", name="Mottagning")
    options.first.wait_for()
    assert options.count() == 12
    page.get_by_text("238 till: skriv mer för att hitta dem.").wait_for()
    box.fill("mottagning 17")
    page.get_by_role("option", name="Mottagning 171").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    chosen(page, "s-171")
    assert box.input_value() == "Mottagning 171 (visas bara)"
    box.fill("halv")
    page.keyboard.press("Tab")
    assert box.input_value() == "Mottagning 171 (visas bara)"
    page.get_by_label("Verksamhetsområde", exact=True).select_option(label="Närsjukvård Gävle")
    chosen(page, "hc-andersberg")
    page.get_by_label("Enhet", exact=True).select_option(label="HC Sätra")
    chosen(page, "hc-satra")


def test_the_unit_of_an_address(karin: Open) -> None:
    """It is found without loading the others, and on every page; one that is unknown is none."""
    asked: list[str] = []
    page = karin("/losenord")  # without a choice
    page.on("request", lambda one: asked.append(one.url))
    page.goto("/tackning?unit=s-249")
    page.wait_for_function("() => document.querySelector('.combo input')?.value.startsWith('Mottagning 249')")
    assert page.get_by_label("Verksamhetsområde", exact=True).input_value() == "stor"
    parts = [one for one in asked if "/api/roster/units?" in one]
    assert 1 <= len(parts) <= 2, parts
    page.goto("/schema?unit=finns-inte")
    chosen(page, "hc-andersberg")


def test_a_phone(karin: Open) -> None:
    """The box works by touch and leaves nothing to scroll sideways; the board shows the one unit."""
    page = karin("/nu?unit=s-003", viewport=PHONE, has_touch=True, is_mobile=True)
    page.locator(".combo input").wait_for()  # before it is known how large the area is, a list stands there
    units(page).tap()
    page.get_by_role("option", name="Mottagning 005").tap()
    chosen(page, "s-005")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.locator("#board h3", has_text="Mottagning 005").wait_for()
    assert page.locator("#board h3").count() == 1
    assert page.locator("#line").is_hidden()


def test_a_new_unit_shows_at_once(large: Any, karin: Open) -> None:
    """In the list of its area, which keeps what was chosen."""
    page = karin("/schema?unit=hc-satra")
    chosen(page, "hc-satra")
    page.get_by_label("Enhet", exact=True).locator("option[value=hc-satra]").wait_for(state="attached")
    page.wait_for_function("() => document.getElementById('unit').value === 'hc-satra'")
    area = page.get_by_label("Verksamhetsområde", exact=True).input_value()
    add(large, f"table,id,name,area\nunit,ny-1,Nya mottagningen,{area}\n")
    new = page.get_by_label("Enhet", exact=True).locator("option[value=ny-1]")
    new.wait_for(state="attached", timeout=WITHIN)
    assert page.get_by_label("Enhet", exact=True).input_value() == "hc-satra"
