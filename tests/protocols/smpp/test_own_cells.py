"""The cells that only a session itself drives: its start, and the answer to a bind."""

import itertools
from collections.abc import Callable

import pytest

from protocols.session import LocalProtocolError
from protocols.smpp import events, pdu, wire
from protocols.smpp.commands import BindMode, Command
from protocols.smpp.esme import Esme, EsmeConfig
from protocols.smpp.smsc import Smsc, SmscConfig
from protocols.smpp.tables import ESME, SMSC, Action, Input, State
from protocols.smpp.timing import Timing

OWN = (Input.START, Input.ACCEPT_BIND, Input.REFUSE_BIND)
ALLOWED = {
    ("ESME", State.OPEN, Input.START): (Action.SEND_BIND, State.BINDING),
    ("SMSC", State.BINDING, Input.ACCEPT_BIND): (Action.ACCEPT_BIND, State.BOUND),
    ("SMSC", State.BINDING, Input.REFUSE_BIND): (Action.REFUSE_BIND, State.CLOSED),
}
BIND = wire.encode(pdu.Bind(BindMode.TRANSCEIVER, "bakjour"), 1)
ENDS: dict[str, Callable[[Smsc], object]] = {
    "the connection is gone": lambda session: session.receive_eof(1.0),
    "the peer unbinds": lambda session: session.receive_data(wire.encode(pdu.Plain(Command.UNBIND), 2), 1.0),
    "the stream is broken": lambda session: session.receive_data(b"GET / HTTP/1.1\r\n\r\n", 1.0),
    "it came too late": lambda session: session.tick(1000.0),
}


@pytest.mark.parametrize(
    ("end", "state", "given"),
    list(itertools.product(("ESME", "SMSC"), State, OWN)),
    ids=lambda value: getattr(value, "name", value),
)
def test_own_cell(end: str, state: State, given: Input) -> None:
    """A session starts and is let in once; everywhere else that is forbidden and leaves all as it is."""
    session = Esme(EsmeConfig(system_id="bakjour"), 0.0) if end == "ESME" else Smsc(SmscConfig(), 0.0)
    cell = (ESME if end == "ESME" else SMSC)[state, given]
    assert cell == ALLOWED.get((end, state, given), (Action.FORBID, state))
    session._state = state
    session.data_to_send()
    if cell[0] is Action.FORBID:
        with pytest.raises(LocalProtocolError, match=state.value):
            session._ask(given, 0.0)
        assert (session.state, session.data_to_send()) == (state, b"")


@pytest.mark.parametrize("ends", list(ENDS.values()), ids=list(ENDS))
@pytest.mark.parametrize("code", [0, 0x0E])
def test_a_bind_that_is_answered_after_its_end(ends: Callable[[Smsc], object], code: int) -> None:
    """Whoever answers a bind after the connection ended is told so, and nothing changes."""
    session = Smsc(SmscConfig(timing=Timing(opening=30.0)), 0.0)
    (request,) = session.receive_data(BIND, 0.0)
    assert isinstance(request, events.BindRequested)
    ends(session)
    assert session.state is State.CLOSED
    session.data_to_send()
    with pytest.raises(LocalProtocolError):
        session.answer(request.token, events.BindAnswer(code), 1000.0)
    assert (session.state, session.data_to_send()) == (State.CLOSED, b"")
