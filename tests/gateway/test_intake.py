"""From an event to its answer, over the real store and a small roster."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock as Time

from gateway.clock import Clock
from gateway.delivery import events as e
from gateway.intake import ANSWER_BY, Intake
from gateway.model import Alert, NumberKind, Origin, Proof, Refusal, Route, Rung
from gateway.ports import Capabilities, StoreUnavailable
from gateway.roster.book import RosterBook
from gateway.roster.document import read_document
from gateway.roster.importer import import_roster
from gateway.roster.index import open_roster
from gateway.roster.plan import make_plan
from gateway.roster.wall import load_zone, parse_time
from gateway.roster.who import Who
from gateway.routing.criteria import make_criteria
from gateway.routing.ladder import Way
from gateway.store import history
from gateway.store.connection import open_reader, tx
from gateway.store.inline import InlineWriter
from gateway.store.migrations import open_store
from gateway.store.values import Accepted
from protocols.clinic24 import times
from protocols.clinic24.messages import Answer

ZONE = load_zone("Europe/Stockholm")
NOW = parse_time("2026-11-24T12:00", ZONE)
ROSTER = """
[[area]]
id = "omrade"
name = "Området"
fallback = ["vaxel"]
[[area]]
id = "ensam"
name = "Ensamt"
[[unit]]
id = "hc-a"
area = "omrade"
name = "HC A"
aliases = ["SE23-1XYZ"]
[[unit]]
id = "hc-tom"
area = "ensam"
name = "HC Tom"
[[receiver]]
id = "anna"
name = "Anna"
kind = "person"
number = "20117"
units = ["hc-a"]
[[receiver]]
id = "vaxel"
name = "Växeln"
kind = "role"
number = "20999"
units = []
[[shift]]
unit = "hc-a"
name = "Dag"
from = "07:00"
to = "16:00"
[[assignment]]
unit = "hc-a"
shift = "Dag"
date = 2026-11-24
role = "nurse"
receivers = ["anna"]
"""
WAYS = (Way("dect", Capabilities(NumberKind.EXTENSION, Proof.DELIVERED, True, True, 128, len)),)
LAST_RESORT = (Rung("it", "IT", Origin.CATCH_ALL, "", "", (Route("dect", "20001", True, Proof.DELIVERED),)),)
PERSON = "121212-1212"


class Writer(InlineWriter):
    """The real store; with `hold`, what is asked waits until `release`, committed or `broken`."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        super().__init__(conn)
        self.mode = "commit"
        self.held: list[tuple[Deferred[Any], Callable[[], Deferred[Any]]]] = []

    def run(self, work: Any, *args: Any, **kwargs: Any) -> "Deferred[Any]":
        if self.mode == "refuse":
            return fail(StoreUnavailable("disk full"))
        if self.mode == "commit":
            return super().run(work, *args, **kwargs)
        told: Deferred[Any] = Deferred()
        real = super().run
        self.held.append((told, lambda: real(work, *args, **kwargs)))
        return told

    def release(self) -> None:
        held, self.held = self.held, []
        for told, run in held:
            run().chainDeferred(told)


class Alarms:
    """Keeps what was raised."""

    def __init__(self) -> None:
        self.raised: list[tuple[str, str]] = []
        self.standing: list[str] = []

    def raise_alarm(self, key: str, text: str) -> None:
        self.raised.append((key, text))
        self.standing.append(key)

    def tell(self, key: str, text: str) -> None:
        self.raised.append((key, text))

    def clear_alarm(self, key: str) -> None:
        """Nothing is cleared here."""


