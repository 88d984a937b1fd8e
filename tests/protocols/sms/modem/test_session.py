"""What a session with a modem does, in the words of the facts on modems."""

from collections.abc import Callable
from typing import Any

import pytest

from protocols.session import LocalProtocolError
from protocols.sms import tpdu
from protocols.sms.modem import events as e
from protocols.sms.modem.errors import ErrorClass
from protocols.sms.modem.tables import State

Make = Callable[..., Any]
REPORT = "07916407058099F906050B916407710406F5621142210000006211422100000000"
REPLY = "07916407058099F9040B916407710406F50000621142210001000131"


def test_set_up(talk: Make) -> None:
    """The modem is set up in the order of the facts, and told how it stands."""
    one = talk().ready()
    assert one.said == [
        "<ESC>",
        "AT",
        "ATE0",
        "AT+CMEE=1",
        "AT+CPIN?",
        "AT+CREG?",
        "AT+CEREG?",
        "AT+CSQ",
        "AT+CSCA?",
        "AT+CMGF=0",
        "AT+CSMS=1",
        "AT+CNMI=2,1,0,1,0",
        "AT+CPMS?",
        'AT+CPMS="SM"',
    ]
    status = e.ModemStatus(e.Sim.READY, e.Registration.HOME, -73, "+46705008999", True)
    assert one.session.status == status
    assert [event.status for event in one.events if isinstance(event, e.StatusChanged)][-1] == status
    assert one.session.free == 1


def test_reports_that_can_only_be_stored(talk: Make) -> None:
    """A modem that refuses direct reports stores them, and its memory of reports is looked into."""
    one = talk()
    one.replies["AT+CNMI=2,1,0,1,0"] = ["+CMS ERROR: 303"]
    one.ready()
    assert one.said[-4:] == ["AT+CNMI=2,1,0,2,0", "AT+CPMS?", 'AT+CPMS="SM"', 'AT+CPMS="SR"']
    one.say('+CDSI: "SR",2')
    assert one.hear() == ["AT+CMGR=2"]
    one.say("+CMGR: 0,,25", REPORT, "OK")
    (report,) = one.take()
    assert (report.report.reference, one.hear()) == (5, [])
    one.session.answer(report.token, True, one.now)
    assert one.hear() == ["AT+CMGD=2"]


def test_without_reports_and_confirmations(talk: Make) -> None:
    """What a modem does not know is gone without, and told; messages can be sent all the same."""
    one = talk()
    for command in (
        "AT+CNMI=2,1,0,1,0",
        "AT+CNMI=2,1,0,2,0",
        "AT+CSMS=1",
        "AT+CPMS?",
        "AT+CSCA?",
        "AT+CEREG?",
    ):
        one.replies[command] = ["ERROR"]
    one.ready()
    assert one.take() == [e.PeerFault("the modem gives no status reports: ERROR")]
    assert one.said[-1] == "AT+CMGL=4", "without a memory to count in, what is stored is listed"
    assert one.session.free == 1


def test_one_message(talk: Make) -> None:
    """AT+CMGS, the prompt, the PDU with Ctrl-Z, and the reference that the network gave it."""
    one = talk(centre="+46705008999").ready()
    one.send(7)
    assert (one.hear(), one.session.free) == (["AT+CMGS=18"], 0)
    one.say("> ", end="")
    assert one.hear() == ["07916407058099F931000B916407710406F500000204CCB0BC0D<CTRL-Z>"]
    one.say("+CMGS: 41", "OK")
    assert one.take() == [e.SmsTaken(7, 41)]
    assert one.session.free == 1
    too_long = tpdu.Submit(tpdu.Address("1"), tpdu.UserData(4, 0, b"", b"x" * 141))
    with pytest.raises(LocalProtocolError, match="140"):
        one.session.send(e.SendSms(9, too_long), one.now)
    assert one.session.free == 1, "what cannot be sent leaves nothing behind"


