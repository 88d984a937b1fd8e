"""A loop that cannot die quietly."""

import pytest
from twisted.internet.task import Clock as Time

from gateway.supervision.loops import Loop


class Alarms:
    """Keeps what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def raise_alarm(self, key: str, text: str) -> None:
        self.said.append(f"raised {key}")

    def tell(self, key: str, text: str) -> None:
        self.said.append(f"told {key}")

    def clear_alarm(self, key: str) -> None:
        self.said.append(f"cleared {key}")


def test_a_loop_turns_at_once_and_then_at_its_interval() -> None:
    """And says when it turned last."""
    time, turns = Time(), []
    loop = Loop("watch", 1.0, lambda: turns.append(time.seconds()), time, Alarms())
    loop.start()
    for _ in range(6):
        time.advance(0.5)
    assert turns == [0.0, 1.0, 2.0, 3.0]
    assert loop.turned_at == 3.0
    loop.stop()
    time.advance(5)
    assert len(turns) == 4
    assert time.getDelayedCalls() == []


def test_a_turn_that_raises_is_alarmed_and_the_next_one_comes() -> None:
    """Once it turns again, the alarm is cleared, once."""
    time, alarms, turns = Time(), Alarms(), []

    def turn() -> None:
        turns.append(1)
        if len(turns) in (2, 3):
            raise RuntimeError("once")

    loop = Loop("watch", 1.0, turn, time, alarms)
    loop.start()
    for _ in range(4):
        time.advance(1)
    assert len(turns) == 5
    assert alarms.said == ["raised loop:watch", "raised loop:watch", "cleared loop:watch"]
    loop.stop()


def test_a_loop_may_be_stopped_from_its_own_turn() -> None:
    """Then none comes after it."""
    time = Time()

    def turn() -> None:
        loop.stop()

    loop = Loop("watch", 1.0, turn, time, Alarms())
    loop.start()
    assert time.getDelayedCalls() == []


def test_a_fault_that_is_no_exception_is_not_swallowed() -> None:
    """A keyboard interrupt ends the process and is no alarm; the next turn is armed all the same."""
    time, alarms = Time(), Alarms()

    def turn() -> None:
        raise KeyboardInterrupt

    loop = Loop("watch", 1.0, turn, time, alarms)
    with pytest.raises(KeyboardInterrupt):
        loop.start()
    assert alarms.said == []
    loop.stop()
