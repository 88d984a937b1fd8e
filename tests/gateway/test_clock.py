"""Two clocks: what was set, what remains."""

import pytest
from twisted.internet.task import Clock as Time

from gateway.clock import Clock


class Wall:
    """What the operating system believes."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.ahead = 1_795_000_000_000

    def __call__(self) -> int:
        return round(self.time.seconds() * 1000) + self.ahead


@pytest.fixture
def time() -> Time:
    return Time()


def test_now_goes_on_with_the_monotonic_clock(time: Time) -> None:
    """A step of the system's clock is drift, not time."""
    wall = Wall(time)
    clock = Clock(time, wall)
    start = clock.now()
    time.advance(1.5)
    assert clock.now() == start + 1500
    wall.ahead += 3_600_000
    assert clock.now() == start + 1500
    assert clock.drift() == 3_600_000


@pytest.mark.parametrize("step", [3_600_000, -3_600_000, 1])
def test_a_rebase_takes_the_step_over_and_says_how_far_it_was(time: Time, step: int) -> None:
    """Afterwards there is no drift, and the steps are summed."""
    wall = Wall(time)
    clock = Clock(time, wall)
    before = clock.now()
    wall.ahead += step
    assert clock.rebase() == step
    assert clock.now() == before + step
    assert clock.drift() == 0
    wall.ahead += 5
    clock.rebase()
    assert clock.stepped == step + 5


def test_a_small_drift_is_told_with_its_sign(time: Time) -> None:
    """The system's clock ahead of ours is positive."""
    wall = Wall(time)
    clock = Clock(time, wall)
    wall.ahead -= 7
    assert clock.drift() == -7
