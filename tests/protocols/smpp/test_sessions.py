"""Both ends joined, their timers, and what a bad peer does to them."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.session import LocalProtocolError
from protocols.smpp import events, pdu, status, wire
from protocols.smpp.commands import BindMode, Command
from protocols.smpp.esme import Esme, EsmeConfig
from protocols.smpp.smsc import Smsc, SmscConfig
from protocols.smpp.tables import State
from protocols.smpp.timing import Timing
from protocols.smpp.tlv import Tag, Tlv
from protocols.smpp.window import LATE_MAX, SEQUENCE_MAX, UNANSWERED_MAX, Window

LARM = pdu.SubmitSm("46701740605", b"Larm", "46701740699", registered_delivery=1)
SVAR = pdu.DeliverSm("46701740699", b"1", "46701740605")
CONFIG = EsmeConfig(system_id="bakjour", password="hemlig")
BOUND_RESP = wire.encode(pdu.BindResp(BindMode.TRANSCEIVER, "SMSC"), 1)


def bound(config: EsmeConfig = CONFIG) -> Esme:
    session = Esme(config, 0.0)
    session.data_to_send()
    assert session.receive_data(BOUND_RESP, 0.0) == [events.Bound("SMSC", None)]
    return session


def bound_smsc(mode: BindMode = BindMode.TRANSCEIVER, timing: Timing | None = None) -> Smsc:
    session = Smsc(SmscConfig(timing=timing or Timing()), 0.0)
    (request,) = session.receive_data(wire.encode(pdu.Bind(mode, "bakjour"), 1), 0.0)
    assert isinstance(request, events.BindRequested)
    session.answer(request.token, events.BindAnswer(), 0.0)
    session.data_to_send()
    return session


@pytest.mark.parametrize("chunk", [0, 1, 7])
def test_a_message_and_its_reply(joined: Callable[..., Any], chunk: int) -> None:
    """Bind, submit, deliver and unbind work in any chunking."""
    both = joined(CONFIG, chunk=chunk)
    both.run(0.0)
    (request,) = both.at_smsc
    assert (request.bind.system_id, request.bind.password) == ("bakjour", "hemlig")
    both.smsc.answer(request.token, events.BindAnswer(system_id="CENTRAL"), 0.0)
    both.run(0.0)
    assert both.at_esme == [events.Bound("CENTRAL", 0x34)]
    both.esme.send(events.Submit(7, LARM), 1.0)
    both.run(1.0)
    received = both.at_smsc[-1]
    assert received.message == LARM
    both.smsc.answer(received.token, events.SubmitAnswer(0, "1001"), 1.0)
    both.smsc.send(events.Deliver(8, SVAR), 1.0)
    both.run(1.0)
    assert both.at_esme[1] == events.SubmitAnswered(7, 0, "1001")
    assert both.at_esme[2].message == SVAR
    both.esme.answer(both.at_esme[2].token, 0, 2.0)
    both.esme.send(events.Unbind(), 2.0)
    both.run(2.0)
    assert both.at_smsc[-2:] == [events.DeliverAnswered(8, 0), events.PeerUnbound()]
    assert (both.esme.state, both.smsc.state) == (State.CLOSED, State.CLOSED)
    assert both.esme.close_reason == "unbound"


def test_window() -> None:
    """No more than the window is under way; a settled message makes room, and `free` says how much."""
    session = bound(EsmeConfig(system_id="bakjour", timing=Timing(window=2)))
    session.send(events.Submit(1, LARM), 0.0)
    session.send(events.Submit(2, LARM), 0.0)
    assert session.free == 0
    with pytest.raises(LocalProtocolError, match="window"):
        session.send(events.Submit(3, LARM), 0.0)
    told = session.receive_data(wire.encode(pdu.SubmitSmResp(), 3, status.RTHROTTLED), 0.0)
    assert told == [events.SubmitAnswered(2, status.RTHROTTLED, "")]
    assert session.free == 1
    assert session.receive_data(wire.encode(pdu.Plain(Command.GENERIC_NACK), 2, 0), 0.0) == [
        events.SubmitAnswered(1, status.RUNKNOWNERR, "")
    ]


@pytest.mark.parametrize("mode", [BindMode.RECEIVER, BindMode.TRANSMITTER])
def test_bind_mode_bars(mode: BindMode) -> None:
    """A receiver cannot submit and a transmitter gets nothing delivered, at both ends."""
    esme = Esme(EsmeConfig(system_id="bakjour", mode=mode), 0.0)
    esme.receive_data(wire.encode(pdu.BindResp(mode), 1), 0.0)
    smsc = bound_smsc(mode)
    if mode is BindMode.RECEIVER:
        assert esme.free == 0
        with pytest.raises(LocalProtocolError, match="receiver"):
            esme.send(events.Submit(1, LARM), 0.0)
        assert smsc.receive_data(wire.encode(LARM, 2), 0.0) == []
        assert wire.decode(smsc.data_to_send()).status == status.RINVBNDSTS
    else:
        assert (esme.free, smsc.free) == (10, 0)
        with pytest.raises(LocalProtocolError, match="receive"):
            smsc.send(events.Deliver(1, SVAR), 0.0)


def test_response_timeout_and_late_answer() -> None:
    """Without a response in time a message is in doubt and its slot free; a later response is recognised."""
    session = bound()
    session.send(events.Submit(7, LARM), 5.0)
    assert session.next_deadline() == 15.0
    assert session.tick(14.9) == []
    assert session.tick(15.0) == [events.SubmitInDoubt(7)]
    assert session.free == 10
    answer = wire.encode(pdu.SubmitSmResp("1001"), 2)
    assert session.receive_data(answer, 20.0) == [events.SubmitAnswered(7, 0, "1001", late=True)]
    (again,) = session.receive_data(answer, 20.0)
    assert isinstance(again, events.PeerFault)


def test_connection_end_leaves_doubt() -> None:
    """What was under way when the connection ended is in doubt, in order, and tokens are void."""
    session = bound()
    session.send(events.Submit(1, LARM), 0.0)
    session.send(events.Submit(2, LARM), 0.0)
    (received,) = session.receive_data(wire.encode(SVAR, 5), 0.0)
    assert isinstance(received, events.DeliverReceived)
    assert session.receive_eof(1.0) == [events.SubmitInDoubt(1), events.SubmitInDoubt(2)]
    assert session.receive_eof(1.0) == []
    with pytest.raises(LocalProtocolError, match="not open"):
        session.answer(received.token, 0, 1.0)


def test_enquire_link() -> None:
    """Silence is asked after; any PDU is an answer; none in time closes."""
    session = bound()
    assert session.next_deadline() == 30.0
    session.tick(30.0)
    assert wire.decode(session.data_to_send()).command_id == Command.ENQUIRE_LINK
    assert session.next_deadline() == 40.0
    session.receive_data(wire.encode(pdu.Plain(Command.ENQUIRE_LINK_RESP), 2), 35.0)
    assert session.next_deadline() == 65.0
    session.tick(65.0)
    (fault,) = session.tick(75.0)
    assert isinstance(fault, events.PeerFault)
    assert session.close_reason == "no enquire_link_resp in time"
    assert session.next_deadline() is None


def test_a_dripping_peer_is_not_alive() -> None:
    """Octets that never make a PDU do not keep a dead link up."""
    session = bound()
    for second in range(1, 15):
        session.receive_data(b"\0\0\0\x20"[second - 1 : second], 3.0 * second)
    assert session.close_reason == "no enquire_link_resp in time"


def test_slow_store_is_answered_with_rx_t_appn() -> None:
    """A delivery that is not answered in our own time is refused for now, so that it comes again."""
    session = bound()
    (received,) = session.receive_data(wire.encode(SVAR, 5), 1.0)
    assert isinstance(received, events.DeliverReceived)
    session.tick(9.0)
    answer = wire.decode(session.data_to_send())
    assert (answer.command_id, answer.status, answer.sequence) == (0x80000005, status.RX_T_APPN, 5)
    with pytest.raises(LocalProtocolError, match="not open"):
        session.answer(received.token, 0, 9.0)


def test_an_impossible_answer_leaves_the_token_open() -> None:
    """A command_status that no PDU can hold is refused, and the delivery still waits for its answer."""
    session = bound()
    (received,) = session.receive_data(wire.encode(SVAR, 5), 1.0)
    assert isinstance(received, events.DeliverReceived)
    with pytest.raises(LocalProtocolError):
        session.answer(received.token, -1, 1.0)
    session.answer(received.token, 0, 1.0)
    assert wire.decode(session.data_to_send()).status == 0


def test_bind_failures() -> None:
    """A refused, unanswered or cut bind is told once, with the status if there is one."""
    refused, silent, cut, nacked = (Esme(CONFIG, 0.0) for _ in range(4))
    (event,) = refused.receive_data(wire.encode(pdu.BindResp(BindMode.TRANSCEIVER), 1, 0x0E), 0.0)
    assert event == events.BindFailed(0x0E, "bind refused: RINVPASWD")
    (event,) = silent.tick(10.0)
    assert isinstance(event, events.BindFailed)
    assert event.status is None
    (event,) = cut.receive_eof(1.0)
    assert isinstance(event, events.BindFailed)
    (event,) = nacked.receive_data(wire.encode(pdu.Plain(Command.GENERIC_NACK), 1, 3), 0.0)
    assert event == events.BindFailed(3, "bind refused: RINVCMDID")


def test_bind_resp_and_deliver_in_one_read() -> None:
    """A delivery right behind the bind's answer, in the same read, is not lost."""
    session = Esme(CONFIG, 0.0)
    told = session.receive_data(BOUND_RESP + wire.encode(SVAR, 0) + wire.encode(SVAR, 0x80000000), 0.0)
    assert [type(event) for event in told] == [events.Bound, events.DeliverReceived, events.DeliverReceived]
    session.data_to_send()
    for event in told[1:]:
        assert isinstance(event, events.DeliverReceived)
        session.answer(event.token, 0, 0.0)
    octets = session.data_to_send()
    assert [wire.decode(octets[at : at + 17]).sequence for at in (0, 17)] == [0, 0x80000000]


