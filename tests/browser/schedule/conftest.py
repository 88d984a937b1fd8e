"""The schedule page, worked by mouse, by plain clicks, by the keyboard alone and by a finger on a phone."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

ZONE = ZoneInfo("Europe/Stockholm")  # of the gateway that is tried; its day is not always this machine's

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
TABS = 200  # that lead anywhere on a page
EDGE = 40  # pixels from the window's edge, where a finger that drags makes the page scroll

ROSTER = """
[[area]]
id = "prov"
name = "Provområdet"
[[unit]]
id = "hc-klocka"
area = "prov"
name = "HC Klocka"
[[receiver]]
id = "uggla"
name = "Ugo Uggla"
kind = "person"
number = "20777"
units = ["hc-klocka"]
[[shift]]
unit = "hc-klocka"
name = "Natt"
from = "21:00"
to = "07:00"
[[shift]]
unit = "hc-klocka"
name = "Glapp"
from = "02:30"
to = "10:00"
"""
"""A second area, and shifts whose boundaries meet the changes of the clocks."""


class Plan:
    """The page as somebody works with it: each step by a way of his own."""

    drags = False

    def __init__(self, page: Any) -> None:
        self.page = page

    def press(self, name: str, within: str = "body") -> None:
        self.act(self.page.locator(within).get_by_role("button", name=name, exact=True))

    def act(self, control: Any) -> None:
        control.click()

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_label(label, exact=True).select_option(label=option)

    def type(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def day(self, wanted: str) -> None:
        """Open the calendar and choose a day."""
        self.press("Kalender")
        calendar = self.page.locator("#calendar")
        for _ in range(24):
            if calendar.locator(f"[data-day='{wanted}']").count():
                break
            self.press("Nästa månad")
        self.act(calendar.locator(f"[data-day='{wanted}']"))

    def names(self, where: str) -> list[str]:
        return list(self.page.locator(f"#{where} .name").all_inner_texts())

    def has(self, where: str, *people: str, within: int | None = None) -> None:
        """Wait until a list holds just these people, in this order."""
        self.page.wait_for_function(
            """([where, people]) => JSON.stringify([...document.querySelectorAll(`#${where} .name`)]
            .map(one => one.textContent)) === people""",
            arg=[where, json.dumps(list(people), ensure_ascii=False, separators=(",", ":"))],
            timeout=within,
        )

    def says(self, text: str) -> None:
        self.page.locator("#sign", has_text=text).wait_for()

    def shows(self, text: str) -> None:
        self.page.locator("#shift-now", has_text=text).wait_for()

    def drag(self, source: str, goal: str, part: float = 0.5) -> None:
        """To a part of the goal's height."""
        self.page.locator("#work").evaluate(
            "one => one.scrollIntoView()"
        )  # so that nothing scrolls meanwhile
        grip = self.there(f"{source} .whom", 0.5)
        mouse = self.page.mouse
        mouse.move(grip["x"], grip["y"])
        mouse.down()
        there = self.there(goal, part)
        for aside in (-3, -2, -1, 0):  # the first moves begin the drag, the last ones are over the goal
            mouse.move(there["x"] + aside, there["y"])
        self.page.locator(".zone.over").wait_for()
        mouse.up()

    def there(self, goal: str, part: float) -> dict[str, float]:
        """A point in the middle, at a part of the height; measured at once, for lists are drawn anew."""
        found: dict[str, float] = self.page.evaluate(
            """([goal, part]) => { const box = document.querySelector(goal).getBoundingClientRect();
            return { x: box.x + box.width / 2, y: box.y + box.height * part }; }""",
            [goal, part],
        )
        return found


