"""The simulated paging system over a network in memory, called by our control station."""

from collections.abc import Callable, Sequence
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
    FailReason,
    LinkAnswer,
    PolledConfig,
    PolledStation,
    Priority,
    SendBlock,
    SendCall,
    call_block,
    reset_of,
    status_request,
)
from protocols.transport import Pump
from simulators.dect import Answer, HandsetState, Owner, PagingSystem, Role, StatusMode
from simulators.dect.handset import MEMORY
from simulators.dect.link import MAX_REPORTS
from simulators.network import Network


class Caller(Factory):
    """The gateway's place: brings blocks, keeps what comes back."""

    noisy = False

    def __init__(self, clock: Clock, session: Callable[[float], Any]) -> None:
        self.clock = clock
        self.session = session
        self.pump: Any = None
        self.events: list[Any] = []
        self.status: list[tuple[str | None, str | None]] = []
        self.answer = LinkAnswer.ACK
        self.gone = 0

    def buildProtocol(self, addr: object) -> Any:
        return Pump(self.session, self, self.clock)

    def connected(self, pump: Any) -> None:
        self.pump = pump

    def received(self, pump: Any, events: Sequence[Any]) -> None:
        for event in events:
            if isinstance(event, BlockReceived):
                self.status.append((event.block.value("1"), event.block.value("7") or event.block.value("8")))
                pump.answer(event.token, self.answer)
            else:
                self.events.append(event)

    def disconnected(self, pump: Any, reason: str) -> None:
        self.gone += 1


class World:
    def __init__(self, config: ControlConfig | None = None, **options: Any) -> None:
        self.clock = Clock()
        self.told: list[Any] = []
        self.system = PagingSystem(self.clock, ["20117", "20118"], self.told.append, **options)
        self.network = Network(self.clock)
        self.network.listen("dect", self.system.link)
        polled = options.get("role") is Role.CONTROL
        self.caller = Caller(
            self.clock,
            (
                lambda now: PolledStation(
                    PolledConfig(own_address="1", peer_address="2", wanted_headers=frozenset("2")), now
                )
            )
            if polled
            else (lambda now: ControlStation(config or ControlConfig(), now)),
        )
        self.connect()

    def connect(self) -> None:
        self.network.open("dect", self.caller)
        self.advance(0.1)

    def advance(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.05)):
            self.clock.advance(0.05)

    def call(self, extension: str = "20117", text: bytes = b"Larm", **options: Any) -> Any:
        block = call_block(extension, text, **options)
        self.caller.pump.send(SendCall(len(self.caller.events), block))
        self.advance(0.2)
        return block

    def events(self, kind: str) -> list[Any]:
        return [event for event in self.told if event["event"] == kind]


def test_call_is_shown_beeped_and_answered() -> None:
    """ACK, in queue, paged, shown with its beep; the owner accepts after his delay: 2 → 3 → 6."""
    world = World(owner=Owner(Answer.ACCEPT, 5.0))
    world.call(text=b"V}rd 4", priority=Priority.HIGH, beep=4)
    assert isinstance(world.caller.events[-1], CallTaken)
    world.advance(3.0)
    [shown] = world.system.handset("20117").screen
    assert (shown.text, shown.priority, shown.beep) == ("Vård 4", 2, 4)
    assert world.events("shown")[0]["sound"] == "urgent"
    assert world.caller.status == [("20117", "2"), ("20117", "3")]
    world.advance(5.0)
    assert world.caller.status == [("20117", "2"), ("20117", "3"), ("20117", "6")]
    assert [event["answer"] for event in world.events("answered")] == ["accept"]
    assert world.system.link.waiting == 0


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (HandsetState.BUSY, ["2", "1"]),
        (HandsetState.OFF, ["2", "4"]),
        (HandsetState.OUT_OF_RANGE, ["2", "4"]),
        (HandsetState.MEMORY_FULL, ["2", "8"]),
        (HandsetState.SILENT, ["2", "3"]),
        (HandsetState.IN_CHARGER, ["2", "3"]),
    ],
)
def test_state_of_the_handset_decides(state: HandsetState, status: list[str]) -> None:
    """Busy, absent and full are reported; a mute one shows the message and nobody hears it."""
    world = World()
    world.system.handset("20117").state = state
    world.call()
    world.advance(30.0)
    assert [value for _, value in world.caller.status] == status
    screen = world.system.handset("20117").screen
    assert [shown.beep for shown in screen] == ([0] if status[-1] == "3" else [])


