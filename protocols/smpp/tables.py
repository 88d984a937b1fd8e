"""The session of both ends as tables: (state, input) → what is done and the state after it.

Rules: every cell is filled. What we may not ask for is FORBID (LocalProtocolError, nothing changes); what a
peer does out of turn is answered as SMPP 3.4 clauses 2.2 and 3.2 say, or ignored once the end has come.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class State(Enum):
    """Clause 2.2; BINDING and UNBINDING are the time between our request or the peer's and its answer."""

    OPEN = "open"
    BINDING = "binding"
    BOUND = "bound"
    UNBINDING = "unbinding"
    CLOSED = "closed"

    __hash__ = object.__hash__  # a member is one object; the hash of its name would be asked for each PDU


class Input(Enum):
    """What can happen to a session: asked by us, said by the peer, or come of time and line."""

    START = "start"
    SEND = "send a message"
    ASK_UNBIND = "ask to unbind"
    ACCEPT_BIND = "accept the bind"
    REFUSE_BIND = "refuse the bind"
    BIND = "bind"
    BIND_OK = "bind_resp ROK"
    BIND_REFUSED = "bind_resp error"
    MESSAGE = "message"
    RESPONSE = "response to a message"
    NACK = "generic_nack"
    ENQUIRE = "enquire_link"
    ENQUIRE_RESP = "enquire_link_resp"
    UNBIND = "unbind"
    UNBIND_RESP = "unbind_resp"
    NOTICE = "alert_notification or outbind"
    OTHER_REQUEST = "request that this end does not serve"
    OTHER_RESPONSE = "response that nothing asked for"
    OPENING_LATE = "bind late"
    LINK_LATE = "enquire_link_resp late"
    UNBIND_LATE = "unbind_resp late"
    BROKEN = "stream broken"
    GONE = "connection gone"

    __hash__ = object.__hash__  # as State's


LOCAL = frozenset({Input.START, Input.SEND, Input.ASK_UNBIND, Input.ACCEPT_BIND, Input.REFUSE_BIND})


class Action(Enum):
    """What a cell does; each is one method of a session."""

    FORBID = "forbidden"
    IGNORE = "ignore"
    SEND_BIND = "send bind"
    SEND_MESSAGE = "send the message"
    SEND_UNBIND = "send unbind"
    ASK_OWNER_BIND = "ask the owner about the bind"
    ACCEPT_BIND = "answer ROK"
    REFUSE_BIND = "answer the error, close"
    REFUSE_SECOND_BIND = "answer RALYBND"
    REPORT_BOUND = "report bound"
    REPORT_BIND_FAILED = "report bind failed, close"
    HAND_OVER = "hand over with a token"
    REFUSE_MESSAGE = "answer RINVBNDSTS"
    SETTLE = "settle the message"
    ANSWER_ENQUIRE = "answer enquire_link"
    ANSWER_UNBIND = "answer unbind, close"
    REPORT_NOTICE = "report"
    REFUSE_REQUEST = "answer that it is not served"
    REPORT_STRAY = "report the fault"
    END = "close"
    NACK_LENGTH = "generic_nack RINVCMDLEN, close"

    __hash__ = object.__hash__  # as State's


Cell = tuple[Action, State]
Table = Mapping[tuple[State, Input], Cell]


def _table(rows: Mapping[State, Mapping[Input, Cell]]) -> Table:
    cells: dict[tuple[State, Input], Cell] = {}
    for state in State:
        for given in Input:
            idle = Action.FORBID if given in LOCAL else Action.IGNORE
            cells[state, given] = rows.get(state, {}).get(given, (idle, state))
    return MappingProxyType(cells)


def _alive(state: State) -> dict[Input, Cell]:
    """What is the same in every state of a connection that stands."""
    return {
        Input.ENQUIRE: (Action.ANSWER_ENQUIRE, state),
        Input.UNBIND: (Action.ANSWER_UNBIND, State.CLOSED),
        Input.OTHER_REQUEST: (Action.REFUSE_REQUEST, state),
        Input.OTHER_RESPONSE: (Action.REPORT_STRAY, state),
        Input.RESPONSE: (Action.REPORT_STRAY, state),
        Input.NACK: (Action.REPORT_STRAY, state),
        Input.MESSAGE: (Action.REFUSE_MESSAGE, state),
        Input.BROKEN: (Action.NACK_LENGTH, State.CLOSED),
        Input.GONE: (Action.END, State.CLOSED),
    }


def _bound(state: State) -> dict[Input, Cell]:
    """Messages and their answers flow while bound, and until the unbind is answered."""
    return {
        **_alive(state),
        Input.MESSAGE: (Action.HAND_OVER, state),
        Input.RESPONSE: (Action.SETTLE, state),
        Input.NACK: (Action.SETTLE, state),
        Input.LINK_LATE: (Action.END, State.CLOSED),
    }


_UNBINDING: dict[Input, Cell] = {
    **_bound(State.UNBINDING),
    Input.UNBIND_RESP: (Action.END, State.CLOSED),
    Input.UNBIND_LATE: (Action.END, State.CLOSED),
}

ESME: Table = _table(
    {
        State.OPEN: {**_alive(State.OPEN), Input.START: (Action.SEND_BIND, State.BINDING)},
        State.BINDING: {
            **_alive(State.BINDING),
            Input.ASK_UNBIND: (Action.END, State.CLOSED),
            Input.BIND_OK: (Action.REPORT_BOUND, State.BOUND),
            Input.BIND_REFUSED: (Action.REPORT_BIND_FAILED, State.CLOSED),
            Input.NACK: (Action.REPORT_BIND_FAILED, State.CLOSED),
            Input.OPENING_LATE: (Action.REPORT_BIND_FAILED, State.CLOSED),
            Input.GONE: (Action.REPORT_BIND_FAILED, State.CLOSED),
            Input.NOTICE: (Action.REPORT_NOTICE, State.BINDING),
        },
        State.BOUND: {
            **_bound(State.BOUND),
            Input.SEND: (Action.SEND_MESSAGE, State.BOUND),
            Input.ASK_UNBIND: (Action.SEND_UNBIND, State.UNBINDING),
            Input.NOTICE: (Action.REPORT_NOTICE, State.BOUND),
        },
        State.UNBINDING: {**_UNBINDING, Input.NOTICE: (Action.REPORT_NOTICE, State.UNBINDING)},
    }
)

SMSC: Table = _table(
    {
        State.OPEN: {
            **_alive(State.OPEN),
            Input.BIND: (Action.ASK_OWNER_BIND, State.BINDING),
            Input.OPENING_LATE: (Action.END, State.CLOSED),
        },
        State.BINDING: {
            **_alive(State.BINDING),
            Input.BIND: (Action.REFUSE_SECOND_BIND, State.BINDING),
            Input.ACCEPT_BIND: (Action.ACCEPT_BIND, State.BOUND),
            Input.REFUSE_BIND: (Action.REFUSE_BIND, State.CLOSED),
            Input.OPENING_LATE: (Action.END, State.CLOSED),
        },
        State.BOUND: {
            **_bound(State.BOUND),
            Input.SEND: (Action.SEND_MESSAGE, State.BOUND),
            Input.ASK_UNBIND: (Action.SEND_UNBIND, State.UNBINDING),
            Input.BIND: (Action.REFUSE_SECOND_BIND, State.BOUND),
        },
        State.UNBINDING: {**_UNBINDING, Input.BIND: (Action.REFUSE_SECOND_BIND, State.UNBINDING)},
    }
)