def test_ok_alone_is_not_taken(talk: Make) -> None:
    """An OK without a +CMGS belongs to something older and proves nothing."""
    one = talk().ready().send()
    one.say("> ", end="").say("OK")
    assert (one.take(), one.session.state) == ([], State.SENDING)
    one.say("+CMGS: 3", "OK")
    assert one.take() == [e.SmsTaken(1, 3)]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("+CMS ERROR: 38", ErrorClass.TEMPORARY),
        ("+CMS ERROR: 28", ErrorClass.NUMBER),
        ("ERROR", ErrorClass.UNKNOWN),
    ],
)
def test_a_refusal_makes_way_for_the_next(talk: Make, error: str, kind: ErrorClass) -> None:
    """One dead number never blocks the others: after its error the next message goes at once."""
    one = talk().ready().send(1)
    one.say("> ", end="").say(error)
    (failed,) = one.take()
    assert (failed.ref, failed.error.kind, failed.maybe_sent) == (1, kind, False)
    one.hear()
    one.send(2)
    assert one.hear() == ["AT+CMGS=18"]


def test_memory_full_is_cleared(talk: Make) -> None:
    """Memory full: what was received is handed over, what is not for us deleted, and it goes on."""
    one = talk().ready().send()
    one.say("> ", end="").hear()
    one.say("+CMS ERROR: 322")
    assert one.take()[0].error.kind is ErrorClass.MEMORY_FULL
    assert one.hear() == ["AT+CMGL=4"]
    submitted = "0031000B916407710406F500000204CCB0BC0D"
    one.say("+CMGL: 1,1,,20", REPLY, "+CMGL: 2,3,,18", submitted, "OK")
    (received,) = one.take()
    assert received.message.data.text == "1"
    assert one.go().said[-1] == "AT+CMGD=2"
    one.session.answer(received.token, True, one.now)
    assert one.hear() == ["AT+CMGD=1"]
    one.say("OK").send(2)
    assert one.hear() == ["AT+CMGS=18"]


def test_a_report_is_confirmed_after_its_commit(talk: Make) -> None:
    """+CDS may come at any moment; +CNMA goes after the answer and before everything else."""
    one = talk().ready()
    one.wait(15.0)
    assert one.hear() == ["AT"]
    one.say("+CDS: 25", REPORT)
    (report,) = one.take()
    assert report.report.outcome == "delivered"
    one.send(3).session.answer(report.token, True, one.now)
    assert one.hear() == [], "a command is under way"
    assert one.say("OK").hear() == ["AT+CNMA"]
    assert one.say("OK").hear() == ["AT+CMGS=18"]
    with pytest.raises(LocalProtocolError, match="not open"):
        one.session.answer(report.token, True, one.now)


def test_what_is_not_stored_comes_again(talk: Make) -> None:
    """Refused, a direct report is refused to the network, a stored message is left and listed again."""
    one = talk().ready()
    one.say("+CDS: 25", REPORT)
    one.session.answer(one.take()[0].token, False, one.now)
    assert one.hear() == ["AT+CNMA=2"]
    one.say("OK", '+CMTI: "SM",1')
    one.hear()
    one.say("+CMGR: 0,,20", REPLY, "OK")
    one.session.answer(one.take()[0].token, False, one.now)
    assert one.hear() == []
    one.replies['AT+CPMS="SM"'] = ["+CPMS: 1,20,1,20,1,20", "OK"]
    one.replies["AT+CMGL=4"] = ["+CMGL: 1,1,,20", REPLY, "OK"]
    one.wait(15.0).go()
    (again,) = one.take()
    one.wait(15.0).go()
    assert one.take() == [], "it is out with a token and not handed over twice"
    one.session.answer(again.token, True, one.now)
    assert one.hear() == ["AT+CMGD=1"]


@pytest.mark.parametrize(
    "pdu", [REPORT[:-2], REPORT[:-1], "zz", "", "0031000B916407710406F500000204CCB0BC0D"]
)
def test_a_cut_report_is_no_report(talk: Make, pdu: str) -> None:
    """A report that is cut would say "delivered" by its missing octets: it is told and confirmed away."""
    one = talk().ready()
    one.say("+CDS: 25", *([pdu] if pdu else []), "^X")
    assert [type(event) for event in one.take()] == [e.PeerFault]
    assert one.hear() == ["AT+CNMA"]


def test_what_cannot_be_read_twice_is_removed(talk: Make) -> None:
    """A stored message that is damaged is tried once more, and then makes room."""
    one = talk().ready()
    one.replies['AT+CPMS="SM"'] = ["+CPMS: 1,20,1,20,1,20", "OK"]
    one.replies["AT+CMGL=4"] = ["+CMGL: 1,0,,20", REPLY[:-2], "OK"]
    one.wait(15.0).go()
    assert "AT+CMGD=1" not in one.said
    one.wait(15.0).go()
    assert one.said[-1] == "AT+CMGD=1"
    assert [type(event) for event in one.take()] == [e.PeerFault] * 2


