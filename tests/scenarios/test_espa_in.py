"""ESPA in: a nurse-call system pages through us, and hears what became of its calls."""

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.protocol import Factory, Protocol

from gateway.delivery.texts import CUT
from gateway.sources.espa444 import OPEN_MOST
from gateway.store import calls, history
from protocols.espa444 import (
    Block,
    FailReason,
    Header,
    Priority,
    Record,
    call_block,
    encode,
)
from simulators.dect.handset import HandsetState

LINE = """
[[source]]
name = "avd-3"
type = "espa444"
listen = "tcp:4445:interface=127.0.0.1"
"""
ALIASES = """
[source.aliases]
"901" = { unit = "hc-andersberg", role = "doctor" }
"902" = { receiver = "vaxel" }
"903" = { receiver = "johan" }
"904" = { receiver = "gone" }
"""
PATIENT = "Rum 4 Karin Åkesson"
ANNA, VAXEL = "20117", "20999"
MARIA, JOHAN = "+46701740606", "+46701740607"
SELECT, ACK, NAK_2, NAK_3 = b"1\x052\x05", b"\x06", b"2\x15", b"3\x15"


class Raw(Protocol):
    """A line that says what a test tells it to, and keeps what it hears."""

    heard = b""

    def dataReceived(self, data):
        self.heard += data

    def says(self, ward, *pieces, seconds=0.5):
        """Say each piece and wait; what was heard meanwhile."""
        self.heard = b""
        for piece in pieces:
            self.transport.write(piece)
            ward.advance(seconds=seconds)
        return self.heard


@pytest.fixture
def make(make_ward, plans):
    """A ward with a nurse-call line; the system has connected."""

    def made(keys="", aliases=ALIASES, **options):
        config = options.pop("config", plans.CONFIG)
        ward = make_ward(
            config=config.replace("[[carrier]]", LINE + keys + aliases + "[[carrier]]", 1), **options
        )
        connects(ward)
        return ward

    return made


def connects(ward):
    ward.network.open("nursecall", ward.nurse_call.factory)
    ward.advance(seconds=2)


def raw_line(ward):
    line = ward.network.open("nursecall", Factory.forProtocol(Raw))
    ward.advance(seconds=0.1)
    return line


def alerts_of(ward):
    return [alert for alert in history.recent(ward.reader, 100) if alert.source == "espa444/avd-3"]


def counters(ward):
    return {line.name: line for line in ward.gateway.lines()}["avd-3"].counters


def test_a_call_to_an_extension_is_shown_as_sent_and_its_answer_goes_back(make):
    """A call to a handset comes onto it word for word; queued, paged and acknowledged are told as 2, 3, 6."""
    ward = make()
    call = ward.nurse_call.calls(ANNA, PATIENT, priority=Priority.HIGH, beep=3)
    ward.settles()
    assert call.taken
    assert ward.handset(ANNA).shows(PATIENT) == PATIENT
    assert ward.device(ANNA).screen[0].priority == 2
    ward.advance(seconds=5)
    assert call.statuses == ["2", "3"]
    ward.accepts(ANNA)
    assert call.statuses == ["2", "3", "6"]
    (alert,) = alerts_of(ward)
    assert alert.closed == "acknowledged"
    assert alert.event.count("-") == 1


@pytest.mark.parametrize("address", ["hc-andersberg", "SE2321000016-1XY"])
def test_a_call_to_a_unit_goes_to_whom_the_roster_says(make, plans, address):
    """A unit's id or alias pages its nurse on duty, then the next one, as any event does."""
    ward = make()
    ward.takes_roster(
        '[[unit]]\nid = "hc-andersberg"\narea = "narsjukvard"\nname = "HC Andersberg"\n'
        'aliases = ["SE2321000016-1XY"]\nfallback = ["eva"]\n'
    )
    ward.nurse_call.calls(address, PATIENT, priority=Priority.HIGH)
    ward.settles()
    ward.handset(ANNA).shows(PATIENT)
    ward.advance(minutes=2)
    ward.settles()
    ward.handset("20118").shows(PATIENT)
    (alert,) = alerts_of(ward)
    assert (alert.subject.unit, alert.subject.role) == ("hc-andersberg", "nurse")


