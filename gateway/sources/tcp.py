"""Clinic24 over TCP: one JSON document a line in, one answer line for each, outcomes to who asks for them.

Rules: an answer is sent when the intake has it, in any order. A connection that does not read its answers is
not read from; a subscriber that falls behind catches up from the store. One connection's fault is not
another's. At a stop nothing more is read, and what was read is answered before its connection is closed.
"""

from collections.abc import Sequence

from twisted.internet.defer import Deferred, gatherResults, maybeDeferred
from twisted.internet.interfaces import IAddress, IDelayedCall, IListeningPort, IStreamServerEndpoint

from gateway.clock import Clock
from gateway.intake import ANSWER_BY, Intake
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

STOP_WITHIN = ANSWER_BY + 1.0
"""Seconds until a connection is cut at a stop: every event has an answer by `ANSWER_BY`, and a peer that does
not read it in a second more asks again anyhow."""

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
        self._ended: Deferred[object] | None = None  # there from the stop on
        self._cutting: IDelayedCall | None = None

    async def listen(self) -> IAddress:
        """Listen; returns the address. Raises CannotListenError."""
        self._port = await self._endpoint.listen(PumpFactory(self._make_pump))
        return self._port.getHost()

    def stop(self) -> "Deferred[object]":
        """Read no more, answer what is under way, close everything; fires when it is closed."""
        self._ended = Deferred()
        closing = [self._ended]
        port, self._port = self._port, None
        if port is not None:
            closing.append(maybeDeferred(port.stopListening))
        self._cutting = self._clock.delays.callLater(STOP_WITHIN, self._cut)
        for pump in list(self._subscriptions):
            pump.read(False)
            self._close_answered(pump)
        self._all_closed()
        return gatherResults(closing).addCallback(lambda _: None)

    def state(self) -> LineState:
        """For people and monitors."""
        detail = f"{len(self._subscriptions)} connections" if self._port is not None else "not listening"
        return LineState(self.name, "tcp", self._port is not None, detail, dict(self._counters))

    # --- protocols.transport.Owner

    def connected(self, pump: TcpPump) -> None:
        """A sender has connected."""
        if len(self._subscriptions) >= CONNECTIONS_MOST or self._ended is not None:
            self._counters["connections_refused"] += 1
            pump.abort()
            return
        self._counters["connections"] += 1
        self._subscriptions[pump] = None
        pump.watch_pace(self._slow, self._fast)

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
        self._all_closed()

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
        if self._ended is None:
            pump.read(not pump.session.paused)
        else:
            self._close_answered(pump)

    def _close_answered(self, pump: TcpPump) -> None:
        assert isinstance(pump.session, EventServer)
        if not pump.session.unanswered:
            pump.close()

    def _cut(self) -> None:
        for pump in list(self._subscriptions):
            pump.abort()

    def _all_closed(self) -> None:
        if self._ended is not None and not self._subscriptions and not self._ended.called:
            if self._cutting is not None and self._cutting.active():
                self._cutting.cancel()
            self._ended.callback(None)

    def _subscribe(self, pump: TcpPump, since: int | None) -> None:
        def tell(outcomes: Sequence[StoredOutcome]) -> None:
            try:
                for outcome in outcomes:
                    pump.send(wire_outcome(outcome))
            except Exception:  # a new connection asks for what this one was not told
                pump.abort()
                raise

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