class House:
    """An intake with its store, and what it handed on."""

    def __init__(self, path: Path, catch_all: str | None) -> None:
        self.conn = open_store(path)
        with tx(self.conn):
            open_roster(self.conn, ZONE)
        self.reader = open_reader(path)
        self.writer = Writer(self.conn)
        plan = make_plan(self.reader, read_document(ROSTER, "SE"), ZONE, NOW, False)
        Deferred.fromCoroutine(import_roster(self.writer, plan, NOW))
        self.time = Time()
        self.wall = NOW
        self.clock = Clock(self.time, lambda: self.wall + round(self.time.seconds() * 1000))
        self.alarms = Alarms()
        self.adopted: list[tuple[Accepted, e.Change]] = []
        self.closed: list[Any] = []
        self.close: Callable[[Any], Deferred[int]] = self._close
        who = Who(RosterBook(self.reader), make_criteria(), catch_all)
        self.ask: Callable[..., Any] = lambda event, at: who.ask(
            event.unit, event.profession, event.kind, event.priority, at
        )
        self.intake = Intake(
            self.clock,
            self.writer,
            self.alarms,
            self._ask,
            WAYS,
            "SE",
            lambda stored, change: self.adopted.append((stored, change)),
            self._close_now,
            lambda unit: LAST_RESORT,
        )

    def _ask(self, event: Any, at: int) -> Any:
        return self.ask(event, at)  # as the test has it by then

    def _close_now(self, event: Any) -> Any:
        return self.close(event)

    def _close(self, event: Any) -> "Deferred[int]":
        self.closed.append(event)
        return succeed(len(self.adopted))

    def send(self, **changes: Any) -> list[Answer]:
        """One event by TCP; what was answered so far."""
        data = {"unit": "hc-a", "profession": "nurse", "priority": 2, "case": "A-1", "callback": "20300"}
        root: dict[str, Any] = {
            "specversion": "1.0",
            "id": "e1",
            "source": "clinic24",
            "type": "clinic24.visit.triaged",
            "data": data,
        }
        for name, value in changes.items():
            (data if name in {*data, "note"} else root)[name] = value
        root["data"] = {name: value for name, value in data.items() if value is not None}
        return self.document(json.dumps(root, ensure_ascii=False).encode())

    def document(self, document: bytes) -> list[Answer]:
        answers: list[Answer] = []
        self.intake.document(document, "tcp").addCallback(answers.append)
        return answers

    @property
    def stored(self) -> list[Alert]:
        return history.recent(self.reader, 100)

    @property
    def refusals(self) -> list[Refusal]:
        return history.refusals(self.reader, 100)

    def dump(self) -> str:
        """Every value of every row of the store."""
        tables = [
            name for (name,) in self.reader.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return "\n".join(
            str(row)
            for table in tables
            if not table.startswith("sqlite_")
            for row in self.reader.execute(f"SELECT * FROM [{table}]")
        )


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    houses: list[House] = []

    def make(catch_all: str | None = None) -> House:
        houses.append(House(tmp_path / f"{len(houses)}.db", catch_all))
        return houses[-1]

    yield make
    for house in houses:
        with closing(house.conn), closing(house.reader):
            assert house.time.getDelayedCalls() == [], "a timer of the intake is left"


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house()


def test_an_event_is_accepted_after_its_commit_and_not_before(house: House) -> None:
    """The answer names the alert; who is paged is the roster's at this instant."""
    house.writer.mode = "hold"
    answers = house.send()
    assert answers == []
    assert house.adopted == []
    house.writer.release()
    (answer,) = answers
    assert (answer.status, answer.source, answer.id, answer.alert) == ("accepted", "clinic24", "e1", "1")
    (alert,) = house.stored
    assert [rung.receiver for rung in alert.rungs] == ["anna", "vaxel"]
    assert [page.state for page in alert.pages] == ["queued"]
    assert house.adopted[0][0].alert == alert
    assert house.intake.counts["accepted"] == 1


def test_without_a_commit_in_five_seconds_the_sender_is_told_to_retry(house: House) -> None:
    """`retry`; the commit that comes later runs the alert, and the repeat is `duplicate`."""
    house.writer.mode = "hold"
    answers = house.send()
    house.time.advance(ANSWER_BY - 0.01)
    assert answers == []
    house.time.advance(0.01)
    assert [answer.status for answer in answers] == ["retry"]
    assert house.adopted == []
    house.writer.mode = "commit"
    house.writer.release()
    assert len(house.adopted) == 1
    assert [answer.status for answer in answers] == ["retry"]
    assert house.send()[0].status == "duplicate"
    assert len(house.stored) == 1


def test_a_commit_that_fails_is_a_retry_at_once_and_uses_no_id_up(house: House) -> None:
    """The store refuses: `retry`, an alarm, and the repeat is a new event."""
    house.writer.mode = "refuse"
    assert house.send()[0].status == "retry"
    assert "store" in house.alarms.standing
    house.writer.mode = "commit"
    assert house.send()[0].status == "accepted"


def test_a_repeat_is_a_duplicate_with_the_first_alerts_id_and_status(house: House) -> None:
    """Equal type, unit, profession, priority and case; time and callback may differ."""
    house.send()
    (answer,) = house.send(time="2026-11-24T11:59:00+01:00", callback="20301")
    assert (answer.status, answer.alert, answer.alert_status) == ("duplicate", "1", "open")
    assert len(house.adopted) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"type": "clinic24.handover.requested"},
        {"unit": "hc-tom"},
        {"profession": "doctor"},
        {"priority": 3},
        {"case": "A-2"},
    ],
)
def test_the_same_id_with_other_content_is_a_new_alert_with_a_warning(
    house: House, change: dict[str, Any]
) -> None:
    """Nothing is dropped as a duplicate that differs in what matters; people are told of the id."""
    house.send()
    (answer,) = house.send(**change)
    assert (answer.status, answer.alert) == ("accepted", "2")
    assert any(warning.path == "id" for warning in answer.warnings)
    assert any(key.startswith("id:") for key, _ in house.alarms.raised)
    assert house.send(**change)[0].status == "duplicate"