def test_an_alias_means_a_role_of_a_unit_or_a_receiver(make):
    """What no extension and no unit is called by is looked up in the source's aliases."""
    ward = make()
    doctor = ward.nurse_call.calls("901", PATIENT)
    switchboard = ward.nurse_call.calls("902", PATIENT)
    ward.settles()
    assert doctor.taken
    assert switchboard.taken
    assert ward.phone(MARIA).gets() == "Larm från avd-3, 901 Svara 1=ja 2=nej (10)"
    ward.handset(VAXEL).shows(PATIENT)


def test_what_a_call_says_never_goes_out_as_sms(make):
    """On the way to a phone a call names its line and its address, and nothing of what it says."""
    ward = make()
    ward.dect.handset("20120").state = HandsetState.OFF
    call = ward.nurse_call.calls("903", PATIENT)
    ward.settles()
    assert ward.phone(JOHAN).gets() == "Larm från avd-3, 903 Svara 1=ja 2=nej (10)"
    assert call.taken


@pytest.mark.parametrize("address", ["4711", "20555", "904", "okand-enhet"])
def test_whom_we_do_not_know_is_nak_3_and_alarmed(make, address):
    """Unknown address, extension, unit, or an alias that leads nowhere: NAK 3, stored without it, alarmed."""
    ward = make()
    call = ward.nurse_call.calls(address, PATIENT)
    ward.settles()
    assert call.failed is FailReason.INVALID
    assert alerts_of(ward) == []
    (refusal,) = history.refusals(ward.reader, 10)
    assert (refusal.way, refusal.status, refusal.unit) == ("avd-3", "rejected", None)
    assert address not in str(refusal)
    ward.handset(VAXEL).shows("TEKNISKT LARM", "avd-3")


def test_an_ack_comes_only_after_the_commit(make):
    """While the store does not take it, a call gets NAK 2 and no ACK; the repeat gets one when it does."""
    ward = make()
    ward.writer.dead = True
    call = ward.nurse_call.calls(ANNA, PATIENT)
    ward.advance(seconds=4)
    assert call.failed is FailReason.BUSY
    ward.writer.dead = False
    again = ward.nurse_call.calls(ANNA, PATIENT)
    ward.settles()
    assert again.taken
    ward.handset(ANNA).shows(PATIENT)


def test_while_we_are_full_a_call_is_nak_2_and_a_cancellation_is_not(make, monkeypatch):
    """Too many open calls of one line: NAK 2, and what takes a call back still gets through."""
    monkeypatch.setattr("gateway.sources.espa444.OPEN_MOST", 1)
    assert OPEN_MOST == 500
    ward = make()
    first = ward.nurse_call.calls(ANNA, PATIENT)
    ward.settles()
    second = ward.nurse_call.calls(VAXEL, PATIENT)
    ward.settles()
    assert (first.taken, second.failed) == (True, FailReason.BUSY)
    ward.handset(ANNA).shows(PATIENT)
    ward.nurse_call.takes_back(first)
    ward.settles()
    third = ward.nurse_call.calls(VAXEL, PATIENT)
    ward.settles()
    assert third.taken
    ward.handset(VAXEL).shows(PATIENT)


def test_the_same_bytes_in_one_session_are_a_duplicate(make):
    """A sender that did not hear our ACK repeats its block: ACK again, one page, nothing to remark."""
    ward = make()
    block = encode(call_block(ANNA, b"Rum 4"))
    line = raw_line(ward)
    assert line.says(ward, SELECT, block, block, block, b"\x04") == ACK * 4
    ward.settles()
    ward.handset(ANNA).shows("Rum 4")
    (alert,) = alerts_of(ward)
    assert "came again" not in str(history.timeline(ward.reader, alert.id))
    assert counters(ward)["duplicates"] == 2


def test_a_repeat_in_a_new_session_within_5_s_is_the_same_alert_marked(make):
    """Its timeline says that the call came again; nobody is paged twice."""
    ward = make()
    ward.nurse_call.calls(ANNA, PATIENT)
    ward.advance(seconds=2)
    again = ward.nurse_call.calls(ANNA, PATIENT)
    ward.settles()
    assert again.taken
    ward.handset(ANNA).shows(PATIENT)
    (alert,) = alerts_of(ward)
    assert calls.CAME_AGAIN in [step.text for step in history.timeline(ward.reader, alert.id)]


