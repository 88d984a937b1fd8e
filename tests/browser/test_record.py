"""The record of changes, in a real browser: read, filtered, undone, exported, verified."""

import csv
import io
import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Stockholm")  # of the gateway that is tried; its day is not always this machine's

PHONE = {"width": 360, "height": 740}
UNIT = "/api/roster/units/hc-andersberg"
ASK = """async ([method, path, body]) => {
    const csrf = document.body.dataset.csrf;
    const headers = {"X-CSRF-Token": csrf, "Content-Type": "application/json"};
    const told = await fetch(path, {method, headers, body: body === null ? undefined : JSON.stringify(body)});
    return told.status === 204 ? null : await told.json();
}"""


def day(days: int) -> str:
    return (datetime.now(ZONE).date() + timedelta(days=days)).isoformat()


def ask(page: Any, method: str, path: str, body: object = None) -> Any:
    """The API, as the page's own account."""
    return page.evaluate(ASK, [method, path, body])


def put(page: Any, when: str, *receivers: str, reason: str | None = None) -> Any:
    """Who stands as nurse of the day shift."""
    shifts = ask(page, "GET", f"{UNIT}/shifts?from={when}&days=1")["shifts"]
    version = next(one for one in shifts if one["shift"] == "Dag")["nurse"]["version"]
    slot = {"shift": "Dag", "date": when, "role": "nurse", "receivers": list(receivers), "version": version}
    return ask(page, "PUT", f"{UNIT}/slots", {"slots": [slot], "reason": reason})


def test_a_unit_administrator_reads_and_undoes(open_own: Any) -> None:
    """Who, when, what stood, what became of it, why; another's change comes by itself; Undo by keys."""
    page, other = open_own("/historik?unit=hc-andersberg"), open_own("/larm")
    page.locator(".change").first.wait_for()
    put(other, day(2), "eva", "erik", reason="byte med Eva")
    change = page.locator(".change").first
    change.get_by_text("Anna Berg, Erik Lindqvist → Eva Karlsson, Erik Lindqvist").wait_for()
    said = change.inner_text()
    assert "Schemat ändrades" in said
    assert "Karin Ek (ab12345) · HC Andersberg" in said
    assert "Sjuksköterska · Dag" in said
    assert "Orsak: byte med Eva" in said
    change.get_by_role("button", name="Ångra").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_text(
        "Eva Karlsson, Erik Lindqvist → Anna Berg, Erik Lindqvist"
    ).wait_for()
    page.get_by_label("Orsak (valfri)").fill("fel dag")
    page.keyboard.press("Enter")
    page.get_by_text("✓ Ångrat").wait_for()
    page.locator("#changes-name:focus").wait_for()
    undone = page.locator(".change").first
    undone.get_by_text("En ändring ångrades").wait_for()
    assert "Orsak: fel dag" in undone.inner_text()
    # What was undone stands no longer as that change left it: only the undo can be undone.
    assert page.locator(".change").nth(1).get_by_role("button", name="Ångra").count() == 0


def test_a_stale_undo_says_who_and_what(open_own: Any) -> None:
    """Somebody changes the slot while the question stands: nothing is done, and the other's name is said."""
    page, other = open_own("/historik?unit=hc-andersberg"), open_own("/larm", "it")
    put(page, day(3), "johan")
    change = page.locator(".change", has_text="Anna Berg, Erik Lindqvist → Johan Nilsson").first
    change.get_by_role("button", name="Ångra").click()
    put(other, day(3), "maria")
    page.get_by_role("button", name="Ångra ändringen").click()
    page.get_by_text("Inget ångrades: Ivar Tek ändrade Sjuksköterska · Dag").wait_for()
    assert "Nu står där: Maria Johansson." in page.locator("#undoing-fault").inner_text()
    page.keyboard.press("Escape")


def test_it_filters_exports_and_verifies(open_own: Any) -> None:
    """All of the record; a filter holds for the list, the address and both files; the chain is verified."""
    page = open_own("/historik", "it")
    page.locator(".change").first.wait_for()
    put(page, day(4), "johan")
    put(page, day(4), "maria", reason="=cmd")
    page.get_by_label("Enhet (id)").fill("hc-andersberg")
    page.get_by_label("Vem (användarnamn)").fill("it")
    page.get_by_label("Vad gjordes").select_option(label="Schemat ändrades")
    page.get_by_role("button", name="Visa", exact=True).click()
    page.get_by_text("ändringar visas.").wait_for()
    assert {"Ivar Tek (it) · HC Andersberg"} == set(page.locator(".change-by").all_inner_texts())
    assert "action=slot.set" in page.url
    rows = {}
    for name in ("Hämta CSV", "Hämta JSON-rader"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        rows[name] = download.value.path().read_text("utf-8")
    told = list(csv.DictReader(io.StringIO(rows["Hämta CSV"])))
    lines = [json.loads(line) for line in rows["Hämta JSON-rader"].splitlines()]
    assert [row["seq"] for row in told] == [str(line["seq"]) for line in lines]
    assert {line["who"] for line in lines} == {"it"}
    assert told[-1]["why"] == "'=cmd"
    page.get_by_role("button", name="Rensa urvalet").click()
    page.get_by_text("Nytt konto: Rut Läs (reader)").wait_for()
    before = page.locator(".seal").count()
    page.get_by_role("button", name="Visa äldre").click()
    page.locator(f".seal >> nth={before}").wait_for(state="attached")
    page.locator("h3:focus").wait_for()

    page.get_by_role("button", name="Kontrollera kedjan").click()
    page.get_by_text("✓ Orörd.").wait_for()
    head = page.get_by_label("Slutsumma", exact=True).input_value()
    put(page, day(4), "johan")
    page.get_by_label("Slutsumma som skrevs upp").fill(head)
    page.get_by_role("button", name="Kontrollera kedjan").click()
    page.get_by_text("slutsumman som skrevs upp stämmer").wait_for()
    page.get_by_label("Slutsumma som skrevs upp").fill(head[:-1] + ("0" if head[-1] != "0" else "1"))
    page.get_by_role("button", name="Kontrollera kedjan").click()
    page.get_by_text("✕ Historiken är ändrad.").wait_for()
    page.get_by_label("Slutsumma som skrevs upp").fill("nonsens")
    page.get_by_role("button", name="Kontrollera kedjan").click()
    page.locator("#verdict").get_by_text("SEQ:HASH").wait_for()


def test_corrections_are_marked(open_own: Any) -> None:
    """A correction of a past shift says that it is one, with its reason, and cannot be undone."""
    page = open_own("/historik?unit=hc-andersberg")
    body = {
        "shift": "Dag",
        "date": day(-3),
        "role": "nurse",
        "receivers": ["eva"],
        "reason": "bytte per telefon",
    }
    assert "change" in ask(page, "POST", f"{UNIT}/corrections", body)
    page.reload()
    change = page.locator(".change.corrects").first
    change.get_by_text("Rättelse", exact=True).wait_for()
    assert "Orsak: bytte per telefon" in change.inner_text()
    assert change.get_by_role("button", name="Ångra").count() == 0


def test_on_a_phone(open_own: Any) -> None:
    """360 pixels are enough, the filter is folded away, and the changes are the first that is seen."""
    page = open_own("/historik", "it", viewport=PHONE)
    page.locator(".change").first.wait_for()
    assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
    assert not page.get_by_label("Vem (användarnamn)").is_visible()
    page.get_by_text("Urval", exact=True).click()
    assert page.get_by_label("Vem (användarnamn)").is_visible()
