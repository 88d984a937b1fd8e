"""An ESPA carrier on a serial device, in both roles: a real pseudo-terminal, the real reactor."""

import os
import time
import tty
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twisted.internet import reactor as installed
from twisted.internet.task import LoopingCall, deferLater

from gateway import serial
from gateway.clock import Clock
from gateway.config import EspaCarrier
from gateway.delivery.carriers.espa444 import Espa444Carrier
from gateway.ports import ReportWord
from protocols import espa444
from protocols.espa444 import CallStatus, LinkAnswer

reactor: Any = installed
Make = Callable[..., Any]


class Device:
    """The other end of a pseudo-terminal: a station of the other role that takes everything."""

    def __init__(self) -> None:
        self.ours, theirs = os.openpty()
        tty.setraw(theirs)
        os.set_blocking(self.ours, False)
        self.path = os.ttyname(theirs)
        self._theirs = theirs
        self._loop = LoopingCall(self._turn)
        self._loop.clock = reactor
        self.station: Any = None
        self.blocks: list[espa444.Block] = []
        self.taken: list[int] = []

    def run(self, station: Any) -> None:
        self.station = station
        self._loop.start(0.005)

    def report(self, block: espa444.Block) -> None:
        control = isinstance(self.station, espa444.ControlStation)
        command = espa444.SendCall(1, block) if control else espa444.SendBlock(1, block)
        self.station.send(command, time.monotonic())

    def close(self) -> None:
        if self._loop.running:
            self._loop.stop()
        os.close(self.ours)
        os.close(self._theirs)

    def _turn(self) -> None:
        now = time.monotonic()
        try:
            data = os.read(self.ours, 4096)
        except BlockingIOError:
            data = b""
        for event in [*self.station.receive_data(data, now), *self.station.tick(now)]:
            if isinstance(event, espa444.BlockReceived):
                self.blocks.append(event.block)
                self.station.answer(event.token, LinkAnswer.ACK, now)
            elif isinstance(event, espa444.CallTaken | espa444.BlockTaken):
                self.taken.append(event.ref)
        if said := self.station.data_to_send():
            os.write(self.ours, said)


@pytest.fixture
def device() -> Iterator[Device]:
    made = Device()
    yield made
    made.close()


@pytest.mark.parametrize("role", ["control", "polled"])
async def test_a_call_and_its_status_over_a_serial_device(
    espa: Make, order: Make, attempt: Make, device: Device, role: str
) -> None:
    """Opened as the configuration says it, in either role: the call goes out, its status comes in."""
    core = espa().core
    settings = EspaCarrier.model_validate(
        {
            "type": "espa444",
            "name": "dect",
            "serves": "extension",
            "endpoint": f"serial:{device.path}",
            "role": role,
            "poll_interval": 0.15,
        },
        strict=False,
    )
    assert settings.endpoint is not None
    way = serial.endpoint(reactor, serial.describe(settings.endpoint, settings.baud, settings.format))
    clock = Clock(reactor, lambda: time.time_ns() // 1_000_000)
    now = time.monotonic()
    if role == "control":
        device.run(espa444.PolledStation(espa444.PolledConfig(), now))
    else:
        wanted = frozenset({"1"})
        config = espa444.ControlConfig(
            own_address="2", peer_address="1", wanted_headers=wanted, poll_interval=0.15
        )
        device.run(espa444.ControlStation(config, now))
    carrier = Espa444Carrier(settings, way, clock, core, core)
    carrier.start()
    try:
        await _until(lambda: carrier.free() == 1)
        carrier.send(order(5))
        await _until(lambda: bool(core.taken_))
        device.report(espa444.status_of(device.blocks[0], CallStatus.ACKNOWLEDGED))
        await _until(lambda: bool(device.taken))
    finally:
        await carrier.stop()
    assert core.taken_ == [(5, None)]
    assert [report.word for report in core.reports] == [ReportWord.ACKNOWLEDGED]
    assert core.reports[0].matches(attempt())


async def _until(done: Callable[[], bool]) -> None:
    for _ in range(400):
        if done():
            return
        await deferLater(reactor, 0.01)
    raise AssertionError("it did not happen")