def test_a_repeat_after_5_s_is_a_new_alert(make):
    """Somebody has pressed again: a second page."""
    ward = make()
    ward.nurse_call.calls(ANNA, PATIENT)
    ward.advance(seconds=6)
    ward.nurse_call.calls(ANNA, PATIENT)
    ward.settles()
    ward.handset(ANNA).shows(PATIENT)
    ward.handset(ANNA).shows(PATIENT)
    assert len(alerts_of(ward)) == 2


def test_a_repeat_of_a_call_that_is_over_is_a_new_alert(make):
    """Within 5 s too: a call that was taken back and made again would otherwise page nobody."""
    ward = make()
    first = ward.nurse_call.calls(ANNA, PATIENT)
    ward.advance(seconds=1.5)
    ward.nurse_call.takes_back(first)
    ward.nurse_call.calls(ANNA, PATIENT)
    ward.settles()
    assert [alert.closed for alert in alerts_of(ward)] == [None, "cancelled"]
    assert ward.device(ANNA).screen
    ward.handset(ANNA).unseen.clear()


def test_a_reset_call_cancels(make):
    """The call is closed, its message leaves the handset, and the end is told as 5."""
    ward = make()
    call = ward.nurse_call.calls(ANNA, PATIENT)
    ward.settles()
    ward.handset(ANNA).shows(PATIENT)
    reset = ward.nurse_call.takes_back(call)
    ward.settles()
    assert reset.taken
    assert ward.device(ANNA).screen == []
    assert [alert.closed for alert in alerts_of(ward)] == ["cancelled"]
    ward.advance(seconds=3)
    assert call.statuses[-1] == "5"


def test_a_reset_that_could_mean_several_calls_takes_none_back(make):
    """A reset without a text, and two different calls at the address: both go on, and both say so."""
    ward = make()
    ward.nurse_call.calls(ANNA, "Rum 4")
    ward.nurse_call.calls(ANNA, "Rum 5")
    ward.settles()
    reset = Block(Header.CALL, (Record("1", ANNA.encode()), Record("4", b"1")))
    sent = ward.nurse_call.sends(reset)
    ward.settles()
    assert sent.taken
    assert [alert.closed for alert in alerts_of(ward)] == [None, None]
    ward.handset(ANNA).shows("Rum 4")
    ward.handset(ANNA).shows("Rum 5")
    assert counters(ward)["cancellations_unclear"] == 1


def test_ascoms_running_number_erases_its_call(make):
    """Call type 6 with record D takes back the call of that number; without a number it is NAK 3."""
    ward = make()
    call = call_block(ANNA, b"Rum 4")
    numbered = Block(call.header, (*call.records, Record("D", b"77")))
    ward.nurse_call.sends(numbered)
    ward.settles()
    ward.handset(ANNA).shows("Rum 4")
    records = (Record("1", ANNA.encode()), Record("4", b"6"))
    without = ward.nurse_call.sends(Block(Header.CALL, records))
    ward.settles()
    assert without.failed is FailReason.INVALID
    erased = ward.nurse_call.sends(Block(Header.CALL, (*records, Record("D", b"77"))))
    ward.settles()
    assert erased.taken
    assert [alert.closed for alert in alerts_of(ward)] == ["cancelled"]


@pytest.mark.parametrize(
    ("header", "call_type", "expected"),
    [
        (Header.CALL, "2", ACK),
        (Header.CALL, "7", ACK),
        (Header.SUBSCRIBER_CALL, "3", ACK),
        (Header.CALL, "5", NAK_3),
        (Header.STATUS, "3", NAK_3),
        (Header.OTHER, "3", NAK_3),
        ("7", "3", NAK_3),
        ("9", "3", NAK_3),
    ],
)
def test_what_is_taken_as_a_call(make, header, call_type, expected):
    """Speech calls, cordless phones and subscriber lines page; what we do not do is NAK 3, never ignored."""
    ward = make()
    more = (Record("5", b"2"), Record("6", b"1"), Record("A", b"12"), Record("C", b"x"))
    records = (Record("2", b"Rum 4"), Record("1", ANNA.encode()), Record("4", call_type.encode()), *more)
    line = raw_line(ward)
    heard = line.says(ward, SELECT, encode(Block(header, records), trailing_rs=True, extra_cr=True), b"\x04")
    assert heard == ACK + expected
    ward.settles()
    if expected == ACK:
        ward.handset(ANNA).shows("Rum 4")
        assert alerts_of(ward)[0].subject.priority == 1