def test_peer_unbinds() -> None:
    """An unbind is answered at once, what is under way is in doubt, and the end is told."""
    session = bound()
    session.send(events.Submit(1, LARM), 0.0)
    session.data_to_send()
    told = session.receive_data(wire.encode(pdu.Plain(Command.UNBIND), 5) + wire.encode(SVAR, 6), 1.0)
    assert told == [events.PeerUnbound(), events.SubmitInDoubt(1)]
    assert wire.decode(session.data_to_send()).command_id == Command.UNBIND_RESP
    assert session.close_reason == "the peer unbound"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\0" * 40, None),
        (b"\0\1\1" + b"4" * 30 + b"\0", status.RINVSRCADR),
        (b"\0\1\1" + b"4\0\1\1" + b"5" * 21 + b"\0", status.RINVDSTADR),
        (b"\0" * 16 + b"\x09ab", status.RINVMSGLEN),
        (b"123456\0", status.RINVSERTYP),
        (b"", status.RINVSERTYP),
    ],
)
def test_malformed_delivery_fails_alone(body: bytes, code: int | None) -> None:
    """A delivery that cannot be read is answered with the status of its fault, and the link goes on."""
    session = bound()
    told = session.receive_data(wire.HEADER.pack(16 + len(body), 5, 0, 77) + body, 0.0)
    if code is None:
        assert any(isinstance(event, events.DeliverReceived) for event in told)
        return
    assert [type(event) for event in told] == [events.PeerFault]
    answer = wire.decode(session.data_to_send())
    assert (answer.command_id, answer.status, answer.sequence) == (0x80000005, code, 77)
    assert session.state is State.BOUND


