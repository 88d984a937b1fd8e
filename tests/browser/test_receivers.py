"""Receivers and administrators in a real browser, over a gateway of its own."""

from collections.abc import Callable
from typing import Any

import pytest

PHONE = {"width": 360, "height": 740}
WITHIN_A_SECOND = 1_500  # milliseconds: the second of the rule, and what a busy machine needs to draw it
OLLES = "a rather long word"
Open = Callable[..., Any]


@pytest.fixture
def it(open_own: Open) -> Open:
    """Opens a page as IT."""
    return lambda path, **more: open_own(path, "it", **more)


def field(page: Any, label: str) -> Any:
    """A field of the open form."""
    return page.get_by_role("dialog").get_by_label(label, exact=True)


def row(page: Any, name: str) -> Any:
    """Somebody in the list."""
    return page.locator(".entries > li", has=page.locator(".name", has_text=name))


def choose(page: Any, search: str, name: str) -> None:
    """Take a unit in the form's pick list."""
    page.get_by_role("dialog").get_by_role("combobox", name="Sök och lägg till").fill(search)
    page.get_by_role("option", name=name).click()


def press_save(page: Any) -> None:
    page.get_by_role("button", name="Spara", exact=True).click()


def save(page: Any, name: str) -> None:
    """Save the open form, which then closes; the focus goes to whoever was saved."""
    press_save(page)
    page.get_by_role("dialog").wait_for(state="detached")
    page.locator("#sign", has_text=f"✓ Sparat: {name}").wait_for()
    page.locator("li:focus-within", has_text=name).wait_for()


def new_receiver(page: Any, name: str, number: str, unit: tuple[str, str] | None = None) -> None:
    """A receiver, tied to a unit."""
    page.get_by_role("button", name="Ny mottagare").click()
    field(page, "Namn").fill(name)
    field(page, "Nummer").fill(number)
    if unit is not None:
        choose(page, *unit)
    save(page, name)


def test_a_receiver_of_a_unit_can_be_scheduled_there(it: Open) -> None:
    """Registered with a suggested id and a number that is read; shown at the unit, and in its schedule."""
    page = it("/mottagare?unit=hc-satra")
    page.get_by_role("heading", name="Mottagare knutna till HC Sätra").wait_for()
    row(page, "Anna Berg").wait_for()
    assert row(page, "Lars Svensson").count() == 0
    page.get_by_role("button", name="Ny mottagare").click()
    field(page, "Namn").fill("Åsa Öberg")
    assert field(page, "Id").input_value() == "asa-oberg"
    field(page, "Nummer").fill("070-174 07 01")
    page.get_by_text("Läses som telefonnummer +46701740701.").wait_for()
    field(page, "Reservnummer (valfritt)").fill("20131")
    page.get_by_text("Läses som anknytning 20131.").wait_for()
    save(page, "Åsa Öberg")
    told = row(page, "Åsa Öberg").inner_text()
    for said in ("Person · asa-oberg", "Mobil +46701740701", "Reserv 20131", "HC Sätra", "Oprövat"):
        assert said in told
    page.goto("/schema?unit=hc-satra")
    page.locator("#people .name", has_text="Åsa Öberg").wait_for()
    page.goto("/mottagare?search=070-174 0701")
    row(page, "Åsa Öberg").wait_for()
    assert page.locator(".entries > li").count() == 1


def test_a_number_of_two_is_told_and_never_refused(it: Open) -> None:
    """It is said while one types, asked about when it is saved, and shown at both afterwards."""
    page = it("/mottagare")
    page.get_by_role("button", name="Ny mottagare").click()
    field(page, "Namn").fill("Dubbel")
    field(page, "Slag").select_option("role")
    field(page, "Nummer").fill("20118")
    page.get_by_text("Erik Lindqvist har samma nummer.").wait_for()
    press_save(page)
    page.get_by_text("Erik Lindqvist har också numret 20118").wait_for()
    page.get_by_role("button", name="Tillbaka").click()
    press_save(page)
    page.get_by_role("button", name="Spara ändå").click()
    row(page, "Dubbel").get_by_text("Samma nummer som Erik Lindqvist").wait_for()
    row(page, "Erik Lindqvist").get_by_text("Samma nummer som Dubbel").wait_for()
    page.get_by_role("button", name="Ändra Dubbel").click()
    field(page, "Namn").fill("Dubbel igen")
    save(page, "Dubbel igen")


