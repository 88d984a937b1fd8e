"""What can be asked of the gateway, over a real store."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from twisted.internet.defer import Deferred, execute, fail
from twisted.python.failure import Failure

from gateway import replies, requests
from gateway.config import parse
from gateway.model import (
    Alert,
    OneWay,
    Origin,
    OutcomeWord,
    Page,
    PageState,
    Proof,
    Refusal,
    Role,
    Route,
    Rung,
    Step,
    Subject,
)
from gateway.operations import Operations
from gateway.ports import LineState, StoreUnavailable
from gateway.requests import Refused, Why
from gateway.roster.book import RosterBook
from gateway.roster.index import open_roster
from gateway.roster.sample import sample
from gateway.roster.wall import load_zone
from gateway.roster.who import Who
from gateway.rosterfiles import RosterFiles
from gateway.store import alarm_log, alerts, history
from gateway.store.connection import open_reader, tx
from gateway.store.inline import InlineWriter
from gateway.store.keys import Scope
from gateway.store.migrations import open_store
from protocols.clinic24.event import Kind

NOON = 1_795_518_000_000  # 2026-11-24 11:00 UTC, noon in Gävle
DUTY = Rung(
    "anna", "Anna Berg", Origin.DUTY, "i tjänst", "on duty", (Route("dect", "20117", True, Proof.SENT),)
)
ALERT = Alert(
    id=0,
    source="clinic24",
    event="e1",
    digest="d",
    subject=Subject(
        Kind.TRIAGED, "hc-andersberg", "HC Andersberg", True, Role.NURSE, None, 2, "A-1", None, NOON
    ),
    accepted_at=NOON,
    expires_at=NOON + 1_800_000,
    one_way=OneWay.ESCALATE,
    rungs=(DUTY,),
    pages=(Page(0, 0, PageState.DELIVERED, NOON, NOON),),
    reached=0,
)
STEPS = (
    Step(NOON, "page", "paged", page=0, receiver="Anna Berg", carrier="dect", reason="on duty"),
    Step(NOON + 337, "page", "delivered", OutcomeWord.DELIVERED, 0, "Anna Berg", "dect"),
)


class Bench:
    """Operations over a store in a folder, at noon."""

    def __init__(self, folder: Path) -> None:
        path = folder / "bakjour.db"
        self.config = parse(b"[gateway]\ncatch_all = 'vaxel'", folder, {})
        zone = load_zone("Europe/Stockholm")
        self.connection = open_store(path)
        with tx(self.connection):
            open_roster(self.connection, zone)
        self.reader = open_reader(path)
        self.writer = InlineWriter(self.connection)
        files = RosterFiles(path, "SE", zone, self.writer, lambda: NOON, execute)
        who = Who(RosterBook(self.reader), self.config.routing, "vaxel")
        self.operations = Operations(
            self.config, self.writer, self.reader, who, files, self.lines, lambda: NOON
        )

    def lines(self) -> list[LineState]:
        return [LineState("dect", "espa444", True, "idle", {"sent": 3})]

    def ask(self, request: requests.Request) -> Any:
        """The reply, or what the request failed with, raised."""
        results: list[Any] = []
        self.operations.ask(request).addBoth(results.append)
        (result,) = results
        if isinstance(result, Failure):
            result.raiseException()
        return result

    def refused(self, request: requests.Request) -> Refused:
        """How the request was refused."""
        with pytest.raises(Refused) as caught:
            self.ask(request)
        return caught.value

    def close(self) -> None:
        self.reader.close()
        self.connection.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


@pytest.fixture
def staffed(bench: Bench) -> Bench:
    """With the sample roster."""
    bench.ask(requests.ImportRoster(sample(date(2026, 11, 24), 2)))
    return bench


def test_ping_and_lines(bench: Bench) -> None:
    """A gateway says its version and the state of its lines."""
    assert bench.ask(requests.Ping()).version
    (line,) = bench.ask(requests.ListLines())
    assert line == replies.Line("dect", "espa444", True, "idle", {"sent": 3})


def test_who(staffed: Bench) -> None:
    """Who would be paged comes in order, with the reasons in both languages."""
    answer = staffed.ask(requests.AskWho("hc-andersberg", "Fysioterapeut"))
    assert answer.alerts
    assert answer.role is Role.NURSE
    assert answer.profession == "Fysioterapeut"
    assert answer.at == "2026-11-24T11:00:00.000Z"
    assert answer.receivers[0].receiver == "anna"
    assert answer.receivers[0].origin is Origin.DUTY
    assert "pass Dag" in answer.receivers[0].reasons[0].sv
    assert answer.receivers[-1].receiver == "vaxel"


def test_who_by_alias_and_time(staffed: Bench) -> None:
    """A unit's alias and a local time are understood, and an unknown unit goes to the catch-all."""
    request = requests.AskWho("SE2321000016-1A01", "nurse", "clinic24.case.escalated", 1, "2026-11-24T08:00")
    answer = staffed.ask(request)
    assert answer.unit == "hc-andersberg"
    assert answer.at == "2026-11-24T07:00:00.000Z"
    unknown = staffed.ask(requests.AskWho("nowhere", "nurse"))
    assert unknown.unit_name is None
    assert [one.origin for one in unknown.receivers] == [Origin.CATCH_ALL]


