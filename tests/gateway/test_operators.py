"""Pages to the people who run the gateway, over its own carriers."""

from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock as Time

from gateway.clock import Clock
from gateway.model import NumberKind, Origin, Proof
from gateway.operators import AS_OPERATOR, Operators
from gateway.ports import Capabilities, StoreUnavailable
from gateway.roster.values import Receiver, ReceiverKind
from gateway.routing.ladder import Way
from gateway.store.values import Accepted

WAYS = (Way("sms", Capabilities(NumberKind.MOBILE, Proof.DELIVERED, False, False, 160, len)),)
IT = tuple(
    Receiver(name, name.title(), ReceiverKind.PERSON, f"+4670174060{place}", NumberKind.MOBILE)
    for place, name in enumerate(("karin", "olle"))
)


class House:
    """Keeps what was stored, adopted and withdrawn."""

    def __init__(self) -> None:
        self.stored: list[Any] = []
        self.adopted: list[Any] = []
        self.withdrawn: list[int] = []
        self.shouted: list[tuple[list[str], str]] = []
        self.down = False
        self.hold: Deferred[Any] | None = None
        clock = Clock(Time(), lambda: 1_795_000_000_000)
        self.operators = Operators(
            clock,
            self,  # type: ignore[arg-type]
            WAYS,
            lambda stored, change: self.adopted.append(stored),
            self.withdrawn.append,
            lambda routes, text: self.shouted.append(([route.number for route in routes], text)),
            "sv",
        )

    def run(self, work: Any, alert: Any, steps: Any) -> "Deferred[Any]":
        if self.down:
            return fail(StoreUnavailable("gone"))
        self.stored.append(alert)
        from msgspec.structs import replace  # noqa: PLC0415

        accepted = Accepted(replace(alert, id=len(self.stored)), (), False)
        return succeed(accepted) if self.hold is None else self.hold.addCallback(lambda _: accepted)


@pytest.fixture
def house() -> House:
    return House()


def test_an_alarm_is_an_alert_to_the_operators_in_order(house: House) -> None:
    """Opened, of the gateway's own source, told in the words for people, never before a priority 1."""
    house.operators.know(IT)
    house.operators.page("line:dect", "line dect is down: cannot connect", last=False)
    (alert,) = house.stored
    assert [rung.receiver for rung in alert.rungs] == ["karin", "olle"]
    assert {rung.origin for rung in alert.rungs} == {Origin.OPERATORS}
    assert alert.subject.kind is None
    assert alert.subject.note == "linjen dect är nere"
    assert alert.subject.priority > 1
    assert [page.state for page in alert.pages] == ["queued"]
    assert house.adopted[0].alert.id == 1


def test_the_last_page_for_a_while_says_that_there_are_more(house: House) -> None:
    """And where to find them."""
    house.operators.know(IT)
    house.operators.page("line:dect", "x", last=True)
    assert "bakjour alarms" in house.stored[0].subject.note


def test_two_pages_are_two_alerts(house: House) -> None:
    """The store must not take the second for a repeat of the first."""
    house.operators.know(IT)
    for key in ("line:dect", "line:sms"):
        house.operators.page(key, "x", last=False)
    assert len({alert.event for alert in house.stored}) == 2


def test_without_anybody_named_nothing_is_stored(house: House) -> None:
    """The log and the board have it."""
    house.operators.page("line:dect", "x", last=False)
    assert house.stored == []
    assert house.operators.rungs(Origin.CATCH_ALL, AS_OPERATOR) == ()


def test_a_page_about_what_is_mended_is_taken_back(house: House) -> None:
    """Once; what was never paged is nothing to take back."""
    house.operators.know(IT)
    house.operators.page("line:dect", "x", last=False)
    house.operators.mended("line:dect")
    house.operators.mended("line:dect")
    house.operators.mended("line:sms")
    assert house.withdrawn == [1]


def test_the_alarm_that_the_store_is_gone_needs_no_store(house: House) -> None:
    """It is said without being stored, over the routes of the operators in order."""
    house.operators.know(IT)
    house.down = True
    house.operators.page("store", "disk full", last=False)
    assert house.adopted == []
    assert house.shouted == [
        (["+46701740600", "+46701740601"], "lagringen tar inte emot ändringar"),
    ]


def test_what_was_mended_before_its_page_was_stored_is_taken_back(house: House) -> None:
    """A page that is committed after the alarm was cleared pages nobody for long."""
    house.operators.know(IT)
    house.hold = Deferred()
    house.operators.page("line:dect", "x", last=False)
    house.operators.mended("line:dect")
    assert house.withdrawn == []
    house.hold.callback(None)
    assert house.withdrawn == [1]
