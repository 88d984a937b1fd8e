"""The modem: taken is +CMGS, a report is confirmed after its commit, a SIM's trouble is told to people."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed

from gateway.config import GsmModemCarrier as Settings
from gateway.delivery.carriers.gsm_modem import FAILURES, UNKNOWN_TRIES, GsmModemCarrier
from gateway.delivery.carriers.gsm_modem_message import REPORTED_WITHIN, about, submit
from gateway.delivery.carriers.gsm_modem_pin import RefusedPin
from gateway.model import Proof
from gateway.ports import FailureKind, ReportWord, StoreUnavailable
from protocols.session import LocalProtocolError
from protocols.sms.address import Address, ServiceTime
from protocols.sms.modem.errors import ErrorClass
from protocols.sms.tpdu import Deliver, StatusReport, encode_status_report
from simulators.modem.device import Modem
from simulators.modem.state import Life, Sim, Traits
from simulators.smsc.phones import Manner

Make = Callable[..., Any]
PHONE = "+46701740605"
OTHER = "+46701740606"
VALUES = {"type": "gsm-modem", "name": "modem", "serves": "mobile", "endpoint": "serial:/dev/ttyUSB1"}


def settings_of(**changes: Any) -> Settings:
    return Settings.model_validate(VALUES | changes, strict=False)


class Listening(GsmModemCarrier):
    """Keeps what phones sent; commits at once unless told otherwise."""

    def __init__(self, *told: Any) -> None:
        super().__init__(*told)
        self.heard: list[str] = []
        self.commit: Callable[[], Deferred[None]] = lambda: succeed(None)

    def message_received(self, message: Deliver) -> "Deferred[None]":
        self.heard.append(message.data.text)
        return self.commit()


def equip(
    bench: Any, folder: Path, *, sim_pin: str = "", traits: Traits | None = None, **settings: Any
) -> Any:
    """A bench with a simulated modem at the far end and its carrier."""
    bench.modem = Modem(bench.time, pin=sim_pin, traits=traits)
    bench.settings = settings_of(**settings)
    bench.listen = lambda: bench.network.listen(bench.name, bench.modem.factory)
    bench.folder = folder

    def carrier() -> Any:
        pin = RefusedPin.beside(folder / "bakjour.db", "modem", bench.settings.secret)
        endpoint = bench.network.client(bench.name)
        core = bench.core
        return Listening(bench.settings, endpoint, bench.clock, core, core, core, "SE", pin)

    bench.make_carrier = carrier
    bench.carrier = carrier()
    return bench


@pytest.fixture
def modem(bench: Make, tmp_path: Path) -> Iterator[Make]:
    made: list[Any] = []

    def make(**more: Any) -> Any:
        made.append(equip(bench(), tmp_path, **more))
        return made[-1]

    yield make
    for one in made:
        one.modem.stop()


def shown(one: Any, number: str = PHONE) -> list[str]:
    return [shown.text for shown in one.modem.radio.phone(number).inbox]


def test_the_line_is_up_when_a_message_could_go(modem: Make) -> None:
    """Set up, SIM ready, registered: one slot; the state shows network and signal."""
    one = modem()
    assert one.carrier.free() == 0
    one.start()
    state = one.carrier.state()
    assert (state.up, state.kind, state.detail) == (True, "gsm-modem", "home network, signal -73 dBm")
    assert one.carrier.free() == 1


def test_a_page_is_taken_and_delivered(modem: Make, order: Make) -> None:
    """+CMGS is taken with its reference; the status report moves the page and is confirmed after it."""
    one = modem().start()
    one.core.hold = True
    one.carrier.send(order(7, number=PHONE))
    assert one.core.taken_ == []
    one.advance(3)
    assert shown(one) == ["Prio 2 Triage HC Sätra"]
    assert one.core.taken_ == [(7, "1")]
    (report,) = one.core.reports
    assert (report.numbers, report.word) == ((PHONE,), ReportWord.DELIVERED)
    assert len(one.modem._unconfirmed) == 1, "not before the commit"
    one.core.held[0].callback(None)
    one.advance(0.5)
    assert one.modem._unconfirmed == []
    assert one.carrier.state().counters["taken"] == 1


def test_a_report_that_is_not_stored_comes_again(modem: Make, order: Make) -> None:
    """Without a commit the network is told to repeat the report."""
    one = modem().start()
    one.core.hold = True
    one.send(order(7, number=PHONE), settle=3)
    one.core.held[0].errback(StoreUnavailable("disk full"))
    one.advance(3)
    assert [report.word for report in one.core.reports] == [ReportWord.DELIVERED] * 2


@pytest.mark.parametrize(
    ("manner", "word"),
    [
        (Manner.REJECTS, ReportWord.FAILED),
        (Manner.EXPIRES, ReportWord.FAILED),
        (Manner.OFF, ReportWord.NOTED),
    ],
)
def test_what_became_of_it(modem: Make, order: Make, manner: Manner, word: ReportWord) -> None:
    """A final failure goes to the next receiver; that the centre still tries is noted."""
    one = modem().start()
    one.modem.radio.phone(PHONE).manner = manner
    one.send(order(7, number=PHONE), settle=3)
    assert one.core.taken_ == [(7, "1")]
    assert [report.word for report in one.core.reports] == [word]


def test_the_network_keeps_no_message_beyond_the_page(modem: Make, order: Make) -> None:
    """A phone that is off gets nothing after the page's own end; the report says that it expired."""
    one = modem().start()
    one.modem.radio.phone(PHONE).manner = Manner.OFF
    one.send(order(7, number=PHONE), settle=3)
    one.advance(30 * 60, step=1.0)
    assert [report.word for report in one.core.reports] == [ReportWord.NOTED, ReportWord.FAILED]
    one.modem.radio.phone(PHONE).turn_on()
    assert shown(one) == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (38, FailureKind.TEMPORARY),
        (1, FailureKind.REFUSED),
        (8, FailureKind.REFUSED),
        (310, FailureKind.TEMPORARY),
        (322, FailureKind.TEMPORARY),
    ],
)
def test_a_refusal_and_the_next_number(modem: Make, order: Make, code: int, kind: FailureKind) -> None:
    """Each refusal means what its class says, and the next number is served at once."""
    one = modem().start()
    one.modem.radio.errors[PHONE.removeprefix("+")] = code
    one.send(order(1, number=PHONE), settle=2)
    ((attempt, told, reason),) = one.core.failed_
    assert (attempt, told) == (1, kind)
    assert reason.startswith(f"CMS ERROR {code} (")
    one.send(order(2, number=OTHER), settle=3)
    assert shown(one, OTHER) == ["Prio 2 Triage HC Sätra"]
    assert ("account:modem" in [key for key, _ in one.core.alarms]) is (code == 8)


