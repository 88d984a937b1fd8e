"""What an ESPA carrier does with slots, lost ACKs, status requests and its keys, without a core."""

from collections.abc import Callable
from typing import Any

from gateway.config import EspaCarrier
from gateway.delivery.carriers.espa444 import RECALL
from gateway.delivery.carriers.espa444_calls import (
    CALLS_MOST,
    FIRST_QUESTION,
    LATER_QUESTIONS,
    QUESTIONS,
    SLOT_MOST,
    Calls,
    Stage,
)
from gateway.delivery.carriers.espa444_station import make_station
from gateway.ports import FailureKind, Order
from protocols import espa444
from protocols.espa444 import CallStatus, LinkAnswer

Make = Callable[..., Any]


def call(text: str = "larm", address: str = "20117", beep: int = 2) -> espa444.Block:
    return espa444.call_block(address, text.encode(), beep=beep)


def order(attempt: int, alert: int = 1, page: int = 0, expires_at: int = 10**12) -> Order:
    return Order(attempt, alert, page, "20117", "larm", 2, expires_at)


def test_a_slot_is_held_until_the_ack_or_the_end_and_never_longer_than_60_s() -> None:
    """By the ACK where nothing else is known; where the pager reports its end, by that or by time."""
    calls = Calls(until_end=False, asks=False)
    calls.begin(order(1), call(), 0.0)
    assert calls.holding(0.1) == 1
    calls.taken(1, 0.2)
    assert calls.holding(0.3) == 0
    calls = Calls(until_end=True, asks=False)
    calls.begin(order(1), call(), 0.0)
    calls.taken(1, 0.2)
    assert calls.holding(SLOT_MOST - 0.1) == 1
    assert calls.next_time(1.0) == SLOT_MOST
    assert calls.holding(SLOT_MOST) == 0
    calls.begin(order(2), call(), 100.0)
    calls.end(2)
    assert calls.holding(101.0) == 0


def test_a_call_that_failed_is_forgotten_and_one_in_doubt_is_kept() -> None:
    """What may have been shown may be heard of yet; it holds no slot."""
    calls = Calls(until_end=True, asks=False)
    calls.begin(order(1), call(), 0.0)
    calls.begin(order(2), call(), 0.0)
    calls.failed(1, maybe_shown=False)
    calls.failed(2, maybe_shown=True)
    assert calls.get(1) is None
    kept = calls.get(2)
    assert kept is not None
    assert kept.stage is Stage.DOUBTED
    assert calls.holding(0.1) == 0


def test_a_status_names_its_call_by_address_text_and_beep() -> None:
    """What a status leaves out may be any; blanks at the end of a text are no difference."""
    calls = Calls(until_end=True, asks=False)
    for attempt, block in enumerate([call(), call("other"), call(beep=3), call(address="20118")], 1):
        calls.begin(order(attempt), block, 0.0)

    def about(*records: tuple[str, bytes]) -> list[int]:
        block = espa444.Block("2", tuple(espa444.Record(*record) for record in records))
        return [one.attempt for one in calls.about(block)]

    assert about(("1", b"20117"), ("2", b"larm"), ("3", b"2"), ("7", b"6")) == [1]
    assert about(("1", b"20117"), ("2", b"larm  "), ("7", b"6")) == [1, 3]
    assert about(("1", b"20117"), ("7", b"6")) == [1, 2, 3]
    assert about(("1", b"20119"), ("7", b"6")) == []


def test_requests_come_at_sensible_intervals_and_end_with_the_page() -> None:
    """Soon after the ACK, then every 5 s, after a minute every 15 s; not after the page expired."""
    calls = Calls(until_end=False, asks=True)
    calls.begin(order(1, expires_at=500_000), call(), 0.0)
    assert calls.to_ask(100.0, 0) is None
    calls.taken(1, 0.0)
    assert calls.to_ask(FIRST_QUESTION - 0.1, 0) is None
    asked = calls.to_ask(FIRST_QUESTION, 0)
    assert asked is not None
    calls.asked(asked, FIRST_QUESTION)
    assert asked.ask_at == FIRST_QUESTION + QUESTIONS
    calls.asked(asked, 61.0)
    assert asked.ask_at == 61.0 + LATER_QUESTIONS
    assert calls.to_ask(400.0, 500_000) is None
    assert calls.next_time(400.0) is None


def test_what_is_kept_is_bounded() -> None:
    """However many calls there are."""
    calls = Calls(until_end=True, asks=True)
    for attempt in range(1, CALLS_MOST + 50):
        calls.begin(order(attempt), call(), 0.0)
    assert calls.holding(1.0) == CALLS_MOST


def test_a_status_makes_good_for_a_lost_ack(espa: Make, order: Make) -> None:
    """No answer to the block, but the system reports the call queued: it was taken, once."""
    one = espa(ack_timeout=0.5, retries=0).start()
    one.answer = lambda event: None
    one.send(order(9), settle=4)
    assert [(number, kind) for number, kind, _ in one.core.failed_] == [(9, FailureKind.IN_DOUBT)]
    one.report(CallStatus.IN_QUEUE, settle=15)
    assert one.core.taken_ == [(9, None)]
    one.report(CallStatus.PAGED, ref=2, settle=5)
    assert one.core.taken_ == [(9, None)]


