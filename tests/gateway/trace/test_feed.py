"""Traces over the control socket: what they say, who may ask for what, and what happens to the slow."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.json import decode
from twisted.internet import reactor
from twisted.internet.defer import succeed
from twisted.internet.task import Clock as Timers
from twisted.internet.task import deferLater
from twisted.internet.testing import StringTransport
from twisted.internet.threads import deferToThread

from gateway import replies, requests
from gateway.asking import NoGateway, trace
from gateway.clock import Clock
from gateway.control import ControlProtocol, ControlServer
from gateway.requests import Refused, Why
from gateway.trace.feed import TraceFeed
from gateway.trace.taps import Taps
from protocols.capture import Direction
from protocols.transport import Pump
from simulators.network import Network

NOON = 1_795_518_000_000


class World:
    """One line without a wire, and a client of the control socket."""

    def __init__(self) -> None:
        self.timers = Timers()
        self.taps = Taps()
        self.taps.on("dect", "espa444", {"charset": "se7"}, Network(self.timers))
        self.taps.on("sms", "smpp", {}, Network(self.timers))
        feed = TraceFeed(self.taps, Clock(self.timers, lambda: NOON))
        self.protocol = ControlProtocol(lambda _: succeed(replies.Pong("1")), feed.begin)
        self.transport = StringTransport()
        self.protocol.makeConnection(self.transport)
        self.pump: Any = Pump(lambda now: None, None, self.timers)  # type: ignore[arg-type,return-value]
        self.taps.lines["dect"].made(self.pump)

    def ask(self, line: bytes) -> list[Any]:
        self.protocol.dataReceived(line + b"\n")
        return self.said()

    def said(self) -> list[Any]:
        lines = self.transport.value().splitlines()
        self.transport.clear()
        return [decode(line) for line in lines]

    def pass_(self, data: bytes) -> None:
        if self.pump.tap is not None:
            self.pump.tap(Direction.SENT, data, self.timers.seconds())


def test_begins_and_tells() -> None:
    """The reply names the lines and their settings; then each write is a row."""
    world = World()
    (begun,) = world.ask(b'{"op":"trace","line":"dect"}')
    assert begun["reply"]["lines"] == [{"name": "dect", "type": "espa444", "settings": {"charset": "se7"}}]
    assert begun["reply"]["began"] == "2026-11-24T11:00:00.000Z"
    world.timers.advance(1.5)
    world.pass_(b"2\x05")
    (row,) = world.said()
    assert row == {
        "row": {
            "line": "dect",
            "connection": 1,
            "direction": ">",
            "at": "2026-11-24T11:00:01.500Z",
            "seconds": 1.5,
            "hex": "3205",
        }
    }


def test_all_lines_or_an_unknown_one() -> None:
    """Without a name all are traced; one that is not there is refused with those that are."""
    world = World()
    (begun,) = world.ask(b'{"op":"trace"}')
    assert [line["name"] for line in begun["reply"]["lines"]] == ["dect", "sms"]
    (refused,) = World().ask(b'{"op":"trace","line":"fax"}')
    assert refused["refused"]["why"] == "not_found"
    assert "dect, sms" in refused["refused"]["message"]


def test_a_stream_answers_nothing_else() -> None:
    """Another request on the same connection is refused, and the trace goes on."""
    world = World()
    world.ask(b'{"op":"trace","line":"dect"}')
    (refused,) = world.ask(b'{"op":"ping"}')
    assert refused["refused"]["why"] == "conflict"
    world.pass_(b"\x04")
    assert len(world.said()) == 1


def test_the_slow_lose_rows_and_are_told() -> None:
    """While the client does not read nothing is stored for it; then it hears how much it missed."""
    world = World()
    world.ask(b'{"op":"trace","line":"dect"}')
    world.protocol.pauseProducing()
    for _ in range(5):
        world.pass_(b"\x04")
    assert world.said() == []
    world.protocol.resumeProducing()
    world.pass_(b"\x06")
    lost, row = world.said()
    assert lost == {"lost": 5}
    assert row["row"]["hex"] == "06"


def test_the_end_of_the_client_ends_the_trace() -> None:
    """Nobody listens any more."""
    world = World()
    world.ask(b'{"op":"trace","line":"dect"}')
    assert world.pump.tap is not None
    world.protocol.connectionLost()
    assert world.pump.tap is None


def test_without_a_feed_nothing_can_be_traced() -> None:
    """As in a process that has no lines."""
    protocol = ControlProtocol(lambda _: succeed(None))
    protocol.makeConnection(StringTransport())
    with pytest.raises(Refused) as refused:
        protocol._begin(requests.Trace(), lambda _: None)
    assert refused.value.why is Why.UNAVAILABLE


async def test_over_a_real_socket(tmp_path: Path) -> None:
    """The command line's side: what has begun, then rows, until the gateway goes."""
    world = World()
    feed = TraceFeed(world.taps, Clock(world.timers, lambda: NOON))
    path = tmp_path / "bakjour.db.sock"
    server = ControlServer(reactor, path, lambda _: succeed(None), feed.begin)  # type: ignore[arg-type]
    server.start()
    told: list[Any] = []

    def read() -> None:
        for one in trace(path, requests.Trace("dect")):
            told.append(one)
            if len(told) == 3:
                return

    reading = deferToThread(read)
    while world.pump.tap is None:
        await deferLater(reactor, 0.01)
    world.pass_(b"1\x05")
    world.pass_(b"2\x05")
    await reading
    assert isinstance(told[0], replies.TraceBegun)
    assert [row.hex for row in told[1:]] == ["3105", "3205"]
    while world.pump.tap is not None:  # the client has gone
        await deferLater(reactor, 0.01)
    await server.stop()


async def test_refusal_over_a_real_socket(tmp_path: Path) -> None:
    """An unknown line, and no gateway at all."""
    world = World()
    feed = TraceFeed(world.taps, Clock(world.timers, lambda: NOON))
    path = tmp_path / "bakjour.db.sock"
    server = ControlServer(reactor, path, lambda _: succeed(None), feed.begin)  # type: ignore[arg-type]
    server.start()
    with pytest.raises(Refused, match="no line 'fax'"):
        await deferToThread(lambda: list(trace(path, requests.Trace("fax"))))
    await server.stop()
    with pytest.raises(NoGateway):
        await deferToThread(lambda: list(trace(path, requests.Trace())))
