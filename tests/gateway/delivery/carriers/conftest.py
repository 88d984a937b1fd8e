"""Carriers against the other end's real session, over a network in memory and a clock that a test moves."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock as Time

from gateway.clock import Clock
from gateway.config.lines import EspaCarrier, SmppCarrier
from gateway.delivery.carriers.espa444 import Espa444Carrier
from gateway.delivery.carriers.smpp import SmppCarrier as Smpp
from gateway.model import Attempt
from gateway.ports import FailureKind, Order, Report
from protocols import espa444
from protocols.smpp import events as smpp
from protocols.smpp.smsc import Smsc, SmscConfig
from protocols.smpp.timing import Timing
from protocols.transport import Pump, PumpFactory
from simulators.network import Network

NOW = 1_795_000_000_000


@dataclass
class Core:
    """Implements ports.CarrierEvents, Replies and Alarms; commits at once unless `hold` is set."""

    taken_: list[tuple[int, str | None]] = field(default_factory=list)
    failed_: list[tuple[int, FailureKind, str]] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    held: list["Deferred[None]"] = field(default_factory=list)
    hold: bool = False
    changes: int = 0
    on_change: Callable[[], None] = lambda: None
    alarms: list[tuple[str, str]] = field(default_factory=list)
    standing: set[str] = field(default_factory=set)
    notices: list[tuple[str, str]] = field(default_factory=list)
    written: list[tuple[str, str, int | None]] = field(default_factory=list)

    def taken(self, carrier: str, attempt: int, ref: str | None) -> None:
        self.taken_.append((attempt, ref))

    def failed(self, carrier: str, attempt: int, kind: FailureKind, reason: str) -> None:
        self.failed_.append((attempt, kind, reason))

    def reported(self, report: Report) -> "Deferred[None]":
        self.reports.append(report)
        if not self.hold:
            return succeed(None)
        self.held.append(Deferred())
        return self.held[-1]

    def changed(self, carrier: str) -> None:
        self.changes += 1
        self.on_change()

    def raise_alarm(self, key: str, text: str) -> None:
        self.alarms.append((key, text))
        self.standing.add(key)

    def tell(self, key: str, text: str) -> None:
        self.alarms.append((key, text))

    def notice(self, key: str, text: str) -> None:
        self.notices.append((key, text))

    def received(self, carrier: str, number: str, text: str, written_at: int | None) -> "Deferred[None]":
        self.written.append((number, text, written_at))
        if not self.hold:
            return succeed(None)
        self.held.append(Deferred())
        return self.held[-1]

    def clear_alarm(self, key: str) -> None:
        self.standing.discard(key)


class Far:
    """The other end's owner: what came, and the pump of the connection that stands."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.pump: Any = None
        self.pumps: list[Any] = []
        self.lost: list[str] = []
        self.on_event: Callable[[Any, Any], None] = lambda pump, event: None

    def connected(self, pump: Any) -> None:
        self.pump = pump
        self.pumps.append(pump)

    def received(self, pump: Any, events: Sequence[Any]) -> None:
        for event in events:
            self.events.append(event)
            self.on_event(pump, event)

    def disconnected(self, pump: Any, reason: str) -> None:
        self.lost.append(reason)
        if pump is self.pump:
            self.pump = None

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def make_order(attempt: int = 1, **changes: Any) -> Order:
    values: dict[str, Any] = {
        "attempt": attempt,
        "alert": 1,
        "page": 0,
        "number": "20117",
        "text": "Prio 2 Triage HC Sätra",
        "priority": 2,
        "expires_at": NOW + 1_800_000,
    }
    return Order(**(values | changes))


@pytest.fixture(scope="session")
def order() -> Callable[..., Order]:
    return make_order


class Bench:
    """A carrier, the far end, and the time between them."""

    name = "far"

    def __init__(self) -> None:
        self.time = Time()
        self.clock = Clock(self.time, lambda: NOW + round(self.time.seconds() * 1000))
        self.network = Network(self.time)
        self.core = Core()
        self.far = Far()
        self.carrier: Any = None

    def listen(self) -> None:
        self.network.listen(self.name, PumpFactory(self._make_pump))

    def _make_pump(self) -> Any:
        raise NotImplementedError

    def start(self) -> "Bench":
        self.listen()
        self.carrier.start()
        self.advance(2)
        return self

    def advance(self, seconds: float, step: float = 0.05) -> None:
        for _ in range(round(seconds / step)):
            self.time.advance(step)

    def send(self, *orders: Order, settle: float = 1.0) -> None:
        for order in orders:
            self.carrier.send(order)
        self.advance(settle)

    def close(self) -> None:
        """Stop the carrier; a timer or connection that it leaves behind fails the test."""
        stopped: list[Any] = []
        self.carrier.stop().addCallback(stopped.append)
        self.advance(1)
        assert stopped, "the carrier did not stop"
        self.network.silence(self.name)
        self.network.cut(self.name)
        self.advance(0.5)
        assert self.time.getDelayedCalls() == [], "a timer is left behind"


