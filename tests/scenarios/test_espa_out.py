"""ESPA out: either role, either way to connect, what a status does to a page, what a line tells of itself."""

import pytest
from prometheus_client import generate_latest

from gateway import views
from gateway.model import Proof
from gateway.store import alerts
from gateway.supervision.metrics import GatewayCollector, registry
from protocols.espa444 import CHARSETS, CallStatus, Record, call_block, status_of
from protocols.espa444.records import Block
from simulators.dect.handset import Answer as Press
from simulators.dect.handset import Owner
from simulators.dect.link import Role
from simulators.dect.paging import PagingSystem, StatusMode

ANNA, ERIK, EVA, VAXEL = "20117", "20118", "20119", "20999"
ENDPOINT = 'endpoint = "tcp:host=127.0.0.1:port=4444"\n'
LISTEN = 'listen = "tcp:4446:interface=127.0.0.1"\n'


@pytest.fixture
def make(make_ward, plans):
    """A ward whose DECT line has other keys; `system` replaces the paging system by another one."""

    def made(keys="", *, way=ENDPOINT, system=None, **options):
        ward = make_ward(config=plans.CONFIG.replace(ENDPOINT, way + keys, 1), **options)
        if system is not None:
            takes_the_place(ward, **system)
        if way == LISTEN:
            connects(ward)
        return ward

    return made


def takes_the_place(ward, **options):
    """Another paging system at the line."""
    ward.dect.stop()
    ward.network.silence("dect")
    ward.network.cut("dect")
    extensions = [ANNA, ERIK, EVA, VAXEL, "20120"]
    ward.dect = PagingSystem(ward.fake, extensions, ward._on_dect, owner=Owner(Press.IGNORE), **options)
    ward.network.listen("dect", ward.dect.link)
    ward.advance(seconds=20)


def connects(ward):
    """The paging system connects to us."""
    ward.network.open("pager", ward.dect.link)
    ward.advance(seconds=3)


def line(ward, name="dect"):
    return {one.name: one for one in ward.gateway.lines()}[name]


def standing(ward):
    return [alarm.key for alarm in ward.gateway.alarms.standing()]


def attempts(ward, sent):
    ward.advance(seconds=0.1)
    return alerts.attempts_of(ward.reader, int(sent.answers[0].alert))


def reports(ward, text, status, extension=ANNA, beep=2):
    """The paging system tells of a call with this text."""
    call = call_block(extension, CHARSETS["se7"].encode(text), beep=beep)
    ward.dect.link.report(status_of(call, status))
    ward.advance(seconds=3)


# --- roles and ways to connect


@pytest.mark.parametrize("way", [ENDPOINT, LISTEN])
@pytest.mark.parametrize("role", ["control", "polled"])
def test_both_roles_over_tcp_as_client_and_as_server(make, role, way):
    """Control or polled, connecting or listening: paged, delivered, acknowledged, all the way."""
    other = {} if role == "control" else {"role": Role.CONTROL}
    ward = make(f'role = "{role}"\n', way=way, system=other)
    assert line(ward).up
    sent = ward.clinic.sends()
    ward.settles()
    ward.handset(ANNA).shows("Prio 2 Triage HC Andersberg")
    ward.advance(seconds=5)
    ward.accepts(ANNA)
    sent.ends("acknowledged")
    assert sent.words[:2] == ["page sent Anna Berg", "page delivered Anna Berg"]


def test_the_newest_connection_is_the_line(make):
    """A second connection takes the line over from a first that may be dead."""
    ward = make(way=LISTEN)
    connects(ward)
    assert line(ward).counters["replaced"] == 1
    sent = ward.clinic.sends()
    ward.settles()
    ward.handset(ANNA).shows("Prio 2 Triage")
    sent.is_open()


