"""The states of the gateway's end of a Clinic24 connection, as a table."""

from enum import StrEnum, auto
from typing import Final


class State(StrEnum):
    """What the connection is for, and what still comes."""

    READING = auto()
    SUBSCRIBED = auto()  # and reading
    FINISHING = auto()  # the peer sends no more; open answers go out
    LEAVING = auto()  # the same of a subscriber: outcomes go out too until then
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
    (State.SUBSCRIBED, Input.EOF): State.LEAVING,
    (State.SUBSCRIBED, Input.OUTCOME): State.SUBSCRIBED,
    (State.SUBSCRIBED, Input.SETTLED): State.SUBSCRIBED,
    (State.FINISHING, Input.EOF): State.FINISHING,
    (State.FINISHING, Input.SETTLED): State.DONE,
    (State.LEAVING, Input.EOF): State.LEAVING,
    (State.LEAVING, Input.OUTCOME): State.LEAVING,
    (State.LEAVING, Input.SETTLED): State.DONE,
    (State.CONDEMNED, Input.EOF): State.CONDEMNED,
    (State.CONDEMNED, Input.OUTCOME): State.CONDEMNED,  # a subscriber's, crossing the close
    (State.CONDEMNED, Input.SETTLED): State.DONE,
    (State.DONE, Input.EOF): State.DONE,
    (State.DONE, Input.OUTCOME): State.DONE,  # the same
}
"""A cell that is missing is forbidden: asked for by us it raises LocalProtocolError, sent by the peer it is
refused (a second subscription)."""
