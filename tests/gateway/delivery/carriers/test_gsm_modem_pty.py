"""Our carrier on a real pseudo-terminal, with the simulated modem as a process of its own behind it."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.task import deferLater

from gateway import endpoints, serial
from gateway.clock import Clock
from gateway.config import GsmModemCarrier as Settings
from gateway.delivery.carriers.gsm_modem import GsmModemCarrier
from gateway.delivery.carriers.gsm_modem_pin import RefusedPin
from gateway.ports import ReportWord

LIMIT = 40.0


class Simulator(ProcessProtocol):
    """`bakjour-sim modem` in its own process: what happened, as it tells it."""

    def __init__(self, path: Path, *more: str) -> None:
        self.events: list[dict[str, Any]] = []
        self.ended: Deferred[None] = Deferred()
        self._rest = b""
        command = [sys.executable, "-m", "simulators", "modem", "--pty", str(path), "--json", *more]
        reactor.spawnProcess(self, sys.executable, command, os.environ)

    def outReceived(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.events += map(json.loads, lines)

    def processEnded(self, reason: Any) -> None:
        self.ended.callback(None)

    def of(self, event: str) -> list[dict[str, Any]]:
        return [one for one in self.events if one["event"] == event]

    async def end(self, number: int = signal.SIGTERM) -> None:
        if self.transport.pid is not None:
            self.transport.signalProcess(number)
        await self.ended


async def until(what: str, true: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT - 5
    while not true():
        assert time.monotonic() < end, f"waited in vain for {what}"
        await deferLater(reactor, 0.05)


@pytest.mark.process
@pytest.mark.reactor(seconds=LIMIT)
async def test_a_page_over_a_real_terminal(core: Any, order: Any, tmp_path: Path) -> None:
    """PIN, a page, its report; the modem goes and comes back under the same path, and serves again."""
    path = tmp_path / "modem"
    options = ("--pin", "1234", "--send-delay", "0.05", "--report-delay", "0.05")
    simulator = Simulator(path, *options)
    values = {
        "type": "gsm-modem",
        "name": "modem",
        "serves": "mobile",
        "endpoint": f"serial:{path}",
        "pin": "1234",
    }
    settings = Settings.model_validate(values, strict=False)
    description = serial.describe(settings.endpoint, settings.baud, settings.format)
    clock = Clock(reactor, lambda: round(time.time() * 1000))
    pin = RefusedPin.beside(tmp_path / "bakjour.db", "modem", "1234")
    carrier = GsmModemCarrier(
        settings, endpoints.client(reactor, description), clock, core, core, core, "SE", pin
    )
    carrier.start()
    try:
        await until("the line", lambda: carrier.free() == 1)
        assert simulator.of("pin_accepted")
        expires = clock.now() + 1_800_000
        carrier.send(order(1, number="+46701740605", text="Larm åäö €", expires_at=expires))
        await until("the report", lambda: core.reports != [])
        assert core.taken_ == [(1, "1")]
        assert [report.word for report in core.reports] == [ReportWord.DELIVERED]
        assert [one["text"] for one in simulator.of("shown")] == ["Larm åäö €"]
        await simulator.end(signal.SIGKILL)
        await until("the loss", lambda: carrier.free() == 0)
        simulator = Simulator(path, *options)
        await until("the line again", lambda: carrier.free() == 1)
        carrier.send(order(2, number="+46701740605", expires_at=expires))
        await until("the second page", lambda: len(core.taken_) == 2)
    finally:
        await carrier.stop()
        await simulator.end()
