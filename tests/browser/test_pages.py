"""Who is paged now, the board of alerts, coverage, and what holds on every page, in a real browser."""

from importlib.resources import files
from typing import Any

import pytest

PHONE = {"width": 360, "height": 740}
PAGES = {
    "/schema?unit=hc-andersberg": "#doctor .name",
    "/nu?unit=hc-andersberg": ".reasons li",
    "/larm": "#closed li",
    "/test?unit=hc-andersberg": "#receivers .alert",
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


def test_test_page(open_page: Any) -> None:
    """A test page is sent to a named receiver alone; its number is under test, and its timeline shows."""
    page = open_page("/test?unit=hc-andersberg")
    johan = page.locator("#receivers .alert", has_text="Johan Nilsson")
    johan.get_by_text("Oprövat").wait_for()
    page.get_by_role("button", name="Skicka testlarm till Johan Nilsson").click()
    johan.locator(".timeline li").first.wait_for()
    johan.get_by_text("Test pågår").wait_for()
    assert page.locator("#receivers .timeline").count() == 1
    reader = open_page("/test?unit=hc-andersberg", "reader")
    reader.locator("#receivers .alert").first.wait_for()
    assert reader.get_by_role("button", name="Skicka testlarm").count() == 0


@pytest.mark.parametrize("size", [1280, 360])
def test_accessible(open_page: Any, size: int) -> None:
    """axe-core finds no fault of WCAG 2.1 A and AA on any page, in the dialogs either."""
    script = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    found = []

    def look(page: Any, name: str) -> None:
        page.evaluate(script)
        told = page.evaluate(
            "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
        )
        found.extend((name, one["id"], one["nodes"][0]["html"]) for one in told["violations"])

    for path, there in PAGES.items():
        page = open_page(path, viewport={"width": size, "height": 800})
        page.locator(there).first.wait_for()
        look(page, path)
        if path.startswith("/schema"):
            page.get_by_role("button", name="Kopiera passet").click()
            page.locator("#copy-dates input:enabled").last.check()
            page.locator("#copy-preview li").first.wait_for()
            look(page, "copy")
    look(open_page("/login", None), "/login")
    assert found == []


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