def test_every_class_has_its_meaning() -> None:
    """No class of refusal is left out."""
    assert set(FAILURES) == set(ErrorClass)


def test_a_refusal_without_a_reason_is_bounded(modem: Make, order: Make) -> None:
    """Some modems say "unknown" for a dead number for ever: after three tries the next receiver is paged."""
    one = modem().start()
    one.modem.radio.errors[PHONE.removeprefix("+")] = 500
    for attempt in range(UNKNOWN_TRIES):
        one.send(order(attempt, number=PHONE), settle=2)
    kinds = [kind for _, kind, _ in one.core.failed_]
    assert kinds == [FailureKind.TEMPORARY, FailureKind.TEMPORARY, FailureKind.REFUSED]


def test_no_answer_is_in_doubt(modem: Make, order: Make) -> None:
    """A message that the modem swallowed may have gone: in doubt, and the line goes on."""
    one = modem().start()
    one.modem.radio.next_errors.append(None)
    one.send(order(1, number=PHONE), settle=63)
    ((_, kind, reason),) = one.core.failed_
    assert (kind, reason) == (FailureKind.IN_DOUBT, "the modem did not answer")
    assert one.carrier.free() == 1


def test_what_cannot_be_sent(modem: Make, order: Make) -> None:
    """A text for two messages is refused as content, never cut; without a modem it is temporary."""
    one = modem()
    one.carrier.send(order(1, number=PHONE))
    one.start()
    one.send(order(2, number=PHONE, text="x" * 161))
    kinds = {attempt: kind for attempt, kind, _ in one.core.failed_}
    assert kinds == {1: FailureKind.TEMPORARY, 2: FailureKind.CONTENT}
    assert one.carrier.free() == 1


