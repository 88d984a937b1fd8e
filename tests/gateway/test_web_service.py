"""uvicorn on the loop of Twisted's reactor, over real sockets of the loopback."""

import os
import signal
import socket
import stat
import time
from pathlib import Path

import pytest
from fastapi import FastAPI
from twisted.internet.threads import deferToThread

from gateway.web.service import WebService

REQUEST = b"GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def application() -> FastAPI:
    """One route."""
    app = FastAPI(openapi_url=None)

    @app.get("/ping")
    async def ping() -> str:
        return "pong"

    return app


def get(family: int, address: object) -> bytes:
    """The answer to one request, blocking."""
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(3)
        client.connect(address)  # type: ignore[arg-type]
        client.sendall(REQUEST)
        return b"".join(iter(lambda: client.recv(4096), b""))


def times(address: tuple[str, int]) -> list[float]:
    """How long each of some requests over one connection took, in seconds, blocking."""
    took = []
    with socket.create_connection(address, 3) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(10):
            begun = time.monotonic()
            client.sendall(REQUEST.replace(b"close", b"keep-alive"))
            got = b""
            while not got.endswith(b'"pong"'):
                got += client.recv(4096)
            took.append(time.monotonic() - begun)
    return took


async def test_no_reply_waits_for_an_acknowledgement() -> None:
    """Nagle's algorithm is off: with it every reply after the first waits 40 ms for the client's ACK."""
    service = WebService(application(), "tcp:0:interface=127.0.0.1")
    await service.start()
    port = int(service.address.removeprefix("http://127.0.0.1:"))
    assert min((await deferToThread(times, ("127.0.0.1", port)))[2:]) < 0.03
    await service.stop()


async def test_tcp() -> None:
    """It answers on the port that it says, leaves the signals alone, and is gone after the stop."""
    handler = signal.getsignal(signal.SIGTERM)
    service = WebService(application(), "tcp:0:interface=127.0.0.1")
    await service.start()
    assert signal.getsignal(signal.SIGTERM) is handler
    port = int(service.address.removeprefix("http://127.0.0.1:"))
    answer = await deferToThread(get, socket.AF_INET, ("127.0.0.1", port))
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"server:" not in answer.lower()
    assert answer.endswith(b'"pong"')
    await service.stop()
    with pytest.raises(ConnectionRefusedError):
        await deferToThread(get, socket.AF_INET, ("127.0.0.1", port))


async def test_unix(tmp_path: Path) -> None:
    """A UNIX socket takes the place of a stale one, and is removed at the end."""
    path = tmp_path / "web.sock"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(os.fspath(path))
    service = WebService(application(), f"unix:{path}")
    await service.start()
    assert service.address == f"unix:{path}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert (await deferToThread(get, socket.AF_UNIX, os.fspath(path))).endswith(b'"pong"')
    await service.stop()
    assert not path.exists()


async def test_port_taken() -> None:
    """A taken port is an error for the caller, not the end of the process."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        service = WebService(application(), f"tcp:{other.getsockname()[1]}:interface=127.0.0.1")
        with pytest.raises(OSError, match="in use"):
            service.start()
        await service.stop()


async def test_a_file_is_not_removed(tmp_path: Path) -> None:
    """Something else at the path of a UNIX socket is left alone."""
    path = tmp_path / "precious"
    path.write_text("data")
    with pytest.raises(OSError, match="in use"):
        WebService(application(), f"unix:{path}").start()
    assert path.read_text() == "data"
