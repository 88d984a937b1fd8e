"""Answers by SMS: which page is meant, by reference or alone, and the bounds of what is told back."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from twisted.internet.defer import Deferred, fail
from twisted.internet.task import Clock as Time

from gateway.clock import Clock
from gateway.delivery.answer_match import Asked, asked_of, judge
from gateway.delivery.answer_words import AnswerBook, AnswerLines, Said, Verdict, Word, tokens
from gateway.delivery.answers import Answers
from gateway.model import Alert, Attempt, Page, PageState, Proof

NOW = 1_795_000_000_000
NUMBER = "+46701740605"
YES, NO = Word.ACCEPT, Word.DECLINE


def asked(alert: int = 1, sent: int = NOW, reference: int = 10, **changes: Any) -> Asked:
    """One alert as it was sent to the number; `state`, `answered` and `closed` as they are now."""
    page = Page(
        0,
        0,
        changes.get("state", PageState.SENT),
        opened_at=sent,
        due_at=sent,
        proof=Proof.SENT,
        sent_at=sent,
        answered_at=changes.get("answered"),
    )
    return Asked(alert, ((0, page),), (sent,), reference, changes.get("closed", False))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1", Said(YES, None)),
        ("Ok.", Said(YES, None)),
        ("NEJ!", Said(NO, None)),
        ("1 47", Said(YES, 47)),
        ("2\n47", Said(NO, 47)),
        ("ok (47)", Said(YES, 47)),
        ("1=47", Said(YES, 47)),
        ("1 047", None),
        ("47 1", None),
        ("1 2", Said(YES, 2)),
        ("1 47 tack", None),
        ("okej", None),
        ("", None),
        ("1 ٤٧", None),
        ("1" * 500, None),
    ],
)
def test_an_answer_is_one_word_and_perhaps_a_reference(text: str, said: Said | None) -> None:
    """Nothing else is one."""
    assert AnswerBook().read(text) == said


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    """Whatever a phone sends; and two tokens are the most that count."""
    said = AnswerBook().read(text)
    assert said is None or len(tokens(text)) <= 2


def test_a_bare_answer_written_before_the_page_was_sent_counts_for_nothing() -> None:
    """By the centre's time: it was on its way while the page was sent."""
    bare = Said(YES, None)
    assert judge(bare, [asked(sent=NOW)], NOW - 1).verdict is Verdict.EARLIER
    assert judge(bare, [asked(sent=NOW)], NOW).verdict is Verdict.EARLIER
    assert judge(bare, [asked(sent=NOW)], NOW + 1).verdict is Verdict.COUNTS
    assert judge(Said(YES, 10), [asked(sent=NOW)], NOW - 1).verdict is Verdict.COUNTS


def test_a_bare_answer_wants_exactly_one_page_since_the_last() -> None:
    """Two, or none, are ambiguous; what was answered later than it was sent is done with."""
    bare = Said(YES, None)
    old, new = asked(1, NOW, 10), asked(2, NOW + 10, 11)
    assert judge(bare, [old, new], NOW + 20).verdict is Verdict.AMBIGUOUS
    done = asked(1, NOW, 10, state=PageState.ACKNOWLEDGED, answered=NOW + 5, closed=True)
    judged = judge(bare, [done, new], NOW + 20)
    assert (judged.verdict, judged.asked) == (Verdict.COUNTS, new)
    later = asked(3, NOW, 12, state=PageState.DECLINED, answered=NOW + 15)
    assert judge(bare, [old, new, later], NOW + 20).verdict is Verdict.AMBIGUOUS
    assert judge(bare, [], NOW).verdict is Verdict.AMBIGUOUS
    assert judge(bare, [done], NOW + 20).verdict is Verdict.ALREADY


def test_a_reference_that_two_open_pages_have_is_ambiguous() -> None:
    """They have gone round while the first was open; of closed ones the newest is meant."""
    one, two = asked(1, NOW, 10), asked(2, NOW + 10, 10)
    assert judge(Said(YES, 10), [one, two], NOW + 20).verdict is Verdict.AMBIGUOUS
    over = asked(1, NOW, 10, closed=True)
    assert judge(Said(YES, 10), [over, two], NOW + 20).asked == two
    assert judge(Said(YES, 10), [over], NOW + 20).verdict is Verdict.CLOSED


