"""Lines to phones that are no pages: tried again for a while, dropped when they are old, bounded."""

from itertools import count
from typing import Any

from twisted.internet.task import Clock as Time

from gateway.clock import Clock
from gateway.delivery.lines_back import AGAIN_AFTER, TRIES, WAITING_MOST, WORTH, LinesBack
from gateway.ports import FailureKind

NOW = 1_795_000_000_000


class Way:
    name = "sms"

    def __init__(self) -> None:
        self.orders: list[Any] = []

    def send(self, order: Any) -> None:
        self.orders.append(order)


def make() -> tuple[Time, LinesBack, Any]:
    time = Time()
    return time, LinesBack(Clock(time, lambda: NOW), count(7)), Way()


def test_a_line_takes_a_slot_and_no_more() -> None:
    """It has no page, a number of its own, and an end."""
    _, lines, way = make()
    lines.put("sms", "+46701740605", "Mottaget")
    lines.put("sms", "+46701740606", "Mottaget")
    lines.send(way, 1)
    (order,) = way.orders
    assert (order.attempt, order.alert, order.number, order.expires_at) == (
        7,
        0,
        "+46701740605",
        NOW + round(WORTH * 1000),
    )
    assert lines.taken(7)
    assert not lines.taken(7)
    lines.send(way, 5)
    assert len(way.orders) == 2


def test_one_that_fails_for_now_is_tried_again_a_few_times() -> None:
    """After a pause each time; refused for good it is not."""
    time, lines, way = make()
    lines.put("sms", "+46701740605", "Mottaget")
    for turn in range(TRIES):
        lines.send(way, 1)
        again = lines.failed(7 + turn, FailureKind.TEMPORARY)
        lines.send(way, 1)
        assert len(way.orders) == turn + 1, "not before its time"
        time.advance(AGAIN_AFTER)
        assert (again is None) == (turn == TRIES - 1)
    lines.send(way, 1)
    assert len(way.orders) == TRIES
    lines.put("sms", "+46701740605", "Mottaget")
    lines.send(way, 1)
    assert lines.failed(7 + TRIES, FailureKind.REFUSED) is None


def test_what_is_old_is_not_said_and_what_waits_is_bounded() -> None:
    """Two minutes, two hundred lines a carrier."""
    time, lines, way = make()
    for _ in range(WAITING_MOST + 20):
        lines.put("sms", "+46701740605", "Mottaget")
    lines.send(way, 10_000)
    assert len(way.orders) == WAITING_MOST
    lines.put("sms", "+46701740605", "Mottaget")
    time.advance(WORTH)
    lines.send(way, 1)
    assert len(way.orders) == WAITING_MOST


def test_it_is_no_news_of_a_page() -> None:
    """Attempts that are not ours are left to the dispatcher."""
    _, lines, _ = make()
    assert lines.failed(99, FailureKind.TEMPORARY) is None
    assert not lines.taken(99)
