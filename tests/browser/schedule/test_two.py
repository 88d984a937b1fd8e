"""Two people at the schedule at once: both see everything, and nothing of either is lost."""

from collections.abc import Callable
from typing import Any

Ahead = Callable[..., str]

WITHIN = 1000  # milliseconds, within which a second browser shows what the first one did

AT_ONCE = """([at, name]) => new Promise(done => setTimeout(() => {
    document.querySelector(`button[aria-label="${name}"]`).click(); done(); }, at - Date.now()))"""


def test_another_sees_it_within_a_second(plan: Any, ahead: Ahead) -> None:
    """With the name of who did it."""
    karin, ivar = plan(ahead()), plan(ahead(), username="it")
    ivar.has("staffed")
    karin.press("Lägg till Anna Berg på passet")
    karin.says("Sparat")
    ivar.has("staffed", "Anna Berg", within=WITHIN)
    assert "Karin Ek ändrade" in ivar.page.locator("#sign").inner_text()


def test_stale(plan: Any, ahead: Ahead) -> None:
    """A stale change is refused with who, when and what stands; one's own wish waits meanwhile."""
    karin, ivar = plan(ahead()), plan(ahead(), username="it")
    # Ivar's browser hears nothing and sees nothing new, until it writes.
    ivar.page.route("**/api/live", lambda route: route.abort())
    ivar.page.reload()
    ivar.has("staffed")
    karin.press("Lägg till Anna Berg på passet")
    karin.press("Tilldela Anna Berg rollen Sjuksköterska")
    karin.has("nurse", "Anna Berg")
    ivar.drag("#people [data-person=erik]", "#nurse")
    told = ivar.page.locator("#conflict", has_text="Karin Ek ändrade Sjuksköterska")
    told.wait_for()
    assert "Nu står där: Anna Berg" in told.inner_text()
    ivar.has("nurse", "Anna Berg")
    ivar.press("Lägg till Maria Johansson på passet")
    ivar.has("staffed", "Anna Berg", "Maria Johansson")
    ivar.press("Gör min ändring ändå")
    ivar.has("nurse", "Anna Berg", "Erik Lindqvist")
    karin.has("nurse", "Anna Berg", "Erik Lindqvist")
    told.wait_for(state="detached")


def test_the_same_slot_at_the_same_time(plan: Any, ahead: Ahead) -> None:
    """One of the two is refused and told so; repeating the wish keeps what the other one did."""
    karin, ivar = plan(ahead()), plan(ahead(), username="it")
    for there in (karin, ivar):
        there.has("staffed")
    karin.press("Lägg till Anna Berg på passet")
    karin.press("Lägg till Erik Lindqvist på passet")
    ivar.has("staffed", "Anna Berg", "Erik Lindqvist")
    at = karin.page.evaluate("Date.now() + 300")
    wishes = {karin: "Tilldela Anna Berg rollen Läkare", ivar: "Tilldela Erik Lindqvist rollen Läkare"}
    for there, name in wishes.items():
        # Not waited for here, so that both presses come at the same instant.
        there.page.evaluate(f"args => {{ ({AT_ONCE})(args); }}", [at, name])
    for there in wishes:
        there.page.wait_for_function("() => document.querySelectorAll('#doctor .name').length === 1")
    for there in wishes:
        if there.page.get_by_role("button", name="Gör min ändring ändå").count():
            there.press("Gör min ändring ändå")
    for there in wishes:
        there.page.wait_for_function("() => document.querySelectorAll('#doctor .name').length === 2")
    assert sorted(karin.names("doctor")) == ["Anna Berg", "Erik Lindqvist"]
    assert karin.names("doctor") == ivar.names("doctor")


def test_without_an_answer_the_wish_waits(plan: Any, ahead: Ahead) -> None:
    """A change that did not get through is kept, and done once it is asked for again."""
    there = plan(ahead())
    there.page.route("**/slots", lambda route: route.abort())
    there.press("Lägg till Anna Berg på passet")
    there.says("Inte sparat")
    there.page.unroute("**/slots")
    there.press("Försök igen")
    there.has("staffed", "Anna Berg")
    there.says("Sparat")


def test_a_drag_outlives_what_the_other_does(plan: Any, ahead: Ahead) -> None:
    """What the other one changes during a drag is shown when the hand is free."""
    karin, ivar = plan(ahead()), plan(ahead(), username="it")
    karin.page.locator("#people [data-person=anna] .name").hover()
    karin.page.mouse.down()
    karin.page.locator("#nurse").hover()
    with karin.page.expect_response("**/shifts*"):
        ivar.press("Lägg till Erik Lindqvist på passet")
    karin.page.locator("#nurse").hover()
    karin.page.mouse.up()
    karin.has("nurse", "Anna Berg")
    karin.has("staffed", "Erik Lindqvist", "Anna Berg")
    ivar.has("nurse", "Anna Berg")
