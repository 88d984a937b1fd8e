"""What matters most: the running shift, one that has ended, and one on which somebody may not be reached."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

ZONE = ZoneInfo("Europe/Stockholm")  # of the gateway that is tried; its day is not always this machine's

Ahead = Callable[..., str]

PHONE = 360
WITHIN = 1000  # milliseconds, within which a second browser shows what the first one did


def yesterday() -> str:
    return (datetime.now(ZONE).date() - timedelta(days=1)).isoformat()


def alone(there: Any, role: str) -> str:
    """The only one who holds a role of the running shift, who then leaves it."""
    there.shows("pågår nu")
    there.page.locator(f"#{role} .name").first.wait_for()
    names = there.names(role)
    assert len(names) == 1
    word = {"doctor": "Läkare", "nurse": "Sjuksköterska"}[role]
    there.press(f"Ta bort {names[0]} från {word}")
    there.page.get_by_role("dialog").wait_for()
    return str(names[0])


@pytest.mark.parametrize("way", ["click", "keyboard", "touch"])
def test_a_replacement_for_the_only_one(plan: Any, way: str) -> None:
    """Taken off the running shift the only one is replaced in the same change, by one of the list."""
    there = plan(unit="hc-satra", way=way)
    gone = alone(there, "doctor")
    there.choose("Ersättare som läkare", "Eva Karlsson")
    assert there.page.locator("#why-reason").is_hidden()
    there.press("Byt")
    there.has("doctor", "Eva Karlsson")
    there.says("Sparat")
    assert gone in there.names("staffed")
    there.press("Ångra")
    there.has("doctor", gone)
    there.says("Ångrat")


def test_a_reason_instead(plan: Any) -> None:
    """Without a replacement a reason is wanted; whoever closes the dialog has changed nothing."""
    there = plan(unit="hc-satra")
    gone = alone(there, "doctor")
    there.press("Ta bort ändå")
    assert there.page.locator("#why-reason:invalid").count() == 1
    there.press("Avbryt")
    there.says("Inte sparat")
    there.has("doctor", gone)
    alone(there, "doctor")
    there.type("Orsak till att rollen ska stå tom", "sjuk")
    there.press("Ta bort ändå")
    there.has("doctor")
    there.press("Ångra")
    there.has("doctor", gone)


@pytest.mark.parametrize(
    ("way", "unit", "shift"),
    [
        ("click", "hc-andersberg", "Dag"),
        ("keyboard", "hc-andersberg", "Kväll"),
        ("touch", "hc-satra", "Dag"),
    ],
)
def test_a_past_shift_is_corrected(plan: Any, way: str, unit: str, shift: str) -> None:
    """What really was the case stands beside the plan, with who, when and why; others see it at once."""
    there = plan(yesterday(), way, unit=unit, shift=shift)
    reader = plan(yesterday(), username="reader", unit=unit, shift=shift)
    there.page.locator("#past", has_text="Passet är slut").wait_for()
    assert there.page.locator("#work .person [data-act]").count() == 0
    stood = there.names("doctor")
    there.press("Rätta Läkare")
    there.choose("Lägg till", "Eva Karlsson")
    there.press("Lägg till", "#correct")
    there.press("Flytta upp Eva Karlsson i rättelsen")
    there.press("Spara rättelsen")
    assert there.page.locator("#correct-reason:invalid").count() == 1
    there.type("Orsak", f"bytte pass {way}")
    there.press("Spara rättelsen")
    there.says("Rättelsen sparad")
    for seen in (there, reader):
        told = seen.page.locator("#doctor-corrections li", has_text=f"bytte pass {way} – Karin Ek")
        told.wait_for(timeout=WITHIN)
        assert "Rättat: Eva Karlsson" in told.inner_text()
        assert seen.names("doctor") == stood
    assert reader.page.get_by_role("button", name="Rätta").count() == 0


def test_who_may_not_be_reached(plan: Any, ahead: Ahead) -> None:
    """A number that is not served, unproved or failed its test is marked at the name; the shift is thin."""
    there = plan(ahead())
    there.press("Lägg till Anna Berg på passet")
    there.press("Lägg till Erik Lindqvist på passet")
    there.press("Tilldela Anna Berg rollen Läkare")
    there.press("Tilldela Erik Lindqvist rollen Sjuksköterska")
    there.has("nurse", "Erik Lindqvist")
    shift = there.page.locator(f"#week [data-date='{ahead()}'][data-shift=Dag]")
    assert "bemannat" in shift.get_attribute("aria-label")

    def other_proofs(route: Any) -> None:
        answer = route.fetch()
        told = answer.json()
        proofs = {"anna": ("failed", True), "erik": ("proved", True), "maria": ("proved", False)}
        for one in told["receivers"]:
            one["proof"], one["served"] = proofs.get(one["id"], ("unproved", True))
        route.fulfill(response=answer, json=told)

    there.page.route("**/api/roster/units/hc-andersberg", other_proofs)
    there.page.reload()
    there.page.locator("#doctor .person", has_text="testlarmet misslyckades").wait_for()
    assert there.page.locator("#nurse .mark").count() == 0
    there.page.locator("#people .person", has_text="Maria").get_by_text("ingen linje når numret").wait_for()
    there.page.locator("#people .person", has_text="Eva").get_by_text("oprövat nummer").wait_for()
    assert "svagt: läkare" in shift.get_attribute("aria-label")
    there.press("Kalender")
    there.page.locator(f"#calendar [data-day='{ahead()}']").wait_for()
    there.page.locator(f"[data-day='{ahead()}'][aria-label*='Kväll saknar läkare, sjuksköterska']").wait_for()


def test_one_person_in_two_units(plan: Any, ahead: Ahead) -> None:
    """It is said at the name, as soon as somebody puts the person there too."""
    here, there = plan(ahead()), plan(ahead(), username="it", unit="hc-satra")
    for one in (here, there):
        one.press("Lägg till Anna Berg på passet")
        one.press("Tilldela Anna Berg rollen Läkare")
        one.has("doctor", "Anna Berg")
    here.page.locator("#doctor .mark", has_text="står samtidigt på HC Sätra").wait_for()
    there.press("Ta bort Anna Berg från passet")
    here.page.locator("#doctor .mark", has_text="HC Sätra").wait_for(state="detached")


AGREE = """async ([units, first]) => {
    const { state } = await import("/static/marks.js");
    const get = async (path) => (await fetch(path)).json();
    const worse = ["empty", "thin", "covered"];
    const told = [];
    for (const id of units) {
        const unit = await get(`/api/roster/units/${id}`);
        const { shifts } = await get(`/api/roster/units/${id}/shifts?from=${first}&days=16`);
        const { entries } = (await get(`/api/coverage?unit=${id}&days=14`)).units[0];
        for (const shift of shifts) {
            const roles = entries.filter((one) => one.shift === shift.shift && one.date === shift.date);
            const worst = worse.find((name) => roles.some((one) => one.state === name));
            const shown = state(shift, shifts, unit).name;
            if (worst) told.push([`${id} ${shift.shift} ${shift.date}`, shown, worst]);
        }
    }
    return told;
}"""


def test_the_page_judges_as_the_server_does(plan: Any, ahead: Ahead) -> None:
    """A shift that the schedule shows as empty, thin or covered is so in the coverage, for two weeks."""
    here, there = plan(ahead()), plan(ahead(), username="it", unit="hc-satra")
    for one in (here, there):
        one.press("Lägg till Anna Berg på passet")
        one.press("Tilldela Anna Berg rollen Läkare")
        one.press("Lägg till Eva Karlsson på passet")
        one.press("Tilldela Eva Karlsson rollen Sjuksköterska")
        one.has("nurse", "Eva Karlsson")
    told = there.page.evaluate(AGREE, [["hc-andersberg", "hc-satra"], yesterday()])
    assert {shown for _, shown, _ in told} == {"empty", "thin", "covered"}
    assert [one for one in told if one[1] != one[2]] == []


@pytest.mark.parametrize("size", [1280, PHONE])
def test_accessible_dialogs(plan: Any, inaccessible: Any, size: int) -> None:
    """axe-core finds no fault of WCAG 2.1 A and AA in any dialog, and none needs scrolling sideways."""
    way = "touch" if size == PHONE else "click"
    found: list[tuple[str, str, str]] = []

    def look(page: Any, name: str) -> None:
        page.get_by_role("dialog").wait_for()
        found.extend((name, *one) for one in inaccessible(page))
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="hidden")

    now = plan(unit="hc-satra", way=way)
    alone(now, "doctor")
    look(now.page, "replacement")
    now.press("Kalender")
    now.page.locator("#calendar .is-covered").first.wait_for()
    look(now.page, "calendar")
    past = plan(yesterday(), way, unit="hc-satra")
    past.press("Rätta Sjuksköterska")
    look(past.page, "correction")
    assert found == []
