"""Both roles over serial devices: pairs of pseudo-terminals that socat joins, opened as real ports are.

socat is transparent for every byte value; it emulates neither speed nor parity. Each end is our own station
on our own serial endpoint, so what is judged is that path: opening, raw mode, all byte values, loss of the
device.
"""

import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from twisted.internet import reactor as installed
from twisted.internet.task import deferLater

from gateway.serial import SerialEndpoint, SerialLine
from protocols.espa444 import (
    Block,
    BlockReceived,
    CallTaken,
    ControlConfig,
    ControlStation,
    LinkAnswer,
    PolledConfig,
    PolledStation,
    SendBlock,
    SendCall,
    call_block,
    encode,
    status_of,
)
from protocols.espa444.events import BlockTaken, LineUp
from protocols.espa444.records import CallStatus, Record
from protocols.transport import Pump, PumpFactory

reactor: Any = installed

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(shutil.which("socat") is None, reason="socat is not installed"),
]

WITHIN = 10.0
"""Seconds for the devices to appear."""
LOOK = 0.02
LINE = SerialLine(9600, "7E1")


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[str, str, subprocess.Popen[bytes]]]:
    """Two serial devices that are one line."""
    ends = str(tmp_path / "a"), str(tmp_path / "b")
    command = ["socat", *(f"pty,raw,echo=0,link={end}" for end in ends)]
    with subprocess.Popen(command) as socat:
        yield *ends, socat
        socat.terminate()


class End:
    """One station on one device; received blocks are acknowledged at once."""

    def __init__(self, make: Callable[[float], Any]) -> None:
        self.events: list[Any] = []
        self.lost: list[str] = []
        self.pump: Any = None
        self._make = make

    async def open(self, path: str) -> None:
        """Open the device."""
        endpoint = SerialEndpoint(reactor, path, LINE)
        await endpoint.connect(PumpFactory(lambda: Pump(self._make, self, reactor, LINE.byte_seconds)))

    def connected(self, pump: Any) -> None:
        self.pump = pump

    def received(self, pump: Any, events: Any) -> None:
        for event in events:
            self.events.append(event)
            if isinstance(event, BlockReceived):
                pump.answer(event.token, LinkAnswer.ACK)

    def disconnected(self, pump: Any, reason: str) -> None:
        self.lost.append(reason)

    @property
    def blocks(self) -> list[Block]:
        """What has been received."""
        return [event.block for event in self.events if isinstance(event, BlockReceived)]


async def until(true: Callable[[], object]) -> None:
    """Wait, a short step after the other; the test's own limit ends it."""
    while not true():
        await deferLater(reactor, LOOK)


@asynccontextmanager
async def joined(pair: tuple[str, str, Any], **config: Any) -> AsyncIterator[tuple[End, End]]:
    """A control and a polled station, each with its device open."""
    left, right, _ = pair
    await until(lambda: Path(left).exists() and Path(right).exists())
    control = End(lambda now: ControlStation(ControlConfig(poll_interval=0.2, **config), now))
    polled = End(lambda now: PolledStation(PolledConfig(), now))
    await polled.open(right)
    await control.open(left)
    try:
        yield control, polled
    finally:
        for end in (control, polled):
            if not end.lost:
                end.pump.abort()
        await until(lambda: control.lost and polled.lost)


@pytest.mark.reactor(seconds=WITHIN)
async def test_calls_and_reports_over_serial_devices(pair: Any) -> None:
    """Calls one way, reports the other, on an idle line that is polled all the while."""
    async with joined(pair) as (control, polled):
        await until(lambda: LineUp() in control.events)
        calls = [call_block("20117", text) for text in (b"Larm 7", b"V}rd 4 }{| ][\\", b"HJARTSTOPP Sal 4")]
        for ref, call in enumerate(calls):
            control.pump.send(SendCall(ref, call))
            await until(lambda ref=ref: CallTaken(ref) in control.events)
            polled.pump.send(SendBlock(ref, status_of(call, CallStatus.ACKNOWLEDGED)))
            await until(lambda ref=ref: BlockTaken(ref) in polled.events)
        assert polled.blocks == calls
        assert [block.value("7") for block in control.blocks] == ["6", "6", "6"]
        assert control.pump.session.counters.polls > 3


@pytest.mark.reactor(seconds=2 * WITHIN)
async def test_every_control_character_as_check_character(pair: Any) -> None:
    """Nothing on the way takes XON, XOFF, CR, EOT or a NUL for itself."""
    async with joined(pair, idle_poll=False) as (control, polled):
        for bcc in (*range(0x20), 0x7F):
            control.pump.send(SendCall(bcc, with_check_character(bcc)))
            await until(lambda bcc=bcc: CallTaken(bcc) in control.events)
        assert [encode(block)[-1] for block in polled.blocks] == [*range(0x20), 0x7F]
        assert control.pump.session.counters.resends == 0


@pytest.mark.reactor(seconds=WITHIN)
async def test_device_that_goes_away(pair: Any) -> None:
    """Who pulls the adapter out ends both connections; nothing hangs."""
    async with joined(pair) as (control, polled):
        await until(lambda: LineUp() in control.events)
        pair[2].terminate()
        await until(lambda: control.lost and polled.lost)


def with_check_character(bcc: int) -> Block:
    """A call whose check character is this one."""
    plain = Block("1", (Record("1", b"1009"), Record("2", b"Larm")))
    without = encode(plain)[-1] ^ bcc
    tail = next(bytes((a, a ^ without)) for a in range(0x20, 0x7F) if 0x20 <= a ^ without < 0x7F)
    return Block("1", (Record("1", b"1009"), Record("2", b"Larm" + tail)))
