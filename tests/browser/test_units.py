"""Areas, units and shift patterns in a real browser, over a gateway of its own."""

from collections.abc import Callable
from typing import Any

import pytest

PHONE = {"width": 360, "height": 740}
Open = Callable[..., Any]


@pytest.fixture
def it(open_own: Open) -> Callable[..., Any]:
    """Opens a page as IT."""
    return lambda path, **more: open_own(path, "it", **more)


def field(page: Any, label: str) -> Any:
    """A field of the open form."""
    return page.get_by_role("dialog").get_by_label(label, exact=True)


def choose(page: Any, group: str, search: str, name: str) -> None:
    """Search in a pick list and take what was found."""
    page.get_by_role("group", name=group).get_by_role("combobox").fill(search)
    page.get_by_role("option", name=name).click()


def save(page: Any) -> None:
    """Save the open form, which then closes."""
    page.get_by_role("button", name="Spara", exact=True).click()
    page.get_by_role("dialog").wait_for(state="detached")


def picked(page: Any, group: str) -> list[str]:
    """The names of a pick list, in order."""
    return [
        text.split("\n")[0]
        for text in page.get_by_role("group", name=group).locator("li.person .name").all_inner_texts()
    ]


def new_unit(page: Any, name: str) -> None:
    """A unit of the sample's area; it is open afterwards."""
    page.get_by_role("button", name="Ny enhet").click()
    field(page, "Namn").fill(name)
    choose(page, "Verksamhetsområde", "närsj", "Närsjukvård Gävle")
    save(page)
    page.get_by_role("heading", name=name, exact=True).wait_for()


def new_shift(page: Any, name: str, begins: str, ends: str) -> None:
    """A shift of the open unit."""
    page.get_by_role("button", name="Nytt pass").click()
    field(page, "Namn").fill(name)
    field(page, "Börjar").fill(begins)
    field(page, "Slutar").fill(ends)
    save(page)
    page.get_by_role("row", name=name).wait_for()


def test_area_unit_and_shift(it: Open) -> None:
    """An area, a unit with ordered fallbacks, a shift with weekdays and validity: the schedule shows them."""
    page = it("/enheter")
    page.get_by_role("button", name="Nytt område").click()
    field(page, "Namn").fill("Psykiatri Åre & Östersund")
    assert field(page, "Id").input_value() == "psykiatri-are-ostersund"
    choose(page, "Reservmottagare", "väx", "Växeln")
    save(page)
    page.get_by_text("✓ Sparat: Psykiatri").wait_for()
    page.get_by_role("button", name="Visa enheter i Psykiatri").click()
    page.get_by_text("Det finns inga enheter här än.").wait_for()
    page.get_by_role("button", name="Ny enhet").click()
    field(page, "Namn").fill("Öppenvård Åre")
    assert picked(page, "Verksamhetsområde") == ["Psykiatri Åre & Östersund psykiatri-are-ostersund"]
    for search, name in (("eva", "Eva Karlsson"), ("20120", "Lars Svensson"), ("anna", "Anna Berg")):
        choose(page, "Reservmottagare", search, name)
    page.get_by_role("button", name="Flytta upp Anna Berg").click()
    page.get_by_role("button", name="Ta bort Eva Karlsson ur listan").click()
    field(page, "Alias (valfritt)").fill("SE2321000016-2B01\nSE2321000016-2B02")
    save(page)
    page.get_by_role("heading", name="Öppenvård Åre").wait_for()
    assert page.locator("#one-list li").all_inner_texts() == ["Anna Berg", "Lars Svensson"]
    assert page.locator("#one-list code").all_inner_texts()[1:] == ["SE2321000016-2B01", "SE2321000016-2B02"]
    page.get_by_role("link", name="0 knutna till enheten").wait_for()

    page.get_by_role("button", name="Nytt pass").click()
    field(page, "Namn").fill("Jour")
    field(page, "Börjar").fill("2100")
    field(page, "Slutar").fill("7")
    page.get_by_text("Slutar nästa dag, efter 10 h.").wait_for()
    page.get_by_role("button", name="Måndag–fredag").click()
    page.get_by_label("fre", exact=True).uncheck()
    field(page, "Första datum (valfritt)").fill("2031-01-01")
    field(page, "Sista datum (valfritt)").fill("2031-01-31")
    save(page)
    row = page.get_by_role("row", name="Jour")
    assert "21:00–07:00 nästa dag" in row.inner_text()
    assert "mån, tis, ons, tors" in row.inner_text()
    assert "1 jan. 2031 – 31 jan. 2031" in row.inner_text()

    page.goto("/schema?unit=oppenvard-are&date=2031-01-06&shift=Jour")
    page.locator("#shift-now", has_text="Jour").wait_for()
    days = page.evaluate(
        "(path) => fetch(path).then((told) => told.json())",
        "/api/roster/units/oppenvard-are/shifts?from=2030-12-30&days=14",
    )
    dates = [one["date"] for one in days["shifts"]]
    assert dates == [f"2031-01-{day:02}" for day in (1, 2, 6, 7, 8, 9)]


