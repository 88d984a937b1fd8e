"""How an alert climbs its ladder and how it ends, by the published contract."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from gateway.delivery import events as e
from gateway.delivery.lifecycle import next_due
from gateway.delivery.pages import PageInput
from gateway.model import Alert, OneWay, OutcomeWord, Proof
from gateway.ports import FailureKind

Make = Callable[..., Any]

ANSWER_WITHIN = {1: 60, 2: 120, 3: 300, 4: 300, 5: 300}
DIVERT_AFTER = {1: 15, 2: 30, 3: 120, 4: 120, 5: 120}
TTL = 30 * 60


@pytest.mark.parametrize("priority", [1, 2, 3, 4, 5])
def test_the_next_receiver_is_paged_when_nobody_answers(life: Make, priority: int) -> None:
    """Unanswered after `answer_within` the next receiver is paged, whatever `delivered` says."""
    one = life("dect", "dect", "dect", priority=priority).take(0).report(0, PageInput.DELIVERED)
    one.wait(ANSWER_WITHIN[priority] - 0.001)
    assert len(one.alert.pages) == 1
    one.wait(0.001)
    assert one.pages == [(0, 0, "delivered"), (1, 0, "queued")]
    one.take(1).wait(ANSWER_WITHIN[priority])
    assert one.pages[2][:2] == (2, 0)


@pytest.mark.parametrize("priority", [1, 2, 3, 4, 5])
def test_a_page_that_is_not_taken_goes_another_way_too(life: Make, priority: int) -> None:
    """After `divert_after` without being taken, the page also goes over the next carrier."""
    one = life("dect sms", "dect", priority=priority).fail(0)
    one.wait(DIVERT_AFTER[priority] - 0.001)
    assert one.pages == [(0, 0, "queued")]
    one.wait(0.001)
    assert one.pages == [(0, 0, "queued"), (0, 1, "queued")]


def test_a_diverted_page_goes_to_the_next_receiver_where_no_route_is_left(life: Make) -> None:
    """The only route of a receiver fails for `divert_after`: the next receiver is paged as well."""
    one = life("dect", "sms").fail(0).wait(30)
    assert one.pages == [(0, 0, "queued"), (1, 0, "queued")]


def test_retries_go_on_until_another_route_has_taken_the_page(life: Make) -> None:
    """A diverted page is tried again, and stops when the other way was taken."""
    one = life("dect sms").fail(0).wait(30).fail(0)
    assert one.pages[0][2] == "queued"
    one.take(1)
    assert one.pages == [(0, 0, "cancelled"), (0, 1, "sent")]


def test_a_diverted_page_under_way_is_not_retried_once_another_route_took_it(life: Make) -> None:
    """The attempt that was under way when the other way was taken is the last one of a diverted page."""
    one = life("dect sms").wait(29).begin(0).wait(1).take(1)
    assert one.pages == [(0, 0, "sending"), (0, 1, "sent")]
    one.tell(e.Failed(0, FailureKind.TEMPORARY, "busy"))
    assert one.pages == [(0, 0, "cancelled"), (0, 1, "sent")]


def test_a_receipt_that_overtakes_its_response_stops_the_diverted_page_too(life: Make) -> None:
    """Delivered over the other way is more than taken: the retries here stop."""
    one = life("dect sms").fail(0).wait(30).begin(1).report(1, PageInput.DELIVERED)
    assert one.pages == [(0, 0, "cancelled"), (0, 1, "delivered")]


def test_a_line_that_comes_back_does_not_cost_the_next_receiver_his_page(life: Make) -> None:
    """The first receiver's route took it at last; the second, diverted too, must still be paged."""
    one = life("dect", "sms").fail(0).wait(30).fail(1).wait(30).take(0)
    assert one.alert.pages[1].diverted
    assert one.pages == [(0, 0, "sent"), (1, 0, "queued")]


def test_a_declining_receiver_makes_room_for_the_next_at_once(life: Make) -> None:
    """Declined: the next receiver is paged in the same step, and the declining one no more."""
    one = life("dect sms", "dect").fail(0).wait(30).take(1).report(1, PageInput.DECLINE)
    assert one.pages == [(0, 0, "cancelled"), (0, 1, "declined"), (1, 0, "queued")]


def test_a_receiver_who_declined_is_not_paged_again_over_another_route(life: Make) -> None:
    """An attempt that fails after its receiver declined is neither repeated nor sent another way."""
    one = life("dect pager sms").wait(29).begin(0).wait(1).take(1).report(1, PageInput.DECLINE)
    one.tell(e.Failed(0, FailureKind.TEMPORARY, "busy"))
    assert one.pages == [(0, 0, "cancelled"), (0, 1, "declined")]
    assert one.alert.closed is OutcomeWord.FAILED
    two = life("dect pager sms").wait(29).begin(0).wait(1).take(1).report(1, PageInput.DECLINE)
    two.tell(e.Failed(0, FailureKind.REFUSED, "unknown"))
    assert two.pages == [(0, 0, "failed"), (0, 1, "declined")]


