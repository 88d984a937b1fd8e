"""The steps of a unit's administrator, by click, by keyboard, by drag and by touch, in a real browser."""

import json
from datetime import date, timedelta
from typing import Any

PHONE = {"width": 360, "height": 740}
WITHIN = 8_000


def ahead(days: int) -> str:
    """A day on which no other test works; the sample plans none so far ahead."""
    return (date.today() + timedelta(days=days)).isoformat()  # noqa: DTZ011


def at(days: int, unit: str = "hc-andersberg") -> str:
    return f"/schema?unit={unit}&date={ahead(days)}&shift=Dag"


def names(page: Any, where: str) -> list[str]:
    return list(page.locator(f"#{where} .name").all_inner_texts())


def saved(page: Any) -> None:
    """Wait until the last change is saved."""
    page.locator("#sign", has_text="Sparat").wait_for()


def has(page: Any, where: str, *people: str) -> None:
    """Wait until a list holds just these people, in this order."""
    page.wait_for_function(
        """([where, people]) => JSON.stringify([...document.querySelectorAll(`#${where} .name`)]
        .map(one => one.textContent)) === people""",
        arg=[where, json.dumps(list(people), ensure_ascii=False, separators=(",", ":"))],
    )


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_choose_and_step(open_page: Any) -> None:
    """Area, then unit; the arrows lead to the previous and the next shift, the date and the week to any."""
    page = open_page("/schema?unit=hc-andersberg")
    page.get_by_text("pågår nu").wait_for()
    page.get_by_label("Enhet", exact=True).select_option(label="HC Sätra")
    page.wait_for_url("**unit=hc-satra*")
    page.get_by_label("Datum", exact=True).fill(ahead(60))
    page.wait_for_url(f"**date={ahead(60)}*")
    page.get_by_label("Pass", exact=True).select_option("Dag")
    shown = page.locator("#shift-now")
    page.locator("#shift-now", has_text="Dag 07:00–16:00").wait_for()
    assert page.get_by_label("Datum", exact=True).input_value() == ahead(60)
    press(page, "Nästa pass")
    assert "Kväll" in shown.inner_text()
    press(page, "Föregående pass")
    press(page, "Föregående pass")
    assert "Natt" in shown.inner_text()
    assert page.get_by_label("Datum", exact=True).input_value() == ahead(59)
    page.locator("#week button[data-shift=Dag]").first.click()
    assert "Dag" in shown.inner_text()
    press(page, "Pågående pass")
    page.get_by_text("pågår nu").wait_for()


def test_by_click(open_page: Any) -> None:
    """Put on the shift, assign, order, take off, undo; all of it stands after loading the page anew."""
    page = open_page(at(50))
    press(page, "Lägg till Anna Berg på passet")
    has(page, "staffed", "Anna Berg")
    press(page, "Lägg till Erik Lindqvist på passet")
    press(page, "Tilldela Anna Berg rollen Sjuksköterska")
    press(page, "Tilldela Erik Lindqvist rollen Sjuksköterska")
    has(page, "nurse", "Anna Berg", "Erik Lindqvist")
    press(page, "Flytta upp Erik Lindqvist")
    has(page, "nurse", "Erik Lindqvist", "Anna Berg")
    saved(page)
    page.reload()
    has(page, "nurse", "Erik Lindqvist", "Anna Berg")
    press(page, "Ta bort Anna Berg från Sjuksköterska")
    has(page, "nurse", "Erik Lindqvist")
    assert "Anna Berg" in names(page, "staffed")
    press(page, "Ta bort Erik Lindqvist från passet")
    has(page, "nurse")
    has(page, "staffed", "Anna Berg")
    press(page, "Ångra")
    page.locator("#sign", has_text="Ångrat").wait_for()
    has(page, "nurse", "Erik Lindqvist")


def test_by_keyboard(open_page: Any) -> None:
    """The same with the keyboard alone; the focus stays where the work is."""
    page = open_page(at(51))
    page.get_by_role("button", name="Lägg till Maria Johansson på passet").focus()
    page.keyboard.press("Enter")
    has(page, "staffed", "Maria Johansson")
    assert page.evaluate("document.activeElement.id") == "staffing-name"
    page.keyboard.press("Tab")
    for _ in range(40):
        if "Maria Johansson rollen Läkare" in (page.evaluate("document.activeElement.ariaLabel") or ""):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    has(page, "doctor", "Maria Johansson")
    page.keyboard.press("Control+z")
    has(page, "doctor")


def test_by_drag(open_page: Any) -> None:
    """From the list to the shift, from the shift to a role, before another one, and back."""
    page = open_page(at(52))
    anna = page.locator("#people [data-person=anna]")
    anna.drag_to(page.locator("#staffed"))
    has(page, "staffed", "Anna Berg")
    page.locator("#staffed [data-person=anna]").drag_to(page.locator("#nurse"))
    has(page, "nurse", "Anna Berg")
    page.locator("#people [data-person=erik]").drag_to(
        page.locator("#nurse [data-person=anna]"), target_position={"x": 60, "y": 4}
    )
    has(page, "nurse", "Erik Lindqvist", "Anna Berg")
    page.locator("#nurse [data-person=anna]").drag_to(page.locator("#staffed"))
    has(page, "nurse", "Erik Lindqvist")
    saved(page)


