"""Serial lines as client endpoints: `serial:/dev/ttyUSB0`, kept connected by `ClientService` like any other.

Rules: no flow control, for a device that holds its line back would hold the gateway back. The port is ours
alone (flock). Parity is checked by the driver: a damaged byte reads as NUL, which no protocol here allows in
its text, so it is seen. Nothing here may block the loop: a port is opened without waiting for a carrier, and
what a dead device does not take is thrown away before the port is closed.
"""

import re
import termios
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args

import serial
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectError, ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IProtocol,
    IProtocolFactory,
    IReactorTime,
    IStreamClientEndpoint,
)
from twisted.internet.serialport import SerialPort
from twisted.python.failure import Failure
from zope.interface import implementer

from gateway.logs import get_logger

Format = Literal["7E1", "7E2", "8N1", "8E1"]
"""Data bits, parity, stop bits."""

Baud = Literal[300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200]

DEFAULT_BAUD: Final = 9600

DRAIN_SECONDS: Final = 1.0
"""How long the last bytes may take to leave before the port is closed; at 300 baud 30 characters do."""

DRAIN_STEP: Final = 0.02
"""Seconds between two looks at what has not left yet."""

log = get_logger("serial")

_SCHEME: Final = "serial:"
_DESCRIPTION: Final = re.compile(r"serial:(?P<path>/.+):baud=(?P<baud>[0-9]{1,7}):format=(?P<format>\w+)")
_PARITIES: Final = {"N": serial.PARITY_NONE, "E": serial.PARITY_EVEN}
_IFLAG, _CC = 0, 6  # places in what termios.tcgetattr returns


@dataclass(frozen=True, slots=True)
class SerialLine:
    """How characters are sent; `baud` in bits a second."""

    baud: int = DEFAULT_BAUD
    format: str = "8N1"

    def __post_init__(self) -> None:
        """Raises ValueError for what no line here can be."""
        if self.baud not in get_args(Baud) or self.format not in get_args(Format):
            raise ValueError(f"{self.baud} {self.format} is no serial line that can be used")

    @property
    def byte_seconds(self) -> float:
        """The time that one character takes, start bit included."""
        return (1 + self.data_bits + (self.parity != "N") + self.stop_bits) / self.baud

    @property
    def data_bits(self) -> int:
        """7 or 8."""
        return int(self.format[0])

    @property
    def parity(self) -> str:
        """N or E."""
        return self.format[1]

    @property
    def stop_bits(self) -> int:
        """1 or 2."""
        return int(self.format[2])


@implementer(IAddress)
@dataclass(frozen=True, slots=True)
class SerialAddress:
    """The device at this end."""

    path: str


def is_serial(description: str) -> bool:
    """Whether an endpoint string names a serial line."""
    return description.startswith(_SCHEME)


def fault(description: str) -> str | None:
    """What is wrong with `serial:…` as a person writes it; None if nothing is. Opens nothing."""
    path = description.removeprefix(_SCHEME)
    if not path.startswith("/"):
        return "needs the whole path of a device; for example serial:/dev/ttyUSB0"
    if "=" in path or "\0" in path:
        return "takes a path and no more; baud and format are keys beside endpoint"
    return None


def describe(description: str, baud: int | None, form: str) -> str:
    """An endpoint string with the settings of its serial line in it, as `endpoint` reads it.

    What is no serial line stays as it is; without `baud` a line has 9600.
    """
    if not is_serial(description):
        return description
    return f"{description}:baud={baud or DEFAULT_BAUD}:format={form}"


def endpoint(reactor: Any, description: str) -> IStreamClientEndpoint:
    """The endpoint that `describe` named; without settings 9600 8N1. Raises ValueError for any other."""
    found = _DESCRIPTION.fullmatch(description)
    if found is None:
        wrong = fault(description)
        if wrong is not None:
            raise ValueError(f"a serial line {wrong}")
        return SerialEndpoint(reactor, description.removeprefix(_SCHEME), SerialLine())
    return SerialEndpoint(reactor, found["path"], SerialLine(int(found["baud"]), found["format"]))