def test_the_message(order: Make) -> None:
    """One part, the page's end as validity, a report asked for, UCS2 only where needed, plain without it."""
    settings = settings_of()
    now = order().expires_at - 15 * 60_000
    made = submit(order(number=PHONE), settings, now)
    assert (made.destination, made.validity, made.status_report) == (Address("46701740605"), b"\x02", True)
    assert (made.data.data_coding, made.data.text) == (0, "Prio 2 Triage HC Sätra")
    assert submit(order(number="20117"), settings, now).destination.kind == 0x81
    assert submit(order(text="Łódź 中"), settings, now).data.data_coding == 8
    assert submit(order(text="Łódź 中", plain=True), settings, now).data.text == "Lodz ?"
    assert not submit(order(), settings_of(receipts=False), now).status_report
    with pytest.raises(LocalProtocolError, match="2 messages"):
        submit(order(text="中" * 71), settings, now)


def test_whose_report_it_is(attempt: Make) -> None:
    """The newest message with this reference to this number; after a restart the stored reference."""
    time = ServiceTime("", 0)
    report = StatusReport(5, Address("46701740605"), time, time, 0)
    now = attempt().begun_at + 1_000
    newest, older, stored = attempt(id=9, ref="5"), attempt(id=8, ref="5"), attempt(id=7, ref="6")
    known = about(report, (PHONE,), {5: (9, PHONE)}, now)
    assert [known(one) for one in (newest, older, stored)] == [True, False, False]
    restarted = about(report, (PHONE,), {5: (9, OTHER)}, now)
    assert [restarted(one) for one in (newest, older, stored)] == [True, True, False]
    assert not restarted(attempt(ref="5", begun_at=now - REPORTED_WITHIN - 1))


def test_a_report_before_its_answer_waits(modem: Make, order: Make) -> None:
    """A report to a number to which a message is under way waits for its +CMGS."""
    one = modem(send_timeout=30).start()
    one.modem.radio.air.send_delay = 5.0
    one.carrier.send(order(1, number=PHONE))
    one.advance(1)
    time = one.modem.wall()
    one.modem.radio.report(encode_status_report(1, Address("46701740605"), time, time, 0))
    one.advance(1)
    assert one.core.reports == []
    one.advance(5)
    assert one.core.taken_ == [(1, "1")]
    assert one.core.reports[0].word is ReportWord.DELIVERED


def test_what_phones_send(modem: Make) -> None:
    """A message that came in is handed to the hook and deleted only once that is done."""
    one = modem().start()
    waiting: Deferred[None] = Deferred()
    one.carrier.commit = lambda: waiting
    one.modem.radio.phone(PHONE).reply("1", "46701740699")
    one.advance(1)
    assert one.carrier.heard == ["1"]
    assert len(one.modem.memories["SM"]) == 1
    waiting.callback(None)
    one.advance(0.5)
    assert len(one.modem.memories["SM"]) == 0


def test_what_a_phone_writes_goes_to_the_core_with_the_centres_time(modem: Make) -> None:
    """Number, text and time; where no answer can count it is counted alone, and does not fill the modem."""
    for answers in (True, False):
        one = modem(can_answer=answers).start()
        one.carrier.__class__ = GsmModemCarrier
        one.modem.radio.phone(PHONE).reply("1", "46701740699")
        one.advance(1)
        assert one.carrier.state().counters["messages_from_phones"] == 1
        assert len(one.modem.memories["SM"]) == 0
        written = [(number, text) for number, text, _ in one.core.written]
        assert written == ([(PHONE, "1")] if answers else [])
        assert all(at is not None for _, _, at in one.core.written)


def test_capabilities(modem: Make) -> None:
    """It proves delivery where receipts are asked for; an answer can come unless the site says no."""
    usual, silent = modem().carrier.capabilities, modem(receipts=False, can_answer=False).carrier.capabilities
    assert (usual.best_proof, usual.can_answer, usual.can_cancel) == (Proof.DELIVERED, True, False)
    assert (silent.best_proof, silent.can_answer) == (Proof.SENT, False)


def test_sim_missing(modem: Make) -> None:
    """Without a SIM the line is down and people are told at once; it is over when there is one."""
    one = modem()
    one.modem.sim = Sim.MISSING
    one.start()
    assert "sim:modem" in one.core.standing
    assert (one.carrier.state().up, one.carrier.state().detail) == (False, "no SIM")
    one.advance(15)
    assert "line:modem" in one.core.standing
    one.modem.sim = Sim.READY
    one.advance(16)
    assert one.core.standing == set()
    assert one.carrier.state().up


