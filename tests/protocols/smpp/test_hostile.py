"""Bad input against both running ends: answered as the specification says, or closed with a reason."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock as Time

from protocols.smpp import events, pdu, status, wire
from protocols.smpp.commands import BindMode, Command, is_response
from protocols.smpp.esme import Esme, EsmeConfig
from protocols.smpp.framing import LENGTH_MAX, Framer
from protocols.smpp.smsc import Smsc, SmscConfig
from protocols.smpp.tables import State
from protocols.transport import Pump, PumpFactory
from simulators.network import Network
from simulators.smsc.centre import SmsCentre

Make = Callable[..., Any]
BIND = wire.encode(pdu.Bind(BindMode.TRANSCEIVER, "bakjour", "pw"), 1)
SUBMIT = wire.encode(pdu.SubmitSm("46701740605", b"Larm"), 2)
DELIVER = wire.encode(pdu.DeliverSm("46701740699", b"1", "46701740605"), 7)


def header(length: int, command: int, code: int = 0, sequence: int = 9) -> bytes:
    return wire.HEADER.pack(length, command, code, sequence)


def bound_smsc() -> Smsc:
    smsc = Smsc(SmscConfig(), 0.0)
    (asked,) = smsc.receive_data(BIND, 0.0)
    smsc.answer(asked.token, events.BindAnswer(), 0.0)
    smsc.data_to_send()
    return smsc


def bound_esme() -> Esme:
    esme = Esme(EsmeConfig(system_id="bakjour"), 0.0)
    esme.data_to_send()
    esme.receive_data(wire.encode(pdu.BindResp(BindMode.TRANSCEIVER, "SMSC"), 1), 0.0)
    return esme


def said(data: bytes) -> list[pdu.Frame]:
    return [wire.decode(frame) for frame in Framer().feed(data)]


MAKE = {"centre": bound_smsc, "gateway": bound_esme}


@pytest.mark.parametrize("end", MAKE)
def test_every_pdu_of_the_vectors_is_borne_by_a_bound_session(vector: dict[str, Any], end: str) -> None:
    """Whole, then followed by an enquire_link: the session answers that, or has closed and says why."""
    session = MAKE[end]()
    told = session.receive_data(bytes.fromhex(vector["hex"]), 1.0)
    told += session.receive_data(wire.encode(pdu.Plain(Command.ENQUIRE_LINK), 77), 1.0)
    answers = said(session.data_to_send())
    if session.close_reason is not None:
        gone = {events.PeerFault, events.PeerUnbound} & {type(event) for event in told}
        assert gone, "closed without a word for the log"
        return
    pending = session._framer.waiting
    alive = any(frame.command_id == Command.ENQUIRE_LINK_RESP for frame in answers)
    assert alive or pending, "the session neither lives, nor waits for more, nor is closed"


@pytest.mark.parametrize("end", MAKE)
def test_every_malformed_pdu_is_answered_or_told(vector: dict[str, Any], end: str) -> None:
    """A request that is broken gets an error; whatever is lost or doubted is said for the log."""
    if not vector["expect"].startswith(("reject", "malformed")) or "wait for more" in vector["expect"]:
        return
    octets = bytes.fromhex(vector["hex"])
    session = MAKE[end]()
    told = session.receive_data(octets, 1.0)
    answers = [frame for frame in said(session.data_to_send()) if frame.status]
    handed = [event for event in told if isinstance(event, events.DeliverReceived | events.SubmitReceived)]
    faults = [event for event in told if isinstance(event, events.PeerFault)]
    assert answers or faults or handed
    for frame in answers:
        assert is_response(frame.command_id)


CASES = {
    "shorter than a header": (header(15, Command.SUBMIT_SM), status.RINVCMDLEN),
    "longer than any PDU": (header(LENGTH_MAX + 1, Command.SUBMIT_SM), status.RINVCMDLEN),
    "length 0": (header(0, 0), status.RINVCMDLEN),
    "length of all ones": (b"\xff" * 16, status.RINVCMDLEN),
    "a web browser": (b"GET / HTTP/1.1\r\nHost: smsc\r\n\r\n", status.RINVCMDLEN),
    "TLS": (bytes.fromhex("1603010200010001fc0303"), status.RINVCMDLEN),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("end", ["centre", "gateway", "before a bind"])
def test_what_is_no_smpp_closes_the_connection_with_a_reason(name: str, end: str) -> None:
    """generic_nack RINVCMDLEN, the reason in words, and nothing after it is read."""
    octets, code = CASES[name]
    session = MAKE.get(end, lambda: Smsc(SmscConfig(), 0.0))()
    told = session.receive_data(octets + BIND, 1.0)
    (nack,) = said(session.data_to_send())
    assert (nack.command_id, nack.status) == (Command.GENERIC_NACK, code)
    assert session.state is State.CLOSED
    assert "command_length" in str(session.close_reason)
    assert [type(event) for event in told] == [events.PeerFault]


BAD_BODIES = {
    "no NUL in an address": (SUBMIT[:16] + b"\0" + b"\1\1" + b"4" * 40, status.RINVSRCADR),
    "cut in the middle": (SUBMIT[:-3], None),
    "sm_length beyond the end": (SUBMIT.replace(b"\x04Larm", b"\xf0Larm"), status.RINVMSGLEN),
    "a TLV that overruns": (SUBMIT + b"\x02\x04\x00\x20\x01", status.RINVOPTPARSTREAM),
    "a stray octet": (SUBMIT + b"\x02", status.RINVOPTPARSTREAM),
    "an unknown command": (header(16, 0x99), status.RINVCMDID),
    "an unknown vendor command": (header(20, 0x00010200) + b"abcd", status.RINVCMDID),
    "replace_sm": (wire.encode(pdu.ReplaceSm("1"), 3), status.RREPLACEFAIL),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_broken_request_is_answered_and_the_bind_goes_on(name: str) -> None:
    """Only itself fails: the next message is taken."""
    octets, code = BAD_BODIES[name]
    octets = len(octets).to_bytes(4, "big") + octets[4:]
    smsc = bound_smsc()
    smsc.receive_data(octets, 1.0)
    (answer,) = said(smsc.data_to_send())
    assert answer.status == code or (code is None and answer.status)
    assert [type(event) for event in smsc.receive_data(SUBMIT, 1.0)] == [events.SubmitReceived]


def test_before_a_bind_messages_are_refused_and_the_bind_still_comes(joined: Make) -> None:
    """RINVBNDSTS to a submit_sm; then a bind is taken."""
    smsc = Smsc(SmscConfig(), 0.0)
    smsc.receive_data(SUBMIT, 0.0)
    assert [(frame.command_id, frame.status) for frame in said(smsc.data_to_send())] == [
        (Command.SUBMIT_SM_RESP, status.RINVBNDSTS)
    ]
    assert [type(event) for event in smsc.receive_data(BIND, 0.0)] == [events.BindRequested]


def test_a_receipt_with_a_broken_tail_is_not_lost() -> None:
    """The mandatory part is handed over, and the fault is told."""
    esme = bound_esme()
    octets = DELIVER + b"\x00\x1e\x00\x20abc"
    told = esme.receive_data(len(octets).to_bytes(4, "big") + octets[4:], 1.0)
    assert [type(event) for event in told] == [events.PeerFault, events.DeliverReceived]


class Rude:
    """A client that writes bytes and keeps what comes."""

    def __init__(self) -> None:
        self.came = b""
        self.lost = ""

    close_reason = None

    def receive_data(self, data: bytes, now: float) -> list[Any]:
        self.came += data
        return []

    def receive_eof(self, now: float) -> list[Any]:
        return []

    def send(self, command: bytes, now: float) -> None:
        self.out = command

    def data_to_send(self) -> bytes:
        out, self.out = getattr(self, "out", b""), b""
        return out

    def sent(self, now: float) -> None: ...

    def next_deadline(self) -> None: ...

    def tick(self, now: float) -> list[Any]:
        return []

    def connected(self, pump: Any) -> None:
        self.pump = pump

    def received(self, pump: Any, told: Any) -> None: ...

    def disconnected(self, pump: Any, reason: str) -> None:
        self.lost = reason or "closed"


def connect(time: Time, network: Network) -> Rude:
    rude = Rude()
    network.client("smsc").connect(PumpFactory(lambda: Pump(lambda now: rude, rude, time)))
    time.advance(0.1)
    return rude


@pytest.mark.parametrize("name", CASES)
def test_other_connections_go_on(name: str) -> None:
    """One client's nonsense closes its connection alone: the other's message is shown."""
    time = Time()
    network = Network(time)
    seen: list[Any] = []
    centre = SmsCentre(time, seen.append)
    network.listen("smsc", centre.factory)
    good, bad = connect(time, network), connect(time, network)
    good.pump.send(BIND)
    time.advance(0.1)
    bad.pump.send(CASES[name][0])
    for _ in range(10):
        time.advance(0.1)
    assert {happening.event for happening in seen} >= {"fault", "disconnected"}
    assert len(centre.connections) == 1
    good.pump.send(SUBMIT)
    for _ in range(10):
        time.advance(0.1)
    assert centre.phone("46701740605").screen == "Larm"
    assert not good.lost
    centre.stop()
    time.advance(1)


@given(data=st.binary(max_size=200), cut=st.integers(0, 200))
@settings(max_examples=150, deadline=None)
def test_nothing_that_arrives_raises(data: bytes, cut: int) -> None:
    """Random octets, and well-formed PDUs with random octets inside, in two reads."""
    for make in MAKE.values():
        for octets in (data, SUBMIT[:16] + data, DELIVER[:40] + data, BIND + data):
            whole = len(octets).to_bytes(4, "big") + octets[4:] if len(octets) >= 16 else octets
            session = make()
            session.receive_data(whole[:cut], 1.0)
            session.receive_data(whole[cut:], 2.0)
            session.data_to_send()
            session.receive_eof(3.0)
            assert session.close_reason is not None