def test_fault_at_its_field(it: Open) -> None:
    """What is wrong stands at its field in the page's words, the focus goes there, and nothing is lost."""
    page = it("/enheter?unit=kirurgmottagningen")
    page.get_by_role("button", name="Ändra", exact=True).click()
    aliases = field(page, "Alias (valfritt)")
    aliases.fill("KIR-1\nhc-satra")
    page.get_by_role("button", name="Spara", exact=True).click()
    page.locator(".field.lines .field-fault", has_text="Nr 2: ”hc-satra” är en enhets id").wait_for()
    assert aliases.evaluate("(one) => document.activeElement === one && one.ariaInvalid") == "true"
    assert aliases.input_value() == "KIR-1\nhc-satra"
    page.keyboard.press("Escape")
    page.get_by_text("Det du har skrivit är inte sparat.").wait_for()
    page.get_by_role("button", name="Fortsätt skriva").click()
    page.get_by_role("button", name="Avbryt").click()
    page.get_by_role("button", name="Kasta det").click()
    page.get_by_role("dialog").wait_for(state="detached")

    page.get_by_role("button", name="Nytt pass").click()
    field(page, "Namn").fill("Dag")
    field(page, "Börjar").fill("08:00")
    field(page, "Slutar").fill("24:00")
    page.get_by_role("button", name="Spara", exact=True).click()
    page.get_by_text("24:00 finns inte. Skriv 00:00").wait_for()
    field(page, "Slutar").fill("00:00")
    field(page, "Första datum (valfritt)").fill("2031-02-01")
    field(page, "Sista datum (valfritt)").fill("2031-01-01")
    page.get_by_role("button", name="Spara", exact=True).click()
    page.locator(".field.text .field-fault", has_text="Finns redan").wait_for()
    field(page, "Namn").fill("Hel")
    page.get_by_role("button", name="Spara", exact=True).click()
    page.locator(".field.date .field-fault", has_text="ska vara den dagen eller senare").wait_for()


def test_stale_change(it: Open) -> None:
    """A stale change says who and when, takes over what one did not touch, and keeps what one typed."""
    first = it("/enheter")
    new_unit(first, "Delad")
    second = it("/enheter?unit=delad")
    for page in (first, second):
        page.get_by_role("button", name="Ändra", exact=True).click()
    field(second, "Namn").fill("Delad i två")
    field(second, "Alias (valfritt)").fill("DELAD-1")
    save(second)
    field(first, "Namn").fill("Delad i tre")
    first.get_by_role("button", name="Spara", exact=True).click()
    notice = first.get_by_role("dialog").get_by_role("alert")
    notice.get_by_text("Inte sparat: Ivar Tek ändrade").wait_for()
    assert "Namn är nu: Delad i två" in notice.inner_text()
    assert field(first, "Namn").input_value() == "Delad i tre"
    assert field(first, "Alias (valfritt)").input_value() == "DELAD-1"
    first.get_by_role("button", name="Gör min ändring ändå").click()
    first.get_by_role("heading", name="Delad i tre").wait_for()
    second.get_by_role("heading", name="Delad i tre").wait_for()
    assert "DELAD-1" in first.locator("#one-list").inner_text()