def test_a_refused_route_gives_way_to_the_next_route_then_to_the_next_receiver(life: Make) -> None:
    """Refused: the receiver's next route at once, then the next receiver at once."""
    one = life("dect sms", "dect").fail(0, FailureKind.REFUSED)
    assert one.pages == [(0, 0, "failed"), (0, 1, "queued")]
    one.fail(1, FailureKind.REFUSED)
    assert one.pages == [(0, 0, "failed"), (0, 1, "failed"), (1, 0, "queued")]
    one.fail(2, FailureKind.REFUSED)
    assert one.alert.closed is OutcomeWord.FAILED
    assert one.final.proof is Proof.NONE


def test_a_refusal_does_not_page_the_next_while_the_same_receivers_other_route_lives(life: Make) -> None:
    """Only when his last route is refused is the next receiver paged at once."""
    one = life("dect sms", "dect").wait(29).begin(0).wait(1).take(1)
    one.tell(e.Failed(0, FailureKind.REFUSED, "unknown number"))
    assert one.pages == [(0, 0, "failed"), (0, 1, "sent")]


def test_absent_reported_after_the_taking_goes_on_at_once(life: Make) -> None:
    """A final report of failure after `sent` opens the next way in the same step."""
    one = life("dect", "dect").take(0).report(0, PageInput.REFUSE)
    assert one.pages == [(0, 0, "failed"), (1, 0, "queued")]


def test_refused_content_is_tried_once_more_in_the_plainest_form(life: Make) -> None:
    """CONTENT: once more at once, plain; then as refused."""
    one = life("dect", "dect").fail(0, FailureKind.CONTENT)
    page = one.alert.pages[0]
    assert (page.state, page.plain, page.due_at, page.repeat) == ("queued", True, one.now, False)
    one.fail(0, FailureKind.CONTENT)
    assert one.pages == [(0, 0, "failed"), (1, 0, "queued")]


def test_an_attempt_in_doubt_is_repeated_with_a_mark(life: Make) -> None:
    """What may have been shown is tried again and says so; what was surely not shown does not."""
    assert life("dect").fail(0, FailureKind.IN_DOUBT).alert.pages[0].repeat
    assert not life("dect").fail(0, FailureKind.TEMPORARY).alert.pages[0].repeat
    one = life("dect").fail(0, FailureKind.IN_DOUBT).fail(0, FailureKind.TEMPORARY)
    assert one.alert.pages[0].repeat


def test_retries_wait_a_little_longer_each_time_and_never_long(life: Make) -> None:
    """A retry is due within 1 to 10 s of the failure, never at once and never late."""
    one = life("dect", priority=3)
    waits = []
    for _ in range(12):
        one.fail(0)
        waits.append(one.alert.pages[0].due_at - one.now)
        one.now += waits[-1]
    assert waits == sorted(waits)
    assert waits[0] == 1000
    assert waits[-1] == 10_000


def test_an_answer_closes_the_alert_and_takes_the_other_messages_back(life: Make) -> None:
    """Acknowledged: closed once, with the strongest proof, the other receivers' messages recalled."""
    one = life("dect", "dect").take(0).wait(120).take(1).report(1, PageInput.ACKNOWLEDGE)
    assert one.alert.closed is OutcomeWord.ACKNOWLEDGED
    assert one.pages == [(0, 0, "cancelled"), (1, 0, "acknowledged")]
    assert one.last.recalls == (0,)
    assert (one.final.proof, one.final.scope) == (Proof.ACKNOWLEDGED, "alert")


@pytest.mark.parametrize(
    ("news", "proof"),
    [(None, Proof.SENT), (PageInput.DELIVERED, Proof.DELIVERED), (PageInput.READ, Proof.READ)],
)
@pytest.mark.parametrize("word", [OutcomeWord.EXPIRED, OutcomeWord.CANCELLED])
def test_the_closing_line_carries_the_strongest_thing_known(
    life: Make, news: PageInput | None, proof: Proof, word: OutcomeWord
) -> None:
    """Expired or cancelled, what had been proved of a page is not forgotten by its end."""
    one = life("dect").take(0)
    if news is not None:
        one.report(0, news)
    if word is OutcomeWord.EXPIRED:
        one.wait(TTL)
    else:
        one.tell(e.Closed(word, "taken"))
    assert (one.final.status, one.final.proof) == (word, proof)


