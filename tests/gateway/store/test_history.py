"""What people and the other ends of the wires read."""

import sqlite3
from collections.abc import Callable

from msgspec.structs import replace

from gateway.model import Alert, OutcomeWord, Proof, Refusal, Step
from gateway.store import history, meta
from gateway.store.alerts import accept, save
from gateway.store.values import Accepted, StoredOutcome

MakeAlert = Callable[..., Alert]
MakeStep = Callable[..., Step]


def test_outcomes_from_a_number_on(
    conn: sqlite3.Connection, make_alert: MakeAlert, make_step: MakeStep
) -> None:
    """A listener gets what came after its number, in order, up to its limit, as told live."""
    end = make_step(
        OutcomeWord.ACKNOWLEDGED, scope="alert", page=None, carrier=None, final=True, proof=Proof.READ
    )
    stored = accept(conn, make_alert(), [make_step(OutcomeWord.SENT), make_step(OutcomeWord.READ), end])
    assert isinstance(stored, Accepted)
    assert history.outcomes(conn, 0, 10) == stored.outcomes
    assert history.outcomes(conn, 1, 1) == stored.outcomes[1:2]
    assert history.outcomes(conn, 3, 10) == []
    assert stored.outcomes[2] == StoredOutcome(
        seq=3,
        scope="alert",
        alert=stored.alert.id,
        source="clinic24/gavleborg",
        event="7c1f",
        status=OutcomeWord.ACKNOWLEDGED,
        receiver="Anna Berg",
        carrier=None,
        at=end.at,
        final=True,
        late=False,
        proof=Proof.READ,
        reason="because",
    )


def test_no_outcome_yet(conn: sqlite3.Connection) -> None:
    """An empty store has the last number 0."""
    assert history.last_seq(conn) == 0


def test_the_last_alerts(conn: sqlite3.Connection, make_alert: MakeAlert) -> None:
    """The newest come first, up to the limit; closed ones are left out where that is asked."""
    for event in "abc":
        accept(conn, make_alert(event=event), [])
    newest = history.recent(conn, 1)[0]
    save(conn, replace(newest, closed=OutcomeWord.FAILED, closed_at=1), [])
    assert [alert.event for alert in history.recent(conn, 2)] == ["c", "b"]
    assert [alert.event for alert in history.recent(conn, 9, open_only=True)] == ["b", "a"]


def test_refusals(conn: sqlite3.Connection) -> None:
    """What became no alert is read back whole, the newest first."""
    bare = Refusal(1, "rejected", "tcp", None, None, None, None, None, (("", "no JSON object"),))
    full = Refusal(2, "ignored", "mqtt", "s", "e", "triaged", "u", 1, (("data.priority", "no å"), ("x", "y")))
    history.refuse(conn, bare)
    history.refuse(conn, full)
    assert history.refusals(conn, 10) == [full, bare]
    assert history.refusals(conn, 1) == [full]


def test_single_facts(conn: sqlite3.Connection) -> None:
    """A text under a key is replaced by the next one."""
    assert meta.get(conn, "k") is None
    meta.put(conn, "k", "1")
    meta.put(conn, "k", "2")
    assert meta.get(conn, "k") == "2"