def test_removal(it: Open) -> None:
    """What is referred to is not removed, and the places are named; what nothing refers to goes."""
    page = it("/enheter")
    page.get_by_role("button", name="Ta bort Närsjukvård Gävle").click()
    page.get_by_role("button", name="Ta bort", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("kan inte tas bort").wait_for()
    assert "enheten HC Andersberg hör till området" in dialog.locator("li").all_inner_texts()
    dialog.get_by_role("button", name="Stäng").click()
    new_unit(page, "Tillfällig")
    page.get_by_role("button", name="Ta bort", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Ta bort").click()
    page.get_by_text("✓ Borttaget: Tillfällig").wait_for()
    page.get_by_label("Sök enhet").fill("tillf")
    page.get_by_text("Inget passar sökningen.").wait_for()


def test_times_of_scheduled_shifts(it: Open) -> None:
    """New times of a staffed shift are told with what follows, and saved only when that is agreed to."""
    page = it("/enheter?unit=hc-satra")
    page.get_by_role("button", name="Ändra Dag").click()
    field(page, "Slutar").fill("16:30")
    page.get_by_role("button", name="Spara", exact=True).click()
    page.get_by_text("som redan står i schemat får de nya tiderna").wait_for()
    page.get_by_role("button", name="Tillbaka").click()
    assert field(page, "Slutar").input_value() == "16:30"
    page.get_by_label("mån", exact=True).uncheck()
    page.get_by_role("button", name="Spara", exact=True).click()
    page.locator(".field.weekdays .field-fault", has_text="Sjuksköterska").wait_for()
    page.get_by_label("mån", exact=True).check()
    page.get_by_role("button", name="Spara", exact=True).click()
    page.get_by_role("button", name="Spara ändå").click()
    page.get_by_role("row", name="Dag").get_by_text("07:00–16:30").wait_for()


def test_by_keyboard(it: Open) -> None:
    """A unit with two fallbacks in another order is made without a pointer."""
    page = it("/enheter")
    press, write = page.keyboard.press, page.keyboard.type
    page.get_by_role("button", name="Ny enhet").focus()
    press("Enter")
    write("Tangent")
    for _ in range(2):
        press("Tab")
    write("närsj")
    page.get_by_role("option", name="Närsjukvård").wait_for()
    press("Enter")
    for _ in range(2):
        press("Tab")
    for search, name in (("erik", "Erik Lindqvist"), ("maria", "Maria Johansson")):
        write(search)
        page.get_by_role("option", name=name).wait_for()
        press("Enter")
    write("zz")
    page.get_by_text("Inget hittades.").wait_for()
    for _ in range(2):
        press("Shift+Tab")
    page.locator("[aria-label='Flytta upp Maria Johansson']:focus").wait_for()
    press("Enter")
    assert [name.split()[0] for name in picked(page, "Reservmottagare")] == ["Maria", "Erik"]
    press("Control+Enter")
    page.get_by_role("heading", name="Tangent").wait_for()
    page.locator("#one-name:focus").wait_for()


def test_two_browsers(it: Open) -> None:
    """A second browser shows a new unit within a second, and keeps its focus."""
    first, second = it("/enheter"), it("/enheter")
    second.get_by_role("link", name="HC Sätra").focus()
    first.get_by_role("button", name="Ny enhet").click()
    field(first, "Namn").fill("Akuten")
    choose(first, "Verksamhetsområde", "närsj", "Närsjukvård Gävle")
    save(first)
    second.get_by_role("link", name="Akuten").wait_for(timeout=1000)
    assert second.evaluate("() => document.activeElement.textContent") == "HC Sätra"


def test_many_units(it: Open, own_site: Any) -> None:
    """A long list is paged and searched by the server."""
    units = "".join(
        f'[[unit]]\nid = "vc-{n}"\narea = "narsjukvard"\nname = "Vårdcentral {n:03}"\n' for n in range(120)
    )
    path = own_site.folder / "many.toml"
    path.write_text(units, "utf-8")
    own_site.command("roster", "import", str(path))
    page = it("/enheter")
    page.locator("#units li").nth(49).wait_for()
    page.locator("#units").get_by_role("button", name="Nästa").click()
    page.get_by_role("link", name="Vårdcentral 060").wait_for()
    assert page.locator("#units li").count() == 50
    page.get_by_label("Sök enhet").fill("VÅRDCENTRAL 11")
    page.get_by_text("10 st").wait_for()
    page.get_by_role("link", name="Vårdcentral 117").click()
    page.get_by_role("heading", name="Vårdcentral 117").wait_for()
    page.get_by_text("Enheten har inga pass än").wait_for()
    page.go_back()
    page.get_by_text("10 st").wait_for()


@pytest.mark.parametrize("size", [1280, 360])
def test_accessible(it: Open, inaccessible: Any, size: int) -> None:
    """axe-core finds no fault on the page or in its dialogs, and a phone needs no scrolling sideways."""
    found: list[tuple[str, str, str]] = []
    page = it("/enheter", viewport={"width": size, "height": 740})

    def look(name: str) -> None:
        found.extend((name, *one) for one in inaccessible(page))

    page.locator("#units li").first.wait_for()
    look("lists")
    page.get_by_role("button", name="Ny enhet").click()
    page.get_by_role("button", name="Spara", exact=True).click()
    page.get_by_role("group", name="Reservmottagare").get_by_role("combobox").fill("a")
    page.get_by_role("option", name="Anna").wait_for()
    look("unit")
    page.get_by_role("option", name="Anna").click()
    look("picked")
    page.goto("/enheter?unit=hc-andersberg")
    page.get_by_role("row", name="Natt").wait_for()
    look("one")
    page.get_by_role("button", name="Ändra Natt").click()
    look("shift")
    page.get_by_role("button", name="Avbryt").click()
    page.get_by_role("button", name="Ta bort Natt").click()
    look("removal")
    assert found == []


def test_in_english(it: Open) -> None:
    """No text of the page or its forms lacks its English words."""
    page = it("/enheter")
    page.get_by_role("link", name="English").click()
    page.locator("html[lang=en]").wait_for()
    page.goto("/enheter?unit=hc-andersberg")
    page.get_by_role("row", name="Natt").wait_for()
    said = page.locator("main").inner_text()
    page.get_by_role("button", name="Change Natt").click()
    page.get_by_text("Ends on the next day").wait_for()
    said += page.get_by_role("dialog").inner_text()
    page.context.clear_cookies(name="bakjour_language")
    assert not set("åäö") & set(said.replace("Närsjukvård Gävle", "").replace("Kväll", ""))
    assert not {"{", "reg.", "units."} & set(said.split())
