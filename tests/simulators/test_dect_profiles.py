"""The habits of real stations as profiles: each as its source says, and our control station copes."""

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.protocol import Factory
from twisted.internet.task import Clock

from protocols.espa444 import (
    BccMode,
    Block,
    BlockReceived,
    CallFailed,
    CallTaken,
    ControlConfig,
    ControlStation,
    FailReason,
    LeadEot,
    LinkAnswer,
    SendCall,
    call_block,
    encode,
    status_request,
)
from protocols.espa444.records import Record
from protocols.transport import Pump
from simulators.dect import PROFILES, Answer, Owner, PagingSystem
from simulators.network import Network

CONFIGS: dict[str, dict[str, Any]] = {
    "digimat": {"lead_eot": LeadEot.NEVER},
    "ascom-cr": {"extra_cr": True},
}
"""What our control station is told where a profile wants something."""
CALL = call_block("20117", b"V}rd 4")


class World(Factory):
    """A paging system with the habits of `profile`, and our control station."""

    noisy = False

    def __init__(self, profile: str, **config: Any) -> None:
        self.clock = Clock()
        habits = PROFILES[profile]
        options: dict[str, Any] = dict(habits.options)
        self.system = PagingSystem(
            self.clock,
            ["20117"],
            faults=habits.faults(),
            owner=Owner(Answer.ACCEPT, 1.0),
            air_seconds=0.0,
            **options,
        )
        network = Network(self.clock)
        network.listen("dect", self.system.link)
        self._config = ControlConfig(**{**CONFIGS.get(profile, {}), **config})
        self.events: list[Any] = []
        self.heard = b""
        self.pump: Any = None
        network.open("dect", self)

    def buildProtocol(self, addr: object) -> Any:
        pump: Any = Pump(lambda now: ControlStation(self._config, now), self, self.clock)
        pump.tap = self._tap
        return pump

    def _tap(self, direction: Any, data: bytes, at: float) -> None:
        if direction.value == "<":
            self.heard += data

    def connected(self, pump: Any) -> None:
        self.pump = pump

    def received(self, pump: Any, events: Any) -> None:
        for event in events:
            if isinstance(event, BlockReceived):
                pump.answer(event.token, LinkAnswer.ACK)
            self.events.append(event)

    def disconnected(self, pump: Any, reason: str) -> None:
        self.pump = None

    def call(self, block: Block = CALL, seconds: float = 20.0) -> Any:
        """The end of one call."""
        del self.events[:]
        self.pump.send(SendCall(1, block))
        for _ in range(round(seconds / 0.05)):
            self.clock.advance(0.05)
        return next(event for event in self.events if isinstance(event, CallTaken | CallFailed))

    @property
    def statuses(self) -> list[str | None]:
        """What was reported since the call."""
        return [event.block.value("7") for event in self.events if isinstance(event, BlockReceived)]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_call_arrives_and_its_status_comes_back(profile: str) -> None:
    """Told what the station wants, ours brings a call to it once, and hears what becomes of it."""
    world = World(profile)
    assert world.call() == CallTaken(1)
    assert len(world.system.handset("20117").screen) == 1
    assert world.statuses == ([] if profile == "avaya" else ["2", "3", "6"])


def answer_to(data: bytes) -> Callable[[World], bytes]:
    """What the station answers to bytes, without a station of ours."""

    def ask(world: World) -> bytes:
        transport = world.pump.transport
        world.clock.advance(3.0)
        world.heard = b""
        transport.write(data)
        for _ in range(10):
            world.clock.advance(0.02)
        return world.heard

    return ask


EIGHT_BIT = call_block("20117", b"V\xe5rd")
REQUEST = status_request(CALL)
OLD = Block("1", (Record("1", b"20117"), Record("2", b"Larm"), Record("4", b"6")))
SELECT = b"1\x052\x05"


@pytest.mark.parametrize(
    ("profile", "data", "answer"),
    [
        ("spec", b"\x04" + SELECT, b"\x06"),
        ("digimat", b"\x04" + SELECT, b""),
        ("digimat", SELECT, b"\x06"),
        ("digimat", SELECT + encode(CALL), b"\x06\x06\x04"),
        ("digimat", SELECT + encode(EIGHT_BIT), b"\x061\x15\x04"),
        ("draxservice", SELECT + encode(CALL)[:-1] + b"\x00", b"\x06\x15"),
        ("ascom", SELECT + encode(OLD), b"\x063\x15"),
        ("ascom-cr", SELECT + encode(CALL), b"\x06"),
        ("ascom-cr", SELECT + encode(CALL, extra_cr=True), b"\x06\x06"),
        ("avaya", SELECT + encode(REQUEST), b"\x06\x06"),
        ("spec", SELECT + encode(REQUEST), b"\x063\x15"),
    ],
)
def test_each_habit(profile: str, data: bytes, answer: bytes) -> None:
    """Byte for byte what the sources say of such a station."""
    assert answer_to(data)(World(profile, idle_poll=False)) == answer


def test_selection_after_half_a_second_is_a_poll_at_draxservice() -> None:
    """The second address comes too late: the station answers EOT."""
    world = World("draxservice", idle_poll=False)
    assert answer_to(b"1\x05")(world) == b""
    world.clock.advance(0.6)
    assert answer_to(b"2\x05")(world) == b"\x04"


def test_receiver_that_breaks_on_a_check_character() -> None:
    """EspaLib's refuses such a block for ever; the same call with another check character goes through."""
    tricky = Block("1", (Record("1", b"1049"), Record("2", b"Larm 7"), Record("6", b"1")))
    assert encode(tricky, bcc=BccMode.FULL)[-1] == 0x02
    world = World("espalib")
    assert world.call(tricky) == CallFailed(1, FailReason.LINE_ERROR)
    assert world.call(
        Block("1", (Record("1", b"1049"), Record("2", b"Larm 7 "), Record("6", b"1")))
    ) == CallTaken(1)
