"""The system's clock is set while the process runs (libfaketime); its timers and pages keep their times."""

import time
from pathlib import Path
from typing import Any

import pytest

from gateway.routing.policy import DIVERT_AFTER
from protocols.clinic24.event import Kind

pytestmark = pytest.mark.process

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
HOUR = 3600
TOLERANCE = 1.5
"""Seconds; the watch looks at the clock once a second."""


class SystemClock:
    """The wall clock of the processes that are started after it was made; others keep theirs."""

    def __init__(self, house: Any) -> None:
        if not LIBRARIES:
            pytest.skip("libfaketime is not installed")
        self._file = house.folder / "clock"
        self.set(0)
        house.environment |= {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def set(self, ahead: int) -> None:
        """So many seconds ahead of the real time, from now on; the file is read all the time, so replaced."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{ahead:+d}\n")
        new.replace(self._file)


@pytest.mark.reactor(seconds=120)
async def test_an_hour_forth_and_back(house: Any) -> None:
    """A page goes another way at its time, not early and not late; new events are paged at once."""
    system = SystemClock(house)
    await house.unplugs("dect")
    await house.starts()
    clinic = house.clinic
    name = clinic.sends("both", priority=1, kind=Kind.ESCALATED)
    await house.until(lambda: clinic.answers[name], 10, "it is accepted")
    begun = time.monotonic()
    for ahead in (HOUR, -HOUR, 0):
        await house.passes(2)
        system.set(ahead)
        await house.passes(TOLERANCE)
        new = clinic.sends("sms")
        await house.until(lambda new=new: house.shows(new), 3, "a new event is paged at once")
        await house.until(lambda new=new: stamps(house, new), 3, "Clinic24 is told")
        assert abs(stamps(house, new)[0] - time.time() - ahead) < TOLERANCE, "the step was taken over"
    await house.until(lambda: house.shows(name), 20, "it goes another way")
    (shown,) = house.shows(name)
    # Neither early nor late, whatever the clock was at.
    assert abs(shown.at - begun - DIVERT_AFTER[1] / 1000) < TOLERANCE
    assert any("clock was set" in line for line in house.gateway.errors), "people are told"
    assert await house.stops() == 0


def stamps(house: Any, name: str) -> list[float]:
    """When, by the gateway, the outcomes of an event were; UTC seconds."""
    return [outcome.at / 1000 for outcome in house.clinic.outcomes if outcome.id == name]
