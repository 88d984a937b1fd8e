"""What is accepted and saved is what is loaded."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from gateway.model import Alert, Attempt, OutcomeWord, PageState, Proof, Step
from gateway.store import alerts, history
from gateway.store.alerts import UnknownAlert, accept, save
from gateway.store.connection import tx
from gateway.store.migrations import open_store
from gateway.store.values import Accepted, Duplicate

MakeAlert = Callable[..., Alert]
MakeStep = Callable[..., Step]
MakeAttempt = Callable[..., Attempt]


def accepted(conn: sqlite3.Connection, alert: Alert, *steps: Step) -> Alert:
    stored = accept(conn, alert, steps)
    assert isinstance(stored, Accepted)
    return stored.alert


def test_a_new_event_is_an_alert(
    conn: sqlite3.Connection, make_alert: MakeAlert, make_step: MakeStep
) -> None:
    """An accepted alert gets a number, and is loaded as it was given, with its steps."""
    steps = [make_step(text="accepted"), make_step(OutcomeWord.NO_RECEIVER, scope="alert", final=True)]
    stored = accept(conn, make_alert(), steps)
    assert isinstance(stored, Accepted)
    assert stored.alert == make_alert(id=stored.alert.id)
    assert stored.alert.id > 0
    assert not stored.conflicting
    assert [outcome.status for outcome in stored.outcomes] == [OutcomeWord.NO_RECEIVER]
    assert alerts.load(conn, stored.alert.id) == stored.alert
    assert history.timeline(conn, stored.alert.id) == steps


def test_a_technical_alarm_is_an_alert_too(conn: sqlite3.Connection, make_alert: MakeAlert) -> None:
    """An alert without kind, role or case is stored and loaded."""
    alert = accepted(conn, make_alert(kind=None, role=None, case=None))
    assert alerts.load(conn, alert.id) == alert


def test_a_repeat_is_a_duplicate_of_the_first(
    conn: sqlite3.Connection, make_alert: MakeAlert, make_step: MakeStep
) -> None:
    """An equal digest finds the alert as it stands now, and writes nothing."""
    first = accepted(conn, make_alert(), make_step())
    closed = replace(first, closed=OutcomeWord.ACKNOWLEDGED, closed_at=5)
    save(conn, closed, [])
    assert accept(conn, make_alert(), [make_step()]) == Duplicate(closed)
    assert len(history.timeline(conn, first.id)) == 1


def test_an_id_used_twice_is_a_new_alert(conn: sqlite3.Connection, make_alert: MakeAlert) -> None:
    """Another digest under the same id is stored and told; a repeat of either finds its own alert."""
    first = accepted(conn, make_alert(digest="aa"))
    second = accept(conn, make_alert(digest="bb"), [])
    assert isinstance(second, Accepted)
    assert second.conflicting
    assert accept(conn, make_alert(digest="aa"), []) == Duplicate(first)
    assert accept(conn, make_alert(digest="bb"), []) == Duplicate(second.alert)


def test_source_and_id_name_an_event_together(conn: sqlite3.Connection, make_alert: MakeAlert) -> None:
    """The same id of another source, or the same text cut elsewhere, is another event."""
    names = [("a", "b"), ("a", "c"), ("c", "b"), ("a\0b", ""), ("a", "\0b")]
    stored = [accept(conn, make_alert(source=source, event=event), []) for source, event in names]
    assert [isinstance(one, Accepted) and not one.conflicting for one in stored] == [True] * len(names)


def test_equal_hashes_are_not_equal_events(
    conn: sqlite3.Connection, make_alert: MakeAlert, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two events whose key in the index is the same by chance are two events."""
    monkeypatch.setattr(alerts, "_event_key", lambda alert: 7)
    first = accept(conn, make_alert(event="x"), [])
    second = accept(conn, make_alert(event="y"), [])
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert not second.conflicting


def test_a_change_is_written_whole(
    conn: sqlite3.Connection, make_alert: MakeAlert, make_step: MakeStep, make_attempt: MakeAttempt
) -> None:
    """A save writes the state, the steps, the attempts that begin and the identities that carriers gave."""
    alert = accepted(conn, make_alert(), make_step(text="accepted"))
    pages = (replace(alert.pages[0], state=PageState.SENDING, attempts=1),)
    changed = replace(alert, pages=pages)
    saved = save(conn, changed, [make_step(text="begun")], [make_attempt(id=41)], [(41, "ref-9")])
    assert saved.outcomes == []
    assert alerts.load(conn, alert.id) == changed
    assert alerts.attempts_of(conn, alert.id) == [make_attempt(id=41, ref="ref-9")]
    assert [step.text for step in history.timeline(conn, alert.id)] == ["accepted", "begun"]


def test_an_attempt_written_again_is_left_alone(
    conn: sqlite3.Connection, make_alert: MakeAlert, make_attempt: MakeAttempt
) -> None:
    """After a doubtful commit the same step may come again: its attempt stands once."""
    alert = accepted(conn, make_alert())
    for _ in range(2):
        save(conn, alert, [], [make_attempt(id=3)])
    assert alerts.attempts_of(conn, alert.id) == [make_attempt(id=3)]
    assert alerts.last_attempt(conn) == 3


def test_a_closed_alert_is_never_opened(
    conn: sqlite3.Connection, make_alert: MakeAlert, make_step: MakeStep
) -> None:
    """A save of an open state over a closed one is refused; what comes after the end is still written."""
    alert = accepted(conn, make_alert())
    closed = replace(alert, closed=OutcomeWord.CANCELLED, closed_at=9)
    save(conn, closed, [])
    with pytest.raises(UnknownAlert):
        save(conn, alert, [])
    late = save(conn, closed, [make_step(OutcomeWord.ACKNOWLEDGED, late=True)])
    assert late.outcomes[0].late
    assert alerts.load(conn, alert.id) == closed