def test_a_polled_line_that_is_not_polled_is_alarmed_after_30_s(make):
    """In the polled role a lost poll is alarmed after 30 s; what waited for a poll goes another way."""
    ward = make('role = "polled"\n', system={"role": Role.CONTROL})
    ward.dect.faults.silent = True
    ward.advance(seconds=5)
    sent = ward.clinic.sends(profession="nurse", priority=2)
    ward.advance(seconds=23.9)  # with what went before under 29 s: the last poll may be a second old
    assert "line:dect" not in standing(ward)
    ward.advance(seconds=3)
    assert "line:dect" in standing(ward)
    assert not line(ward).up
    sent.is_open()
    ward.dect.faults.silent = False
    ward.advance(seconds=20)
    assert line(ward).up
    assert "line:dect" not in standing(ward)
    ward.settles()
    ward.handset(ANNA).shows("Prio 2 Triage")
    for extension in (ERIK, EVA, VAXEL):
        ward.handset(extension).unseen.clear()


def test_a_line_that_nobody_connects_to_is_alarmed(make):
    """Where we listen and nobody comes for 30 s, people are told."""
    ward = make(way=LISTEN)
    ward.network.cut("pager")
    ward.advance(seconds=11)
    assert "line:dect" in standing(ward)
    connects(ward)
    assert "line:dect" not in standing(ward)
    ward.handset(VAXEL).unseen.clear()


def test_a_line_that_is_not_polled_is_ready_again_after_its_pause(make):
    """Without idle polling a line that was silent is tried again by the next page, without any event."""
    ward = make("idle_poll = false\n")
    ward.dect.faults.silent = True
    sent = ward.clinic.sends(priority=3)
    ward.advance(seconds=15)
    assert not line(ward).up
    ward.dect.faults.silent = False
    ward.advance(seconds=20)
    assert line(ward).up
    ward.handset(ANNA).shows("Prio 3 Triage")
    assert sent.words[0] == "page sent Anna Berg"


def test_another_control_station_is_noticed_and_alarmed(make):
    """Somebody else's poll on our line is told to people."""
    ward = make("poll_interval = 5.0\n")
    ((_, server),) = ward.network.connections("dect")
    ward.advance(seconds=1)
    server.write(b"2\x05")
    ward.advance(seconds=1)
    assert "foreign:dect" in standing(ward)
    assert line(ward).counters["foreign"] == 1
    ward.advance(seconds=20)
    ward.handset(VAXEL).unseen.clear()


COUNTERS = {
    *(
        "blocks_sent",
        "blocks_taken",
        "blocks_received",
        "naks_error",
        "naks_busy",
        "naks_invalid",
        "naks_sent",
    ),
    *("resends", "bcc_errors", "structure_errors", "silent_answers", "polls", "selections", "foreign"),
}


def test_what_happened_on_the_line_is_counted_over_reconnects(make):
    """Blocks, NAKs by kind, resends, BCC errors, silent answers, polls: not lost with a connection."""
    ward = make()
    assert line(ward).counters.keys() >= COUNTERS
    ward.dect.faults.nak_1 = 1
    ward.clinic.sends()
    ward.settles()
    ward.handset(ANNA).shows("Prio 2")
    before = line(ward).counters
    assert (before["naks_error"], before["resends"], before["blocks_taken"]) == (1, 1, 1)
    ward.network.cut("dect")
    ward.advance(seconds=3)
    after = line(ward).counters
    assert after["polls"] > before["polls"]
    assert (after["naks_error"], after["resends"], after["connections"]) == (1, 1, 2)


