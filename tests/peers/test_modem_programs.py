"""Programs that others wrote drive our simulated modem over a pseudo-terminal: gammu, gammu-smsd, smstools.

They are Debian packages. Each sends a message that comes onto the simulated phone's screen, and fetches what
the phone answers.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.task import deferLater
from twisted.internet.utils import getProcessOutputAndValue
from twisted.python.failure import Failure

from simulators.modem.device import Modem
from simulators.modem.pty import Pty

NUMBER = "46701740605"
LIMIT = 60.0
"""Seconds that the slowest of them takes, several times over."""


def needs(program: str) -> Any:
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    return pytest.mark.skipif(found is None, reason=f"{program} is not installed (Debian package)")


pytestmark = pytest.mark.peer


class Line:
    """A modem linked at `path`, and how it is waited for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "modem"
        self.modem = Modem(reactor)
        self.modem.radio.air.send_delay = self.modem.radio.air.report_delay = 0.05
        self.phone = self.modem.radio.phone(NUMBER)
        self.pty = Pty(reactor, self.path, self.modem.pump())

    async def until(self, what: str, true: Callable[[], bool]) -> None:
        end = reactor.seconds() + LIMIT
        while not true():
            assert reactor.seconds() < end, f"waited in vain for {what}"
            await deferLater(reactor, 0.05)

    def answers(self, text: str) -> None:
        self.phone.reply(text, self.modem.radio.own_number)

    def close(self) -> None:
        self.modem.stop()
        self.pty.loseConnection()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    yield made
    made.close()


class Running(ProcessProtocol):
    """A daemon in the foreground; ended by its own id."""

    def __init__(self) -> None:
        self.said = b""
        self.ended: Deferred[None] = Deferred()

    def outReceived(self, data: bytes) -> None:
        self.said += data

    errReceived = outReceived

    def processEnded(self, reason: Failure) -> None:
        self.ended.callback(None)

    async def end(self) -> None:
        if self.transport.pid is not None:
            self.transport.signalProcess("TERM")
        await self.ended


def start(*command: str) -> Running:
    program = shutil.which(command[0]) or shutil.which(command[0], path="/usr/sbin")
    assert program is not None
    running = Running()
    reactor.spawnProcess(
        running, program, [program, *command[1:]], {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    )
    return running


async def gammu(line: Line, *arguments: str) -> str:
    """One run of gammu; what it said."""
    settings = line.folder / "gammurc"
    settings.write_text(f"[gammu]\ndevice = {line.path}\nconnection = at115200\n")
    program = shutil.which("gammu")
    assert program is not None
    out, err, code = await getProcessOutputAndValue(
        program, ["-c", str(settings), *arguments], {"LANG": "C.UTF-8", "PATH": "/usr/bin"}
    )
    assert code == 0, (out + err).decode(errors="replace")
    return out.decode()


@needs("gammu")
@pytest.mark.reactor(seconds=LIMIT)
async def test_gammu(line: Line) -> None:
    """gammu sends a text with a euro sign, asks for a report, and reads what the phone answers in UCS2."""
    said = await gammu(line, "sendsms", "TEXT", f"+{NUMBER}", "-text", "Larm sal 4: åäö €", "-report")
    assert "OK, message reference=1" in said
    assert line.phone.screen == "Larm sal 4: åäö €"
    line.answers("1 på väg Ω 日本")
    assert "1 på väg Ω 日本" in await gammu(line, "getallsms")


@needs("gammu-smsd")
@pytest.mark.reactor(seconds=LIMIT)
async def test_gammu_smsd(line: Line) -> None:
    """gammu-smsd sends a long message in parts, which the phone joins, and stores what the phone answers."""
    for name in ("in", "out", "sent", "failed"):
        (line.folder / name).mkdir()
    settings = line.folder / "smsdrc"
    settings.write_text(
        f"[gammu]\ndevice = {line.path}\nconnection = at115200\n[smsd]\nservice = files\nlogfile = "
        f"{line.folder}/log\ninboxpath = {line.folder}/in/\noutboxpath = {line.folder}/out/\n"
        f"sentsmspath = {line.folder}/sent/\nerrorsmspath = {line.folder}/failed/\n"
        "commtimeout = 1\nchecksecurity = 0\nloopsleep = 1\nreceivefrequency = 1\n"
    )
    text = "Långt larm åäö " * 14
    (line.folder / "out" / f"OUT+{NUMBER}.txt").write_text(text)
    running = start("gammu-smsd", "-c", str(settings))
    try:
        await line.until("the message", lambda: line.phone.screen is not None)
        assert line.phone.screen == text
        line.answers("ok")
        await line.until("the answer", lambda: any((line.folder / "in").iterdir()))
    finally:
        await running.end()
    (stored,) = (line.folder / "in").iterdir()
    assert stored.read_text() == "ok"
    assert len(line.modem.memories["SM"]) == 0, "it has deleted what it read"


@needs("smsd")
@pytest.mark.reactor(seconds=LIMIT)
async def test_smstools(line: Line) -> None:
    """smstools sends, has its report by +CDS, and stores what the phone answers."""
    names = ("outgoing", "checked", "failed", "sent", "incoming", "report")
    for name in names:
        (line.folder / name).mkdir()
    folders = "".join(f"{name} = {line.folder}/{name}\n" for name in names)
    settings = line.folder / "smsd.conf"
    settings.write_text(
        f"devices = GSM1\n{folders}logfile = {line.folder}/log\ninfofile = {line.folder}/working\n"
        f"pidfile = {line.folder}/pid\ndelaytime = 1\n[GSM1]\ndevice = {line.path}\nincoming = yes\n"
        "report = yes\nbaudrate = 115200\ninit = AT+CNMI=2,1,0,1,0\n"
    )
    (line.folder / "outgoing" / "message").write_text(f"To: {NUMBER}\nReport: yes\n\nLarm fran smstools")
    running = start("smsd", "-t", f"-c{settings}")
    try:
        await line.until("the message", lambda: line.phone.screen is not None)
        assert line.phone.screen == "Larm fran smstools"
        line.answers("ok")
        await line.until("the answer", lambda: any((line.folder / "incoming").iterdir()))
        await line.until("the report", lambda: any((line.folder / "report").iterdir()))
    finally:
        await running.end()
    (stored,) = (line.folder / "incoming").iterdir()
    assert stored.read_text().endswith("\n\nok")
    (report,) = (line.folder / "report").iterdir()
    assert "0,Ok" in report.read_text()
