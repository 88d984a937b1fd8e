"""The engine between keeper and carriers: order, slots, retries, timers, restart, faults."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.delivery import events as e
from gateway.delivery.taking_up import RESTORE_SLICE
from gateway.model import OutcomeWord, PageState
from gateway.ports import FailureKind

Make = Callable[..., Any]


def test_a_page_is_stored_before_it_is_sent_and_moves_with_the_carriers_news(
    engine: Make, make_alert: Make
) -> None:
    """Accepted, begun, taken: each step is committed, the order carries what the carrier needs."""
    one = engine("dect")
    one.accept(make_alert("dect"))
    (order,) = one.carriers["dect"].orders
    assert (order.alert, order.page, order.number, order.priority) == (1, 0, "20000", 2)
    assert order.expires_at == one.alert().expires_at
    assert one.writer.attempts[order.attempt].text == order.text
    one.take("dect", "ref-1")
    assert one.pages() == ["sent"]
    assert one.writer.attempts[order.attempt].ref == "ref-1"
    assert [outcome.status for outcome in one.published] == [OutcomeWord.SENT]


def test_the_most_urgent_page_goes_first_and_waits_only_for_what_is_in_flight(
    engine: Make, make_alert: Make, carrier: Make
) -> None:
    """A priority 1 behind many others is the next one on its carrier; another carrier is not held up."""
    one = engine(carrier("dect", 1), carrier("sms", 2))
    for number, priority in enumerate((5, 3, 4, 2, 3), 1):
        one.accept(make_alert("dect", id=number, priority=priority))
    one.accept(make_alert("dect", id=9, priority=1))
    one.accept(make_alert("sms", id=10, priority=5))
    assert [order.alert for order in one.carriers["sms"].orders] == [10]
    for _ in range(6):
        one.take("dect")
    assert [order.alert for order in one.carriers["dect"].orders] == [1, 9, 4, 2, 5, 3]
    assert one.carriers["dect"].most == 1


def test_slots_are_never_exceeded_while_commits_are_slow(
    engine: Make, make_alert: Make, carrier: Make
) -> None:
    """A beginning that is not committed yet holds its slot already."""
    one = engine(carrier("dect", 2))
    one.writer.mode = "hang"
    for number in range(1, 6):
        one.accept(make_alert("dect", id=number))
    assert len(one.writer.asked) == 2
    assert one.carriers["dect"].orders == []
    one.writer.mode = "commit"
    one.writer.release()
    assert len(one.carriers["dect"].orders) == 2
    one.take("dect")
    one.take("dect")
    one.advance(0)
    assert len(one.carriers["dect"].orders) == 4
    assert one.carriers["dect"].most == 2


def test_a_slot_is_free_again_when_the_alert_ended_before_the_page_began(
    engine: Make, make_alert: Make
) -> None:
    """Closed while the beginning waited: nothing is sent, and the next alert gets the slot."""
    one = engine("dect")
    one.writer.mode = "hang"
    one.accept(make_alert("dect", id=1))
    one.accept(make_alert("dect", id=2))
    one.keeper.post(1, e.Closed(OutcomeWord.CANCELLED, "taken"))
    one.writer.mode = "commit"
    one.writer.release()
    one.advance(0)
    assert one.alert(1).closed is OutcomeWord.CANCELLED
    one.take("dect")
    one.advance(0)
    sent = [order.alert for order in one.carriers["dect"].orders]
    assert sent in ([1, 2], [2])
    if sent == [1, 2]:
        assert one.carriers["dect"].recalled


def test_a_page_whose_alert_closed_in_the_same_commit_is_not_sent(engine: Make, make_alert: Make) -> None:
    """Known to be over before its first byte leaves: it does not leave, and its slot goes to the next."""
    one = engine("dect")
    one.accept(make_alert("pager dect", id=3))  # no such carrier as pager: wait for its turn
    one.advance(0)
    one.take("dect")
    one.writer.mode = "hang"
    one.keeper.post(3, e.Noted(None, "a commit is under way", ""))
    one.accept(make_alert("dect", id=4))
    one.keeper.post(4, e.Noted(None, "x", ""))
    one.keeper.post(4, e.Closed(OutcomeWord.CANCELLED, "taken"))
    one.writer.mode = "commit"
    one.writer.release()
    one.advance(0)
    assert one.alert(4).closed is OutcomeWord.CANCELLED
    one.accept(make_alert("dect", id=5))
    one.advance(1)
    assert one.carriers["dect"].orders[-1].alert in (4, 5)


def test_begin_and_end_in_one_commit_send_nothing(engine: Make, make_alert: Make) -> None:
    """A page begun and ended by one commit is not handed to its carrier."""
    one = engine("dect")
    way = one.carriers["dect"]
    way.slots = 0
    one.accept(make_alert("dect"))
    one.writer.mode = "hang"
    one.keeper.post(1, e.Noted(None, "a commit is under way", ""))
    way.slots = 1
    one.dispatcher.changed("dect")
    one.keeper.post(1, e.Closed(OutcomeWord.CANCELLED, "taken"))
    one.writer.mode = "commit"
    one.writer.release()
    one.advance(0)
    assert one.alert().closed is OutcomeWord.CANCELLED
    assert way.orders == []
    one.accept(make_alert("dect", id=2))
    assert [order.alert for order in way.orders] == [2]


def test_a_page_is_not_begun_twice_while_a_commit_is_under_way(engine: Make, make_alert: Make) -> None:
    """Its turn came while another step of its alert was being stored: one attempt, one slot, no noise."""
    one = engine(*("dect",))
    way = one.carriers["dect"]
    way.slots = 0
    one.accept(make_alert("dect"))
    one.writer.mode = "hang"
    one.keeper.post(1, e.Noted(None, "a commit is under way", ""))
    way.slots = 3
    one.dispatcher.changed("dect")
    one.writer.mode = "commit"
    one.writer.release()
    one.advance(0)
    assert len(way.orders) == 1
    assert not any("ignored" in line.text for line in one.writer.steps)


def test_a_temporary_failure_is_tried_again_in_its_time(engine: Make, make_alert: Make) -> None:
    """Busy: again after a second, not before."""
    one = engine("dect")
    one.accept(make_alert("dect"))
    one.fail("dect", FailureKind.TEMPORARY)
    one.advance(0.999)
    assert len(one.carriers["dect"].orders) == 1
    one.advance(0.001)
    assert len(one.carriers["dect"].orders) == 2


def test_a_due_page_that_finds_no_slot_waits_without_turning_the_loop(engine: Make, make_alert: Make) -> None:
    """While a line is down the process rests; when it is back the page goes at once."""
    one = engine("dect")
    one.accept(make_alert("dect", priority=5))
    one.fail("dect", FailureKind.TEMPORARY)
    one.carriers["dect"].slots = 0
    one.advance(60)
    one.carriers["dect"].slots = 1
    one.dispatcher.changed("dect")
    assert len(one.carriers["dect"].orders) == 2


def test_a_page_diverts_escalates_and_expires_by_the_clock(engine: Make, make_alert: Make) -> None:
    """The dispatcher's timers drive the ladder to its end without anything else happening."""
    one = engine("dect", "sms")
    one.carriers["dect"].slots = 0
    one.accept(make_alert("dect sms", "dect"))
    one.advance(30)
    assert [order.page for order in one.carriers["sms"].orders] == [1]
    one.take("sms")
    assert one.pages() == ["cancelled", "sent"]
    one.carriers["dect"].slots = 1
    one.advance(90)
    assert [order.page for order in one.carriers["dect"].orders] == [2]
    one.take("dect")
    one.advance(1680)
    assert one.alert().closed is OutcomeWord.EXPIRED
    assert [outcome.status for outcome in one.published if outcome.final] == [OutcomeWord.EXPIRED]
    assert one.time.getDelayedCalls() == []
    assert "alert:1" in one.alarms.keys


