"""The two ends of a connection in memory, as Twisted's TCP transports behave towards a protocol.

Each end reads from one `Way` and writes to the other; an end of file follows the bytes in the same queue.
"""

from collections.abc import Callable, Iterable
from enum import Enum, auto

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import (
    IConsumer,
    IHalfCloseableProtocol,
    IProducer,
    IProtocol,
    IPullProducer,
    IPushProducer,
    IReactorTime,
    ITCPTransport,
)
from twisted.python.failure import Failure
from zope.interface import implementer

from simulators.lines import Line, Way

HIGH_WATER = 65536
"""Bytes under way at which a registered producer is paused: Twisted's own buffer size."""


_Way = Way["Transport"]


class _State(Enum):
    """One end of a connection."""

    OPEN = auto()
    WRITE_CLOSED = auto()  # half-closed by us: we read on
    CLOSING = auto()  # loseConnection waits for a pull producer, or for a push producer that is paused
    ENDING = auto()  # our end of file is under way, connectionLost follows
    CLOSED = auto()


@implementer(ITCPTransport, IConsumer, IPushProducer)
class Transport:
    """One end of a connection in memory."""

    def __init__(
        self, clock: IReactorTime, host: IPv4Address, peer: IPv4Address, way_in: _Way, way_out: _Way
    ) -> None:
        self._clock = clock
        self._host = host
        self._peer = peer
        self._in = way_in
        self._out = way_out
        self._state = _State.OPEN
        self._protocol: IProtocol | None = None
        self._producer: IProducer | None = None
        self._pulls = False
        self._resume: Callable[[], object] | None = None
        self._no_delay = False
        self._keep_alive = False
        way_in.target = self

    @property
    def connected(self) -> bool:
        """Whether `connectionLost` has not been called yet."""
        return self._state is not _State.CLOSED

    def attach(self, protocol: IProtocol) -> None:
        """Give the connection to `protocol`, which hears connectionMade."""
        self._protocol = protocol
        self._guarded(lambda: protocol.makeConnection(self))

    def drop(self, why: Exception) -> None:
        """Lose the connection soon, as by a cable that was cut: what is under way is gone."""
        self._in.clear()
        self._out.clear()
        self._clock.callLater(0, self._lost, why)

    # --- what the way in delivers

    def deliver(self, data: bytes) -> None:
        """Hand on bytes that arrived; a closed end answers them with a reset."""
        peer = self._out.target
        if self._state is _State.CLOSED:
            peer.drop(ConnectionLost())
            return
        protocol = self._protocol
        if self._state in {_State.OPEN, _State.WRITE_CLOSED} and protocol is not None:
            self._guarded(lambda: protocol.dataReceived(data))
        peer.drained()

    def deliver_eof(self) -> None:
        """The peer sends no more; a protocol that knows no half-close loses its connection by it."""
        half_closeable = IHalfCloseableProtocol(self._protocol, None)
        if self._state in {_State.OPEN, _State.WRITE_CLOSED} and half_closeable is not None:
            self._guarded(half_closeable.readConnectionLost)
        else:
            self._shut(ConnectionDone())

    def drained(self) -> None:
        """Let a producer go on once nothing is under way any more."""
        if self._out.bytes_under_way > 0:
            return
        if self._resume is not None:
            resume, self._resume = self._resume, self._resume if self._pulls else None
            resume()
        elif self._state is _State.CLOSING:
            self._end()

    # --- ITCPTransport

    def write(self, data: bytes) -> None:
        if not isinstance(data, bytes):
            raise TypeError(f"data must be bytes, not {type(data).__name__}")
        if not data or self._state not in {_State.OPEN, _State.CLOSING}:
            return
        self._out.carry(data)
        if IPushProducer.providedBy(self._producer) and self._out.bytes_under_way > HIGH_WATER:
            self._resume = self._producer.resumeProducing
            self._producer.pauseProducing()

    def writeSequence(self, data: Iterable[bytes]) -> None:
        self.write(b"".join(data))

    def loseConnection(self) -> None:
        if self._state is _State.OPEN and self._resume is not None:
            self._state = _State.CLOSING
        elif self._state in {_State.OPEN, _State.WRITE_CLOSED}:
            self._end()

    def loseWriteConnection(self) -> None:
        if self._state is _State.OPEN:
            self._state = _State.WRITE_CLOSED
            self._out.carry_eof()
            half_closeable = IHalfCloseableProtocol(self._protocol, None)
            if half_closeable is not None:
                self._clock.callLater(0, half_closeable.writeConnectionLost)

    def abortConnection(self) -> None:
        if self._state is not _State.CLOSED:
            self._state = _State.ENDING
            self._out.target.drop(ConnectionLost())
            self.drop(ConnectionAborted())

    def getHost(self) -> IPv4Address:
        return self._host

    def getPeer(self) -> IPv4Address:
        return self._peer

    def getTcpNoDelay(self) -> bool:
        return self._no_delay

    def setTcpNoDelay(self, enabled: bool) -> None:
        self._no_delay = bool(enabled)

    def getTcpKeepAlive(self) -> bool:
        return self._keep_alive

    def setTcpKeepAlive(self, enabled: bool) -> None:
        self._keep_alive = bool(enabled)

    # --- IConsumer: whoever produces what we write

    def registerProducer(self, producer: IProducer, streaming: bool) -> None:
        if self._producer is not None:
            raise RuntimeError("a producer is registered already")
        if self._state in {_State.ENDING, _State.CLOSED}:
            producer.stopProducing()
            return
        self._producer = producer
        self._pulls = not streaming
        if IPullProducer.providedBy(producer) and not streaming:
            self._resume = producer.resumeProducing
            producer.resumeProducing()

    def unregisterProducer(self) -> None:
        self._producer = None
        self._resume = None
        if self._state is _State.CLOSING:
            self._end()

    # --- IPushProducer: what we hand on to the protocol

    def pauseProducing(self) -> None:
        self._in.pause()

    def resumeProducing(self) -> None:
        self._in.resume()

    def stopProducing(self) -> None:
        self.loseConnection()

    # --- how an end ends

    def _end(self) -> None:
        if self._state is not _State.WRITE_CLOSED:
            self._out.carry_eof()
        self._state = _State.ENDING
        self._clock.callLater(0, self._lost, ConnectionDone())

    def _shut(self, why: Exception) -> None:
        if self._state in {_State.OPEN, _State.CLOSING}:
            self._out.carry_eof()
        self._lost(why)

    def _lost(self, why: Exception) -> None:
        if self._state is _State.CLOSED:
            return
        self._state = _State.CLOSED
        self._in.resume()  # what still comes must meet the closed end
        producer, self._producer, self._resume = self._producer, None, None
        if producer is not None:
            producer.stopProducing()
        if self._protocol is not None:
            self._protocol.connectionLost(Failure(why))  # type: ignore[no-untyped-call]

    def _guarded(self, call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:
            self._shut(error)
            raise


def join(
    clock: IReactorTime,
    addresses: tuple[IPv4Address, IPv4Address],
    to_server: Callable[[], Line],
    to_client: Callable[[], Line],
) -> tuple[Transport, Transport]:
    """Return the client's and the server's end of a new connection between the two addresses."""
    up, down = _Way(clock, to_server), _Way(clock, to_client)
    here, there = addresses
    return Transport(clock, here, there, down, up), Transport(clock, there, here, up, down)
