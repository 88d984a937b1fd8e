"""The gateway's end of the line: framing, answers, subscription, limits, and every cell of its table."""

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.clinic24.lines import (
    BUFFERED,
    LINE_LENGTH,
    UNANSWERED,
    EventReceived,
    EventRefused,
    EventServer,
    ServerEvent,
    SubscribeReceived,
)
from protocols.clinic24.messages import Answer, AnswerStatus, Outcome, rejection
from protocols.clinic24.states import TRANSITIONS, Input, State
from protocols.session import LocalProtocolError, Token

Document = Callable[..., bytes]

OUTCOME = Outcome(1, "page", "4", "s", "i", "sent", 0)
OK = Answer(status=AnswerStatus.ACCEPTED, alert="4")


def tokens(events: list[ServerEvent]) -> list[Token]:
    return [event.token for event in events if not isinstance(event, SubscribeReceived)]


def answer_all(session: EventServer, events: list[ServerEvent]) -> bytes:
    for event in events:
        if isinstance(event, EventRefused):
            session.answer(event.token, rejection(event.fault), 0.0)
        elif isinstance(event, EventReceived):
            session.answer(event.token, OK, 0.0)
    return session.data_to_send()


def in_state(state: State, line: bytes) -> tuple[EventServer, list[ServerEvent]]:
    """A session brought to `state` with one event open (none in DONE)."""
    session = EventServer()
    events = []
    if state in {State.SUBSCRIBED, State.LEAVING}:
        session.receive_data(b'{"subscribe":"status"}\n', 0.0)
    if state is State.CONDEMNED:
        events += session.receive_data(b"x" * (LINE_LENGTH + 2), 0.0)
    else:
        events += session.receive_data(line + b"\n", 0.0)
    if state in {State.FINISHING, State.LEAVING, State.DONE}:
        session.receive_eof(0.0)
    if state is State.DONE:
        answer_all(session, events)
    assert session.state is state
    return session, events


def script(document: Document) -> tuple[bytes, list[str]]:
    """A stream with good and bad lines, and the kinds of events it must give."""
    stream = b"".join(
        [
            document(id="1") + b"\n",
            document(id="2") + b"\r\n",
            b"\n\r\n",
            b"not json\n",
            document(id="3", data__priority=9) + b"\n",
            b'{"subscribe": "status", "since": 7}\n',
            document(id="4", data__profession="läkare") + b"\n",
        ]
    )
    return stream, ["1", "2", "refused", "refused", "since 7", "4"]


def name(event: ServerEvent) -> str:
    if isinstance(event, SubscribeReceived):
        return f"since {event.since}"
    return event.event.id if isinstance(event, EventReceived) else "refused"


def test_whole_and_byte_by_byte(document: Document) -> None:
    """A stream gives the same events in whatever chunks it comes."""
    stream, names = script(document)
    assert [name(event) for event in EventServer().receive_data(stream, 0.0)] == names
    session = EventServer()
    assert [name(event) for byte in stream for event in session.receive_data(bytes([byte]), 0.0)] == names


@pytest.mark.parametrize("tail", [b"{", b"x" * LINE_LENGTH, b"\r"])
def test_with_a_tail(document: Document, tail: bytes) -> None:
    """A line that has not ended changes nothing before it; at the end of file it is refused as incomplete."""
    stream, names = script(document)
    session = EventServer()
    events = session.receive_data(stream + tail, 0.0)
    assert [name(event) for event in events] == names
    (refused,) = session.receive_eof(0.0)
    assert isinstance(refused, EventRefused)
    assert "incomplete line" in refused.fault.errors[0].message


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 400), max_size=12))
def test_any_chunks(document: Document, sizes: list[int]) -> None:
    """Cut anywhere, the events are the same."""
    stream, names = script(document)
    session, got, start = EventServer(), [], 0
    for size in [*sizes, len(stream)]:
        got += session.receive_data(stream[start : start + size], 0.0)
        start += size
    assert [name(event) for event in got] == names