def test_what_a_page_proved_before_it_failed_counts_at_the_end(life: Make) -> None:
    """A call that was taken and then reported absent was sent all the same."""
    one = life("dect").take(0).report(0, PageInput.REFUSE)
    assert (one.final.status, one.final.proof) == (OutcomeWord.FAILED, Proof.SENT)


def test_an_alert_expires_once_at_its_time_to_live(life: Make) -> None:
    """Nobody answers for 30 minutes: expired and alarmed, and no page is opened or sent after it."""
    one = life("dect", "dect").take(0).wait(120).take(1).wait(TTL - 120.001)
    assert one.alert.closed is None
    one.wait(0.001)
    assert one.alert.closed is OutcomeWord.EXPIRED
    assert [concern for concern, _ in one.last.alarms] == [e.Concern.ALERT]
    assert {state for *_, state in one.pages} == {"expired"}
    assert next_due(one.alert) is None
    before = one.pages
    one.begin(0).wait(3600)
    assert one.pages == before
    assert one.last.begun is None


def test_an_empty_ladder_is_no_receiver_and_alarmed(life: Make) -> None:
    """Nobody on duty and no fallback: no_receiver, at once, and people are told."""
    one = life()
    assert (one.final.status, one.final.proof) == (OutcomeWord.NO_RECEIVER, Proof.NONE)
    assert one.last.alarms


def test_a_receiver_without_a_route_is_named_and_passed_by(life: Make) -> None:
    """The timeline names who could not be paged; the next receiver is paged at once."""
    one = life("", "dect")
    assert one.pages == [(1, 0, "queued")]
    assert any(line.receiver == "Receiver 0" for line in one.steps)
    assert life("", "").alert.closed is OutcomeWord.FAILED


def test_a_one_way_unit_closes_unconfirmed_only_when_all_is_proved_and_nobody_is_left(life: Make) -> None:
    """Unconfirmed: the route gave all it can prove and no receiver is left to page."""
    one = life("sms", "sms", one_way=OneWay.CLOSE).take(0).report(0, PageInput.DELIVERED)
    assert one.alert.closed is None  # somebody is left to page
    one.wait(120).take(1)
    assert one.alert.closed is None  # sent is not all that this route can prove
    one.report(1, PageInput.DELIVERED)
    assert (one.final.status, one.final.proof) == (OutcomeWord.UNCONFIRMED, Proof.DELIVERED)
    assert not one.last.alarms


def test_a_one_way_unit_waits_for_the_answer_of_a_route_that_can_bring_one(life: Make) -> None:
    """Where an answer can come back, nothing is closed unconfirmed."""
    one = life("dect", one_way=OneWay.CLOSE).take(0).report(0, PageInput.READ).wait(TTL)
    assert one.alert.closed is OutcomeWord.EXPIRED
    escalates = life("sms").take(0).report(0, PageInput.DELIVERED).wait(TTL)
    assert escalates.alert.closed is OutcomeWord.EXPIRED


def test_a_route_that_proves_only_sent_closes_at_the_taking(life: Make) -> None:
    """A pager that can prove no more than `sent` closes its one-way alert with that."""
    one = life("pager", one_way=OneWay.CLOSE).take(0)
    assert (one.final.status, one.final.proof) == (OutcomeWord.UNCONFIRMED, Proof.SENT)


@pytest.mark.parametrize("word", [OutcomeWord.EXPIRED, OutcomeWord.CANCELLED, OutcomeWord.FAILED])
def test_a_late_answer_is_told_as_late_and_changes_no_closing_word(life: Make, word: OutcomeWord) -> None:
    """After the end an answer comes as `acknowledged` with late, and the alert stays as it closed."""
    one = life("dect").take(0).tell(e.Closed(word, "x")).report(0, PageInput.ACKNOWLEDGE)
    assert one.alert.closed is word
    (line,) = one.last.steps
    assert (line.status, line.late, line.final) == (OutcomeWord.ACKNOWLEDGED, True, False)


def test_the_answer_that_closed_the_alert_is_not_late_when_it_is_repeated(life: Make) -> None:
    """A status that the system sends twice is a repeat, not a late answer."""
    one = life("dect").take(0).report(0, PageInput.ACKNOWLEDGE).report(0, PageInput.ACKNOWLEDGE)
    assert [line.status for line in one.last.steps] == [None]


