"""Accounts, API keys, one's own password, and log-ins that are slowed or over, in a real browser."""

import re
from typing import Any

import pytest

PASSWORD = "correct horse battery"
BETTER = "another horse battery"
PHONE = {"width": 360, "height": 740}


def row(page: Any, name: str) -> Any:
    return page.locator("#accounts .person", has_text=name)


def log_in(page: Any, username: str, password: str) -> None:
    page.get_by_label("Användarnamn").fill(username)
    page.get_by_label("Lösenord").fill(password)
    page.keyboard.press("Enter")


def test_an_account(open_own: Any) -> None:
    """One is made by keyboard alone, its faults told at their fields; it shows in another browser at once."""
    page, other = open_own("/konton", "it"), open_own("/konton", "it")
    row(other, "Karin Ek").wait_for()
    page.get_by_role("button", name="Nytt konto").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("o b")
    page.get_by_role("button", name="Skapa kontot").press("Enter")
    page.get_by_text("A–Z a–z 0–9 . _ - är tillåtna").wait_for()
    assert page.get_by_text("0 tecken: minst 10 behövs.").is_visible()
    page.get_by_role("textbox", name="Användarnamn").fill("ab12345")
    page.get_by_role("textbox", name="Namn", exact=True).fill("Olle Bo")
    page.get_by_role("button", name="Föreslå ett lösenord").press("Space")
    password = page.get_by_role("textbox", name="Lösenord").input_value()
    assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", password)
    page.get_by_role("button", name="Skapa kontot").press("Enter")
    page.get_by_text("Det finns redan ett konto med det användarnamnet.").wait_for()
    page.get_by_role("textbox", name="Användarnamn").fill("OB1")
    page.get_by_role("button", name="Skapa kontot").press("Enter")
    page.get_by_text("✓ Nytt konto: Olle Bo").wait_for()
    row(page, "Kan inte schemalägga något än: ob1").get_by_role("link", name="Administratörer").wait_for()
    row(other, "Olle Bo").wait_for(timeout=2_000)
    page.locator("[aria-label='Ändra kontot Olle Bo']:focus").wait_for()
    newcomer = open_own("/login", None)
    log_in(newcomer, "ob1", password)
    newcomer.get_by_text("Olle Bo").wait_for()


def test_change_and_disable(open_own: Any, own_site: Any) -> None:
    """A name that somebody else changed meanwhile is told with who did; who is disabled is out at once."""
    own_site.command("admin", "add", "eva1", "--name", "Eva Dal", "--kind", "reader", said=PASSWORD)
    eva = open_own("/nu", "eva1")
    page, other = open_own("/konton", "it"), open_own("/konton", "it")
    page.get_by_role("button", name="Ändra kontot Eva Dal").click()
    other.get_by_role("button", name="Ändra kontot Eva Dal").click()
    other.get_by_role("textbox", name="Namn").fill("Eva Dahl")
    other.get_by_role("button", name="Spara").click()
    other.get_by_text("✓ Sparat: Eva Dahl").wait_for()
    page.get_by_label("Enhetsadministratör").check()
    page.get_by_role("button", name="Spara").click()
    page.get_by_text("Inte sparat: Ivar Tek ändrade kontot").wait_for()
    assert "Nu: Eva Dahl, Läsare" in page.locator("dialog .notice").inner_text()
    page.get_by_role("textbox", name="Namn").fill("Eva Dahl")
    page.get_by_role("button", name="Gör min ändring ändå").click()
    row(page, "Eva Dahl").get_by_text("Enhetsadministratör").wait_for()
    page.get_by_role("button", name="Stäng av kontot Eva Dahl").click()
    page.get_by_text("Eva Dahl loggas ut överallt, genast").wait_for()
    page.keyboard.press("Escape")
    page.locator("[aria-label='Stäng av kontot Eva Dahl']:focus").wait_for()
    page.keyboard.press("Enter")
    page.locator("dialog").get_by_role("button", name="Stäng av").click()
    row(page, "Eva Dahl").get_by_text("Avstängt").wait_for()
    eva.reload()
    assert "/login" in eva.url
    page.get_by_role("button", name="Sätt på kontot Eva Dahl").click()
    page.locator("dialog").get_by_role("button", name="Sätt på").click()
    page.get_by_text("✓ Påsatt: Eva Dahl").wait_for()
    own = row(page, "Ivar Tek")
    assert own.get_by_role("button").all_inner_texts() == ["Ändra"]
    own.get_by_role("button", name="Ändra").click()
    assert page.get_by_label("Läsare").is_disabled()


