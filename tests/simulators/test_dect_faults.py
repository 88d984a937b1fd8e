"""The paging system's misbehaviour, as our control station meets it."""

from typing import Any

import pytest
from twisted.internet.protocol import Factory
from twisted.internet.task import Clock

from protocols.espa444 import (
    BlockReceived,
    CallFailed,
    CallTaken,
    ControlConfig,
    ControlStation,
    DownReason,
    FailReason,
    LineDown,
    LinkAnswer,
    SendCall,
    call_block,
)
from protocols.transport import Pump
from simulators.dect import Answer, Faults, Owner, PagingSystem
from simulators.lines import Late
from simulators.network import Network


class World(Factory):
    """A paging system with `faults`, and the control station that calls it."""

    noisy = False

    def __init__(self, faults: Faults, idle_poll: bool = False, **options: Any) -> None:
        self.clock = Clock()
        self.faults = faults
        self.system = PagingSystem(
            self.clock, ["20117"], faults=faults, owner=Owner(Answer.IGNORE), air_seconds=0.0, **options
        )
        self.network = Network(self.clock)
        self.network.listen("dect", self.system.link)
        self.idle_poll = idle_poll
        self.pump: Any = None
        self.events: list[Any] = []
        self.network.open("dect", self)

    def buildProtocol(self, addr: object) -> Any:
        return Pump(
            lambda now: ControlStation(ControlConfig(idle_poll=self.idle_poll), now), self, self.clock
        )

    def connected(self, pump: Any) -> None:
        self.pump = pump

    def received(self, pump: Any, events: Any) -> None:
        for event in events:
            if isinstance(event, BlockReceived):
                pump.answer(event.token, LinkAnswer.ACK)
            self.events.append(event)

    def disconnected(self, pump: Any, reason: str) -> None:
        self.pump = None

    def call(self, seconds: float = 20.0, text: bytes = b"Larm") -> Any:
        """Bring one call and give its end."""
        self.pump.send(SendCall(1, call_block("20117", text)))
        self.advance(seconds)
        return next(event for event in reversed(self.events) if isinstance(event, CallTaken | CallFailed))

    def advance(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.05)):
            self.clock.advance(0.05)

    @property
    def shown(self) -> int:
        return len(self.system.handset("20117").screen)


@pytest.mark.parametrize(
    ("faults", "end", "shown"),
    [
        (Faults(), CallTaken(1), 1),
        (Faults(reply_delay=0.8), CallTaken(1), 1),
        (Faults(drop_acks=1), CallTaken(1), 2),
        (Faults(drop_acks=3), CallFailed(1, FailReason.UNKNOWN, maybe_shown=True), 3),
        (Faults(nak_1=2), CallTaken(1), 1),
        (Faults(nak_1=3), CallFailed(1, FailReason.LINE_ERROR), 0),
        (Faults(nak_1=2, bare_nak=True), CallTaken(1), 1),
        (Faults(nak_2=1), CallFailed(1, FailReason.BUSY), 0),
        (Faults(nak_3=1), CallFailed(1, FailReason.INVALID), 0),
        (Faults(eot_after_ack=True), CallTaken(1), 1),
        (Faults(nak_1=1, eot_after_ack=True), CallTaken(1), 1),
        (Faults(silent=True), CallFailed(1, FailReason.SILENT), 0),
    ],
)
def test_fault_and_what_becomes_of_the_call(faults: Faults, end: object, shown: int) -> None:
    """Each misbehaviour leads to the one right end, and the handset shows what it must."""
    world = World(faults)
    assert world.call() == end
    assert world.shown == shown


def test_faults_count_down() -> None:
    """After the refusals that were asked for, calls go through."""
    world = World(Faults(nak_2=2))
    assert [type(world.call(5.0)) for _ in range(3)] == [CallFailed, CallFailed, CallTaken]


def test_corrupt_report_is_refused_and_sent_again() -> None:
    """A damaged status block is NAKed by us and comes whole the second time."""
    world = World(Faults(corrupt=1), idle_poll=True)
    world.call(10.0)
    values = [event.block.value("7") for event in world.events if isinstance(event, BlockReceived)]
    assert values == ["2", "3"]
    assert world.pump.session.counters.bcc_errors == 1


def test_selection_window() -> None:
    """Both addresses in one write are within any window; a late line is none of the station's business."""
    world = World(Faults(), select_window=0.5)
    world.network.set_lines("dect", to_server=Late(0.9))
    assert world.call() == CallTaken(1)


def test_trailing_cr_is_harmless() -> None:
    """A carriage return after the station's own blocks is dropped by us."""
    world = World(Faults(), idle_poll=True, trailing_cr=True)
    world.call(10.0)
    assert sum(isinstance(event, BlockReceived) for event in world.events) == 2


def test_silence_takes_the_line_down_and_speech_brings_it_back() -> None:
    """Silent while polled: down after three; speaking again: up."""
    world = World(Faults(silent=True), idle_poll=True)
    world.advance(15.0)
    assert world.events == [LineDown(DownReason.SILENT)]
    world.faults.silent = False
    world.advance(10.0)
    assert world.pump.session.line_up
    assert world.call(5.0) == CallTaken(1)
