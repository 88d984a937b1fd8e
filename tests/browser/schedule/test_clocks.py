"""Shifts over a change of the clocks: explained in the editor, never refused, and copied in wall time."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

ZONE = ZoneInfo("Europe/Stockholm")  # of the gateway that is tried; its day is not always this machine's


def coming(month: int) -> date:
    """When the clocks change in Stockholm next, in March or in October, some days ahead."""
    after = datetime.now(ZONE).date() + timedelta(days=8)
    for year in (after.year, after.year + 1):
        last = date(year, month, 31)
        sunday = last - timedelta(days=(last.weekday() + 1) % 7)
        if sunday > after:
            return sunday
    raise AssertionError(month)


def note(there: Any) -> str:
    there.page.locator("#note").wait_for()
    return str(there.page.locator("#note").inner_text())


@pytest.mark.parametrize(("day", "hours", "usual"), [("2026-10-24", "11", "10"), ("2027-03-27", "9", "10")])
def test_the_nights_of_the_change(plan: Any, day: str, hours: str, usual: str) -> None:
    """The night in which the clocks change lasts an hour more or less, and the page says so."""
    there = plan(day, username="it", unit="hc-klocka", shift="Natt")
    there.shows(f"Natt 21:00–07:00 · {hours} h")
    assert f"passet varar {hours} timmar i stället för {usual}" in note(there)


@pytest.mark.parametrize(
    ("month", "hours", "words"),
    [
        (3, "7 h", "Klockan 02:30 finns inte den {day}: klockan ställs fram, och 03:00 gäller."),
        (10, "8,5 h", "Klockan 02:30 finns två gånger den {day}: den första gäller."),
    ],
)
def test_a_boundary_in_the_change(plan: Any, month: int, hours: str, words: str) -> None:
    """One in the spring gap, or that comes twice in autumn, is explained, and people can be put there."""
    day = coming(month).isoformat()
    there = plan(day, username="it", unit="hc-klocka", shift="Glapp")
    there.shows(f"Glapp 02:30–10:00 · {hours}")
    assert note(there) == words.format(day=day)
    there.press("Lägg till Ugo Uggla på passet")
    there.press("Tilldela Ugo Uggla rollen Läkare")
    there.has("doctor", "Ugo Uggla")
    there.says("Sparat")


@pytest.mark.parametrize(("month", "hours"), [(3, "9 h"), (10, "11 h")])
def test_a_copy_keeps_the_wall_time(plan: Any, month: int, hours: str) -> None:
    """Copied across the change a night begins and ends at its times, and lasts as long as that takes."""
    change = coming(month)
    days = [(change + timedelta(days=step)).isoformat() for step in (-2, -1, 0)]
    there = plan(days[0], username="it", unit="hc-klocka", shift="Natt")
    there.shows("Natt 21:00–07:00 · 10 h")
    there.press("Lägg till Ugo Uggla på passet")
    there.press("Tilldela Ugo Uggla rollen Sjuksköterska")
    there.has("nurse", "Ugo Uggla")
    there.press("Kopiera passet")
    there.page.get_by_label("Schemaläggning och tilldelning").check()
    for day in days[1:]:
        there.page.locator(f"input[value='{day}']").check()
    there.page.locator("#copy-preview li", has_text="Sjuksköterska får Ugo Uggla").nth(1).wait_for()
    there.press("Kopiera", "#copy")
    there.says("Kopierat")
    for day, lasts in zip(days[1:], (hours, "10 h"), strict=True):
        there.day(day)
        there.shows(f"Natt 21:00–07:00 · {lasts}")
        there.has("nurse", "Ugo Uggla")
