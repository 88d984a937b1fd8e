"""The doctor's end of the line: says bytes, and waits for what is heard.

Rules: nothing is answered by itself; every byte is said by a step of the examination. Everything said and
heard is told to `witness`, for the screen. A line that returns our own bytes is noticed, and they are
swallowed.
"""

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime, ITCPTransport
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure

from protocols.capture import Direction
from protocols.espa444.diagnosis import parity_in_bit_7
from protocols.espa444.listening import Heard, Listener
from protocols.espa444.pieces import Kind

MAX_RAW = 4096
"""Bytes kept to judge speed and parity by; a line at the wrong speed delivers garbage without end."""

QUIET = 0.15
"""Seconds of rest after which what was heard is taken for all: three characters at 300 baud are 0.1 s."""

Witness = Callable[[Heard], None]


class LineClosed(Exception):  # noqa: N818 (a fact to report)
    """The device has closed the connection."""


class DoctorLine(Protocol):
    """One connection."""

    def __init__(
        self, clock: IReactorTime, witness: Witness, connected: "Callable[[DoctorLine], None]"
    ) -> None:
        self._clock = clock
        self._connected = connected
        self._witness = witness
        self._heard: list[Heard] = []
        self._waiter: Deferred[None] | None = None
        self._echo = b""
        self._held = b""  # what may be the beginning of our echo
        self._held_timer: IDelayedCall | None = None
        self._text_of = lambda data: data.decode("latin-1")
        self._listener = Listener(self._text_of)
        self.raw = b""
        """What has come first, as it came."""
        self.echoes = False
        self.masked = False
        self.closed: str | None = None
        self.slowest = 0.0
        """Seconds of the slowest answer."""

    def connectionMade(self) -> None:
        if ITCPTransport.providedBy(self.transport):
            self.transport.setTcpNoDelay(True)
        self._connected(self)

    def dataReceived(self, data: bytes) -> None:
        self._take(data)

    def _take(self, data: bytes) -> None:
        data = self._without_echo(data)
        self.raw = (self.raw + data)[:MAX_RAW]
        if not self.masked and parity_in_bit_7(self.raw):
            self.masked, self._listener = True, Listener(self._text_of, mask7=True)
        for one in self._listener.feed(data, Direction.RECEIVED, self._clock.seconds()):
            self._witness(one)
            self._heard.append(one)
        self._wake()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.closed = reason.getErrorMessage()
        if self._held_timer is not None and self._held_timer.active():
            self._held_timer.cancel()
        self._wake()

    def say(self, data: bytes) -> None:
        """Send bytes in one write; what was heard before is forgotten."""
        if self.closed is not None or self.transport is None:
            raise LineClosed(self.closed)
        self._heard.clear()
        for one in self._listener.feed(data, Direction.SENT, self._clock.seconds()):
            self._witness(one)
        self._echo = data
        self.transport.write(data)

    async def ask(self, data: bytes, seconds: float) -> list[Heard]:
        """Say bytes and wait for the answer: what comes until the line rests; empty if nothing does."""
        begun = self._clock.seconds()
        self.say(data)
        heard = await self.hear(seconds)
        if heard:
            self.slowest = max(self.slowest, self._clock.seconds() - begun - QUIET)
        return heard

    async def hear(self, seconds: float) -> list[Heard]:
        """What is said within `seconds`: the first of it, and all until the line rests. Raises LineClosed."""
        until = self._clock.seconds() + seconds
        while not self._meant() and (left := until - self._clock.seconds()) > 0:
            await self._wait(left)
        if self._meant():
            await self.rest()
        heard, self._heard = self._heard, []
        return heard

    async def rest(self, seconds: float = QUIET) -> None:
        """Wait until nothing has come for so long."""
        while await self._wait(seconds):
            pass

    def _meant(self) -> bool:
        return any(one.kind is not Kind.NOISE for one in self._heard)

    async def _wait(self, seconds: float) -> bool:
        """Whether something came within `seconds`."""
        if self.closed is not None:
            raise LineClosed(self.closed)
        waiter: Deferred[None] = Deferred()
        self._waiter = waiter
        came = [True]

        def over() -> None:
            came[0] = False
            self._wake()

        timer = self._clock.callLater(seconds, over)
        await waiter
        if timer.active():
            timer.cancel()
        if self.closed is not None and not self._heard:
            raise LineClosed(self.closed)
        return came[0] and self.closed is None

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None:
            waiter.callback(None)

    def _without_echo(self, data: bytes) -> bytes:
        """What is left when our own bytes, which a two-wire line returns before anybody answers, are gone.

        Until a line has returned a whole write of two bytes and more, the beginning of one is only held: an
        EOT may also be the answer to an EOT.
        """
        if self._held_timer is not None and self._held_timer.active():
            self._held_timer.cancel()
        data, self._held = self._held + data, b""
        if not self._echo:
            return data
        if data.startswith(self._echo) and (len(self._echo) > 1 or self.echoes):
            self.echoes = True
            data, self._echo = data[len(self._echo) :], b""
        elif self._echo.startswith(data) and len(self._echo) > 1:
            self._held = data
            self._held_timer = self._clock.callLater(QUIET, self._no_echo)
            return b""
        else:
            self._echo = b""
        return data

    def _no_echo(self) -> None:
        self._echo = b""
        self._take(b"")
