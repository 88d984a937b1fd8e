"""Lines that are busy, down, slow or silent, and receivers who are not there."""

from dataclasses import replace

import pytest

from protocols.smpp import status
from simulators.dect.handset import HandsetState
from simulators.smsc.phones import Manner


@pytest.mark.parametrize("state", [HandsetState.OFF, HandsetState.BUSY, HandsetState.OUT_OF_RANGE])
def test_a_receiver_who_is_not_there_is_followed_by_the_next(ward, state):
    """A handset that is off, in a call or out of range is reported, and the next is paged at once."""
    ward.device("20117").state = state
    sent = ward.clinic.sends(case="R-1")
    ward.advance(seconds=20)
    ward.handset("20117").gets_nothing()
    ward.handset("20118").shows("R-1")
    assert sent.words[:2] == ["page sent Anna Berg", "page failed Anna Berg"]


def test_a_busy_station_is_asked_again(ward):
    """NAK 2 means later: the call is offered again within seconds, and shown once."""
    ward.dect.faults.nak_2 = 3
    ward.clinic.sends(case="B-1")
    ward.advance(seconds=12)
    ward.handset("20117").shows("B-1")


def test_an_invalid_call_goes_to_the_next_receiver_at_once(ward):
    """NAK 3 means never: no repeat, the next receiver at once."""
    ward.dect.faults.nak_3 = 1
    sent = ward.clinic.sends(case="I-1")
    ward.settles()
    ward.handset("20118").shows("I-1")
    assert sent.words[0] == "page failed Anna Berg"


def test_a_lost_ack_repeats_the_page_and_says_so(ward):
    """A call whose ACKs are all lost may have been shown: it is made again, marked in its first words."""
    ward.dect.faults.drop_acks = 3
    ward.clinic.sends(case="U-1")
    ward.advance(seconds=25)
    text = ward.handset("20117").shows("U-1")
    while "(upprepat)" not in text[:12]:
        text = ward.handset("20117").shows("U-1")  # the link's own resends of the same block
    assert text.startswith("(upprepat) Prio 2 Triage")


def test_a_line_that_is_down_diverts_after_its_time(make_ward, plans):
    """While the DECT line is down a page also goes over the backup number when `divert_after` has passed."""
    plan = plans.shift("hc-andersberg", "Dag", "07:00", "16:00") + plans.assignment(
        "hc-andersberg", "Dag", "2026-11-24", "nurse", "johan", "erik"
    )
    ward = make_ward(plan=plan)
    ward.network.refuse("dect")
    ward.network.cut("dect")
    sent = ward.clinic.sends(priority=2, case="V-1")
    ward.advance(seconds=29)
    ward.phone("+46701740607").gets_nothing()
    ward.advance(seconds=4)
    ward.phone("+46701740607").gets("V-1")
    assert "page cancelled Johan Nilsson" in sent.words, "another route took it: no retry goes on here"
    ward.network.allow("dect")
    ward.advance(seconds=60)


def test_a_line_that_comes_back_in_time_delivers_once(ward):
    """A line that is down for ten seconds and comes back delivers the page that waited, once."""
    ward.network.refuse("dect")
    ward.network.cut("dect")
    sent = ward.clinic.sends(case="W-1")
    ward.advance(seconds=8)
    ward.network.allow("dect")
    ward.advance(seconds=20)
    ward.handset("20117").shows("W-1")
    assert sent.words == ["page sent Anna Berg", "page delivered Anna Berg"]


def test_a_line_that_stays_down_is_alarmed_and_mended(ward):
    """A line that stays down is an alarm; when it is back the alarm is cleared, and its page withdrawn."""
    ward.network.refuse("dect")
    ward.network.cut("dect")
    ward.advance(seconds=30)
    assert "line:dect" in {alarm.key for alarm in ward.gateway.alarms.standing()}
    assert not ward.gateway.readiness().ready
    ward.network.allow("dect")
    ward.advance(seconds=20)
    assert ward.gateway.alarms.standing() == []
    assert ward.gateway.readiness().ready


