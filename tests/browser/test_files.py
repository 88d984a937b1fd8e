"""Importing and exporting the roster as a file, in a real browser."""

import re
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from gateway.accounts import passwords
from gateway.web import uploads

PASSWORD = "correct horse battery"
STATIC = files("gateway.web") / "static"
HEAD = "table,id,name,kind,number,units\r\n"
NOVA = "receiver,nova,Nova Dal,person,20120,hc-satra\r\n"


def csv(text: str, name: str = "nya.csv", encoding: str = "utf-8") -> dict[str, Any]:
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode(encoding)}


def known(page: Any, search: str) -> int:
    """How many receivers fit the search."""
    answer = page.request.get(f"/api/register/entries?table=receiver&search={search}")
    return int(answer.json()["total"])


def choose(page: Any, file: dict[str, Any]) -> None:
    page.locator("#file").set_input_files(file)


def test_import(open_own: Any) -> None:
    """A preview in words and numbers, nothing done; then the import, and a second one changes nothing."""
    page = open_own("/filer", "it")
    choose(page, csv(HEAD + NOVA + "receiver,vaxel,Växeln,role,20998,\r\n"))
    page.get_by_text("Ändringar: 2. Nya: 1. Ändrade: 1. Tas bort: 0.").wait_for()
    assert page.get_by_label("Filens format").input_value() == "csv"
    assert "Mottagare Nova Dal (nova)" in page.locator(".changes").inner_text()
    assert "nummer: 20120" in page.locator(".changes").inner_text()
    assert "→ 20998" in page.locator(".changes").inner_text()
    assert page.locator(".counts tbody tr").all_inner_texts() == ["Mottagare\t1\t1\t0"]
    assert known(page, "nova") == 0
    page.get_by_role("button", name="Importera", exact=True).press("Enter")
    page.get_by_text("✓ Importerat").wait_for()
    page.locator("#imported:focus").wait_for()
    assert known(page, "nova") == 1
    choose(page, csv(HEAD + NOVA))
    page.get_by_text("Filen ändrar ingenting").wait_for()
    assert page.get_by_role("button", name="Importera", exact=True).count() == 0


def test_faults(open_own: Any) -> None:
    """Every fault with its line and place, in CSV and in TOML; nothing is taken and nothing can be."""
    page = open_own("/filer", "it")
    choose(page, csv(HEAD + NOVA.replace("nova", "ny") + "receiver,fel,Fel,person,12,nowhere\r\n"))
    page.get_by_text("Ingenting har ändrats. Rätta filen").wait_for()
    rows = page.locator(".faults tbody tr")
    assert {one.split("\t")[0] for one in rows.all_inner_texts()} == {"3"}
    assert "number" in page.locator(".faults").inner_text()
    assert page.get_by_role("button", name="Importera", exact=True).count() == 0
    assert known(page, "ny") == 0
    toml = '[[area]]\nid = "a"\nname = "A"\n\n[[area]]\nid = "b"\nname = ""\n'
    choose(page, csv(toml, "register.toml"))
    rows.filter(has_text="area[1].name").wait_for()
    assert rows.first.inner_text().startswith("7\tarea[1].name")


def test_excel(open_own: Any) -> None:
    """What a spreadsheet wrote as Windows-1252 is read, and that is said; the format can be set."""
    page = open_own("/filer", "it")
    text = (HEAD + "receiver,asa,Åsa Sjö,person,20130,hc-satra\r\n").replace(",", ";")
    choose(page, csv(text, "blad.txt", "windows-1252"))
    page.get_by_text("Den lästes som Windows-1252").wait_for()
    page.get_by_text("Mottagare Åsa Sjö (asa)").wait_for()
    page.get_by_label("Filens format").select_option("toml")
    page.get_by_text("är inte TOML").wait_for()


def test_replace(open_own: Any) -> None:
    """What a replacement removes is named and asked for; the way out leaves it all."""
    page = open_own("/filer", "it")
    with page.expect_download() as got:
        page.get_by_role("button", name="Hämta TOML").click()
    text = Path(got.value.path()).read_text("utf-8")
    assert got.value.suggested_filename == "roster.toml"
    less = text[: text.index("[[administrator]]")]
    choose(page, csv(less, "mindre.toml"))
    page.get_by_text("Filen ändrar ingenting").wait_for()
    page.get_by_label("Ersätt allt").check()
    page.locator(".changes", has_text="Administratör Karin Ek").wait_for()
    page.get_by_role("button", name="Importera", exact=True).click()
    page.locator("dialog", has_text="Administratör Karin Ek").wait_for()
    page.keyboard.press("Escape")
    assert "administrator" in page.request.get("/api/register/export?format=toml").text()
    page.get_by_role("button", name="Importera", exact=True).click()
    page.get_by_role("button", name="Ta bort och importera").click()
    page.get_by_text("✓ Importerat").wait_for()
    assert "administrator" not in page.request.get("/api/register/export?format=toml").text()
    with page.expect_download() as got:
        page.get_by_role("button", name="Hämta CSV").click()
    assert Path(got.value.path()).read_text("utf-8").startswith("table,")


