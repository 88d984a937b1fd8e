"""SMPP: taken is the response, a receipt is answered after its commit, too much is a pause."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.delivery.carriers.smpp_judge import FAILURES
from gateway.delivery.carriers.smpp_message import reference as page_reference
from gateway.model import Proof
from gateway.ports import FailureKind, ReportWord
from protocols.smpp import events as smpp
from protocols.smpp import status
from protocols.smpp.pdu import DeliverSm
from protocols.smpp.status import StatusClass
from protocols.smpp.tlv import Tag, Tlv

Make = Callable[..., Any]
PHONE = "+46701740605"
DIGITS = PHONE.removeprefix("+")


def receipt(
    message_id: str, stat: str = "DELIVRD", number: str = DIGITS, reference: int | None = None
) -> DeliverSm:
    """A receipt as most centres write it."""
    dates = "submit date:2611241200 done date:2611241201"
    text = f"id:{message_id} sub:001 dlvrd:001 {dates} stat:{stat} err:000 text:x"
    tlvs = () if reference is None else (Tlv(Tag.USER_MESSAGE_REFERENCE, reference.to_bytes(2, "big")),)
    return DeliverSm(
        source_addr=number,
        source_addr_ton=1,
        source_addr_npi=1,
        destination_addr="46701740699",
        dest_addr_ton=1,
        dest_addr_npi=1,
        esm_class=4,
        short_message=text.encode(),
        tlvs=tlvs,
    )


def deliver(one: Any, ref: int, message: DeliverSm, settle: float = 0.2) -> None:
    one.far.pump.send(smpp.Deliver(ref, message))
    one.advance(settle)


def test_the_line_is_up_when_the_bind_is_answered_and_has_the_windows_slots(smsc: Make) -> None:
    """Before it there is no slot."""
    one = smsc(window=7)
    assert one.carrier.free() == 0
    one.start()
    assert one.carrier.state().up
    assert one.carrier.free() == 7
    (bind,) = one.far.of(smpp.BindRequested)
    assert (bind.bind.system_id, bind.bind.password) == ("bakjour", "secret")


def test_a_refused_bind_is_a_line_that_is_down_and_alarmed(smsc: Make) -> None:
    """Wrong password: the alarm says so, and it is tried again."""
    one = smsc()
    one.bind_status = status.RINVPASWD
    one.listen()
    one.carrier.start()
    one.advance(12)
    assert not one.carrier.state().up
    assert "line:sms" in one.core.standing
    assert "account:sms" in one.core.standing
    one.bind_status = 0
    one.advance(40)
    assert len(one.far.of(smpp.BindRequested)) == 1, "an account that is refused is not hammered"
    one.advance(12)
    assert one.carrier.state().up
    assert one.core.standing == set()


def test_a_message_goes_as_the_contract_says_and_its_response_is_taken(smsc: Make, order: Make) -> None:
    """Digits without +, TON 1 NPI 1, a receipt asked for; taken with the centre's id, never at once."""
    one = smsc().start()
    one.carrier.send(order(7, number=PHONE))
    assert one.core.taken_ == []
    one.advance(0.5)
    (sent,) = one.submits
    assert (sent.destination_addr, sent.dest_addr_ton, sent.dest_addr_npi) == (DIGITS, 1, 1)
    assert (sent.source_addr, sent.registered_delivery, sent.replace_if_present_flag) == ("46701740699", 1, 0)
    assert sent.priority_flag == 2
    assert sent.validity_period == "000000003000000R" or sent.validity_period.endswith("R")
    assert one.core.taken_ == [(7, "id-1")]
    assert one.core.reports == []


EVERY_STATUS = {
    status.RTHROTTLED: FailureKind.TEMPORARY,
    status.RMSGQFUL: FailureKind.TEMPORARY,
    status.RSYSERR: FailureKind.TEMPORARY,
    status.RINVDSTADR: FailureKind.REFUSED,
    status.RINVMSGLEN: FailureKind.CONTENT,
    status.RINVOPTPARSTREAM: FailureKind.CONTENT,
    status.RINVSYSID: FailureKind.DIVERT,
    0x7777: FailureKind.TEMPORARY,
}


