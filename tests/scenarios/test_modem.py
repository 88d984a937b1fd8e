"""The modem of our own: the way to mobile phones when the Internet is down."""

import pytest

MODEM = """
[[carrier]]
name = "modem"
type = "gsm-modem"
serves = "mobile"
endpoint = "tcp:host=127.0.0.1:port=2001"
"""
MARIA, JOHAN = "+46701740606", "+46701740607"


@pytest.fixture
def ward(make_ward, plans):
    """The ward on an ordinary Tuesday at ten, with a modem beside the SMS centre."""
    return make_ward(config=plans.CONFIG + MODEM)


def loses_the_internet(ward):
    """The SMS centre is not reached any more."""
    ward.network.refuse("smsc")
    ward.network.cut("smsc")


def operators_are_told(ward, *lines):
    """What the switchboard was told of these lines, and nothing else."""
    told = ward.handset("20999")
    while told.unseen:
        text = told.shows("TEKNISKT LARM")
        assert any(f"linjen {line} är nere" in text for line in lines), text


def test_the_modem_is_the_fallback(ward):
    """While the SMS centre is reached, the modem sends nothing."""
    sent = ward.clinic.sends(profession="doctor", case="M-1")
    ward.settles()
    ward.phone(MARIA).gets("M-1")
    assert {one.carrier for one in sent.outcomes} == {"sms"}
    assert ward.modem.radio.phones == {}


def test_a_page_goes_over_the_modem_when_the_centre_is_down(ward):
    """The SMPP line is down: after `divert_after` the page goes over the modem, and is proved delivered."""
    loses_the_internet(ward)
    sent = ward.clinic.sends(profession="doctor", priority=2, case="M-2")
    ward.advance(seconds=29)
    ward.phone(MARIA).gets_nothing()
    ward.advance(seconds=6)
    ward.phone(MARIA).gets("Prio 2 Triage HC Andersberg M-2")
    assert sent.words == [
        "page sent Maria Johansson",
        "page cancelled Maria Johansson",
        "page delivered Maria Johansson",
    ]
    assert {one.carrier for one in sent.outcomes if one.status == "delivered"} == {"modem"}
    operators_are_told(ward, "sms")


def test_at_the_highest_priority_it_goes_sooner(ward):
    """At priority 1 it is fifteen seconds."""
    loses_the_internet(ward)
    ward.clinic.sends("escalated", profession="doctor", priority=1, case="M-3")
    ward.advance(seconds=20)
    ward.phone(MARIA).gets("M-3")
    operators_are_told(ward, "sms")


def test_one_dead_number_does_not_hold_up_the_others(make_ward, plans):
    """A number that the network cannot reach waits for its next try; a page to another goes in between."""
    plan = plans.DAY.replace('"anna", "erik"', '"johan"')
    ward = make_ward(config=plans.CONFIG + MODEM, plan=plan)
    loses_the_internet(ward)
    ward.network.refuse("dect")
    ward.network.cut("dect")
    ward.modem.radio.errors[MARIA.removeprefix("+")] = 38
    dead = ward.clinic.sends("escalated", profession="doctor", priority=1, case="M-4")
    ward.clinic.sends("escalated", profession="nurse", priority=1, case="M-5")
    ward.advance(seconds=55)
    ward.phone(JOHAN).gets("M-5")
    ward.phone(MARIA).gets_nothing()
    assert "page sent Maria Johansson" not in dead.words


def test_a_modem_without_network_is_seen(ward):
    """A modem that loses its network is an alarm before it is needed, and readiness still holds by SMPP."""
    ward.modem.radio.air.stat = 2
    ward.advance(seconds=40)
    assert "line:modem" in {alarm.key for alarm in ward.gateway.alarms.standing()}
    assert ward.gateway.readiness().ready
    line = next(line for line in ward.gateway.lines() if line.name == "modem")
    assert (line.up, line.detail) == (False, "searching a network, signal -73 dBm")
    ward.modem.radio.air.stat = 1
    ward.advance(seconds=20)
    assert ward.gateway.alarms.standing() == []
    operators_are_told(ward, "modem")


def test_a_restart_in_between_keeps_the_report(ward):
    """A report that comes after the gateway was killed and started again moves its page."""
    loses_the_internet(ward)
    ward.modem.radio.air.report_delay = 20.0
    sent = ward.clinic.sends(profession="doctor", priority=2, case="M-6")
    ward.advance(seconds=34)
    ward.phone(MARIA).gets("M-6")
    ward.dies()
    ward.starts()
    ward.clinic.connects()
    ward.advance(seconds=30)
    assert sent.words[-1] == "page delivered Maria Johansson"
    operators_are_told(ward, "sms")


def test_an_answer_over_the_modem_counts(ward):
    """Without the Internet the whole way goes over the modem: page, report, answer, confirmation."""
    loses_the_internet(ward)
    sent = ward.clinic.sends(profession="doctor", priority=2, case="M-9")
    ward.advance(seconds=36)
    ward.phone(MARIA).gets("M-9", "Svara 1=ja 2=nej (10)")
    ward.modem.radio.phone(MARIA).reply("1", "46701740699")
    ward.advance(seconds=10)
    sent.ends("acknowledged", proof="acknowledged")
    ward.phone(MARIA).gets("Mottaget: du har tagit larm 10.")
    operators_are_told(ward, "sms")


def test_an_answer_counts_whichever_way_it_comes(ward):
    """Paged over SMPP and, diverted, over the modem: one alert, one reference, one question."""
    sent = ward.clinic.sends(profession="doctor", priority=2, case="M-10")
    ward.settles()
    ward.phone(MARIA).gets("M-10", "(10)")
    ward.modem.radio.phone(MARIA).reply("1 10", "46701740699")
    ward.advance(seconds=10)
    sent.ends("acknowledged")
    ward.phone(MARIA).gets("du har tagit larm 10")
