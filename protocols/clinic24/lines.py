"""The line protocol over TCP, the gateway's end: events in, one answer each, and outcomes to a subscriber.

UTF-8, one JSON document a line, LF (a CR before it is dropped), empty lines ignored. By the rules of
`protocols.session`, and:

- every line that is no event is an event too (`EventRefused`): the gateway stores a rejection before it is
  answered, so it has a token;
- a line over `LINE_LENGTH` ends the connection, after all that is open has been answered; what follows it
  is not read;
- a half-closed sender still gets its answers, then the connection is closed, also that of a subscriber:
  a peer that has gone for good looks just the same, and would hold its connection until the next outcome;
- while `UNANSWERED` events are open, further lines wait unread in the buffer, and `paused` asks the owner
  to stop reading. They come out of `tick` when answers have gone out.
"""

from typing import Final

from msgspec import Struct

from protocols.clinic24.event import Event, EventFault, FieldError, decode
from protocols.clinic24.messages import (
    Answer,
    Outcome,
    decode_subscribe,
    encode_answer,
    encode_outcome,
)
from protocols.clinic24.states import TRANSITIONS, Input, State
from protocols.session import LocalProtocolError, Token

LINE_LENGTH: Final = 65536
"""Bytes of a line without its end; an event has a few hundred."""

UNANSWERED: Final = 2048
"""Open events of one connection: some ten group commits under full load, and about 2 MB."""

BUFFERED: Final = 1 << 20
"""Bytes that may wait while paused. An owner that stops reading when asked never comes near it; beyond it
the connection ends, and the sender, who has no answer, repeats."""


class EventReceived(Struct, frozen=True):
    """A right event; wants its answer by `token`, after the commit."""

    token: Token
    event: Event


class EventRefused(Struct, frozen=True):
    """A line that is no event; wants its answer by `token`, after the rejection has been stored."""

    token: Token
    fault: EventFault


class SubscribeReceived(Struct, frozen=True):
    """The peer wants outcomes: those after `since`, then each as it happens; None: only new ones."""

    since: int | None


ServerEvent = EventReceived | EventRefused | SubscribeReceived


_READING: Final = frozenset({State.READING, State.SUBSCRIBED})


class EventServer:
    """The gateway's end of one connection."""

    def __init__(self) -> None:
        self._state = State.READING
        self._buffer = bytearray()
        self._searched = 0  # bytes at the head of the buffer that hold no line end
        self._next_token = 1
        self._open: set[Token] = set()
        self._out: list[bytes] = []
        self._why = "the peer sends no more and has its answers"
        self._close_reason: str | None = None

    @property
    def state(self) -> State:
        """Where the connection stands."""
        return self._state

    @property
    def close_reason(self) -> str | None:
        return self._close_reason

    @property
    def subscribed(self) -> bool:
        """Whether an `Outcome` may be sent."""
        return (self._state, Input.OUTCOME) in TRANSITIONS

    @property
    def paused(self) -> bool:
        """Whether the owner should stop reading until answers have gone out."""
        return len(self._open) >= UNANSWERED

    @property
    def unanswered(self) -> int:
        """How many events are open."""
        return len(self._open)

    def receive_data(self, data: bytes, now: float) -> list[ServerEvent]:
        if self._state not in _READING:
            return []
        self._buffer += data
        return self._read(UNANSWERED)

    def receive_eof(self, now: float) -> list[ServerEvent]:
        # What waited is read now, whatever is open: there is no later, and the buffer is bounded.
        events = self._read(None)
        if self._buffer and self._state in _READING:
            events.append(self._refuse("incomplete line: the connection ended before its LF; send it again"))
        self._buffer.clear()
        self._move(Input.EOF)
        self._settle()
        return events

    def send(self, command: Outcome, now: float) -> None:
        if not self.subscribed:
            raise LocalProtocolError(
                f"no outcome may be sent in state {self._state}: the peer did not subscribe"
            )
        self._out.append(encode_outcome(command))

    def answer(self, token: Token, answer: Answer, now: float) -> None:
        if token not in self._open:
            raise LocalProtocolError(f"no event is open by token {token}")
        self._open.remove(token)
        self._out.append(encode_answer(answer))
        if not self._open:
            self._settle()

    def data_to_send(self) -> bytes:
        if not self._out:
            return b""
        self._out.append(b"")
        data = b"\n".join(self._out)
        self._out.clear()
        return data

    def sent(self, now: float) -> None:
        """Nothing here is timed by the line."""

    def next_deadline(self) -> float | None:
        """Ask for a `tick` at once while lines wait that may be read by now."""
        due = not self.paused and self._state in _READING and self._buffer.find(b"\n", self._searched) >= 0
        return 0.0 if due else None

    def tick(self, now: float) -> list[ServerEvent]:
        return self._read(UNANSWERED)

    def _read(self, most_open: int | None) -> list[ServerEvent]:
        """Take lines off the buffer until it holds none or `most_open` events are open."""
        events: list[ServerEvent] = []
        buffer, start, search = self._buffer, 0, self._searched
        while self._state in _READING:
            if most_open is not None and len(self._open) >= most_open:
                search = start
                break
            end = buffer.find(b"\n", search)
            if end < 0:
                search = len(buffer)
                break
            line = bytes(buffer[start:end])
            start = search = end + 1
            if line.endswith(b"\r"):
                line = line[:-1]
            if line:
                events.append(self._take(line))
        del buffer[:start]
        self._searched = search - start
        self._guard(events)
        return events

    def _take(self, line: bytes) -> ServerEvent:
        if len(line) > LINE_LENGTH:
            return self._condemn(f"is a line of more than {LINE_LENGTH} bytes; the connection is closed")
        try:
            event = decode(line)
        except EventFault as fault:
            return self._take_other(line, fault)
        return EventReceived(self._new_token(), event)

    def _take_other(self, line: bytes, fault: EventFault) -> ServerEvent:
        try:
            command = decode_subscribe(line)
        except EventFault as wrong:
            return EventRefused(self._new_token(), wrong)
        if command is None:
            return EventRefused(self._new_token(), fault)
        if (self._state, Input.SUBSCRIBE) not in TRANSITIONS:
            return self._refuse("is a second subscription; a connection has one", "subscribe")
        self._move(Input.SUBSCRIBE)
        return SubscribeReceived(command.since)

    def _guard(self, events: list[ServerEvent]) -> None:
        """Hold the bounds: of a line that has no end yet, and of what waits while paused."""
        if self._state not in _READING:
            return
        if self._searched == len(self._buffer) > LINE_LENGTH + 1:  # one for a CR
            events.append(
                self._condemn(f"is a line of more than {LINE_LENGTH} bytes; the connection is closed")
            )
        elif len(self._buffer) > BUFFERED:
            events.append(
                self._condemn(f"sent {BUFFERED} bytes ahead of {UNANSWERED} open answers; wait for them")
            )

    def _condemn(self, message: str) -> EventRefused:
        self._move(Input.OVERLONG)
        self._why = message
        self._buffer.clear()
        return self._refuse(message)

    def _refuse(self, message: str, path: str = "") -> EventRefused:
        return EventRefused(self._new_token(), EventFault((FieldError(path, message),)))

    def _new_token(self) -> Token:
        token = Token(self._next_token)
        self._next_token += 1
        self._open.add(token)
        return token

    def _move(self, by: Input) -> None:
        self._state = TRANSITIONS[self._state, by]

    def _settle(self) -> None:
        if not self._open and (self._state, Input.SETTLED) in TRANSITIONS:
            self._move(Input.SETTLED)
        if self._state is State.DONE:
            self._close_reason = self._why
