"""The control socket: what it answers, who may use it, and how it begins and ends."""

import os
import socket
import stat
from pathlib import Path
from typing import Any

import pytest
from msgspec.json import decode
from twisted.internet import reactor
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.testing import StringTransport
from twisted.internet.threads import deferToThread

from gateway import replies, requests
from gateway.asking import NoGateway, ask
from gateway.control import (
    MAX_LINE,
    MAX_WAITING,
    ControlProtocol,
    ControlServer,
    socket_path,
)
from gateway.requests import Refused, Request, Why


def answer(request: Request) -> Deferred[Any]:
    """Stands for the operations."""
    match request:
        case requests.Ping():
            return succeed(replies.Pong("1.2"))
        case requests.RevokeKey():
            return fail(Refused(Why.INVALID, "two faults", (("a", "wrong"), ("b", "wrong too"))))
        case _:
            return fail(KeyError("secret inside"))


def joined(ask_: Any = answer) -> tuple[ControlProtocol, StringTransport]:
    """A connection without a socket."""
    protocol, transport = ControlProtocol(ask_), StringTransport()
    protocol.makeConnection(transport)
    return protocol, transport


def said(transport: StringTransport) -> list[Any]:
    """What has been answered, and forget it."""
    lines = transport.value().splitlines()
    transport.clear()
    return [decode(line) for line in lines]


def test_reply() -> None:
    """A request is answered by one line, however its bytes are cut."""
    protocol, transport = joined()
    for byte in b'{"op":"ping"}\n{"op":"ping"}\n':
        protocol.dataReceived(bytes([byte]))
    assert said(transport) == [{"reply": {"version": "1.2"}}] * 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"nonsense", "one JSON document"),
        (b"", "one JSON document"),
        (b'{"op":"dance"}', "Invalid value 'dance'"),
        (b'{"op":"who","unit":"u"}', "profession"),
        (b'{"op":"ping","more":1}', "unknown field"),
        (b"\xff\xfe", "one JSON document"),
    ],
)
def test_malformed(line: bytes, words: str) -> None:
    """What is no request is refused, and the connection goes on."""
    protocol, transport = joined()
    protocol.dataReceived(line + b"\n")
    assert words in said(transport)[0]["refused"]["message"]
    protocol.dataReceived(b'{"op":"ping"}\n')
    assert said(transport) == [{"reply": {"version": "1.2"}}]


def test_fault_is_not_shown() -> None:
    """A fault of the program is told without what is inside it."""
    protocol, transport = joined()
    protocol.dataReceived(b'{"op":"lines"}\n')
    (line,) = said(transport)
    assert line["refused"]["why"] == "unavailable"
    assert "secret" not in str(line)


def test_too_long_a_line() -> None:
    """A line over the limit closes the connection after its answer."""
    protocol, transport = joined()
    protocol.dataReceived(b"x" * (MAX_LINE + 1))
    assert "at most" in said(transport)[0]["refused"]["message"]
    assert transport.disconnecting


def test_too_many_waiting() -> None:
    """A client that sends without end while the first request runs is cut off."""
    protocol, transport = joined(lambda _: Deferred())
    protocol.dataReceived(b'{"op":"ping"}\n' * (MAX_WAITING + 2))
    assert transport.disconnecting


def test_half_close() -> None:
    """A client that half-closes still gets every answer, in order."""
    waiting: list[Deferred[Any]] = []

    def later(_: Request) -> Deferred[Any]:
        waiting.append(Deferred())
        return waiting[-1]

    protocol, transport = joined(later)
    protocol.dataReceived(b'{"op":"ping"}\n{"op":"ping"}\n')
    protocol.readConnectionLost()
    waiting[0].callback(replies.Pong("1"))
    waiting[1].callback(replies.Pong("2"))
    assert [line["reply"]["version"] for line in said(transport)] == ["1", "2"]
    assert transport.disconnecting