def test_the_repeated_attempt_says_so(engine: Make, make_alert: Make) -> None:
    """What may have been shown goes out with the mark."""
    one = engine("dect")
    one.accept(make_alert("dect"))
    one.fail("dect", FailureKind.IN_DOUBT)
    one.advance(1)
    assert [order.text[:10] for order in one.carriers["dect"].orders] == ["alert 1 A-", "(upprepat)"]


def test_a_late_taking_of_an_attempt_in_doubt_stops_its_repetition(engine: Make, make_alert: Make) -> None:
    """The centre answers after its time: the message is sent, its identity known, nothing is repeated."""
    one = engine("sms")
    one.accept(make_alert("sms"))
    order = one.fail("sms", FailureKind.IN_DOUBT)
    one.dispatcher.taken("sms", order.attempt, "late-1")
    assert one.pages() == ["sent"]
    assert one.writer.attempts[order.attempt].ref == "late-1"
    one.advance(20)
    assert len(one.carriers["sms"].orders) == 1


def test_a_carrier_that_raises_costs_the_page_its_route_only(engine: Make, make_alert: Make) -> None:
    """The page goes the next way, people are told, and the next alert is not touched."""
    one = engine("dect", "sms")
    one.carriers["dect"].raises = RuntimeError("broken")
    one.accept(make_alert("dect sms", id=1))
    one.advance(0)
    assert one.pages(1) == ["failed", "sending"]
    assert "carrier:dect" in one.alarms.keys
    one.carriers["dect"].raises = None
    one.accept(make_alert("dect", id=2))
    assert [order.alert for order in one.carriers["dect"].orders] == [2]


