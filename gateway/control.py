"""The control socket: how a command on the same machine speaks to the running gateway (`asking`).

`<store>.sock`, one JSON document a line: a request (`requests`, named by its `op`), answered by
`{"reply": …}` or `{"refused": {"why", "message", "faults"}}`, in order. Rules: only the user who runs the
gateway may connect (mode 0600, set before anybody can); whoever may, may everything. A stale socket is
removed only by the holder of the store's lock, which `serve` is before it starts this. A line over the limit
closes the connection after its answer; a fault of the program is told as such, without its trace.

A roster file comes beside its request, as a descriptor (SCM_RIGHTS, unix(7)): whatever its size, and readable
to whoever sends it, not to the gateway. While it is imported `{"progress": …}` lines may precede the reply.

A `trace` makes its connection a stream: after the reply one `{"row": …}` a line for as long as the client
stays, and no other request. A client that does not keep up loses rows, and `{"lost": n}` says how many.
"""

import os
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder, encode
from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IAddress,
    IConsumer,
    IFileDescriptorReceiver,
    IHalfCloseableProtocol,
    IListeningPort,
    IPushProducer,
    IReactorUNIX,
)
from twisted.internet.protocol import Factory
from twisted.protocols.basic import LineOnlyReceiver
from zope.interface import implementer

from gateway.logs import get_logger
from gateway.replies import ImportProgress, TraceBegun, TraceRow
from gateway.requests import AnyRequest, ImportRoster, Refused, Request, Trace, Why

MAX_LINE = 32 << 20  # octets; what comes with a roster in it, for a client that sends no descriptor
MAX_FILES = 1  # descriptors that one client may have sent ahead
MAX_WAITING = 64  # requests that one client may have sent ahead
MAX_PATH = 107  # bytes of a UNIX socket's path on Linux (sun_path)

log = get_logger("control")

Ask = Callable[[Request], Deferred[Any]]
Begin = Callable[[Trace, Callable[[TraceRow], None]], tuple[TraceBegun, Callable[[], None]]]
"""Begins a trace: returns its reply and what ends it; raises Refused."""

Heard = list[Callable[[ImportProgress], None]]
"""Who is told how far an import is."""


class RefusedWords(Struct, frozen=True):
    """A refusal on the wire."""

    why: Why
    message: str
    faults: tuple[tuple[str, str], ...] = ()


_decode_request = Decoder(AnyRequest).decode


def socket_path(store: Path) -> Path:
    """Where the control socket of a store stands."""
    return store.with_name(f"{store.name}.sock")


def _no_traces(asked: Trace, tell: Callable[[TraceRow], None]) -> tuple[TraceBegun, Callable[[], None]]:
    raise Refused(Why.UNAVAILABLE, "nothing can be traced here")


