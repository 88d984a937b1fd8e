"""Calls from our control station to a paging station that others wrote: digimat-espa from PyPI.

It dials out through pyserial, so the test listens on loopback and hands the bytes to the session. Two
shims make it run on Python 3: its block decoder is given text, and its log handler, which would dial a
log server, is taken off. It ends every session with an EOT of its own, and its release on PyPI has
records 1 and 2 swapped.
"""

import logging
import select
import socket
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from gateway.doctor.findings import Findings, Where
from gateway.doctor.line import DoctorLine
from gateway.doctor.visit import Visit, examine
from protocols.espa444 import (
    CallTaken,
    ControlConfig,
    ControlStation,
    FailReason,
    LeadEot,
    SendCall,
    call_block,
    encode,
)
from protocols.espa444.events import CallFailed
from protocols.espa444.records import Block, Record

espa = pytest.importorskip("digimat.espa.espa")
link = pytest.importorskip("digimat.espa.link")

pytestmark = [
    pytest.mark.peer,
    # The peer calls Event.isSet and other names that Python has since renamed.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

LIMIT = 20.0
"""Seconds after which a test that waits for the peer gives up."""
CONFIG = ControlConfig(idle_poll=False, lead_eot=LeadEot.NEVER, t_retry=0.3, t_select=1.0)
"""Without a leading EOT: it drops a selection that comes in the same write as one."""


class Line:
    """The socket to the peer, and what may be damaged on it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.station = ControlStation(CONFIG, time.monotonic())
        self.damage_blocks = 0
        self.answers = b""

    def call(self, ref: int, block: Block) -> Any:
        """Bring `block` over, give its last event. Silence is tried again: it drops what comes at a reset."""
        for _ in range(3):
            event = self._try(ref, block)
            if event != CallFailed(ref, FailReason.SILENT):
                break
        return event

    def _try(self, ref: int, block: Block) -> Any:
        self.station.send(SendCall(ref, block), time.monotonic())
        events: list[Any] = []
        end = time.monotonic() + LIMIT
        while not any(isinstance(event, CallTaken | CallFailed) for event in events):
            now = time.monotonic()
            assert now < end, (events, self.answers)
            self._flush(now)
            deadline = self.station.next_deadline() or now + 0.1
            readable, _, _ = select.select([self._connection], [], [], max(0.0, min(deadline - now, 0.1)))
            now = time.monotonic()
            if readable:
                data = self._connection.recv(4096)
                assert data, "the peer hung up"
                self.answers += data
                events += self.station.receive_data(data, now)
            events += self.station.tick(now)
        self._flush(time.monotonic())
        return events[-1]

    def _flush(self, now: float) -> None:
        data = self.station.data_to_send()
        if data[:1] == b"\x01" and self.damage_blocks:
            self.damage_blocks -= 1
            data = data[:-1] + bytes((data[-1] ^ 0x01,))
        if data:
            self._connection.sendall(data)
            self.station.sent(now)


@pytest.fixture
def peer(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Line]]:
    """digimat's server on one end of a loopback connection, the control station on the other."""
    # Ten times its pace: it sleeps 0.1 s after every single character.
    quick = SimpleNamespace(time=time.time, sleep=lambda seconds: time.sleep(seconds / 10))
    monkeypatch.setattr(espa, "time", quick)
    decode = espa.MessageServer.decodeBuffer
    monkeypatch.setattr(
        espa.MessageServer, "decodeBuffer", lambda self, data: decode(self, bytes(data).decode("latin-1"))
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT)
        url = f"socket://127.0.0.1:{listener.getsockname()[1]}"
        server = espa.Server(link.LinkSerial("digimat-test", url), logLevel=logging.CRITICAL)
        for handler in list(server.logger.handlers):
            server.logger.removeHandler(handler)
            handler.close()
        server.start()
        connection, _ = listener.accept()
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield server, Line(connection)
            server.stop()
            server._thread.join(LIMIT)
            assert not server._thread.is_alive()


def notified(server: Any) -> list[tuple[str, str]]:
    """(address, text) of what the peer has paged, its swapped records put right."""
    calls = []
    while (notification := server.getNotification()) is not None:
        calls.append((notification.message, notification.callAddress))
    return calls


def test_peer_takes_our_calls(peer: tuple[Any, Line]) -> None:
    """Calls in a row, with Swedish letters and with a check character that is a control character."""
    server, line = peer
    texts = [b"Larm 7", b"V}rd 4 }{| ][\\", b"HJARTSTOPP Sal 4"]
    for ref, text in enumerate(texts):
        assert line.call(ref, call_block("20117", text)) == CallTaken(ref)
    tricky = Block("1", (Record("1", b"1049"), Record("2", b"Larm 7"), Record("6", b"1")))
    assert encode(tricky)[-1] == 0x02
    assert line.call(9, tricky) == CallTaken(9)
    expected = [("20117", text.decode("ascii")) for text in texts]
    assert notified(server) == [*expected, ("1049", "Larm 7")]


def test_peer_takes_damaged_calls_after_resends(peer: tuple[Any, Line]) -> None:
    """One and two damaged sends: the peer says NAK 1 and closes, the resend goes in a new session."""
    server, line = peer
    for damaged in (1, 2):
        line.damage_blocks = damaged
        assert line.call(damaged, call_block("20118", b"Igen")) == CallTaken(damaged)
    assert b"1\x15\x04" in line.answers
    assert notified(server) == [("20118", "Igen")] * 2


def test_call_that_stays_damaged_fails(peer: tuple[Any, Line]) -> None:
    """A block that never arrives whole is paged by nobody, and the call says that it has failed."""
    server, line = peer
    line.damage_blocks = 10
    failure = line.call(1, call_block("20118", b"Aldrig"))
    assert isinstance(failure, CallFailed)
    assert failure.reason in (FailReason.LINE_ERROR, FailReason.UNKNOWN)
    assert notified(server) == []
    line.damage_blocks = 0
    assert line.call(2, call_block("20118", b"Efter")) == CallTaken(2)


class Wire:
    """Twisted's transport over the blocking socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def write(self, data: bytes) -> None:
        """At once."""
        self._connection.sendall(data)

    def loseConnection(self) -> None:
        """The fixture closes it."""


def test_doctor_finds_out_what_the_peer_wants(peer: tuple[Any, Line]) -> None:
    """`line doctor` recognises its habits: no leading EOT, 7 bits, and that it ends sessions itself."""
    server, line = peer
    clock, result, wire = Clock(), [], []
    doctor = DoctorLine(clock, lambda one: wire.append(one.text), lambda _: None)
    doctor.makeConnection(Wire(line._connection))  # type: ignore[arg-type]
    visit = Visit(Where("tcp:host=pager:port=4444", None, None, None), number="20117")
    Deferred.fromCoroutine(examine(doctor, visit, lambda _: None)).addBoth(result.append)
    end = time.monotonic() + 4 * LIMIT
    while not result:
        assert time.monotonic() < end, wire[-20:]
        before = time.monotonic()
        readable, _, _ = select.select([line._connection], [], [], 0.01)
        if readable:
            doctor.dataReceived(line._connection.recv(4096))
        # The doctor's own pauses pass three times as fast as the peer, which was made ten times as fast.
        clock.advance(3 * (time.monotonic() - before))
    (found,) = result
    assert isinstance(found, Findings), found
    said = "\n".join(found.said)
    assert (found.role, found.peer_address, found.lead_eot) == ("control", "2", "never"), said
    assert found.charsets.items() >= {"ascii-translit": True, "se7": True}.items(), said
    assert "is refused with 1<NAK> and ends the session itself" in said
    assert not found.reports_status
    paged = notified(server)
    assert all(text.startswith("PROV bakjour") for _, text in paged), paged
    assert not any("damaged" in text for _, text in paged)
