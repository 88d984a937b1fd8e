"""A modem that says anything at any time: no error, no lie, no growth, and the same in any chunking."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.sms.modem import events as e
from protocols.sms.modem.box import JOBS_MAX, OPEN_MAX
from protocols.sms.modem.session import ModemSession

REPORT = b"07916407058099F906050B916407710406F5621142210000006211422100000000"
REPLY = b"07916407058099F9040B916407710406F50000621142210001000131"
LINES = [
    b"OK",
    b"ERROR",
    b"+CMS ERROR: 38",
    b"+CMS ERROR: 322",
    b"+CME ERROR: 10",
    b"+CME ERROR: 16",
    b"> ",
    b"+CMGS: 7",
    b"+CPIN: READY",
    b"+CPIN: SIM PIN",
    b"+CREG: 0,1",
    b"+CREG: 2",
    b"+CSQ: 20,99",
    b'+CPMS: "SM",3,20,"SM",3,20,"SM",3,20',
    b"+CPMS: 3,20,3,20,3,20",
    b'+CMTI: "SM",3',
    b'+CDSI: "SR",1',
    b"+CDS: 25\r\n" + REPORT,
    b"+CDS: 25\r\n" + REPORT[:-4],
    b"+CMGR: 0,,20\r\n" + REPLY,
    b"+CMGL: 3,1,,20\r\n" + REPLY,
    b"+CMGL: 4,3,,20\r\n0011",
    b"RDY",
    b"AT+CMGS=18",
    b"\xff\xfe\x00",
]
SAYS = st.sampled_from(LINES) | st.binary(max_size=40)
STEPS = st.one_of(
    SAYS.map(lambda said: ("say", said)),
    st.sampled_from([0.5, 2.0, 5.0, 15.0, 60.0]).map(lambda seconds: ("wait", seconds)),
    st.just(("send", None)),
    st.booleans().map(lambda stored: ("answer", stored)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=60), st.booleans())
def test_anything_at_any_time(talk: Callable[..., Any], steps: list[tuple[str, Any]], ready: bool) -> None:
    """Every message ends once, or in doubt and then taken; the PIN is given once; nothing raises or grows."""
    one = talk(pin="1234")
    if ready:
        one.ready()
    sent, answered = 0, 0
    for what, value in steps:
        tokens = [event.token for event in one.events if isinstance(event, e.ReportReceived | e.SmsReceived)]
        if what == "say":
            end = b"" if value == b"> " else b"\r\n"
            one.events += one.session.receive_data(b"\r\n" + value + end, one.now)
        elif what == "wait":
            one.wait(value)
        elif what == "send" and one.session.free:
            sent += 1
            one.send(sent)
        elif what == "answer" and answered < len(tokens) and one.session.close_reason is None:
            one.session.answer(tokens[answered], value, one.now)
            answered += 1
        one.hear()
        assert len(one.session._box.jobs) <= JOBS_MAX
        assert len(one.session._box._open) <= OPEN_MAX
    one.events += one.session.receive_eof(one.now)
    ends: dict[int, list[Any]] = {ref: [] for ref in range(1, sent + 1)}
    for event in one.events:
        if isinstance(event, e.SmsTaken | e.SmsFailed):
            ends[event.ref].append(event)
    for first, *later in ends.values():
        assert not later or (first.maybe_sent and [end.late for end in later] == [True])
    accepted = sum(isinstance(event, e.PinAccepted) for event in one.events)
    assert one.said.count('AT+CPIN="1234"') <= accepted + one.said.count("AT+CPIN?")
    refused = sum(isinstance(event, e.PinRefused) for event in one.events)
    assert refused <= 1, "a PIN that was refused is not given again"


@settings(max_examples=60, deadline=None)
@given(st.lists(SAYS, max_size=40))
def test_every_chunking(talk: Callable[..., Any], lines: list[bytes]) -> None:
    """Whole or byte by byte, the same is said and told."""
    data = b"".join(b"\r\n" + line + b"\r\n" for line in lines)
    whole, pieces = talk().ready(), talk().ready()
    whole.events += whole.session.receive_data(data, whole.now)
    for octet in data:
        pieces.events += pieces.session.receive_data(bytes([octet]), pieces.now)
    assert (whole.hear(), whole.take()) == (pieces.hear(), pieces.take())
    assert whole.session.state is pieces.session.state


def test_a_flood_without_a_line_end() -> None:
    """A megabyte of nothing costs one fault and no memory."""
    session = ModemSession(e.ModemConfig(), 0.0)
    events = [event for _ in range(256) for event in session.receive_data(b"A" * 4096, 0.0)]
    assert events == [e.PeerFault("a line that is longer than any PDU")]