def test_handset_that_comes_back_in_time_gets_the_message() -> None:
    """A search lasts 12 s; back in range within them, the message is shown."""
    world = World()
    world.system.handset("20117").state = HandsetState.OUT_OF_RANGE
    world.call()
    world.advance(8.0)
    world.system.handset("20117").state = HandsetState.IN_RANGE
    world.advance(2.0)
    assert [value for _, value in world.caller.status] == ["2", "3"]


def test_unknown_extension_is_taken_and_reported_absent() -> None:
    """As a real system does: ACK, then absent."""
    world = World()
    world.call("29999")
    world.advance(3.0)
    assert isinstance(world.caller.events[-1], CallTaken)
    assert world.caller.status == [("29999", "2"), ("29999", "4")]


def test_owner_may_decline_or_ignore() -> None:
    """Declined: 7=5 and off the screen. Ignored: nothing more comes, until a hand presses OK."""
    world = World()
    world.system.handset("20117").owner = Owner(Answer.DECLINE, 1.0)
    world.system.handset("20118").owner = Owner(Answer.IGNORE)
    world.call("20117")
    world.call("20118")
    world.advance(30.0)
    assert ("20117", "5") in world.caller.status
    assert world.system.handset("20117").screen == []
    assert [value for extension, value in world.caller.status if extension == "20118"] == ["2", "3"]
    world.system.handset("20118").accept()
    world.advance(3.0)
    assert world.caller.status[-1] == ("20118", "6")
    with pytest.raises(LookupError):
        world.system.handset("20118").decline()


def test_queue_goes_by_priority() -> None:
    """What is on the air stays; behind it an alarm overtakes what is only normal."""
    world = World(air_seconds=5.0)
    world.call(text=b"first")
    world.call(text=b"normal")
    world.call(text=b"alarm", priority=Priority.EMERGENCY)
    assert world.system.queued == 2
    world.advance(20.0)
    assert [event["text"] for event in world.events("shown")] == ["first", "alarm", "normal"]
    assert [shown.text for shown in world.system.handset("20117").screen] == ["alarm", "first", "normal"]


def test_reset_call_takes_the_message_back() -> None:
    """Same address and text with call type 1: off the screen, out of the queue, off the search; 7=5."""
    world = World(owner=Owner(Answer.IGNORE))
    shown = world.call()
    world.advance(3.0)
    other = world.call(text=b"Annat")
    world.system.handset("20118").state = HandsetState.OUT_OF_RANGE
    sought = world.call("20118")
    world.advance(2.0)
    for block in (shown, sought):
        world.caller.pump.send(SendCall(50, reset_of(block)))
        world.advance(3.0)
        assert world.caller.status[-1] == (block.value("1"), "5")
    assert [message.text for message in world.system.handset("20117").screen] == ["Annat"]
    assert [event["messages"] for event in world.events("removed")] == [1, 1]
    world.caller.pump.send(SendCall(51, reset_of(other)))
    world.advance(0.05)
    world.advance(30.0)
    assert world.system.handset("20117").screen == []


def test_full_queue_is_nak_2() -> None:
    """The 101st call that waits is refused as busy, and taken when there is room."""
    world = World(air_seconds=1000.0)
    for number in range(101):
        world.call(text=b"%d" % number)
    assert isinstance(world.caller.events[-1], CallTaken)
    world.call(text=b"too many")
    assert world.caller.events[-1].reason is FailReason.BUSY


def test_call_without_address_is_nak_3() -> None:
    """A block that says nobody to page is invalid."""
    world = World()
    block = call_block("20117", b"x")
    world.caller.pump.send(SendCall(1, type(block)("1", block.records[1:])))
    world.advance(0.5)
    assert world.caller.events[-1] == CallFailed(1, FailReason.INVALID)


