"""ESPA 4.4.4: taken is the link ACK, a status is answered after its commit, one call at a time."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.model import Proof
from gateway.ports import FailureKind, ReportWord
from protocols.espa444 import BlockFailed, BlockTaken, CallStatus, FailReason, LinkAnswer, SendBlock
from protocols.espa444.calls import transmitter_failure

Make = Callable[..., Any]


def test_the_line_is_up_when_the_station_answers_and_has_one_slot(espa: Make) -> None:
    """Connected is not up; polled and answered is. Then one call at a time."""
    one = espa()
    assert one.carrier.free() == 0
    assert not one.carrier.state().up
    one.start()
    assert one.carrier.state().up
    assert one.carrier.free() == 1
    assert one.core.changes > 0


def test_a_call_carries_number_text_beep_and_priority_and_its_ack_is_taken(espa: Make, order: Make) -> None:
    """Å, ä and ö in the site's character set; the link ACK means taken, nothing more."""
    one = espa().start()
    one.carrier.send(order(7))
    assert one.core.taken_ == []  # never at once
    assert one.carrier.free() == 0
    one.advance(1)
    (call,) = one.calls
    assert (call["1"], call["2"], call["3"], call["4"], call["6"]) == (
        b"20117",
        b"Prio 2 Triage HC S{tra",
        b"2",
        b"3",
        b"2",
    )
    assert one.core.taken_ == [(7, None)]
    assert one.core.failed_ == []
    assert one.core.reports == []
    assert one.carrier.free() == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (LinkAnswer.NAK_BUSY, FailureKind.TEMPORARY),
        (LinkAnswer.NAK_INVALID, FailureKind.REFUSED),
        (None, FailureKind.IN_DOUBT),
    ],
)
def test_what_the_station_answers_decides_what_the_failure_means(
    espa: Make, order: Make, answer: LinkAnswer | None, kind: FailureKind
) -> None:
    """Busy is tried again, invalid is refused, no answer may have been shown. One end for each attempt."""
    one = espa(ack_timeout=0.5, retries=1).start()
    one.answer = lambda event: answer
    one.send(order(3), settle=12)
    assert [(number, found) for number, found, _ in one.core.failed_] == [(3, kind)]
    assert one.core.taken_ == []
    one.answer = lambda event: LinkAnswer.ACK
    one.advance(12)
    one.send(order(4), settle=5)
    assert one.core.taken_ == [(4, None)]


def test_a_line_that_is_cut_under_a_call_leaves_it_in_doubt(espa: Make, order: Make) -> None:
    """The block was out and nobody knows; the line is back by itself, or alarmed if it stays away."""
    one = espa().start()
    one.answer = lambda event: None
    one.send(order(5), settle=0.3)
    one.network.cut("far")
    one.advance(0.1)
    assert [(number, kind) for number, kind, _ in one.core.failed_] == [(5, FailureKind.IN_DOUBT)]
    assert not one.carrier.state().up
    assert one.carrier.free() == 0
    one.advance(5)
    assert one.carrier.state().up
    assert one.core.alarms == []  # back before it was worth an alarm
    one.network.refuse("far")
    one.network.cut("far")
    one.advance(10.5)
    assert "line:dect" in one.core.standing
    one.network.allow("far")
    one.advance(17)
    assert one.carrier.state().up
    assert "line:dect" not in one.core.standing


def test_an_order_while_the_line_is_down_fails_as_temporary_and_not_at_once(espa: Make, order: Make) -> None:
    """Exactly one of taken and failed, never inside `send`."""
    one = espa()
    one.carrier.send(order(1))
    assert one.core.failed_ == []
    one.advance(0.05)
    assert [(number, kind) for number, kind, _ in one.core.failed_] == [(1, FailureKind.TEMPORARY)]


def test_a_line_that_cannot_be_connected_is_alarmed_and_tried_again(espa: Make) -> None:
    """Nothing listens: the alarm stands; it listens: the line is up within the longest pause."""
    one = espa()
    one.carrier.start()
    one.advance(11)
    assert "line:dect" in one.core.standing
    assert len(one.core.alarms) == 1
    one.listen()
    one.advance(17)
    assert one.carrier.state().up
    assert "line:dect" not in one.core.standing


def test_an_order_that_the_protocol_cannot_say_is_refused(espa: Make, order: Make) -> None:
    """A number of seventeen digits has no place in record 1: the next route, not a retry for ever."""
    one = espa().start()
    one.send(order(1, number="1" * 17))
    assert [(number, kind) for number, kind, _ in one.core.failed_] == [(1, FailureKind.REFUSED)]


STATUSES = {
    CallStatus.ACKNOWLEDGED: ReportWord.ACKNOWLEDGED,
    CallStatus.PAGED: ReportWord.DELIVERED,
    CallStatus.ABSENT: ReportWord.FAILED,
    CallStatus.IN_QUEUE: ReportWord.NOTED,
    CallStatus.TERMINATED: ReportWord.NOTED,
    CallStatus.SPEECH_OPEN: ReportWord.READ,
    CallStatus.FAULT: ReportWord.FAILED,
}


