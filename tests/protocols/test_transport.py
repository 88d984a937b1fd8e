"""The pump carries a session faithfully: order, timers, closing, half-closing, line time, back pressure."""

from collections.abc import Callable, Sequence

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP4ServerEndpoint
from twisted.internet.error import ConnectionDone
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from protocols.session import LocalProtocolError, Token
from protocols.transport import Pump, PumpFactory
from simulators.lines import Late
from simulators.network import Network


class Toy:
    """Echoes as a link answer; `!N` sets a deadline in N seconds, `bye` ends it, `quiet` says nothing.

    An event is made of every read, tick and end of file; a command is said as it is.
    """

    def __init__(self, now: float) -> None:
        self.log: list[tuple[str, float]] = [("made", now)]
        self.close_reason: str | None = None
        self._out: list[bytes] = []
        self._deadline: float | None = None

    def receive_data(self, data: bytes, now: float) -> list[str]:
        self.log.append(("data", now))
        if data.startswith(b"!"):
            self._deadline = now + float(data[1:])
        elif data == b"bye":
            self.close_reason = "said bye"
            self._out.append(b"farewell")
        elif data != b"quiet":
            self._out.append(b"echo " + data)
        return [data.decode()]

    def receive_eof(self, now: float) -> list[str]:
        self.log.append(("eof", now))
        self.close_reason = self.close_reason or "the peer is done"
        return ["eof"]

    def send(self, command: bytes, now: float) -> None:
        if command == b"forbidden":
            raise LocalProtocolError("forbidden in this state")
        self._out.append(command)

    def answer(self, token: Token, answer: bytes, now: float) -> None:
        if token != 1:
            raise LocalProtocolError("no such token")
        self._out.append(answer)

    def data_to_send(self) -> bytes:
        data, self._out = b"".join(self._out), []
        return data

    def sent(self, now: float) -> None:
        self.log.append(("sent", now))

    def next_deadline(self) -> float | None:
        return self._deadline

    def tick(self, now: float) -> list[str]:
        self.log.append(("tick", now))
        self._deadline = None
        return ["tick"]


class Owner:
    """Notes what it is told, and does what a test asks for on an event."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.on_event: Callable[[Pump, str], None] = lambda pump, event: None

    def connected(self, pump: Pump) -> None:
        self.told.append("connected")

    def received(self, pump: Pump, events: Sequence[str]) -> None:
        self.told += events
        for event in events:
            self.on_event(pump, event)

    def disconnected(self, pump: Pump, reason: str) -> None:
        self.told.append(f"gone: {reason}")


class Peer(Protocol):
    """The far end, without a session."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.lost: type[BaseException] | None = None

    def dataReceived(self, data: bytes) -> None:
        self.got.append(data)

    def connectionLost(self, reason: Failure = None) -> None:
        self.lost = reason.type


class Scene:
    """A pump on a server and a peer that has connected to it, in memory."""

    def __init__(self, byte_seconds: float = 0.0) -> None:
        self.clock = Clock()
        self.clock.advance(100)
        self.network = Network(self.clock)
        self.owner = Owner()
        self.pump = Pump(Toy, self.owner, self.clock, byte_seconds)
        self.network.listen("toy", PumpFactory(lambda: self.pump))
        self.peer = self.network.open("toy", Factory.forProtocol(Peer))
        self.clock.advance(0)

    @property
    def session(self) -> Toy:
        return self.pump.session

    def says(self, data: bytes) -> None:
        self.peer.transport.write(data)
        self.clock.advance(0)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_connection_and_events_in_order(scene: Scene) -> None:
    """The session is made with the time of the connection, and events come in order, before the end."""
    scene.clock.advance(5)
    scene.says(b"a")
    scene.says(b"b")
    scene.peer.transport.loseConnection()
    scene.clock.advance(0)
    assert scene.session.log[0] == ("made", 100)
    assert ("data", 105) in scene.session.log
    assert scene.owner.told[:4] == ["connected", "a", "b", "eof"]
    assert scene.owner.told[-1] == "gone: the peer is done"


def test_link_answer_before_the_owners(scene: Scene) -> None:
    """What the session answers by itself leaves first, then what the owner says to the event."""
    scene.owner.on_event = lambda pump, event: pump.send(b"owner") if event == "a" else None
    scene.says(b"a")
    assert scene.peer.got == [b"echo a", b"owner"]


def test_send_and_answer(scene: Scene) -> None:
    """Commands and durable answers go out at once; what the session refuses is raised to whoever asked."""
    scene.pump.send(b"command ")
    scene.pump.answer(Token(1), b"answer")
    scene.clock.advance(0)
    assert b"".join(scene.peer.got) == b"command answer"
    with pytest.raises(LocalProtocolError, match="forbidden"):
        scene.pump.send(b"forbidden")
    with pytest.raises(LocalProtocolError, match="token"):
        scene.pump.answer(Token(2), b"")


def test_timer(scene: Scene) -> None:
    """The session is ticked at its deadline, once, and the events of the tick are handed on."""
    scene.says(b"!3")
    scene.clock.advance(2.9)
    assert scene.owner.told == ["connected", "!3"]
    scene.clock.advance(0.1)
    assert scene.owner.told == ["connected", "!3", "tick"]
    assert scene.session.log[-1] == ("tick", 103)
    assert scene.clock.getDelayedCalls() == []


