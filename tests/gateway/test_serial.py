"""Serial lines: what is asked of the driver, and a real pseudo-terminal as the other end.

A pty ignores speed, parity and data bits, so for those the arguments are what can be looked at.
"""

import os
import termios
import tty
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import serial as pyserial
from twisted.application.internet import ClientService
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectError, ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import deferLater
from twisted.python.failure import Failure

from gateway import serial
from gateway.serial import Port, SerialAddress, SerialEndpoint, SerialLine


class Hearing(Protocol):
    """Keeps what comes, and says when it began and ended."""

    def __init__(self) -> None:
        self.heard = b""
        self.lost: Deferred[Exception] = Deferred()

    def dataReceived(self, data: bytes) -> None:
        self.heard += data

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        self.lost.callback(reason.value)


@dataclass
class Making(Factory):
    """Makes and keeps them."""

    noisy = False
    made: list[Hearing] = field(default_factory=list)
    address: Any = None

    def buildProtocol(self, addr: Any) -> Hearing:
        self.address = addr
        self.made.append(Hearing())
        return self.made[-1]


class Device:
    """A pseudo-terminal: `path` is what the gateway opens, the rest is ours."""

    def __init__(self) -> None:
        self.ours, self.theirs = os.openpty()
        tty.setraw(self.theirs)
        os.set_blocking(self.ours, False)
        self.path = os.ttyname(self.theirs)

    def unplug(self) -> None:
        """Our end closes: the device hangs up."""
        if self.ours >= 0:
            os.close(self.ours)
            os.close(self.theirs)
            self.ours = -1


@pytest.fixture
def device() -> Iterator[Device]:
    made = Device()
    yield made
    made.unplug()


def settle(seconds: float = 0.05) -> Deferred[None]:
    return deferLater(reactor, seconds)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("form", "baud", "bits", "parity", "stops", "seconds"),
    [
        ("7E1", 1200, 7, pyserial.PARITY_EVEN, 1, 10 / 1200),
        ("7E2", 300, 7, pyserial.PARITY_EVEN, 2, 11 / 300),
        ("8N1", 115200, 8, pyserial.PARITY_NONE, 1, 10 / 115200),
        ("8E1", 9600, 8, pyserial.PARITY_EVEN, 1, 11 / 9600),
    ],
)
def test_arguments(
    monkeypatch: pytest.MonkeyPatch, form: str, baud: int, bits: int, parity: str, stops: int, seconds: float
) -> None:
    """The driver is asked for the line's speed and format, without flow control, for us alone."""
    asked: dict[str, Any] = {}

    def opened(path: str, **settings: Any) -> Any:
        asked.update(settings, path=path)
        raise OSError("enough")

    monkeypatch.setattr("serial.Serial", opened)
    endpoint = serial.endpoint(reactor, serial.describe("serial:/dev/ttyUSB0", baud, form))
    endpoint.connect(Making()).addErrback(lambda failure: failure.trap(ConnectError))
    assert asked["path"] == "/dev/ttyUSB0"
    assert (asked["baudrate"], asked["bytesize"], asked["parity"], asked["stopbits"]) == (
        baud,
        bits,
        parity,
        stops,
    )
    assert (asked["xonxoff"], asked["rtscts"], asked["exclusive"]) == (0, 0, True)
    assert SerialLine(baud, form).byte_seconds == pytest.approx(seconds)


def test_parity_is_checked(device: Device) -> None:
    """INPCK is set again after pyserial has cleared it, so that a damaged byte reads as NUL; VMIN is 1."""
    port = serial.open_port(device.path, pyserial.PARITY_EVEN, baudrate=1200, bytesize=7, stopbits=1)
    iflag, _, cflag, _, ispeed, _, cc = termios.tcgetattr(port.fileno())
    port.close()
    assert iflag & termios.INPCK
    assert not iflag & (termios.IGNPAR | termios.PARMRK | termios.ISTRIP | termios.BRKINT)
    assert not iflag & (termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR)
    assert not cflag & termios.CRTSCTS
    assert ispeed == termios.B1200
    assert cc[termios.VMIN] in (1, b"\x01")
    assert not serial.checked(termios.INPCK | termios.PARMRK, pyserial.PARITY_NONE)