def test_a_message_that_is_taken_after_the_answer_is_taken_back(life: Make) -> None:
    """The attempt was under way when somebody answered: its message is recalled when it is out."""
    one = life("dect", "dect").take(0).wait(120).begin(1).report(0, PageInput.ACKNOWLEDGE)
    assert one.last.recalls == ()
    one.tell(e.Taken(1, one.attempts, "ref"))
    assert one.last.recalls == (1,)
    assert one.last.ref == (one.attempts, "ref")


def test_a_restart_repeats_what_had_begun_and_says_so(life: Make) -> None:
    """An attempt without a stored outcome is made again at once, marked; the others are left alone."""
    one = life("dect", "dect").take(0).wait(120).begin(1)
    one.now += 3600
    one.tell(e.Restarted())
    assert [(page.state.value, page.repeat) for page in one.alert.pages] == [
        ("sent", False),
        ("queued", True),
    ]
    assert one.alert.pages[1].due_at == one.now
    before = one.alert
    assert one.tell(e.Restarted()).alert == before


@pytest.mark.parametrize("by", [3_600_000, -3_600_000])
def test_a_clock_that_was_set_moves_every_time_to_come(life: Make, by: int) -> None:
    """What remained of each deadline remains, forth and back; also of a retry and of a diversion."""
    one = life("dect", "dect").fail(0)
    before, retry = next_due(one.alert), one.alert.pages[0].due_at
    one.tell(e.Shifted(by))
    assert next_due(one.alert) == before + by
    assert one.alert.pages[0].due_at == retry + by
    assert one.alert.expires_at - one.alert.accepted_at == TTL * 1000 + by
    assert one.alert.escalates_at == one.now + 120_000 + by


def test_a_closed_alert_ignores_deadlines_failures_and_shifts(life: Make) -> None:
    """After the end nothing is opened, closed or moved again."""
    one = life("dect", "dect").take(0).tell(e.Closed(OutcomeWord.CANCELLED, "taken"))
    closed = one.alert
    for event in (
        e.Due(),
        e.Failed(0, FailureKind.REFUSED, "x"),
        e.Closed(OutcomeWord.ACKNOWLEDGED, "y"),
        e.Restarted(),
        e.Shifted(5),
        e.Opened(),
    ):
        one.tell(event)
        assert one.alert == closed
        assert not any(line.status for line in one.last.steps)


def test_an_alert_survives_its_json(life: Make) -> None:
    """What is stored is what was."""
    one = life("dect sms", "").fail(0, FailureKind.IN_DOUBT).wait(30).take(1)
    assert msgspec.json.decode(msgspec.json.encode(one.alert), type=Alert) == one.alert


def test_the_fallback_that_is_paged_first_is_an_alarm(make_alert: Make, life: Make) -> None:
    """Nobody on duty is never silence: people are told, though a fallback is paged."""
    from msgspec.structs import replace  # noqa: PLC0415

    from gateway.delivery.lifecycle import step  # noqa: PLC0415
    from gateway.model import Origin  # noqa: PLC0415

    alert = make_alert("dect")
    alert = replace(alert, rungs=(replace(alert.rungs[0], origin=Origin.UNIT_FALLBACK),))
    change = step(alert, e.Opened(), alert.accepted_at)
    assert [concern for concern, _ in change.alarms] == [e.Concern.UNIT]
    assert len(change.alert.pages) == 1


def test_a_way_that_is_closed_for_now_opens_another_at_once_and_is_tried_again(life: Make) -> None:
    """Nothing waits for `divert_after`; whichever way takes it first, the other is not tried any more."""
    one = life("dect sms", "dect").fail(0, FailureKind.DIVERT)
    assert one.pages == [(0, 0, "queued"), (0, 1, "queued")]
    one.fail(0, FailureKind.DIVERT)
    assert len(one.pages) == 2, "another way is opened once"
    one.take(0)
    assert one.pages == [(0, 0, "sent"), (0, 1, "queued")]
    other = life("dect sms").fail(0, FailureKind.DIVERT).take(1)
    assert other.pages == [(0, 0, "cancelled"), (0, 1, "sent")]


def test_when_it_was_sent_and_answered_is_kept(life: Make) -> None:
    """The first taking counts, and the last answer, also one after the end; the clock's steps move both."""
    one = life("dect", "dect").take(0)
    sent = one.now
    one.wait(5).report(0, PageInput.DELIVERED).report(0, PageInput.DECLINE)
    (page, _) = one.alert.pages
    assert (page.sent_at, page.answered_at) == (sent, one.now)
    one.tell(e.Shifted(60_000))
    assert one.alert.pages[0].sent_at == sent + 60_000
    late = life("dect").take(0).wait(TTL).wait(3).report(0, PageInput.ACKNOWLEDGE)
    assert late.alert.closed is OutcomeWord.EXPIRED
    assert late.alert.pages[0].answered_at == late.now
