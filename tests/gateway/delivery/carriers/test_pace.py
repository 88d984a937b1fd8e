"""How fast a carrier may send."""

import pytest
from twisted.internet.task import Clock as Time

from gateway.delivery.carriers.pace import Pace


def test_without_a_rate_only_a_pause_holds_back() -> None:
    """Free at any time; after "too much" nothing until the pause is over, and then it is told."""
    time, freed = Time(), []
    pace = Pace(time, None, lambda: freed.append(time.seconds()))
    assert pace.free() > 1000
    pace.pause(1.0)
    assert pace.free() == 0
    time.advance(0.5)
    assert pace.free() == 0
    assert freed == []
    time.advance(0.5)
    assert freed == [1.0]
    assert pace.free() > 1000


@pytest.mark.parametrize("rate", [0.5, 1.0, 1.5, 2.0, 3.0, 10.0, 50.0])
def test_no_second_has_more_than_the_contract_allows(rate: float) -> None:
    """A burst goes at once, burst and refill stay below the rate in any second, and most of it is used."""
    time, sent = Time(), []
    pace = Pace(time, rate, lambda: None)
    while time.seconds() < 60:
        while pace.free() > 0:
            pace.spend()
            sent.append(time.seconds())
        time.advance(0.01)
    most = max(sum(start <= at < start + 1.0 for at in sent) for start in sent)
    assert most <= max(1, round(rate + 0.4))
    assert 0.6 * rate * 60 <= len(sent) <= rate * 60 + 1
    pace.stop()
    assert time.getDelayedCalls() == []


def test_somebody_is_told_when_the_pause_ends_while_the_rate_is_waited_for() -> None:
    """Throttled while a token was being waited for: the end of the pause is told too."""
    time, freed = Time(), []
    pace = Pace(time, 10.0, lambda: freed.append((round(time.seconds(), 3), pace.free())))
    while pace.free():
        pace.spend()
    assert pace.free() == 0  # waits for a token now
    pace.pause(1.0)
    for _ in range(30):
        time.advance(0.05)
    assert freed
    assert freed[-1][1] > 0


def test_a_longer_pause_wins() -> None:
    """Throttled again during the pause: it begins anew."""
    time, freed = Time(), []
    pace = Pace(time, None, lambda: freed.append(pace.free()))
    pace.pause(1.0)
    time.advance(0.9)
    pace.pause(1.0)
    time.advance(0.2)
    assert pace.free() == 0
    time.advance(0.8)
    assert pace.free() > 0
    assert freed[-1] > 0


def test_stopped_it_calls_nobody() -> None:
    """No timer is left, and none is made by a question that comes late."""
    time, freed = Time(), []
    pace = Pace(time, 1.0, lambda: freed.append(1))
    pace.spend()
    pace.free()
    pace.stop()
    pace.free()
    pace.pause(1.0)
    assert time.getDelayedCalls() == []
    time.advance(5)
    assert freed == []
