"""What browsers are told as it happens: server-sent events (the HTML standard, 9.2).

Rules: what is told is committed. A browser that does not keep up is told `lost` in place of what it missed,
and reads everything anew: a queue never grows. Every stream ends when the gateway stops, when its account is
logged out, and when the browser goes. For the reactor's thread, on its loop.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from msgspec.json import encode

BEAT = 15.0
"""Seconds between two signs of life: proxies close what is silent for a minute."""

WAITING_MOST = 256
"""Events that wait for one browser, some 300 octets each: half a minute of a busy region."""

STREAMS_MOST = 500
"""Browsers at a time; half of the connections that the listener takes."""


class TooManyStreams(Exception):  # noqa: N818 - named for what is the case
    """STREAMS_MOST browsers listen already."""


class Stream:
    """One browser that listens; `registers`: for somebody of IT."""

    def __init__(self, hub: "LiveHub", *, registers: bool = False) -> None:
        self.registers = registers
        self._hub = hub
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING_MOST)

    def give(self, event: bytes) -> None:
        """Queue an event, or `lost` in place of all that waits."""
        if self._waiting.full():
            self._clear()
            event = framed("lost", {})
        self._waiting.put_nowait(event)

    def finish(self) -> None:
        """The gateway stops."""
        if self._waiting.full():
            self._clear()
        self._waiting.put_nowait(None)

    async def events(self, hello: dict[str, Any], alive: Callable[[], bool]) -> AsyncIterator[bytes]:
        """The octets of the stream; `alive` says, at each beat, whether the account is still logged in."""
        loop = asyncio.get_running_loop()
        try:
            yield framed("hello", hello)
            checked = loop.time()
            while True:
                event = await self._next()
                if loop.time() - checked >= BEAT or event == b"":
                    checked = loop.time()
                    if not alive():
                        yield framed("bye", {"why": "session"})
                        return
                if event is None:
                    yield framed("bye", {"why": "stopped"})
                    return
                yield event or b": beat\n\n"
        finally:
            self._hub.drop(self)

    async def _next(self) -> bytes | None:
        """The next event; nothing after a beat of silence, None at the end."""
        try:
            return await asyncio.wait_for(self._waiting.get(), BEAT)
        except TimeoutError:
            return b""

    def _clear(self) -> None:
        while not self._waiting.empty():
            self._waiting.get_nowait()


class LiveHub:
    """Every browser that listens."""

    def __init__(self) -> None:
        self._streams: set[Stream] = set()
        self._stopped = False

    def __len__(self) -> int:
        return len(self._streams)

    def listen(self, *, registers: bool = False) -> Stream:
        """A new stream. Raises TooManyStreams."""
        if self._stopped or len(self._streams) >= STREAMS_MOST:
            raise TooManyStreams("too many browsers listen already; try again in a minute")
        stream = Stream(self, registers=registers)
        self._streams.add(stream)
        return stream

    def publish(self, kind: str, value: object, *, it_alone: bool = False) -> None:
        """Tell everybody, or IT alone; encoded once."""
        if not self._streams:
            return
        event = framed(kind, value)
        for stream in self._streams:
            if stream.registers or not it_alone:
                stream.give(event)

    def drop(self, stream: Stream) -> None:
        """The browser is gone."""
        self._streams.discard(stream)

    def stop(self) -> None:
        """End every stream, and take no new one."""
        self._stopped = True
        for stream in list(self._streams):
            stream.finish()


def framed(kind: str, value: object) -> bytes:
    """One event on the wire; JSON of msgspec holds no line end."""
    return b"event: " + kind.encode() + b"\ndata: " + encode(value) + b"\n\n"