def test_who_faults_at_once(staffed: Bench) -> None:
    """Every fault of a question is told at once."""
    refused = staffed.refused(requests.AskWho("u", "nurse", "dance", 9, "2026-10-25T02:30"))
    assert refused.why is Why.INVALID
    assert [path for path, _ in refused.faults] == ["kind", "priority", "at"]
    assert "exists twice" in refused.faults[2][1]


def test_criteria_are_told(staffed: Bench) -> None:
    """A priority that does not alert pages nobody, and the answer says why."""
    answer = staffed.ask(requests.AskWho("hc-andersberg", "doctor", priority=1))
    assert not answer.alerts
    assert answer.receivers == ()
    assert "larmar inte" in answer.steps[0].sv


def test_alert(bench: Bench) -> None:
    """An alert comes with its timeline, its status and what is proved."""
    with tx(bench.connection):
        alerts.accept(bench.connection, ALERT, STEPS)
    detail = bench.ask(requests.ShowAlert("1"))
    assert (detail.alert, detail.source, detail.id, detail.open) == ("1", "clinic24", "e1", True)
    assert (detail.status, detail.proof) == ("delivered", Proof.DELIVERED)
    assert [entry.status for entry in detail.timeline] == [None, "delivered"]
    assert detail.timeline[1].at == "2026-11-24T11:00:00.337Z"
    (summary,) = bench.ask(requests.ListAlerts(open_only=True))
    assert summary.receivers == ("Anna Berg",)


def test_proof_outlives_the_page(bench: Bench) -> None:
    """A page that was given up at the end still counts with what it had proved."""
    closed = Step(NOON + 500, "alert", "closed", OutcomeWord.EXPIRED, final=True, proof=Proof.NONE)
    with tx(bench.connection):
        expired = Page(0, 0, PageState.EXPIRED, NOON, NOON)
        alert = alerts.accept(bench.connection, ALERT, STEPS).alert
        fields = {"pages": (expired,), "closed": OutcomeWord.EXPIRED, "closed_at": NOON + 500}
        alerts.save(bench.connection, replace(alert, **fields), [closed])
    detail = bench.ask(requests.ShowAlert("1"))
    assert (detail.open, detail.status, detail.proof) == (False, "expired", Proof.DELIVERED)


@pytest.mark.parametrize("name", ["2", "", "x", "-1", "1.0", "٣", "9" * 30])
def test_no_such_alert(bench: Bench, name: str) -> None:
    """What names no alert is not found, whatever it is."""
    assert bench.refused(requests.ShowAlert(name)).why is Why.NOT_FOUND


