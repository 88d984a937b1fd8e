"""The book of a demo: puts what devices show and what Clinic24 hears into the stories that they belong to.

Rules: a page belongs to the story whose case reference it shows; a technical alarm to the story that caused
it. Whatever belongs to none is a stray, and one stray fails the demo. The book holds at most
`scenes.SCENES_MOST` stories, because the demo sends no more.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from protocols.clinic24.messages import Answer, AnswerStatus, Outcome
from simulators.demo.duty import Roster, masked
from simulators.demo.scenes import CATCH_ALL, Scene
from simulators.demo.story import Screen, Story, Why

TECHNICAL: Final = "TEKNISKT LARM"
"""How the gateway begins a page about itself."""

CASE: Final = re.compile(r"\bA-\d+\b")

Changed = Callable[[Story, str], None]
"""Told of every change: the story, and sent, answered, explained, shown, alarm, pressed, outcome or ended."""


class Book:
    """All stories; `patience` is seconds that each may take."""

    def __init__(
        self, roster: Roster, patience: float, changed: Changed, stray: Callable[[str], None]
    ) -> None:
        self.stories: list[Story] = []
        self.strays: list[str] = []
        self._roster = roster
        self._patience = patience
        self._changed = changed
        self._stray = stray
        self._by_case: dict[str, Story] = {}
        self._alarms_told: set[str] = set()

    @property
    def open(self) -> list[Story]:
        """Stories that still wait for something."""
        return [story for story in self.stories if story.ended is None]

    @property
    def good(self) -> bool:
        """Whether everything that has ended was good, and nothing else was shown."""
        return not self.strays and all(story.good for story in self.stories if story.ended is not None)

    def begin(self, scene: Scene, at: datetime, now: float) -> Story:
        """A scene is sent: `at` is the time that decides who is on, `now` clock seconds."""
        story = Story(scene, now, f"{self._roster.local(at):%H:%M:%S}")
        story.alarm_due = scene.alarm is not None and scene.alarm not in self._alarms_told
        self._expect(story, at)
        self.stories.append(story)
        if scene.event is not None and scene.event.case and scene.repeats is None:
            self._by_case[scene.event.case] = story
        self._changed(story, "sent")
        return story

    def answered(self, story: Story, answer: Answer, at: datetime, now: float) -> None:
        """The gateway has answered it."""
        repeats = story.scene.repeats
        story.is_answered(answer, None if repeats is None else self.stories[repeats - 1].answer)
        self._expect(story, at)  # the shift may have changed since it was sent
        self._after(story, "answered", now)

    def explained(self, story: Story, why: Why, now: float) -> None:
        """The gateway has said whom it pages, and why."""
        story.is_explained(why)
        self._after(story, "explained", now)

    def became(self, story: Story, outcome: Outcome, now: float) -> None:
        """Clinic24 was told of an outcome."""
        story.became(outcome)
        self._after(story, "outcome", now)

    def shown(self, screen: Screen) -> None:
        """A device shows something."""
        case = CASE.search(screen.text)
        story = None if case is None else self._by_case.get(case.group())
        if story is not None:
            story.is_shown(screen)
            self._after(story, "shown", screen.at)
        elif (story := self._alarmed(screen)) is not None:
            story.alarm_screen = screen
            self._alarms_told.add(story.scene.alarm or "")
            self._after(story, "alarm", screen.at)
        else:
            self.report(f"{masked(screen.device)} shows what nobody sent: {screen.text}")

    def pressed(self, device: str, text: str, now: float) -> None:
        """The owner of a handset has answered with OK."""
        case = CASE.search(text)
        story = None if case is None else self._by_case.get(case.group())
        if story is not None and story.reached is not None and story.reached.device == device:
            story.pressed = True
            self._after(story, "pressed", now)

    def report(self, what: str) -> None:
        """Something that belongs to no story, and so fails the demo."""
        self.strays.append(what)
        self._stray(what)

    def give_up(self, now: float) -> None:
        """End every story that has taken too long, or has gone wrong and waits for nothing."""
        for story in self.open:
            if now - story.begun >= self._patience:
                story.wrong += story.missing()
                self._end(story, now)

    def _expect(self, story: Story, at: datetime) -> None:
        whom = story.scene.whom(self._roster, at)
        expected = story.scene.answer is AnswerStatus.ACCEPTED
        if expected and whom is not None and whom not in story.receivers:
            story.receivers = (*story.receivers, whom)

    def _alarmed(self, screen: Screen) -> Story | None:
        """The story that this technical alarm is about: the oldest that has not been told of yet."""
        at_switchboard = screen.device == self._roster.receivers[CATCH_ALL].device
        if not at_switchboard or not screen.text.startswith(TECHNICAL):
            return None
        causes = [one for one in self.stories if one.scene.alarm and one.scene.alarm in screen.text]
        return next((one for one in causes if one.alarm_screen is None), None)

    def _after(self, story: Story, what: str, now: float) -> None:
        self._changed(story, what)
        if story.ended is None and not story.missing():
            self._end(story, now)

    def _end(self, story: Story, now: float) -> None:
        story.ended = now
        self._changed(story, "ended")
