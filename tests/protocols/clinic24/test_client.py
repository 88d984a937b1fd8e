"""Clinic24's end of the line, and both ends joined over every kind of line."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.clinic24.client import (
    ANSWER_LENGTH,
    AnswerReceived,
    ClientEvent,
    EventClient,
    NotUnderstood,
    OutcomeReceived,
    RawLine,
)
from protocols.clinic24.event import Event, Kind
from protocols.clinic24.lines import EventReceived, EventRefused, EventServer, SubscribeReceived
from protocols.clinic24.messages import Answer, AnswerStatus, Outcome, Subscribe, encode_answer, rejection
from protocols.session import LocalProtocolError, Token
from simulators.lines import Fragmenting, Garbling, Late, Line, Lossy, Plain

EVENTS = [
    Event("clinic24/gavleborg", f"e{number}", Kind.ESCALATED, 1795521900000, "hc", "läkare", 1, f"A-{number}")
    for number in range(20)
]
LINES: dict[str, Callable[[], Line]] = {
    "plain": Plain,
    "fragmenting": lambda: Fragmenting(3),
    "late": lambda: Late(0.7),
    "lossy": lambda: Lossy(3, 0.002),
    "garbling": lambda: Garbling(3, 0.002),
}


def serve(server: EventServer, data: bytes, now: float) -> None:
    """A gateway that accepts every right event, and tells an outcome of it to a subscriber."""
    for event in server.receive_data(data, now):
        if isinstance(event, EventReceived):
            right = event.event
            answer = Answer(source=right.source, id=right.id, status=AnswerStatus.ACCEPTED, alert="4")
            server.answer(event.token, answer, now)
            if server.subscribed:
                server.send(Outcome(7, "page", "4", right.source, right.id, "sent", 0), now)
        elif isinstance(event, EventRefused):
            server.answer(event.token, rejection(event.fault), now)
        else:
            assert event == SubscribeReceived(0)


def join(up: Line, down: Line) -> tuple[EventClient, list[ClientEvent]]:
    client, server = EventClient(), EventServer()
    client.send(Subscribe(0), 0.0)
    for event in EVENTS:
        client.send(event, 0.0)
    got: list[ClientEvent] = []
    for at, piece in up.carry(client.data_to_send(), 0.0):
        serve(server, piece, at)
        for later, back in down.carry(server.data_to_send(), at):
            got += client.receive_data(back, later)
    return client, got


@pytest.mark.parametrize("kind", ["plain", "fragmenting", "late"])
def test_both_ends_over_a_faithful_line(kind: str) -> None:
    """Every event is answered and its outcome told, in order."""
    _, got = join(LINES[kind](), LINES[kind]())
    answered = [event.answer.id for event in got if isinstance(event, AnswerReceived)]
    told = [event.outcome.id for event in got if isinstance(event, OutcomeReceived)]
    assert answered == told == [event.id for event in EVENTS]
    assert len(got) == 2 * len(EVENTS)


@pytest.mark.parametrize("kind", ["lossy", "garbling"])
def test_both_ends_over_a_bad_line(kind: str) -> None:
    """A line that loses or garbles bytes spoils single lines: the others are answered and nothing raises."""
    client, got = join(LINES[kind](), LINES[kind]())
    accepted = [
        event
        for event in got
        if isinstance(event, AnswerReceived) and event.answer.status is AnswerStatus.ACCEPTED
    ]
    assert 0 < len(accepted) < len(EVENTS)
    assert client.close_reason is None


def test_raw_lines() -> None:
    """A raw line is sent as it is."""
    client = EventClient()
    client.send(RawLine(b'{"half'), 0.0)
    assert client.data_to_send() == b'{"half'
    assert client.data_to_send() == b""


def test_not_understood() -> None:
    """A line that is neither answer nor outcome is told, and the connection goes on; so is half a line."""
    client = EventClient()
    good = encode_answer(Answer(id="1", status=AnswerStatus.IGNORED))
    first, second = client.receive_data(b"hello\r\n\r\n\n" + good + b"\r\n{", 0.0)
    assert isinstance(first, NotUnderstood)
    assert isinstance(second, AnswerReceived)
    (half,) = client.receive_eof(0.0)
    assert isinstance(half, NotUnderstood)
    assert client.close_reason == "the gateway closed the connection"
    assert client.receive_data(good + b"\n", 0.0) == []
    with pytest.raises(LocalProtocolError, match="closed"):
        client.send(EVENTS[0], 0.0)


def test_endless_line() -> None:
    """A line without end closes the connection instead of filling the memory."""
    client = EventClient()
    assert client.receive_data(b"x" * ANSWER_LENGTH, 0.0) == []
    assert client.close_reason is None
    assert client.receive_data(b"x", 0.0) == []
    assert client.close_reason is not None
    assert str(ANSWER_LENGTH) in client.close_reason


def test_nothing_wants_an_answer_or_a_tick() -> None:
    """The client's end has no tokens and no timers."""
    client = EventClient()
    client.sent(1.0)
    assert client.next_deadline() is None
    assert client.tick(9.0) == []
    with pytest.raises(LocalProtocolError):
        client.answer(Token(1), None, 0.0)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=10))
def test_random_bytes(chunks: list[bytes]) -> None:
    """Whatever the gateway sends raises nothing."""
    client = EventClient()
    for chunk in chunks:
        client.receive_data(chunk, 0.0)
    client.receive_eof(0.0)
