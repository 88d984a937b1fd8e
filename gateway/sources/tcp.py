"""Clinic24 over TCP: one JSON document a line in, one answer line for each, outcomes to who asks for them.

Rules: an answer is sent when the intake has it, in any order. A connection that does not read its answers is
not read from; a subscriber that falls behind catches up from the store. One connection's fault is not
another's.
"""

from collections.abc import Sequence

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.interfaces import IAddress, IListeningPort, IStreamServerEndpoint

from gateway.clock import Clock
from gateway.intake import Intake
from gateway.logs import get_logger
from gateway.outbox import Outbox, Subscription
from gateway.ports import LineState
from gateway.sources.wording import wire_outcome
from gateway.store.values import StoredOutcome
from protocols.clinic24.lines import (
    EventReceived,
    EventRefused,
    EventServer,
    ServerEvent,
    SubscribeReceived,
)
from protocols.clinic24.messages import Answer, Outcome
from protocols.session import LocalProtocolError, Token
from protocols.transport import Pump, PumpFactory

CONNECTIONS_MOST = 1000
"""Connections at once: Clinic24 has a handful; what is above is refused so that those keep their memory."""

log = get_logger("tcp")

TcpPump = Pump[Outcome, Answer, ServerEvent]


class TcpSource:
    """Listens, and owns the pumps of its connections."""

    def __init__(
        self, name: str, endpoint: IStreamServerEndpoint, clock: Clock, intake: Intake, outbox: Outbox
    ) -> None:
        self.name = name
        self._endpoint = endpoint
        self._clock = clock
        self._intake = intake
        self._outbox = outbox
        self._port: IListeningPort | None = None
        self._subscriptions: dict[TcpPump, Subscription | None] = {}
        self._counters = {"connections": 0, "events": 0, "refused": 0, "connections_refused": 0}

    async def listen(self) -> IAddress:
        """Listen; returns the address. Raises CannotListenError."""
        self._port = await self._endpoint.listen(PumpFactory(self._make_pump))
        return self._port.getHost()

    def stop(self) -> "Deferred[object]":
        """Close everything; fires when it is closed."""
        for pump in list(self._subscriptions):
            pump.close()
        port, self._port = self._port, None
        return maybeDeferred(port.stopListening) if port is not None else maybeDeferred(lambda: None)

    def state(self) -> LineState:
        """For people and monitors."""
        detail = f"{len(self._subscriptions)} connections" if self._port is not None else "not listening"
        return LineState(self.name, "tcp", self._port is not None, detail, dict(self._counters))

    # --- protocols.transport.Owner

    def connected(self, pump: TcpPump) -> None:
        """A sender has connected."""
        if len(self._subscriptions) >= CONNECTIONS_MOST:
            self._counters["connections_refused"] += 1
            pump.abort()
            return
        self._counters["connections"] += 1
        self._subscriptions[pump] = None
        pump.congested = self._slow
        pump.drained = self._fast

    def received(self, pump: TcpPump, events: Sequence[ServerEvent]) -> None:
        """What one read brought."""
        for event in events:
            match event:
                case EventReceived(token, received):
                    self._counters["events"] += 1
                    self._answer_later(pump, token, self._intake.event(received, self.name))
                case EventRefused(token, fault):
                    self._counters["refused"] += 1
                    self._answer_later(pump, token, self._intake.refused(fault, self.name))
                case SubscribeReceived(since):
                    self._subscribe(pump, since)
        self._throttle(pump)

    def disconnected(self, pump: TcpPump, reason: str) -> None:
        """The sender is gone; what it sent goes on."""
        log.debug("connection closed", source=self.name, reason=reason)
        subscription = self._subscriptions.pop(pump, None)
        if subscription is not None:
            subscription.end()

    # --- inside

    def _make_pump(self) -> TcpPump:
        return Pump(lambda _now: EventServer(), self, self._clock.delays)

    def _answer_later(self, pump: TcpPump, token: Token, answer: "Deferred[Answer]") -> None:
        answer.addCallback(self._answer, pump, token)
        answer.addErrback(lambda failure: log.error("no answer", reason=failure.getTraceback()))

    def _answer(self, answer: Answer, pump: TcpPump, token: Token) -> None:
        if pump not in self._subscriptions:
            return
        try:
            pump.answer(token, answer)
        except LocalProtocolError as error:
            log.warning("an answer found no event", source=self.name, reason=str(error))
        self._throttle(pump)

    def _throttle(self, pump: TcpPump) -> None:
        """Read no further while more events are open than one connection may have."""
        assert isinstance(pump.session, EventServer)
        pump.read(not pump.session.paused)

    def _subscribe(self, pump: TcpPump, since: int | None) -> None:
        def tell(outcomes: Sequence[StoredOutcome]) -> None:
            for outcome in outcomes:
                pump.send(wire_outcome(outcome))

        subscription = self._outbox.subscribe(tell, since)
        self._subscriptions[pump] = subscription
        subscription.resume()

    def _slow(self, pump: TcpPump) -> None:
        subscription = self._subscriptions.get(pump)
        if subscription is not None:
            subscription.pause()

    def _fast(self, pump: TcpPump) -> None:
        subscription = self._subscriptions.get(pump)
        if subscription is not None:
            self._clock.delays.callLater(0, self._resume, pump)

    def _resume(self, pump: TcpPump) -> None:
        subscription = self._subscriptions.get(pump)
        if subscription is not None and subscription.paused:
            subscription.resume()
