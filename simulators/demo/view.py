"""What a view of the demo can be told; and the one for logs and programs: a line for each thing."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from simulators.demo import words
from simulators.demo.duty import Roster, masked
from simulators.demo.story import Screen, Story


class View(Protocol):
    """Shows the demo to somebody."""

    def status(self, text: str) -> None:
        """What the demo is at, or waits for."""

    def begin(self, roster: Roster, at: datetime) -> None:
        """Everything is ready; this is who is on duty."""

    def changed(self, story: Story, what: str) -> None:
        """Something happened to a story; see `book.Changed`."""

    def stray(self, text: str) -> None:
        """Something was shown or happened that belongs to no story."""

    def summary(self, stories: Sequence[Story], strays: Sequence[str], verdict: str, good: bool) -> None:
        """The end of the sending: what became of everything."""

    def farewell(self, text: str) -> None:
        """The very last word."""


class LineView:
    """Plain lines, nothing wrapped or cut; or one JSON object a line."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._roster: Roster | None = None

    def status(self, text: str) -> None:
        self._say("status", text)

    def begin(self, roster: Roster, at: datetime) -> None:
        self._roster = roster
        for unit, shift, doctors, nurses in words.on_duty(roster, at):
            self._say("on duty", f"{unit}, {shift}: doctor {doctors}; nurse {nurses}")

    def changed(self, story: Story, what: str) -> None:
        text = self._text(story, what)
        if text:
            self._say(what, text, story.scene.number)

    def stray(self, text: str) -> None:
        self._say("stray", text)

    def summary(self, stories: Sequence[Story], strays: Sequence[str], verdict: str, good: bool) -> None:
        for sort, right, total in words.counts(stories):
            self._say("summary", f"{right} of {total}  {sort}")
        for story in stories:
            if story.ended is not None and not story.good:
                self._say("failed", words.faults(story), story.scene.number)
        for text in strays:
            self._say("failed", text)
        self._say("passed" if good else "failed", verdict)

    def farewell(self, text: str) -> None:
        self._say("ended", text)

    def _say(self, what: str, text: str, number: int | None = None) -> None:
        if self._as_json:
            members: dict[str, Any] = {"what": what, "event": number, "text": text}
            told = {name: value for name, value in members.items() if value is not None}
            print(json.dumps(told, ensure_ascii=False), flush=True)
        else:
            print(f"{'' if number is None else f'#{number}':<5}{what:<10} {text}", flush=True)

    def _text(self, story: Story, what: str) -> str:
        texts = {
            "sent": self._sent,
            "answered": _answered,
            "explained": _explained,
            "shown": lambda one: _shown(one.screens[-1]),
            "alarm": lambda one: "" if one.alarm_screen is None else _shown(one.alarm_screen),
            "pressed": lambda one: "" if one.reached is None else f"{one.reached.name} presses OK",
            "outcome": _outcome,
            "ended": _ended,
        }
        return texts[what](story)

    def _sent(self, story: Story) -> str:
        assert self._roster is not None
        scene = story.scene
        place = words.where(scene, self._roster)
        parts = (
            words.what(scene),
            words.priority(scene),
            place,
            words.asks(scene),
            words.way(scene),
            scene.note,
        )
        return ", ".join(part for part in parts if part)


def _answered(story: Story) -> str:
    answer = story.answer
    if answer is None:
        return ""
    return f"{answer.status}, alert {answer.alert}" if answer.alert else answer.status.value


def _explained(story: Story) -> str:
    why = story.why
    return "" if why is None else f"{why.receiver}: {why.reason}; {words.carrier(why)}"


def _shown(screen: Screen) -> str:
    sound = "SMS tone" if screen.beep is None else f"beep {screen.beep} ({screen.sound})"
    return f"{masked(screen.device)} {sound}: {screen.text}"


def _outcome(story: Story) -> str:
    last = story.outcomes[-1]
    return "" if last.scope == "alert" else f"{last.status} {last.receiver or ''}".strip()


def _ended(story: Story) -> str:
    return f"as it should be, after {words.seconds(story)}" if story.good else words.faults(story)
