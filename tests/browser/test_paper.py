"""Calendar feeds and the printable page, in a real browser."""

import re
import urllib.error
import urllib.request
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

ZONE = ZoneInfo("Europe/Stockholm")  # of the gateway that is tried; its day is not always this machine's

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
A4 = {"width": 794, "height": 1123}  # pixels of CSS
PAGE = rb"/Type /Page\b"
COLOURS = """() => [...document.querySelectorAll("#paper, #paper *")]
    .filter((one) => one.offsetParent)
    .map((one) => getComputedStyle(one).backgroundColor)"""
CLEAR = """async ([shift, date, role]) => {
    const unit = "/api/roster/units/hc-andersberg";
    const shifts = (await (await fetch(`${unit}/shifts?from=${date}&days=1`)).json()).shifts;
    const version = shifts.find((one) => one.shift === shift)[role].version;
    const headers = {"X-CSRF-Token": document.body.dataset.csrf, "Content-Type": "application/json"};
    const body = JSON.stringify({slots: [{shift, date, role, receivers: [], version}]});
    return (await fetch(`${unit}/slots`, {method: "PUT", headers, body})).status;
}"""


def fetched(address: str) -> bytes | int:
    """What a calendar program gets: the octets, or the status."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert answer.headers["Content-Type"].startswith("text/calendar")
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        return error.code


def test_a_feed_is_made_read_and_revoked(open_own: Any) -> None:
    """The address is shown once, works for a calendar program, and is dead once revoked; all by keys."""
    page, other = open_own("/kalendrar?unit=hc-andersberg"), open_own("/kalendrar?unit=hc-andersberg", "it")
    page.get_by_label("Vems pass?").select_option(label="Anna Berg")
    page.get_by_role("button", name="Skapa adress").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Adressen visas bara nu").wait_for()
    page.locator("#new-name:focus").wait_for()
    address = page.get_by_label("Kalenderadress", exact=True).input_value()
    assert page.get_by_role("link", name="Öppna i kalendern").get_attribute("href") == re.sub(
        "^http", "webcal", address
    )
    body = fetched(address)
    assert isinstance(body, bytes)
    assert {str(event["transp"]) for event in Calendar.from_ical(body).walk("VEVENT")} == {"TRANSPARENT"}
    page.get_by_role("button", name="Kopiera").click()
    page.get_by_text(re.compile("Kopierat|Markerat")).wait_for()
    page.get_by_role("button", name="Jag har sparat adressen").click()
    assert (
        page.get_by_label("Kalenderadress", exact=True).count() == 0
        or not page.get_by_label("Kalenderadress", exact=True).is_visible()
    )
    page.reload()
    page.locator("#good .feed", has_text="Anna Berg").wait_for()
    assert address.split("/")[-1] not in page.content()
    # the other browser heard of it, and sees it revoked
    other.locator("#good .feed", has_text="Skapad av Karin Ek").wait_for()
    page.get_by_role("button", name="Spärra adressen för Anna Berg").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Avbryt").click()
    assert isinstance(fetched(address), bytes)
    page.get_by_role("button", name="Spärra adressen för Anna Berg").click()
    page.get_by_role("dialog").get_by_role("button", name="Spärra", exact=True).click()
    page.get_by_text("✓ Adressen för Anna Berg är spärrad.").wait_for()
    assert fetched(address) == 404
    other.get_by_text("Spärrade adresser (1)").wait_for()


def test_feeds_of_other_units(open_own: Any) -> None:
    """A unit that one may not schedule shows no feeds, and says why."""
    page = open_own("/kalendrar?unit=kirurgmottagningen")
    page.get_by_text("Du har inte rätt till den här enhetens kalendrar.").wait_for()
    assert not page.get_by_role("button", name="Skapa adress").is_visible()


def test_the_paper(open_own: Any) -> None:
    """Each shift of 72 hours, people in order with their numbers, holes marked, the fallback at the end."""
    page = open_own("/utskrift?unit=hc-andersberg")
    tomorrow = (datetime.now(ZONE).date() + timedelta(days=1)).isoformat()
    page.locator("#paper tbody").first.wait_for()
    assert page.evaluate(CLEAR, ["Kväll", tomorrow, "doctor"]) == 200
    page.locator("#paper .nobody", has_text="INGEN").wait_for()
    assert page.locator("#paper .nobody").count() == 1
    said = page.locator("#paper").inner_text()
    assert "Bakjour HC Andersberg" in said
    assert "Utskrivet" in said
    assert "Maria Johansson +46 70 174 06 06" in said
    both = page.locator("#paper li", has_text="Anna Berg").first.locator("xpath=..")
    assert both.locator("li").first.inner_text() == "Anna Berg 20117 reserv +46 70 174 06 05"
    assert page.locator("#paper-fallback li").all_inner_texts() == ["Eva Karlsson 20119", "Växeln 20999"]
    assert 9 <= page.locator("#paper .shift").count() <= 11
    page.evaluate("() => { window.print = () => { document.title = 'printed'; }; }")
    page.get_by_role("button", name="Skriv ut").focus()
    page.keyboard.press("Enter")
    assert page.title() == "printed"


def test_one_page_of_a4(open_own: Any) -> None:
    """On paper there are no controls, nothing is coloured, and a unit's three days are one page."""
    page = open_own("/utskrift?unit=hc-satra", "reader", viewport=A4)
    page.locator("#paper tbody").first.wait_for()
    page.emulate_media(media="print")
    for hidden in ("nav", "#choose", "#print", "h1"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator("#paper thead").is_visible()
    colours = page.evaluate(COLOURS)
    assert set(colours) <= {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}
    assert len(re.findall(PAGE, page.pdf(prefer_css_page_size=True))) == 1


def test_a_clock_change_and_many_people_on_paper(open_own: Any) -> None:
    """The change of the clocks is told above; a unit with many people breaks between days alone."""
    page = open_own("/utskrift?unit=hc-satra", viewport=A4)
    page.locator("#paper tbody").first.wait_for()

    def crowded(route: Any) -> None:
        told = route.fetch().json()
        told["clocks"] = {"date": "2026-10-25", "from": "03:00", "to": "02:00"}
        for one in told["shifts"]:
            one["doctor"] *= 9
        route.fulfill(json=told)

    page.route("**/paper", crowded)
    page.reload()
    page.get_by_text("Klockan ställs tillbaka söndag 25 oktober: 03:00 blir 02:00.").wait_for()
    page.emulate_media(media="print")
    assert len(re.findall(PAGE, page.pdf(prefer_css_page_size=True))) > 1
    rules = "(what) => getComputedStyle(document.querySelector(what)).breakInside"
    assert {page.evaluate(rules, what) for what in ("#paper tbody", "#paper tr")} == {"avoid"}


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_accessible(open_own: Any, inaccessible: Any, viewport: dict[str, int]) -> None:
    """axe-core finds no fault of WCAG 2.1 A and AA, dialogs too; a phone needs no scrolling sideways."""
    found: list[Any] = []

    def look(page: Any, name: str) -> None:
        found.extend((name, *one) for one in inaccessible(page))

    page = open_own("/kalendrar?unit=hc-andersberg", viewport=viewport)
    page.get_by_role("button", name="Skapa adress").click()
    page.get_by_role("heading", name="Adressen visas bara nu").wait_for()
    look(page, "calendars")
    page.get_by_role("button", name="Spärra adressen för Hela enheten").first.click()
    look(page, "revoke")
    page.goto("/utskrift?unit=hc-andersberg")
    page.locator("#paper tbody").first.wait_for()
    look(page, "paper")
    page = open_own("/historik", "it", viewport=viewport)
    page.get_by_role("button", name="Kontrollera kedjan").click()
    page.locator("#head-box").wait_for()
    page.locator(".change summary").first.click()
    look(page, "record")
    page = open_own("/historik?unit=hc-andersberg", viewport=viewport)
    page.get_by_role("button", name="Ångra:").first.click()
    look(page, "undo")
    assert found == []
