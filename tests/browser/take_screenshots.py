"""Pictures of every page for docs/screenshots, on a desktop and on a phone. Run by `make screenshots`."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

ZONE = ZoneInfo("Europe/Stockholm")  # of the gateway that is tried; its day is not always this machine's

INTO = Path(__file__).parents[2] / "docs" / "screenshots"
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 360, "height": 740}}
KARIN, IVAR = "ab12345", "it"
PAGES = {
    # name of the file: the page, what is there when the page is, and who looks at it
    "schema": ("/schema?unit=hc-andersberg", "#doctor .name", KARIN),
    "nu": ("/nu?unit=hc-andersberg", ".reasons li", KARIN),
    "larm": ("/larm", "#open .alert", KARIN),
    "test": ("/test?unit=hc-andersberg", "#receivers .alert", KARIN),
    "tackning": ("/tackning?unit=hc-andersberg", ".cover", KARIN),
    "historik": ("/historik", ".change", IVAR),
    "kalendrar": ("/kalendrar?unit=hc-andersberg", "#good li", KARIN),
    "utskrift": ("/utskrift?unit=hc-andersberg", "#paper tbody", KARIN),
    "enheter": ("/enheter", "main li", IVAR),
    "enhet": ("/enheter?unit=hc-andersberg", "main tbody tr", IVAR),
    "mottagare": ("/mottagare", "#list li", IVAR),
    "administratorer": ("/administratorer", "#list li", IVAR),
    "filer": ("/filer", "main h2", IVAR),
    "konton": ("/konton", "main li", IVAR),
    "nycklar": ("/nycklar", "main h2", IVAR),
    "losenord": ("/losenord", "main h1", KARIN),
}


@pytest.fixture(scope="module")
def alert(site: Any) -> None:
    """Something to see on the board of alerts."""
    site.send("hc-andersberg", "nurse")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_page(open_page: Any, alert: None, name: str, size: str) -> None:
    """One page in one size."""
    path, there, who = PAGES[name]
    page = open_page(path, who, viewport=SIZES[size])
    page.locator(there).first.wait_for()
    if name == "larm":
        page.get_by_text("Visa förloppet").first.click()
        page.locator(".timeline li").first.wait_for()
    shoot(page, f"{name}-{size}")


@pytest.mark.parametrize("size", SIZES)
def test_log_in(open_page: Any, size: str) -> None:
    """The log-in."""
    shoot(open_page("/login", None, viewport=SIZES[size]), f"login-{size}")


@pytest.mark.parametrize("size", SIZES)
def test_copy(open_page: Any, size: str) -> None:
    """The dialog of copying."""
    page = open_page("/schema?unit=hc-andersberg", viewport=SIZES[size])
    page.locator("#doctor .name").first.wait_for()
    page.get_by_role("button", name="Kopiera passet").click()
    page.locator("#copy-dates input:enabled").last.check()
    page.locator("#copy-preview li, #copy-preview p").first.wait_for()
    shoot(page, f"kopiera-{size}", full=False)


@pytest.mark.parametrize("size", SIZES)
def test_dialogs_of_the_schedule(open_page: Any, size: str) -> None:
    """The month, the question for a replacement, and a correction."""
    page = open_page("/schema?unit=hc-andersberg", viewport=SIZES[size])
    page.locator("#doctor .name").first.wait_for()
    page.get_by_role("button", name="Kalender").click()
    page.get_by_role("dialog").wait_for()
    page.wait_for_timeout(800)  # the state of each day comes a little later
    shoot(page, f"kalender-{size}", full=False)
    page.keyboard.press("Escape")
    page.locator("#doctor").get_by_role("button", name="från Läkare").click()
    page.get_by_role("dialog").wait_for()
    shoot(page, f"ersattare-{size}", full=False)
    before = (datetime.now(ZONE).date() - timedelta(days=1)).isoformat()
    page.goto(f"/schema?unit=hc-andersberg&date={before}&shift=Dag")
    page.get_by_role("button", name="Rätta Läkare").click()
    page.get_by_role("dialog").wait_for()
    shoot(page, f"rattelse-{size}", full=False)


def shoot(page: Any, name: str, *, full: bool = True) -> None:
    INTO.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=INTO / f"{name}.png", full_page=full, animations="disabled")