def test_a_status_that_could_mean_two_pages_in_doubt_proves_neither(espa: Make, order: Make) -> None:
    """Two pages with the same words, both in doubt: nothing is taken."""
    one = espa(ack_timeout=0.5, retries=0).start()
    one.answer = lambda event: None
    one.send(order(9, page=0), settle=6)
    one.send(order(10, page=1), settle=6)
    one.report(CallStatus.IN_QUEUE, settle=15)
    assert one.core.taken_ == []


def test_bcc_avoid_adds_a_blank_and_everything_is_still_matched(
    espa: Make, order: Make, attempt: Make
) -> None:
    """No check character is a control character; cancellation and status find the call all the same."""
    one = espa(bcc_avoid=True).start()
    texts = [f"Larm {number}" for number in range(40)]
    for number, text in enumerate(texts, 1):
        one.send(order(number, text=text), settle=0.3)
    blocks = [event.block for event in one.far.of(espa444.BlockReceived)]
    assert all(espa444.encode(block)[-1] >= 0x20 for block in blocks)
    sent = [block.get("2") for block in blocks]
    longer = [text for text in sent if text.endswith(b" ")]
    assert 0 < len(longer) < 40
    assert [text.rstrip() for text in sent] == [text.encode() for text in texts]
    place = sent.index(longer[0])
    one.carrier.recall(attempt(text=texts[place]), 2)
    one.advance(1)
    assert one.calls[-1]["2"] == longer[0]
    far = espa444.status_of(blocks[place], CallStatus.PAGED)
    one.far.pump.send(espa444.SendBlock(1, far))
    one.advance(3)
    assert one.core.reports[-1].matches(attempt(text=texts[place]))


def test_transmissions_are_sent_where_the_site_wants_them(espa: Make, order: Make) -> None:
    """Record 5 is left out unless it is written, and never in a cancellation."""
    one = espa().start()
    one.send(order(1))
    assert "5" not in one.calls[-1]
    two = espa(transmissions=3).start()
    two.send(order(1))
    assert two.calls[-1]["5"] == b"3"


def test_a_line_that_is_not_polled_asks_for_work_after_its_pause(espa: Make, order: Make) -> None:
    """DOWN without idle polling ends without an event: the core is asked again by the clock."""
    keys = {"silent_limit": 1, "select_timeout": 0.5, "down_interval": 5.0, "peer_address": "5"}
    one = espa(idle_poll=False, **keys).start()  # nobody has the address 5
    assert one.carrier.free() == 1
    one.send(order(1), settle=1)
    assert one.carrier.free() == 0
    before = one.core.changes
    one.advance(4)
    assert one.core.changes == before
    one.advance(2)
    assert one.core.changes > before
    assert one.carrier.free() == 1


def test_a_refused_request_ends_the_questions(espa: Make, order: Make) -> None:
    """NAK 3 to a status request: the system knows no such call, or no requests; the page stays as it is."""
    one = espa(status_mode="request").start()

    def answer(event: Any) -> LinkAnswer:
        return LinkAnswer.NAK_INVALID if event.block.header == "3" else LinkAnswer.ACK

    one.answer = answer
    one.send(order(4), settle=30)
    counters = one.carrier.state().counters
    assert (counters["requests"], counters["requests_refused"]) == (1, 1)
    assert one.core.taken_ == [(4, None)]
    assert one.core.failed_ == []
    assert RECALL == 0


def test_every_key_of_a_line_reaches_its_station() -> None:
    """What is written for a site is what both kinds of station are made with."""
    keys = {
        "retries": 1,
        "select_timeout": 1.5,
        "ack_timeout": 2.5,
        "multi_block": True,
        "trailing_rs": True,
        "extra_cr": True,
        "bcc": "mask",
        "mask7": False,
        "discard_echo": True,
        "poll_lost": 44.0,
        "poll_interval": 2.0,
        "down_interval": 9.0,
        "retry_delay": 3.0,
        "regain_timeout": 11.0,
        "silent_limit": 7,
        "lead_eot": "always",
        "idle_poll": False,
    }
    base = {"type": "espa444", "name": "x", "serves": "extension", "listen": "tcp:4444"}
    for role in ("control", "polled"):
        settings = EspaCarrier.model_validate(base | keys | {"role": role}, strict=False)
        station: Any = make_station(settings, frozenset({"2"}))(0.0)
        config = station._config
        assert (config.retries, config.t_select, config.t_ack) == (1, 1.5, 2.5)
        assert (config.multi_block, config.trailing_rs, config.extra_cr) == (True, True, True)
        assert (config.bcc, config.mask7, config.discard_echo) == (espa444.BccMode.MASK, False, True)
        assert (config.own_address, config.peer_address) == ("1", "2")
        assert config.wanted_headers == frozenset({"2"})
        if role == "polled":
            assert config.t_lost == 44.0
        else:
            assert (config.poll_interval, config.down_interval, config.t_retry) == (2.0, 9.0, 3.0)
            assert (config.t_regain, config.silent_limit, config.idle_poll) == (11.0, 7, False)
            assert config.lead_eot is espa444.LeadEot.ALWAYS
