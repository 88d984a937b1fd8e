"""Logging in and out, languages, and who is let in, in a real browser."""

from typing import Any

PASSWORD = "correct horse battery"


def test_log_in_and_out(open_page: Any) -> None:
    """A wrong password is told; the right one leads to where one was going; after logging out one is out."""
    page = open_page("/nu", None)
    assert "/login?next=" in page.url
    page.get_by_label("Användarnamn").fill("ab12345")
    page.get_by_label("Lösenord").fill("wrong wrong wrong")
    page.keyboard.press("Enter")
    page.get_by_text("Fel användarnamn eller lösenord.").wait_for()
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/nu*")
    page.get_by_text("Karin Ek").wait_for()
    page.get_by_role("button", name="Logga ut").click()
    page.wait_for_url("**/login")
    page.goto("/schema")
    assert "/login" in page.url


def test_next_stays_here(open_page: Any) -> None:
    """An address of another site is not where the log-in leads to."""
    page = open_page("/login?next=https://example.org/", None)
    page.get_by_label("Användarnamn").fill("reader")
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/schema*")


def test_languages(open_page: Any) -> None:
    """Swedish comes first; English stays once it is chosen."""
    page = open_page("/login", None)
    assert page.locator("html").get_attribute("lang") == "sv"
    page.get_by_role("link", name="English").click()
    page.get_by_role("heading", name="Log in").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto("/login")
    page.get_by_role("link", name="Svenska").click()
    page.get_by_role("heading", name="Logga in").wait_for()


def test_what_is_written_outlives_the_session(open_own: Any) -> None:
    """A form that is open when the session ends stays, and is saved after a log-in in another tab."""
    page = open_own("/mottagare", "it")
    page.get_by_role("button", name="Ny mottagare").click()
    page.get_by_role("dialog").get_by_label("Namn", exact=True).fill("Nils Ny")
    page.get_by_role("dialog").get_by_label("Nummer", exact=True).fill("20177")
    page.context.clear_cookies()
    page.get_by_role("button", name="Spara", exact=True).click()
    page.get_by_role("dialog").get_by_text("Du är inte längre inloggad").wait_for()
    tab = page.context.new_page()
    tab.goto("/login")
    tab.get_by_label("Användarnamn").fill("it")
    tab.get_by_label("Lösenord").fill(PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/schema*")
    page.get_by_role("button", name="Spara", exact=True).click()
    page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_text("Nils Ny").first.wait_for()


def test_pages_on_a_phone(open_page: Any) -> None:
    """On a phone the other pages stand behind a button, by touch and by keyboard."""
    page = open_page("/larm", viewport={"width": 360, "height": 740}, has_touch=True)
    link = page.get_by_role("link", name="Täckning")
    page.get_by_role("button", name="Sidor").wait_for()
    assert link.count() == 0
    page.get_by_role("button", name="Sidor").tap()
    link.tap()
    page.wait_for_url("**/tackning*")
    page.get_by_role("button", name="Sidor").press("Enter")
    page.get_by_role("link", name="Larm", exact=True).wait_for()
