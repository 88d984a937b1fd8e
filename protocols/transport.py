"""Pumps any session over a Twisted transport: the only Twisted in this package.

Rules: the session says everything, the pump only carries it. After every call into the session the pump
hands on its events, then writes what is ready in one write, then arms one timer for the next deadline.
An owner that raises does not stop the pump: Twisted would drop the connection for it, and that is meant,
for then the session's own `connection lost` path runs and nothing hangs half-way. Who listens in on the wire
(`tap`) sees what passes as it passes; a tap must not raise.
"""

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IHalfCloseableProtocol,
    IPushProducer,
    IReactorTime,
    ITCPTransport,
)
from twisted.internet.protocol import Factory, connectionDone
from twisted.internet.protocol import Protocol as TwistedProtocol
from twisted.python.failure import Failure
from zope.interface import implementer

from protocols.capture import Direction
from protocols.session import Session, Token

CommandT = TypeVar("CommandT")
AnswerT = TypeVar("AnswerT")
EventT = TypeVar("EventT")


class Owner(Protocol[CommandT, AnswerT, EventT]):
    """Whoever runs a connection: a carrier or source of the gateway, a simulated device, a test."""

    def connected(self, pump: "Pump[CommandT, AnswerT, EventT]") -> None:
        """The connection stands and `pump` may be used."""

    def received(self, pump: "Pump[CommandT, AnswerT, EventT]", events: Sequence[EventT]) -> None:
        """Events in order, all that one read or one tick brought."""

    def disconnected(self, pump: "Pump[CommandT, AnswerT, EventT]", reason: str) -> None:
        """The connection is gone; every event of its end has been handed on before."""


