"""Clinic24 as the gateway meets it: sends events until they are answered, and hears what became of each.

Rules:
- an event without an answer when the connection is lost, or answered `retry`, is sent again with the same
  id, as the contract asks of a sender; a raw line is not, for a spoilt one may be what ends the connection;
- outcomes are asked for from the last `seq` seen, so none is missed over a reconnect;
- it says what happens by `Happening`s and prints nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Never

from twisted.application.internet import ClientService
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import (
    IDelayedCall,
    IReactorTime,
    IStreamClientEndpoint,
    ITCPTransport,
)
from twisted.python.failure import Failure

from protocols.clinic24.client import (
    AnswerReceived,
    ClientCommand,
    ClientEvent,
    EventClient,
    OutcomeReceived,
    RawLine,
)
from protocols.clinic24.messages import Answer, AnswerStatus, Outcome, Subscribe
from protocols.transport import Pump, PumpFactory
from simulators.clinic24_plan import Planned

RETRY_SECONDS: Final = 2.0
"""Pause before an event that was answered `retry` is sent again: a full disk is not freed in less."""

Connection = Pump[ClientCommand, Never, ClientEvent]


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened.

    `what` is connected, unreachable, lost, sent, repeated, answer, outcome or not_understood.
    """

    what: str
    fate: "Fate | None" = None
    answer: Answer | None = None
    outcome: Outcome | None = None
    detail: str | None = None


@dataclass(slots=True, eq=False)
class Fate:
    """What became of one planned line."""

    planned: Planned
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


class Clinic24:
    """One Clinic24 on one connection, which is made again whenever it is lost."""

    def __init__(
        self,
        clock: IReactorTime,
        endpoint: IStreamClientEndpoint,
        on_happening: Callable[[Happening], None] = lambda happening: None,
        since: int | None = None,
    ) -> None:
        self._clock = clock
        self._tell = on_happening
        self._service = ClientService(endpoint, PumpFactory(self._make_pump), clock=clock)
        self._pump: Connection | None = None
        self._last_seq = since
        self._repeats: dict[Fate, IDelayedCall] = {}
        self._by_identity: dict[tuple[str | None, str | None], list[Fate]] = {}
        self.fates: list[Fate] = []

    def start(self) -> None:
        """Connect, and stay connected."""
        self._service.startService()
        self._service.whenConnected(failAfterFailures=1).addErrback(self._unreachable)

    def stop(self) -> Deferred[None]:
        """Close the connection; what was not answered stays so."""
        for call in self._repeats.values():
            call.cancel()
        self._repeats.clear()
        return self._service.stopService()

    def send(self, planned: Planned) -> Fate:
        """Send a line now, or as soon as there is a connection."""
        fate = Fate(planned)
        self.fates.append(fate)
        self._by_identity.setdefault(planned.identity, []).append(fate)
        if self._pump is not None:
            self._transmit(self._pump, fate)
        return fate

    def hang_up(self) -> None:
        """Send no more on this connection, and wait for what is still to come on it."""
        if self._pump is not None and ITCPTransport.providedBy(self._pump.transport):
            self._pump.transport.loseWriteConnection()

    # --- the owner of the pump

    def connected(self, pump: Connection) -> None:
        self._pump = pump
        self._tell(Happening("connected"))
        pump.send(Subscribe(self._last_seq))
        for fate in self.fates:
            if fate.answer is None and not (fate.planned.raw and fate.sent):
                self._transmit(pump, fate)

    def received(self, pump: Connection, events: Sequence[ClientEvent]) -> None:
        for event in events:
            if isinstance(event, AnswerReceived):
                self._answered(event.answer)
            elif isinstance(event, OutcomeReceived):
                self._became(event.outcome)
            else:
                self._tell(Happening("not_understood", detail=event.reason))

    def disconnected(self, pump: Connection, reason: str) -> None:
        self._pump = None
        self._tell(Happening("lost", detail=reason))

    def _make_pump(self) -> Connection:
        return Pump(lambda now: EventClient(), self, self._clock)

    def _unreachable(self, failure: Failure) -> None:
        if not isinstance(failure.value, CancelledError):  # stopped before it was connected
            self._tell(Happening("unreachable", detail=failure.getErrorMessage()))

    def _transmit(self, pump: Connection, fate: Fate) -> None:
        fate.sent += 1
        pump.send(RawLine(fate.planned.data))
        self._tell(Happening("sent" if fate.sent == 1 else "repeated", fate))

    def _answered(self, answer: Answer) -> None:
        # The oldest first: answers to equal ids are told apart by nothing else.
        same = self._by_identity.get((answer.source, answer.id), [])
        fate = next((fate for fate in same if fate.sent and fate.answer is None), None)
        if fate is None:
            self._tell(Happening("not_understood", answer=answer, detail="an answer that nothing waits for"))
            return
        fate.answer = answer
        self._tell(Happening("answer", fate, answer=answer))
        if fate.waiting:
            self._repeats[fate] = self._clock.callLater(RETRY_SECONDS, self._repeat, fate)

    def _repeat(self, fate: Fate) -> None:
        del self._repeats[fate]
        fate.answer = None
        if self._pump is not None:
            self._transmit(self._pump, fate)

    def _became(self, outcome: Outcome) -> None:
        self._last_seq = outcome.seq
        same = self._by_identity.get((outcome.source, outcome.id))
        if same is not None:  # else it is another sender's
            same[0].outcomes.append(outcome)
            self._tell(Happening("outcome", same[0], outcome=outcome))