def test_refusals_and_alarms(bench: Bench) -> None:
    """Refused events and technical alarms are listed."""
    refusal = Refusal(
        NOON, "rejected", "tcp", "clinic24", "e2", None, None, None, (("data.unit", "unknown"),)
    )
    with tx(bench.connection):
        history.refuse(bench.connection, refusal)
        alarm_log.raise_alarm(bench.connection, "line:dect", "the line is down", NOON)
        alarm_log.raise_alarm(bench.connection, "store", "full", NOON)
        alarm_log.clear_alarm(bench.connection, "store", NOON + 1)
    assert bench.ask(requests.ListRefusals())[0].errors == (("data.unit", "unknown"),)
    assert [one.key for one in bench.ask(requests.ListAlarms(standing_only=True))] == ["line:dect"]
    assert len(bench.ask(requests.ListAlarms())) == 2


@pytest.mark.parametrize("limit", [0, -1, requests.MAX_LIMIT + 1])
def test_limits(bench: Bench, limit: int) -> None:
    """A list is bounded."""
    for request in (requests.ListAlerts(limit), requests.ListRefusals(limit), requests.ListAlarms(limit)):
        assert bench.refused(request).why is Why.INVALID


def test_keys(bench: Bench) -> None:
    """A key is made once, known by its name, and worthless when revoked."""
    made = bench.ask(requests.AddKey("clinic24", Scope.EVENTS))
    known = bench.operations.verify_key(made.key)
    assert known is not None
    assert (known.name, known.scope) == ("clinic24", Scope.EVENTS)
    assert bench.refused(requests.AddKey("clinic24", Scope.READ)).why is Why.CONFLICT
    bench.ask(requests.RevokeKey("clinic24"))
    assert bench.operations.verify_key(made.key) is None
    assert bench.refused(requests.RevokeKey("clinic24")).why is Why.NOT_FOUND
    (entry,) = bench.ask(requests.ListKeys())
    assert entry.revoked_at == "2026-11-24T11:00:00.000Z"


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb"])
def test_key_names(bench: Bench, name: str) -> None:
    """A key's name can be printed on one line."""
    assert bench.refused(requests.AddKey(name, Scope.READ)).why is Why.INVALID


def test_export_changes_nothing(staffed: Bench) -> None:
    """What is exported and imported again changes nothing, also as the whole truth."""
    exported = staffed.ask(requests.ExportRoster()).text
    assert staffed.ask(requests.ImportRoster(exported)).count == 0
    assert staffed.ask(requests.ImportRoster(exported, replace=True)).count == 0


def test_dry_run(bench: Bench) -> None:
    """A dry run tells the changes and makes none."""
    text = sample(date(2026, 11, 24), 2)
    planned = bench.ask(requests.ImportRoster(text, dry_run=True))
    assert not planned.applied
    assert planned.count > 0
    assert bench.ask(requests.ImportRoster(text, dry_run=True)).count == planned.count


def test_replace_lists_deletions(staffed: Bench) -> None:
    """Deleting wants a yes, and lists what would go."""
    refused = staffed.refused(requests.ImportRoster("", replace=True))
    assert refused.why is Why.CONFLICT
    assert ("area", "remove area narsjukvard") in refused.faults
    assert staffed.ask(requests.AskWho("hc-andersberg", "nurse")).receivers


def test_roster_faults(bench: Bench) -> None:
    """Every fault of a roster comes with its path."""
    refused = bench.refused(requests.ImportRoster("[[unit]]\nid = 3\n[[receiver]]\nid = 'a'\n"))
    assert refused.why is Why.INVALID
    assert len(refused.faults) >= 4
    assert refused.faults[0][0].startswith("unit[0]")


def test_store_away(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that cannot be used is told as such, for reading and for writing."""

    def unavailable(*_: object) -> Deferred[Any]:
        return fail(StoreUnavailable("disk full"))

    monkeypatch.setattr(bench.writer, "run", unavailable)
    assert bench.refused(requests.AddKey("a", Scope.READ)).why is Why.UNAVAILABLE
    bench.connection.execute("DROP TABLE alert")
    assert bench.refused(requests.ListAlerts()).why is Why.UNAVAILABLE
