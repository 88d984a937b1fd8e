"""What the centre answers to a submit, and what it means for the page, by default and by the site's table."""

from itertools import pairwise

import pytest

from protocols.smpp import status
from protocols.smpp.tlv import Tag, find
from simulators.smsc.phones import Manner

MARIA = "+46701740606"


def page(ward, case="P-1", seconds=5.0):
    """A case for the doctor, whose phone is Maria's; the unit's fallback is handset 20119."""
    sent = ward.clinic.sends(profession="doctor", case=case)
    ward.advance(seconds=seconds)
    return sent


def submits(ward, heard):
    """The submit_sm that a centre heard, by what its connection reads from now on."""
    received = ward.centre.submit_received

    def hear(connection, token, message):
        heard.append(message)
        received(connection, token, message)

    ward.centre.submit_received = hear
    return heard


def test_a_full_queue_goes_another_way_after_two_tries(ward):
    """RMSGQFUL can be this phone's own: at the second one the next receiver is paged, not after 30 s."""
    ward.mobile(MARIA).manner = Manner.FULL
    sent = page(ward, "F-1", seconds=6)
    ward.handset("20119").shows("F-1")
    ward.mobile(MARIA).turn_on()
    ward.advance(seconds=10)
    ward.phone(MARIA).gets_nothing()
    assert "page cancelled Maria Johansson" in sent.words, "another way took it: no retry goes on here"


def test_a_temporary_fault_is_tried_twice_more_and_then_goes_another_way_too(ward):
    """Two quick repeats; then the next receiver as well."""
    ward.centre.next_answers.extend([status.RSYSERR] * 2)
    page(ward, "T-1", seconds=8)
    ward.phone(MARIA).gets("T-1")
    ward.centre.next_answers.extend([status.RSYSERR] * 3)
    page(ward, "T-2", seconds=8)
    ward.handset("20119").shows("T-2")


def test_a_refused_account_bars_the_route_and_goes_another_way_at_once(ward):
    """Telia's 0x411: traffic quota exceeded. Alarmed, shown as down, and tried again a minute later."""
    ward.centre.next_answers.append(0x411)
    page(ward, "Q-1", seconds=3)
    ward.handset("20119").shows("Q-1")
    assert "account:sms" in {alarm.key for alarm in ward.gateway.alarms.standing()}
    ward.handset("20999").shows("TEKNISKT LARM SMS-kontot sms nekas")
    (line,) = [line for line in ward.gateway.lines() if line.name == "sms"]
    assert (line.up, line.detail) == (False, "the account is refused with 0x00000411")
    page(ward, "Q-2", seconds=31)
    ward.phone(MARIA).gets_nothing()
    ward.handset("20119").shows("Q-2")
    ward.advance(seconds=30)
    page(ward, "Q-3", seconds=3)
    ward.phone(MARIA).gets("Q-3")


def test_a_bind_that_the_centre_forgot_is_made_anew(ward):
    """RINVBNDSTS: the page goes another way, and the bind is made again within seconds."""
    ward.centre.next_answers.append(status.RINVBNDSTS)
    page(ward, "B-1", seconds=4)
    ward.handset("20119").shows("B-1")
    ward.handset("20999").shows("SMS-kontot")
    page(ward, "B-2", seconds=3)
    ward.phone(MARIA).gets("B-2")


def test_a_refused_text_goes_once_more_in_the_plainest_form(ward):
    """No priority, validity and reference; people are told, for it is the configuration that is wrong."""
    heard = submits(ward, [])
    ward.centre.next_answers.append(status.RINVEXPIRY)
    page(ward, "C-1")
    first, second = heard
    assert (first.validity_period != "", second.validity_period) == (True, "")
    assert (second.data_coding, second.tlvs, second.priority_flag) == (0, (), 0)
    ward.phone(MARIA).gets("C-1")
    ward.handset("20999").shows("TEKNISKT LARM SMS-texten nekas på linjen sms")


def test_the_sites_table_goes_before_the_defaults(make_ward, plans):
    """By name or number: here a bad address is only temporary, and a code of the operator's own is final."""
    table = '\n[carrier.statuses]\nRINVDSTADR = "temporary"\n"0x4ff" = "receiver"\n'
    ward = make_ward(config=plans.CONFIG + table)
    ward.centre.next_answers.append(status.RINVDSTADR)
    page(ward, "S-1")
    ward.phone(MARIA).gets("S-1")
    ward.centre.next_answers.append(0x4FF)
    sent = page(ward, "S-2", seconds=3)
    ward.handset("20119").shows("S-2")
    assert sent.words[0] == "page failed Maria Johansson"


