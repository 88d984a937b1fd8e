"""Alerts by a short notation, a driver for the pure life of an alert, and stand-ins around the engine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock as Time

from gateway.clock import Clock
from gateway.delivery import events as e
from gateway.delivery.dispatcher import Dispatcher
from gateway.delivery.keeper import Keeper
from gateway.delivery.lifecycle import next_due, step
from gateway.delivery.pages import PageInput
from gateway.delivery.tracker import Tracker
from gateway.model import (
    Alert,
    Attempt,
    NumberKind,
    OneWay,
    Origin,
    Proof,
    Role,
    Route,
    Rung,
    Step,
    Subject,
)
from gateway.ports import Capabilities, FailureKind, LineState, Order, StoreUnavailable
from gateway.store.values import Saved, StoredOutcome
from protocols.clinic24.event import Kind

NOW = 1_795_000_000_000
PROVES = {
    "dect": (True, Proof.DELIVERED),
    "sms": (False, Proof.DELIVERED),
    "pager": (False, Proof.SENT),
}


def _route(name: str, number: str) -> Route:
    can_answer, proof = PROVES.get(name, (True, Proof.DELIVERED))
    return Route(name, number, can_answer, proof)


def _alert(*rungs: str, priority: int = 2, one_way: OneWay = OneWay.ESCALATE, **changes: Any) -> Alert:
    """An alert whose rungs are written "dect sms": one receiver each, with the routes named."""
    subject = Subject(
        Kind.TRIAGED, "hc-a", "HC A", True, Role.NURSE, None, priority, changes.pop("case", "A-1"), None
    )
    ladder = tuple(
        Rung(
            f"r{place}",
            f"Receiver {place}",
            Origin.DUTY,
            "i tjänst",
            "on duty",
            tuple(_route(name, f"{20000 + place}") for name in routes.split()),
        )
        for place, routes in enumerate(rungs)
    )
    values = {"id": 1, "source": "clinic24", "event": "e1", "digest": "d"} | changes
    accepted = values.pop("accepted_at", NOW)
    return Alert(
        subject=subject,
        accepted_at=accepted,
        expires_at=accepted + 1_800_000,
        one_way=one_way,
        rungs=ladder,
        **values,
    )


@pytest.fixture(scope="session")
def make_alert() -> Callable[..., Alert]:
    return _alert


@dataclass
class Life:
    """One alert and the time; every event goes through the pure step."""

    alert: Alert
    now: int = NOW
    steps: list[Step] = field(default_factory=list)
    last: e.Change | None = None
    attempts: int = 0

    def tell(self, event: e.Event) -> "Life":
        self.last = step(self.alert, event, self.now)
        self.alert = self.last.alert
        self.steps += self.last.steps
        return self

    def open(self) -> "Life":
        return self.tell(e.Opened())

    def begin(self, page: int) -> "Life":
        self.attempts += 1
        route = self.route(page)
        return self.tell(
            e.Begun(Attempt(self.attempts, self.alert.id, page, route.carrier, route.number, "t", self.now))
        )

    def take(self, page: int) -> "Life":
        return self.begin(page).tell(e.Taken(page, self.attempts, None))

    def fail(self, page: int, kind: FailureKind = FailureKind.TEMPORARY) -> "Life":
        return self.begin(page).tell(e.Failed(page, kind, "why"))

    def report(self, page: int, news: PageInput) -> "Life":
        return self.tell(e.Reported(page, news, "news"))

    def wait(self, seconds: float) -> "Life":
        """Let time pass; every deadline is told in its turn."""
        end = self.now + round(seconds * 1000)
        while (due := next_due(self.alert)) is not None and due <= end:
            assert due >= self.now, "a deadline lies in the past"
            self.now = due
            self.tell(e.Due())
        self.now = end
        return self

    def route(self, page: int) -> Route:
        entry = self.alert.pages[page]
        return self.alert.rungs[entry.rung].routes[entry.route]

    @property
    def pages(self) -> list[tuple[int, int, str]]:
        return [(page.rung, page.route, page.state.value) for page in self.alert.pages]

    @property
    def final(self) -> Step:
        (one,) = [line for line in self.steps if line.final]
        return one


@pytest.fixture(scope="session")
def life() -> Callable[..., Life]:
    """An alert of this ladder, opened."""

    def make(*rungs: str, **changes: Any) -> Life:
        return Life(_alert(*rungs, **changes)).open()

    return make


@dataclass
class Saves:
    """What `store.alerts.save` was asked with, and the Deferred that waits for it."""

    alert: Alert
    steps: tuple[Step, ...]
    attempts: tuple[Attempt, ...]
    refs: tuple[tuple[int, str], ...]
    told: "Deferred[Saved]"


class FakeWriter:
    """A store that commits, refuses or hangs as it is told; numbers outcomes as the real one does."""

    def __init__(self) -> None:
        self.mode = "commit"
        self.saved: list[Saves] = []
        self.asked: list[Saves] = []
        self.waiting: list[Saves] = []
        self.refuse_alerts: dict[int, Exception] = {}
        self.alerts: dict[int, Alert] = {}
        self.attempts: dict[int, Attempt] = {}
        self.seq = 0

    def run(self, work: Any, *args: Any, **kwargs: Any) -> "Deferred[Any]":
        alert, steps, attempts, refs = args
        job = Saves(alert, tuple(steps), tuple(attempts), tuple(refs), Deferred())
        self.asked.append(job)
        if self.mode == "hang":
            self.waiting.append(job)
            return job.told
        if self.mode == "refuse":
            return fail(StoreUnavailable("disk full"))
        if alert.id in self.refuse_alerts:
            return fail(self.refuse_alerts[alert.id])
        return succeed(self._commit(job))

    def _commit(self, job: Saves) -> Saved:
        self.saved.append(job)
        self.alerts[job.alert.id] = job.alert
        self.attempts.update({one.id: one for one in job.attempts})
        for number, ref in job.refs:
            one = self.attempts[number]
            self.attempts[number] = Attempt(
                one.id, one.alert, one.page, one.carrier, one.number, one.text, one.begun_at, ref
            )
        return Saved([self._outcome(job.alert, line) for line in job.steps if line.status is not None])

    def _outcome(self, alert: Alert, line: Step) -> StoredOutcome:
        self.seq += 1
        assert line.status is not None
        return StoredOutcome(
            self.seq,
            line.scope,
            alert.id,
            alert.source,
            alert.event,
            line.status,
            line.receiver,
            line.carrier,
            line.at,
            line.final,
            line.late,
            line.proof,
            line.reason,
        )

    def release(self) -> None:
        """Commit what hangs by now, in order, as one batch: all is on the disk before anybody is told."""
        jobs, self.waiting = self.waiting, []
        for job, saved in [(job, self._commit(job)) for job in jobs]:
            job.told.callback(saved)

    def refuse(self) -> None:
        """The batch that hangs was not committed."""
        jobs, self.waiting = self.waiting, []
        for job in jobs:
            job.told.errback(StoreUnavailable("disk full"))

    @property
    def steps(self) -> list[Step]:
        return [line for job in self.saved for line in job.steps]


class FakeCarrier:
    """A way out that a test plays by hand."""

    def __init__(self, name: str, slots: int = 1, can_cancel: bool = True) -> None:
        self.name = name
        self.slots = slots
        self.orders: list[Order] = []
        self.under_way: dict[int, Order] = {}
        self.recalled: list[Attempt] = []
        self.most = 0
        self.raises: Exception | None = None
        can_answer, proof = PROVES.get(name, (True, Proof.DELIVERED))
        self.capabilities = Capabilities(NumberKind.EXTENSION, proof, can_answer, can_cancel, 128, len)

    def start(self) -> None:
        """Nothing to connect."""

    def stop(self) -> "Deferred[object]":
        return succeed(None)

    def free(self) -> int:
        return max(0, self.slots - len(self.under_way))

    def send(self, order: Order) -> None:
        if self.raises is not None:
            raise self.raises
        self.orders.append(order)
        self.under_way[order.attempt] = order
        self.most = max(self.most, len(self.under_way))

    def recall(self, attempt: Attempt, priority: int) -> None:
        self.recalled.append(attempt)

    def state(self) -> LineState:
        return LineState(self.name, "fake", True, "", {})


class FakeAlarms:
    """Implements ports.Alarms for the tests."""

    def __init__(self) -> None:
        self.raised: list[tuple[str, str]] = []
        self.standing: dict[str, str] = {}

    def raise_alarm(self, key: str, text: str) -> None:
        self.raised.append((key, text))
        self.standing[key] = text

    def tell(self, key: str, text: str) -> None:
        self.raise_alarm(key, text)

    def clear_alarm(self, key: str) -> None:
        self.standing.pop(key, None)

    @property
    def keys(self) -> set[str]:
        return {key for key, _ in self.raised}


class Engine:
    """Keeper, dispatcher and tracker over a fake store, fake carriers and a clock that a test moves."""

    def __init__(self, *carriers: FakeCarrier) -> None:
        self.time = Time()
        self.wall_ahead = 0
        self.clock = Clock(self.time, lambda: NOW + round(self.time.seconds() * 1000) + self.wall_ahead)
        self.writer = FakeWriter()
        self.alarms = FakeAlarms()
        self.published: list[StoredOutcome] = []
        self.carriers = {one.name: one for one in carriers}
        self.texts: dict[int, Exception] = {}
        self.dispatcher = Dispatcher(self.clock, self._compose, self.alarms)
        self.keeper = Keeper(
            self.clock,
            self.writer,
            self.load,
            self.dispatcher.act,
            self.published.extend,
            self.alarms.raise_alarm,
        )
        self.tracker = Tracker(self.clock, self.keeper, self._attempts_to)
        self.dispatcher.start(self.keeper, self.tracker, carriers, 1)

    def load(self, number: int) -> Alert | None:
        return self.writer.alerts.get(number)

    def _attempts_to(self, carrier: str, number: str, since: int) -> list[Attempt]:
        found = self.writer.attempts.values()
        return [
            one for one in found if (one.carrier, one.number) == (carrier, number) and one.begun_at >= since
        ]

    def _compose(self, alert: Alert, page: int, carrier: Any) -> str:
        mark = "(upprepat) " if alert.pages[page].repeat else ""
        return f"{mark}alert {alert.id} {alert.subject.case}"

    def store(self, alert: Alert) -> Alert:
        """Put an alert into the store as an earlier run left it."""
        self.writer.alerts[alert.id] = alert
        return alert

    def accept(self, alert: Alert) -> None:
        """As intake does after its commit."""
        now = self.clock.now()
        opened = step(replace(alert, accepted_at=now, expires_at=now + 1_800_000), e.Opened(), now)
        self.store(opened.alert)
        self.keeper.adopt(opened)

    def alert(self, number: int = 1) -> Alert:
        found = self.keeper.get(number)
        assert found is not None
        return found

    def take(self, carrier: str, ref: str | None = None) -> Order:
        """The oldest order under way is taken."""
        way = self.carriers[carrier]
        number, order = next(iter(way.under_way.items()))
        del way.under_way[number]
        self.dispatcher.taken(carrier, number, ref)
        return order

    def fail(self, carrier: str, kind: FailureKind, reason: str = "why") -> Order:
        """The oldest order under way fails."""
        way = self.carriers[carrier]
        number, order = next(iter(way.under_way.items()))
        del way.under_way[number]
        self.dispatcher.failed(carrier, number, kind, reason)
        return order

    def pages(self, number: int = 1) -> list[str]:
        return [page.state.value for page in self.alert(number).pages]

    def advance(self, seconds: float) -> None:
        """Let time pass; a timer that never leaves its instant is a busy loop and fails the test."""
        end = self.time.seconds() + seconds
        turns, at = 0, -1.0
        while True:
            due = min((call.getTime() for call in self.time.getDelayedCalls()), default=None)
            if due is None or due > end:
                break
            turns = turns + 1 if due == at else 0
            at = due
            assert turns < 500, f"a busy loop at {due}"
            now = self.time.seconds()
            call = min(self.time.getDelayedCalls(), key=lambda one: one.getTime())
            self.time.rightNow = max(now, due)
            self.time.calls.remove(call)
            call.called = 1
            call.func(*call.args, **call.kw)
        self.time.rightNow = end


@pytest.fixture
def engine() -> Callable[..., Engine]:
    """An engine over carriers given by name, or as FakeCarrier."""

    def make(*carriers: str | FakeCarrier) -> Engine:
        return Engine(*(FakeCarrier(one) if isinstance(one, str) else one for one in carriers))

    return make


@pytest.fixture(scope="session")
def carrier() -> Callable[..., FakeCarrier]:
    return FakeCarrier


def _capabilities(**changes: Any) -> Capabilities:
    values: dict[str, Any] = {
        "serves": NumberKind.EXTENSION,
        "best_proof": Proof.DELIVERED,
        "can_answer": True,
        "can_cancel": True,
        "max_text": 128,
        "measure": len,
    }
    return Capabilities(**(values | changes))


@pytest.fixture(scope="session")
def capabilities() -> Callable[..., Capabilities]:
    return _capabilities


@pytest.fixture(scope="session")
def kinds() -> Sequence[FailureKind]:
    return tuple(FailureKind)
