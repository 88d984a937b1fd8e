"""Who is paged now, the board of alerts, coverage, and what holds on every page, in a real browser."""

import re
from typing import Any

import pytest

PHONE = {"width": 360, "height": 740}
KARIN, IVAR = "ab12345", "it"
PAGES = {
    # address: what is there when the page is, and who looks at it
    "/schema?unit=hc-andersberg": ("#doctor .name", KARIN),
    "/nu?unit=hc-andersberg": (".reasons li", KARIN),
    "/larm": ("#closed li", KARIN),
    "/test?unit=hc-andersberg": ("#receivers .alert", KARIN),
    "/tackning?unit=hc-andersberg": (".cover", KARIN),
    "/historik": (".change", IVAR),
    "/kalendrar?unit=hc-andersberg": ("#good li", KARIN),
    "/utskrift?unit=hc-andersberg": ("#paper tbody", KARIN),
    "/enheter?unit=hc-andersberg": ("main tbody tr", IVAR),
    "/mottagare": ("#list li", IVAR),
    "/administratorer": ("#list li", IVAR),
    "/filer": ("main h2", IVAR),
    "/konton": ("main li", IVAR),
    "/nycklar": ("main h2", IVAR),
    "/losenord": ("main h1", KARIN),
}


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


@pytest.mark.parametrize("path", PAGES)
def test_for_everybody(open_page: Any, inaccessible: Any, path: str) -> None:
    """axe-core finds no fault on a desktop nor on a phone; a phone shows all without scrolling sideways;
    every control has a name; no text lacks its English words."""
    there, who = PAGES[path]
    page = open_page(path, who)
    page.locator(there).first.wait_for()
    assert inaccessible(page) == []
    page.set_viewport_size(PHONE)
    assert inaccessible(page) == []
    page.get_by_role("link", name="English").click()
    page.locator("html[lang=en]").wait_for()
    page.locator(there).first.wait_for()
    said = page.locator("body").inner_text()
    assert "{" not in said
    assert not re.search(r"\b(?:Ändra|Lägg|Spara|Enhet|Mottagare|Sök|Avbryt|och|inte)\b", said)
    page.context.clear_cookies(name="bakjour_language")


def test_in_the_dialog_of_copying_and_at_the_log_in(open_page: Any, inaccessible: Any) -> None:
    """axe-core finds no fault there either."""
    page = open_page("/schema?unit=hc-andersberg")
    page.locator("#doctor .name").first.wait_for()
    page.get_by_role("button", name="Kopiera passet").click()
    page.locator("#copy-dates input:enabled").last.check()
    page.locator("#copy-preview li").first.wait_for()
    assert inaccessible(page) == []
    assert inaccessible(open_page("/login", None)) == []