def test_a_text_that_raises_costs_the_page_its_route_only(
    engine: Make, make_alert: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever composing raises: that page fails over, people are told, the neighbours go out."""
    one = engine("dect", "sms")
    compose = one.dispatcher._compose

    def broken(alert: Any, page: int, way: Any) -> str:
        if (alert.id, way.name) == (1, "dect"):
            raise ValueError("no text")
        return compose(alert, page, way)

    monkeypatch.setattr(one.dispatcher, "_compose", broken)
    one.accept(make_alert("dect sms", id=1))
    one.accept(make_alert("dect", id=2))
    one.advance(0)
    assert [order.alert for order in one.carriers["dect"].orders] == [2]
    assert [order.alert for order in one.carriers["sms"].orders] == [1]
    assert one.alarms.raised


def test_a_recall_that_raises_does_not_stop_the_step(engine: Make, make_alert: Make) -> None:
    """Taking a message back fails silently; the alert is closed and told as closed."""
    one = engine("dect")
    one.accept(make_alert("dect"))
    one.take("dect")

    def broken(attempt: Any, priority: int) -> None:
        raise RuntimeError("no")

    one.carriers["dect"].recall = broken
    one.keeper.post(1, e.Closed(OutcomeWord.CANCELLED, "taken"))
    assert one.alert().closed is OutcomeWord.CANCELLED
    assert one.published[-1].final


def test_a_message_is_taken_back_from_who_no_longer_needs_it(
    engine: Make, make_alert: Make, carrier: Make
) -> None:
    """Cancelled: every attempt that was taken is recalled, where the protocol can."""
    one = engine("dect", carrier("sms", 1, can_cancel=False))
    one.accept(make_alert("dect", "sms"))
    one.take("dect")
    one.advance(120)
    one.take("sms")
    one.keeper.post(1, e.Closed(OutcomeWord.CANCELLED, "taken"))
    assert [attempt.page for attempt in one.carriers["dect"].recalled] == [0]
    assert one.carriers["sms"].recalled == []


def test_a_stored_alert_that_names_an_unknown_carrier_goes_another_way(
    engine: Make, make_alert: Make
) -> None:
    """The configuration lost a carrier: its pages are refused, the alarm names it, the ladder goes on."""
    one = engine("dect")
    alert = make_alert("gone", "dect")
    from gateway.delivery.lifecycle import step  # noqa: PLC0415

    one.store(step(alert, e.Opened(), alert.accepted_at).alert)
    one.dispatcher.restore([1])
    one.advance(0)
    assert one.pages() == ["failed", "sending"]
    assert "carrier:gone" in one.alarms.keys


def test_a_restart_takes_up_everything_that_is_open(engine: Make, make_alert: Make, life: Make) -> None:
    """What had begun is repeated with its mark, what waited goes out, what was sent keeps its deadline."""
    one = engine("dect", "sms")
    one.store(life("dect", id=1).begin(0).alert)
    one.store(life("sms", id=2).alert)
    one.store(life("pager", "dect", id=3).take(0).alert)
    one.store(life("dect", id=4).tell(e.Closed(OutcomeWord.CANCELLED, "x")).alert)
    one.dispatcher.restore([1, 2, 3, 4, 99])
    one.advance(0)
    assert [order.text for order in one.carriers["dect"].orders] == ["(upprepat) alert 1 A-1"]
    assert [order.text for order in one.carriers["sms"].orders] == ["alert 2 A-1"]
    one.take("dect")
    one.advance(120)
    assert one.carriers["dect"].orders[-1].alert == 3


def test_deadlines_that_passed_while_the_gateway_was_down_are_met_at_once(
    engine: Make, make_alert: Make, life: Make
) -> None:
    """An alert past its end expires and is not sent; one past its answer time is escalated."""
    one = engine("dect")
    one.store(life("dect", id=1).alert)
    one.time.rightNow = 3600.0
    one.store(life("pager", "dect", id=2, accepted_at=one.clock.now() - 130_000).alert)
    one.dispatcher.restore([1, 2])
    one.advance(0)
    assert one.alert(1).closed is OutcomeWord.EXPIRED
    assert all(order.alert != 1 for order in one.carriers["dect"].orders)


def test_many_open_alerts_are_taken_up_in_slices(
    engine: Make, make_alert: Make, carrier: Make, life: Make
) -> None:
    """New events are answered between two slices; in the end every alert is taken up."""
    many = RESTORE_SLICE * 2 + 5
    one = engine(carrier("dect", 10_000))
    for number in range(1, many + 1):
        one.store(life("dect", id=number).alert)
    one.dispatcher.restore(list(range(1, many + 1)))
    assert len(one.carriers["dect"].orders) == RESTORE_SLICE
    one.advance(0)
    assert len(one.carriers["dect"].orders) == many


def test_one_alert_that_cannot_be_read_does_not_keep_the_others_from_their_start(
    engine: Make, make_alert: Make, life: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in one stored alert is alarmed; the rest of the slice and of the list is taken up."""
    one = engine("dect")
    one.store(life("dect", id=1).alert)
    one.store(life("dect", id=2).alert)
    stored = one.keeper.get

    def get(number: int) -> Any:
        if number == 1:
            raise ValueError("broken row")
        return stored(number)

    monkeypatch.setattr(one.keeper, "get", get)
    one.dispatcher.restore([1, 2])
    one.advance(0)
    assert [order.alert for order in one.carriers["dect"].orders] == [2]
    assert any("1" in key for key in one.alarms.keys)


def test_a_stored_alert_whose_priority_makes_no_sense_touches_no_other(
    engine: Make, make_alert: Make, life: Make
) -> None:
    """A value that no rule knows costs that alert its timers, alarmed; the others go on."""
    one = engine("dect")
    bad = life("dect", id=1).alert
    one.store(replace(bad, subject=replace(bad.subject, priority=9)))
    one.store(life("dect", id=2).alert)
    one.dispatcher.restore([1, 2])
    one.advance(1)
    assert 2 in [order.alert for order in one.carriers["dect"].orders] or one.carriers["dect"].under_way
    assert one.alarms.raised


@pytest.mark.parametrize("hour", [3600, -3600])
def test_a_clock_that_is_set_makes_no_page_early_or_late(engine: Make, make_alert: Make, hour: int) -> None:
    """Retry, diversion, escalation and end keep what remained, an hour forth or back."""
    one = engine("dect", "sms")
    one.accept(make_alert("dect sms"))
    one.fail("dect", FailureKind.TEMPORARY)
    one.wall_ahead += hour * 1000
    by = one.clock.rebase()
    assert by == hour * 1000
    one.dispatcher.shift(by, [1])
    one.advance(0.9)
    assert len(one.carriers["dect"].orders) == 1
    one.advance(0.1)
    assert len(one.carriers["dect"].orders) == 2
    one.advance(28.9)
    assert one.carriers["sms"].orders == []
    one.advance(0.1)
    assert len(one.carriers["sms"].orders) == 1
    one.take("sms")
    one.advance(1769.8)
    assert one.alert().closed is None
    one.advance(0.2)
    assert one.alert().closed is OutcomeWord.EXPIRED


@pytest.mark.parametrize("hour", [3600, -3600])
def test_what_happened_during_a_commit_is_not_shifted_twice(
    engine: Make, make_alert: Make, hour: int
) -> None:
    """A failure that waits behind a commit while the clock is set is tried again in its second, not hour."""
    one = engine("dect")
    one.accept(make_alert("dect", priority=3))
    one.writer.mode = "hang"
    one.keeper.post(1, e.Noted(None, "a commit is under way", ""))
    one.fail("dect", FailureKind.TEMPORARY)
    one.wall_ahead += hour * 1000
    one.dispatcher.shift(one.clock.rebase(), [1])
    one.writer.mode = "commit"
    one.writer.release()
    one.advance(1)
    assert one.alert().closed is None
    assert len(one.carriers["dect"].orders) == 2


def test_after_stop_nothing_begins_and_no_timer_is_left(engine: Make, make_alert: Make, life: Make) -> None:
    """Stopped: what is queued stays stored, no timer of the dispatcher runs on."""
    one = engine("dect")
    one.accept(make_alert("dect", id=1))
    one.accept(make_alert("dect", id=2))
    one.dispatcher.stop()
    one.take("dect")
    one.advance(0)
    assert [order.alert for order in one.carriers["dect"].orders] == [1]
    assert one.time.getDelayedCalls() == []


def test_a_stop_during_the_start_takes_up_nothing_more(engine: Make, life: Make, carrier: Make) -> None:
    """Stopped between two slices, the rest of the open alerts is left to the next start."""
    one = engine(carrier("dect", 10_000))
    numbers = list(range(1, RESTORE_SLICE + 10))
    for number in numbers:
        one.store(life("dect", id=number).begin(0).alert)
    one.dispatcher.restore(numbers)
    before = len(one.writer.asked)
    one.dispatcher.stop()
    one.advance(0)
    assert len(one.writer.asked) == before
    assert one.time.getDelayedCalls() == []


def test_news_of_attempts_that_nobody_made_are_ignored(engine: Make, make_alert: Make) -> None:
    """A carrier that speaks of an unknown attempt, or twice of one, changes nothing."""
    one = engine("dect")
    one.accept(make_alert("dect"))
    order = one.take("dect")
    one.dispatcher.failed("dect", order.attempt, FailureKind.REFUSED, "again")
    one.dispatcher.taken("dect", 4711, None)
    one.dispatcher.changed("unknown")
    assert one.pages() == ["sent"]
    assert one.alert().pages[0].state is PageState.SENT


def test_how_many_pages_wait_is_told_by_carrier(engine: Make, make_alert: Make) -> None:
    """Queued pages are counted while they wait, and no more once they are wanted no more."""
    one = engine("dect", "sms")
    for number in (1, 2, 3):
        one.accept(make_alert("dect", id=number))
    assert one.dispatcher.queued() == {"dect": 2, "sms": 0}
    one.keeper.post(2, e.Closed(OutcomeWord.CANCELLED, "x"))
    assert one.dispatcher.queued() == {"dect": 1, "sms": 0}
