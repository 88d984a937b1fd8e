"""`bakjour-sim modem` as a process, with our own carrier on its pseudo-terminal."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessTerminated
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.task import Clock, deferLater
from twisted.python.failure import Failure

from simulators.modem.device import Modem
from simulators.modem.pty import Pty
from simulators.modem.state import Life, Sim
from simulators.modem_command import obey


class Running(ProcessProtocol):
    """The process: its JSON lines as they come, and its end."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.errors = b""
        self.ended: Deferred[int] = Deferred()
        self._rest = b""

    def outReceived(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.lines += map(json.loads, lines)

    def errReceived(self, data: bytes) -> None:
        self.errors += data

    def processEnded(self, reason: Failure) -> None:
        self.ended.callback(reason.value.exitCode if isinstance(reason.value, ProcessTerminated) else 0)

    async def line(self, event: str) -> dict[str, Any]:
        await until(lambda: any(line["event"] == event for line in self.lines))
        return next(line for line in self.lines if line["event"] == event)


async def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        await deferLater(reactor, 0.02)


def start(*arguments: str) -> Running:
    running = Running()
    command = [sys.executable, "-m", "simulators.modem_command", *arguments]
    reactor.spawnProcess(running, sys.executable, command, os.environ | {"COLUMNS": "200"})
    return running


def ask(device: int, command: str) -> None:
    os.write(device, command.encode())


@pytest.mark.process
@pytest.mark.reactor(seconds=30)
async def test_a_whole_run(tmp_path: Path) -> None:
    """It links its device, shows what is sent, takes typed answers and orders, and ends by SIGTERM."""
    path = tmp_path / "modem"
    running = start(
        "--pty", str(path), "--json", "--no-echo", "--send-delay", "0", "--error", "+46701740606=38"
    )
    listening = await running.line("listening")
    assert str(path.readlink()) == listening["device"]
    device = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    said = b""

    def says(text: bytes) -> bool:
        nonlocal said
        with suppress(BlockingIOError):
            said += os.read(device, 1024)
        return text in said

    ask(device, "AT+CNMI=2,1,0,1,0\rAT+CMGS=18\r")
    await until(lambda: says(b"> "))
    ask(device, "0031000B916407710406F500000204CCB0BC0D\x1a")
    await until(lambda: says(b"+CMGS: 1"))
    shown = await running.line("shown")
    assert (shown["number"], shown["text"]) == ("46701740605", "Larm")
    running.transport.write(b"46701740605 ok\nsignal 3\n")
    await until(lambda: says(b'+CMTI: "SM",1'))
    ask(device, "AT+CSQ\r")
    await until(lambda: says(b"+CSQ: 3,99"))
    running.transport.write(b"dance\n")
    await until(lambda: b"dance" in running.errors)
    os.close(device)
    running.transport.signalProcess(signal.SIGTERM)
    assert await running.ended in (0, None)
    assert not path.is_symlink(), "the link goes with it"


@pytest.mark.process
@pytest.mark.reactor(seconds=30)
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--phone", "1=asleep"), 2, b"--phone"),
        (("--error", "1=x"), 2, b"--error"),
        ((), 1, b"File exists|is no link"),
    ],
)
async def test_wrong_use(tmp_path: Path, arguments: tuple[str, ...], code: int, said: bytes) -> None:
    """What cannot be is refused with the option's name; a file that is no link is left alone."""
    path = tmp_path / "modem"
    path.write_text("mine")
    running = start("--pty", str(path), *arguments)
    assert await running.ended == code
    assert any(part in running.errors for part in said.split(b"|"))
    assert path.read_text() == "mine"


def test_orders() -> None:
    """Each order does its thing; what is none raises with the ones there are."""
    modem = Modem(Clock(), pin="1234")
    obey(modem, "sim out")
    assert modem.sim is Sim.MISSING
    obey(modem, "sim in")
    assert modem.sim is Sim.PIN
    obey(modem, "registration 3")
    obey(modem, "signal 9")
    assert (modem.radio.air.stat, modem.radio.air.rssi) == (3, 9)
    obey(modem, "+46701740605 på väg")
    assert len(modem.memories["SM"]) == 1
    obey(modem, "hang")
    assert modem.life is Life.HUNG
    obey(modem, "restart")
    assert modem.life is Life.BOOTING
    for line in ("", "signal x", "46701740605", "dance now"):
        with pytest.raises(ValueError, match="registration N"):
            obey(modem, line)


async def test_a_link_that_was_left_behind(tmp_path: Path) -> None:
    """The link of a run that was killed is replaced; that of a newer run is left alone at the end."""
    path = tmp_path / "modem"
    path.symlink_to("/dev/pts/none")
    modem = Modem(reactor)
    pty = Pty(reactor, path, modem.pump())
    assert str(path.readlink()) == pty.device
    path.unlink()
    path.symlink_to("/dev/null")
    pty.loseConnection()
    await deferLater(reactor, 0.05)
    assert str(path.readlink()) == "/dev/null"
    modem.stop()
