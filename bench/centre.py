"""An SMS centre that costs next to nothing: binds whoever asks, takes every message, answers after `delay`.

Not one for tests: it looks at the header of each PDU and no further, so that it is never what is measured.
"""

import asyncio
from collections.abc import Callable
from struct import Struct
from time import perf_counter

HEADER = Struct(">IIII")  # command_length, command_id, command_status, sequence_number (SMPP 3.4, 3.2)
BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER = 1, 2, 9
SUBMIT_SM, UNBIND, ENQUIRE_LINK = 4, 6, 0x15
RESPONSE = 0x80000000
BINDS = frozenset({BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER})

Seen = Callable[[bytes, float], None]


class Centre:
    """Listens on a port of its own; `taken` counts the messages, `seen` is told of each with its time."""

    def __init__(self, delay: float = 0.0) -> None:
        self.delay = delay
        self.taken = 0
        self.bound = asyncio.Event()
        self.seen: Seen | None = None
        self.wanted: tuple[int, asyncio.Future[None]] | None = None
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Transport] = set()

    async def start(self) -> int:
        """Listen; the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Line(self, self._lines), "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def until(self, taken: int, seconds: float) -> None:
        """Wait until so many messages have been taken in all. Raises TimeoutError."""
        if self.taken >= taken:
            return
        done = asyncio.get_running_loop().create_future()
        self.wanted = taken, done
        await asyncio.wait_for(done, seconds)

    async def stop(self) -> None:
        """Close everything."""
        if self._server is not None:
            self._server.close()
            for line in list(self._lines):
                line.abort()
            await self._server.wait_closed()

    def count(self, messages: int) -> None:
        """So many more were taken."""
        self.taken += messages
        if self.wanted is not None and self.taken >= self.wanted[0] and not self.wanted[1].done():
            self.wanted[1].set_result(None)


class _Line(asyncio.Protocol):
    def __init__(self, centre: Centre, lines: set[asyncio.Transport]) -> None:
        self._centre = centre
        self._lines = lines
        self._rest = b""
        self._ids = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._lines.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lines.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        now = perf_counter()
        data = self._rest + data
        start, end, taken = 0, len(data), 0
        out: list[bytes] = []
        while end - start >= HEADER.size:
            length, command, _, sequence = HEADER.unpack_from(data, start)
            if end - start < length:
                break
            if command == SUBMIT_SM:
                taken += 1
                if self._centre.seen is not None:
                    self._centre.seen(data[start : start + length], now)
            out.append(self._reply(command, sequence))
            start += length
        self._rest = data[start:]
        if self._centre.delay and taken:
            asyncio.get_running_loop().call_later(self._centre.delay, self._write, out)
        else:
            self._write(out)
        self._centre.count(taken)

    def _write(self, out: list[bytes]) -> None:
        if not self._transport.is_closing():
            self._transport.write(b"".join(out))

    def _reply(self, command: int, sequence: int) -> bytes:
        if command == SUBMIT_SM:
            self._ids += 1
            body = b"%08x\0" % self._ids
        elif command in BINDS:
            self._centre.bound.set()
            body = b"bench\0"
        elif command in (UNBIND, ENQUIRE_LINK):
            body = b""
        else:
            return b""  # a response to nothing of ours
        return HEADER.pack(HEADER.size + len(body), command | RESPONSE, 0, sequence) + body
