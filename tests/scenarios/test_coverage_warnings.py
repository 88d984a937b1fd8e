"""A hole in the plan is told to named people over our own carriers, before it begins and when it does."""

from typing import Any

import pytest
from twisted.internet.defer import execute

from gateway.clock import Clock
from gateway.desk import Desk
from gateway.pagesdesk import PagesDesk
from gateway.roster.wall import load_zone
from gateway.rosterfiles import RosterFiles

EVA = "20119"
COVERAGE = '\n[coverage]\nreceivers = ["eva"]\n'
TOLD = ("Lucka i schemat", "HC Andersberg utan sjuksköterska", "från 07:00 25/11")


def guarded(ward: Any) -> PagesDesk:
    """What looks for holes in the gateway of a ward, as the process that serves joins it."""
    clock = Clock(ward.fake, ward.wall)
    zone = load_zone(ward.config.gateway.timezone)
    store = ward.config.store.path
    files = RosterFiles(store, "SE", zone, ward.writer, clock.now, execute)
    desk = Desk(ward.config, clock, ward.writer, ward.reader, execute)
    pages = PagesDesk(ward.config, clock, ward.writer, ward.gateway, desk, files)
    pages.start()
    return pages


def hole(plans: Any) -> str:
    """No nurse on the 25th; the days around it are full."""
    plan = str(plans.shift("hc-andersberg", "Dag", "07:00", "16:00"))
    for day in (24, 25, 26):
        plan += plans.assignment("hc-andersberg", "Dag", f"2026-11-{day}", "doctor", "maria")
        if day != 25:
            plan += plans.assignment("hc-andersberg", "Dag", f"2026-11-{day}", "nurse", "anna")
    return plan


@pytest.mark.parametrize(
    ("begins", "earlier"),
    [
        ("2026-11-24T06:59", 0),
        ("2026-11-25T04:59", 1),
        ("2026-11-25T06:44", 1),
        ("2026-11-25T06:59", 1),
    ],
    ids=["a day", "two hours", "a quarter", "at its beginning"],
)
def test_told_over_the_carriers(make_ward: Any, plans: Any, begins: str, earlier: int) -> None:
    """On the handset of whoever is named, once a stage; who starts late tells the last stage that is due."""
    ward = make_ward(begins=begins, plan=hole(plans), config=plans.CONFIG + COVERAGE)
    pages = guarded(ward)
    ward.advance(seconds=30)
    for _ in range(earlier):
        ward.handset(EVA).shows(*TOLD)
        ward.accepts(EVA)
    ward.handset(EVA).gets_nothing()
    ward.advance(minutes=1)
    ward.handset(EVA).shows(*TOLD)
    ward.accepts(EVA)
    ward.advance(minutes=2)
    pages.stop()


def test_told_to_nobody_once_it_is_filled(make_ward: Any, plans: Any) -> None:
    """Somebody is put in before the next stage: nothing more is said."""
    ward = make_ward(begins="2026-11-25T04:59", plan=hole(plans), config=plans.CONFIG + COVERAGE)
    pages = guarded(ward)
    ward.advance(seconds=20)
    ward.handset(EVA).shows(*TOLD)
    ward.accepts(EVA)
    ward.takes_roster(plans.assignment("hc-andersberg", "Dag", "2026-11-25", "nurse", "erik"))
    ward.advance(minutes=2)
    pages.stop()
