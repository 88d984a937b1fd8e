"""kill -9 at random moments: nothing that was accepted is lost, and what is repeated says so."""

import random
import sys
import time
from statistics import median
from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.task import LoopingCall

from simulators.smsc.manners import Manners

pytestmark = pytest.mark.process

REPEATED = "(upprepat)"

RATE = 100
"""Events a second while the gateway is up."""

WAITING = 50
"""Events that Clinic24 has under way at most."""

EVERY_DECT = 8
"""One event in so many goes to the handset: that line shows one call after the other."""

LINK_RESENDS = 2
"""A block on the ESPA line whose ACK is lost is sent again so often (`retries` of the carrier)."""

REPEATED_WITHIN = 12
"""Characters that a reader sees at a glance."""

IN_FLIGHT = 0.05
"""Seconds that the SMS centre takes to answer: with these some messages are under way at every kill."""

RECEIPT = 1.0
"""Seconds to its receipt: longer than a start, or it would make a repeat of what was in flight needless."""

DURING_START = 0.2
"""Share of the kills that come before the gateway is ready."""


def sender(house: Any, events: int) -> LoopingCall:
    """Sends one event after the other for as long as there is a connection."""

    def send() -> None:
        clinic = house.clinic
        if clinic.pump is not None and len(clinic.sent) < events and len(clinic.unsettled) < WAITING:
            clinic.sends("sms" if len(clinic.sent) % EVERY_DECT else "dect", priority=5)

    return LoopingCall(send)


async def live(house: Any, chance: random.Random, seconds: float) -> float | None:
    """One life of the gateway, up to its kill; the seconds until it was ready, if it came to that."""
    house.begins()
    begun = time.monotonic()
    if chance.random() < DURING_START:
        await house.passes(chance.uniform(0, 1.0))
        ready = None
    else:
        await house.is_ready()
        ready = time.monotonic() - begun
        await house.passes(chance.uniform(0, 2 * seconds))
    await house.dies()
    return ready


@pytest.mark.reactor(seconds=900)
async def test_kills_at_random_moments(house: Any, chance: random.Random, sizes: SimpleNamespace) -> None:
    """Every event is accepted once and comes onto its screen; a repeat is marked, and there are few."""
    house.centre.manners = Manners(response_delay=IN_FLIGHT, receipt_delay=RECEIPT)
    house.dect.faults.reply_delay = IN_FLIGHT / 10
    sending = sender(house, sizes.events)
    ended = sending.start(1 / RATE)
    kills: list[float] = []
    starts: list[float] = []
    for _ in range(sizes.kills):
        ready = await live(house, chance, sizes.events / RATE / sizes.kills)
        kills.append(time.monotonic())
        starts += [] if ready is None else [ready]
    await house.starts()
    clinic = house.clinic
    await house.until(
        lambda: len(clinic.sent) == sizes.events and not clinic.unsettled, 60, "every event is answered"
    )
    await house.until(lambda: all(house.shows(name) for name in clinic.sent), 60, "every case is shown")
    sending.stop()
    await ended
    stored = house.stored()
    assert set(stored) == set(clinic.sent)
    for name in clinic.sent:
        assert clinic.statuses(name)[-1] in ("accepted", "duplicate")
        survived = sum(kill > clinic.sent_at[name] for kill in kills)
        is_repeated_little(house, name, stored[name], survived)
    house.has_no_hole()
    again = sum(REPEATED in one.text for one in house.shown)
    twice = sum(
        len(answers) > 1 or answers[0].status.value == "duplicate" for answers in clinic.answers.values()
    )
    assert again, "no kill met a page in flight: this run proves little"
    start = f"ready after {median(starts):.1f} s, at most {max(starts):.1f} s"
    print(f"{again} repeated pages, {twice} events sent again, {start}", file=sys.stderr)


def is_repeated_little(house: Any, name: str, alert: Any, kills: int) -> None:
    """At most one attempt more for each kill, one screen for each attempt, and every repeat is marked."""
    (page,) = alert.pages
    assert page.attempts <= 1 + kills, (name, page)
    attempts = house.attempts(alert)
    assert len(attempts) == page.attempts, (name, attempts)
    shown = [one.text for one in house.shows(name)]
    plain = [text for text in shown if REPEATED not in text[:REPEATED_WITHIN]]
    resends = LINK_RESENDS if attempts[0].carrier == "dect" else 0
    assert len(plain) <= 1 + resends, (name, shown)
    assert len(shown) <= page.attempts * (1 + resends), (name, shown)