def test_unknown_commands() -> None:
    """An unknown request is nacked RINVCMDID, an unknown response never, and both are reported."""
    session = bound()
    told = session.receive_data(
        wire.HEADER.pack(16, 0x99, 0, 5) + wire.HEADER.pack(16, 0x80000099, 0, 6), 0.0
    )
    assert {type(event) for event in told} == {events.PeerFault}
    answer = wire.decode(session.data_to_send())
    assert (answer.command_id, answer.status, answer.sequence) == (0x80000000, status.RINVCMDID, 5)


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\x0f" + bytes(12), b"\xff" * 16])
def test_garbage_before_a_bind(garbage: bytes) -> None:
    """What is no SMPP gets a generic_nack and is closed with a reason."""
    session = Smsc(SmscConfig(), 0.0)
    (fault,) = session.receive_data(garbage, 0.0)
    assert isinstance(fault, events.PeerFault)
    assert session.close_reason is not None
    assert "command_length" in session.close_reason
    assert wire.decode(session.data_to_send()).status == status.RINVCMDLEN


def test_smsc_refuses_what_breaks_the_specification() -> None:
    """A submit with a broken tail or two texts never reaches the owner; others are told apart by status."""
    session = bound_smsc()
    broken = wire.encode(LARM, 2) + b"\x04\x24\x00\x09ab"
    both = pdu.SubmitSm("1", b"a", tlvs=(Tlv(Tag.MESSAGE_PAYLOAD, b"b"),))
    cases = {
        len(broken).to_bytes(4, "big") + broken[4:]: (0x80000004, status.RINVOPTPARSTREAM),
        wire.encode(both, 2): (0x80000004, status.ROPTPARNOTALLWD),
        wire.encode(pdu.QuerySm("1001"), 2): (0x80000003, status.RQUERYFAIL),
        wire.encode(pdu.CancelSm("1"), 2): (0x80000008, status.RCANCELFAIL),
        wire.encode(pdu.ReplaceSm("1001"), 2): (0x80000007, status.RREPLACEFAIL),
        wire.encode(pdu.Raw(Command.SUBMIT_MULTI, b"\0"), 2): (0x80000000, status.RINVCMDID),
        wire.encode(pdu.Bind(BindMode.TRANSCEIVER, "again"), 2): (0x80000009, status.RALYBND),
    }
    for octets, (command_id, code) in cases.items():
        assert not any(
            isinstance(event, events.SubmitReceived) for event in session.receive_data(octets, 0.0)
        )
        answer = wire.decode(session.data_to_send())
        assert (answer.command_id, answer.status) == (command_id, code)