def test_a_bad_number_at_its_field(it: Open) -> None:
    """Said in the page's words where it stands, and nothing is lost; IT may vouch for it."""
    page = it("/mottagare")
    page.get_by_role("button", name="Ny mottagare").click()
    field(page, "Namn").fill("Växel Fast")
    number = field(page, "Nummer")
    number.fill("026-15 40 00")
    press_save(page)
    page.locator(".field.tel .field-fault", has_text="är inget giltigt mobilnummer").first.wait_for()
    assert number.evaluate("(one) => document.activeElement === one && one.ariaInvalid") == "true"
    assert number.input_value() == "026-15 40 00"
    field(page, "Godta vilket nummer som helst").check()
    page.get_by_text("Läses som telefonnummer +4626154000.").wait_for()
    save(page, "Växel Fast")
    row(page, "Växel Fast").get_by_text("Godtaget av IT").wait_for()


def test_two_at_once(it: Open) -> None:
    """The second browser sees it within a second; its stale change is refused with who and when."""
    first, second = it("/mottagare"), it("/mottagare")
    new_receiver(first, "Delad Dora", "20141")
    row(second, "Delad Dora").wait_for(timeout=WITHIN_A_SECOND)
    second.get_by_role("button", name="Ändra Delad Dora").click()
    field(second, "Namn").fill("Dora Andra")
    first.get_by_role("button", name="Ändra Delad Dora").click()
    field(first, "Nummer").fill("20142")
    save(first, "Delad Dora")
    press_save(second)
    second.get_by_text("Inte sparat: Ivar Tek ändrade").wait_for()
    assert field(second, "Namn").input_value() == "Dora Andra"
    assert field(second, "Nummer").input_value() == "20142"
    second.get_by_role("button", name="Gör min ändring ändå").click()
    second.get_by_role("dialog").wait_for(state="detached")
    row(first, "Dora Andra").get_by_text("Anknytning 20142").wait_for(timeout=WITHIN_A_SECOND)


def test_who_stands_somewhere_stays(it: Open) -> None:
    """A removal names the places, and so does taking away the unit; who stands nowhere is removed."""
    page = it("/mottagare")
    row(page, "Anna Berg").wait_for()
    page.get_by_role("button", name="Ta bort Lars Svensson").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Ta bort", exact=True).click()
    dialog.get_by_text("Lars Svensson kan inte tas bort").wait_for()
    assert "står på Kirurgmottagningen Dag" in dialog.get_by_role("listitem").first.inner_text()
    assert "läkare" in dialog.get_by_role("listitem").first.inner_text()
    dialog.get_by_role("button", name="Stäng").click()
    page.get_by_role("button", name="Ändra Lars Svensson").click()
    page.get_by_role("button", name="Ta bort Kirurgmottagningen ur listan").click()
    press_save(page)
    page.locator(".field.units .field-fault", has_text="Kirurgmottagningen Dag").wait_for()
    page.get_by_role("button", name="Avbryt").click()
    page.get_by_role("button", name="Kasta det").click()
    new_receiver(page, "Fri Frida", "20151", ("satra", "HC Sätra"))
    page.get_by_role("button", name="Ta bort Fri Frida").click()
    dialog.get_by_role("button", name="Ta bort", exact=True).click()
    page.locator("#sign", has_text="✓ Borttaget: Fri Frida").wait_for()
    row(page, "Fri Frida").wait_for(state="detached")


def test_an_administrator_schedules_his_units_and_no_other(it: Open, own_site: Any, open_own: Open) -> None:
    """Registered with units and shown without an account; with one he may schedule exactly those."""
    page = it("/administratorer")
    row(page, "Karin Ek").get_by_text("✓ Har konto").wait_for()
    page.get_by_role("button", name="Ny administratör").click()
    field(page, "Namn").fill("Olle Bo")
    field(page, "Användarnamn").fill("ob 1")
    field(page, "E-post (valfritt)").fill("olle")
    press_save(page)
    page.locator(".field.text .field-fault", has_text="är inget användarnamn").wait_for()
    page.locator(".field.email .field-fault", has_text="är ingen e-postadress").wait_for()
    field(page, "Användarnamn").fill("ob11111")
    field(page, "E-post (valfritt)").fill("olle.bo@example.org")
    field(page, "Telefon (valfritt)").fill("026-15 40 00")
    choose(page, "kir", "Kirurgmottagningen")
    save(page, "Olle Bo")
    told = row(page, "Olle Bo").inner_text()
    for said in ("ob11111", "+4626154000", "olle.bo@example.org", "Kirurgmottagningen"):
        assert said in told
    row(page, "Olle Bo").get_by_text("Inget konto: kan inte logga in").wait_for()
    link = row(page, "Olle Bo").get_by_role("link", name="Till konton")
    assert link.get_attribute("href") == "/konton?search=ob11111"
    own_site.command("admin", "add", "ob11111", "--name", "Olle Bo", "--kind", "unit", said=OLLES)
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    row(page, "Olle Bo").get_by_text("✓ Har konto").wait_for()
    page.goto("/administratorer?unit=kirurgmottagningen")
    row(page, "Olle Bo").wait_for()
    assert row(page, "Karin Ek").count() == 0
    olle = open_own("/login", None)
    olle.get_by_label("Användarnamn").fill("ob11111")
    olle.get_by_label("Lösenord").fill(OLLES)
    olle.get_by_role("button", name="Logga in").click()
    olle.wait_for_url("**/schema*")
    told = olle.evaluate("() => fetch('/api/roster/units').then((told) => told.json())")
    may = [unit["id"] for unit in told["units"] if unit["may_schedule"]]
    assert may == ["kirurgmottagningen"]