def test_nobody_answers_and_no_way_is_left(make):
    """Expired is told as 4 (absent); a call that every route refused as 8 (fault). People are alarmed."""
    ward = make()
    ward.dect.handset(ANNA).state = HandsetState.OFF
    refused = ward.nurse_call.calls(ANNA, "Rum 4")
    silent = ward.nurse_call.calls(VAXEL, "Rum 5")
    ward.settles()
    ward.advance(minutes=31)
    assert refused.statuses[-1] == "8"
    assert silent.statuses == ["2", "3", "4"]
    ward.handset(VAXEL).unseen.clear()


def test_nobody_on_duty_is_told_as_absent(make):
    """A unit whom nobody answers for: the call is taken, ends without a receiver, and is told as 4."""
    ward = make()
    call = ward.nurse_call.calls("tom", "Rum 4")
    ward.settles()
    ward.advance(seconds=3)
    assert call.taken
    assert call.statuses == ["4"]
    ward.handset(VAXEL).unseen.clear()


def test_an_answer_after_the_end_is_told(make):
    """Somebody presses OK when the call has expired: 6 after 4, for it is the truth."""
    ward = make()
    call = ward.nurse_call.calls(ANNA, "Rum 4")
    ward.settles()
    ward.handset(ANNA).shows("Rum 4")
    ward.advance(minutes=31)
    assert call.statuses[-1] == "4"
    ward.accepts(ANNA)
    ward.advance(seconds=3)
    assert call.statuses[-1] == "6"
    ward.handset(VAXEL).unseen.clear()


def test_a_status_request_is_answered(make):
    """In request mode nothing is told by itself; asked, the state comes back; an unknown call is NAK 3."""
    ward = make('status_mode = "request"\n')
    call = ward.nurse_call.calls(ANNA, "Rum 4")
    ward.settles()
    ward.handset(ANNA).shows("Rum 4")
    ward.advance(seconds=5)
    assert call.statuses == []
    assert ward.nurse_call.asks(call).failed is None
    ward.advance(seconds=3)
    assert call.statuses == ["3"]
    other = ward.nurse_call.sends(Block(Header.STATUS_REQUEST, call_block(ANNA, b"Rum 9").records))
    ward.settles()
    assert other.failed is FailReason.INVALID


def test_without_status_nothing_is_told(make):
    """Mode none: calls are taken, and a status request is NAK 3."""
    ward = make('status_mode = "none"\n')
    call = ward.nurse_call.calls(ANNA, "Rum 4")
    ward.settles()
    ward.handset(ANNA).shows("Rum 4")
    asked = ward.nurse_call.asks(call)
    ward.advance(seconds=5)
    assert call.statuses == []
    assert asked.failed is FailReason.INVALID


def test_what_became_of_a_call_is_told_after_a_restart(make):
    """A restart between the call and its answer: the caller hears the answer, and nothing twice."""
    ward = make()
    call = ward.nurse_call.calls(ANNA, PATIENT)
    ward.settles()
    ward.handset(ANNA).shows(PATIENT)
    ward.advance(seconds=5)
    assert call.statuses == ["2", "3"]
    ward.stops()
    ward.starts()
    connects(ward)
    ward.accepts(ANNA)
    ward.advance(seconds=5)
    assert call.statuses == ["2", "3", "6"]


def test_a_status_waits_for_a_line_that_is_away(make):
    """The caller's line is cut when somebody answers: the answer is told when it is back."""
    ward = make()
    call = ward.nurse_call.calls(ANNA, PATIENT)
    ward.settles()
    ward.handset(ANNA).shows(PATIENT)
    ward.advance(seconds=5)
    ward.network.cut("nursecall")
    ward.accepts(ANNA)
    connects(ward)
    ward.advance(seconds=5)
    assert call.statuses == ["2", "3", "6"]


