"""Who is paged now, the board of alerts, coverage, and what holds on every page, in a real browser."""

from typing import Any

import pytest

PHONE = {"width": 360, "height": 740}
PAGES = {
    "/schema?unit=hc-andersberg": "#doctor .name",
    "/nu?unit=hc-andersberg": ".reasons li",
    "/larm": "#closed li",
    "/tackning?unit=hc-andersberg": ".cover",
}
UNNAMED = """() => [...document.querySelectorAll("button, input, select, a[href]")]
    .filter(one => one.offsetParent)
    .filter(one => !(one.ariaLabel || one.textContent.trim() || one.labels?.length))
    .map(one => one.outerHTML)"""


def test_who_is_paged_now(open_page: Any) -> None:
    """The board of the area, and for a unit who is paged in order, with the reasons of the resolver."""
    page = open_page("/nu?unit=hc-andersberg")
    page.locator("#board article").nth(2).wait_for()
    assert page.locator("#board h3").all_inner_texts() == ["HC Andersberg", "HC Sätra", "Kirurgmottagningen"]
    page.get_by_label("Yrkesgrupp").fill("Läkare")
    page.get_by_label("Händelse").select_option("escalated")
    page.get_by_role("button", name="Visa", exact=True).click()
    page.get_by_role("heading", name="HC Andersberg, Läkare").wait_for()
    assert "I tjänst som läkare" in page.locator(".paged li").first.inner_text()
    assert "Växeln" in page.locator(".paged li").last.inner_text()
    page.get_by_label("Händelse").select_option("triaged")
    page.get_by_label("Prioritet").select_option("1")
    page.get_by_role("button", name="Visa", exact=True).click()
    page.get_by_text("larmar inte med den här prioriteten").wait_for()


def test_board_of_alerts(open_page: Any, site: Any) -> None:
    """A new alert comes by itself, red while it is open, with its timeline."""
    page = open_page("/larm")
    page.locator("#open li").first.wait_for()
    before = page.locator("#open .alert").count()
    site.send("hc-satra", "läkare")
    newest = page.locator("#open .alert", has_text="HC Sätra").first
    newest.wait_for(timeout=10_000)
    assert page.locator("#open .alert").count() == before + 1
    assert "empty" in newest.get_attribute("class")
    assert "Patient triageras till digitalt besök · HC Sätra · Läkare" in newest.inner_text()
    newest.get_by_text("Visa förloppet").click()
    newest.locator(".timeline li").first.wait_for()


def test_coverage(open_page: Any) -> None:
    """Every shift of the coming days in both roles; a link leads to the shift in the schedule."""
    page = open_page("/tackning?unit=hc-andersberg")
    page.locator(".cover").first.wait_for()
    assert page.locator("#days .state.covered").count() > 10
    assert "Luckor de närmaste 14 dagarna" in page.locator("#holes").inner_text()
    link = page.locator("#days a").last
    words = link.inner_text()
    link.click()
    page.locator("#shift-now", has_text=words).wait_for()


@pytest.mark.parametrize("path", PAGES)
def test_on_a_phone(open_page: Any, path: str) -> None:
    """A phone's width needs no scrolling sideways, and every control has a name."""
    page = open_page(path, viewport=PHONE)
    page.locator(PAGES[path]).first.wait_for()
    assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
    assert page.evaluate(UNNAMED) == []


@pytest.mark.parametrize("path", PAGES)
def test_in_english(open_page: Any, path: str) -> None:
    """No text of a page lacks its English words."""
    page = open_page(path)
    page.get_by_role("link", name="English").click()
    page.locator("html[lang=en]").wait_for()
    page.goto(path)
    page.locator(PAGES[path]).first.wait_for()
    said = page.locator("main").inner_text()
    assert "Ändra" not in said
    assert "{" not in said
    page.context.clear_cookies(name="bakjour_language")