def test_by_keyboard(it: Open) -> None:
    """A receiver is made and removed without a mouse; the focus never gets lost."""
    page = it("/mottagare")
    row(page, "Anna Berg").wait_for()
    page.get_by_role("button", name="Ny mottagare").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Tangent Tom")
    for text in ("", "", "20161", "", "", ""):
        page.keyboard.press("Tab")
        if text:
            page.keyboard.type(text)
    page.keyboard.type("satra")
    page.get_by_role("option", name="HC Sätra").wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Ta bort HC Sätra ur listan").wait_for()
    page.keyboard.press("Control+Enter")
    page.locator("#sign", has_text="✓ Sparat: Tangent Tom").wait_for()
    # The list has to answer before the new row can take the focus.
    page.locator("li:focus-within", has_text="Tangent Tom").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Ta bort Tangent Tom?").wait_for()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.locator("#sign", has_text="✓ Borttaget: Tangent Tom").wait_for()
    page.locator("#list-name:focus").wait_for()


def test_by_unit(it: Open) -> None:
    """A unit is searched and chosen; it stands in the address, and the browser's back leads out of it."""
    page = it("/mottagare")
    row(page, "Anna Berg").wait_for()
    page.get_by_role("combobox", name="Enhet").fill("kir")
    page.get_by_role("option", name="Kirurgmottagningen").click()
    page.get_by_role("heading", name="Mottagare knutna till Kirurgmottagningen").wait_for()
    row(page, "Anna Berg").wait_for(state="detached")
    assert page.url.endswith("?unit=kirurgmottagningen")
    page.go_back()
    row(page, "Anna Berg").wait_for()
    page.go_forward()
    page.get_by_role("button", name="Visa alla enheter").click()
    page.get_by_role("heading", name="Alla mottagare").wait_for()


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE], ids=["desktop", "phone"])
def test_accessible(it: Open, inaccessible: Any, viewport: Any) -> None:
    """axe finds no fault, in the dialogs either, and nothing is wider than the page."""
    found: list[Any] = []

    def look(page: Any, name: str) -> None:
        found.extend((name, *one) for one in inaccessible(page))

    page = it("/mottagare", viewport=viewport)
    row(page, "Anna Berg").wait_for()
    look(page, "receivers")
    page.get_by_role("button", name="Ändra Anna Berg").click()
    field(page, "Nummer").fill("20118")
    page.get_by_text("har samma nummer").wait_for()
    look(page, "form")
    press_save(page)
    page.get_by_role("button", name="Spara ändå").wait_for()
    look(page, "warning")
    page.reload()
    page.get_by_role("button", name="Ta bort Anna Berg").click()
    page.get_by_role("dialog").get_by_role("button", name="Ta bort", exact=True).click()
    page.get_by_role("button", name="Stäng").wait_for()
    look(page, "removal")
    page.goto("/administratorer")
    row(page, "Karin Ek").get_by_text("✓ Har konto").wait_for()
    look(page, "administrators")
    page.get_by_role("button", name="Ändra Karin Ek").click()
    look(page, "administrator")
    assert found == []


@pytest.mark.parametrize("path", ["/mottagare", "/administratorer"])
def test_in_english(it: Open, path: str) -> None:
    """No text of a page lacks its English words."""
    page = it(path)
    page.get_by_role("link", name="English").click()
    page.locator("html[lang=en]").wait_for()
    page.locator(".entries > li").first.wait_for()
    page.locator("#add").click()
    said = page.locator("body").inner_text()
    for wrong in ("Ändra", "Mottagare", "Enhet", "{", "receivers.", "administrators.", "people."):
        assert wrong not in said
    page.context.clear_cookies(name="bakjour_language")