# --- status


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (CallStatus.IN_QUEUE, None),
        (CallStatus.PAGED, "delivered"),
        (CallStatus.SPEECH_OPEN_PAGED, "delivered"),
        (CallStatus.SPEECH_OPEN, "read"),
        (CallStatus.ACKNOWLEDGED, "acknowledged"),
        (CallStatus.TERMINATED, None),
        (CallStatus.BUSY, "failed"),
        (CallStatus.ABSENT, "failed"),
        (CallStatus.SPEECH_OPEN_ABSENT, "failed"),
        (CallStatus.FAULT, "failed"),
    ],
)
def test_what_each_status_makes_of_a_page(make, status, word):
    """Sent by the link ACK; then what record 7 says. What failed goes to the next receiver at once."""
    ward = make(system={"status_mode": StatusMode.NONE})
    sent = ward.clinic.sends()
    ward.settles()
    text = ward.handset(ANNA).shows("Prio 2 Triage")
    assert sent.words == ["page sent Anna Berg"]
    reports(ward, text, status)
    expected = ["page sent Anna Berg"] + ([] if word is None else [f"page {word} Anna Berg"])
    assert sent.words[: len(expected)] == expected
    if word == "failed":
        ward.handset(ERIK).shows("Prio 2 Triage")
    elif word == "acknowledged":
        sent.ends("acknowledged", proof="acknowledged")
    else:
        sent.is_open()
        ward.advance(minutes=2)
        ward.settles()
        ward.handset(ERIK).shows("Prio 2 Triage")


def test_ended_without_an_acknowledgement_is_none(make):
    """7=5 alone says that the call is over, not that somebody has it; after a 6 it changes nothing."""
    ward = make()
    first = ward.clinic.sends()
    ward.settles()
    text = ward.handset(ANNA).shows("Prio 2")
    ward.declines(ANNA)
    ward.advance(seconds=3)
    first.is_open()
    reports(ward, text, CallStatus.ACKNOWLEDGED)
    first.ends("acknowledged")
    reports(ward, text, CallStatus.TERMINATED)
    assert len([one for one in first.outcomes if one.final]) == 1


def test_what_paged_proves_is_declared(make):
    """Where the site says that paged is no more than sent, 7=3 does not make a page delivered."""
    ward = make('paged_means = "sent"\n')
    sent = ward.clinic.sends()
    ward.settles()
    ward.handset(ANNA).shows("Prio 2")
    ward.advance(seconds=5)
    assert sent.words == ["page sent Anna Berg"]
    (carrier,) = [one for one in ward.gateway._carriers if one.name == "dect"]
    assert carrier.capabilities.best_proof is Proof.SENT


def test_without_status_a_page_stays_sent(make):
    """A system that reports nothing: sent, and no more; the ladder goes on."""
    ward = make('status_mode = "none"\n', system={"status_mode": StatusMode.NONE})
    sent = ward.clinic.sends()
    ward.settles()
    ward.handset(ANNA).shows("Prio 2")
    assert sent.words == ["page sent Anna Berg"]
    ward.advance(minutes=2)
    ward.settles()
    ward.handset(ERIK).shows("Prio 2")
    sent.is_open()


def test_a_transmitter_failure_is_a_technical_alarm(make):
    """8=1 is about no page: people are told, and it is acknowledged to the system."""
    ward = make()
    ward.dect.transmitter_failed = True
    ward.advance(seconds=3)
    assert "system:dect" in standing(ward)
    assert ward.dect.link.waiting == 0
    ward.dect.transmitter_failed = False
    ward.settles()
    ward.handset(VAXEL).unseen.clear()


def test_a_marked_attempt_is_answered_as_itself_and_as_the_first(make):
    """The link ACKs are lost and the page goes out again, marked: an answer to either text acknowledges."""
    for press_first in (True, False):
        ward = make("retries = 0\nack_timeout = 0.5\n", system={"status_mode": StatusMode.NONE})
        ward.dect.faults.drop_acks = 1
        sent = ward.clinic.sends()
        ward.advance(seconds=10)
        plain = ward.handset(ANNA).shows("Prio 2 Triage")
        marked = ward.handset(ANNA).shows("(upprepat) Prio 2 Triage")
        assert [one.text for one in attempts(ward, sent)] == [plain, marked]
        reports(ward, plain if press_first else marked, CallStatus.ACKNOWLEDGED)
        sent.ends("acknowledged")
        ward.ends()
        ward.folder.joinpath("ward.db").unlink()
        ward.ends = lambda: None