@implementer(IStreamClientEndpoint)
class SerialEndpoint:
    """Opens a device; one that is missing, taken or broken is a ConnectError, and is tried again."""

    def __init__(self, reactor: Any, path: str, line: SerialLine) -> None:
        self.path = path
        self.line = line
        self._reactor = reactor
        self._told = ""

    def connect(self, protocolFactory: IProtocolFactory) -> "Deferred[IProtocol]":
        """See IStreamClientEndpoint."""
        connected: Deferred[IProtocol] = Deferred()
        protocol = protocolFactory.buildProtocol(SerialAddress(self.path))
        if protocol is None:
            connected.errback(ConnectError(string=f"{self.path}: nobody wants it"))  # type: ignore[no-untyped-call]
            return connected
        try:
            Port(  # type: ignore[no-untyped-call]
                protocol,
                self.path,
                self._reactor,
                baudrate=self.line.baud,
                bytesize=self.line.data_bits,
                parity=_PARITIES[self.line.parity],
                stopbits=self.line.stop_bits,
            )
        except (OSError, termios.error) as error:  # SerialException is an OSError
            self._tell(str(error))
            connected.errback(ConnectError(string=f"{self.path}: {error}"))  # type: ignore[no-untyped-call]
        else:
            self._told = ""
            connected.callback(protocol)
        return connected

    def _tell(self, reason: str) -> None:
        """Why it cannot be opened, once, however often it is tried: `ClientService` keeps it to itself."""
        if reason != self._told:
            log.warning("a serial device cannot be opened", device=self.path, reason=reason)
            self._told = reason


def open_port(path: str, parity: str, **settings: Any) -> serial.Serial:
    """Open a device for us alone, with parity checked. Raises OSError or termios.error."""
    port = serial.Serial(path, parity=parity, exclusive=True, **settings)
    try:
        attributes = termios.tcgetattr(port.fileno())
        attributes[_IFLAG] = checked(attributes[_IFLAG], parity)
        # pyserial sets 0: a read that finds nothing would then look like the end of the file.
        attributes[_CC][termios.VMIN] = 1
        termios.tcsetattr(port.fileno(), termios.TCSANOW, attributes)
    except BaseException:
        port.close()
        raise
    return port


def checked(iflag: int, parity: str) -> int:
    """The input flags with parity checked where there is any; pyserial always clears INPCK.

    With neither IGNPAR nor PARMRK a byte with a parity or framing error, and a break, read as NUL.
    """
    iflag &= ~(termios.IGNPAR | termios.PARMRK | termios.BRKINT | termios.INPCK)
    return iflag | (0 if parity == serial.PARITY_NONE else termios.INPCK)


class Port(SerialPort):
    """Twisted's serial transport, opened as above, and closed without ever waiting for the device."""

    _serialFactory = staticmethod(open_port)  # type: ignore[assignment]  # noqa: N815 (Twisted's name)
    _closing: IDelayedCall | None = None

    @property
    def _time(self) -> IReactorTime:
        return cast(IReactorTime, self.reactor)

    def loseConnection(self) -> None:
        """Close once everything has left the line, at the latest after DRAIN_SECONDS."""
        if self.connected and self._closing is None:
            self.stopReading()  # type: ignore[no-untyped-call]
            self._closing = self._time.callLater(0, self._drain, self._time.seconds() + DRAIN_SECONDS)

    def abortConnection(self) -> None:
        """Close at once; what has not left yet is lost."""
        if self.connected:
            self._stop_closing()
            self._closing = self._time.callLater(0, self._end, ConnectionAborted())

    def resumeProducing(self) -> None:
        """Twisted: read on; a port that is closing does not."""
        if self._closing is None:
            super().resumeProducing()  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Failure) -> None:
        """Twisted: the device is gone, or we close it."""
        self._stop_closing()
        if self._left():
            # The kernel would wait up to 30 s in close() for bytes that a dead device never takes.
            with suppress(OSError, termios.error):
                termios.tcflush(self._serial.fileno(), termios.TCOFLUSH)
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def _drain(self, until: float) -> None:
        if self._time.seconds() >= until or not self._left():
            self._end(ConnectionDone())
        else:
            self._closing = self._time.callLater(DRAIN_STEP, self._drain, until)

    def _left(self) -> bool:
        """Whether bytes have not left the machine yet; a device that is gone takes none."""
        try:
            return bool(self.dataBuffer or self._tempDataBuffer or self._serial.out_waiting)
        except OSError:
            return False

    def _end(self, why: Exception) -> None:
        self.connectionLost(Failure(why))  # type: ignore[no-untyped-call]

    def _stop_closing(self) -> None:
        if self._closing is not None and self._closing.active():
            self._closing.cancel()
        self._closing = None
