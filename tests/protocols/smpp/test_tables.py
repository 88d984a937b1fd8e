"""Every cell of both tables, forbidden ones included, on real sessions."""

from collections.abc import Callable
from typing import Any

import pytest

from protocols.session import LocalProtocolError
from protocols.smpp import events, pdu, wire
from protocols.smpp.commands import BindMode, Command
from protocols.smpp.esme import Esme, EsmeConfig
from protocols.smpp.link import Link
from protocols.smpp.smsc import Smsc, SmscConfig
from protocols.smpp.tables import ESME, LOCAL, SMSC, Action, Input, State

SUBMIT = pdu.SubmitSm("46701740605", b"Larm")
DELIVER = pdu.DeliverSm("Sjukhus", b"ok", "46701740605")
BIND = pdu.Bind(BindMode.TRANSCEIVER, "bakjour")


def esme_in(state: State) -> Esme:
    session = Esme(EsmeConfig(system_id="bakjour"), 0.0)
    if state is State.OPEN:
        session._state = State.OPEN  # an ESME leaves OPEN in its constructor, so there is no other way here
    if state in (State.BOUND, State.UNBINDING):
        session.receive_data(wire.encode(pdu.BindResp(BindMode.TRANSCEIVER, "SMSC"), 1), 0.0)
    if state is State.UNBINDING:
        session.send(events.Unbind(), 0.0)
    if state is State.CLOSED:
        session.receive_eof(0.0)
    session.data_to_send()
    return session


def smsc_in(state: State) -> Smsc:
    session = Smsc(SmscConfig(), 0.0)
    if state in (State.BINDING, State.BOUND, State.UNBINDING):
        (request,) = session.receive_data(wire.encode(BIND, 1), 0.0)
        assert isinstance(request, events.BindRequested)
        if state is not State.BINDING:
            session.answer(request.token, events.BindAnswer(), 0.0)
    if state is State.UNBINDING:
        session.send(events.Unbind(), 0.0)
    if state is State.CLOSED:
        session.receive_eof(0.0)
    session.data_to_send()
    return session


def said(body: pdu.Body, sequence: int = 99, code: int = 0) -> Callable[[Any], None]:
    return lambda session: session.receive_data(wire.encode(body, sequence, code), 1.0)


def late(given: Input) -> Callable[[Any], None]:
    return lambda session: session._step(given, 1.0)


COMMON: dict[Input, Callable[[Any], None]] = {
    Input.ASK_UNBIND: lambda session: session.send(events.Unbind(), 1.0),
    Input.NACK: said(pdu.Plain(Command.GENERIC_NACK), code=3),
    Input.ENQUIRE: said(pdu.Plain(Command.ENQUIRE_LINK)),
    Input.ENQUIRE_RESP: said(pdu.Plain(Command.ENQUIRE_LINK_RESP)),
    Input.UNBIND: said(pdu.Plain(Command.UNBIND)),
    Input.UNBIND_RESP: said(pdu.Plain(Command.UNBIND_RESP)),
    Input.OTHER_REQUEST: said(pdu.Raw(Command.SUBMIT_MULTI)),
    Input.OTHER_RESPONSE: said(pdu.Raw(0x80000099)),
    Input.OPENING_LATE: late(Input.OPENING_LATE),
    Input.LINK_LATE: late(Input.LINK_LATE),
    Input.UNBIND_LATE: late(Input.UNBIND_LATE),
    Input.BROKEN: lambda session: session.receive_data(b"GET / HTTP/1.1\r\n\r\n", 1.0),
    Input.GONE: lambda session: session.receive_eof(1.0),
}
ESME_INPUTS = COMMON | {
    Input.SEND: lambda session: session.send(events.Submit(1, SUBMIT), 1.0),
    Input.BIND_OK: said(pdu.BindResp(BindMode.TRANSCEIVER, "SMSC"), 1),
    Input.BIND_REFUSED: said(pdu.BindResp(BindMode.TRANSCEIVER), 1, 0x0E),
    Input.MESSAGE: said(DELIVER),
    Input.RESPONSE: said(pdu.SubmitSmResp("1001")),
    Input.NOTICE: said(pdu.AlertNotification("46701740605")),
}
SMSC_INPUTS = COMMON | {
    Input.SEND: lambda session: session.send(events.Deliver(1, DELIVER), 1.0),
    Input.BIND: said(BIND),
    Input.MESSAGE: said(SUBMIT),
    Input.RESPONSE: said(pdu.DeliverSmResp()),
}
# What each action is seen to do: octets that go out, or an event, or the end.
ANSWERS = {
    Action.ANSWER_ENQUIRE: Command.ENQUIRE_LINK_RESP,
    Action.ANSWER_UNBIND: Command.UNBIND_RESP,
    Action.NACK_LENGTH: Command.GENERIC_NACK,
    Action.SEND_UNBIND: Command.UNBIND,
    Action.SEND_MESSAGE: None,
    Action.REFUSE_SECOND_BIND: Command.BIND_TRANSCEIVER_RESP,
    Action.REFUSE_MESSAGE: None,
    Action.REFUSE_REQUEST: Command.GENERIC_NACK,
}