def test_a_kind_and_priority_that_does_not_alert_is_ignored_and_counted(house: House) -> None:
    """Priority 1 alerts only for an escalated case; what is ignored is stored and shown."""
    assert house.send(priority=1)[0].status == "ignored"
    assert [refusal.status for refusal in house.refusals] == ["ignored"]
    assert house.stored == []
    assert house.alarms.raised == []
    assert house.send(priority=1, type="clinic24.case.escalated")[0].status == "accepted"
    assert house.send(id="e2", priority=None, type="clinic24.case.escalated")[0].status == "accepted"
    assert house.stored[0].subject.priority == 1
    assert not house.stored[0].subject.priority_given


def test_an_unknown_unit_is_rejected_stored_without_its_name_and_alarmed(house: House) -> None:
    """Rejected: an error with its path, a stored line, an alarm to people; the name is nowhere."""
    (answer,) = house.send(unit="Hemligt-Namn")
    assert answer.status == "rejected"
    assert [error.path for error in answer.errors] == ["data.unit"]
    (refusal,) = house.refusals
    assert (refusal.status, refusal.unit, refusal.source, refusal.event) == (
        "rejected",
        None,
        "clinic24",
        "e1",
    )
    assert "Hemligt" not in house.dump()
    assert not any("Hemligt" in text for _, text in house.alarms.raised)
    assert house.alarms.raised


def test_a_rejection_does_not_use_the_id_up(house: House) -> None:
    """Sent again with the unit mended, it is accepted."""
    house.send(unit="hc-x")
    assert house.send()[0].status == "accepted"
    assert house.send()[0].status == "duplicate"


def test_a_rejection_is_an_alarm_that_passes(house: House) -> None:
    """It happened, it does not stand: nothing would ever clear it."""
    house.send(unit="hc-x")
    assert house.alarms.standing == []


def test_an_unknown_unit_goes_to_the_catch_all_where_there_is_one(make_house: Callable[..., House]) -> None:
    """Accepted, marked as unknown, to the catch-all receiver."""
    house = make_house("vaxel")
    assert house.send(unit="hc-okand")[0].status == "accepted"
    (alert,) = house.stored
    assert not alert.subject.unit_known
    assert [(rung.receiver, rung.origin) for rung in alert.rungs] == [("vaxel", Origin.CATCH_ALL)]


def test_nobody_on_duty_and_no_fallback_is_accepted_and_ends_as_no_receiver(house: House) -> None:
    """Never silence: the alert exists, is closed as no_receiver, and its line is final."""
    assert house.send(unit="hc-tom")[0].status == "accepted"
    (alert,) = house.stored
    assert alert.closed == "no_receiver"
    stored, change = house.adopted[0]
    assert change.alarms
    assert [(one.status, one.final) for one in stored.outcomes] == [("no_receiver", True)]


@pytest.mark.parametrize("member", ["case", "callback"])
def test_an_identity_number_is_dropped_and_named_and_the_page_goes_out(house: House, member: str) -> None:
    """Never a reason to stop a page; the number is nowhere in the store, the answer or the alarms."""
    (answer,) = house.send(**{member: PERSON})
    assert answer.status == "accepted"
    assert [warning.path for warning in answer.warnings] == [f"data.{member}"]
    assert getattr(house.stored[0].subject, member) is None
    for text in (house.dump(), repr(answer), repr(house.alarms.raised), repr(house.adopted)):
        assert "1212-1212" not in text
        assert "12121212" not in text


def test_what_is_not_on_the_list_is_not_stored(house: House) -> None:
    """Anything else, in data or beside it, is dropped."""
    house.send(note="Patienten heter Svea", subject="Svea", profession="Svea 121212", time=None)
    assert "Svea" not in house.dump()


def test_a_document_that_is_no_event_is_stored_and_answered_with_every_fault(house: House) -> None:
    """rejected: by member, without the refused values, and people hear of it."""
    (answer,) = house.send(priority=9, unit=7, id="e7")
    assert answer.status == "rejected"
    assert {error.path for error in answer.errors} == {"data.priority", "data.unit"}
    assert (answer.source, answer.id) == ("clinic24", "e7")
    (broken,) = house.document(b"\xff{")
    assert (broken.status, broken.source) == ("rejected", None)
    assert [refusal.event for refusal in house.refusals] == [None, "e7"]
    assert len(house.alarms.raised) == 2


