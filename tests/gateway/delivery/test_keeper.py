"""Steps one after the other, effects after the commit, delivery that fails open, faults that stay alone."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.delivery import events as e
from gateway.delivery import keeper as module
from gateway.delivery.keeper import FAIL_OPEN_AFTER
from gateway.delivery.pages import PageInput
from gateway.model import Attempt, OutcomeWord
from gateway.ports import FailureKind

Make = Callable[..., Any]


def test_effects_wait_for_the_commit(engine: Make, make_alert: Make) -> None:
    """Nothing leaves and nobody is told before the step is on the disk."""
    one = engine("dect")
    one.writer.mode = "hang"
    one.accept(make_alert("dect"))
    assert one.carriers["dect"].orders == []
    one.advance(FAIL_OPEN_AFTER - 0.1)
    assert one.carriers["dect"].orders == []
    one.writer.release()
    assert len(one.carriers["dect"].orders) == 1


def test_events_of_one_alert_go_into_commits_one_after_the_other(engine: Make, make_alert: Make) -> None:
    """What arrives during a commit goes into the next one together, in order."""
    one = engine("dect")
    one.accept(make_alert("dect"))
    one.writer.mode = "hang"
    told = []
    for word in ("a", "b", "c"):
        one.keeper.post(1, e.Noted(None, word, "")).addCallback(lambda _, word=word: told.append(word))
    assert len(one.writer.waiting) == 1
    one.writer.release()
    assert told == ["a"]
    assert len(one.writer.waiting) == 1
    one.writer.release()
    assert told == ["a", "b", "c"]
    assert [line.text for line in one.writer.steps if line.scope == "alert"] == ["a", "b", "c"]


def test_alerts_do_not_wait_for_each_other(engine: Make, make_alert: Make) -> None:
    """A commit of one alert that hangs holds up no other alert's."""
    one = engine("dect")
    one.accept(make_alert("dect", id=1))
    one.accept(make_alert("dect", id=2))
    one.writer.mode = "hang"
    one.keeper.post(1, e.Noted(None, "x", ""))
    one.writer.mode = "commit"
    done: list[Any] = []
    one.keeper.post(2, e.Noted(None, "y", "")).addCallback(done.append)
    assert done == [None]


@pytest.mark.parametrize("mode", ["hang", "refuse"])
def test_delivery_fails_open_after_two_seconds(engine: Make, make_alert: Make, mode: str) -> None:
    """The store is away: an accepted page goes out after 2 s all the same, and the alarm is raised."""
    one = engine("dect")
    one.writer.mode = mode
    one.accept(make_alert("dect"))
    one.advance(FAIL_OPEN_AFTER - 0.01)
    assert one.carriers["dect"].orders == []
    one.advance(0.5)
    assert len(one.carriers["dect"].orders) == 1
    assert one.keeper.unsaved() == 1
    if mode == "refuse":
        assert "store" in one.alarms.keys


@pytest.mark.parametrize("mode", ["hang", "refuse"])
def test_what_the_store_missed_is_written_once_when_it_is_back(
    engine: Make, make_alert: Make, mode: str
) -> None:
    """Every step of the outage is in the store exactly once, in order, with its attempt and its ref."""
    one = engine("dect")
    one.writer.mode = mode
    one.accept(make_alert("dect"))
    one.advance(3)
    order = one.take("dect", "ref-7")
    one.advance(1)
    one.keeper.post(1, e.Reported(0, PageInput.DELIVERED, "paged"))
    one.advance(1)
    assert one.published == []
    one.writer.mode = "commit"
    one.writer.release()
    one.advance(1)
    texts = [line.text for line in one.writer.steps]
    assert texts == ["taken", "delivered"]
    assert [outcome.status for outcome in one.published] == [OutcomeWord.SENT, OutcomeWord.DELIVERED]
    assert [outcome.seq for outcome in one.published] == [1, 2]
    assert one.writer.attempts[order.attempt].ref == "ref-7"
    assert one.writer.alerts[1] == one.alert()
    assert one.keeper.unsaved() == 0
    assert len(one.carriers["dect"].orders) == 1