@implementer(IHalfCloseableProtocol, IPushProducer, IFileDescriptorReceiver)
class ControlProtocol(LineOnlyReceiver):
    """One client. Requests are carried out one after the other."""

    delimiter = b"\n"
    MAX_LENGTH = MAX_LINE

    def __init__(self, ask: Ask, begin: Begin = _no_traces, heard: Heard | None = None) -> None:
        self._ask = ask
        self._begin = begin
        self._heard = [] if heard is None else heard
        self._files: deque[int] = deque()
        self._end_trace: Callable[[], None] | None = None
        self._slow = False
        self._lost = 0
        self._waiting: deque[bytes] = deque()
        self._current: Deferred[None] | None = None
        self._ended = False

    def lineReceived(self, line: bytes) -> None:
        self._waiting.append(line)
        if len(self._waiting) > MAX_WAITING:
            self._refuse(Why.INVALID, f"at most {MAX_WAITING} requests may wait")
            self._close()
        else:
            self._next()

    def fileDescriptorReceived(self, descriptor: int) -> None:
        """Twisted: the client has sent the file of its next request."""
        self._files.append(descriptor)
        if len(self._files) > MAX_FILES:
            self._refuse(Why.INVALID, "a request has one file at most")
            self._close()

    def lineLengthExceeded(self, line: bytes) -> None:
        self._refuse(Why.INVALID, f"a request has at most {MAX_LINE} bytes")
        self._close()

    def readConnectionLost(self) -> None:
        self._ended = True
        self._next()

    def writeConnectionLost(self) -> None:
        """The client reads no more; the end of the connection follows."""

    def connectionLost(self, reason: object = None) -> None:
        self._waiting.clear()
        self._drop_files()
        self._stop_trace()

    def pauseProducing(self) -> None:
        """Twisted: the client does not read; rows are lost from here on."""
        self._slow = True

    def resumeProducing(self) -> None:
        """Twisted: it reads again."""
        self._slow = False
        if self._lost:
            lost, self._lost = self._lost, 0
            self._say("lost", lost)

    def stopProducing(self) -> None:
        """Twisted: the connection is going."""
        self._stop_trace()

    def _next(self) -> None:
        if self._current is not None:
            return
        if self._waiting:
            self._current = Deferred.fromCoroutine(self._answer(self._waiting.popleft()))
            self._current.addBoth(self._answered)
        elif self._ended:
            self._close()

    def _answered(self, _: object) -> None:
        self._current = None
        self._next()

    async def _answer(self, line: bytes) -> None:
        try:
            request = _decode_request(line)
            if self._end_trace is not None:
                raise Refused(Why.CONFLICT, "a trace runs on this connection")
            reply: object
            if isinstance(request, Trace):
                reply = self._trace(request)
            elif isinstance(request, ImportRoster):
                reply = await self._import(request)
            else:
                reply = await self._ask(request)
        except ValidationError as error:
            self._refuse(Why.INVALID, str(error))
        except (DecodeError, UnicodeDecodeError):
            self._refuse(Why.INVALID, "a request is one JSON document a line")
        except Refused as refused:
            self._refuse(refused.why, refused.message, refused.faults)
        except Exception:
            log.exception("a request on the control socket failed")
            self._refuse(Why.UNAVAILABLE, "the gateway failed at this request; its log says why")
        else:
            self._say("reply", reply)

    async def _import(self, asked: ImportRoster) -> object:
        """The number that a client gives a descriptor means nothing here: it is replaced by ours."""
        if asked.file is not None and not self._files:
            raise Refused(Why.INVALID, "the request names a file, and none came with it")
        file = None if asked.file is None else self._files.popleft()
        if asked.progress:
            self._heard.append(self._progress)
        try:
            return await self._ask(replace(asked, file=file))
        finally:
            if file is not None:
                os.close(file)
            if asked.progress:
                self._heard.remove(self._progress)

    def _progress(self, progress: ImportProgress) -> None:
        self._say("progress", progress)

    def _drop_files(self) -> None:
        while self._files:
            os.close(self._files.popleft())

    def _trace(self, asked: Trace) -> TraceBegun:
        reply, self._end_trace = self._begin(asked, self._row)
        cast(IConsumer, self.transport).registerProducer(self, True)
        return reply

    def _row(self, row: TraceRow) -> None:
        if self._slow:
            self._lost += 1
        else:
            self._say("row", row)

    def _stop_trace(self) -> None:
        end, self._end_trace = self._end_trace, None
        if end is not None:
            end()
            if self.transport is not None:
                cast(IConsumer, self.transport).unregisterProducer()

    def _refuse(self, why: Why, message: str, faults: tuple[tuple[str, str], ...] = ()) -> None:
        self._say("refused", RefusedWords(why, message, faults))

    def _say(self, word: str, value: object) -> None:
        if self.transport is not None:
            self.transport.write(encode({word: value}) + b"\n")

    def _close(self) -> None:
        self._waiting.clear()
        self._stop_trace()
        if self.transport is not None:
            self.transport.loseConnection()


class ControlServer(Factory):
    """Listens on the control socket. Start it only while the store's lock is held."""

    noisy = False

    def __init__(
        self,
        reactor: IReactorUNIX,
        path: Path,
        ask: Ask,
        begin: Begin = _no_traces,
        heard: Heard | None = None,
    ) -> None:
        self._reactor = reactor
        self._path = path
        self._ask = ask
        self._begin = begin
        self._heard = heard
        self._port: IListeningPort | None = None

    def buildProtocol(self, addr: IAddress | None) -> ControlProtocol:
        protocol = ControlProtocol(self._ask, self._begin, self._heard)
        protocol.factory = self
        return protocol

    def start(self) -> None:
        """Remove what a dead gateway left, and listen. Raises OSError or CannotListenError."""
        if len(os.fsencode(self._path)) > MAX_PATH:
            raise OSError(f"{self._path}: a socket's path has at most {MAX_PATH} bytes; move the store")
        with suppress(FileNotFoundError):
            self._path.unlink()
        # The mode is that of the creation: a chmod afterwards would leave a moment in which anybody connects.
        before = os.umask(0o177)
        try:
            self._port = self._reactor.listenUNIX(os.fspath(self._path), self, mode=0o600)
        finally:
            os.umask(before)

    async def stop(self) -> None:
        """Listen no more and remove the socket."""
        if self._port is not None:
            stopping = self._port.stopListening()
            self._port = None
            if stopping is not None:
                await stopping
