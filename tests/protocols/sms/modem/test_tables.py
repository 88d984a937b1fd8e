"""Every cell of the table, forbidden ones included, on real sessions."""

from collections.abc import Callable
from typing import Any

import pytest

from protocols.session import LocalProtocolError
from protocols.sms.modem import events as e
from protocols.sms.modem.tables import LOCAL, TABLE, Action, Input, State

Talk = Any
INNER = frozenset({Input.SUBMIT, Input.ASK})
"""Wishes of the session itself: `_work` has them in IDLE alone."""


def bring(make: Callable[..., Talk], state: State, command: str = "AT+CREG?") -> Talk:
    """A session in this state; where a command is under way, this one."""
    talk: Talk = make()
    if state is State.SETTLING:
        talk.go()
    elif state is State.SETTING_UP:
        talk.until(command)
    elif state is State.UNUSABLE:
        talk.replies["AT+CPIN?"] = ["+CME ERROR: 10"]
        talk.ready()
    elif state is State.RESETTING:
        talk.wait(20.0)
    elif state is State.CLOSED:
        talk.session.receive_eof(0.0)
    elif state is not State.WAKING:
        talk.ready()
    if state is State.ASKING:
        talk.wait(15.0)
        talk.go(command)
    elif state in (State.PROMPTING, State.SENDING):
        talk.send()
        if state is State.SENDING:
            talk.say("> ", end="")
    talk.hear()
    talk.take()
    talk.session._work = lambda now: None  # what follows from a cell is the next cell's matter
    assert talk.session.state is state
    return talk


def said(*lines: str) -> Callable[[Talk], None]:
    return lambda talk: talk.say(*lines)


def stepped(given: Input) -> Callable[[Talk], None]:
    return lambda talk: talk.session._step(given, talk.now)


def late(talk: Talk) -> None:
    """The deadline of the state passes; a state without one has only the input."""
    at = talk.session._late_at
    if at is None or (talk.session.state is State.WAKING and at > talk.session._ping_at):
        talk.session._step(Input.LATE, talk.now)
    else:
        talk.session.tick(at)


def ok(talk: Talk) -> None:
    if talk.session.state is State.SENDING:
        talk.say("+CMGS: 5")
    talk.say("OK")


# Input → what brings it about, and the command under way for which it does in SETTING_UP and ASKING.
INPUTS: dict[Input, tuple[Callable[[Talk], None], str]] = {
    Input.SEND: (lambda talk: talk.send(), "AT+CREG?"),
    Input.PROMPT: (lambda talk: talk.say("> ", end=""), "AT+CREG?"),
    Input.INFO: (said("+CREG: 0,5"), "AT+CREG?"),
    Input.OK: (ok, "AT+CREG?"),
    Input.DONE: (said("OK"), "AT+CPMS?"),
    Input.ERROR: (said("ERROR"), "AT+CMGF=0"),
    Input.NO_SIM: (said("+CME ERROR: 10"), "AT+CPIN?"),
    Input.NEWS: (said('+CMTI: "SM",3'), "AT+CREG?"),
    Input.RESTARTED: (said("RDY"), "AT+CREG?"),
    Input.PING_DUE: (stepped(Input.PING_DUE), "AT+CREG?"),
    Input.POLL_DUE: (stepped(Input.POLL_DUE), "AT+CREG?"),
    Input.LATE: (late, "AT+CREG?"),
    Input.GONE: (lambda talk: talk.events.extend(talk.session.receive_eof(talk.now)), "AT+CREG?"),
}
BY_LINE = {
    Input.DONE: {State.SETTING_UP},
    Input.NO_SIM: {State.SETTING_UP, State.ASKING},
    Input.INFO: {State.SETTING_UP, State.ASKING},
}
"""Inputs that are only what a line means in these states; in the others the table alone is asked."""

SAYS = {
    Action.PING: "AT",
    Action.SET_UP: "ATE0",
    Action.NEXT: "AT+CEREG?",
    Action.ASK_PROMPT: "AT+CMGS=18",
    Action.GIVE_PDU: "0031000B916407710406F500000204CCB0BC0D<CTRL-Z>",
    Action.LEAVE_PROMPT: "AT",
    Action.START_OVER: "AT",
    Action.RESET: "AT+CFUN=1,1",
}
"""The last line that an action says; the others say nothing."""


@pytest.mark.parametrize("given", INPUTS, ids=lambda given: given.name)
@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
def test_cell(talk: Callable[..., Talk], state: State, given: Input) -> None:
    """The session does in every state, on every input, what the table says and nothing else."""
    drive, command = INPUTS[given]
    if given is Input.DONE and state is State.ASKING:
        command = "AT+CREG?"
    one = bring(talk, state, command)
    action, after = TABLE[state, given]
    if given in BY_LINE and state not in BY_LINE[given]:
        drive = stepped(given)
        if (state, given) == (State.SENDING, Input.INFO):
            drive = said("+CMGS: 5")
    if action is Action.FORBID:
        with pytest.raises(LocalProtocolError):
            drive(one)
    else:
        drive(one)
    assert one.session.state is after
    assert (one.hear() or [None])[-1] == SAYS.get(action)
    assert (one.session.close_reason is not None) is (after is State.CLOSED)
    ends = [event for event in one.take() if isinstance(event, e.SmsTaken | e.SmsFailed)]
    leaves = state in (State.PROMPTING, State.SENDING) and after not in (state, State.SENDING)
    if given is not Input.LATE:
        assert len(ends) == leaves, "a message under way ends in exactly one event"


@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
def test_inner_wishes(state: State) -> None:
    """The session begins a command only where nothing is under way."""
    for given in INNER:
        assert (TABLE[state, given][0] is Action.FORBID) is (state is not State.IDLE)


def test_begins_what_waits(talk: Callable[..., Talk]) -> None:
    """In IDLE a message begins at once, and news of a stored one makes it be read."""
    one = talk().ready()
    one.send()
    assert (one.session.state, one.hear()) == (State.PROMPTING, ["AT+CMGS=18"])
    two = talk().ready()
    two.say('+CMTI: "SM",3')
    assert (two.session.state, two.hear()) == (State.ASKING, ["AT+CMGR=3"])


def test_table_is_total(talk: Callable[..., Talk]) -> None:
    """Every cell exists, every action has a method, and only our own wishes are ever forbidden."""
    assert set(TABLE) == {(state, given) for state in State for given in Input}
    used = {action for action, _ in TABLE.values()}
    assert used - set(talk().session._acts) == {Action.FORBID}
    assert set(talk().session._acts) <= used
    for (_, given), (action, _) in TABLE.items():
        assert action is not Action.FORBID or given in LOCAL