@pytest.mark.parametrize(("code", "kind"), EVERY_STATUS.items())
def test_the_centres_status_decides_what_the_failure_means(
    smsc: Make, order: Make, code: int, kind: FailureKind
) -> None:
    """Too much and unknown are tried again, a bad number is refused, a bad text goes once more, plain."""
    one = smsc().start()
    one.answer = lambda event: smpp.SubmitAnswer(code)
    one.send(order(3, number=PHONE))
    assert [(number, found) for number, found, _ in one.core.failed_] == [(3, kind)]
    assert status.status_name(code) in one.core.failed_[0][2]
    assert one.core.taken_ == []


def test_every_class_of_status_has_its_meaning() -> None:
    """No class is forgotten."""
    assert set(FAILURES) == set(StatusClass) - {StatusClass.ACCEPTED}


def test_an_account_that_is_refused_is_told_to_people(smsc: Make, order: Make) -> None:
    """A status about the account pages nobody by itself: somebody has to know."""
    one = smsc().start()
    one.answer = lambda event: smpp.SubmitAnswer(status.RINVSYSID)
    one.send(order(1, number=PHONE))
    assert any(key == "account:sms" for key, _ in one.core.alarms)


def test_too_much_is_a_pause_before_anything_else_goes_out(smsc: Make, order: Make) -> None:
    """Already when the failure is told there is no slot; after a second there is, and it is told."""
    one = smsc().start()
    free_at_failure: list[int] = []
    failed = one.core.failed
    one.core.failed = lambda *news: (free_at_failure.append(one.carrier.free()), failed(*news))
    one.answer = lambda event: smpp.SubmitAnswer(status.RTHROTTLED)
    one.send(order(1, number=PHONE), settle=0.3)
    assert free_at_failure == [0]
    assert one.carrier.free() == 0
    before = one.core.changes
    one.advance(1.1)
    assert one.carrier.free() == 10
    assert one.core.changes > before


def test_a_response_that_does_not_come_leaves_the_message_in_doubt(smsc: Make, order: Make) -> None:
    """After the response time: in doubt, once; a late response still tells the centre's id."""
    one = smsc(response_timeout=2).start()
    one.answer = lambda event: None
    one.send(order(4, number=PHONE), settle=3)
    assert [(number, kind) for number, kind, _ in one.core.failed_] == [(4, FailureKind.IN_DOUBT)]
    (event,) = one.far.of(smpp.SubmitReceived)
    one.far.pump.answer(event.token, smpp.SubmitAnswer(0, "late"))
    one.advance(0.2)
    assert one.core.taken_ == [(4, "late")]
    assert len(one.core.failed_) == 1


def test_a_connection_that_is_cut_leaves_everything_under_way_in_doubt(smsc: Make, order: Make) -> None:
    """Each message is told once; the line comes back and is bound again."""
    one = smsc().start()
    one.answer = lambda event: None
    one.send(order(1, number=PHONE), order(2, number=PHONE), settle=0.2)
    one.network.cut("far")
    one.advance(0.1)
    assert sorted((number, kind) for number, kind, _ in one.core.failed_) == [
        (1, FailureKind.IN_DOUBT),
        (2, FailureKind.IN_DOUBT),
    ]
    assert one.carrier.free() == 0
    assert one.carrier.state().counters["under_way"] == 0
    one.advance(3)
    assert one.carrier.free() == 10


def test_an_order_while_the_line_is_down_fails_as_temporary_and_not_at_once(smsc: Make, order: Make) -> None:
    """Exactly one of taken and failed, never inside `send`."""
    one = smsc()
    one.carrier.send(order(1, number=PHONE))
    assert one.core.failed_ == []
    one.advance(0.1)
    assert [(number, kind) for number, kind, _ in one.core.failed_] == [(1, FailureKind.TEMPORARY)]


def test_the_window_is_never_exceeded(smsc: Make, order: Make) -> None:
    """As many as the window are under way, then none is free."""
    one = smsc(window=3).start()
    one.answer = lambda event: None
    for number in range(1, 4):
        one.carrier.send(order(number, number=PHONE))
    assert one.carrier.free() == 0
    one.carrier.send(order(9, number=PHONE))
    one.advance(0.2)
    assert [(number, kind) for number, kind, _ in one.core.failed_] == [(9, FailureKind.TEMPORARY)]
    assert len(one.submits) == 3


