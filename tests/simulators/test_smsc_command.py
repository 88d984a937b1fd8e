"""`bakjour-sim smsc` as a process, with a real ESME session on a loopback socket."""

import json
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import clientFromString
from twisted.internet.error import ProcessTerminated
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

from protocols.smpp import events
from protocols.smpp.esme import Esme, EsmeConfig
from protocols.smpp.pdu import SubmitSm
from protocols.smpp.text import read_text
from protocols.transport import Pump, PumpFactory


class Running(ProcessProtocol):
    """The process: its JSON lines as they come, and its end."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.errors = b""
        self.ended: Deferred[int] = Deferred()
        self._rest = b""
        self._waiting: list[tuple[str, Deferred[dict[str, Any]]]] = []

    def outReceived(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in map(json.loads, lines):
            self.lines.append(line)
            for waiting in [one for one in self._waiting if one[0] == line["event"]]:
                self._waiting.remove(waiting)
                waiting[1].callback(line)

    def errReceived(self, data: bytes) -> None:
        self.errors += data

    def processEnded(self, reason: Failure) -> None:
        self.ended.callback(reason.value.exitCode if isinstance(reason.value, ProcessTerminated) else 0)

    def line(self, event: str) -> Deferred[dict[str, Any]]:
        for line in self.lines:
            if line["event"] == event:
                found: Deferred[dict[str, Any]] = Deferred()
                found.callback(line)
                return found
        waiting: Deferred[dict[str, Any]] = Deferred()
        self._waiting.append((event, waiting))
        return waiting


class Gateway:
    """Submits one message as soon as it is bound, answers every delivery, and says when a reply came."""

    def __init__(self) -> None:
        self.replied: Deferred[str] = Deferred()
        self.closed: Deferred[str] = Deferred()

    def connected(self, pump: Pump) -> None:
        self.pump = pump

    def received(self, pump: Pump, told: Sequence[Any]) -> None:
        for event in told:
            if isinstance(event, events.Bound):
                message = SubmitSm("46701740605", b"Larm \x0f{|", "46701740699", registered_delivery=1)
                pump.send(events.Submit(1, message))
            elif isinstance(event, events.DeliverReceived):
                pump.answer(event.token, 0)
                if event.message.esm_class == 0:
                    self.replied.callback(read_text(event.message).text)

    def disconnected(self, pump: Pump, reason: str) -> None:
        self.closed.callback(reason)


def start(*arguments: str) -> Running:
    running = Running()
    command = [sys.executable, "-m", "simulators.smsc_command", *arguments]
    reactor.spawnProcess(running, sys.executable, command, os.environ | {"COLUMNS": "200"})
    return running


@pytest.mark.process
@pytest.mark.reactor(seconds=30)
async def test_a_whole_run() -> None:
    """It says where it listens, shows the text, sends the receipt, takes typed replies, ends by SIGTERM."""
    running = start("--listen", "tcp:0:interface=127.0.0.1", "--json", "--receipt-delay", "0.05")
    port = int((await running.line("listening"))["address"])
    gateway = Gateway()
    factory = PumpFactory(
        lambda: Pump(lambda now: Esme(EsmeConfig(system_id="bakjour"), now), gateway, reactor)
    )
    await clientFromString(reactor, f"tcp:host=127.0.0.1:port={port}").connect(factory)
    shown = await running.line("shown")
    assert (shown["number"], shown["text"]) == ("46701740605", "Larm åäö")
    assert (await running.line("receipt_answered"))["status"] == "ROK"
    running.transport.write("46701740605 1 på väg\n".encode())
    assert await gateway.replied == "1 på väg"
    running.transport.signalProcess(signal.SIGTERM)
    assert await running.ended in (0, None)
    await gateway.closed
    assert running.errors == b""


@pytest.mark.process
@pytest.mark.reactor(seconds=30)
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--listen", "nonsense"), b"--listen"),
        (("--listen", "tcp:0", "--dialect", "klingon"), b"--dialect"),
        (("--listen", "tcp:0", "--number", "1=asleep"), b"--number"),
    ],
)
async def test_wrong_use(arguments: tuple[str, ...], said: bytes) -> None:
    """What cannot be is refused with exit 2 and the option's name."""
    running = start(*arguments)
    assert await running.ended == 2
    assert said in running.errors
