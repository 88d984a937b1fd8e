"""Calls of other systems: repeats, what names them, what was told, and that what they said is forgotten."""

import sqlite3

from msgspec.structs import replace

from gateway.model import Alert, IncomingCall, OneWay, OutcomeWord, Step, Subject
from gateway.store import calls, history
from gateway.store.alerts import save
from gateway.store.values import Accepted, Duplicate

AT = 1_795_000_000_000


def call(
    session: str = "1", at: int = AT, block: bytes = b"block", running: str | None = None
) -> IncomingCall:
    return IncomingCall("line", session, "20117", "Karin", block, running, at)


def alert(event: str) -> Alert:
    subject = Subject(None, "20117", "20117", True, None, None, 3, None, None, line="line", address="20117")
    return Alert(0, "espa444/line", event, event, subject, AT, AT + 1000, OneWay.ESCALATE, ())


def accept(conn: sqlite3.Connection, event: str, one: IncomingCall) -> Accepted | Duplicate:
    return calls.accept_call(conn, alert(event), (Step(one.at, "alert", "accepted"),), one)


def opened(conn: sqlite3.Connection, event: str, one: IncomingCall) -> Alert:
    stored = accept(conn, event, one)
    assert isinstance(stored, Accepted)
    return stored.alert


def test_same_bytes_within_5_s_are_one_alert_while_it_is_open(conn: sqlite3.Connection) -> None:
    """In the same session without a word, in a new one with a line in the timeline; later a new alert."""
    first = opened(conn, "a", call())
    assert isinstance(accept(conn, "a", call(at=AT + 1)), Duplicate)
    assert [step.text for step in history.timeline(conn, first.id)] == ["accepted"]
    again = accept(conn, "b", call("2", AT + calls.SAME_CALL_WITHIN - 1))
    assert isinstance(again, Duplicate)
    assert again.alert.id == first.id
    assert [step.text for step in history.timeline(conn, first.id)] == ["accepted", calls.CAME_AGAIN]
    assert isinstance(accept(conn, "c", call("3", AT + calls.SAME_CALL_WITHIN)), Accepted)


def test_other_bytes_other_line_and_a_closed_alert_are_new(conn: sqlite3.Connection) -> None:
    """Only an open alert of the same call takes a repeat in; the same session's event never becomes two."""
    first = opened(conn, "a", call())
    assert isinstance(accept(conn, "b", call("2", block=b"other")), Accepted)
    assert isinstance(
        accept(conn, "c", IncomingCall("line-2", "3", "20117", "", b"block", None, AT)), Accepted
    )
    closed = replace(first, closed=OutcomeWord.CANCELLED, closed_at=AT + 1)
    save(conn, closed, (Step(AT + 1, "alert", "closed", status=OutcomeWord.CANCELLED, final=True),))
    assert isinstance(accept(conn, "d", call("4", AT + 2)), Accepted)
    assert isinstance(accept(conn, "a", call(at=AT + 3)), Duplicate)


def test_calls_are_found_by_address_and_by_running_number(conn: sqlite3.Connection) -> None:
    """The newest first, as far as they are kept."""
    first = opened(conn, "a", call("1"))
    second = opened(conn, "b", call("2", AT + 9000, b"other", running="77"))
    found = calls.calls_to(conn, "line", "20117", AT)
    assert [(one.alert, one.block) for one in found] == [(second.id, b"other"), (first.id, b"block")]
    assert calls.calls_to(conn, "line", "20117", AT + 9000) == found[:1]
    assert [one.alert for one in calls.calls_running(conn, "line", "77", AT)] == [second.id]
    assert calls.open_calls(conn, "line") == [first.id, second.id]
    assert calls.open_calls(conn, "elsewhere") == []


def test_what_was_told_is_noted(conn: sqlite3.Connection) -> None:
    """The last status that the sender took, for the next start."""
    first = opened(conn, "a", call())
    assert calls.untold(conn, "line", AT) == [(first.id, None)]
    calls.set_told(conn, first.id, "3")
    assert calls.untold(conn, "line", AT) == [(first.id, "3")]
    assert calls.untold(conn, "line", AT + 1) == []


def test_what_a_call_said_is_forgotten_in_all_places(conn: sqlite3.Connection) -> None:
    """Text and block of the call, and the texts of its attempts; the alert and the younger calls stay."""
    old, young = opened(conn, "a", call()), opened(conn, "b", call("2", AT + 10_000))
    columns = "id, alert, page, carrier, number, text, begun_at"
    row = f"INSERT INTO attempt ({columns}) VALUES (?, ?, 0, 'd', '1', ?, 1)"
    conn.execute(row, (1, old.id, "Karin"))
    conn.execute(row, (2, young.id, "Karin"))
    assert not calls.is_due(conn, AT)
    assert calls.is_due(conn, AT + 1)
    assert calls.forget(conn, AT + 1) == 1
    assert not calls.is_due(conn, AT + 1)
    assert (calls.text_of(conn, old.id), calls.block_of(conn, old.id)) == (None, None)
    assert (calls.text_of(conn, young.id), calls.block_of(conn, young.id)) == ("Karin", b"block")
    assert conn.execute("SELECT text FROM attempt ORDER BY id").fetchall() == [("",), ("Karin",)]
    assert calls.calls_to(conn, "line", "20117", 0)[-1].alert == young.id
    assert calls.text_of(conn, 4711) is None
