"""The network in memory behaves as Twisted's TCP does."""

import pytest
from twisted.application.internet import ClientService
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost, ConnectionRefusedError
from twisted.internet.interfaces import IHalfCloseableProtocol, IPullProducer, IPushProducer, ITCPTransport
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from zope.interface import implementer
from zope.interface.verify import verifyObject

from simulators.lines import Late
from simulators.network import Network


class Noting(Protocol):
    """Notes whatever it hears."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    def connectionMade(self) -> None:
        self.heard.append("made")

    def dataReceived(self, data: bytes) -> None:
        self.heard.append(data)

    def connectionLost(self, reason: Failure = None) -> None:
        self.heard.append(reason.type)


@implementer(IHalfCloseableProtocol)
class HalfClosing(Noting):
    """The same, and it knows half-closed connections."""

    def readConnectionLost(self) -> None:
        self.heard.append("read lost")

    def writeConnectionLost(self) -> None:
        self.heard.append("write lost")


class Pair:
    """A client and a server on one clock."""

    def __init__(self, client: type[Noting] = Noting, server: type[Noting] = Noting) -> None:
        self.clock = Clock()
        self.network = Network(self.clock)
        self.served: list[Noting] = []
        self.network.listen("dect", Factory.forProtocol(lambda: self._serve(server)))
        self.client = self.connect(client)
        self.server = self.served[0]

    def _serve(self, server: type[Noting]) -> Noting:
        self.served.append(server())
        return self.served[-1]

    def connect(self, client: type[Noting] = Noting) -> Noting:
        got: list[Noting] = []
        self.network.client("dect").connect(Factory.forProtocol(client)).addCallback(got.append)
        assert not got
        self.clock.advance(0)
        return got[0]

    def heard(self) -> tuple[list[object], list[object]]:
        return self.client.heard[1:], self.server.heard[1:]


@pytest.fixture
def pair() -> Pair:
    return Pair()


def test_bytes_both_ways(pair: Pair) -> None:
    """What either end writes arrives at the other, in order, and never inside the call."""
    pair.client.transport.write(b"a")
    pair.client.transport.writeSequence([b"b", b"c"])
    pair.server.transport.write(b"d")
    assert pair.heard() == ([], [])
    pair.clock.advance(0)
    assert pair.heard() == ([b"d"], [b"a", b"bc"])


def test_interfaces_and_addresses(pair: Pair) -> None:
    """Both ends are TCP transports that keep their socket options and know their addresses."""
    for end in (pair.client.transport, pair.server.transport):
        assert verifyObject(ITCPTransport, end)
        end.setTcpNoDelay(True)
        end.setTcpKeepAlive(1)
        assert (end.getTcpNoDelay(), end.getTcpKeepAlive()) == (True, True)
    assert pair.client.transport.getPeer().host == "dect"
    assert pair.client.transport.getHost() == pair.server.transport.getPeer()
    with pytest.raises(TypeError):
        pair.client.transport.write("text")


def test_close_after_the_bytes(pair: Pair) -> None:
    """loseConnection lets what was written arrive, and both ends hear ConnectionDone once."""
    pair.client.transport.write(b"last")
    pair.client.transport.loseConnection()
    pair.client.transport.loseConnection()
    pair.client.transport.write(b"too late")
    pair.clock.advance(0)
    assert pair.heard() == ([ConnectionDone], [b"last", ConnectionDone])
    assert pair.network.connections("dect") == []


def test_abort(pair: Pair) -> None:
    """abortConnection throws away what is under way; the peer hears ConnectionLost."""
    pair.client.transport.write(b"gone")
    pair.client.transport.abortConnection()
    pair.clock.advance(0)
    assert pair.heard() == ([ConnectionAborted], [ConnectionLost])


def test_half_close() -> None:
    """A half-closed sender hears its answers until the other end closes too."""
    pair = Pair(HalfClosing, HalfClosing)
    pair.client.transport.write(b"question")
    pair.client.transport.loseWriteConnection()
    pair.client.transport.write(b"too late")
    pair.clock.advance(0)
    pair.server.transport.write(b"answer")
    pair.server.transport.loseConnection()
    pair.clock.advance(0)
    pair.client.transport.loseConnection()
    pair.clock.advance(0)
    assert pair.heard() == (
        ["write lost", b"answer", "read lost", ConnectionDone],
        [b"question", "read lost", ConnectionDone],
    )


def test_half_close_ends_a_protocol_that_knows_none() -> None:
    """An end of file closes the connection of a protocol that is not half-closeable."""
    pair = Pair(HalfClosing, Noting)
    pair.client.transport.loseWriteConnection()
    pair.clock.advance(0)
    assert pair.heard() == (["write lost", "read lost"], [ConnectionDone])


def test_writing_to_a_closed_end_is_reset() -> None:
    """A half-closeable end outlives the peer's close until it writes; then it hears ConnectionLost."""
    pair = Pair(Noting, HalfClosing)
    pair.client.transport.loseConnection()
    pair.clock.advance(60)
    assert pair.heard() == ([ConnectionDone], ["read lost"])
    pair.server.transport.write(b"outcome")
    pair.clock.advance(0)
    assert pair.server.heard[-1] is ConnectionLost


