"""Clinic24 as a load: events over loopback TCP, a bounded number of them unanswered at any time."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from time import perf_counter

from protocols.clinic24.event import Event, Kind, encode

CONNECTIONS = 4
"""Clinic24 has a handful."""

UNANSWERED = 256
"""Of one connection: enough that a commit never waits for the load, far below what the gateway allows."""


class Sender(asyncio.Protocol):
    """One connection: keeps `UNANSWERED` events under way until there are no more."""

    def __init__(self, lines: Iterator[bytes], unanswered: int = UNANSWERED) -> None:
        self._lines = lines
        self._unanswered = unanswered
        self._open = 0
        self._rest = b""
        self.others: list[bytes] = []
        self.answered = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._more()

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.others += [line for line in lines if b'"status":"accepted"' not in line]
        self._open -= len(lines)
        self.answered += len(lines)
        self._more()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError("the gateway closed the connection"))

    def _more(self) -> None:
        batch = list(islice(self._lines, self._unanswered - self._open))
        if batch:
            self._open += len(batch)
            self._transport.write(b"".join(batch))
        elif not self._open and not self.done.done():
            self.done.set_result(None)
            self._transport.close()


async def send(port: int, lines: Iterable[bytes], connections: int = CONNECTIONS) -> None:
    """Send every line and wait for its answer. Raises AssertionError if one is not `accepted`."""
    loop = asyncio.get_running_loop()
    common = iter(lines)
    senders = [
        (await loop.create_connection(lambda: Sender(common), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(sender.done for sender in senders))
    others = [line for sender in senders for line in sender.others]
    assert not others, f"{len(others)} events were not accepted, one with {others[0]!r}"


def event(number: str, unit: str, priority: int = 3) -> bytes:
    """One event as a line; `number` is its id."""
    kind = Kind.TRIAGED if priority > 1 else Kind.ESCALATED
    case, callback = f"C24-{number[-8:]}", "010-123 45 67"
    return encode(Event("urn:bench", number, kind, None, unit, "nurse", priority, case, callback)) + b"\n"


class Steady(asyncio.Protocol):
    """One connection for single events; `answered` is called with the time of each answer."""

    def __init__(self) -> None:
        self.answered: Callable[[float], None] | None = None

    @classmethod
    async def connect(cls, port: int) -> "Steady":
        """Connect to the gateway."""
        _, made = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self.answered is not None:
            self.answered(perf_counter())

    def send(self, line: bytes) -> None:
        """Send one event."""
        self._transport.write(line)

    def close(self) -> None:
        """Done."""
        self._transport.close()
