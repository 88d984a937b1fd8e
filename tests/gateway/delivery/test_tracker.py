"""Whose news it is: one page, several, none; an answer that could be several pages' acknowledges none."""

from collections.abc import Callable
from typing import Any

from gateway.delivery import events as e
from gateway.delivery.tracker import LOOK_BACK
from gateway.model import Attempt, OutcomeWord
from gateway.ports import FailureKind, Report, ReportWord

Make = Callable[..., Any]


def _report(word: ReportWord, *numbers: str, carrier: str = "dect", about: Any = None) -> Report:
    return Report(carrier, numbers or ("20000",), word, "detail", about or (lambda attempt: True))


def _tell(one: Any, report: Report) -> list[Any]:
    done: list[Any] = []
    one.dispatcher.reported(report).addBoth(done.append)
    return done


def test_news_of_one_page_moves_it_and_are_told_after_the_commit(engine: Make, make_alert: Make) -> None:
    """Delivered, then acknowledged: the far end is answered when it is on the disk, not before."""
    one = engine("dect")
    one.accept(make_alert("dect"))
    one.take("dect")
    one.writer.mode = "hang"
    done = _tell(one, _report(ReportWord.DELIVERED))
    assert done == []
    one.writer.mode = "commit"
    one.writer.release()
    assert done == [None]
    assert one.pages() == ["delivered"]
    _tell(one, _report(ReportWord.ACKNOWLEDGED))
    assert one.alert().closed is OutcomeWord.ACKNOWLEDGED


def test_every_word_moves_a_page_as_it_says(engine: Make, make_alert: Make) -> None:
    """delivered, read, declined, failed; noted is a line and no more."""
    words = {
        ReportWord.DELIVERED: "delivered",
        ReportWord.READ: "read",
        ReportWord.DECLINED: "declined",
        ReportWord.FAILED: "failed",
        ReportWord.NOTED: "sent",
    }
    for word, state in words.items():
        one = engine("dect")
        one.accept(make_alert("dect", "dect"))
        one.take("dect")
        assert _tell(one, _report(word)) == [None]
        assert one.pages()[0] == state


def test_news_that_could_be_of_two_pages_move_neither(engine: Make, make_alert: Make) -> None:
    """Rule 15: noted on each, and both ladders go on."""
    one = engine("dect")
    for number in (1, 2):
        one.accept(make_alert("dect", id=number))
        one.take("dect")
    for word in ReportWord:
        assert _tell(one, _report(word)) == [None]
    assert one.pages(1) == one.pages(2) == ["sent"]
    for number in (1, 2):
        lines = [line for job in one.writer.saved if job.alert.id == number for line in job.steps]
        noted = [line for line in lines if line.status is None]
        assert len(noted) == len(ReportWord)
        assert not any(line.status is OutcomeWord.ACKNOWLEDGED for line in lines)
        assert one.alert(number).closed is None


def test_an_answer_belongs_to_the_only_page_that_still_waits_for_one(engine: Make, make_alert: Make) -> None:
    """The first of two equal messages is answered already: the second answer is the second's."""
    one = engine("dect")
    one.accept(make_alert("dect", id=1))
    one.take("dect")
    _tell(one, _report(ReportWord.ACKNOWLEDGED))
    assert one.alert(1).closed is OutcomeWord.ACKNOWLEDGED
    one.accept(make_alert("dect", id=2))
    one.take("dect")
    _tell(one, _report(ReportWord.ACKNOWLEDGED))
    assert one.alert(2).closed is OutcomeWord.ACKNOWLEDGED


def test_an_answer_that_an_expired_alert_may_still_get_acknowledges_no_other(
    engine: Make, make_alert: Make
) -> None:
    """The message of an alert that expired lies on the handset yet: the answer may be to that one."""
    one = engine("dect")
    one.accept(make_alert("dect", id=1))
    one.take("dect")
    one.advance(1800)
    assert one.alert(1).closed is OutcomeWord.EXPIRED
    one.accept(make_alert("dect", id=2))
    one.take("dect")
    _tell(one, _report(ReportWord.ACKNOWLEDGED))
    assert one.alert(2).closed is None


def test_a_late_answer_to_a_closed_alert_is_told_as_late(engine: Make, make_alert: Make) -> None:
    """After the end: `acknowledged` with late, to the source too."""
    one = engine("dect")
    one.accept(make_alert("dect"))
    one.take("dect")
    one.advance(1800)
    _tell(one, _report(ReportWord.ACKNOWLEDGED))
    assert (one.published[-1].status, one.published[-1].late) == (OutcomeWord.ACKNOWLEDGED, True)
    assert one.alert().closed is OutcomeWord.EXPIRED