def test_lines_each_way_and_changed_while_connected(pair: Pair) -> None:
    """A line is set for one direction, at any time, and younger bytes never overtake."""
    pair.network.set_lines("dect", to_server=Late(2.0))
    pair.client.transport.write(b"slow")
    pair.network.set_lines("dect", to_server=Late(1.0))
    pair.client.transport.write(b"quick")
    pair.server.transport.write(b"back")
    pair.clock.advance(0)
    pair.client.transport.loseConnection()
    pair.clock.advance(1.5)
    assert pair.heard() == ([b"back", ConnectionDone], [])
    pair.clock.advance(0.5)
    assert pair.heard() == ([b"back", ConnectionDone], [b"slow", b"quick", ConnectionDone])


def test_refused_and_allowed(pair: Pair) -> None:
    """Without a listener, or while refused, a client gets ConnectionRefusedError; what stands goes on."""
    failures: list[Failure] = []

    def fails(name: str) -> bool:
        attempt = pair.network.client(name).connect(Factory.forProtocol(Noting))
        attempt.addErrback(failures.append)
        pair.clock.advance(0)
        return bool(failures) and failures.pop().check(ConnectionRefusedError) is not None

    assert fails("nobody")
    pair.network.refuse("dect")
    assert fails("dect")
    pair.client.transport.write(b"still")
    pair.network.allow("dect")
    assert not fails("dect")
    assert pair.server.heard == ["made", b"still"]
    pair.network.silence("dect")
    assert fails("dect")


def test_cancelled_attempt(pair: Pair) -> None:
    """An attempt that is cancelled connects nothing."""
    attempt = pair.network.client("dect").connect(Factory.forProtocol(Noting))
    attempt.addErrback(lambda failure: None)
    attempt.cancel()
    pair.clock.advance(0)
    assert len(pair.served) == 1


def test_listening_endpoint(pair: Pair) -> None:
    """A server endpoint listens, stops listening, and refuses a name that is taken."""
    port: list[object] = []
    endpoint = pair.network.server("smsc")
    endpoint.listen(Factory.forProtocol(Noting)).addCallback(port.append)
    assert port[0].getHost().host == "smsc"
    taken: list[Failure] = []
    endpoint.listen(Factory.forProtocol(Noting)).addErrback(taken.append)
    assert taken[0].check(ValueError)
    port[0].stopListening()
    endpoint.listen(Factory.forProtocol(Noting)).addCallback(port.append)
    assert len(port) == 2


def test_cut(pair: Pair) -> None:
    """cut drops every connection of a name, with what is under way."""
    other = pair.connect()
    pair.client.transport.write(b"gone")
    pair.network.cut("dect")
    pair.clock.advance(0)
    assert pair.heard() == ([ConnectionLost], [ConnectionLost])
    assert other.heard == ["made", ConnectionLost]