class EspaBench(Bench):
    """A control station's carrier and a polled station that ACKs every call unless told otherwise."""

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self.answer: Callable[[Any], Any] = lambda event: espa444.LinkAnswer.ACK
        self.far.on_event = self._answer
        values = {
            "type": "espa444",
            "name": "dect",
            "serves": "extension",
            "endpoint": "tcp:host=127.0.0.1:port=4444",
        }
        self.settings = EspaCarrier.model_validate(values | settings, strict=False)
        self.carrier = Espa444Carrier(
            self.settings, self.network.client(self.name), self.clock, self.core, self.core
        )

    def _make_pump(self) -> Any:
        return Pump(lambda now: espa444.PolledStation(espa444.PolledConfig(), now), self.far, self.time)

    def _answer(self, pump: Any, event: Any) -> None:
        if isinstance(event, espa444.BlockReceived) and (answer := self.answer(event)) is not None:
            pump.answer(event.token, answer)

    @property
    def calls(self) -> list[dict[str, bytes]]:
        return [
            {str(record.id): record.data for record in event.block.records}
            for event in self.far.of(espa444.BlockReceived)
        ]

    def report(self, status: espa444.CallStatus, ref: int = 1, settle: float = 3.0) -> None:
        """The paging system tells what became of the call of `make_order`."""
        call = espa444.call_block("20117", espa444.CHARSETS["se7"].encode(make_order().text), beep=2)
        self.far.pump.send(espa444.SendBlock(ref, espa444.status_of(call, status)))
        self.advance(settle)


class SmppBench(Bench):
    """An ESME's carrier and an SMS centre that binds everybody and answers as `answer` says."""

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self.answer: Callable[[Any], Any] = self._accept
        self.bind_status = 0
        self.count = 0
        self.far.on_event = self._answer
        values = {
            "type": "smpp",
            "name": "sms",
            "serves": "mobile",
            "endpoint": "tcp:host=127.0.0.1:port=2775",
            "system_id": "bakjour",
            "password": "secret",
            "source_address": "+46701740699",
        }
        self.settings = SmppCarrier.model_validate(values | settings, strict=False)
        sites = [
            self.network.client(f"{self.name}{site}" if site else self.name)
            for site in range(len(self.settings.sites))
        ]
        self.carrier = Smpp(self.settings, sites, self.clock, self.core, self.core, self.core, "SE")

    def _make_pump(self) -> Any:
        return Pump(lambda now: Smsc(SmscConfig(timing=Timing(opening=30)), now), self.far, self.time)

    def _accept(self, event: Any) -> Any:
        self.count += 1
        return smpp.SubmitAnswer(0, f"id-{self.count}")

    def _answer(self, pump: Any, event: Any) -> None:
        if isinstance(event, smpp.BindRequested):
            pump.answer(event.token, smpp.BindAnswer(self.bind_status))
        elif isinstance(event, smpp.SubmitReceived) and (answer := self.answer(event)) is not None:
            pump.answer(event.token, answer)

    def listen_also(self, name: str) -> None:
        """At a second site."""
        self.network.listen(name, PumpFactory(self._make_pump))

    def pump_of_submit(self) -> Any:
        """The connection whose session waits for the answer to a submit."""
        return next(pump for pump in self.far.pumps if pump.session._inbox._open)

    @property
    def submits(self) -> list[Any]:
        return [event.message for event in self.far.of(smpp.SubmitReceived)]

    @property
    def answers(self) -> list[tuple[int, int]]:
        return [(event.ref, event.status) for event in self.far.of(smpp.DeliverAnswered)]


@pytest.fixture
def benches() -> Iterator[list[Bench]]:
    made: list[Bench] = []
    yield made
    for bench in made:
        bench.close()


@pytest.fixture
def core() -> Core:
    """A core without a bench around it."""
    return Core()


@pytest.fixture
def bench(benches: list[Bench]) -> Callable[[], Bench]:
    """A bench whose carrier and far end the test brings."""

    def make() -> Bench:
        benches.append(Bench())
        return benches[-1]

    return make


@pytest.fixture
def espa(benches: list[Bench]) -> Callable[..., EspaBench]:
    def make(**settings: Any) -> EspaBench:
        benches.append(EspaBench(**settings))
        return benches[-1]

    return make


@pytest.fixture
def smsc(benches: list[Bench]) -> Callable[..., SmppBench]:
    def make(**settings: Any) -> SmppBench:
        benches.append(SmppBench(**settings))
        return benches[-1]

    return make


@pytest.fixture(scope="session")
def attempt() -> Callable[..., Attempt]:
    def make(**changes: Any) -> Attempt:
        values: dict[str, Any] = {
            "id": 1,
            "alert": 1,
            "page": 0,
            "carrier": "sms",
            "number": "20117",
            "text": "Prio 2 Triage HC Sätra",
            "begun_at": NOW,
        }
        return Attempt(**(values | changes))

    return make