@pytest.mark.parametrize(
    ("stat", "word"),
    [
        ("DELIVRD", ReportWord.DELIVERED),
        ("UNDELIV", ReportWord.FAILED),
        ("EXPIRED", ReportWord.FAILED),
        ("REJECTD", ReportWord.FAILED),
        ("ENROUTE", ReportWord.NOTED),
        ("ACCEPTD", ReportWord.NOTED),
        ("UNKNOWN", ReportWord.NOTED),
    ],
)
def test_a_receipt_becomes_a_report_about_its_message(
    smsc: Make, order: Make, attempt: Make, stat: str, word: ReportWord
) -> None:
    """Found by the centre's id; final failure goes on, interim news are noted; answered with 0."""
    one = smsc().start()
    one.send(order(1, number=PHONE))
    deliver(one, 1, receipt("id-1", stat))
    (report,) = one.core.reports
    assert report.word is word
    assert PHONE in report.numbers
    assert report.matches(attempt(number=PHONE, ref="id-1"))
    assert not report.matches(attempt(number=PHONE, ref="id-2"))
    assert not report.matches(attempt(number=PHONE, ref=None))
    assert one.answers == [(1, 0)]


def test_a_receipt_is_answered_only_after_its_commit(smsc: Make, order: Make) -> None:
    """The centre waits; a commit that fails makes it keep the receipt and send it again."""
    one = smsc().start()
    one.send(order(1, number=PHONE))
    one.core.hold = True
    deliver(one, 1, receipt("id-1"))
    deliver(one, 2, receipt("id-1"))
    assert one.answers == []
    one.core.held[1].errback(RuntimeError("disk full"))
    one.core.held[0].callback(None)
    one.advance(0.2)
    assert dict(one.answers)[1] == 0
    assert dict(one.answers)[2] == status.RX_T_APPN


def test_a_receipt_that_overtakes_its_response_waits_for_it(smsc: Make, order: Make) -> None:
    """Told after the taking, so that its id is known by then."""
    one = smsc().start()
    one.answer = lambda event: None
    one.send(order(5, number=PHONE), settle=0.2)
    deliver(one, 1, receipt("id-9"))
    assert one.core.reports == []
    assert one.answers == []
    (event,) = one.far.of(smpp.SubmitReceived)
    one.far.pump.answer(event.token, smpp.SubmitAnswer(0, "id-9"))
    one.advance(0.2)
    assert one.core.taken_ == [(5, "id-9")]
    assert len(one.core.reports) == 1
    assert one.answers == [(1, 0)]


def test_a_receipt_waits_for_its_own_response_not_for_another_to_the_same_phone(
    smsc: Make, order: Make
) -> None:
    """Two messages to one phone: the first's response does not let the second's receipt go unmatched."""
    one = smsc().start()
    one.answer = lambda event: None
    one.send(order(1, number=PHONE), order(2, number=PHONE), settle=0.2)
    deliver(one, 1, receipt("id-2"))
    first, second = one.far.of(smpp.SubmitReceived)
    one.far.pump.answer(first.token, smpp.SubmitAnswer(0, "id-1"))
    one.advance(0.2)
    assert one.core.reports == []
    one.far.pump.answer(second.token, smpp.SubmitAnswer(0, "id-2"))
    one.advance(0.2)
    assert len(one.core.reports) == 1
    assert one.answers == [(1, 0)]


def test_a_receipt_to_another_phone_does_not_wait(smsc: Make, order: Make) -> None:
    """What is under way to one number holds up no other's news."""
    one = smsc().start()
    one.answer = lambda event: None
    one.send(order(1, number=PHONE), settle=0.2)
    deliver(one, 1, receipt("id-0", number="46701740606"))
    assert len(one.core.reports) == 1


def test_a_receipt_with_our_own_reference_matches_without_an_id(smsc: Make, attempt: Make) -> None:
    """The response never came: the reference that the centre echoes names the attempt, and only that."""
    one = smsc().start()
    deliver(one, 1, receipt("id-0", reference=page_reference(300, 1)))
    (report,) = one.core.reports
    assert report.matches(attempt(alert=300, page=1, ref=None))
    assert not report.matches(attempt(alert=301, page=1, ref=None))
    assert not report.matches(attempt(alert=301, page=1, ref="id-0"))