def test_client_service_reconnects(pair: Pair) -> None:
    """Twisted's ClientService runs over the network and comes back after a cut."""
    service = ClientService(pair.network.client("dect"), Factory.forProtocol(Noting), clock=pair.clock)
    service.startService()
    pair.clock.advance(0)
    pair.network.cut("dect")
    pair.clock.pump([0.5] * 20)
    assert len(pair.served) == 3
    stopped: Deferred[None] = service.stopService()
    pair.clock.advance(0)
    assert stopped.called


def test_reading_paused(pair: Pair) -> None:
    """While an end is paused nothing is delivered to it and nothing is lost."""
    pair.server.transport.pauseProducing()
    pair.client.transport.write(b"a")
    pair.clock.advance(10)
    assert pair.server.heard == ["made"]
    pair.server.transport.resumeProducing()
    pair.clock.advance(0)
    assert pair.server.heard == ["made", b"a"]


@implementer(IPushProducer)
class Pushing:
    """A producer that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def pauseProducing(self) -> None:
        self.told.append("pause")

    def resumeProducing(self) -> None:
        self.told.append("resume")

    def stopProducing(self) -> None:
        self.told.append("stop")


def test_push_producer(pair: Pair) -> None:
    """A push producer is paused above 64 KiB under way, resumed when it has arrived, stopped at the end."""
    producer = Pushing()
    pair.client.transport.registerProducer(producer, True)
    with pytest.raises(RuntimeError):
        pair.client.transport.registerProducer(producer, True)
    pair.server.transport.pauseProducing()
    pair.client.transport.write(b"x" * 65537)
    assert producer.told == ["pause"]
    pair.server.transport.resumeProducing()
    pair.clock.advance(0)
    assert producer.told == ["pause", "resume"]
    pair.network.cut("dect")
    pair.clock.advance(0)
    assert producer.told == ["pause", "resume", "stop"]


def test_push_producer_and_close(pair: Pair) -> None:
    """A push producer holds a close only while it is paused: until it writes again or is unregistered."""
    producer = Pushing()
    pair.client.transport.registerProducer(producer, True)
    pair.client.transport.write(b"x" * 65537)
    pair.client.transport.loseConnection()
    pair.clock.advance(60)
    assert producer.told == ["pause", "resume"]
    assert pair.client.heard == ["made"]
    pair.client.transport.write(b"y")
    pair.clock.advance(0)
    assert pair.heard() == ([ConnectionDone], [b"x" * 65537, b"y", ConnectionDone])
    other = pair.connect()
    other.transport.registerProducer(Pushing(), True)
    other.transport.loseConnection()
    pair.clock.advance(0)
    assert other.heard == ["made", ConnectionDone]


def test_pull_producer_finishes_before_the_close(pair: Pair) -> None:
    """A pull producer is asked again after each write, and loseConnection waits for it."""
    transport = pair.client.transport

    @implementer(IPullProducer)
    class Pulled:
        left = 3

        def resumeProducing(self) -> None:
            self.left -= 1
            transport.write(b"x")
            if not self.left:
                transport.unregisterProducer()

        def stopProducing(self) -> None:
            raise AssertionError

    transport.registerProducer(Pulled(), False)
    transport.loseConnection()
    pair.clock.advance(0)
    assert pair.heard() == ([ConnectionDone], [b"x", b"x", b"x", ConnectionDone])


def test_protocol_that_raises() -> None:
    """An error in a protocol drops its connection and reaches whoever advances the clock."""

    class Raising(Noting):
        def dataReceived(self, data: bytes) -> None:
            raise ZeroDivisionError

    pair = Pair(Noting, Raising)
    pair.client.transport.write(b"a")
    with pytest.raises(ZeroDivisionError):
        pair.clock.advance(0)
    pair.clock.advance(0)
    assert pair.heard() == ([ConnectionDone], [ZeroDivisionError])