def test_pin(modem: Make) -> None:
    """The PIN of the configuration opens the SIM, after a restart of the modem too."""
    one = modem(sim_pin="1234", pin="1234").start()
    assert one.carrier.free() == 1
    one.modem.restart()
    one.advance(20)
    assert (one.carrier.free(), one.modem.wrong_pins) == (1, 0)


def test_a_wrong_pin_is_tried_once_for_ever(modem: Make) -> None:
    """Neither new connections nor new starts try a refused PIN again; another PIN is tried."""
    one = modem(sim_pin="1234", pin="9999").start()
    assert "sim:modem" in one.core.standing
    for _ in range(3):
        one.modem.restart()
        one.network.cut(one.name)
        one.advance(60, step=0.5)
        one.carrier.stop()
        one.advance(1)
        one.carrier = one.make_carrier()
        one.carrier.start()
        one.advance(10)
    assert one.modem.wrong_pins == 1
    (note,) = one.folder.glob("*.pin")
    assert (note.name, note.stat().st_mode & 0o777) == ("bakjour.db.modem.pin", 0o600)
    assert "9999" not in note.read_text()
    one.carrier.stop()
    one.advance(1)
    one.settings = settings_of(pin="1234")
    one.carrier = one.make_carrier()
    one.carrier.start()
    one.advance(20)
    assert one.carrier.free() == 1
    assert list(one.folder.glob("*.pin")) == []


def test_a_note_that_cannot_be_read_is_a_refusal(tmp_path: Path) -> None:
    """Where it is not known whether the PIN was refused it is not tried."""
    pin = RefusedPin.beside(tmp_path / "bakjour.db", "modem/1", "1234")
    pin.recall()
    assert not pin.refused
    (tmp_path / "bakjour.db.modem%2F1.pin").write_bytes(b"\xff")
    pin.recall()
    assert pin.refused
    nowhere = RefusedPin(tmp_path / "no" / "file", "1234")
    nowhere.refuse()
    assert nowhere.refused


@pytest.mark.parametrize(
    ("stat", "words"),
    [
        (2, "searching a network"),
        (3, "registration denied"),
        (8, "emergency calls only"),
        (0, "not registered"),
    ],
)
def test_not_registered(modem: Make, stat: int, words: str) -> None:
    """A modem without network is a line that is down, with the reason, and an alarm after ten seconds."""
    one = modem().start()
    one.modem.radio.air.stat = stat
    one.advance(30)
    assert words in one.carrier.state().detail
    assert "line:modem" in one.core.standing
    assert words in dict(one.core.alarms)["line:modem"]
    one.modem.radio.air.stat = 5
    one.advance(16)
    assert (one.core.standing, one.carrier.state().detail) == (set(), "roaming, signal -73 dBm")


def test_weak_signal(modem: Make) -> None:
    """A weak signal is an alarm until it is clearly better; messages are sent all the same."""
    one = modem().start()
    for rssi, weak in ((5, True), (6, True), (7, False), (6, False), (99, False), (4, True)):
        one.modem.radio.air.rssi = rssi
        one.advance(16)
        assert ("signal:modem" in one.core.standing) is weak, rssi
    assert one.carrier.free() == 1


def test_a_modem_that_hangs(modem: Make, order: Make) -> None:
    """A modem that hangs is a line that is down within half a minute; it is reset and serves again."""
    one = modem().start()
    one.modem.hang()
    one.advance(21)
    assert (one.carrier.state().up, one.carrier.state().detail) == (False, "the modem does not answer")
    one.advance(60)
    assert one.modem.life is Life.RUNNING
    one.send(order(1, number=PHONE), settle=5)
    assert shown(one) == ["Prio 2 Triage HC Sätra"]
    assert one.carrier.state().counters["connections"] == 2


def test_a_modem_that_is_pulled_out(modem: Make, order: Make) -> None:
    """A line that goes is opened again, and the message under way is in doubt."""
    one = modem().start()
    one.send(order(1, number=PHONE), settle=0.3)
    one.network.cut(one.name)
    one.advance(0.2)
    assert [kind for _, kind, _ in one.core.failed_] == [FailureKind.IN_DOUBT]
    one.advance(10)
    assert one.carrier.free() == 1