def test_what_a_phone_writes_back_is_answered_after_its_commit(smsc: Make) -> None:
    """It is given to the core with its number, and the centre waits for the commit."""
    one = smsc().start()
    one.core.hold = True
    deliver(one, 1, DeliverSm(source_addr=DIGITS, destination_addr="46701740699", short_message=b"OK"))
    assert one.core.written == [(PHONE, "OK", None)]
    assert one.answers == []
    one.core.held[0].callback(None)
    one.advance(0.2)
    assert one.answers == [(1, 0)]
    assert one.core.reports == []
    assert one.carrier.state().counters["messages_from_phones"] == 1
    assert one.carrier.capabilities.can_answer
    assert not one.carrier.capabilities.can_cancel


def test_an_answer_that_is_not_stored_comes_again(smsc: Make) -> None:
    """RX_T_APPN makes the centre keep it."""
    one = smsc().start()
    one.core.hold = True
    deliver(one, 1, DeliverSm(source_addr=DIGITS, destination_addr="46701740699", short_message=b"1"))
    one.core.held[0].errback(RuntimeError("disk full"))
    one.advance(0.2)
    assert one.answers == [(1, status.RX_T_APPN)]


def test_from_a_name_nobody_reads_answers(smsc: Make) -> None:
    """An alphanumeric sender cannot be answered; what comes all the same is acknowledged and counted."""
    one = smsc(source_address="Bakjour").start()
    deliver(one, 1, DeliverSm(source_addr=DIGITS, destination_addr="46701740699", short_message=b"1"))
    assert one.core.written == []
    assert one.answers == [(1, 0)]
    assert not one.carrier.capabilities.can_answer


def test_without_receipts_no_delivery_can_be_proved(smsc: Make) -> None:
    """`registered_delivery` 0 or failures only: sent is the most."""
    assert smsc().carrier.capabilities.best_proof is Proof.DELIVERED
    assert smsc(registered_delivery=0).carrier.capabilities.best_proof is Proof.SENT
    assert smsc(registered_delivery=2).carrier.capabilities.best_proof is Proof.SENT


def test_the_plainest_form_leaves_out_what_a_centre_may_refuse(smsc: Make, order: Make) -> None:
    """No validity, no priority, no reference, default alphabet: a text that needs more is spelt."""
    one = smsc(data_coding=3).start()
    one.send(order(1, number=PHONE, text="Prio 2 Ćevap ä", plain=True))
    (sent,) = one.submits
    assert (sent.validity_period, sent.priority_flag, sent.tlvs, sent.data_coding) == ("", 0, (), 0)
    assert len(sent.short_message) <= 160


def test_a_good_bye_of_the_centre_is_a_line_down_until_it_is_bound_again(smsc: Make) -> None:
    """Unbound: no slot, then bound anew by itself."""
    one = smsc().start()
    one.far.pump.send(smpp.Unbind())
    one.advance(0.1)
    assert one.carrier.free() == 0
    one.advance(5)
    assert one.carrier.free() == 10


def test_stopped_while_throttled_and_under_way_it_leaves_nothing_behind(smsc: Make, order: Make) -> None:
    """No timer, no connection, no alarm of its own stopping."""
    one = smsc(rate=1.0).start()
    one.answer = lambda event: smpp.SubmitAnswer(status.RTHROTTLED)
    one.send(order(1, number=PHONE), settle=0.1)
    one.carrier.free()
    one.answer = lambda event: None
    one.close()
    assert one.core.standing == set()


def test_why_the_bind_was_lost_is_shown_until_something_else_is_known(smsc: Make) -> None:
    """The reason of the loss, not that there is no connection; that only when a new one cannot be made."""
    one = smsc(enquire_link=2).start()
    one.far.pump.session.receive_data = lambda data, now: []  # hears nothing any more
    one.advance(10.2)
    state = one.carrier.state()
    assert (state.up, state.detail) == (False, "no enquire_link_resp in time")
    assert one.carrier.free() == 0
    one.network.refuse("far")
    one.advance(5)
    assert one.carrier.state().detail == "cannot connect"
    one.network.allow("far")
    one.advance(20)
    assert one.carrier.state().up