def test_what_arrives_while_a_commit_hangs_takes_effect_too(engine: Make, make_alert: Make) -> None:
    """An event behind a commit that never ends is acted on after 2 s as well, though nothing else comes."""
    one = engine("dect")
    one.accept(make_alert("dect", "dect"))
    one.take("dect")
    one.writer.mode = "hang"
    one.keeper.post(1, e.Noted(None, "hangs", ""))
    one.advance(0.5)
    one.keeper.post(1, e.Reported(0, PageInput.DECLINE, "no"))
    one.advance(FAIL_OPEN_AFTER + 0.5)
    assert one.pages() == ["declined", "queued"] or one.pages() == ["declined", "sending"]
    one.advance(FAIL_OPEN_AFTER)
    assert len(one.carriers["dect"].orders) == 2


def test_one_alert_that_cannot_be_written_holds_up_no_other(engine: Make, make_alert: Make) -> None:
    """Its own fault is alarmed as its own; it works on, and the neighbours are written."""
    one = engine("dect", "sms")
    one.accept(make_alert("dect", id=1))
    one.writer.refuse_alerts[1] = ValueError("a bug")
    one.take("dect")
    one.accept(make_alert("sms", id=2))
    one.take("sms")
    one.advance(3)
    assert one.writer.alerts[2].pages[0].state == "sent"
    assert one.pages(1) == ["sent"]
    assert "fault:1" in one.alarms.keys
    assert "store" not in one.alarms.keys
    one.writer.refuse_alerts.clear()
    one.advance(1)
    assert one.writer.alerts[1].pages[0].state == "sent"


def test_news_of_an_alert_that_is_not_stored_are_answered_at_once(engine: Make) -> None:
    """Nothing waits for a commit that cannot come."""
    done: list[Any] = []
    engine("dect").keeper.post(4711, e.Due()).addCallback(done.append)
    assert done == [None]


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Any, Any], bool]], None]:
    """Let the pure step raise where the test says so."""
    real = module.step

    def install(when: Callable[[Any, Any], bool]) -> None:
        def broken(alert: Any, event: Any, now: int) -> Any:
            if when(alert, event):
                raise RuntimeError("a bug in a step")
            return real(alert, event, now)

        monkeypatch.setattr(module, "step", broken)

    return install


@pytest.mark.parametrize("kind", [e.Begun, e.Taken, e.Reported])
def test_a_step_that_raises_fails_that_page_over_and_touches_no_other(
    engine: Make, make_alert: Make, breaking: Any, kind: type
) -> None:
    """The page goes to the next receiver, an alarm names the alert, the next alert is served."""
    one = engine("dect", "sms")
    breaking(lambda alert, event: alert.id == 1 and isinstance(event, kind) and _page(event) == 0)
    one.accept(make_alert("dect", "sms", id=1))
    if kind is not e.Begun:
        one.take("dect")
    if kind is e.Reported:
        one.keeper.post(1, e.Reported(0, PageInput.DELIVERED, "x"))
    one.advance(0)
    assert one.pages(1)[0] == "failed"
    assert len(one.carriers["sms"].orders) == 1
    assert "fault:1" in one.alarms.keys
    one.accept(make_alert("dect", id=2))
    assert one.carriers["dect"].orders[-1].alert == 2


def _page(event: Any) -> int:
    return event.attempt.page if isinstance(event, e.Begun) else event.page


@pytest.mark.parametrize("event", [e.Due(), e.Noted(None, "x", ""), e.Shifted(1), e.Restarted()])
def test_a_step_that_always_raises_changes_nothing_and_does_not_turn_the_loop(
    engine: Make, make_alert: Make, breaking: Any, event: Any
) -> None:
    """A fault that comes back at every deadline is alarmed, and the process rests in between."""
    one = engine("dect")
    one.accept(make_alert("dect", "dect", id=1))
    one.take("dect")
    breaking(lambda alert, _: alert.id == 1)
    one.keeper.post(1, event)
    one.keeper.post(1, e.Failed(0, FailureKind.REFUSED, "x"))
    one.advance(130)
    one.accept(make_alert("dect", id=2))
    assert one.carriers["dect"].orders[-1].alert == 2
    assert "fault:1" in one.alarms.keys


