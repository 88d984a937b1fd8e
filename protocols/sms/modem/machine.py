"""The turn of the crank: bytes, time and wishes become inputs of the table, actions are its methods.

Rules: those of `protocols.session`. A state has at most one deadline of its own, set when it is entered or
by the action that enters it, and it dies with the state.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from protocols.sms.modem.errors import ModemError
from protocols.sms.modem.events import ModemEvent
from protocols.sms.modem.lines import Line, LineReader, Said
from protocols.sms.modem.tables import TABLE, Action, Input, State

WAITS = {State.WAKING: 20.0, State.SETTLING: 0.5, State.UNUSABLE: 15.0, State.RESETTING: 2.0}
"""Seconds that a state lasts at the most where no command is under way. A modem starts in 5 to 20."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one cell is done with."""

    given: Input
    before: State
    now: float
    line: Line | None = None
    error: ModemError | None = None


class Machine(ABC):
    """The state of one session and its timers; a subclass knows what its actions do."""

    def __init__(self, now: float) -> None:
        self.close_reason: str | None = None
        self._state = State.WAKING
        self._latest = self._since = now
        self._late_at: float | None = now + WAITS[State.WAKING]
        self._ping_at = self._poll_at = now
        self._reader = LineReader()
        self._out: list[bytes] = []
        self._events: list[ModemEvent] = []
        self._acts: dict[Action, Callable[[Step], None]] = {}

    @property
    def state(self) -> State:
        """Where the session stands."""
        return self._state

    def receive_data(self, data: bytes, now: float) -> list[ModemEvent]:
        """Everything that one read brought; what was due by `now` comes before it."""
        self._advance(now)
        for said in self._reader.feed(data):
            self._hear(said, now)
            self._work(now)
            self._advance(now)  # news may make supervision due at once, whatever else came in the same read
        return self._take()

    def receive_eof(self, now: float) -> list[ModemEvent]:
        """The line is gone."""
        self._advance(now)
        self._step(Input.GONE, now)
        return self._take()

    def data_to_send(self) -> bytes:
        """What is ready, joined."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def next_deadline(self) -> float | None:
        """The earliest timer, or at once if an event waits to be taken."""
        if self._news():
            return self._latest
        due = self._due()
        return None if due is None else due[0]

    def tick(self, now: float) -> list[ModemEvent]:
        """Whatever is due by `now`, each as at its own time."""
        self._advance(now)
        return self._take()

    def _step(
        self, given: Input, now: float, line: Line | None = None, error: ModemError | None = None
    ) -> None:
        """One cell of the table."""
        before = self._state
        action, after = TABLE[before, given]
        if after is not before:
            self._state, self._since = after, now
            self._late_at = now + WAITS[after] if after in WAITS else None
        self._acts[action](Step(given, before, now, line, error))

    def _due(self) -> tuple[float, Input] | None:
        timers: list[tuple[float, Input]] = []
        if self._late_at is not None:
            timers.append((self._late_at, Input.LATE))
        if self._state is State.WAKING:
            timers.append((self._ping_at, Input.PING_DUE))
        elif self._state is State.IDLE:
            # What fell due while a command was under way is due when its end is, and no earlier.
            timers.append((max(self._poll_at, self._since), Input.POLL_DUE))
        return min(timers, key=lambda timer: timer[0], default=None)

    def _advance(self, now: float) -> None:
        self._latest = max(self._latest, now)
        while (due := self._due()) is not None and due[0] <= now:
            self._step(due[1], due[0])
            self._work(due[0])

    @abstractmethod
    def _hear(self, said: Said, now: float) -> None:
        """Make an input of what the modem said."""

    @abstractmethod
    def _work(self, now: float) -> None:
        """Give the next command its turn, if nothing is under way."""

    @abstractmethod
    def _news(self) -> bool:
        """Whether there are events to be taken."""

    @abstractmethod
    def _take(self) -> list[ModemEvent]:
        """Take the events."""