def test_a_page_of_which_nothing_was_sent_is_not_asked(make_alert: Callable[..., Alert]) -> None:
    """Refused, or never begun: the phone does not have it. In doubt, it may."""
    page = Page(0, 0, PageState.FAILED, NOW, NOW, attempts=1)
    attempt = Attempt(1, 1, 0, "sms", NUMBER, "t", NOW, reply=10)
    alert = make_alert("sms", pages=(page,))
    assert asked_of(alert, [attempt]) is None
    doubted = replace(alert, pages=(replace(page, state=PageState.QUEUED, repeat=True),))
    found = asked_of(doubted, [attempt])
    assert found is not None
    assert (found.reference, found.sent_at) == (10, (NOW,))


class House:
    """Answers over a keeper that holds nothing, and what is said."""

    def __init__(self, last: int | None = None) -> None:
        self.said: list[tuple[str, str, str]] = []
        self.time = Time()
        clock = Clock(self.time, lambda: NOW)
        self.stored: dict[str, int | None] = {}
        self.attempts_of: list[Attempt] = []
        self.alerts: dict[int, Alert] = {}
        self.answers = Answers(
            clock,
            self,  # type: ignore[arg-type]  # a keeper that holds what the test gives it
            AnswerLines("sv"),
            lambda number, within: [],
            lambda alert: self.attempts_of,
            lambda number: self.stored.get(number, last),
            lambda *line: self.said.append(line),
        )

    def get(self, number: int) -> Alert | None:
        return self.alerts.get(number)

    def post(self, number: int, event: Any) -> "Deferred[None]":
        return fail(RuntimeError("not stored"))


def test_references_go_round_number_by_number(make_alert: Callable[..., Alert]) -> None:
    """From 10 to 99 and again; the same alert keeps its own; the store knows where an earlier run stood."""
    house = House(last=98)
    given = [house.answers.reference(make_alert("sms", id=alert), NUMBER) for alert in (1, 2, 3, 2)]
    assert given == [99, 10, 11, 10]
    assert house.answers.reference(make_alert("sms", id=1), "+46701740606") == 99


def test_a_repeat_after_a_restart_shows_what_was_shown(make_alert: Callable[..., Alert]) -> None:
    """The attempt before the restart tells the reference."""
    house = House(last=50)
    house.attempts_of = [Attempt(1, 1, 0, "sms", NUMBER, "t", NOW, reply=47)]
    begun = Page(0, 0, PageState.QUEUED, NOW, NOW, attempts=1)
    assert house.answers.reference(make_alert("sms", pages=(begun,)), NUMBER) == 47


@pytest.mark.parametrize("number", ["+71234", "Telia", "+Telia2026", ""])
def test_services_and_names_get_no_answer(number: str) -> None:
    """Nobody sits there who could read it."""
    house = House()
    house.answers.received("sms", number, "Din faktura", None)
    assert house.said == []


def test_what_is_remembered_of_strangers_is_bounded() -> None:
    """Ten thousand numbers, each told once an hour."""
    house = House()
    for stranger in range(10_050):
        house.answers.received("sms", f"+4670{stranger:07}", "hej", None)
        house.answers.received("sms", f"+4670{stranger:07}", "hej", None)
    assert len(house.said) == 10_050
    assert len(house.answers._refused) == 10_000


def test_every_line_is_one_sms() -> None:
    """With four references listed and the longest words, in both languages."""
    book = AnswerBook(("accepterar",), ("avböjer",))
    for language in ("sv", "en"):
        lines = AnswerLines(language, book)
        for verdict in Verdict:
            if verdict is not Verdict.COUNTS:
                assert len(lines.refused(verdict, 47, [11, 12, 13, 14, 15])) <= 160
        assert len(lines.counted(YES, 47)) <= 160