def test_an_effect_that_raises_is_alarmed_and_the_step_stands(engine: Make, make_alert: Make) -> None:
    """What was committed stays, and later events are worked."""
    one = engine("dect")
    one.accept(make_alert("dect"))
    act, one.keeper._act = one.keeper._act, _raise
    one.take("dect")
    one.keeper._act = act
    assert one.pages() == ["sent"]
    assert "fault:1" in one.alarms.keys
    one.keeper.post(1, e.Reported(0, PageInput.ACKNOWLEDGE, "ok"))
    assert one.alert().closed is OutcomeWord.ACKNOWLEDGED


def test_an_effect_that_raises_at_the_acceptance_is_alarmed_too(engine: Make, make_alert: Make) -> None:
    """The event is stored: its source hears `accepted`, people hear of the fault."""
    one = engine("dect")
    one.keeper._act = _raise
    one.accept(make_alert("dect"))
    assert "fault:1" in one.alarms.keys


def _raise(*_: Any) -> None:
    raise RuntimeError("a bug in an effect")


def test_an_alert_that_is_worked_on_before_its_acceptance_is_told_keeps_what_happened(
    engine: Make, make_alert: Make
) -> None:
    """Cancelled between its commit and the news of it: it stays cancelled, nothing is sent."""
    from gateway.delivery.lifecycle import step  # noqa: PLC0415

    one = engine("dect")
    alert = make_alert("dect")
    opened = step(alert, e.Opened(), one.clock.now())
    one.store(opened.alert)
    one.writer.mode = "hang"
    one.keeper.post(1, e.Closed(OutcomeWord.CANCELLED, "taken"))
    one.keeper.adopt(opened)
    one.writer.mode = "commit"
    one.writer.release()
    one.advance(1)
    assert one.alert().closed is OutcomeWord.CANCELLED
    assert one.carriers["dect"].orders == []


def test_the_carriers_identity_is_known_before_its_commit(engine: Make, make_alert: Make) -> None:
    """A receipt that comes while the taking is being stored finds its message."""
    one = engine("sms")
    one.accept(make_alert("sms"))
    (order,) = one.carriers["sms"].orders
    stored = one.writer.attempts[order.attempt]
    one.writer.mode = "hang"
    one.take("sms", "id-1")
    assert one.keeper.with_ref(stored).ref == "id-1"
    one.writer.mode = "commit"
    one.writer.release()
    assert one.keeper.with_ref(stored).ref is None  # the store has it now
    assert one.writer.attempts[order.attempt].ref == "id-1"


def test_attempts_that_the_store_does_not_know_yet_can_be_found(engine: Make, make_alert: Make) -> None:
    """Sent while the store was away: news of such an attempt find it."""
    one = engine("dect")
    one.writer.mode = "refuse"
    one.accept(make_alert("dect"))
    assert one.keeper.uncommitted_attempts("dect", "20000") == []
    one.advance(3)
    (attempt,) = one.keeper.uncommitted_attempts("dect", "20000")
    assert isinstance(attempt, Attempt)
    assert one.keeper.uncommitted_attempts("dect", "20001") == []


def test_no_sweep_runs_on_once_everything_is_written(engine: Make, make_alert: Make) -> None:
    """The store's look-again timer ends with its reason."""
    one = engine("dect")
    one.writer.mode = "refuse"
    one.accept(make_alert("dect"))
    one.advance(3)
    one.writer.mode = "commit"
    one.advance(1)
    one.dispatcher.stop()
    one.advance(1)
    assert one.time.getDelayedCalls() == []