def test_pin(talk: Make) -> None:
    """A PIN is given where it is wanted, and again only after a restart, for then it was right."""
    one = talk(pin="1234")
    wants = ["+CPIN: SIM PIN", "OK"]
    one.replies["AT+CPIN?"] = wants
    one.until('AT+CPIN="1234"')
    one.replies["AT+CPIN?"] = ["+CPIN: READY", "OK"]
    one.say("OK").go()
    assert one.session.free == 1
    assert one.take() == [e.PinAccepted()]
    one.say("RDY")
    one.replies["AT+CPIN?"] = wants
    one.until('AT+CPIN="1234"')
    one.say("+CME ERROR: 14")
    assert one.take() == []
    assert one.session.status.sim is e.Sim.BUSY
    one.wait(2.0).go('AT+CPIN="1234"')
    assert one.said[-1] == 'AT+CPIN="1234"', "the SIM was busy and has not looked at it"


@pytest.mark.parametrize(
    "answer",
    [["+CME ERROR: 16"], ["ERROR"], ["+CMS ERROR: 311"], None, ["RDY"], ["OK"], ["OK", "+CME ERROR: 16"]],
)
def test_never_a_second_wrong_pin(talk: Make, answer: list[str] | None) -> None:
    """Refused, or its answer lost, the PIN is not given again, however long and however often it restarts."""
    one = talk(pin="9999")
    one.replies |= {"AT+CPIN?": ["+CPIN: SIM PIN", "OK"], 'AT+CPIN="9999"': answer}
    one.ready()
    for _ in range(8):
        one.wait(20.0).go()
        one.say("RDY").wait(5.0).go()
    assert one.said.count('AT+CPIN="9999"') == 1
    assert one.take().count(e.PinRefused()) == 1
    assert (one.session.status.sim, one.session.free) == (e.Sim.PIN_REFUSED, 0)


@pytest.mark.parametrize(
    ("answer", "sim"),
    [
        (["+CPIN: SIM PIN", "OK"], e.Sim.PIN_WANTED),
        (["+CPIN: SIM PUK", "OK"], e.Sim.PUK_WANTED),
        (["+CME ERROR: 10"], e.Sim.MISSING),
        (["+CME ERROR: SIM not inserted"], e.Sim.MISSING),
        (["+CMS ERROR: 310"], e.Sim.MISSING),
        (["+CME ERROR: 13"], e.Sim.FAILED),
        (["ERROR"], e.Sim.FAILED),
        (["OK"], e.Sim.BUSY),
    ],
)
def test_without_sim(talk: Make, answer: list[str], sim: e.Sim) -> None:
    """Without a SIM that is ready nothing is sent; it is asked again, and all goes on when it is there."""
    one = talk()
    one.replies["AT+CPIN?"] = answer
    one.ready()
    assert (one.session.status.sim, one.session.state, one.session.free) == (sim, State.UNUSABLE, 0)
    one.replies["AT+CPIN?"] = ["+CPIN: READY", "OK"]
    one.wait(2.0 if sim is e.Sim.BUSY else 15.0).go()
    assert one.session.free == 1


def test_sim_pulled_and_network_lost(talk: Make) -> None:
    """A SIM that is pulled and a network that is lost are seen, at once if the modem says so."""
    one = talk().ready()
    one.replies["AT+CREG?"] = ["+CREG: 0,2", "OK"]
    one.say("+CREG: 2")
    one.wait(0.0).go()
    assert (one.session.status.registration, one.session.free) == (e.Registration.SEARCHING, 0)
    one.replies["AT+CPIN?"] = ["+CME ERROR: 10"]
    one.wait(15.0).go()
    assert (one.session.status.sim, one.session.state) == (e.Sim.MISSING, State.UNUSABLE)


