"""The contract that every session of this package keeps.

A session is one end of one connection, without the connection: bytes and the time go in, bytes and
events come out. Both ends of a protocol are sessions, so a test joins two of them with no socket, and
the gateway and the simulators pump the same code over Twisted (`protocols.transport`).

Rules:

1. Time is an argument, `now`, in monotonic seconds. A session never asks for it, and never sleeps.
2. A late `tick` does not differ from one in time: whatever was due happens as at its own deadline, and
   in the order of the deadlines. `receive_data` first does what was due before `now`.
3. A session lives as long as its connection. A new connection gets a new session.
4. Remote input never raises. What the peer did wrong comes out as an event; if the session cannot go on,
   it sets `close_reason`, and whoever pumps it sends what is left and closes.
5. `LocalProtocolError` is raised when *we* ask for what the state forbids; nothing has changed then.
6. What is received and wants a durable answer comes out as an event with a `Token`. The session answers
   nothing until `answer(token, …)`; a token is used once, one from before a reset is refused.
7. Memory is bounded by named constants, whatever arrives.
"""

from typing import NewType, Protocol, TypeVar

Token = NewType("Token", int)
"""Names one received message that waits for its answer, within one session."""


class ProtocolError(Exception):
    """Base of every error that a module of this package raises on purpose."""


class LocalProtocolError(ProtocolError):
    """Our side asked for something that the state of the session, or the format, does not allow."""


class RemoteProtocolError(ProtocolError):
    """Bytes that do not follow the protocol; raised by codecs, never by a session's `receive_data`."""


CommandT_contra = TypeVar("CommandT_contra", contravariant=True)
AnswerT_contra = TypeVar("AnswerT_contra", contravariant=True)
EventT = TypeVar("EventT")


class Session(Protocol[CommandT_contra, AnswerT_contra, EventT]):
    """One end of one connection."""

    @property
    def close_reason(self) -> str | None:
        """Why the connection must be closed now, in words for the log; None while it goes on."""

    def receive_data(self, data: bytes, now: float) -> list[EventT]:
        """Take what arrived, in any chunking; link answers are ready in `data_to_send` on return."""

    def receive_eof(self, now: float) -> list[EventT]:
        """The peer sends no more; events say what became of everything that was under way."""

    def send(self, command: CommandT_contra, now: float) -> None:
        """Ask for something to be said. Raises LocalProtocolError where the state forbids it."""

    def answer(self, token: Token, answer: AnswerT_contra, now: float) -> None:
        """Give the durable answer to what came with `token`. Raises LocalProtocolError if it is not open."""

    def data_to_send(self) -> bytes:
        """Take the bytes that are ready to leave; the second call in a row returns b''."""

    def sent(self, now: float) -> None:
        """The last byte taken has left the line at `now`, which may lie ahead on a slow line."""

    def next_deadline(self) -> float | None:
        """When `tick` wants to be called at the latest; None if nothing is timed."""

    def tick(self, now: float) -> list[EventT]:
        """Do whatever is due at `now`; harmless when nothing is."""