def test_news_of_no_page_are_counted_and_answered(engine: Make, make_alert: Make) -> None:
    """Another number, another carrier, a stranger's message: nothing moves, the far end is answered."""
    one = engine("dect")
    one.accept(make_alert("dect"))
    one.take("dect")
    for report in (
        _report(ReportWord.ACKNOWLEDGED, "20009"),
        _report(ReportWord.ACKNOWLEDGED, carrier="sms"),
        _report(ReportWord.ACKNOWLEDGED, about=lambda attempt: False),
    ):
        assert _tell(one, report) == [None]
    assert one.tracker.unmatched == 3
    assert one.pages() == ["sent"]


def test_news_are_matched_after_a_restart_and_within_a_day_only(
    engine: Make, make_alert: Make, life: Make
) -> None:
    """The store is asked, not memory; an attempt of the day before yesterday is asked no more."""
    one = engine("dect")
    one.store(life("dect").take(0).alert)
    one.writer.attempts[7] = Attempt(7, 1, 0, "dect", "20000", "t", one.clock.now() - LOOK_BACK - 1)
    _tell(one, _report(ReportWord.DELIVERED))
    assert one.tracker.unmatched == 1
    one.writer.attempts[8] = Attempt(8, 1, 0, "dect", "20000", "t", one.clock.now() - LOOK_BACK)
    _tell(one, _report(ReportWord.DELIVERED))
    assert one.pages() == ["delivered"]


def test_two_attempts_of_one_page_are_one_page(engine: Make, make_alert: Make) -> None:
    """A repeated page is not ambiguous by its own repetition."""
    one = engine("dect")
    one.accept(make_alert("dect"))
    one.fail("dect", FailureKind.IN_DOUBT)
    one.advance(1)
    one.take("dect")
    _tell(one, _report(ReportWord.ACKNOWLEDGED))
    assert one.alert().closed is OutcomeWord.ACKNOWLEDGED


def test_news_of_an_attempt_that_no_commit_has_taken_yet_find_it(engine: Make, make_alert: Make) -> None:
    """Sent while the store was away: the answer counts, and the far end waits for its commit."""
    one = engine("dect")
    one.writer.mode = "refuse"
    one.accept(make_alert("dect"))
    one.advance(3)
    one.take("dect")
    done = _tell(one, _report(ReportWord.ACKNOWLEDGED))
    assert one.alert().closed is OutcomeWord.ACKNOWLEDGED
    assert done == []
    one.writer.mode = "commit"
    one.advance(1)
    assert done == [None]


def test_a_page_whose_attempt_is_under_way_or_failed_can_still_be_answered(
    engine: Make, make_alert: Make
) -> None:
    """A receipt overtakes its response; a message that `failed` was shown all the same."""
    one = engine("dect")
    one.accept(make_alert("dect"))
    _tell(one, _report(ReportWord.DELIVERED))
    assert one.pages() == ["delivered"]
    two = engine("dect")
    two.accept(make_alert("dect", "dect"))
    two.take("dect")
    _tell(two, _report(ReportWord.FAILED))
    assert two.pages()[0] == "failed"
    _tell(two, _report(ReportWord.ACKNOWLEDGED, about=lambda attempt: attempt.page == 0))
    assert two.alert().closed is OutcomeWord.ACKNOWLEDGED


def test_the_attempts_of_one_page_are_told_oldest_first(engine: Make, make_alert: Make) -> None:
    """Each may lie on the handset and is to be taken back."""
    one = engine("dect")
    one.accept(make_alert("dect", id=1))
    one.fail("dect", FailureKind.IN_DOUBT)
    one.advance(1)
    one.take("dect")
    one.accept(make_alert("dect", id=2))
    assert [attempt.id for attempt in one.tracker.attempts_of(one.alert(1), 0)] == [1, 2]
    one.keeper.post(1, e.Closed(OutcomeWord.CANCELLED, "x"))
    assert [attempt.id for attempt in one.carriers["dect"].recalled] == [1, 2]


def test_of_several_the_one_that_fits_best_is_meant(engine: Make, make_alert: Make) -> None:
    """A receipt fits one page by its id and another by the low octet of a reference only."""
    one = engine("dect")
    for number in (1, 2):
        one.accept(make_alert("dect", id=number))
        one.take("dect")
    _tell(one, _report(ReportWord.DELIVERED, about=lambda attempt: 4 if attempt.alert == 2 else 1))
    assert (one.pages(1), one.pages(2)) == (["sent"], ["delivered"])


def test_the_news_of_a_part_are_stored_with_its_page(engine: Make, make_alert: Make) -> None:
    """What it means for the whole, and the identity that remembers it, in one commit."""
    one = engine("dect")
    one.accept(make_alert("dect"))
    one.take("dect")
    parts = iter([(ReportWord.NOTED, "a b\t0"), (ReportWord.DELIVERED, "a b\t0,1")])
    for word, identity in list(parts):
        report = Report(
            "dect",
            ("20000",),
            ReportWord.DELIVERED,
            "receipt",
            lambda attempt: True,
            lambda attempt, now=(word, identity): now,
        )
        assert _tell(one, report) == [None]
        assert one.writer.saved[-1].refs == ((1, identity),)
    assert one.pages() == ["delivered"]