@implementer(IHalfCloseableProtocol, IPushProducer)
class Pump(TwistedProtocol, Generic[CommandT, AnswerT, EventT]):
    """One session on one Twisted transport.

    `byte_seconds` is the time that one byte takes on the line (0.0 on a network), so that a session's
    timers start when the last byte has left and not when it was handed to the driver.
    """

    def __init__(
        self,
        session: Callable[[float], Session[CommandT, AnswerT, EventT]],
        owner: Owner[CommandT, AnswerT, EventT],
        clock: IReactorTime,
        byte_seconds: float = 0.0,
    ) -> None:
        self._make_session = session
        self._owner = owner
        self._clock = clock
        self._byte_seconds = byte_seconds
        self._line_free = 0.0
        self._timer: IDelayedCall | None = None
        self._reading = True
        self._lost = False
        self.session: Session[CommandT, AnswerT, EventT]
        self._congested: Callable[[Pump[CommandT, AnswerT, EventT]], None] = _ignore
        self._drained: Callable[[Pump[CommandT, AnswerT, EventT]], None] = _ignore
        self.tap: Callable[[Direction, bytes, float], None] | None = None
        """Told of every read and write with its time in seconds of the clock; None while nobody listens."""

    def connectionMade(self) -> None:
        assert self.transport is not None
        if ITCPTransport.providedBy(self.transport):
            # Nagle's algorithm held an answer for 10 ms; without it 1.25 ms were measured.
            self.transport.setTcpNoDelay(True)
        self.session = self._make_session(self._clock.seconds())
        self._owner.connected(self)
        self._after([])

    def dataReceived(self, data: bytes) -> None:
        if self.tap is not None:
            self.tap(Direction.RECEIVED, data, self._clock.seconds())
        self._after(self.session.receive_data(data, self._clock.seconds()))

    def readConnectionLost(self) -> None:
        self._after(self.session.receive_eof(self._clock.seconds()))

    def writeConnectionLost(self) -> None:
        """The peer reads no more; its end of file or the next write tells the rest."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._cancel_timer()
        events = self.session.receive_eof(self._clock.seconds())
        try:
            if events:
                self._owner.received(self, events)
        finally:
            self._lost = True
            self._cancel_timer()
            self._owner.disconnected(self, self.session.close_reason or reason.getErrorMessage())

    def watch_pace(
        self,
        congested: Callable[["Pump[CommandT, AnswerT, EventT]"], None],
        drained: Callable[["Pump[CommandT, AnswerT, EventT]"], None],
    ) -> None:
        """Be told when the peer reads slower than we write, and when it has caught up.

        Only who can wait asks: a transport with a producer does not close before that is unregistered, as
        `close` does, but whoever closes the transport itself would wait for ever.
        """
        self._congested, self._drained = congested, drained
        register = getattr(self.transport, "registerProducer", None)
        if register is not None:
            register(self, True)

    def pauseProducing(self) -> None:
        """Twisted: the transport's buffer is full."""
        self._congested(self)

    def resumeProducing(self) -> None:
        """Twisted: there is room again."""
        self._drained(self)

    def stopProducing(self) -> None:
        """Twisted: the connection is going; `connectionLost` says so."""

    def read(self, wanted: bool) -> None:
        """Go on reading from the transport, or stop, so that the peer feels that we cannot keep up."""
        if wanted != self._reading:
            self._reading = wanted
            pace = getattr(self.transport, "resumeProducing" if wanted else "pauseProducing", None)
            if pace is not None:
                pace()

    def send(self, command: CommandT) -> None:
        """Hand a command to the session. Raises LocalProtocolError as the session does."""
        self.session.send(command, self._clock.seconds())
        self._after([])

    def answer(self, token: Token, answer: AnswerT) -> None:
        """Hand a durable answer to the session. Raises LocalProtocolError as the session does."""
        self.session.answer(token, answer, self._clock.seconds())
        self._after([])

    def close(self) -> None:
        """Send what is ready and close."""
        if self.transport is not None:
            # A transport with a producer waits for it before it closes.
            unregister = getattr(self.transport, "unregisterProducer", None)
            if unregister is not None:
                unregister()
            self.transport.loseConnection()

    def abort(self) -> None:
        """Close at once, whatever is under way; for a peer that does not take our bytes any more."""
        abort = getattr(self.transport, "abortConnection", None)
        if abort is not None:
            abort()
        else:
            self.close()

    def _after(self, events: Sequence[EventT]) -> None:
        self._flush()
        if events:
            self._owner.received(self, events)
            self._flush()
        if self.session.close_reason is not None:
            self._cancel_timer()
            self.close()
        else:
            self._arm()

    def _flush(self) -> None:
        data = self.session.data_to_send()
        if not data or self.transport is None or self._lost:
            return
        self.transport.write(data)
        now = self._clock.seconds()
        if self.tap is not None:
            self.tap(Direction.SENT, data, now)
        self._line_free = max(now, self._line_free) + len(data) * self._byte_seconds
        self.session.sent(self._line_free)

    def _arm(self) -> None:
        deadline = None if self._lost else self.session.next_deadline()
        if deadline is None:
            self._cancel_timer()
            return
        delay = max(0.0, deadline - self._clock.seconds())
        if self._timer is not None and self._timer.active():
            self._timer.reset(delay)
        else:
            self._timer = self._clock.callLater(delay, self._tick)

    def _tick(self) -> None:
        self._timer = None
        try:
            self._after(self.session.tick(self._clock.seconds()))
        except Exception:
            # As Twisted does for a read: a pump without its timer would never notice that its peer is silent.
            self.abort()
            raise

    def _cancel_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None


def _ignore(pump: "Pump[CommandT, AnswerT, EventT]") -> None:
    """Whoever does not ask is not told."""


class PumpFactory(Factory):
    """Makes a pump for each connection; silent, for whoever owns it does the logging."""

    noisy = False

    def __init__(self, make: Callable[[], "Pump[CommandT, AnswerT, EventT]"]) -> None:
        self._make = make

    def buildProtocol(self, addr: IAddress | None) -> TwistedProtocol:
        return self._make()
