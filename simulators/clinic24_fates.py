"""What one Clinic24 has sent and what became of it, whatever way it goes.

Rules:
- an event answered `retry` is sent again with the same id after a pause, as the contract asks of a sender;
- of equal ids the oldest that waits gets the answer, and the oldest of all the outcomes;
- what happens is told by `Happening`s. Everything sent is kept for the report: as much as was planned.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from protocols.clinic24.messages import Answer, AnswerStatus, Outcome
from simulators.clinic24_plan import Planned

RETRY_SECONDS: Final = 2.0
"""Pause before an event that was answered `retry` is sent again: a full disk is not freed in less."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened.

    `what` is connected, unreachable, lost, sent, repeated, refused (by a broker), answer, outcome or
    not_understood.
    """

    what: str
    fate: "Fate | None" = None
    answer: Answer | None = None
    outcome: Outcome | None = None
    detail: str | None = None


@dataclass(slots=True, eq=False)
class Fate:
    """What became of one planned line, the `number`th of its Clinic24 from 0."""

    planned: Planned
    number: int
    sent: int = 0
    answer: Answer | None = None
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def waiting(self) -> bool:
        """Whether an answer that settles it is still to come."""
        return self.answer is None or (self.answer.status is AnswerStatus.RETRY and not self.planned.raw)

    @property
    def closed(self) -> bool:
        """Whether nothing more is to come: no alert of its own, or the alert has its final outcome."""
        if self.answer is None or self.answer.status is not AnswerStatus.ACCEPTED:
            return not self.waiting
        return any(outcome.final for outcome in self.outcomes)

    @property
    def good(self) -> bool:
        """Whether the answer is the expected one; without an expectation, any but rejected and retry."""
        status = None if self.answer is None else self.answer.status
        if self.planned.expect is not None:
            return status is self.planned.expect
        return status not in {None, AnswerStatus.REJECTED, AnswerStatus.RETRY}


class Clinic(Protocol):
    """A Clinic24, whatever way it sends."""

    @property
    def fates(self) -> list[Fate]:
        """All that was to be sent, in order."""

    def start(self) -> None:
        """Connect, and stay connected."""

    def stop(self) -> Deferred[None]:
        """Disconnect; what was not answered stays so. May be called again."""

    def send(self, planned: Planned) -> Fate:
        """Send a line now, or as soon as there is a connection."""


class Fates:
    """The fates of one Clinic24. `transmit` sends a line, now or when it can."""

    def __init__(
        self, clock: IReactorTime, transmit: Callable[[Fate], None], tell: Callable[[Happening], None]
    ) -> None:
        self.all: list[Fate] = []
        self._clock = clock
        self._transmit = transmit
        self._tell = tell
        self._repeats: dict[Fate, IDelayedCall] = {}
        self._by_identity: dict[tuple[str | None, str | None], list[Fate]] = {}

    def add(self, planned: Planned) -> Fate:
        """A line that is to be sent, and now is if it can."""
        fate = Fate(planned, len(self.all))
        self.all.append(fate)
        self._by_identity.setdefault(planned.identity, []).append(fate)
        self._transmit(fate)
        return fate

    def stop(self) -> None:
        """Repeat nothing any more."""
        for call in self._repeats.values():
            call.cancel()
        self._repeats.clear()

    def transmitted(self, fate: Fate) -> None:
        """It is on its way."""
        fate.sent += 1
        self._tell(Happening("sent" if fate.sent == 1 else "repeated", fate))

    def waiting_for(self, answer: Answer) -> Fate | None:
        """The one that this answer must be meant for: nothing else tells answers to equal ids apart."""
        same = self._by_identity.get((answer.source, answer.id), [])
        return next((fate for fate in same if fate.sent and fate.answer is None), None)

    def answered(self, fate: Fate, answer: Answer) -> None:
        """The gateway has answered it."""
        fate.answer = answer
        self._tell(Happening("answer", fate, answer=answer))
        if fate.waiting:
            self._repeats[fate] = self._clock.callLater(RETRY_SECONDS, self._repeat, fate)

    def became(self, outcome: Outcome) -> None:
        """The gateway tells an outcome, perhaps one of another sender, perhaps once more."""
        same = self._by_identity.get((outcome.source, outcome.id))
        if same is not None and outcome not in same[0].outcomes:
            same[0].outcomes.append(outcome)
            self._tell(Happening("outcome", same[0], outcome=outcome))

    def _repeat(self, fate: Fate) -> None:
        del self._repeats[fate]
        fate.answer = None
        self._transmit(fate)