@pytest.mark.parametrize(
    "text", ["serial:/dev/ttyUSB0", "serial:/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0"]
)
def test_strings(text: str) -> None:
    """A path may hold colons; the settings stand behind it."""
    assert serial.fault(text) is None
    made = serial.endpoint(reactor, serial.describe(text, None, "7E1"))
    assert IStreamClientEndpoint.providedBy(made)
    assert isinstance(made, SerialEndpoint)
    assert (made.path, made.line) == (text.removeprefix("serial:"), SerialLine(9600, "7E1"))
    assert serial.endpoint(reactor, text).line == SerialLine()  # type: ignore[attr-defined]
    assert serial.describe("tcp:host=a:port=1", 1200, "7E1") == "tcp:host=a:port=1"


@pytest.mark.parametrize(
    "text", ["serial:", "serial:ttyS0", "serial:/dev/ttyS0:baud=7:format=7E1", "serial:/d:baud=9600"]
)
def test_what_is_no_line(text: str) -> None:
    """What cannot be a line raises; nothing is opened for it."""
    with pytest.raises(ValueError, match="serial"):
        serial.endpoint(reactor, text)


async def test_bytes_pass_both_ways(device: Device) -> None:
    """All 256 values pass both ways, and what we wrote last leaves before the port is closed."""
    making = Making()
    hearing = await SerialEndpoint(reactor, device.path, SerialLine()).connect(making)
    assert making.address == SerialAddress(device.path)
    everything = bytes(range(256))
    os.write(device.ours, everything)
    await settle()
    assert hearing.heard == everything
    hearing.transport.write(everything)
    hearing.transport.loseConnection()
    assert isinstance(await hearing.lost, ConnectionDone)
    assert os.read(device.ours, 300) == everything


async def test_a_dead_device_is_closed_all_the_same(device: Device) -> None:
    """A device that takes nothing holds neither the loop nor the closing of its port."""
    hearing = await SerialEndpoint(reactor, device.path, SerialLine()).connect(Making())
    hearing.transport.write(b"x" * 1_000_000)
    await settle()
    hearing.transport.loseConnection()
    hearing.transport.loseConnection()
    await hearing.lost
    other = await SerialEndpoint(reactor, device.path, SerialLine()).connect(Making())
    other.transport.write(b"x" * 1_000_000)
    other.transport.abortConnection()
    assert isinstance(await other.lost, ConnectionAborted)


async def test_unplugged(device: Device) -> None:
    """A device that goes is a connection that is lost."""
    hearing = await SerialEndpoint(reactor, device.path, SerialLine()).connect(Making())
    device.unplug()
    await hearing.lost


async def test_ours_alone(device: Device) -> None:
    """A device that somebody has opened so, or that is not there, is a ConnectError with its path."""
    hearing = await SerialEndpoint(reactor, device.path, SerialLine()).connect(Making())
    for path in (device.path, "/dev/nothing-there"):
        with pytest.raises(ConnectError, match=path):
            await SerialEndpoint(reactor, path, SerialLine()).connect(Making())
    hearing.transport.loseConnection()
    await hearing.lost


async def test_kept_connected(device: Device, tmp_path: Path) -> None:
    """ClientService opens the device again when it has gone and come back."""
    link = tmp_path / "modem"
    link.symlink_to(device.path)
    making = Making()
    endpoint = SerialEndpoint(reactor, str(link), SerialLine())
    service = ClientService(endpoint, making, retryPolicy=lambda failures: 0.02, clock=reactor)
    service.startService()
    await settle()
    device.unplug()
    link.unlink()
    await settle(0.1)
    again = Device()
    link.symlink_to(again.path)
    await settle(0.2)
    os.write(again.ours, b"hej")
    await settle()
    assert making.made[-1].heard == b"hej"
    await service.stopService()
    again.unplug()


def test_closing_reads_no_more() -> None:
    """A port that is closing does not begin to read again when a producer's peer has room."""
    port = Port.__new__(Port)
    port.reactor = SimpleNamespace(addReader=lambda one: pytest.fail("it reads"))
    port._closing = SimpleNamespace()
    port.resumeProducing()


async def test_why_it_cannot_be_opened_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """The log says what is wrong with the device, and not at every try."""
    endpoint = SerialEndpoint(reactor, "/dev/nothing-there", SerialLine())
    for _ in range(3):
        with pytest.raises(ConnectError):
            await endpoint.connect(Making())
    assert capsys.readouterr().out.count("No such file") == 1