def test_a_question_that_is_stale(open_own: Any, own_site: Any) -> None:
    """Who disables an account that somebody else changed meanwhile is told, and asked once more."""
    own_site.command("admin", "add", "ulf1", "--name", "Ulf Dal", "--kind", "reader", said=PASSWORD)
    page = open_own("/konton", "it")
    page.get_by_role("button", name="Stäng av kontot Ulf Dal").click()
    page.get_by_text("Ulf Dal loggas ut överallt, genast").wait_for()
    own_site.command("admin", "passwd", "ulf1", said=BETTER)
    page.locator("dialog").get_by_role("button", name="Stäng av").click()
    page.locator("dialog", has_text="ändrade kontot").wait_for()
    assert row(page, "Ulf Dal").get_by_text("Avstängt").count() == 0
    page.get_by_role("button", name="Gör min ändring ändå").click()
    row(page, "Ulf Dal").get_by_text("Avstängt").wait_for()


def test_a_session_that_is_over(open_own: Any, own_site: Any) -> None:
    """A new password ends it; the page leads to the log-in, and the log-in back to the page."""
    own_site.command("admin", "add", "it2", "--name", "Ines Tek", "--kind", "it", said=PASSWORD)
    page, admin = open_own("/nycklar", "it2"), open_own("/konton", "it")
    page.get_by_role("button", name="Ny nyckel").wait_for()
    admin.get_by_role("button", name="Nytt lösenord för Ines Tek").click()
    admin.get_by_text("Ines Tek loggas ut överallt.").wait_for()
    admin.get_by_role("textbox", name="Nytt lösenord").fill(BETTER)
    admin.get_by_role("button", name="Spara").click()
    admin.get_by_text("✓ Nytt lösenord för Ines Tek").wait_for()
    page.wait_for_url("**/login?next=%2Fnycklar")
    log_in(page, "it2", BETTER)
    page.wait_for_url("**/nycklar")


def test_a_log_in_that_is_slowed(open_own: Any, own_site: Any) -> None:
    """After five wrong passwords not even the right one is tried, and the seconds to wait are told."""
    own_site.command("admin", "add", "slow", "--name", "Siv Lång", "--kind", "reader", said=PASSWORD)
    page = open_own("/login", None)
    page.get_by_label("Användarnamn").fill("slow")
    for _ in range(5):
        page.get_by_label("Lösenord").fill("wrong wrong wrong")
        page.keyboard.press("Enter")
        page.get_by_text("Fel användarnamn eller lösenord.").wait_for()
        page.evaluate("() => { document.getElementById('fault').textContent = ''; }")
    log_in(page, "slow", PASSWORD)
    told = page.get_by_text("För många försök. Vänta")
    told.wait_for()
    seconds = re.search(r"Vänta (\d+) sekunder", told.inner_text())
    assert seconds is not None
    assert 200 < int(seconds[1]) <= 300
    assert "/login" in page.url


