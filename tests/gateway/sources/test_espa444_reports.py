"""What a calling system is told of its calls: each status once, in order, and kept until it takes it."""

from typing import Any

import pytest

from gateway.model import (
    Alert,
    OneWay,
    Origin,
    OutcomeWord,
    Page,
    PageState,
    Proof,
    Route,
    Rung,
    Subject,
)
from gateway.sources.espa444_reports import ENDS, QUEUED_MOST, TRIES_MOST, Reports, status_of_alert
from gateway.store.values import StoredOutcome
from protocols.espa444 import Block, CallStatus, FailReason, call_block
from protocols.session import LocalProtocolError

S = CallStatus


class Line:
    """Takes one status at a time; what was sent, noted and counted."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.took: list[tuple[int, CallStatus]] = []
        self.counts: dict[str, int] = {}
        self.down = False
        self.forgotten: set[int] = set()
        self.reports = Reports("avd-3", self.call_of, self.send, self.note, self.count)

    def call_of(self, alert: int) -> Block | None:
        return None if alert in self.forgotten else call_block("20117", b"text %d" % alert)

    def send(self, block: Block) -> None:
        if self.down:
            raise LocalProtocolError("down")
        self.sent.append(f"{(block.get('2') or b'').decode()[5:]}:{block.value('7')}")

    def note(self, alert: int, status: CallStatus) -> None:
        self.took.append((alert, status))

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def all(self) -> list[str]:
        for _ in range(50):
            self.reports.next()
            self.reports.taken()
        return self.sent


def outcome(word: OutcomeWord, scope: str = "page", **more: Any) -> StoredOutcome:
    values: dict[str, Any] = {"final": False, "late": False, "proof": None, "reason": None} | more
    return StoredOutcome(1, scope, 7, "espa444/avd-3", "e", word, None, None, 0, **values)


def test_each_status_goes_once_and_in_order() -> None:
    """Sent twice to two receivers is one 2; what is behind the last is not told."""
    line = Line()
    for word in (
        OutcomeWord.SENT,
        OutcomeWord.SENT,
        OutcomeWord.DELIVERED,
        OutcomeWord.SENT,
        OutcomeWord.READ,
    ):
        line.reports.outcome(outcome(word))
    line.reports.outcome(outcome(OutcomeWord.FAILED))  # of one page: another is opened
    line.reports.outcome(outcome(OutcomeWord.ACKNOWLEDGED))
    line.reports.outcome(outcome(OutcomeWord.ACKNOWLEDGED, "alert", final=True))
    assert line.all() == ["7:2", "7:3", "7:6"]
    assert line.took == [(7, S.IN_QUEUE), (7, S.PAGED), (7, S.ACKNOWLEDGED)]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        (OutcomeWord.ACKNOWLEDGED, "6"),
        (OutcomeWord.EXPIRED, "4"),
        (OutcomeWord.NO_RECEIVER, "4"),
        (OutcomeWord.FAILED, "8"),
        (OutcomeWord.CANCELLED, "5"),
        (OutcomeWord.UNCONFIRMED, "5"),
    ],
)
def test_how_each_end_is_told(word: OutcomeWord, code: str) -> None:
    """Every closing word has its status, and an answer after it is told too."""
    line = Line()
    line.reports.outcome(outcome(word, "alert", final=True))
    line.reports.outcome(outcome(OutcomeWord.ACKNOWLEDGED, late=True))
    assert line.all() == [f"7:{code}"] + ([] if code == "6" else ["7:6"])
    assert word in ENDS


def test_a_status_waits_for_the_line_and_is_not_lost() -> None:
    """A line that is down, or that lost it, gets it later; a busy sender five times; a refusal ends it."""
    line = Line()
    line.down = True
    line.reports.add(1, S.IN_QUEUE)
    line.reports.next()
    line.down = False
    line.reports.next()
    for _ in range(20):
        line.reports.failed(FailReason.LINE_DOWN)
        line.reports.next()
    line.reports.taken()
    assert set(line.sent) == {"1:2"}
    assert line.took == [(1, S.IN_QUEUE)]
    line.reports.add(2, S.PAGED)
    for _ in range(TRIES_MOST + 3):
        line.reports.next()
        line.reports.failed(FailReason.BUSY)
    assert line.sent.count("2:3") == TRIES_MOST
    line.reports.add(3, S.PAGED)
    line.reports.next()
    line.reports.failed(FailReason.INVALID)
    line.reports.next()
    assert line.sent.count("3:3") == 1
    assert line.counts["statuses_lost"] == 2


def test_what_waits_is_bounded_and_the_forgotten_is_skipped() -> None:
    """The oldest makes way; a call whose records are gone cannot be named."""
    line = Line()
    line.forgotten = {1}
    for alert in range(QUEUED_MOST + 10):
        line.reports.add(alert, S.IN_QUEUE)
    assert line.counts["statuses_lost"] == 10
    line.reports.next()
    assert line.sent == ["10:2"]
    other = Line()
    other.forgotten = {1}
    other.reports.add(1, S.IN_QUEUE)
    other.reports.add(2, S.IN_QUEUE)
    assert other.all() == ["2:2"]


def test_what_was_told_before_a_start_is_not_told_again() -> None:
    """`know` is what the store remembers."""
    line = Line()
    line.reports.know(7, S.PAGED)
    line.reports.add(7, S.PAGED)
    line.reports.add(7, S.ACKNOWLEDGED)
    assert line.all() == ["7:6"]


@pytest.mark.parametrize(
    ("states", "closed", "expected"),
    [
        ((), None, None),
        ((PageState.QUEUED,), None, None),
        ((PageState.SENT,), None, S.IN_QUEUE),
        ((PageState.FAILED, PageState.SENT), None, S.IN_QUEUE),
        ((PageState.DELIVERED, PageState.SENT), None, S.PAGED),
        ((PageState.READ,), None, S.PAGED),
        ((PageState.CANCELLED,), OutcomeWord.ACKNOWLEDGED, S.ACKNOWLEDGED),
        ((PageState.EXPIRED,), OutcomeWord.EXPIRED, S.ABSENT),
    ],
)
def test_the_status_of_an_alert(
    states: tuple[PageState, ...], closed: OutcomeWord | None, expected: CallStatus | None
) -> None:
    """What a caller who asks is told: the best that is known, or how it ended."""
    subject = Subject(None, "20117", "20117", True, None, None, 3, None, None, line="l", address="20117")
    rung = Rung("anna", "Anna", Origin.ADDRESSED, "", "", (Route("dect", "20117", True, Proof.DELIVERED),))
    pages = tuple(Page(0, 0, state, 0, 0) for state in states)
    alert = Alert(1, "s", "e", "d", subject, 0, 1, OneWay.ESCALATE, (rung,), pages, closed=closed)
    assert status_of_alert(alert) is expected