def test_watchdog(talk: Make) -> None:
    """Silence: AT until it answers; if nothing does, AT+CFUN=1,1, and the line is closed."""
    one = talk().ready()
    one.wait(15.0)
    assert one.hear() == ["AT"]
    one.wait(5.0)
    assert (one.session.state, one.session.free) == (State.WAKING, 0)
    one.wait(20.0)
    said = one.hear()
    assert said == ["<ESC>", "AT", *["AT"] * 9, "AT+CFUN=1,1"]
    assert one.session.close_reason is None
    one.wait(2.0)
    assert one.session.close_reason == "the modem did not answer and was reset"


def test_it_wakes_and_is_set_up_again(talk: Make) -> None:
    """A modem that answers again may have restarted: late answers pass, then it is set up anew."""
    one = talk().ready()
    one.wait(20.0)
    one.hear()
    one.say("+CSQ: 1,1", "OK", "OK", "ERROR")
    assert one.hear() == [], "they belong to nothing any more"
    one.wait(0.5)
    assert one.hear() == ["ATE0"]
    one.say("OK").go()
    assert one.session.free == 1


@pytest.mark.parametrize(
    ("given", "maybe"),
    [(False, False), (True, True)],
    ids=["no prompt", "no result"],
)
def test_no_answer_to_a_message(talk: Make, given: bool, maybe: bool) -> None:
    """Without a prompt nothing was sent; without a result it may have been, and a late one is told."""
    one = talk().ready().send(5)
    if given:
        one.say("> ", end="")
        one.wait(59.0)
        assert one.take() == []
    one.wait(10.0)
    failed, *_ = [event for event in one.take() if isinstance(event, e.SmsFailed)]
    assert (failed.ref, failed.maybe_sent, failed.error) == (5, maybe, None)
    assert "<ESC>" in one.hear(), "it may wait for a PDU still"
    one.say("+CMGS: 9", "OK")
    assert one.take() == ([e.SmsTaken(5, 9, late=True)] if maybe else [])
    one.wait(1.0).go()
    assert one.session.free == 1


def test_gone_with_a_message(talk: Make) -> None:
    """A line that goes while a message is under way leaves it in doubt, unless its reference is known."""
    one = talk().ready().send(1)
    one.say("> ", end="")
    assert one.session.receive_eof(one.now)[0] == e.SmsFailed(1, "the line is gone", maybe_sent=True)
    two = talk().ready().send(1)
    two.say("> ", end="").say("+CMGS: 4")
    assert two.session.receive_eof(two.now)[0] == e.SmsTaken(1, 4)
    three = talk().ready()
    three.wait(15.0).send(1)
    assert three.session.receive_eof(three.now)[0] == e.SmsFailed(1, "the line is gone")


def test_late_tick_is_as_one_in_time(talk: Make) -> None:
    """One tick after an hour does what a tick at every deadline would have done."""
    late, timely = talk().ready(), talk().ready()
    late.events += late.session.tick(3600.0)
    timely.wait(3600.0)
    assert (late.hear(), late.take()) == (timely.hear(), timely.take())


def test_a_command_under_way_never_delays_a_message_long(talk: Make) -> None:
    """Before the rest of supervision goes the message that waits."""
    one = talk().ready()
    one.wait(15.0).send()
    assert one.hear() == ["AT"]
    assert one.say("OK").hear() == ["AT+CMGS=18"]


def test_echo(talk: Make) -> None:
    """A modem that goes on echoing is understood all the same."""
    one = talk()
    for command in ["AT", "ATE0", "AT+CMGF=0", "AT+CPIN?"]:
        one.replies[command] = [command, *one.replies.get(command, ["OK"])]
    one.ready().send()
    one.hear()
    one.say("AT+CMGS=18").say("> ", end="")
    pdu = one.hear()[0].removesuffix("<CTRL-Z>")
    one.say(pdu + "\x1a", "+CMGS: 2", "OK")
    assert one.take() == [e.SmsTaken(1, 2)]


def test_memory_is_bounded(talk: Make) -> None:
    """A flood of news makes no more commands and no more tokens than there are places for."""
    one = talk().ready()
    for place in range(2_000):
        one.session.receive_data(f'\r\n+CMTI: "SM",{place}\r\n'.encode(), one.now)
    assert len(one.session._box.jobs) == 300
    two = talk().ready()
    for _ in range(2_000):
        two.session.receive_data(f"\r\n+CDS: 25\r\n{REPORT}\r\n".encode(), two.now)
    assert len(two.session._box._open) == 100
