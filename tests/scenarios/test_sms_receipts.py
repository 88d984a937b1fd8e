"""Receipts in every dialect, over any bind, early, late, twice and of nothing, through the whole gateway."""

from dataclasses import replace

import pytest

from protocols.smpp import events
from protocols.smpp.pdu import DeliverSm
from simulators.smsc.dialects import DIALECTS
from simulators.smsc.phones import Manner

MARIA = "+46701740606"
SITES = 'endpoints = ["tcp:host=127.0.0.1:port=2775", "tcp:host=127.0.0.1:port=2775"]'


def config_of(plans, *lines, endpoint='endpoint = "tcp:host=127.0.0.1:port=2775"'):
    """The ordinary configuration with more keys for the SMS centre."""
    first = 'endpoint = "tcp:host=127.0.0.1:port=2775"'
    return plans.CONFIG.replace(first, "\n".join([endpoint, *lines]))


def tells(ward, text, ref=900):
    """The centre delivers a receipt of this text; it is answered by then."""
    connection = ward.centre.bound("bakjour")[0]
    message = DeliverSm("46701740699", text, "46701740606", esm_class=4)
    connection.pump.send(events.Deliver(ref, message))
    ward.advance(seconds=0.5)
    assert not len(connection.session._window), "it is not answered"


def page(ward, case, settle=3.0):
    """A case for the doctor, and its text read."""
    sent = ward.clinic.sends(profession="doctor", case=case)
    ward.advance(seconds=settle)
    ward.phone(MARIA).gets(case)
    return sent


def test_every_dialect_moves_its_page(ward):
    """Delivered in each; a page is never moved by another's receipt."""
    for number, name in enumerate(DIALECTS):
        ward.centre.dialect = name
        sent = page(ward, f"D-{number}")
        assert sent.words == ["page sent Maria Johansson", "page delivered Maria Johansson"], name
        ward.clinic.sends("taken", case=f"D-{number}", profession=None, priority=None)


def test_undelivered_in_every_dialect_pages_the_next(ward):
    """A receipt that says no is a refusal in each of them."""
    ward.mobile(MARIA).manner = Manner.REJECTS
    for number, name in enumerate(DIALECTS):
        ward.centre.dialect = name
        sent = ward.clinic.sends(profession="doctor", case=f"U-{number}")
        ward.advance(seconds=6)
        assert sent.words[:2] == ["page sent Maria Johansson", "page failed Maria Johansson"], name
        ward.handset("20119").shows(f"U-{number}")
        ward.clinic.sends("taken", case=f"U-{number}", profession=None, priority=None)
        ward.settles()


@pytest.mark.parametrize("name", ["hex-response", "same-id", "data-sm", "tlv-only"])
def test_receipts_over_the_other_bind_count(make_ward, plans, name):
    """Two binds of one account: whichever the receipt comes by, the page is found."""
    ward = make_ward(config=config_of(plans, endpoint=SITES))
    ward.centre.dialect = name
    outbox = ward.centre._outbox("bakjour")
    for number, connection in enumerate(ward.centre.bound("bakjour")):
        outbox.detach(connection)  # so that the other one gets all
        sent = page(ward, f"B-{number}")
        assert sent.words[-1] == "page delivered Maria Johansson"
        outbox.attach(connection)


def test_separate_binds_send_by_one_and_hear_by_the_other(make_ward, plans):
    """A transmitter and a receiver: page, receipt and answer go their ways."""
    ward = make_ward(config=config_of(plans, 'bind_mode = "separate"'))
    modes = sorted(connection.session.mode.name for connection in ward.centre.bound("bakjour"))
    assert modes == ["RECEIVER", "TRANSMITTER"]
    sent = page(ward, "S-1")
    assert sent.words[-1] == "page delivered Maria Johansson"
    ward.mobile(MARIA).reply("1")
    ward.settles()
    sent.ends("acknowledged")
    ward.phone(MARIA).gets("du har tagit larm 10")


def test_a_site_that_is_lost_leaves_the_other(make_ward, plans):
    """Pages go on over the second site; the first is alarmed by its own name, and the carrier is up."""
    ward = make_ward(config=config_of(plans, endpoint=SITES))
    first, _ = ward.centre.bound("bakjour")
    ward.network.refuse("smsc")
    first.pump.abort()
    ward.advance(seconds=15)
    assert [alarm.key for alarm in ward.gateway.alarms.standing()] == ["line:sms/1"]
    assert ward.gateway.readiness().ready
    sent = page(ward, "L-1")
    assert sent.words[-1] == "page delivered Maria Johansson"
    ward.handset("20999").shows("linjen sms/1 är nere")
    ward.network.allow("smsc")
    ward.advance(seconds=20)
    assert ward.gateway.alarms.standing() == []


def test_a_repeated_receipt_changes_nothing(ward):
    """The centre sends it until it is answered; the outcome is told once."""
    sent = page(ward, "R-1")
    for ref in (901, 902):
        tells(ward, b"id:1001 stat:DELIVRD err:000", ref)
    assert sent.words == ["page sent Maria Johansson", "page delivered Maria Johansson"]


def test_a_receipt_of_nothing_of_ours_is_answered_and_moves_no_page(ward):
    """Unsolicited, or of another system on the account."""
    ward.mobile(MARIA).manner = Manner.OFF
    sent = ward.clinic.sends(profession="doctor", case="N-1")
    ward.settles()
    tells(ward, b"id:77777 stat:DELIVRD err:000")
    tells(ward, b"stat:DELIVRD", 901)
    assert sent.words == ["page sent Maria Johansson"]


def test_a_page_in_parts_is_delivered_when_all_are(make_ward, plans):
    """One receipt of two proves nothing, also over a restart and when it is repeated; the other one does."""
    ward = make_ward(config=config_of(plans, "max_parts = 3"))
    ward.centre.manners = replace(ward.centre.manners, receipt_delay=9_999.0)
    sent = ward.clinic.sends(unit="sms-enheten", profession="физиотерапевт", case="C" * 30)
    ward.settles()
    ward.phone(MARIA).gets("Prio 2 Triage SMS-enheten för физиотерапевт", "(10)")
    tells(ward, b"id:1001 stat:DELIVRD err:000")
    tells(ward, b"id:1001 stat:DELIVRD err:000", 901)
    assert sent.words == ["page sent Maria Johansson"]
    ward.dies()
    ward.starts()
    ward.clinic.connects()
    tells(ward, b"id:1002 stat:DELIVRD err:000", 902)
    assert sent.words[-1] == "page delivered Maria Johansson"


def test_a_part_that_fails_fails_the_page(make_ward, plans):
    """The next receiver is paged, whatever became of the other part."""
    ward = make_ward(config=config_of(plans, "max_parts = 3", 'long_messages = "sar"'))
    ward.centre.manners = replace(ward.centre.manners, receipt_delay=9_999.0)
    sent = ward.clinic.sends(unit="sms-enheten", profession="физиотерапевт", case="C" * 30)
    ward.settles()
    ward.phone(MARIA).gets("(10)")
    tells(ward, b"id:1001 stat:DELIVRD err:000")
    tells(ward, b"id:1002 stat:UNDELIV err:027", 901)
    assert "page failed Maria Johansson" in sent.words
    ward.handset("20999").shows("TEKNISKT LARM")
    ward.advance(minutes=1)
