"""Clinic24 as the gateway meets it over TCP: sends events until they are answered, hears what became of each.

Rules:
- an event without an answer when the connection is lost is sent again with the same id, as the contract asks
  of a sender; a raw line is not, for a spoilt one may be what ends the connection;
- outcomes are asked for from the last `seq` seen, so none is missed over a reconnect;
- it says what happens by `Happening`s and prints nothing.
"""

from collections.abc import Callable, Sequence
from typing import Never

from twisted.application.internet import ClientService
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IReactorTime, IStreamClientEndpoint, ITCPTransport
from twisted.python.failure import Failure

from protocols.clinic24.client import (
    AnswerReceived,
    ClientCommand,
    ClientEvent,
    EventClient,
    OutcomeReceived,
    RawLine,
)
from protocols.clinic24.messages import Answer, Subscribe
from protocols.transport import Pump, PumpFactory
from simulators.clinic24_fates import Fate, Fates, Happening
from simulators.clinic24_plan import Planned

Connection = Pump[ClientCommand, Never, ClientEvent]


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
        self._fates = Fates(clock, self._transmit, on_happening)

    @property
    def fates(self) -> list[Fate]:
        """All that was to be sent, in order."""
        return self._fates.all

    def start(self) -> None:
        """Connect, and stay connected."""
        self._service.startService()
        self._service.whenConnected(failAfterFailures=1).addErrback(self._unreachable)

    def stop(self) -> Deferred[None]:
        """Close the connection; what was not answered stays so."""
        self._fates.stop()
        return self._service.stopService()

    def send(self, planned: Planned) -> Fate:
        """Send a line now, or as soon as there is a connection."""
        return self._fates.add(planned)

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
                self._transmit(fate)

    def received(self, pump: Connection, events: Sequence[ClientEvent]) -> None:
        for event in events:
            if isinstance(event, AnswerReceived):
                self._answered(event.answer)
            elif isinstance(event, OutcomeReceived):
                self._last_seq = event.outcome.seq
                self._fates.became(event.outcome)
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

    def _transmit(self, fate: Fate) -> None:
        if self._pump is not None:
            self._fates.transmitted(fate)
            self._pump.send(RawLine(fate.planned.data))

    def _answered(self, answer: Answer) -> None:
        fate = self._fates.waiting_for(answer)
        if fate is None:
            self._tell(Happening("not_understood", answer=answer, detail="an answer that nothing waits for"))
        else:
            self._fates.answered(fate, answer)