def test_smsc_owner_is_slow() -> None:
    """A submit or bind that its owner does not answer gets RSYSERR; without a limit it waits."""
    session = bound_smsc()
    session.receive_data(wire.encode(LARM, 2), 1.0)
    session.tick(9.0)
    assert wire.decode(session.data_to_send()).status == status.RSYSERR
    binding = Smsc(SmscConfig(), 0.0)
    binding.receive_data(wire.encode(pdu.Bind(BindMode.TRANSCEIVER, "x"), 1), 0.0)
    binding.tick(8.0)
    assert wire.decode(binding.data_to_send()).status == status.RSYSERR
    assert binding.state is State.CLOSED
    patient = bound_smsc(timing=Timing(answer_within=None))
    patient.receive_data(wire.encode(LARM, 2), 1.0)
    assert patient.next_deadline() == 31.0


@pytest.mark.parametrize("make", [bound, bound_smsc])
def test_too_many_unanswered(make: Callable[[], Any]) -> None:
    """A peer that sends without end is refused for now, and what is held stays bounded."""
    session = make()
    message, code = (SVAR, status.RX_T_APPN) if isinstance(session, Esme) else (LARM, status.RTHROTTLED)
    octets = wire.encode(message, 5)
    told = session.receive_data(octets * (UNANSWERED_MAX + 1), 0.0)
    assert len(told) == UNANSWERED_MAX
    assert wire.decode(session.data_to_send()).status == code


def test_sequence_numbers_wrap() -> None:
    """After 0x7FFFFFFF comes 1, and a number that is under way is never used twice."""
    window = Window(10.0)
    window.use(SEQUENCE_MAX - 1)
    window.enter(window.next_sequence(), 1, 0.0)
    assert window.next_sequence() == 1
    window.enter(1, 2, 0.0)
    window.use(SEQUENCE_MAX)
    assert window.next_sequence() == 2
    for _ in range(LATE_MAX + 10):
        window.enter(window.next_sequence(), 3, 0.0)
        window.lapse()
    assert len(window._late) <= LATE_MAX


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.1, 40.0), min_size=1, max_size=6), st.floats(0, 3))
def test_late_tick_is_a_tick_in_time(gaps: list[float], offset: float) -> None:
    """Ticks at every deadline and one tick at the end give the same events and the same octets."""
    exact, lazy = bound(), bound()
    now = offset
    for number, gap in enumerate(gaps):
        for session in (exact, lazy):
            if session.free:
                session.send(events.Submit(number, LARM), now)
                session.receive_data(wire.encode(SVAR, 100 + number), now)
        end = now + gap
        told = []
        while (deadline := exact.next_deadline()) is not None and deadline <= end:
            told += exact.tick(deadline)
        told += exact.tick(end)
        assert lazy.tick(end) == told
        assert lazy.data_to_send() == exact.data_to_send()
        now = end
    assert exact.close_reason == lazy.close_reason


def test_send_first_does_what_was_due() -> None:
    """What was due when we send happens before it, and its events wait for the next tick, due at once."""
    session = bound()
    session.send(events.Submit(1, LARM), 0.0)
    session.send(events.Submit(2, LARM), 12.0)
    assert session.next_deadline() == 12.0
    assert session.tick(12.0) == [events.SubmitInDoubt(1)]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.binary(max_size=60), max_size=8),
    st.sampled_from([bound, bound_smsc, lambda: Esme(CONFIG, 0.0)]),
)
def test_random_octets(chunks: list[bytes], make: Callable[[], Any]) -> None:
    """Random octets, bare or as bodies of any command, never raise and never grow the session."""
    session = make()
    for number, chunk in enumerate(chunks):
        framed = wire.HEADER.pack(16 + len(chunk), list(Command)[number * 7 % len(Command)], 0, 2) + chunk
        session.receive_data(framed, float(number))
    for number, chunk in enumerate(chunks):
        session.receive_data(chunk, 10.0 + number)
        assert session._framer.waiting <= 66_560
    session.tick(1_000.0)
    session.receive_eof(1_000.0)
    assert session.close_reason is not None


@pytest.mark.parametrize(
    "wrong", [{"window": 0}, {"response": 0.0}, {"answer_within": 0.0}, {"opening": -1.0}]
)
def test_timing_that_cannot_be(wrong: dict[str, Any]) -> None:
    """A window or a wait of nothing is refused."""
    with pytest.raises(ValueError, match="window"):
        Timing(**wrong)
