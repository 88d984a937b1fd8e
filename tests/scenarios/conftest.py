"""The scenario harness: the gateway with Clinic24, handsets and phones around it, in memory, on one clock.

A scenario reads as the requirement: `ward.clinic.sends(…)`, `ward.advance(minutes=2)`,
`ward.handset("20117").shows(…)`, `ward.phone("+46…").gets(…)`. Every message that comes onto a screen has
to be expected by the scenario: one that was not is a page to the wrong person, and fails it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IStreamClientEndpoint, IStreamServerEndpoint
from twisted.internet.task import Clock as FakeClock

from gateway.app import Gateway
from gateway.clock import Clock
from gateway.config import Config, parse
from gateway.requests import ImportRoster
from gateway.roster.index import open_roster
from gateway.rosterfiles import RosterFiles
from gateway.store.connection import open_reader, tx
from gateway.store.inline import InlineWriter
from gateway.store.migrations import open_store
from protocols.clinic24.client import AnswerReceived, EventClient, OutcomeReceived, RawLine
from protocols.clinic24.event import Event, Kind
from protocols.clinic24.messages import Answer, Outcome, Subscribe
from protocols.transport import Pump, PumpFactory
from simulators.dect.handset import Answer as Press
from simulators.dect.handset import Handset, Owner
from simulators.dect.paging import PagingSystem
from simulators.modem.device import Modem
from simulators.network import Network
from simulators.nursecall import NurseCall
from simulators.smsc.centre import SmsCentre
from simulators.smsc.phones import Phone

ZONE = ZoneInfo("Europe/Stockholm")
SETTLE = 3.0  # seconds in which an event comes to a handset's screen: select, block, one transmission

CONFIG = """
[gateway]
catch_all = "vaxel"
[store]
path = "ward.db"
[[source]]
type = "tcp"
listen = "tcp:4024:interface=127.0.0.1"
[[carrier]]
name = "dect"
type = "espa444"
serves = "extension"
endpoint = "tcp:host=127.0.0.1:port=4444"
[[carrier]]
name = "sms"
type = "smpp"
serves = "mobile"
endpoint = "tcp:host=127.0.0.1:port=2775"
system_id = "bakjour"
password = "secret"
source_address = "+46701740699"
"""

HOSTS = {
    "4024": "clinic24",
    "4444": "dect",
    "2775": "smsc",
    "2001": "modem",
    "4445": "nursecall",
    "4446": "pager",  # where the gateway listens for a paging system
}
"""Port of the configuration → name in the network in memory."""

ANNA, ERIK, EVA, VAXEL = "20117", "20118", "20119", "20999"
MARIA, JOHAN = "+46701740606", "+46701740607"

ROSTER = """
[[area]]
id = "narsjukvard"
name = "Närsjukvård"
fallback = ["vaxel"]
[[unit]]
id = "hc-andersberg"
area = "narsjukvard"
name = "HC Andersberg"
aliases = ["SE2321000016-1XYZ"]
fallback = ["eva"]
[[unit]]
id = "tom"
area = "ensam"
name = "Tomma mottagningen"
[[area]]
id = "ensam"
name = "Ensam"
[[unit]]
id = "sms-enheten"
area = "ensam"
name = "SMS-enheten"
one_way = "close"
[[receiver]]
id = "anna"
name = "Anna Berg"
kind = "person"
number = "20117"
units = ["hc-andersberg"]
[[receiver]]
id = "erik"
name = "Erik Lindqvist"
kind = "person"
number = "20118"
units = ["hc-andersberg"]
[[receiver]]
id = "maria"
name = "Maria Johansson"
kind = "person"
number = "+46701740606"
units = ["hc-andersberg", "sms-enheten"]
[[receiver]]
id = "johan"
name = "Johan Nilsson"
kind = "person"
number = "20120"
backup = "+46701740607"
units = ["hc-andersberg"]
[[receiver]]
id = "eva"
name = "Eva Karlsson"
kind = "person"
number = "20119"
units = ["hc-andersberg"]
[[receiver]]
id = "vaxel"
name = "Växeln"
kind = "role"
number = "20999"
units = []
"""


def shift(unit: str, name: str, begins: str, ends: str) -> str:
    """A shift of the roster file."""
    return f'[[shift]]\nunit = "{unit}"\nname = "{name}"\nfrom = "{begins}"\nto = "{ends}"\n'


def assignment(unit: str, name: str, day: str, role: str, *receivers: str) -> str:
    """An assignment of the roster file."""
    listed = ", ".join(f'"{receiver}"' for receiver in receivers)
    return (
        f'[[assignment]]\nunit = "{unit}"\nshift = "{name}"\ndate = {day}\nrole = "{role}"\n'
        f"receivers = [{listed}]\n"
    )


DAY = (
    shift("hc-andersberg", "Dag", "07:00", "16:00")
    + shift("sms-enheten", "Dag", "07:00", "16:00")
    + assignment("hc-andersberg", "Dag", "2026-11-24", "nurse", "anna", "erik")
    + assignment("hc-andersberg", "Dag", "2026-11-24", "doctor", "maria")
    + assignment("sms-enheten", "Dag", "2026-11-24", "nurse", "maria")
)
"""The plan of the day on which most scenarios play."""


@dataclass(eq=False)
class Sent:
    """One event that Clinic24 sent, and what it heard of it."""

    ward: "Ward"
    event: Event
    answers: list[Answer] = field(default_factory=list)

    @property
    def outcomes(self) -> list[Outcome]:
        """Every outcome line about it, in order."""
        event = self.event
        return [one for one in self.ward.clinic.outcomes if (one.source, one.id) == (event.source, event.id)]

    @property
    def words(self) -> list[str]:
        """The outcomes in short: `page sent Anna Berg`, `alert acknowledged`."""
        return [
            f"{one.scope} {one.status}" + (f" {one.receiver}" if one.receiver else "")
            for one in self.outcomes
        ]

    def is_answered(self, status: str) -> Answer:
        """The one answer has this status."""
        assert [answer.status for answer in self.answers] == [status], self.answers
        return self.answers[0]

    def ends(self, status: str, proof: str | None = None) -> Outcome:
        """The alert has closed with this word."""
        finals = [one for one in self.outcomes if one.final]
        assert [one.status for one in finals] == [status], self.words
        if proof is not None:
            assert finals[0].proof == proof, finals
        return finals[0]

    def is_open(self) -> None:
        """Nothing has closed the alert."""
        assert not [one for one in self.outcomes if one.final], self.words


class Clinic:
    """Clinic24: one connection that subscribes and sends."""

    def __init__(self, ward: "Ward") -> None:
        self._ward = ward
        self._count = 0
        self._sent: dict[tuple[str | None, str | None], Sent] = {}
        self.outcomes: list[Outcome] = []
        self.other_answers: list[Answer] = []
        self._connections: list[Pump] = []

    def connects(self) -> None:
        """Open a connection, and ask for every outcome not heard yet."""
        made = PumpFactory(lambda: Pump(lambda now: EventClient(), self, self._ward.fake))
        self._ward.network.client("clinic24").connect(made)
        self._ward.advance(seconds=0.01)

    def sends(self, kind: str = "triaged", *, expect_connected: bool = True, **data: object) -> Sent:
        """Send an event; members that are not named have the usual values."""
        self._count += 1
        values: dict[str, object] = {
            "source": "clinic24/test",
            "id": f"event-{self._count}",
            "time": None,
            "unit": "hc-andersberg",
            "profession": "nurse",
            "priority": 2,
            "case": f"A-{self._count}",
        } | data
        event = Event(kind=Kind[kind.upper()], **values)
        sent = self._sent.setdefault((event.source, event.id), Sent(self._ward, event))
        self._connections[-1].send(event)
        self._ward.advance(seconds=0.05)
        return sent

    def sends_again(self, sent: Sent) -> None:
        """The same event once more."""
        self._connections[-1].send(sent.event)
        self._ward.advance(seconds=0.05)

    def sends_raw(self, line: bytes) -> Answer:
        """Send bytes as they are, and get the answer."""
        self._connections[-1].send(RawLine(line))
        self._ward.advance(seconds=0.05)
        return self.other_answers[-1]

    def connected(self, pump: Pump) -> None:
        self._connections.append(pump)
        pump.send(Subscribe(self.outcomes[-1].seq if self.outcomes else 0))

    def received(self, pump: Pump, events: list) -> None:
        for event in events:
            if isinstance(event, AnswerReceived):
                sent = self._sent.get((event.answer.source, event.answer.id))
                (self.other_answers if sent is None else sent.answers).append(event.answer)
            elif isinstance(event, OutcomeReceived):
                self.outcomes.append(event.outcome)

    def disconnected(self, pump: Pump, reason: str) -> None:
        self._connections.remove(pump)


@dataclass(eq=False)
class Screen:
    """A handset or phone as a scenario looks at it: each message is looked at once."""

    name: str
    unseen: list[str] = field(default_factory=list)

    def shows(self, *parts: str) -> str:
        """The next message has come, and holds all these parts."""
        assert self.unseen, f"{self.name} shows nothing"
        text = self.unseen.pop(0)
        for part in parts:
            assert part in text, f"{self.name} shows {text!r}, not {part!r}"
        return text

    gets = shows

    def gets_nothing(self) -> None:
        """No message came that has not been looked at."""
        assert not self.unseen, f"{self.name} shows {self.unseen}"


class MortalWriter:
    """A writer that dies with its process: what it is asked for afterwards is never committed or told."""

    def __init__(self, writer: InlineWriter) -> None:
        self._writer = writer
        self.dead = False

    def run(self, work: Callable[..., object], *args: object, **kwargs: object) -> Deferred:
        """See `ports.Writer`."""
        return Deferred() if self.dead else self._writer.run(work, *args, **kwargs)


class Ward:
    """Everything, joined."""

    def __init__(self, folder: Path, begins: datetime, plan: str, config: str) -> None:
        self.fake = FakeClock()
        self.network = Network(self.fake)
        self.screens: dict[str, Screen] = {}
        self.wall_step = 0  # ms that the system's clock was set by
        self._begins = round(begins.timestamp() * 1000)
        self.folder = folder
        self.config: Config = parse(config.encode(), folder, {})
        self.dect = PagingSystem(
            self.fake,
            [ANNA, ERIK, EVA, VAXEL, "20120"],
            self._on_dect,
            owner=Owner(Press.IGNORE),
        )
        self.centre = SmsCentre(self.fake, self._on_sms)
        self.network.listen("dect", self.dect.link)
        self.network.listen("smsc", self.centre.factory)
        self.modem = Modem(self.fake, self._on_sms)
        self.network.listen("modem", self.modem.factory)
        self.nurse_call = NurseCall(self.fake)
        self.store = open_store(self.config.store.path)
        with tx(self.store):
            open_roster(self.store, ZONE)
        self.takes_roster(ROSTER + plan)
        self.clinic = Clinic(self)
        self.starts()
        self.clinic.connects()

    # --- the gateway

    def starts(self) -> None:
        """Start the gateway on what the store holds."""
        self.reader = open_reader(self.config.store.path)
        clock = Clock(self.fake, self.wall)
        self.writer = MortalWriter(InlineWriter(self.store))
        self.gateway = Gateway(self.config, clock, self.writer, self.reader, self)
        failed: list[object] = []
        Deferred.fromCoroutine(self.gateway.start()).addErrback(failed.append)
        self.advance(seconds=1)
        assert not failed, failed

    def stops(self) -> None:
        """Stop it cleanly."""
        self.gateway.stop()
        self.advance(seconds=1)
        self.reader.close()

    def dies(self) -> None:
        """Lose the process: every connection breaks, nothing more is written."""
        self.writer.dead = True
        self.gateway.stop()
        for host in HOSTS.values():
            self.network.cut(host)
        self.advance(seconds=0.01)
        self.reader.close()

    def takes_roster(self, text: str, **options: object) -> None:
        """Import a roster file."""
        files = RosterFiles(self.config.store.path, "SE", ZONE, InlineWriter(self.store), self.wall, _at_once)
        failed: list[object] = []
        files.take(ImportRoster(text=text, **options)).addErrback(failed.append)
        assert not failed, failed

    def client(self, description: str) -> IStreamClientEndpoint:
        """See `app.Endpoints`."""
        return self.network.client(HOSTS[description.rpartition("=")[2]])

    def server(self, description: str) -> IStreamServerEndpoint:
        """See `app.Endpoints`."""
        return self.network.server(HOSTS[description.split(":")[1]])

    # --- time

    def wall(self) -> int:
        """The system's clock, UTC ms."""
        return self._begins + round(self.fake.seconds() * 1000) + self.wall_step

    def advance(self, *, seconds: float = 0.0, minutes: float = 0.0) -> None:
        """Let time pass, every timer at its own moment."""
        end = self.fake.seconds() + seconds + 60 * minutes
        while True:
            due = min((call.getTime() for call in self.fake.getDelayedCalls()), default=end)
            if due >= end:
                break
            self.fake.advance(max(0.0, due - self.fake.seconds()))
        self.fake.advance(max(0.0, end - self.fake.seconds()))

    def settles(self) -> None:
        """Let what is under way come to its screens."""
        self.advance(seconds=SETTLE)

    # --- devices

    def handset(self, extension: str) -> Screen:
        """The screen of a handset."""
        return self.screens.setdefault(extension, Screen(f"handset {extension}"))

    def phone(self, number: str) -> Screen:
        """The screen of a phone."""
        return self.screens.setdefault(number, Screen(f"phone {number}"))

    def device(self, extension: str) -> Handset:
        """The handset itself: its owner, its state."""
        return self.dect.handset(extension)

    def mobile(self, number: str) -> Phone:
        """The phone itself: how it behaves."""
        return self.centre.phone(number)

    def accepts(self, extension: str) -> None:
        """The owner presses OK on what is in front."""
        self.device(extension).accept()
        self.settles()

    def declines(self, extension: str) -> None:
        """The owner presses Reject on it."""
        self.device(extension).decline()
        self.settles()

    def _on_dect(self, event: dict[str, object]) -> None:
        if event["event"] == "shown":
            self.handset(str(event["extension"])).unseen.append(str(event["text"]))

    def _on_sms(self, happening: object) -> None:
        if happening.event == "shown":
            self.phone(f"+{happening.details['number']}").unseen.append(str(happening.details["text"]))

    # --- the end

    def nothing_unexpected(self) -> None:
        """Fail on any message that the scenario did not look at."""
        unexpected = {screen.name: screen.unseen for screen in self.screens.values() if screen.unseen}
        assert not unexpected, f"unexpected pages: {unexpected}"

    def ends(self) -> None:
        """Take everything down."""
        self.dect.stop()
        self.centre.stop()
        self.modem.stop()
        self.stops()
        self.store.close()


def _at_once(work: Callable[[], object]) -> Deferred:
    return Deferred.fromCoroutine(_call(work))


async def _call(work: Callable[[], object]) -> object:
    return work()


MakeWard = Callable[..., Ward]


@pytest.fixture
def make_ward(tmp_path: Path) -> Iterator[MakeWard]:
    """Make a ward at a local time, with a plan; it fails at the end on any page that was not expected."""
    wards: list[Ward] = []

    def make(begins: str = "2026-11-24T10:00", plan: str = DAY, config: str = CONFIG) -> Ward:
        when = datetime.fromisoformat(begins).replace(tzinfo=ZONE)
        wards.append(Ward(tmp_path, when, plan, config))
        return wards[-1]

    yield make
    for ward in wards:
        ward.ends()
    for ward in wards:
        ward.nothing_unexpected()


@pytest.fixture
def plans() -> SimpleNamespace:
    """What a plan is written with: `shift`, `assignment`, and the ordinary day."""
    return SimpleNamespace(shift=shift, assignment=assignment, DAY=DAY, CONFIG=CONFIG)


@pytest.fixture
def ward(make_ward: MakeWard) -> Ward:
    """The ward on an ordinary Tuesday at ten."""
    return make_ward()
