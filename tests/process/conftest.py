"""A house of real processes: the gateway as `python -m gateway serve`, the devices and Clinic24 in this one.

Rules: everything is on real sockets of the loopback; a wait is bounded and says what it waited for; the
gateway is killed by its own id, and never outlives its test. With `BAKJOUR_FULL=1` the runs have the sizes
that the project promises (minutes); without it they are small enough for every day.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_twisted
from twisted.internet import task
from twisted.internet.defer import maybeDeferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP4ServerEndpoint

from gateway import local
from gateway.config import Config, parse
from gateway.model import Alert, Attempt
from gateway.requests import ImportRoster
from gateway.store import alerts
from gateway.store.connection import open_reader
from protocols.clinic24.client import AnswerReceived, EventClient, OutcomeReceived
from protocols.clinic24.event import Event, Kind
from protocols.clinic24.messages import Answer, AnswerStatus, Outcome, Subscribe
from protocols.session import LocalProtocolError
from protocols.transport import Pump, PumpFactory
from simulators.dect import Answer as Press
from simulators.dect import Owner, PagingSystem
from simulators.demo.children import Child
from simulators.smsc.centre import SmsCentre
from simulators.smsc.manners import Manners

FULL = os.environ.get("BAKJOUR_FULL") == "1"
ZONE = ZoneInfo("Europe/Stockholm")
START_SECONDS = 60.0
"""A loaded machine takes its time to import."""

LOOK = 0.02
SERVE = ("-m", "gateway", "serve")
SOURCE = "clinic24/process"
ANNA, MARIA, JOHAN, JOHANS_PHONE = "20117", "+46701740606", "20120", "+46701740607"

CONFIG = """
[store]
path = "{store}"
[[source]]
type = "tcp"
listen = "tcp:0:interface=127.0.0.1"
[[carrier]]
name = "dect"
type = "espa444"
serves = "extension"
endpoint = "tcp:host=127.0.0.1:port={dect}"
poll_interval = 0.15
[[carrier]]
name = "sms"
type = "smpp"
serves = "mobile"
endpoint = "tcp:host=127.0.0.1:port={smsc}"
system_id = "bakjour"
password = "secret"
source_address = "+46701740699"
"""

ROSTER = """
[[area]]
id = "area"
name = "Området"
"""

UNIT = """
[[unit]]
id = "{unit}"
area = "area"
name = "Enhet {unit}"
[[receiver]]
id = "{receiver}"
name = "{receiver}"
kind = "person"
number = "{number}"
units = ["{unit}"]
{backup}
[[shift]]
unit = "{unit}"
name = "Dygn"
from = "00:00"
to = "00:00"
"""

ASSIGNMENT = """
[[assignment]]
unit = "{unit}"
shift = "Dygn"
date = {date}
role = "nurse"
receivers = ["{receiver}"]
"""

UNITS = {"dect": ("anna", ANNA, ""), "sms": ("maria", MARIA, ""), "both": ("johan", JOHAN, JOHANS_PHONE)}
"""Unit → who is on duty there day and night, number, second number. Nobody stands behind them."""


def roster() -> str:
    """One receiver a unit, on duty from yesterday to tomorrow."""
    today = datetime.now(ZONE).date()
    text = ROSTER
    for unit, (receiver, number, second) in UNITS.items():
        backup = f'backup = "{second}"' if second else ""
        text += UNIT.format(unit=unit, receiver=receiver, number=number, backup=backup)
        for day in (-1, 0, 1):
            text += ASSIGNMENT.format(unit=unit, date=today + timedelta(days=day), receiver=receiver)
    return text


@dataclass(frozen=True, slots=True)
class Shown:
    """A text that came onto a screen; `at` is monotonic seconds."""

    device: str
    text: str
    at: float


@dataclass(eq=False)
class Clinic:
    """Clinic24: one connection at a time; what has no answer that settles it is sent again on the next."""

    reactor: Any
    sent: dict[str, Event] = field(default_factory=dict)
    sent_at: dict[str, float] = field(default_factory=dict)
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    pump: Pump | None = None

    @property
    def unsettled(self) -> list[str]:
        """Events without an answer, or with `retry` as the last."""
        return [
            name
            for name in self.sent
            if not self.answers[name] or self.answers[name][-1].status is AnswerStatus.RETRY
        ]

    def statuses(self, name: str) -> list[str]:
        """The answers to one event."""
        return [answer.status.value for answer in self.answers[name]]

    async def connects(self, port: int) -> None:
        """Connect, ask for the outcomes that were not heard yet, send what is not settled."""
        made = PumpFactory(lambda: Pump(lambda now: EventClient(), self, self.reactor))
        await TCP4ClientEndpoint(self.reactor, "127.0.0.1", port).connect(made)

    def sends(self, unit: str, *, priority: int = 3, kind: Kind = Kind.CONSULTATION) -> str:
        """Send an event, now or with the next connection; returns its id, which is its case too."""
        name = f"A-{len(self.sent) + 1:05}"
        event = Event(
            source=SOURCE,
            id=name,
            kind=kind,
            time=None,
            unit=unit,
            profession="nurse",
            priority=priority,
            case=name,
        )
        self.sent[name], self.answers[name], self.sent_at[name] = event, [], time.monotonic()
        if self.pump is not None:
            with suppress(LocalProtocolError):  # the connection is just ending: with the next one
                self.pump.send(event)
        return name

    def sends_again(self) -> None:
        """Send once more what was answered `retry`."""
        assert self.pump is not None
        for name in self.unsettled:
            self.pump.send(self.sent[name])

    def closes(self) -> None:
        """Hang up."""
        if self.pump is not None:
            self.pump.abort()

    def connected(self, pump: Pump) -> None:
        self.pump = pump
        pump.send(Subscribe(self.outcomes[-1].seq if self.outcomes else 0))
        for name in self.unsettled:
            pump.send(self.sent[name])

    def received(self, pump: Pump, events: Sequence[object]) -> None:
        for event in events:
            if isinstance(event, AnswerReceived):
                self.answers[str(event.answer.id)].append(event.answer)
            elif isinstance(event, OutcomeReceived):
                self.outcomes.append(event.outcome)

    def disconnected(self, pump: Pump, reason: str) -> None:
        self.pump = None


class House:
    """Everything, joined."""

    def __init__(self, reactor: Any, folder: Path, store: Path, environment: Mapping[str, str]) -> None:
        self.reactor = reactor
        self.folder = folder
        self.store = store
        self.environment = dict(environment)
        self.shown: list[Shown] = []
        self.dect = PagingSystem(
            reactor, [ANNA, JOHAN], self._on_dect, owner=Owner(Press.ACCEPT, 0.05), air_seconds=0.01
        )
        self.centre = SmsCentre(reactor, self._on_sms, manners=Manners(receipt_delay=0.05))
        self.clinic = Clinic(reactor)
        self.gateway = Child("the gateway")
        self.port = 0
        self._listeners: dict[str, Any] = {}
        self._ports: dict[str, int] = {}

    async def opens(self) -> None:
        """Let the devices listen, write the configuration, import the roster."""
        await self.listens("dect")
        await self.listens("smsc")
        text = CONFIG.format(store=self.store, **self._ports)
        (self.folder / "bakjour.toml").write_text(text, "utf-8")
        self.config: Config = parse(text.encode(), self.folder, {})
        local.ask(self.config, ImportRoster(text=roster()))

    async def listens(self, device: str) -> None:
        """Let `dect` or `smsc` take connections, on the port that it had."""
        factory = self.dect.link if device == "dect" else self.centre.factory
        endpoint = TCP4ServerEndpoint(self.reactor, self._ports.get(device, 0), interface="127.0.0.1")
        listener = self._listeners[device] = await endpoint.listen(factory)
        self._ports[device] = listener.getHost().port

    async def unplugs(self, device: str) -> None:
        """Break its connections, and refuse new ones."""
        await maybeDeferred(self._listeners.pop(device).stopListening)
        if device == "dect":
            self.dect.link.close()
        else:
            self.centre.drop_all()

    # --- the gateway

    def begins(self, program: Sequence[str] = SERVE) -> None:
        """Start the process and do not wait."""
        self.gateway = Child("the gateway")
        config = ("--config", str(self.folder / "bakjour.toml"))
        self.gateway.start(self.reactor, [*program, *config], self.environment)

    async def is_ready(self) -> None:
        """Wait until it says so, and connect Clinic24."""
        if "ready" not in self.gateway.lines:
            await self.gateway.line(self.reactor, lambda line: line == "ready", START_SECONDS)
        told = next(line for line in self.gateway.lines if line.startswith("listening tcp: "))
        self.port = int(told.rpartition(":")[2])
        await self.clinic.connects(self.port)

    async def starts(self, program: Sequence[str] = SERVE) -> None:
        """Start it and wait until it is ready and connected."""
        self.begins(program)
        await self.is_ready()

    async def dies(self) -> None:
        """kill -9."""
        self.gateway.kill()
        await self.gateway.ended
        await self.until(lambda: self.clinic.pump is None, 5, "the connection breaks")

    async def stops(self) -> int | None:
        """SIGTERM; the exit code."""
        await self.gateway.stop(self.reactor)
        return self.gateway.exit_code

    # --- what happened

    def shows(self, name: str) -> list[Shown]:
        """Every time that a case came onto a screen."""
        return [shown for shown in self.shown if name in shown.text]

    def stored(self) -> dict[str, Alert]:
        """Every alert in the store, by its event."""
        with closing(open_reader(self.store)) as conn:
            rows = conn.execute("SELECT id FROM alert ORDER BY id").fetchall()
            found = [alerts.load(conn, number) for (number,) in rows]
        assert len({alert.event for alert in found}) == len(found), "an event became two alerts"
        return {alert.event: alert for alert in found}

    def attempts(self, alert: Alert) -> list[Attempt]:
        """Every attempt of an alert."""
        with closing(open_reader(self.store)) as conn:
            return alerts.attempts_of(conn, alert.id)

    def has_no_hole(self) -> None:
        """Clinic24 has heard every outcome, in order."""
        seqs = [outcome.seq for outcome in self.clinic.outcomes]
        assert seqs == list(range(1, len(seqs) + 1))

    async def until(self, reached: Callable[[], object], seconds: float, what: str) -> None:
        """Wait for something. Fails, with the last words of the gateway, if it does not come in time."""
        end = time.monotonic() + seconds
        while not reached():
            if time.monotonic() > end:
                pytest.fail(self.gateway.told(f": not within {seconds} s: {what}"))
            await self.passes(LOOK)

    async def passes(self, seconds: float) -> None:
        """Let time pass."""
        await task.deferLater(self.reactor, seconds)

    # --- the end

    async def ends(self) -> None:
        """Take everything down."""
        self.clinic.closes()
        if self.gateway.running:
            self.gateway.kill()
            await self.gateway.ended
        for listener in self._listeners.values():
            await maybeDeferred(listener.stopListening)
        self.dect.stop()
        self.centre.stop()
        await self.until(lambda: self.clinic.pump is None, 5, "the connection closes")

    def _on_dect(self, event: Mapping[str, object]) -> None:
        if event["event"] == "shown":
            self.shown.append(Shown(str(event["extension"]), str(event["text"]), time.monotonic()))

    def _on_sms(self, happening: Any) -> None:
        if happening.event == "shown":
            text = str(happening.details["text"])
            self.shown.append(Shown(f"+{happening.details['number']}", text, time.monotonic()))


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of every process: compiled modules are kept for the run, or each start would compile them all anew."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    cache = tmp_path_factory.mktemp("compiled")
    return inherited | {"PYTHONPYCACHEPREFIX": str(cache), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def store_folder() -> Iterator[Path]:
    """Where the store stands. The path is short: a socket beside the store has room for 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="bakjour-") as folder:
        yield Path(folder)


@pytest_twisted.async_yield_fixture
async def house(
    environment: dict[str, str], store_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """The house, with its devices listening and the gateway not yet started."""
    from twisted.internet import reactor  # noqa: PLC0415 (pytest has not installed it when this is read)

    folder = tmp_path_factory.mktemp("house")
    made = House(reactor, folder, store_folder / "bakjour.db", environment)
    try:
        await made.opens()
        yield made
    finally:
        await made.ends()


@pytest.fixture
def chance() -> random.Random:
    """Other moments in every run; BAKJOUR_SEED gives those of a run that failed, which tells its own."""
    seed = int(os.environ.get("BAKJOUR_SEED", time.time_ns() % 1_000_000))
    print(f"BAKJOUR_SEED={seed}", file=sys.stderr)
    return random.Random(seed)


@pytest.fixture
def sizes() -> SimpleNamespace:
    """How large the runs are."""
    return (
        SimpleNamespace(events=2000, kills=100, open_alerts=1000)
        if FULL
        else SimpleNamespace(events=320, kills=8, open_alerts=1000)
    )