def walk(session: Link[Any], table: Any, state: State, given: Input, drive: Callable[[Any], None]) -> None:
    assert session.state is state
    action, after = table[state, given]
    if action is Action.FORBID:
        with pytest.raises(LocalProtocolError, match=state.value):
            drive(session)
        assert (session.state, session.data_to_send()) == (state, b"")
        return
    drive(session)
    assert session.state is after
    out = session.data_to_send()
    assert bool(out) is (action in ANSWERS), (action, out)
    if ANSWERS.get(action) is not None:
        assert wire.decode(out).command_id == ANSWERS[action]
    assert (session.close_reason is not None) is (after is State.CLOSED)


@pytest.mark.parametrize("given", ESME_INPUTS, ids=lambda given: given.name)
@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
def test_esme_cell(state: State, given: Input) -> None:
    """An ESME does in every state, on every input, what the table says and nothing else."""
    walk(esme_in(state), ESME, state, given, ESME_INPUTS[given])


@pytest.mark.parametrize("given", SMSC_INPUTS, ids=lambda given: given.name)
@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
def test_smsc_cell(state: State, given: Input) -> None:
    """An SMS centre does in every state, on every input, what the table says and nothing else."""
    walk(smsc_in(state), SMSC, state, given, SMSC_INPUTS[given])


@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
def test_what_an_end_never_gets(state: State) -> None:
    """Inputs that belong to the other end are forbidden or ignored wherever they stand in a table."""
    for table, inputs in ((ESME, ESME_INPUTS), (SMSC, SMSC_INPUTS)):
        for given in set(Input) - set(inputs):
            own = {Input.START, Input.ACCEPT_BIND, Input.REFUSE_BIND}
            assert given in own or table[state, given][0] is Action.IGNORE


def test_tables_are_total() -> None:
    """Every cell exists, and every action but the two that `send` does itself has a method."""
    for table, session in ((ESME, esme_in(State.BOUND)), (SMSC, smsc_in(State.BOUND))):
        assert set(table) == {(state, given) for state in State for given in Input}
        used = {action for action, _ in table.values()}
        assert used - set(session._acts) == {Action.FORBID, Action.SEND_MESSAGE}
        for (_, given), (action, _) in table.items():
            assert action is not Action.FORBID or given in LOCAL


@pytest.mark.parametrize("code", [0, 0x0E])
def test_smsc_bind_answer(code: int) -> None:
    """A bind is accepted, or refused and closed, only while it waits; its token is used once."""
    session = Smsc(SmscConfig(), 0.0)
    (request,) = session.receive_data(wire.encode(BIND, 1), 0.0)
    assert isinstance(request, events.BindRequested)
    with pytest.raises(LocalProtocolError, match="other kind"):
        session.answer(request.token, events.SubmitAnswer(), 0.0)
    session.answer(request.token, events.BindAnswer(code), 0.0)
    assert wire.decode(session.data_to_send()).status == code
    assert session.state is (State.CLOSED if code else State.BOUND)
    assert (session.close_reason is None) is (code == 0)
    with pytest.raises(LocalProtocolError, match="not open"):
        session.answer(request.token, events.BindAnswer(code), 0.0)


def test_esme_start() -> None:
    """The bind is ready as soon as the session exists."""
    session = Esme(EsmeConfig(system_id="bakjour", password="hemlig", mode=BindMode.RECEIVER), 0.0)
    frame = wire.decode(session.data_to_send())
    assert frame.body == pdu.Bind(BindMode.RECEIVER, "bakjour", "hemlig")
    assert (session.state, session.free) == (State.BINDING, 0)