async def test_over_the_socket(tmp_path: Path) -> None:
    """The blocking client gets replies and refusals as values, and only the owner may connect."""
    path = socket_path(tmp_path / "bakjour.db")
    path.touch()  # stale, from a gateway that was killed
    server = ControlServer(reactor, path, answer)  # type: ignore[arg-type]
    mask = os.umask(0)
    server.start()
    os.umask(mask)
    try:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        pong = await deferToThread(ask, path, requests.Ping())
        assert pong == replies.Pong("1.2")
        with pytest.raises(Refused) as refused:
            await deferToThread(ask, path, requests.RevokeKey("x"))
        assert refused.value.faults == (("a", "wrong"), ("b", "wrong too"))
    finally:
        await server.stop()
    assert not path.exists()


async def test_a_file_beside_its_request(tmp_path: Path) -> None:
    """The gateway gets the open file, under a number of its own, and closes it; and tells on the way."""
    path, file = socket_path(tmp_path / "s.db"), tmp_path / "r.csv"
    file.write_text("table\n")
    numbers: list[int] = []
    heard: list[Any] = []

    def take(asked: Request) -> Deferred[Any]:
        assert isinstance(asked, requests.ImportRoster)
        assert asked.file is not None
        numbers.append(asked.file)
        for told in list(heard):
            told(replies.ImportProgress("it", "read", 1, 2))
        return succeed(replies.RosterImported(True, os.fstat(asked.file).st_size, ()))

    server = ControlServer(reactor, path, take, heard=heard)  # type: ignore[arg-type]
    server.start()
    told: list[replies.ImportProgress] = []
    try:
        with file.open("rb") as source:
            request = requests.ImportRoster("", file=source.fileno(), progress=True)
            taken = await deferToThread(ask, path, request, tell=told.append)
            assert numbers[0] != source.fileno()
        assert (taken.count, told) == (6, [replies.ImportProgress("it", "read", 1, 2)])
        assert heard == []
        with pytest.raises(OSError, match="Bad file"):
            os.fstat(numbers[0])
    finally:
        await server.stop()


def test_a_number_is_no_file() -> None:
    """A client that names a descriptor and sends none is refused: it may mean a file of the gateway's."""
    protocol, transport = joined(answer)
    protocol.dataReceived(b'{"op":"roster_import","text":"","file":1}\n')
    assert said(transport)[0]["refused"]["message"] == "the request names a file, and none came with it"


def test_files_that_nobody_asked_for(tmp_path: Path) -> None:
    """They are closed with the connection, and a second one ends it."""
    protocol, transport = joined(answer)
    files = [os.open(tmp_path, os.O_RDONLY) for _ in range(2)]
    for one in files:
        protocol.fileDescriptorReceived(one)
    assert transport.disconnecting
    protocol.connectionLost()
    for one in files:
        with pytest.raises(OSError, match="Bad file"):
            os.fstat(one)


def test_umask_is_put_back(tmp_path: Path) -> None:
    """Starting leaves the process's umask as it was, also when it fails."""
    server = ControlServer(reactor, tmp_path / ("x" * 120), answer)  # type: ignore[arg-type]
    before = os.umask(0o22)
    try:
        with pytest.raises(OSError, match="at most 107 bytes"):
            server.start()
        assert os.umask(0o22) == 0o22
    finally:
        os.umask(before)


def test_no_gateway(tmp_path: Path) -> None:
    """Without a gateway the client says so, whether the socket is missing or stale."""
    path = tmp_path / "bakjour.db.sock"
    with pytest.raises(NoGateway):
        ask(path, requests.Ping())
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(os.fspath(path))
    with pytest.raises(NoGateway):
        ask(path, requests.Ping())


async def test_gateway_that_hangs_up(tmp_path: Path) -> None:
    """A gateway that closes without an answer is told as such."""
    path = tmp_path / "s.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.fspath(path))
        listening.listen()

        def hang_up() -> None:
            client, _ = listening.accept()
            client.recv(100)
            client.close()

        hanging = deferToThread(hang_up)
        with pytest.raises(Refused, match="without an answer"):
            await deferToThread(ask, path, requests.Ping())
        await hanging