def test_what_is_not_stored_is_unknown(conn: sqlite3.Connection, make_alert: MakeAlert) -> None:
    """Loading or saving an alert that does not exist says so."""
    with pytest.raises(UnknownAlert, match="4711"):
        alerts.load(conn, 4711)
    with pytest.raises(UnknownAlert, match="4711"):
        save(conn, make_alert(id=4711), [])


def test_outcomes_are_numbered_without_holes(
    conn: sqlite3.Connection, make_alert: MakeAlert, make_step: MakeStep
) -> None:
    """Only steps with a status get a number; what a savepoint or a transaction undid leaves no hole."""
    alert = accepted(
        conn, make_alert(), make_step(OutcomeWord.SENT), make_step(), make_step(OutcomeWord.READ)
    )
    with tx(conn):
        conn.execute("SAVEPOINT member")
        save(conn, alert, [make_step(OutcomeWord.DELIVERED)])
        conn.execute("ROLLBACK TO SAVEPOINT member")
        assert save(conn, alert, [make_step(OutcomeWord.DELIVERED)]).outcomes[0].seq == 3
    with pytest.raises(UnknownAlert), tx(conn):  # noqa: PT012 - both are one transaction
        save(conn, alert, [make_step(OutcomeWord.EXPIRED)])
        save(conn, replace(alert, id=99), [make_step(OutcomeWord.EXPIRED)])
    save(conn, alert, [make_step(OutcomeWord.ACKNOWLEDGED)])
    assert [outcome.seq for outcome in history.outcomes(conn, 0, 10)] == [1, 2, 3, 4]
    assert history.last_seq(conn) == 4


def test_a_restart_finds_the_open_alerts(conn: sqlite3.Connection, make_alert: MakeAlert) -> None:
    """Every open alert is listed with when something is due, the most urgent first; a closed one is not."""
    waiting = accepted(conn, make_alert(event="1", pages=()))
    due = accepted(conn, make_alert(event="2", priority=1))
    closed = accepted(conn, make_alert(event="3"))
    save(conn, replace(closed, closed=OutcomeWord.EXPIRED, closed_at=1), [])
    assert due.escalates_at is not None
    assert alerts.open_ids(conn) == [
        (due.id, 1, due.pages[0].due_at),
        (waiting.id, 2, due.escalates_at),
    ]


def test_a_begun_attempt_is_due(conn: sqlite3.Connection, make_alert: MakeAlert) -> None:
    """A page in doubt after a crash counts as due; one that was taken waits for its receiver."""
    alert = make_alert()
    page = alert.pages[0]
    assert alerts.next_at(replace(alert, pages=(replace(page, state=PageState.SENDING),))) == page.due_at
    sent = replace(alert, pages=(replace(page, state=PageState.SENT),))
    assert alerts.next_at(sent) == alert.escalates_at
    assert alerts.next_at(replace(sent, escalates_at=None)) == alert.expires_at
    assert alerts.next_at(replace(alert, closed=OutcomeWord.EXPIRED)) is None


def test_the_open_alerts_of_a_case(conn: sqlite3.Connection, make_alert: MakeAlert) -> None:
    """Source, unit and case must all be equal, and the alert open."""
    others: list[dict[str, str | None]] = [
        {},
        {},
        {},
        {"case": "B"},
        {"case": None},
        {"unit": "x"},
        {"source": "other"},
    ]
    first, second, closed, *_ = (
        accepted(conn, make_alert(event=str(number), **other)) for number, other in enumerate(others)
    )
    save(conn, replace(closed, closed=OutcomeWord.EXPIRED, closed_at=1), [])
    found = alerts.open_of_case(conn, "clinic24/gavleborg", "hc-andersberg", "A-1042")
    assert found == [first.id, second.id]


def test_attempts_to_a_number(
    conn: sqlite3.Connection, make_alert: MakeAlert, make_attempt: MakeAttempt
) -> None:
    """The attempts to one number over one carrier since an instant, the oldest first."""
    alert = accepted(conn, make_alert())
    wanted = [make_attempt(id=2, begun_at=20), make_attempt(id=1, begun_at=30)]
    others = [
        make_attempt(id=3, begun_at=19),
        make_attempt(id=4, begun_at=25, carrier="sms"),
        make_attempt(id=5, begun_at=25, number="20118"),
    ]
    save(conn, alert, [], [*others, *wanted])
    assert alerts.attempts_to(conn, "dect", "20117", 20) == wanted


def test_everything_is_there_after_a_restart(
    path: Path, make_alert: MakeAlert, make_step: MakeStep, make_attempt: MakeAttempt
) -> None:
    """A store that is opened again gives back every alert, step, outcome and attempt, and counts on."""
    step = make_step(OutcomeWord.SENT, proof=Proof.SENT)
    with closing(open_store(path)) as conn:
        alert = accepted(conn, make_alert())
        save(conn, alert, [step], [make_attempt()], [(1, "r")])
        told = history.outcomes(conn, 0, 10)
    with closing(open_store(path)) as conn:
        assert alerts.load(conn, alert.id) == alert
        assert history.timeline(conn, alert.id) == [step]
        assert history.outcomes(conn, 0, 10) == told
        assert alerts.attempts_of(conn, alert.id) == [make_attempt(ref="r")]
        assert alerts.open_ids(conn) == [(alert.id, 2, alert.pages[0].due_at)]
        assert save(conn, alert, [step]).outcomes[0].seq == 2
        assert accepted(conn, make_alert(event="next")).id > alert.id