def test_a_cut_text_is_matched(make, plans):
    """A text that did not fit is compared as it was sent, its sign of the cut included."""
    ward = make("max_text = 40\n", system={"status_mode": StatusMode.NONE})
    sent = ward.clinic.sends(case="A-very-long-reference-to-some-case-here", callback="20300")
    ward.settles()
    text = ward.handset(ANNA).shows("..")
    assert len(text) <= 40
    reports(ward, text, CallStatus.ACKNOWLEDGED)
    sent.ends("acknowledged")


def test_a_status_that_could_mean_several_pages_acknowledges_none(make):
    """Two pages with one text: the answer is noted on both, and both ladders go on."""
    ward = make(system={"status_mode": StatusMode.NONE})
    first = ward.clinic.sends(case="A-7")
    second = ward.clinic.sends(case="A-7")
    ward.settles()
    ward.settles()
    text = ward.handset(ANNA).shows("A-7")
    ward.handset(ANNA).shows("A-7")
    reports(ward, text, CallStatus.ACKNOWLEDGED)
    first.is_open()
    second.is_open()
    ward.advance(minutes=2)
    ward.settles()
    ward.settles()
    ward.handset(ERIK).shows("A-7")
    ward.handset(ERIK).shows("A-7")


def test_status_on_request(make):
    """A system that tells nothing by itself is asked about every open page, until that ends."""
    ward = make('status_mode = "request"\n', system={"status_mode": StatusMode.REQUEST})
    sent = ward.clinic.sends()
    ward.settles()
    ward.handset(ANNA).shows("Prio 2")
    ward.advance(seconds=5)
    assert sent.words == ["page sent Anna Berg", "page delivered Anna Berg"]
    asked = line(ward).counters["requests"]
    ward.device(ANNA).accept()
    ward.advance(seconds=8)
    sent.ends("acknowledged")
    done = line(ward).counters["requests"]
    assert asked >= 1
    assert done > asked
    ward.advance(minutes=2)
    assert line(ward).counters["requests"] == done


def test_a_page_that_nobody_wants_any_more_is_not_asked_about(make):
    """Taken elsewhere, or expired: the requests end; while it is open they go on, and thin out."""
    ward = make('status_mode = "request"\n', system={"status_mode": StatusMode.REQUEST})
    sent = ward.clinic.sends(case="A-9")
    ward.settles()
    ward.handset(ANNA).shows("A-9")
    ward.advance(minutes=1)
    in_a_minute = line(ward).counters["requests"]
    assert 8 <= in_a_minute <= 14
    ward.clinic.sends("taken", case="A-9", profession=None, priority=None)
    ward.settles()
    sent.ends("cancelled")
    at_the_end = line(ward).counters["requests"]
    ward.advance(minutes=1)
    assert line(ward).counters["requests"] == at_the_end


def test_a_system_that_knows_no_requests_is_not_asked_again(make):
    """NAK 3 to a status request: counted, and no more are sent about that page; it stays sent."""
    ward = make('status_mode = "request"\n', system={"status_mode": StatusMode.NONE})
    ward.dect._remembered.clear()
    sent = ward.clinic.sends()
    ward.settles()
    ward.handset(ANNA).shows("Prio 2")
    ward.dect._remembered.clear()
    ward.advance(seconds=30)
    assert line(ward).counters["requests_refused"] == 1
    assert sent.words == ["page sent Anna Berg"]


# --- slots


def test_a_call_counts_until_its_block_is_acknowledged(make):
    """By default the next page goes out as soon as the block of the one before is acknowledged."""
    ward = make(system={"status_mode": StatusMode.NONE})
    ward.clinic.sends(case="A-1")
    ward.clinic.sends(case="A-2")
    ward.settles()
    ward.handset(ANNA).shows("A-1")
    ward.handset(ANNA).shows("A-2")