def test_own_password(open_own: Any, own_site: Any) -> None:
    """The rules are told before; a fault stands at its field; other sessions end and this one stays."""
    own_site.command("admin", "add", "pia9", "--name", "Pia Lund", "--kind", "reader", said=PASSWORD)
    page = open_own("/losenord", "pia9")
    other = open_own("/login", None)
    log_in(other, "pia9", PASSWORD)
    other.wait_for_url("**/schema*")
    page.get_by_text("10 till 200 tecken.").wait_for()
    page.get_by_label("Nuvarande lösenord", exact=True).fill("wrong wrong wrong")
    page.get_by_label("Nytt lösenord", exact=True).fill("pia9pia9pia9")
    page.get_by_label("Nytt lösenord igen", exact=True).fill("x")
    page.keyboard.press("Enter")
    page.get_by_text("Användarnamnet får inte ingå.", exact=True).wait_for()
    assert page.get_by_text("De två är inte lika.").is_visible()
    page.get_by_label("Nytt lösenord", exact=True).fill(BETTER)
    page.get_by_label("Nytt lösenord igen", exact=True).fill(BETTER)
    page.keyboard.press("Enter")
    page.get_by_text("Fel lösenord.").wait_for()
    page.get_by_label("Nuvarande lösenord", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Visa: Nuvarande lösenord").click()
    assert page.get_by_label("Nuvarande lösenord", exact=True).get_attribute("type") == "text"
    page.get_by_role("button", name="Byt lösenord").click()
    page.get_by_text("Du är utloggad från alla andra webbläsare; här är du kvar.").wait_for()
    page.reload()
    assert "/losenord" in page.url
    other.reload()
    assert "/login" in other.url


def test_a_key(open_own: Any) -> None:
    """It is shown once and copied, works, and is revoked after a question."""
    page = open_own("/nycklar", "it", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_text("Ingen nyckel gäller.").wait_for()
    page.get_by_role("button", name="Ny nyckel").click()
    page.get_by_label("Namn").fill("övervakning")
    page.get_by_label("Läsa").check()
    page.keyboard.press("Enter")
    page.get_by_text("Den visas bara den här gången").wait_for()
    page.keyboard.press("Escape")
    key = page.get_by_label("Nyckel", exact=True).input_value()
    page.get_by_role("button", name="Kopiera: Nyckel").click()
    page.get_by_text("✓ Kopierat").wait_for()
    assert page.evaluate("() => navigator.clipboard.readText()") == key
    answer = page.request.get("/api/board?unit=hc-satra", headers={"Authorization": f"Bearer {key}"})
    assert answer.status == 200
    page.get_by_role("button", name="Klart").click()
    assert key not in page.content()
    page.get_by_role("button", name="Återkalla nyckeln övervakning").click()
    page.locator("dialog").get_by_role("button", name="Återkalla").click()
    page.get_by_text("✓ Återkallad: övervakning").wait_for()
    page.get_by_text("Återkallade nycklar").click()
    page.locator("#revoked .person", has_text="övervakning").wait_for()
    answer = page.request.get("/api/board?unit=hc-satra", headers={"Authorization": f"Bearer {key}"})
    assert answer.status == 401


@pytest.mark.parametrize("path", ["/konton", "/nycklar", "/filer"])
def test_who_may(open_page: Any, path: str) -> None:
    """These pages are IT's alone; whoever else asks is told whom to turn to."""
    for username in ("ab12345", "reader"):
        page = open_page("/losenord", username)
        page.get_by_role("heading", name="Byt lösenord").wait_for()
        answer = page.goto(path)
        assert answer.status == 403
        page.get_by_text("Fråga IT.").wait_for()
        assert page.get_by_role("link", name="Konton").count() == 0


@pytest.mark.parametrize("size", [1280, 360])
def test_accessible(open_page: Any, inaccessible: Any, size: int) -> None:
    """axe-core finds no fault in the pages and their dialogs; a phone needs no scrolling sideways."""
    found: list[Any] = []

    def look(page: Any, name: str) -> None:
        found.extend((name, *one) for one in inaccessible(page))

    page = open_page("/konton", "it", viewport={"width": size, "height": 740})
    row(page, "Karin Ek").wait_for()
    look(page, "accounts")
    for button in (
        "Nytt konto",
        "Ändra kontot Karin Ek",
        "Nytt lösenord för Rut Läs",
        "Stäng av kontot Rut Läs",
    ):
        page.get_by_role("button", name=button).click()
        look(page, button)
        page.keyboard.press("Escape")
    page.goto("/nycklar")
    page.get_by_role("button", name="Ny nyckel").click()
    look(page, "keys")
    page.goto("/losenord")
    page.get_by_role("button", name="Byt lösenord").click()
    look(page, "password")
    assert found == []