class Keyboard(Plan):
    """Without a mouse: nothing gets the focus but by the tabulator."""

    def to(self, control: Any) -> None:
        control.wait_for()
        for _ in range(TABS):
            if control.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no tabulator leads to {control}")

    def act(self, control: Any) -> None:
        if control.get_attribute("type") == "radio":
            self.to(control.page.locator("input[type=radio]:checked"))
            self.page.keyboard.press("ArrowDown")
            return
        self.to(control)
        self.page.keyboard.press("Space" if control.get_attribute("type") == "checkbox" else "Enter")

    def choose(self, label: str, option: str) -> None:
        control = self.page.get_by_label(label, exact=True)
        self.to(control)
        steps = control.evaluate(
            "(one, text) => [...one.options].findIndex(held => held.text === text) - one.selectedIndex",
            option,
        )
        for _ in range(abs(steps)):
            self.page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")

    def type(self, label: str, text: str) -> None:
        self.to(self.page.get_by_label(label, exact=True))
        self.page.keyboard.type(text)

    def day(self, wanted: str) -> None:
        shown = self.page.get_by_label("Datum", exact=True).input_value()
        self.press("Kalender")
        days = (date.fromisoformat(wanted) - date.fromisoformat(shown)).days
        self.page.locator(f"[data-day='{shown}']:focus").wait_for()
        weeks, rest = divmod(abs(days), 7)
        up, left = ("ArrowDown", "ArrowRight") if days > 0 else ("ArrowUp", "ArrowLeft")
        for key in [up] * weeks + [left] * rest:
            self.page.keyboard.press(key)
        self.page.locator(f"[data-day='{wanted}']:focus").wait_for()
        self.page.keyboard.press("Enter")


class Touch(Plan):
    """A finger on a phone: taps, and drags by the handle."""

    def act(self, control: Any) -> None:
        control.tap()

    def drag(self, source: str, goal: str, part: float = 0.5) -> None:
        handle = f"{source} .handle"
        self.page.evaluate(
            """async handle => { document.querySelector(handle).scrollIntoView({ block: "center" });
            for (const _ of "ab") await new Promise(requestAnimationFrame); }""",
            handle,
        )
        at = self.there(handle, 0.5)
        wire = self.page.context.new_cdp_session(self.page)

        def finger(kind: str, *points: dict[str, float]) -> None:
            wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

        finger("touchStart", at)
        there = self.there(goal, part)
        height = PHONE["viewport"]["height"]  # type: ignore[index]
        if not 100 < there["y"] < height - 100:
            finger("touchMove", {"x": at["x"], "y": EDGE if there["y"] < 100 else height - EDGE})
            self.page.wait_for_function(
                """([goal, part, height]) => {
                const box = document.querySelector(goal).getBoundingClientRect();
                const y = box.top + box.height * part;
                const left = document.documentElement.scrollHeight - scrollY;
                return y > 100 && (y < height - 100 || left - height < 1); }""",
                arg=[goal, part, height],
            )
            finger("touchMove", {"x": at["x"], "y": height / 2})  # away from the edge the page stands still
            self.page.evaluate(
                "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )
            there = self.there(goal, part)
        finger("touchMove", there)
        # A finger that rests before it lifts: a throw would swallow the tap that follows.
        self.page.evaluate("() => new Promise(done => setTimeout(done, 150))")
        finger("touchMove", {"x": there["x"] + 1, "y": there["y"]})
        finger("touchEnd")


WAYS: dict[str, type[Plan]] = {"click": Plan, "keyboard": Keyboard, "touch": Touch}
DRAGS: dict[str, type[Plan]] = {"mouse": Plan, "finger": Touch}


@pytest.fixture(scope="module")
def taken() -> Iterator[int]:
    """Counts days of which each test takes some that no other one works on, the first in two months."""
    return iter(range(60, 100_000, 8))


@pytest.fixture
def ahead(taken: Iterator[int]) -> Callable[..., str]:
    """A day of the test's own, and those after it."""
    first = datetime.now(ZONE).date() + timedelta(days=next(taken))

    def day(days: int = 0) -> str:
        return (first + timedelta(days=days)).isoformat()

    return day


@pytest.fixture(scope="module")
def roster(own_site: Any) -> Any:
    """The site with a second area."""
    path = own_site.folder / "more.toml"
    path.write_text(ROSTER, "utf-8")
    own_site.command("roster", "import", str(path))
    return own_site


@pytest.fixture
def plan(roster: Any, open_own: Callable[..., Any]) -> Callable[..., Plan]:
    """Opens the schedule of a day as somebody who works in one of the WAYS or DRAGS."""

    def make(
        day: str = "",
        way: str = "click",
        username: str = "ab12345",
        unit: str = "hc-andersberg",
        shift: str = "Dag",
    ) -> Plan:
        kind = (WAYS | DRAGS)[way]
        place = f"&date={day}&shift={shift}" if day else ""
        made = kind(open_own(f"/schema?unit={unit}{place}", username, **(PHONE if kind is Touch else {})))
        made.page.locator("#shift-now", has_text=re.compile(r"\d")).wait_for()
        return made

    return make
