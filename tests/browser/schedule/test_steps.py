"""How a unit schedules, step by step as its users do it: by click, by the keyboard alone, and by touch."""

from collections.abc import Callable
from typing import Any

import pytest

PASSWORD = "correct horse battery"
WAYS = pytest.mark.parametrize("way", ["click", "keyboard", "touch"])

Ahead = Callable[..., str]


@WAYS
def test_step_1_log_in(plan: Any, way: str, roster: Any) -> None:
    """Without being logged in one comes to the log-in, and from there to the schedule."""
    there = plan(way=way)
    there.page.context.clear_cookies(name="bakjour_session")
    there.page.goto("/schema")
    if "/login" not in there.page.url:
        there.page.context.clear_cookies()
        there.page.goto("/schema")
    there.type("Användarnamn", "ab12345")
    there.type("Lösenord", PASSWORD)
    there.press("Logga in")
    there.page.wait_for_url("**/schema*")
    there.shows("pågår nu")


@WAYS
def test_step_2_choose_area_and_unit(plan: Any, way: str) -> None:
    """The area leads to its units, the unit to its shifts; what one may not schedule is only shown."""
    there = plan(way=way)
    there.choose("Verksamhetsområde", "Provområdet")
    there.page.wait_for_url("**unit=hc-klocka*")
    there.page.locator("#unit option", has_text="HC Klocka (visas bara)").wait_for(state="attached")
    there.choose("Verksamhetsområde", "Närsjukvård Gävle")
    there.page.wait_for_url("**unit=hc-andersberg*")
    there.choose("Enhet", "HC Sätra")
    there.page.wait_for_url("**unit=hc-satra*")
    there.shows("pågår nu")


@WAYS
def test_step_3_choose_the_shift(plan: Any, way: str, ahead: Ahead) -> None:
    """Arrows lead to the next and the previous shift, the calendar to a day, the list to a shift of it."""
    there = plan(ahead(), way)
    date = there.page.get_by_label("Datum", exact=True)
    there.shows("Dag 07:00–16:00 · 9 h")
    there.press("Nästa pass")
    there.shows("Kväll")
    there.press("Föregående pass")
    there.press("Föregående pass")
    there.shows("Natt")
    assert date.input_value() == ahead(-1)
    there.day(ahead(12))
    there.page.wait_for_url(f"**date={ahead(12)}*")
    there.choose("Pass", "Kväll 16:00–22:00")
    there.shows("Kväll 16:00–22:00 · 6 h")
    there.press("Pågående pass")
    there.shows("pågår nu")


@WAYS
def test_step_4_staff_the_shift(plan: Any, way: str, ahead: Ahead) -> None:
    """People go from the list to the shift; who is tied to another unit alone is not in the list."""
    there = plan(ahead(), way)
    assert "Lars Svensson" not in there.names("people")
    there.press("Lägg till Anna Berg på passet")
    there.has("staffed", "Anna Berg")
    there.says("Sparat")
    there.type("Sök i listan", "erik")
    there.has("people", "Erik Lindqvist")
    there.press("Lägg till Erik Lindqvist på passet")
    there.has("staffed", "Anna Berg", "Erik Lindqvist")
    there.says("Sparat")
    there.page.reload()
    there.has("staffed", "Anna Berg", "Erik Lindqvist")


@WAYS
def test_step_5_assign_several_in_order(plan: Any, way: str, ahead: Ahead) -> None:
    """Staffed people get a role, several in order, and the order can be changed; all of it is saved."""
    there = plan(ahead(), way)
    there.press("Lägg till Anna Berg på passet")
    there.press("Lägg till Erik Lindqvist på passet")
    there.press("Tilldela Anna Berg rollen Sjuksköterska")
    there.press("Tilldela Erik Lindqvist rollen Sjuksköterska")
    there.has("nurse", "Anna Berg", "Erik Lindqvist")
    there.press("Flytta upp Erik Lindqvist")
    there.has("nurse", "Erik Lindqvist", "Anna Berg")
    there.press("Tilldela Anna Berg rollen Läkare")
    there.has("doctor", "Anna Berg")
    there.says("Sparat")
    there.page.reload()
    there.has("nurse", "Erik Lindqvist", "Anna Berg")


@WAYS
def test_step_6_swap_and_undo(plan: Any, way: str, ahead: Ahead) -> None:
    """The cross takes a person off the shift and its roles, another one is put in; undo takes it all back."""
    there = plan(ahead(), way)
    there.press("Lägg till Anna Berg på passet")
    there.press("Tilldela Anna Berg rollen Läkare")
    there.has("doctor", "Anna Berg")
    there.press("Ta bort Anna Berg från passet")
    there.has("staffed")
    there.has("doctor")
    there.press("Lägg till Maria Johansson på passet")
    there.press("Tilldela Maria Johansson rollen Läkare")
    there.has("doctor", "Maria Johansson")
    there.press("Ta bort Maria Johansson från Läkare")
    there.has("doctor")
    there.has("staffed", "Maria Johansson")
    for doctor in (["Maria Johansson"], [], [], ["Anna Berg"]):
        there.press("Ångra")
        there.has("doctor", *doctor)
    there.has("staffed", "Anna Berg")
    there.says("Ångrat")


@WAYS
def test_step_7_copy(plan: Any, way: str, ahead: Ahead) -> None:
    """To many dates: the staffing alone, then assignments too; shown before it is done, and undone."""
    there = plan(ahead(), way)
    there.press("Lägg till Anna Berg på passet")
    there.press("Tilldela Anna Berg rollen Sjuksköterska")
    there.has("nurse", "Anna Berg")
    there.press("Kopiera passet")
    dialog = there.page.locator("#copy")
    assert dialog.get_by_role("button", name="Kopiera", exact=True).is_disabled()
    for days in (1, 2):
        there.act(dialog.locator(f"input[value='{ahead(days)}']"))
    dialog.locator("li", has_text="Personalschema får Anna Berg").nth(1).wait_for()
    there.press("Kopiera", "#copy")
    there.says("Kopierat")
    there.day(ahead(1))
    there.has("staffed", "Anna Berg")
    there.has("nurse")
    there.day(ahead())
    there.has("nurse", "Anna Berg")
    there.press("Kopiera passet")
    there.act(dialog.get_by_label("Schemaläggning och tilldelning"))
    there.act(dialog.locator(f"input[value='{ahead(2)}']"))
    dialog.locator("li", has_text="Sjuksköterska får Anna Berg").wait_for()
    there.press("Kopiera", "#copy")
    there.says("Kopierat")
    there.day(ahead(2))
    there.has("nurse", "Anna Berg")
    there.press("Ångra")
    there.has("nurse")
    there.has("staffed", "Anna Berg")


def test_the_keyboard_undoes_and_keeps_its_place(plan: Any, ahead: Ahead) -> None:
    """Ctrl+Z undoes; after a change the focus is where the work was."""
    there = plan(ahead(), "keyboard")
    there.press("Lägg till Maria Johansson på passet")
    there.has("staffed", "Maria Johansson")
    there.page.locator("#staffing-name:focus").wait_for()
    there.page.keyboard.press("Control+z")
    there.has("staffed")


def test_a_reader_changes_nothing(plan: Any) -> None:
    """Who may only look finds no button that changes anything."""
    there = plan(username="reader")
    there.page.locator("#doctor .name").first.wait_for()
    assert there.page.locator("#work [data-act]:visible").count() == 0
    assert there.page.get_by_role("button", name="Kopiera passet").count() == 0
    assert there.page.locator("[draggable=true]").count() == 0
