"""One scene as it goes: everything that was heard of it, and what is still missing or was wrong.

Rules: a story is good when nothing is missing and nothing was wrong; what is wrong stays wrong. It judges by
what the devices showed and what Clinic24 was told; what the gateway says of itself must agree with it.
"""

from dataclasses import dataclass, field
from typing import Final

from protocols.clinic24.messages import Answer, Outcome
from simulators.demo.duty import Receiver, masked
from simulators.demo.scenes import Scene, Twist

BEEPS: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}
"""Beep code (ESPA record 3) by the event's priority, as the demo's configuration maps them."""

REPEATED: Final = "(upprepat)"
"""Marks a page that may have been shown before; without it, one that is shown twice is a fault."""

ON_THE_WAY: Final = frozenset({"sent", "delivered", "read", "acknowledged", "cancelled"})
"""Outcomes that may be heard of a good story; any other tells of a page that failed."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What a device showed; `beep` and `sound` are a handset's, a phone has none. `at` in clock seconds."""

    device: str
    text: str
    at: float
    beep: int | None = None
    sound: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """Whom the gateway says it pages, over what and for which reason."""

    receiver: str
    carrier: str
    reason: str


@dataclass(slots=True, eq=False)
class Story:
    """One scene. `receivers` are those who may be shown it: two if a shift ended while it was on its way."""

    scene: Scene
    begun: float
    wall: str
    receivers: tuple[Receiver, ...] = ()
    answer: Answer | None = None
    why: Why | None = None
    screens: list[Screen] = field(default_factory=list)
    alarm_due: bool = False
    alarm_screen: Screen | None = None
    pressed: bool = False
    outcomes: list[Outcome] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    ended: float | None = None

    @property
    def reached(self) -> Receiver | None:
        """Whose device showed it, rightly."""
        devices = {screen.device for screen in self.screens}
        return next((one for one in self.receivers if one.device in devices), None)

    @property
    def statuses(self) -> list[str]:
        """The answer and the outcomes so far, each word once."""
        words = [] if self.answer is None else [self.answer.status.value]
        return list(dict.fromkeys(words + [outcome.status for outcome in self.outcomes]))

    @property
    def good(self) -> bool:
        """Whether it reached what it had to, and nothing else."""
        return not self.wrong and not self.missing()

    def missing(self) -> list[str]:
        """What has not come yet, in sentences."""
        gaps = []
        if self.answer is None:
            gaps.append("no answer to Clinic24")
        if self.alarm_due and self.alarm_screen is None:
            gaps.append("no technical alarm at the switchboard")
        if self.receivers:
            gaps += self._missing_page()
        return gaps

    def _missing_page(self) -> list[str]:
        gaps = []
        if self.why is None:
            gaps.append("GET /api/alerts does not say who is paged and why")
        who = self.reached
        if who is None:
            gaps.append("not shown on " + " or ".join(_named(one) for one in self.receivers))
            return gaps
        proof = "acknowledged" if who.has_handset else "delivered"
        told = {outcome.status for outcome in self.outcomes if outcome.receiver == who.name}
        if who.has_handset and not self.pressed:
            gaps.append(f"{who.name} has not pressed OK")
        if proof not in told:
            gaps.append(f"no outcome {proof} by {who.name}")
        final = "acknowledged" if who.has_handset else "cancelled"
        if not any(outcome.final and outcome.status == final for outcome in self.outcomes):
            gaps.append(f"the alert has not ended as {final}")
        return gaps

    @property
    def wants_taking(self) -> bool:
        """Whether it is delivered to a phone, whose owner now opens the case in Clinic24."""
        who = self.reached
        delivered = any(outcome.status == "delivered" for outcome in self.outcomes)
        return who is not None and not who.has_handset and delivered

    def is_answered(self, answer: Answer, first: Answer | None) -> None:
        """The gateway's answer; `first` is that to the scene which this one repeats."""
        self.answer = answer
        if answer.status is not self.scene.answer:
            faults = "; ".join(f"{fault.path} {fault.message}" for fault in answer.errors)
            self.wrong.append(f"answered {answer.status} instead of {self.scene.answer} {faults}".strip())
        elif self.scene.twist is Twist.DUPLICATE and (first is None or answer.alert != first.alert):
            self.wrong.append(f"duplicate of alert {answer.alert}, not of its own first one")

    def is_explained(self, why: Why) -> None:
        """What the gateway says of it."""
        self.why = why
        if why.receiver not in {one.name for one in self.receivers}:
            names = " or ".join(one.name for one in self.receivers) or "nobody"
            self.wrong.append(f"the gateway pages {why.receiver}, by the roster it is {names}")

    def became(self, outcome: Outcome) -> None:
        """Something that Clinic24 was told."""
        self.outcomes.append(outcome)
        if outcome.status not in ON_THE_WAY:
            reason = f": {outcome.reason}" if outcome.reason else ""
            self.wrong.append(f"{outcome.scope} {outcome.status}{reason}")

    def is_shown(self, screen: Screen) -> None:
        """A device shows its case."""
        who = next((one for one in self.receivers if one.device == screen.device), None)
        where = masked(screen.device)
        if who is None:
            whom = " or ".join(_named(one) for one in self.receivers) or "nobody"
            self.wrong.append(f"shown on {where}, must be shown to {whom}")
        elif self.screens and REPEATED not in screen.text:
            self.wrong.append(f"shown on {where} once more")
        self.screens.append(screen)
        lost = [part for part in self.scene.says if part not in screen.text]
        if lost:
            self.wrong.append(f"the text on {where} lacks {', '.join(lost)}")
        if screen.beep is not None and screen.beep != BEEPS[self.scene.priority]:
            self.wrong.append(f"{where} beeped {screen.beep} instead of {BEEPS[self.scene.priority]}")


def _named(receiver: Receiver) -> str:
    return f"{masked(receiver.number)} ({receiver.name})"
