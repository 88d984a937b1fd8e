"""The steps that are done by dragging: with the mouse, and with a finger on a phone."""

from collections.abc import Callable
from typing import Any

import pytest

DRAGS = pytest.mark.parametrize("way", ["mouse", "finger"])

Ahead = Callable[..., str]


def put(there: Any, *people: str) -> None:
    """On the shift, from the list."""
    for person in people:
        there.drag(f"#people [data-person={person}]", "#staffed", 0.95)
        there.page.locator(f"#staffed [data-person={person}]").wait_for()


@DRAGS
def test_step_4_staff_the_shift(plan: Any, way: str, ahead: Ahead) -> None:
    """People go from the list to the shift."""
    there = plan(ahead(), way)
    put(there, "anna", "erik")
    there.has("staffed", "Anna Berg", "Erik Lindqvist")
    there.says("Sparat")


@DRAGS
def test_step_5_assign_several_in_order(plan: Any, way: str, ahead: Ahead) -> None:
    """Onto a role, before somebody, from one role to another, and back to the shift."""
    there = plan(ahead(), way)
    put(there, "anna", "erik")
    there.drag("#staffed [data-person=anna]", "#nurse")
    there.has("nurse", "Anna Berg")
    there.drag("#staffed [data-person=erik]", "#nurse [data-person=anna]", 0.1)
    there.has("nurse", "Erik Lindqvist", "Anna Berg")
    there.drag("#nurse [data-person=anna]", "#nurse [data-person=erik]", 0.1)
    there.has("nurse", "Anna Berg", "Erik Lindqvist")
    there.drag("#nurse [data-person=anna]", "#doctor")
    there.has("doctor", "Anna Berg")
    there.has("nurse", "Erik Lindqvist")
    there.drag("#nurse [data-person=erik]", "#staffed", 0.95)
    there.has("nurse")
    there.has("staffed", "Anna Berg", "Erik Lindqvist")


@DRAGS
def test_step_6_swap(plan: Any, way: str, ahead: Ahead) -> None:
    """Dropped on somebody's name one takes the place: in one role, or of the whole shift."""
    there = plan(ahead(), way)
    put(there, "anna", "erik")
    there.drag("#staffed [data-person=anna]", "#nurse")
    there.has("nurse", "Anna Berg")
    there.drag("#staffed [data-person=erik]", "#nurse [data-person=anna]")
    there.has("nurse", "Erik Lindqvist")
    there.has("staffed", "Anna Berg", "Erik Lindqvist")
    there.drag("#people [data-person=maria]", "#staffed [data-person=erik]")
    there.has("nurse", "Maria Johansson")
    there.has("staffed", "Anna Berg", "Maria Johansson")
    there.press("Ångra")
    there.has("nurse", "Erik Lindqvist")


def box(page: Any, where: str) -> Any:
    """Where something stands, once it does: a list may just be drawn anew."""
    return page.wait_for_function(
        """one => {
            const found = document.querySelector(one)?.getBoundingClientRect();
            return found?.width ? found.toJSON() : null; }""",
        arg=where,
    ).json_value()


def test_what_a_drop_does_is_shown_before(plan: Any, ahead: Ahead) -> None:
    """Over a name: whose place one would take. Beside every list nothing is marked, and nothing happens."""
    there = plan(ahead(), "mouse")
    put(there, "anna", "erik")
    there.drag("#staffed [data-person=anna]", "#nurse")
    there.has("nurse", "Anna Berg")
    there.page.locator("#work").evaluate("one => one.scrollIntoView()")
    source = box(there.page, "#staffed [data-person=erik]")
    goal = box(there.page, "#nurse [data-person=anna]")
    middle = (goal["x"] + goal["width"] / 2, goal["y"] + goal["height"] / 2)
    there.page.mouse.move(source["x"] + 60, source["y"] + 15)
    there.page.mouse.down()
    there.page.mouse.move(*middle, steps=2)
    there.page.mouse.move(middle[0] + 1, middle[1])  # over it, now that the drag is under way
    there.page.locator("#nurse .over-place[data-swap='I stället för Anna Berg']").wait_for()
    for aside in range(3):  # the browser tells of a move when the next one comes
        there.page.mouse.move(middle[0] + aside, 3)
    there.page.locator("#nurse:not(.over)").wait_for()
    there.page.mouse.up()
    there.has("nurse", "Anna Berg")
