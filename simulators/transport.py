"""The two ends of a connection in memory, as Twisted's TCP transports behave towards a protocol.

Each direction is a `_Way`: a queue of what is under way, in order, and one timer for its head. Bytes pass
the direction's `Line`; an end of file and a close follow them in the same queue.
"""

from collections import deque
from collections.abc import Callable, Iterable
from enum import Enum, auto

from twisted.internet.address import IPv4Address as Address
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import (
    IConsumer,
    IDelayedCall,
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

from simulators.lines import Line

HIGH_WATER = 65536
"""Bytes under way at which a registered producer is paused: Twisted's own buffer size."""


class _State(Enum):
    """One end of a connection."""

    OPEN = auto()
    WRITE_CLOSED = auto()  # half-closed by us: we read on
    CLOSING = auto()  # loseConnection waits for a producer
    CLOSED = auto()


class _Way:
    """One direction: what is under way to `target`. An end of file is the empty chunk."""

    def __init__(self, clock: IReactorTime, line: Callable[[], Line]) -> None:
        self._clock = clock
        self._line = line
        self._queue: deque[tuple[float, bytes]] = deque()
        self._timer: IDelayedCall | None = None
        self.target: Transport
        self.paused = False
        self.bytes_under_way = 0

    def carry(self, data: bytes) -> None:
        for at, piece in self._line().carry(data, self._clock.seconds()):
            self._put(at, piece)

    def carry_eof(self) -> None:
        self._put(self._clock.seconds() + self._line().delay, b"")

    def clear(self) -> None:
        self._queue.clear()
        self.bytes_under_way = 0
        self._stop()

    def pause(self) -> None:
        self.paused = True
        self._stop()

    def resume(self) -> None:
        self.paused = False
        self._arm()

    def _put(self, at: float, piece: bytes) -> None:
        # A line that was changed on the way may not let younger bytes overtake.
        self._queue.append((max(at, self._queue[-1][0]) if self._queue else at, piece))
        self.bytes_under_way += len(piece)
        self._arm()

    def _arm(self) -> None:
        if self._queue and self._timer is None and not self.paused:
            delay = max(0.0, self._queue[0][0] - self._clock.seconds())
            self._timer = self._clock.callLater(delay, self._deliver)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _deliver(self) -> None:
        self._timer = None
        _, piece = self._queue.popleft()
        self.bytes_under_way -= len(piece)
        self._arm()
        if piece:
            self.target.deliver(piece)
        else:
            self.target.deliver_eof()


@implementer(ITCPTransport, IConsumer, IPushProducer)
class Transport:
    """One end of a connection in memory."""

    def __init__(self, clock: IReactorTime, host: Address, peer: Address, way_in: _Way, way_out: _Way) -> None:
        self._clock = clock
        self._host = host
        self._peer = peer
        self._in = way_in
        self._out = way_out
        self._state = _State.OPEN
        self._protocol: IProtocol | None = None
        self._producer: IProducer | None = None
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
        """Hand on bytes that arrived; after a close they are answered with a reset."""
        peer = self._out.target
        if self._state is _State.CLOSED:
            if peer.connected:
                peer.drop(ConnectionLost())
            return
        peer.drained()
        protocol = self._protocol
        if self._state is not _State.CLOSING and protocol is not None:
            self._guarded(lambda: protocol.dataReceived(data))

    def deliver_eof(self) -> None:
        """The peer sends no more; a protocol that knows no half-close loses its connection by it."""
        half_closeable = IHalfCloseableProtocol(self._protocol, None)
        if self._state is _State.CLOSED:
            return
        if half_closeable is None or self._state is _State.CLOSING:
            self._end()
        else:
            self._guarded(half_closeable.readConnectionLost)

    def drained(self) -> None:
        """Let a paused producer go on when nothing is under way."""
        if self._producer is not None and self._out.bytes_under_way == 0:
            self._producer.resumeProducing()  # type: ignore[attr-defined]

    # --- ITCPTransport

    def write(self, data: bytes) -> None:
        if not isinstance(data, bytes):
            raise TypeError(f"data must be bytes, not {type(data).__name__}")
        if data and self._state in {_State.OPEN, _State.CLOSING}:
            self._out.carry(data)
            if IPushProducer.providedBy(self._producer) and self._out.bytes_under_way > HIGH_WATER:
                self._producer.pauseProducing()

    def writeSequence(self, data: Iterable[bytes]) -> None:
        self.write(b"".join(data))
