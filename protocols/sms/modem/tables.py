"""The session with a modem as a table: (state, input) → what is done and the state after it.

Rules: every cell is filled. What we may not ask for is FORBID (LocalProtocolError, nothing changes). News may
come at any moment and change no state; a modem that says it has restarted, or says nothing when it should,
is woken and set up again from the beginning.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class State(Enum):
    """One command is under way at a time, so the state says whose answer is awaited."""

    WAKING = "waking"  # AT is sent until anything answers
    SETTLING = "settling"  # it answers; late answers to older commands pass
    SETTING_UP = "setting up"
    IDLE = "idle"
    ASKING = "asking"  # a command of supervision or of reading what came
    PROMPTING = "prompting"  # AT+CMGS is sent
    SENDING = "sending"  # the PDU is given
    UNUSABLE = "unusable"  # it answers, but without SIM, PIN or PDU mode: asked again after a while
    RESETTING = "resetting"
    CLOSED = "closed"


OPERATIONAL = frozenset({State.IDLE, State.ASKING, State.PROMPTING, State.SENDING})
"""Where messages are sent."""


class Input(Enum):
    """What can happen: asked by us, said by the modem, or come of time and line."""

    SEND = "send a message"
    SUBMIT = "begin the message that waits"
    ASK = "begin the next command"
    PROMPT = "prompt"
    INFO = "line that the command asked for"
    OK = "OK"
    DONE = "OK to the last command of the set-up"
    ERROR = "error, of a command that has to work"
    NO_SIM = "SIM not ready"
    NEWS = "news"
    RESTARTED = "restarted"
    PING_DUE = "ping due"
    POLL_DUE = "supervision due"
    LATE = "late"
    GONE = "connection gone"


LOCAL = frozenset({Input.SEND, Input.SUBMIT, Input.ASK})


class Action(Enum):
    """What a cell does; each is one method of the session."""

    FORBID = "forbidden"
    IGNORE = "ignore"
    PING = "send AT"
    SETTLE = "let late answers pass"
    SET_UP = "begin the set-up"
    NEXT = "next command of the set-up"
    READ = "read the line"
    REPORT_READY = "report ready"
    REST = "report what is missing"
    ACCEPT = "keep the message"
    ASK_PROMPT = "send AT+CMGS"
    GIVE_PDU = "give the PDU and Ctrl-Z"
    SUCCEED = "report taken"
    FAIL = "report failed"
    ASK = "send the command"
    POLL = "queue the commands of supervision"
    NOTE_NEWS = "note the news"
    LEAVE_PROMPT = "send ESC, begin again"
    START_OVER = "begin again"
    RESET = "send AT+CFUN=1,1"
    END = "close"


Cell = tuple[Action, State]


def _answering(state: State) -> dict[Input, Cell]:
    """What is the same wherever the modem has been heard."""
    return {
        Input.NEWS: (Action.NOTE_NEWS, state),
        Input.RESTARTED: (Action.START_OVER, State.WAKING),
        Input.PROMPT: (Action.LEAVE_PROMPT, State.WAKING),
        Input.GONE: (Action.END, State.CLOSED),
    }


def _commanding(state: State) -> dict[Input, Cell]:
    """What is the same while a command that is no message is under way."""
    return {
        **_answering(state),
        Input.INFO: (Action.READ, state),
        Input.NO_SIM: (Action.REST, State.UNUSABLE),
        Input.LATE: (Action.START_OVER, State.WAKING),
    }


_ROWS: Mapping[State, Mapping[Input, Cell]] = {
    State.WAKING: {
        **_answering(State.WAKING),
        Input.OK: (Action.SETTLE, State.SETTLING),
        Input.ERROR: (Action.SETTLE, State.SETTLING),
        Input.RESTARTED: (Action.IGNORE, State.WAKING),
        Input.PING_DUE: (Action.PING, State.WAKING),
        Input.LATE: (Action.RESET, State.RESETTING),
    },
    State.SETTLING: {
        **_answering(State.SETTLING),
        Input.LATE: (Action.SET_UP, State.SETTING_UP),
    },
    State.SETTING_UP: {
        **_commanding(State.SETTING_UP),
        Input.OK: (Action.NEXT, State.SETTING_UP),
        Input.DONE: (Action.REPORT_READY, State.IDLE),
        Input.ERROR: (Action.REST, State.UNUSABLE),
    },
    State.IDLE: {
        **_answering(State.IDLE),
        Input.SEND: (Action.ACCEPT, State.IDLE),
        Input.SUBMIT: (Action.ASK_PROMPT, State.PROMPTING),
        Input.ASK: (Action.ASK, State.ASKING),
        Input.POLL_DUE: (Action.POLL, State.IDLE),
    },
    State.ASKING: {
        **_commanding(State.ASKING),
        Input.SEND: (Action.ACCEPT, State.ASKING),
        Input.OK: (Action.IGNORE, State.IDLE),
        Input.ERROR: (Action.REST, State.UNUSABLE),
    },
    State.PROMPTING: {
        **_answering(State.PROMPTING),
        Input.PROMPT: (Action.GIVE_PDU, State.SENDING),
        Input.ERROR: (Action.FAIL, State.IDLE),
        Input.LATE: (Action.START_OVER, State.WAKING),
    },
    State.SENDING: {
        **_answering(State.SENDING),
        Input.PROMPT: (Action.IGNORE, State.SENDING),
        Input.INFO: (Action.READ, State.SENDING),
        Input.OK: (Action.SUCCEED, State.IDLE),
        Input.ERROR: (Action.FAIL, State.IDLE),
        Input.LATE: (Action.START_OVER, State.WAKING),
    },
    State.UNUSABLE: {
        **_answering(State.UNUSABLE),
        Input.LATE: (Action.SET_UP, State.SETTING_UP),
    },
    State.RESETTING: {
        Input.OK: (Action.END, State.CLOSED),
        Input.ERROR: (Action.END, State.CLOSED),
        Input.RESTARTED: (Action.END, State.CLOSED),
        Input.LATE: (Action.END, State.CLOSED),
        Input.GONE: (Action.END, State.CLOSED),
    },
    State.CLOSED: {},
}


def _fill() -> Mapping[tuple[State, Input], Cell]:
    cells: dict[tuple[State, Input], Cell] = {}
    for state in State:
        for given in Input:
            idle = Action.FORBID if given in LOCAL else Action.IGNORE
            cells[state, given] = _ROWS[state].get(given, (idle, state))
    return MappingProxyType(cells)


TABLE = _fill()