def test_a_preview_that_no_longer_holds(open_own: Any, own_site: Any) -> None:
    """If somebody changed what the file changes, nothing is imported, who is told, and the preview is new."""
    page = open_own("/filer", "it")
    choose(page, csv(HEAD + "receiver,olle,Olle Ek,person,20140,hc-satra\r\n"))
    page.get_by_text("Ändringar: 1. Nya: 1.").wait_for()
    path = own_site.folder / "olle.csv"
    path.write_text(HEAD + "receiver,olle,Olle Ask,person,20141,hc-satra\r\n", "utf-8")
    own_site.command("roster", "import", str(path))
    page.get_by_role("button", name="Importera", exact=True).click()
    page.get_by_text("Inte importerat: ").wait_for()
    page.locator(".changes", has_text="20141 → 20140").wait_for()
    page.get_by_role("button", name="Importera", exact=True).click()
    page.get_by_text("✓ Importerat").wait_for()


def test_progress(open_own: Any) -> None:
    """Of a large file it is told how much is sent, then how far the server is."""
    page = open_own("/filer", "it")
    page.get_by_role("heading", name="Exportera").wait_for()
    page.evaluate(
        """() => {
            window.told = [];
            const stage = document.getElementById("stage");
            const watch = new MutationObserver(() => window.told.push(stage.textContent));
            watch.observe(stage, {childList: true});
        }"""
    )
    begin = date(2027, 1, 1)
    lines = [
        f"assignment,hc-andersberg,{shift},{begin + timedelta(day)},{role},anna|erik"
        for day in range(800)
        for shift in ("Dag", "Kväll", "Natt")
        for role in ("doctor", "nurse")
    ]
    choose(page, csv("table,unit,shift,date,role,receivers\r\n" + "\r\n".join(lines)))
    page.get_by_text("De första 1 000 av 4 800 ändringar").wait_for(timeout=30_000)
    page.get_by_role("button", name="Importera", exact=True).click()
    page.get_by_text("✓ Importerat").wait_for(timeout=30_000)
    told = page.evaluate("() => window.told")
    assert told[0].startswith("Skickar filen")
    assert any(
        re.fullmatch(r"Läser: [\d\s,]+ kB av [\d\s]+ kB|Granskar: [\d\s]+ av [\d\s]+", one) for one in told
    ), told


def test_too_large(open_own: Any) -> None:
    """A file over the server's limit is not sent; the command for it is told. The limits are the server's."""
    page = open_own("/filer", "it")
    page.evaluate(
        """most => {
            const file = new File([], "stor.csv");
            Object.defineProperty(file, "size", {value: most + 1});
            const given = {files: [file]};
            const event = new DragEvent("drop", {bubbles: true});
            Object.defineProperty(event, "dataTransfer", {value: given});
            document.getElementById("drop").dispatchEvent(event);
        }""",
        uploads.MAX_FILE,
    )
    page.get_by_text("bakjour roster import stor.csv").wait_for()
    written = (STATIC / "filesupload.js").read_text("utf-8")
    assert f"{uploads.MAX_FILE // 1024 // 1024} * 1024 * 1024" in written
    rules = (STATIC / "formfields.js").read_text("utf-8")
    assert f"least: {passwords.SHORTEST}, most: {passwords.LONGEST}" in rules


@pytest.mark.parametrize("size", [1280, 360])
def test_accessible(open_own: Any, inaccessible: Any, size: int) -> None:
    """axe-core finds no fault in preview, faults and question; a phone needs no scrolling sideways."""
    found: list[Any] = []

    def look(name: str) -> None:
        found.extend((name, *one) for one in inaccessible(page))

    page = open_own("/filer", "it", viewport={"width": size, "height": 740})
    look("empty")
    choose(page, csv("table,unit,shift,date,role,receivers\r\nassignment,x,y,2026-13-45,z,\r\n"))
    page.locator(".faults").wait_for()
    look("faults")
    choose(page, csv(HEAD + NOVA))
    page.get_by_label("Ersätt allt").check()
    page.locator(".changes", has_text="Tas bort").or_(page.locator(".faults")).wait_for()
    look("preview")
    assert found == []
