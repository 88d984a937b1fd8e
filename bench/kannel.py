"""Kannel beside us: bearerbox and smsbox of Debian's `kannel`, with our SMS centre behind them over SMPP.

Its store is `file` (one file, for P2) or `spool` (one file a message, for P5); neither is ever fsynced.
"""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bench.centre import Centre
from bench.gateway_process import end

CONNECTIONS = 32
START_WITHIN = 20.0
DONE_WITHIN = 120.0
PATH = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
MISSING = "Kannel is not installed (Debian: kannel)"

CONFIG = """
group = core
admin-port = {admin}
admin-password = bench
smsbox-port = {box}
box-allow-ip = "127.0.0.1"
store-type = {store}
store-location = "{location}"
log-level = 4

group = smsc
smsc = smpp
smsc-id = bench
host = 127.0.0.1
port = {smpp}
transceiver-mode = 1
smsc-username = bench
smsc-password = bench
system-type = ""
address-range = ""
max-pending-submits = 1000

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {http}
log-level = 4

group = sendsms-user
username = bench
password = bench
concatenation = false
"""


@dataclass(slots=True)
class Kannel:
    """A Kannel that takes messages over HTTP on `port` and gives them to `centre`."""

    port: int
    centre: Centre

    async def delivered_per_second(self, messages: int) -> float:
        """Messages a second from the first request to the last submit_sm, over 32 connections."""
        wanted = self.centre.taken + messages
        numbers = iter(range(messages))
        began = perf_counter()
        await asyncio.gather(*(self._client(numbers) for _ in range(CONNECTIONS)))
        await self.centre.until(wanted, DONE_WITHIN)
        return messages / (perf_counter() - began)

    async def _client(self, numbers: Iterator[int]) -> None:
        link = await Link.connect(self.port)
        for number in numbers:
            await link.request(f"C24-{number:08}")
        link.close()


class Link:
    """One HTTP connection that is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, port: int) -> "Link":
        """Connect to the smsbox."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(reader, writer)

    async def request(self, text: str) -> None:
        """Have one message sent. Raises AssertionError unless it was accepted (202)."""
        target = f"/cgi-bin/sendsms?username=bench&password=bench&from=100&to=46701234567&text={text}"
        self._writer.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await self._reader.readexactly(length)
        assert head.startswith(b"HTTP/1.1 202"), head.split(b"\r\n")[0]

    def close(self) -> None:
        """Done."""
        self._writer.close()


@asynccontextmanager
async def running(folder: Path, store: str) -> AsyncIterator[Kannel | None]:
    """A Kannel with this kind of store; None if it is not installed."""
    programs = [shutil.which(name, path=PATH) for name in ("bearerbox", "smsbox")]
    if None in programs:
        yield None
        return
    home = folder / f"kannel-{store}"
    home.mkdir(exist_ok=True)
    location = home / ("spool" if store == "spool" else "kannel.store")
    if store == "spool":
        location.mkdir(exist_ok=True)
    centre = Centre()
    ports = dict(zip(("admin", "box", "http"), _free_ports(3), strict=True))
    config = home / "kannel.conf"
    text = CONFIG.format(store=store, location=location, smpp=await centre.start(), **ports)
    config.write_text(text)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(centre.stop)
        for program, port in zip(programs, (ports["box"], ports["http"]), strict=True):
            log = stack.enter_context((home / "log").open("ab"))
            process = await asyncio.create_subprocess_exec(str(program), str(config), stdout=log, stderr=log)
            stack.push_async_callback(end, process)
            await asyncio.wait_for(_listens(port), START_WITHIN)
        await asyncio.wait_for(centre.bound.wait(), START_WITHIN)
        yield Kannel(ports["http"], centre)


def _free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago: Kannel cannot be asked which one it chose."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


async def _listens(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
