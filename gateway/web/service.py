"""Runs uvicorn on the loop of Twisted's asyncio reactor, as a service that the gateway starts and stops.

Rules: signals are the gateway's, so uvicorn's own handlers never come in; the socket is bound here, because
uvicorn ends the process when a port is taken. What uvicorn logs goes to the gateway's log.
"""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from twisted.internet.defer import Deferred

from gateway.bridge import from_asyncio
from gateway.endpoints import describe

BACKLOG = 128
KEEP_ALIVE = 15  # seconds that an idle connection is kept for the next request
STOP_WITHIN = 3  # seconds that requests under way are given at the end
MAX_CONNECTIONS = 1000  # at once; the next is answered 503
UNIX_MODE = 0o660  # a reverse proxy of the same group may connect


class _Server(uvicorn.Server):
    """uvicorn without its hands on the process."""

    def __init__(self, config: uvicorn.Config, up: Deferred[None]) -> None:
        super().__init__(config)
        self._up = up

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._up.callback(None)


class WebService:
    """The HTTP listener of `[web] listen`. For the reactor's thread."""

    def __init__(self, app: FastAPI, listen: str) -> None:
        self._app = app
        self._listen = describe(listen)
        self._server: _Server | None = None
        self.ended: Deferred[None] | None = None
        """Fires when the server has ended, asked or not; fails with what it died of."""
        self.address = ""
        """Where it listens, once it does."""

    def start(self) -> Deferred[None]:
        """Bind and serve; fires when requests are answered. Raises OSError if the address is taken."""
        bound = _bind(self._listen.positional, self._listen.named, unix=self._listen.scheme == "unix")
        self.address = _address(bound)
        up: Deferred[None] = Deferred()
        self._server = _Server(_config(self._app), up)
        self.ended = from_asyncio(self._server.serve(sockets=[bound]))
        return up

    async def stop(self) -> None:
        """Listen no more, let what is under way end, and remove a UNIX socket."""
        if self._server is None or self.ended is None:
            return
        self._server.should_exit = True
        await self.ended
        _remove(self.address)


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        http="h11",
        ws="none",
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=STOP_WITHIN,
    )


def _bind(positional: tuple[str, ...], named: dict[str, str], *, unix: bool) -> socket.socket:
    if unix:
        return _bind_unix(Path(named.get("address", positional[0] if positional else "")))
    port = int(named.get("port", positional[0] if positional else "0"))
    interface = named.get("interface", "")
    family = socket.AF_INET6 if ":" in interface else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the protocol is named: without it a reply waits 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((interface, port))
        bound.listen(BACKLOG)
        bound.setblocking(False)
    except BaseException:
        bound.close()
        raise
    return bound


def _bind_unix(path: Path) -> socket.socket:
    # A socket that nobody serves any more is in the way; anything else there is not ours to remove.
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.stat().st_mode) and not _answers(path):
            path.unlink()
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        bound.bind(os.fspath(path))
        path.chmod(UNIX_MODE)
        bound.listen(BACKLOG)
        bound.setblocking(False)
    except BaseException:
        bound.close()
        raise
    return bound


def _remove(address: str) -> None:
    if address.startswith("unix:"):
        with suppress(FileNotFoundError):
            Path(address.removeprefix("unix:")).unlink()


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(os.fspath(path))
        except OSError:
            return False
        return True


def _address(bound: socket.socket) -> str:
    name = bound.getsockname()
    if bound.family is socket.AF_UNIX:
        return f"unix:{name}"
    host = f"[{name[0]}]" if ":" in name[0] else name[0]
    return f"http://{host}:{name[1]}"