@pytest.mark.parametrize(("second", "due"), [(b"!1", 101.0), (b"!9", 109.0)])
def test_timer_is_armed_anew(scene: Scene, second: bytes, due: float) -> None:
    """A deadline that moves, earlier or later, moves the one timer."""
    scene.says(b"!5")
    scene.says(second)
    assert [call.getTime() for call in scene.clock.getDelayedCalls()] == [due]
    scene.clock.advance(due - 100)
    assert scene.session.log[-1] == ("tick", due)


def test_deadline_in_the_past(scene: Scene) -> None:
    """A deadline that has passed already is ticked by the next turn."""
    scene.says(b"!-5")
    assert scene.owner.told[-1] == "tick"


def test_close_reason(scene: Scene) -> None:
    """What the session has to say leaves before the close, the timer dies, and the owner hears the reason."""
    scene.says(b"!50")
    scene.says(b"bye")
    scene.clock.advance(0)
    assert scene.peer.got[-1] == b"farewell"
    assert scene.peer.lost is ConnectionDone
    assert scene.owner.told[-1] == "gone: said bye"
    assert scene.clock.getDelayedCalls() == []


def test_half_close(scene: Scene) -> None:
    """A peer that sends no more is told to the session, and gets what is said because of it."""
    scene.owner.on_event = lambda pump, event: pump.send(b"last word") if event == "eof" else None
    scene.peer.transport.loseWriteConnection()
    scene.clock.advance(0)
    assert scene.peer.got == [b"last word"]
    assert scene.peer.lost is ConnectionDone
    assert scene.owner.told[-1] == "gone: the peer is done"


def test_close_and_abort(scene: Scene) -> None:
    """close lets what was said arrive; abort does not wait for it."""
    scene.pump.send(b"x")
    scene.pump.close()
    scene.clock.advance(0)
    assert (scene.peer.got, scene.peer.lost) == ([b"x"], ConnectionDone)
    other = Scene()
    other.network.set_lines("toy", to_client=Late(5))
    other.pump.send(b"x")
    other.pump.abort()
    other.clock.advance(10)
    assert other.peer.got == []
    assert other.owner.told[-1].startswith("gone: ")


def test_line_time() -> None:
    """On a slow line `sent` is told when the last byte will have left, also behind bytes that wait."""
    scene = Scene(byte_seconds=0.5)
    scene.pump.send(b"abcd")
    scene.pump.send(b"ef")
    scene.clock.advance(10)
    scene.pump.send(b"g")
    assert [at for what, at in scene.session.log if what == "sent"] == [102.0, 103.0, 110.5]


def test_owner_that_raises(scene: Scene) -> None:
    """An error of the owner drops the connection, and the session's end is handed on."""

    def fail(pump: Pump, event: str) -> None:
        if event == "boom":
            raise ZeroDivisionError

    scene.owner.on_event = fail
    scene.peer.transport.write(b"boom")
    with pytest.raises(ZeroDivisionError):
        scene.clock.advance(0)
    scene.clock.advance(0)
    assert scene.owner.told[1:3] == ["boom", "eof"]
    assert scene.peer.lost is ConnectionDone
    assert scene.clock.getDelayedCalls() == []


def test_reading_paused(scene: Scene) -> None:
    """While reading is not wanted nothing is handed to the session, and nothing is lost."""
    scene.pump.read(False)
    scene.pump.read(False)
    scene.says(b"a")
    scene.clock.advance(60)
    assert scene.owner.told == ["connected"]
    scene.pump.read(True)
    scene.clock.advance(0)
    assert scene.owner.told == ["connected", "a"]


def test_close_while_the_peer_is_slow(scene: Scene) -> None:
    """A close goes through although the peer had stopped reading, as soon as it reads what was said."""
    scene.pump.watch_pace(lambda pump: None, lambda pump: None)
    scene.peer.transport.pauseProducing()
    scene.pump.send(b"x" * 70000)
    scene.pump.close()
    scene.peer.transport.resumeProducing()
    scene.clock.advance(0)
    assert scene.peer.lost is ConnectionDone
    assert scene.owner.told[-1].startswith("gone: ")


def test_back_pressure(scene: Scene) -> None:
    """A peer that reads slower than we write is told to the owner, and so is that it has caught up."""
    paces: list[str] = []
    scene.pump.watch_pace(lambda pump: paces.append("congested"), lambda pump: paces.append("drained"))
    scene.peer.transport.pauseProducing()
    scene.pump.send(b"x" * 70000)
    assert paces == ["congested"]
    scene.peer.transport.resumeProducing()
    scene.clock.advance(0)
    assert paces == ["congested", "drained"]


@pytest.mark.reactor(seconds=5)
async def test_loopback() -> None:
    """On a real connection Nagle's algorithm is off, bytes go both ways, and the close is clean."""
    owner, gone = Owner(), Deferred()
    owner.disconnected = lambda pump, reason: gone.callback(reason)
    pumps: list[Pump] = []

    def make() -> Pump:
        pumps.append(Pump(Toy, owner, reactor))
        return pumps[-1]

    port = await TCP4ServerEndpoint(reactor, 0, interface="127.0.0.1").listen(PumpFactory(make))
    client = TCP4ClientEndpoint(reactor, "127.0.0.1", port.getHost().port)
    peer = await client.connect(Factory.forProtocol(Peer))
    heard: Deferred[None] = Deferred()
    owner.on_event = lambda pump, event: (
        heard.callback(pump.transport.getTcpNoDelay()) if event == "a" else None
    )
    peer.transport.write(b"a")
    assert await heard
    peer.transport.write(b"bye")
    assert await gone == "said bye"
    await port.stopListening()
    assert b"".join(peer.got) == b"echo afarewell"
