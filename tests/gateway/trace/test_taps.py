"""Who listens in hears everything, and nobody pays while nobody listens."""

import gc
from typing import Any

from twisted.application.internet import ClientService
from twisted.internet.task import Clock as Timers

from gateway.trace.taps import Passed, TappedClient, Taps
from protocols.capture import Direction
from protocols.espa444 import ControlConfig, ControlStation
from protocols.transport import Pump, PumpFactory
from simulators.dect import PagingSystem
from simulators.network import Network


class Owner:
    """Nobody: the station does what it does by itself."""

    def connected(self, pump: Any) -> None:
        self.pump = pump

    def received(self, pump: Any, events: Any) -> None:
        """Nothing is done with it."""

    def disconnected(self, pump: Any, reason: str) -> None:
        """Nothing either."""


class World:
    """A paging system, and a control station that ClientService keeps connected to it, tapped."""

    def __init__(self) -> None:
        self.timers = Timers()
        self.network = Network(self.timers)
        self.system = PagingSystem(self.timers, ["20117"])
        self.network.listen("dect", self.system.link)
        self.taps = Taps()
        endpoint = self.taps.on("dect", "espa444", {}, self.network).client("dect")
        assert isinstance(endpoint, TappedClient)
        self.owner = Owner()
        factory = PumpFactory(
            lambda: Pump(lambda now: ControlStation(ControlConfig(), now), self.owner, self.timers)
        )
        self.service = ClientService(endpoint, endpoint.watched(factory), clock=self.timers)
        self.service.startService()
        self.advance(0.1)

    def advance(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.1)):
            self.timers.advance(0.1)


def test_both_directions_with_times() -> None:
    """A poll and its answer, as they passed."""
    world, heard = World(), []
    world.taps.lines["dect"].listen(heard.append)
    world.advance(1.1)
    assert [(one.line, one.connection, one.direction, one.data) for one in heard] == [
        ("dect", 1, Direction.SENT, b"2\x05"),
        ("dect", 1, Direction.RECEIVED, b"\x04"),
    ]
    assert 1.0 < heard[0].at <= heard[1].at <= 1.3


def test_nobody_listens() -> None:
    """Before the first and after the last listener a pump has no tap."""
    world, heard = World(), []
    assert world.owner.pump.tap is None
    ends = [world.taps.lines["dect"].listen(heard.append) for _ in range(2)]
    ends[0]()
    assert world.owner.pump.tap is not None
    ends[1]()
    assert world.owner.pump.tap is None
    world.advance(2.0)
    assert heard == []


def test_a_new_connection_is_heard_from_its_first_byte() -> None:
    """It has the next number."""
    world = World()
    heard: list[Passed] = []
    world.taps.lines["dect"].listen(heard.append)
    world.network.cut("dect")
    world.advance(5.0)
    assert (heard[0].connection, heard[0].data) == (2, b"\x042\x05")


def test_connections_that_are_gone_are_forgotten() -> None:
    """A line that reconnects for a year keeps one pump, not thousands."""
    world = World()
    for _ in range(20):
        world.network.cut("dect")
        world.advance(20.0)
    gc.collect()
    assert len(world.taps.lines["dect"]._numbers) <= 2