def test_what_a_call_says_is_forgotten_after_a_day_and_never_logged(make, caplog, capsys):
    """24 h later neither store nor attempts hold it; the alert itself, its timeline and the log never do."""
    ward = make()
    ward.nurse_call.calls(ANNA, PATIENT)
    ward.settles()
    ward.handset(ANNA).shows(PATIENT)
    (alert,) = alerts_of(ward)
    ward.accepts(ANNA)
    assert calls.text_of(ward.reader, alert.id) == PATIENT
    state = ward.store.execute("SELECT state FROM alert WHERE id = ?", (alert.id,)).fetchone()[0]
    assert "Karin" not in state + str(history.timeline(ward.reader, alert.id))
    ward.advance(minutes=24 * 60 - 2)
    assert calls.text_of(ward.reader, alert.id) == PATIENT
    ward.advance(minutes=4)
    assert calls.text_of(ward.reader, alert.id) is None
    dump = "\n".join(ward.store.iterdump())
    assert "Karin" not in dump
    said = capsys.readouterr()
    assert "Karin" not in caplog.text + said.out + said.err


def test_a_long_call_is_cut_and_says_so(make):
    """What does not fit on the handset is cut at a character, with the mark of a cut."""
    ward = make()
    ward.nurse_call.calls(ANNA, "å" * 128)
    ward.settles()
    assert ward.handset(ANNA).shows("å" * 128) == "å" * 128
    ward.advance(seconds=6)
    ward.dect.faults.silent = True
    ward.nurse_call.calls(ANNA, "ö" * 128)
    ward.advance(seconds=14)
    ward.dect.faults.silent = False
    ward.advance(seconds=30)
    texts = ward.handset(ANNA).unseen
    assert texts
    assert all("ö" in text for text in texts)
    repeated = [text for text in texts if text.startswith("(upprepat)")]
    assert all(text.endswith(CUT) and len(text) == 128 for text in repeated)
    texts.clear()


def test_a_lost_poll_is_alarmed_after_30_s_and_the_newest_connection_wins(make):
    """A calling system that falls silent is told to people; a new connection takes the line over."""
    ward = make()
    assert {line.name: line for line in ward.gateway.lines()}["avd-3"].up
    raw = raw_line(ward)
    ward.advance(seconds=0.5)
    assert counters(ward)["replaced"] == 1
    ward.advance(seconds=29)
    assert "line:avd-3" not in [alarm.key for alarm in ward.gateway.alarms.standing()]
    ward.advance(seconds=1)
    assert "line:avd-3" in [alarm.key for alarm in ward.gateway.alarms.standing()]
    ward.settles()
    ward.handset(VAXEL).shows("TEKNISKT LARM", "avd-3")
    assert raw.says(ward, b"2\x05") == b"\x04"
    assert "line:avd-3" not in [alarm.key for alarm in ward.gateway.alarms.standing()]


def test_we_may_be_the_control_station(make_ward, plans):
    """A calling system that is polled brings its calls when we poll it, and gets its statuses."""
    keys = LINE + 'role = "control"\n'
    ward = make_ward(config=plans.CONFIG.replace("[[carrier]]", keys + "[[carrier]]", 1))
    ward.nurse_call = type(ward.nurse_call)(ward.fake, polled=True)
    connects(ward)
    call = ward.nurse_call.calls(ANNA, PATIENT)
    ward.settles()
    assert call.taken
    ward.handset(ANNA).shows(PATIENT)
    ward.accepts(ANNA)
    ward.advance(seconds=5)
    assert call.statuses == ["2", "3", "6"]


def test_who_is_not_allowed_does_not_connect(make_ward, plans):
    """With `allow`, a connection from elsewhere is refused and counted, and takes no line over."""
    keys = LINE + 'allow = ["10.1.2.0/24"]\n'
    ward = make_ward(config=plans.CONFIG.replace("[[carrier]]", keys + "[[carrier]]", 1))
    (source,) = [one for one in ward.gateway._sources if one.name == "avd-3"]
    may = source._link._may_connect
    assert may(IPv4Address("TCP", "10.1.2.9", 1))
    assert not may(IPv4Address("TCP", "10.9.9.9", 1))
    assert counters(ward)["connections_refused"] == 1