def test_a_call_may_count_until_the_pager_reports_its_end(make):
    """Where the site says so, the next page waits for 5 or 6, and at the most 60 s."""
    ward = make('active_until = "end"\n', system={"status_mode": StatusMode.NONE})
    ward.clinic.sends(case="A-1", priority=3)
    ward.clinic.sends(case="A-2", priority=3)
    ward.clinic.sends(case="A-3", priority=3)
    ward.advance(seconds=10)
    text = ward.handset(ANNA).shows("A-1")
    ward.handset(ANNA).gets_nothing()
    reports(ward, text, CallStatus.ACKNOWLEDGED, beep=3)
    ward.settles()
    ward.handset(ANNA).shows("A-2")
    ward.advance(seconds=50)
    ward.handset(ANNA).gets_nothing()
    ward.advance(seconds=15)
    ward.handset(ANNA).shows("A-3")


def test_max_active_lets_that_many_out(make):
    """Two slots until the end: two pages are out, the third waits."""
    ward = make('active_until = "end"\nmax_active = 2\n', system={"status_mode": StatusMode.NONE})
    for case in ("A-1", "A-2", "A-3"):
        ward.clinic.sends(case=case, priority=3)
    ward.advance(seconds=10)
    ward.handset(ANNA).shows("A-1")
    ward.handset(ANNA).shows("A-2")
    ward.handset(ANNA).gets_nothing()
    ward.advance(seconds=60)
    ward.handset(ANNA).shows("A-3")


def test_taken_elsewhere_goes_out_as_a_reset_call(make):
    """The case is taken: a call of type 1 with the same address, text and beep code, in either role."""
    ward = make('role = "polled"\n', system={"role": Role.CONTROL})
    sent = ward.clinic.sends(case="A-1")
    ward.settles()
    ward.handset(ANNA).shows("A-1")
    ward.advance(seconds=5)
    ward.clinic.sends("taken", case="A-1", profession=None, priority=None)
    ward.settles()
    sent.ends("cancelled")
    assert ward.device(ANNA).screen == []
    assert line(ward).counters["recalls"] == 1


def test_a_status_without_an_address_is_about_no_call(make):
    """It is acknowledged, for there is nothing to be had from asking again."""
    ward = make()
    ward.dect.link.report(Block("2", (Record("7", b"6"),)))
    ward.advance(seconds=3)
    assert ward.dect.link.waiting == 0


def test_absent_after_paged_diverts_where_paged_proves_nothing(make):
    """3 on the air, 4 when nobody was there: where paged proves no more than sent, the 4 diverts at once."""
    ward = make('paged_means = "sent"\n', system={"status_mode": StatusMode.NONE})
    sent = ward.clinic.sends()
    ward.settles()
    text = ward.handset(ANNA).shows("Prio 2")
    reports(ward, text, CallStatus.PAGED)
    assert sent.words == ["page sent Anna Berg"]
    reports(ward, text, CallStatus.ABSENT)
    assert sent.words[1] == "page failed Anna Berg"
    ward.handset(ERIK).shows("Prio 2")


def test_the_line_is_readable_by_monitors(make):
    """/metrics has the state and every counter of the line, /readyz and `bakjour lines` the same."""
    ward = make()
    collector = GatewayCollector(ward.gateway.lines, {}, ward.gateway.dispatcher.queued, lambda: 0)
    text = generate_latest(registry(collector)).decode()
    assert 'bakjour_line_up{kind="espa444",line="dect"} 1.0' in text
    for counter in COUNTERS:
        assert f'bakjour_line_total{{line="dect",what="{counter}"}}' in text
    (shown,) = [one for one in ward.gateway.readiness().lines if one.name == "dect"]
    assert views.line(shown).counters.keys() >= COUNTERS
