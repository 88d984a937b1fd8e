"""What is fuzzed of SMPP: both ends, the codec, and everything that reads a message for people or the core.

Rules: those of `fuzz.espa444`: a target raises only if a promise is broken. A session raises nothing but its
own errors and nothing at all for what the peer says, keeps no more than its limits, and a late tick is as one
in time; what the fast codec takes it reads as the slow one does, and what was read can be written again.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from fuzz.espa444 import ANSWER, SEND, Step, steps
from gateway.cli.explain_smpp import explain_smpp
from gateway.delivery.answer_words import AnswerBook, tokens
from protocols.session import LocalProtocolError, RemoteProtocolError
from protocols.smpp import events, fast, pdu, wire
from protocols.smpp.commands import BindMode
from protocols.smpp.esme import Esme, EsmeConfig
from protocols.smpp.framing import LENGTH_MAX, Framer
from protocols.smpp.receipt import parse_receipt
from protocols.smpp.smsc import Smsc, SmscConfig
from protocols.smpp.text import read_text
from protocols.smpp.window import LATE_MAX, UNANSWERED_MAX

SUBMIT = events.Submit(1, pdu.SubmitSm("46701740605", b"Larm"))
DELIVER = events.Deliver(1, pdu.DeliverSm("46701740699", b"1", "46701740605"))
BIND = wire.encode(pdu.Bind(BindMode.TRANSCEIVER, "bakjour"), 1)
BOUND = wire.encode(pdu.BindResp(BindMode.TRANSCEIVER, "SMSC"), 1)
CODES = (0, 0x08, 0x58, 0x14, 0x45)


def sessions() -> tuple[Any, ...]:
    """Both ends, before their bind and after it."""
    bound = Esme(EsmeConfig(system_id="bakjour"), 0.0)
    bound.receive_data(BOUND, 0.0)
    serving = Smsc(SmscConfig(), 0.0)
    (asked,) = serving.receive_data(BIND, 0.0)
    assert isinstance(asked, events.BindRequested)
    serving.answer(asked.token, events.BindAnswer(), 0.0)
    return Esme(EsmeConfig(system_id="bakjour"), 0.0), bound, Smsc(SmscConfig(), 0.0), serving


def fuzz_sessions(data: bytes) -> None:
    """One session, one script, twice: with every tick in time, and with none."""
    if not data:
        return
    which, script = data[0] % len(sessions()), list(steps(data[1:]))
    in_time = play(sessions()[which], script, ticks=True)
    late = play(sessions()[which], script, ticks=False)
    assert in_time == late, "a late tick differs from one in time"


def play(session: Any, script: list[Step], *, ticks: bool) -> tuple[list[Any], bytes]:
    """Events and bytes of a script, to the end of the connection."""
    now, told, out, tokens_ = 0.0, [], session.data_to_send(), []
    for wait, what in [*script, (100.0, b"")]:
        now += wait
        while ticks and (deadline := session.next_deadline()) is not None and deadline < now:
            told += session.tick(deadline)
        if isinstance(what, bytes):
            heard = session.receive_data(what, now)
            told += heard
            tokens_ += [event.token for event in heard if hasattr(event, "token")]
        else:
            with suppress(LocalProtocolError):
                _command(session, what, tokens_, now)
        out += session.data_to_send()
        bounded(session)
    told += session.receive_eof(now)
    assert session.close_reason is not None
    return told, out + session.data_to_send()


def _command(session: Any, what: int, tokens_: list[Any], now: float) -> None:
    gateway = isinstance(session, Esme)
    if what == SEND:
        session.send(SUBMIT if gateway else DELIVER, now)
    elif what == ANSWER and tokens_:
        code = CODES[len(tokens_) % len(CODES)]
        token = tokens_[-1]
        if gateway:
            session.answer(token, code, now)
            return
        with suppress(LocalProtocolError):
            session.answer(token, events.BindAnswer(code), now)
            return
        session.answer(token, events.SubmitAnswer(code, "1001"), now)


def bounded(session: Any) -> None:
    """What a session keeps has a limit, whatever has come."""
    assert session._framer.waiting <= LENGTH_MAX
    assert len(session._inbox._open) <= UNANSWERED_MAX
    assert len(session._window._late) <= LATE_MAX
    assert len(session._out) == 0


def fuzz_pdus(data: bytes) -> None:
    """The codec: fast and slow agree, and what was read is written as it can be read again."""
    for frame in [data, len(data).to_bytes(4, "big") + data[4:], *Framer().feed(data)]:
        quick, slow = _read(fast.decode, frame), _read(wire.decode, frame)
        assert quick == slow, "the fast path reads something else"
        if isinstance(slow, pdu.Frame):
            _again(slow)


def _read(decode: Callable[[bytes], pdu.Frame], frame: bytes) -> pdu.Frame | str:
    try:
        return decode(frame)
    except RemoteProtocolError as error:
        return str(error)


def _again(frame: pdu.Frame) -> None:
    # More is read than may be written: a short_message of 255 octets, a reserved bind mode.
    with suppress(LocalProtocolError):
        octets = wire.encode(frame.body, frame.sequence, 0)
        assert wire.decode(octets).body == frame.body
        if isinstance(frame.body, pdu.SubmitSm):
            assert fast.encode_submit_sm(frame.body, frame.sequence) == octets


def fuzz_messages(data: bytes) -> None:
    """Everything that reads a message: text, receipt, answer, and the field by field view of any octets."""
    explained = explain_smpp(data, None)
    assert all(field.value.isprintable() for field in explained.fields)
    esm, coding, octets = data[:1] or b"\0", data[1:2] or b"\0", data[2:]
    message = pdu.DeliverSm("46701740699", octets, "46701740605", esm_class=esm[0], data_coding=coding[0])
    receipt = parse_receipt(message)
    if receipt is not None:
        assert not receipt.delivered or receipt.final
    text = read_text(message).text
    said = AnswerBook().read(text)
    assert said is None or len(tokens(text[:160])) <= 2


TARGETS: dict[str, Callable[[bytes], None]] = {
    "smpp-sessions": fuzz_sessions,
    "smpp-pdus": fuzz_pdus,
    "smpp-messages": fuzz_messages,
}
"""By the name that `python -m fuzz` takes."""