def test_memory_of_a_handset() -> None:
    """When it is full an answered message makes room; without one nothing more is shown."""
    world = World(owner=Owner(Answer.IGNORE), air_seconds=0.0)
    for number in range(MEMORY):
        world.call(text=b"%d" % number)
    world.call(text=b"full")
    world.advance(10.0)
    assert world.caller.status[-1] == ("20117", "8")
    world.system.handset("20117").accept()
    world.call(text=b"room")
    world.advance(3.0)
    assert "room" in [shown.text for shown in world.system.handset("20117").screen]
    assert len(world.system.handset("20117").screen) == MEMORY


def test_status_on_request() -> None:
    """In that mode nothing comes by itself; header 3 gets the last status, for an unknown call NAK 3."""
    world = World(status_mode=StatusMode.REQUEST)
    block = world.call()
    world.advance(10.0)
    assert world.caller.status == []
    world.caller.pump.send(SendCall(1, status_request(block)))
    world.advance(3.0)
    assert world.caller.status == [("20117", "6")]
    world.caller.pump.send(SendCall(2, status_request(call_block("1", b"never"))))
    world.advance(3.0)
    assert world.caller.events[-1] == CallFailed(2, FailReason.INVALID)


def test_transmitter_failure() -> None:
    """8=1 at once, and calls during it are reported faulty."""
    world = World()
    world.system.transmitter_failed = True
    world.advance(2.0)
    assert world.caller.status == [(None, "1")]
    world.call()
    world.advance(5.0)
    assert world.caller.status[1:] == [("20117", "2"), ("20117", "8")]
    assert world.system.handset("20117").screen == []


def test_status_survives_a_lost_connection() -> None:
    """What was not reported when the line broke is reported on the next one."""
    world = World(owner=Owner(Answer.ACCEPT, 10.0))
    world.call()
    world.advance(3.0)
    world.network.cut("dect")
    world.advance(20.0)
    assert world.caller.status[-1] == ("20117", "3")
    assert world.events("disconnected")
    world.connect()
    world.advance(3.0)
    assert world.caller.status[-1] == ("20117", "6")


def test_newest_connection_wins() -> None:
    """A second connection takes the place of the first, which is dropped."""
    world = World()
    world.connect()
    world.advance(0.5)
    assert world.caller.gone == 1
    assert len(world.network.connections("dect")) == 1
    world.call()
    world.advance(1.0)
    assert len(world.system.handset("20117").screen) == 1


def test_refused_reports_are_tried_again_then_dropped() -> None:
    """NAK 2 five times: the report is given up, and that is told; NAK 3 at once."""
    world = World()
    world.caller.answer = LinkAnswer.NAK_BUSY
    world.call()
    world.advance(60.0)
    assert world.events("report_lost")
    assert len(world.caller.status) >= 5


def test_reports_are_bounded() -> None:
    """With nobody to take them, only so many wait, and every loss is told."""
    world = World()
    world.network.cut("dect")
    world.advance(0.1)
    for number in range(MAX_REPORTS + 5):
        world.system.link.report(call_block("1", b"%d" % number))
    assert world.system.link.waiting == MAX_REPORTS
    assert len(world.events("report_lost")) == 5


def test_control_role() -> None:
    """As control station it polls us for calls and selects us for status."""
    world = World(role=Role.CONTROL, owner=Owner(Answer.ACCEPT, 1.0))
    world.caller.pump.send(SendBlock(1, call_block("20117", b"Larm")))
    world.advance(10.0)
    assert [shown.text for shown in world.system.handset("20117").screen] == ["Larm"]
    assert [value for _, value in world.caller.status] == ["2", "3", "6"]


def test_stop_leaves_nothing_behind() -> None:
    """After stop no timer runs and the connection is gone."""
    world = World(air_seconds=3.0)
    world.system.handset("20118").state = HandsetState.OUT_OF_RANGE
    for extension in ("20118", "20117", "20117"):
        world.call(extension)
        world.advance(3.0)
    world.system.stop()
    world.advance(0.2)
    assert world.caller.gone == 1
    assert world.clock.getDelayedCalls() == []
