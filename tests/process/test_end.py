"""How the process ends, and how it starts again."""

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.task import LoopingCall

pytestmark = pytest.mark.process

BURST = 200
BATCH = 5
FRAIL = (str(Path(__file__).with_name("frail_serve.py")),)


@pytest.mark.reactor(seconds=90)
async def test_sigterm_answers_what_is_under_way(house: Any) -> None:
    """It ends with exit 0 in the middle of a stream; whatever it stored has been answered, and goes on."""
    await house.starts()
    clinic = house.clinic
    sending = LoopingCall(lambda: [clinic.sends("sms") for _ in range(BATCH)])
    ended = sending.start(0.002)
    await house.until(lambda: sum(map(bool, clinic.answers.values())) > BURST, 20, "answers")
    stopped = house.stops()
    assert await stopped == 0
    sending.stop()
    await ended
    stored = house.stored()
    assert {name for name in clinic.sent if clinic.answers[name]} == set(stored)
    await house.starts()
    await house.until(lambda: not clinic.unsettled, 20, "every event is answered")
    assert {status for name in clinic.sent for status in clinic.statuses(name)} == {"accepted"}
    await house.until(lambda: all(house.shows(name) for name in clinic.sent), 30, "every case is shown")
    assert await house.stops() == 0
    house.has_no_hole()


@pytest.mark.reactor(seconds=90)
async def test_a_second_one_refuses(house: Any) -> None:
    """A second `serve` on the same store ends with exit 1, names the first, and does not disturb it."""
    await house.starts()
    first = house.gateway
    house.begins()
    second, house.gateway = house.gateway, first
    await second.ended
    assert second.exit_code == 1
    assert any("in use by process" in line for line in second.errors), second.errors
    name = house.clinic.sends("sms")
    await house.until(lambda: house.shows(name), 10, "the first one works")
    assert await house.stops() == 0


@pytest.mark.reactor(seconds=90)
async def test_the_death_of_the_writer(house: Any) -> None:
    """The store's thread dies: the process ends with exit 1; started again, nothing is missing."""
    await house.starts(FRAIL)
    clinic = house.clinic
    before = clinic.sends("sms")
    await house.until(lambda: house.shows(before), 10, "it works")
    (house.store.parent / "die").touch()
    lost = clinic.sends("sms")
    await house.gateway.ended
    assert house.gateway.exit_code == 1
    assert clinic.statuses(lost) in ([], ["retry"])
    assert any("the store's thread died" in line for line in house.gateway.errors), house.gateway.errors
    await house.starts()
    await house.until(lambda: house.shows(lost), 10, "it goes on")
    assert set(house.stored()) == {before, lost}
    assert len(house.shows(before)) == 1
    assert await house.stops() == 0


@pytest.mark.reactor(seconds=120)
async def test_a_restart_with_many_open_alerts(house: Any, sizes: SimpleNamespace) -> None:
    """After kill -9 a thousand pages that waited are shown, while new events are answered at once."""
    await house.unplugs("smsc")
    await house.starts()
    clinic = house.clinic
    names = []
    while len(names) < sizes.open_alerts:
        names += [clinic.sends("sms", priority=5) for _ in range(BURST)]
        await house.until(lambda: not clinic.unsettled, 20, "every event is accepted")
    await house.dies()
    await house.listens("smsc")
    await house.starts()
    new = clinic.sends("dect", priority=2)
    asked = time.monotonic()
    await house.until(lambda: clinic.answers[new], 5, "a new event is answered")
    assert time.monotonic() - asked < 1.0
    await house.until(lambda: house.shows(new), 10, "its page is shown")
    await house.until(lambda: len(house.shown) > len(names), 60, "every page is shown")
    assert all(len(house.shows(name)) == 1 for name in names)
    assert await house.stops() == 0