@pytest.mark.parametrize(("status", "word"), STATUSES.items())
def test_a_status_becomes_a_report_about_its_call(
    espa: Make, attempt: Make, status: CallStatus, word: ReportWord
) -> None:
    """It names the number, matches the attempts with its text, and is acknowledged."""
    one = espa().start()
    one.report(status)
    (report,) = one.core.reports
    assert (report.carrier, report.numbers, report.word) == ("dect", ("20117",), word)
    assert report.matches(attempt())
    assert not report.matches(attempt(text="another text"))
    assert one.far.of(BlockTaken)


def test_what_paged_means_is_the_sites_matter(espa: Make) -> None:
    """Where `paged` proves only that it was sent, it is noted and no more is declared provable."""
    one = espa(paged_means="sent").start()
    one.report(CallStatus.PAGED)
    assert [report.word for report in one.core.reports] == [ReportWord.NOTED]
    assert one.carrier.capabilities.best_proof is Proof.SENT
    assert espa().carrier.capabilities.best_proof is Proof.DELIVERED
    assert not espa(status_mode="none").carrier.capabilities.can_answer


def test_a_status_is_acknowledged_only_after_its_commit(espa: Make) -> None:
    """While the store works, the system waits; then it gets its ACK."""
    one = espa().start()
    one.core.hold = True
    one.report(CallStatus.ACKNOWLEDGED)
    assert len(one.core.reports) == 1
    assert one.far.of(BlockTaken) == []  # 2 s without a commit: NAK 2, the system keeps it
    one.core.held[0].callback(None)
    one.core.hold = False
    one.report(CallStatus.ACKNOWLEDGED, ref=3)
    assert [event.ref for event in one.far.of(BlockTaken)] == [3]
    one.core.hold = True
    one.report(CallStatus.TERMINATED, ref=4, settle=1)
    assert [event.ref for event in one.far.of(BlockTaken)] == [3]
    one.core.held[-1].callback(None)
    one.advance(0.2)
    assert [event.ref for event in one.far.of(BlockTaken)] == [3, 4]


def test_a_status_whose_commit_fails_is_kept_by_the_system(espa: Make) -> None:
    """NAK 2: nothing is lost, the system reports again."""
    one = espa().start()
    one.core.hold = True
    one.report(CallStatus.ACKNOWLEDGED, settle=1.5)
    one.core.held[0].errback(RuntimeError("disk full"))
    one.advance(0.2)
    assert one.far.of(BlockTaken) == []
    assert [event.reason for event in one.far.of(BlockFailed)] == [FailReason.BUSY]


def test_a_transmitter_failure_is_alarmed_and_acknowledged(espa: Make) -> None:
    """News of the system itself are about no call; people are told."""
    one = espa().start()
    one.far.pump.send(SendBlock(1, transmitter_failure()))
    one.advance(3)
    assert any(key == "system:dect" for key, _ in one.core.alarms)
    assert one.core.reports == []
    assert one.far.of(BlockTaken)


def test_a_recall_is_a_reset_call_and_waits_for_a_page(espa: Make, order: Make, attempt: Make) -> None:
    """Same address, text and beep code, call type 1; it tells nothing and goes when the line is free."""
    one = espa().start()
    one.carrier.send(order(1))
    one.carrier.recall(attempt(), 2)
    one.advance(3)
    first, second = one.calls
    assert (first["4"], second["4"]) == (b"3", b"1")
    assert [first[key] for key in "123"] == [second[key] for key in "123"]
    assert one.core.taken_ == [(1, None)]
    assert one.core.failed_ == []


def test_pages_go_before_cancellations(espa: Make, order: Make, attempt: Make) -> None:
    """When the slot is free and both wait, the page is sent first."""
    one = espa().start()
    waiting = [order(2), order(3)]

    def next_page() -> None:
        if waiting and one.carrier.free():
            one.carrier.send(waiting.pop(0))

    one.core.on_change = next_page
    one.carrier.send(order(1))
    one.carrier.recall(attempt(), 2)
    one.advance(5)
    assert [call["4"] for call in one.calls] == [b"3", b"3", b"3", b"1"]


def test_a_recall_while_the_line_is_down_waits(espa: Make, attempt: Make) -> None:
    """It goes out when the line is back; a number that cannot be said is no fault."""
    one = espa()
    one.carrier.recall(attempt(), 2)
    one.carrier.recall(attempt(number="1" * 17), 2)
    one.start()
    one.advance(2)
    assert [call["4"] for call in one.calls] == [b"1"]


def test_a_stopping_gateway_raises_no_alarm(espa: Make) -> None:
    """Closing the line is no news."""
    one = espa().start()
    before = list(one.core.alarms)
    one.close()
    assert one.core.alarms == before