def test_by_touch(open_page: Any) -> None:
    """On a phone a finger on the handle drags a person to a role."""
    page = open_page(at(53), viewport=PHONE, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Lägg till Anna Berg på passet").tap()
    has(page, "staffed", "Anna Berg")
    page.locator("#nurse").scroll_into_view_if_needed()
    start = page.locator("#staffed [data-person=anna] .handle").bounding_box()
    goal = page.locator("#nurse").bounding_box()
    wire = page.context.new_cdp_session(page)
    first = {"x": start["x"] + 8, "y": start["y"] + 12}
    last = {"x": goal["x"] + 40, "y": goal["y"] + 20}
    wire.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [first]})
    for part in (0.3, 0.6, 1.0):
        point = {axis: first[axis] + (last[axis] - first[axis]) * part for axis in "xy"}
        wire.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    has(page, "nurse", "Anna Berg")


def test_two_browsers(open_page: Any) -> None:
    """What one does the other sees within a second, with the name."""
    karin, ivar = open_page(at(54)), open_page(at(54), "it")
    has(ivar, "staffed")
    press(karin, "Lägg till Anna Berg på passet")
    saved(karin)
    ivar.wait_for_function(
        "() => document.querySelector('#staffed .name')?.textContent === 'Anna Berg'", timeout=1000
    )
    assert "Karin Ek ändrade" in ivar.locator("#sign").inner_text()


def test_stale(open_page: Any) -> None:
    """A stale change is refused with who, when and what stands; one's own wish can be made again."""
    karin, ivar = open_page(at(55)), open_page(at(55), "it")
    # Ivar's browser hears nothing and sees nothing new, until it writes.
    ivar.route("**/api/live", lambda route: route.abort())
    ivar.reload()
    has(ivar, "staffed")
    press(karin, "Lägg till Anna Berg på passet")
    press(karin, "Tilldela Anna Berg rollen Sjuksköterska")
    has(karin, "nurse", "Anna Berg")
    ivar.locator("#people [data-person=erik]").drag_to(ivar.locator("#nurse"))
    told = ivar.locator("#conflict")
    told.wait_for()
    words = told.inner_text()
    assert "Karin Ek ändrade Sjuksköterska" in words
    assert "Anna Berg" in words
    has(ivar, "nurse", "Anna Berg")
    press(ivar, "Gör min ändring ändå")
    has(ivar, "nurse", "Anna Berg", "Erik Lindqvist")
    has(karin, "nurse", "Anna Berg", "Erik Lindqvist")


def test_a_reason_is_asked_for(open_page: Any) -> None:
    """Taking the only one off the running shift wants a reason; without one nothing is changed."""
    page = open_page("/schema?unit=hc-satra")
    page.get_by_text("pågår nu").wait_for()
    before = names(page, "doctor")
    assert len(before) == 1
    press(page, f"Ta bort {before[0]} från Läkare")
    page.get_by_role("dialog").wait_for()
    press(page, "Avbryt")
    page.locator("#sign", has_text="Inte sparat").wait_for()
    has(page, "doctor", *before)
    press(page, f"Ta bort {before[0]} från Läkare")
    page.get_by_label("Orsak").fill("sjuk")
    press(page, "Ta bort ändå")
    has(page, "doctor")
    press(page, "Ångra")
    has(page, "doctor", *before)


def test_a_reader_changes_nothing(open_page: Any) -> None:
    """Who may only look finds no button that changes anything."""
    page = open_page("/schema?unit=hc-andersberg", "reader")
    page.locator("#doctor .name").first.wait_for()
    assert page.locator("#work [data-act]").count() == 0
    assert page.get_by_role("button", name="Kopiera passet").count() == 0
    assert page.locator("[draggable=true]").count() == 0


def test_copy(open_page: Any) -> None:
    """Staffing alone, or assignments too, to several dates; what would be replaced is shown first."""
    page = open_page(at(56))
    press(page, "Lägg till Anna Berg på passet")
    press(page, "Tilldela Anna Berg rollen Sjuksköterska")
    has(page, "nurse", "Anna Berg")
    press(page, "Kopiera passet")
    assert page.get_by_role("button", name="Kopiera", exact=True).is_disabled()
    page.locator(f"input[value='{ahead(57)}']").check()
    page.locator(f"input[value='{ahead(58)}']").check()
    page.locator("#copy-preview li", has_text="Personalschema får Anna Berg").first.wait_for()
    press(page, "Kopiera")
    page.locator("#sign", has_text="Kopierat").wait_for()
    page.get_by_label("Datum", exact=True).fill(ahead(57))
    has(page, "staffed", "Anna Berg")
    has(page, "nurse")
    page.get_by_label("Datum", exact=True).fill(ahead(56))
    has(page, "nurse", "Anna Berg")
    press(page, "Kopiera passet")
    page.get_by_label("Schemaläggning och tilldelning").check()
    page.locator(f"input[value='{ahead(58)}']").check()
    page.locator("#copy-preview li", has_text="Sjuksköterska får Anna Berg").wait_for()
    press(page, "Kopiera")
    page.locator("#sign", has_text="Kopierat").wait_for()
    page.get_by_label("Datum", exact=True).fill(ahead(58))
    has(page, "nurse", "Anna Berg")
    press(page, "Ångra")
    has(page, "nurse")