def test_a_higher_priority_overtakes(ward):
    """Behind a queue of calls a new one of higher priority waits for the call in flight alone."""
    for number in range(6):
        ward.clinic.sends(priority=5, case=f"low-{number}")
    ward.clinic.sends("escalated", priority=1, case="urgent")
    ward.advance(seconds=10)
    screen = ward.handset("20117")
    order = [screen.shows().split()[5] for _ in range(7)]
    assert order.index("urgent") <= 1, order


def test_expired_is_never_delivered_late(ward):
    """A page that no line took before the alert expired is not sent when the line is back."""
    ward.network.refuse("dect")
    ward.network.refuse("smsc")
    ward.network.cut("dect")
    ward.network.cut("smsc")
    sent = ward.clinic.sends(case="Z-1")
    ward.advance(minutes=31)
    sent.ends("expired", proof="none")
    ward.network.allow("dect")
    ward.network.allow("smsc")
    ward.advance(minutes=1)
    for screen in ward.screens.values():
        assert not any("Z-1" in text for text in screen.unseen)
        screen.unseen.clear()  # what operators were told of the lines and of the end


def test_a_throttled_account_waits_and_delivers(ward):
    """A centre that throttles is left alone for a second, and the message goes then."""
    ward.centre.next_answers.extend([status.RTHROTTLED, status.RTHROTTLED])
    ward.clinic.sends(profession="doctor", case="T-1")
    ward.advance(seconds=10)
    ward.phone("+46701740606").gets("T-1")


def test_a_refused_number_goes_to_the_fallback_at_once(ward):
    """A number that the centre refuses for good is not tried again; the next receiver is paged at once."""
    ward.mobile("+46701740606").manner = Manner.BARRED
    sent = ward.clinic.sends(profession="doctor", case="N-1")
    ward.settles()
    ward.handset("20119").shows("N-1")
    assert sent.words[0] == "page failed Maria Johansson"


def test_a_silent_centre_leaves_the_page_in_doubt(ward):
    """A submit without response is sent again after its time, marked; a repeat is the safe side."""
    ward.mobile("+46701740606").manner = Manner.OFF
    ward.centre.next_answers.append(None)
    ward.clinic.sends(profession="doctor", case="Q-1")
    ward.advance(seconds=20)
    ward.mobile("+46701740606").turn_on()
    ward.phone("+46701740606").gets("Prio 2 Triage HC Andersberg Q-1")
    ward.phone("+46701740606").gets("(upprepat) Prio 2 Triage HC Andersberg Q-1")


def test_a_receipt_makes_up_for_a_lost_response(ward):
    """A receipt that names our reference moves the page although no response came: it is not sent again."""
    ward.centre.next_answers.append(None)
    sent = ward.clinic.sends(profession="doctor", case="Q-2")
    ward.advance(seconds=20)
    ward.phone("+46701740606").gets("Q-2")
    assert sent.words == ["page delivered Maria Johansson"]


def test_a_receipt_before_its_response_counts(ward):
    """A receipt that overtakes its response moves the page all the same: delivered implies sent."""
    ward.centre.manners = replace(ward.centre.manners, receipt_first=True, response_delay=1.0)
    sent = ward.clinic.sends(profession="doctor", case="O-1")
    ward.advance(seconds=12)
    ward.phone("+46701740606").gets("O-1")
    assert sent.words == ["page delivered Maria Johansson"]


def test_without_a_receipt_the_ladder_goes_on(ward):
    """No receipt is a normal outcome: the ladder runs on our own clock."""
    ward.mobile("+46701740606").manner = Manner.OFF
    sent = ward.clinic.sends(profession="doctor", case="P-1")
    ward.settles()
    assert sent.words == ["page sent Maria Johansson"]
    ward.advance(minutes=2)
    ward.handset("20119").shows("P-1")


def test_an_undeliverable_message_goes_to_the_next_at_once(ward):
    """A receipt that says undeliverable is a refusal: the next receiver is paged."""
    ward.mobile("+46701740606").manner = Manner.REJECTS
    sent = ward.clinic.sends(profession="doctor", case="Y-1")
    ward.advance(seconds=6)
    ward.handset("20119").shows("Y-1")
    assert sent.words[:2] == ["page sent Maria Johansson", "page failed Maria Johansson"]
