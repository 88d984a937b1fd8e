"""The states of the gateway's end of a Clinic24 connection, as a table."""

from enum import StrEnum, auto
from typing import Final


class State(StrEnum):
    """What the connection is for, and what still comes."""

    READING = auto()
    SUBSCRIBED = auto()  # and reading
    FINISHING = auto()  # the peer sends no more; open answers go out
    LISTENING = auto()  # the peer sends no more, but wants outcomes
    CONDEMNED = auto()  # the peer broke the limit; open answers go out
    DONE = auto()


class Input(StrEnum):
    """What moves the state; an event or a refused line does not."""

    SUBSCRIBE = auto()
    OVERLONG = auto()
    EOF = auto()
    OUTCOME = auto()
    SETTLED = auto()  # every event has been answered


TRANSITIONS: Final[dict[tuple[State, Input], State]] = {
    (State.READING, Input.SUBSCRIBE): State.SUBSCRIBED,
    (State.READING, Input.OVERLONG): State.CONDEMNED,
    (State.READING, Input.EOF): State.FINISHING,
    (State.READING, Input.SETTLED): State.READING,
    (State.SUBSCRIBED, Input.OVERLONG): State.CONDEMNED,
    (State.SUBSCRIBED, Input.EOF): State.LISTENING,
    (State.SUBSCRIBED, Input.OUTCOME): State.SUBSCRIBED,
    (State.SUBSCRIBED, Input.SETTLED): State.SUBSCRIBED,
    (State.FINISHING, Input.EOF): State.FINISHING,
    (State.FINISHING, Input.SETTLED): State.DONE,
    (State.LISTENING, Input.EOF): State.LISTENING,
    (State.LISTENING, Input.OUTCOME): State.LISTENING,
    (State.LISTENING, Input.SETTLED): State.LISTENING,
    (State.CONDEMNED, Input.EOF): State.CONDEMNED,
    (State.CONDEMNED, Input.SETTLED): State.DONE,
    (State.DONE, Input.EOF): State.DONE,
}
"""A cell that is missing is forbidden: asked for by us it raises LocalProtocolError, sent by the peer it is
refused (a second subscription)."""