def test_in_doubt_the_repeat_has_the_same_reference_and_is_marked(ward):
    """So that a receipt for either names the page; the text says that it is a repeat."""
    heard = submits(ward, [])
    ward.mobile(MARIA).manner = Manner.OFF
    ward.centre.next_answers.append(None)
    page(ward, "D-1", seconds=20)
    first, second = heard
    assert find(first.tlvs, Tag.USER_MESSAGE_REFERENCE) == find(second.tlvs, Tag.USER_MESSAGE_REFERENCE)
    assert b"(upprepat)" in second.short_message
    assert (first.replace_if_present_flag, second.replace_if_present_flag) == (0, 0)
    ward.mobile(MARIA).turn_on()
    ward.settles()
    ward.phone(MARIA).gets("D-1", "(10)")
    ward.phone(MARIA).gets("(upprepat)", "D-1", "(10)")


def test_flash_comes_beside_the_message_that_is_kept(make_ward, plans):
    """For the numbers that want it, after the ordinary one was taken, and never instead of it."""
    ward = make_ward(config=plans.CONFIG + f'flash_numbers = ["{MARIA}"]\n')
    heard = submits(ward, [])
    page(ward, "K-1")
    assert [message.data_coding for message in heard] == [0, 0xF0]
    assert [message.registered_delivery for message in heard] == [1, 0]
    kept, flashed = ward.mobile(MARIA).inbox
    assert (kept.flash, flashed.flash, kept.text) == (False, True, flashed.text)
    ward.phone(MARIA).gets("K-1")
    ward.phone(MARIA).gets("K-1")
    ward.centre.next_answers.append(status.RINVDSTADR)
    page(ward, "K-2", seconds=3)
    ward.phone(MARIA).gets_nothing()
    ward.handset("20119").shows("K-2")
    ward.mobile(MARIA).reply("1 10")
    ward.settles()
    ward.phone(MARIA).gets("du har tagit larm 10")


@pytest.mark.parametrize("code", [status.RBINDFAIL, status.RINVPASWD, status.RINVSYSID])
def test_a_refused_bind_is_alarmed_at_once_and_not_hammered(ward, code):
    """A wrong password does not mend itself: one try a minute."""
    ward.centre.bind_status = code
    ward.centre.drop_all()
    binds = []
    requested = ward.centre.bind_requested
    ward.centre.bind_requested = lambda *asked: (binds.append(ward.fake.seconds()), requested(*asked))
    ward.advance(seconds=5)
    assert "account:sms" in {alarm.key for alarm in ward.gateway.alarms.standing()}
    ward.advance(seconds=175)
    assert 2 <= len(binds) <= 3
    assert all(later - earlier >= 59.9 for earlier, later in pairwise(binds))
    ward.handset("20999").shows("SMS-kontot sms nekas")
    ward.handset("20999").shows("linjen sms är nere")
    ward.centre.bind_status = status.ROK
    ward.advance(seconds=61)
    assert ward.gateway.alarms.standing() == []


def test_a_session_that_the_centre_still_holds_is_waited_for(ward):
    """RALYBND after a crash: 5, 10, 20 seconds, and bound when the old session has ended."""
    ward.centre.bind_status = status.RALYBND
    ward.centre.drop_all()
    binds = []
    requested = ward.centre.bind_requested
    ward.centre.bind_requested = lambda *asked: (binds.append(ward.fake.seconds()), requested(*asked))
    ward.advance(seconds=25)
    waits = [round(later - earlier) for earlier, later in pairwise(binds)]
    assert waits[:2] == [5, 10]
    assert "account:sms" not in {alarm.key for alarm in ward.gateway.alarms.standing()}
    ward.centre.bind_status = status.ROK
    ward.advance(seconds=25)
    assert [line.up for line in ward.gateway.lines() if line.name == "sms"] == [True]
    ward.handset("20999").shows("linjen sms är nere")


def test_a_good_bye_is_answered_by_binding_at_once(ward):
    """Operators say good-bye when they patch: the page that comes then waits for no back-off."""
    ward.advance(seconds=10)
    ward.centre.unbind_all()
    ward.advance(seconds=0.3)
    assert [line.up for line in ward.gateway.lines() if line.name == "sms"] == [True]
    page(ward, "G-1", seconds=2)
    ward.phone(MARIA).gets("G-1")