def test_answers_by_token_in_any_order(document: Document) -> None:
    """Answers leave in the order in which they are given, joined; a token is used once."""
    session = EventServer()
    first, second = tokens(session.receive_data(document() + b"\n" + document() + b"\n", 0.0))
    assert session.data_to_send() == b""
    session.answer(second, Answer(id="b", status=AnswerStatus.RETRY), 0.0)
    session.answer(first, Answer(id="a", status=AnswerStatus.IGNORED), 0.0)
    assert session.data_to_send() == b'{"id":"b","status":"retry"}\n{"id":"a","status":"ignored"}\n'
    assert session.data_to_send() == b""
    for token in (first, Token(99)):
        with pytest.raises(LocalProtocolError, match="no event is open"):
            session.answer(token, OK, 0.0)


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_line_of_the_longest(document: Document, ending: bytes) -> None:
    """A line of exactly 64 KiB is an event, with or without a CR after it."""
    room = LINE_LENGTH - len(document(extra=""))
    session = EventServer()
    (event,) = session.receive_data(document(extra="x" * room) + ending, 0.0)
    assert isinstance(event, EventReceived)
    assert session.close_reason is None


@pytest.mark.parametrize("ending", [b"", b"\n"])
def test_line_over_the_limit(document: Document, ending: bytes) -> None:
    """A longer line is refused, nothing after it is read, and the close waits for all open answers."""
    session = EventServer()
    before = session.receive_data(document() + b"\n", 0.0)
    over = session.receive_data(b"x" * (LINE_LENGTH + 2) + ending, 0.0)
    assert isinstance(over[0], EventRefused)
    assert "65536" in over[0].fault.errors[0].message
    assert session.receive_data(document() + b"\n", 0.0) == []
    answer_all(session, over)
    assert session.close_reason is None
    assert answer_all(session, before)
    assert session.close_reason is not None
    assert "65536" in session.close_reason


def test_half_close_with_open_events(document: Document) -> None:
    """A half-closed sender gets its answers, then the connection is closed."""
    session = EventServer()
    events = session.receive_data(document() + b"\n" + document() + b"\n", 0.0)
    assert session.receive_eof(0.0) == []
    answer_all(session, events[:1])
    assert session.close_reason is None
    assert answer_all(session, events[1:])
    assert session.close_reason == "the peer sends no more and has its answers"


def test_half_close_with_nothing_open() -> None:
    """A sender without open events is let go at once, and a second end of file is harmless."""
    session = EventServer()
    assert session.receive_eof(0.0) == []
    assert session.close_reason is not None
    assert session.receive_eof(0.0) == []


def test_half_closed_subscriber(document: Document) -> None:
    """A half-closed subscriber gets outcomes until its last answer is out, then the connection is closed."""
    session, events = in_state(State.LEAVING, document())
    session.send(OUTCOME, 0.0)
    assert b'"seq":1' in session.data_to_send()
    assert session.close_reason is None
    answer_all(session, events)
    assert session.close_reason is not None
    session.send(OUTCOME, 0.0)


def test_second_subscription_is_refused() -> None:
    """A connection has one subscription; the second request is answered with its path."""
    session = EventServer()
    assert session.receive_data(b'{"subscribe":"status"}\n', 0.0) == [SubscribeReceived(None)]
    (refused,) = session.receive_data(b'{"subscribe":"status","since":4}\n', 0.0)
    assert isinstance(refused, EventRefused)
    assert refused.fault.errors[0].path == "subscribe"
    (refused,) = EventServer().receive_data(b'{"subscribe":"all"}\n', 0.0)
    assert isinstance(refused, EventRefused)


