"""The line protocol over TCP, Clinic24's end: events out; answers and outcomes in.

By the rules of `protocols.session`. The state is the connection's own; which events are still without an
answer is known to whoever sends them, for they outlive a connection.
"""

from typing import Final, Never

from msgspec import Struct

from protocols.clinic24.event import Event, encode
from protocols.clinic24.messages import Answer, Outcome, Subscribe, decode_message, encode_subscribe
from protocols.session import LocalProtocolError, RemoteProtocolError, Token

ANSWER_LENGTH: Final = 2 * 65536
"""Bytes of a line: an answer repeats `source` and `id` of a line of 64 KiB, and tells what was wrong."""


class RawLine(Struct, frozen=True):
    """Bytes to be sent exactly as they are, with a line end or without; to try the far end."""

    data: bytes


class AnswerReceived(Struct, frozen=True):
    """The gateway answered an event."""

    answer: Answer


class OutcomeReceived(Struct, frozen=True):
    """The gateway tells what became of an alert or a page."""

    outcome: Outcome


class NotUnderstood(Struct, frozen=True):
    """The gateway sent a line that is neither; `reason` is for the log."""

    reason: str


ClientCommand = Event | Subscribe | RawLine
ClientEvent = AnswerReceived | OutcomeReceived | NotUnderstood


class EventClient:
    """Clinic24's end of one connection."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._out: list[bytes] = []
        self._close_reason: str | None = None

    @property
    def close_reason(self) -> str | None:
        return self._close_reason

    def receive_data(self, data: bytes, now: float) -> list[ClientEvent]:
        if self._close_reason is not None:
            return []
        *lines, rest = data.split(b"\n")
        if lines:
            lines[0] = bytes(self._buffer) + lines[0]
            self._buffer.clear()
        self._buffer += rest
        events = [self._take(line) for line in lines if line.rstrip(b"\r")]
        if len(self._buffer) > ANSWER_LENGTH:
            self._buffer.clear()
            self._close_reason = f"the gateway sent a line of more than {ANSWER_LENGTH} bytes"
        return events

    def receive_eof(self, now: float) -> list[ClientEvent]:
        incomplete = bool(self._buffer)
        self._buffer.clear()
        self._close_reason = self._close_reason or "the gateway closed the connection"
        return [NotUnderstood("the connection ended inside a line")] if incomplete else []

    def send(self, command: ClientCommand, now: float) -> None:
        if self._close_reason is not None:
            raise LocalProtocolError(f"nothing can be sent: {self._close_reason}")
        if isinstance(command, RawLine):
            self._out.append(command.data)
        elif isinstance(command, Subscribe):
            self._out.append(encode_subscribe(command) + b"\n")
        else:
            self._out.append(encode(command) + b"\n")

    def answer(self, token: Token, answer: Never, now: float) -> None:
        raise LocalProtocolError("nothing that the gateway says wants an answer")

    def data_to_send(self) -> bytes:
        data = b"".join(self._out)
        self._out.clear()
        return data

    def sent(self, now: float) -> None:
        """Nothing here is timed by the line."""

    def next_deadline(self) -> float | None:
        return None

    def tick(self, now: float) -> list[ClientEvent]:
        return []

    def _take(self, line: bytes) -> ClientEvent:
        try:
            message = decode_message(line)
        except RemoteProtocolError as error:
            return NotUnderstood(str(error))
        return AnswerReceived(message) if isinstance(message, Answer) else OutcomeReceived(message)