def test_a_rejection_that_cannot_be_stored_is_a_retry(house: House) -> None:
    """Nothing is answered before its commit, a rejection neither."""
    house.writer.mode = "refuse"
    assert house.send(unit="hc-x")[0].status == "retry"
    house.writer.mode = "hold"
    answers = house.send(unit="hc-x")
    house.time.advance(ANSWER_BY)
    assert [answer.status for answer in answers] == ["retry"]
    house.writer.release()
    assert len(answers) == 1


def test_a_fault_in_the_resolver_pages_the_last_resort(house: House) -> None:
    """The event is stored and accepted; people are told; nobody is left out."""

    def broken(event: Any, at: int) -> Any:
        raise RuntimeError("no roster")

    house.ask = broken
    assert house.send()[0].status == "accepted"
    (alert,) = house.stored
    assert [rung.receiver for rung in alert.rungs] == ["it"]
    assert (alert.subject.case, alert.subject.priority) == ("A-1", 2)
    assert "resolver" in [key for key, _ in house.alarms.raised]


@pytest.mark.parametrize("kind", ["clinic24.case.taken", "clinic24.case.closed"])
def test_taken_and_closed_are_accepted_if_something_was_open_else_ignored(house: House, kind: str) -> None:
    """They page nobody; the answer says whether there was anything to close."""
    assert house.send(type=kind, id="t0")[0].status == "ignored"
    house.send()
    assert house.send(type=kind, id="t1")[0].status == "accepted"
    assert [event.case for event in house.closed] == ["A-1", "A-1"]
    assert len(house.adopted) == 1


def test_closing_that_fails_or_hangs_is_a_retry(house: House) -> None:
    """A fault while the open alerts are looked up costs the connection nothing: `retry`."""

    def broken(event: Any) -> Any:
        raise sqlite3.OperationalError("locked")

    house.close = broken
    assert house.send(type="clinic24.case.taken")[0].status == "retry"
    house.close = lambda event: Deferred()
    answers = house.send(type="clinic24.case.taken")
    house.time.advance(ANSWER_BY)
    assert [answer.status for answer in answers] == ["retry"]


def test_an_old_event_is_paged_with_its_age(house: House) -> None:
    """Older than five minutes at the commit: the text says so; the roster is asked for now."""
    instants: list[int] = []
    ask = house.ask
    house.ask = lambda event, at: instants.append(at) or ask(event, at)
    house.send(id="a", time=times.render(NOW - 5 * 3_600_000))
    house.send(id="b", time=times.render(NOW - 300_000), case="A-2")
    house.send(id="c", time=times.render(NOW - 300_001), case="A-3")
    ages = {alert.event: alert.subject.age for alert in house.stored}
    assert ages == {"a": 5 * 3_600_000, "b": None, "c": 300_001}
    assert instants == [NOW] * 3


def test_an_event_from_the_future_is_noted_and_not_believed(house: House) -> None:
    """It is paged now, its lifetime begins now, and the answer says what was wrong."""
    (answer,) = house.send(time=times.render(NOW + 3_600_000))
    assert answer.status == "accepted"
    assert [warning.path for warning in answer.warnings] == ["time"]
    (alert,) = house.stored
    assert (alert.accepted_at, alert.subject.age, alert.expires_at) == (NOW, None, NOW + 1_800_000)
    assert house.send(id="e2", time=times.render(NOW + 2_000))[0].warnings == ()


@pytest.mark.parametrize("hour", [3_600_000, -3_600_000])
def test_a_clock_that_is_set_during_the_commit_moves_the_new_alert_too(house: House, hour: int) -> None:
    """Accepted by the old time and told by the new one: what remained of its deadlines remains."""
    house.writer.mode = "hold"
    house.send()
    house.wall += hour
    house.clock.rebase()
    house.writer.mode = "commit"
    house.writer.release()
    ((stored, _),) = house.adopted
    assert stored.alert.expires_at - house.clock.now() == 1_800_000
    assert stored.alert.escalates_at is not None
    assert stored.alert.escalates_at - house.clock.now() == 120_000


def test_every_answer_is_counted_once(house: House) -> None:
    """What /metrics tells is what was answered."""
    house.send()
    house.send()
    house.send(priority=1)
    house.send(unit="x", id="e3")
    house.writer.mode = "refuse"
    house.send(id="e4")
    assert house.intake.counts == dict.fromkeys(("accepted", "duplicate", "ignored", "rejected", "retry"), 1)


def test_the_store_says_whether_a_repeat_is_one(house: House) -> None:
    """Two equal events whose commits wait together: one alert, one duplicate."""
    house.writer.mode = "hold"
    first, second = house.send(), house.send()
    house.writer.release()
    assert [first[0].status, second[0].status] == ["accepted", "duplicate"]