def test_backpressure(document: Document) -> None:
    """At most UNANSWERED events are open; the rest waits, is asked for by the deadline, and none is lost."""
    session = EventServer()
    stream = b"".join(document(id=str(number)) + b"\n" for number in range(UNANSWERED + 3))
    events = session.receive_data(stream, 5.0)
    assert len(events) == session.unanswered == UNANSWERED
    assert session.paused
    assert session.next_deadline() is None
    assert session.receive_data(document(id="last") + b"\n", 5.0) == []
    answer_all(session, events[:2])
    assert not session.paused
    assert session.next_deadline() == 0.0
    more = session.tick(6.0)
    assert [name(event) for event in more] == [str(UNANSWERED), str(UNANSWERED + 1)]
    assert session.tick(6.0) == []
    answer_all(session, events[2:] + more)
    assert [name(event) for event in session.tick(7.0)] == [str(UNANSWERED + 2), "last"]
    assert session.next_deadline() is None


def test_end_of_file_while_paused(document: Document) -> None:
    """What waits at the end of file is read then, and answered before the close."""
    session = EventServer()
    stream = b"".join(document(id=str(number)) + b"\n" for number in range(UNANSWERED + 2))
    events = session.receive_data(stream, 0.0)
    events += session.receive_eof(0.0)
    assert [name(event) for event in events] == [str(number) for number in range(UNANSWERED + 2)]
    assert session.close_reason is None
    answer_all(session, events)
    assert session.close_reason is not None


def test_bytes_ahead_are_bounded(document: Document) -> None:
    """A sender that does not wait is cut off before the buffer grows beyond its bound."""
    session = EventServer()
    line = document() + b"\n"
    session.receive_data(line * UNANSWERED, 0.0)
    refused: list[ServerEvent] = []
    while not refused:
        refused = session.receive_data(line * 200, 0.0)
        assert len(session._buffer) <= BUFFERED
    assert isinstance(refused[0], EventRefused)
    assert session.state is State.CONDEMNED


@pytest.mark.parametrize(("state", "moved_by"), list(itertools.product(State, Input)))
def test_every_cell(document: Document, state: State, moved_by: Input) -> None:
    """Each cell of the table does what it says; a forbidden one raises or is refused, and nothing moves."""
    session, events = in_state(state, document())
    target = TRANSITIONS.get((state, moved_by), state)
    reading = state in {State.READING, State.SUBSCRIBED}
    if moved_by is Input.SUBSCRIBE:
        got = session.receive_data(b'{"subscribe":"status"}\n', 0.0)
        expected = {State.READING: SubscribeReceived, State.SUBSCRIBED: EventRefused}.get(state)
        assert [type(event) for event in got] == ([expected] if expected else [])
    elif moved_by is Input.OVERLONG:
        got = session.receive_data(b"x" * (LINE_LENGTH + 2), 0.0)
        assert len(got) == reading
    elif moved_by is Input.EOF:
        assert session.receive_eof(0.0) == []
    elif moved_by is Input.OUTCOME:
        assert session.subscribed == ((state, moved_by) in TRANSITIONS)
        if session.subscribed:
            session.send(OUTCOME, 0.0)
        else:
            with pytest.raises(LocalProtocolError, match="did not subscribe"):
                session.send(OUTCOME, 0.0)
    else:
        answer_all(session, events) if state is not State.DONE else None
    assert session.state is target
    assert (session.close_reason is not None) == (target is State.DONE)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.binary(max_size=300) | st.just(b'{"subscribe":"status"}\n') | st.just(b"{}\n"), max_size=20)
)
def test_random_bytes(chunks: list[bytes]) -> None:
    """Whatever arrives raises nothing, and every token can be answered."""
    session = EventServer()
    for chunk in chunks:
        answer_all(session, session.receive_data(chunk, 0.0))
        assert len(session._buffer) <= LINE_LENGTH + 1
    answer_all(session, session.receive_eof(0.0))
    assert session.unanswered == 0


def test_a_long_line_in_pieces_is_searched_once() -> None:
    """Bytes that held no line end are not looked at again."""
    session = EventServer()
    for start in range(0, LINE_LENGTH, 64):
        session.receive_data(b"x" * 64, 0.0)
        assert session._searched == start + 64
