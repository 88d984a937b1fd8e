"""One cordless handset and the person who carries it.

A message that the base brings is shown, beeped and kept until it is declined or taken back; the owner
answers after a while, if the handset can be heard. Rules, as on real ones: the most urgent message stands
first, then the oldest; a full memory makes room only by what has been answered; a handset in a call, off
or out of range shows nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from twisted.internet.interfaces import IDelayedCall, IReactorTime

MEMORY = 50
"""Messages that a handset keeps; 8 to 50 are seen."""

SILENT_BEEP = 0
"""Beep code of a message that makes no sound."""


class HandsetState(StrEnum):
    """What can be the matter with a handset."""

    IN_RANGE = "in_range"
    OUT_OF_RANGE = "out_of_range"
    OFF = "off"
    IN_CHARGER = "in_charger"
    BUSY = "busy"
    SILENT = "silent"
    MEMORY_FULL = "memory_full"


class Answer(StrEnum):
    """What an owner does with a message."""

    ACCEPT = "accept"
    DECLINE = "decline"
    IGNORE = "ignore"


class Refusal(StrEnum):
    """Why a handset did not show a message."""

    BUSY = "busy"
    OFF = "off"
    OUT_OF_RANGE = "out_of_range"
    MEMORY_FULL = "memory_full"


@dataclass(slots=True)
class Owner:
    """The person: answers every message that can be heard, `delay` seconds after it was shown."""

    answer: Answer = Answer.ACCEPT
    delay: float = 5.0


@dataclass(frozen=True, slots=True)
class Shown:
    """One message on the screen; `at` is the clock's seconds, `priority` record 6, `beep` record 3 or 0."""

    text: str
    priority: int
    beep: int
    at: float


@dataclass(slots=True)
class _Kept:
    """A message in the memory, with the call that it came by."""

    shown: Shown
    call: object
    answered: bool = False
    timer: IDelayedCall | None = field(default=None, repr=False)


_REFUSES = {
    HandsetState.BUSY: Refusal.BUSY,
    HandsetState.OFF: Refusal.OFF,
    HandsetState.OUT_OF_RANGE: Refusal.OUT_OF_RANGE,
    HandsetState.MEMORY_FULL: Refusal.MEMORY_FULL,
}
_MUTE = frozenset({HandsetState.SILENT, HandsetState.IN_CHARGER})


class Handset:
    """A handset that the paging system reaches by `extension`; tests set `owner` and `state`."""

    def __init__(
        self,
        clock: IReactorTime,
        extension: str,
        owner: Owner,
        on_answer: Callable[["Handset", Shown, object, Answer], None],
        on_state: Callable[["Handset"], None],
    ) -> None:
        self.extension = extension
        self.owner = owner
        self._clock = clock
        self._on_answer = on_answer
        self._on_state = on_state
        self._state = HandsetState.IN_RANGE
        self._memory: list[_Kept] = []

    @property
    def state(self) -> HandsetState:
        """What is the matter with it."""
        return self._state

    @state.setter
    def state(self, state: HandsetState) -> None:
        if state is not self._state:
            self._state = state
            self._on_state(self)

    @property
    def screen(self) -> list[Shown]:
        """Messages in the memory, the one in front first."""
        return [kept.shown for kept in self._memory]

    def show(self, text: str, priority: int, beep: int, call: object) -> Shown | Refusal:
        """Take a message that came by radio; `call` comes back with the answer."""
        if self._state in _REFUSES:
            return _REFUSES[self._state]
        if len(self._memory) >= MEMORY and not self._forget_answered():
            return Refusal.MEMORY_FULL
        mute = self._state in _MUTE
        kept = _Kept(Shown(text, priority, SILENT_BEEP if mute else beep, self._clock.seconds()), call)
        self._memory.append(kept)
        self._memory.sort(key=lambda other: (other.shown.priority, other.shown.at))
        if not mute and self.owner.answer is not Answer.IGNORE:
            kept.timer = self._clock.callLater(self.owner.delay, self._answer, kept, self.owner.answer)
        return kept.shown

    def accept(self) -> None:
        """Press OK on the message in front that has no answer yet. Raises LookupError if there is none."""
        self._answer(self._open(), Answer.ACCEPT)

    def decline(self) -> None:
        """Press Reject on it. Raises LookupError if there is none."""
        self._answer(self._open(), Answer.DECLINE)

    def remove(self, wanted: Callable[[object], bool]) -> int:
        """Take back every message whose call is `wanted`; how many there were."""
        gone = [kept for kept in self._memory if wanted(kept.call)]
        for kept in gone:
            self._drop(kept)
        return len(gone)

    def stop(self) -> None:
        """Forget the timers."""
        for kept in self._memory:
            self._cancel(kept)

    def _open(self) -> _Kept:
        for kept in self._memory:
            if not kept.answered:
                return kept
        raise LookupError(f"{self.extension} shows nothing that waits for an answer")

    def _answer(self, kept: _Kept, answer: Answer) -> None:
        if self._state in (HandsetState.OFF, HandsetState.OUT_OF_RANGE):
            self._cancel(kept)  # nobody can answer over it; what is shown stays
            return
        self._cancel(kept)
        kept.answered = True
        if answer is Answer.DECLINE:
            self._memory.remove(kept)
        self._on_answer(self, kept.shown, kept.call, answer)

    def _forget_answered(self) -> bool:
        oldest = min(
            (kept for kept in self._memory if kept.answered), key=lambda kept: kept.shown.at, default=None
        )
        if oldest is not None:
            self._drop(oldest)
        return oldest is not None

    def _drop(self, kept: _Kept) -> None:
        self._cancel(kept)
        self._memory.remove(kept)

    def _cancel(self, kept: _Kept) -> None:
        if kept.timer is not None and kept.timer.active():
            kept.timer.cancel()
        kept.timer = None
