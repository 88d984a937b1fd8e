"""Test pages from the roster: marked TEST, followed until answered, and proof of a number."""

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from gateway.testpages import TestPages


class Office:
    """Sends test pages through a ward, and says what is known of a number."""

    def __init__(self, ward: Any) -> None:
        self.ward = ward
        self.opens()

    def opens(self) -> None:
        """As the gateway does at its start."""
        gateway = self.ward.gateway
        self.pages = TestPages(
            gateway._clock,
            self.ward.writer,
            self.ward.reader,
            gateway.pager,
            gateway.outbox,
            gateway.ways,
            gateway.keeper.get,
        )
        self.pages.start()

    def sends(self, *names: str, unit: str = "hc-andersberg") -> int:
        """A test page to these receivers; the alert's number."""
        book = self.ward.gateway.book
        receivers = [book.receiver(name) for name in names]
        done: list[Any] = []
        work = self.pages.send(receivers, book.unit(unit), None, "karin")
        Deferred.fromCoroutine(work).addBoth(done.append)
        assert isinstance(done[0], int), done
        self.ward.settles()
        return done[0]

    def knows(self, number: str) -> str:
        """What the last test page to a number showed."""
        row = self.ward.reader.execute(
            "SELECT result FROM number_proof WHERE number = ?", (number,)
        ).fetchone()
        return "unproved" if row is None else str(row[0])


@pytest.fixture
def office(ward: Any) -> Office:
    return Office(ward)


def test_answered_is_proved(ward: Any, office: Office) -> None:
    """The handset shows TEST, the unit and how to answer; the OK key proves the number."""
    assert office.knows("20117") == "unproved"
    office.sends("anna")
    ward.handset("20117").shows("TEST", "HC Andersberg", "Svara OK")
    assert office.knows("20117") == "pending"
    ward.accepts("20117")
    assert office.knows("20117") == "proved"


def test_unanswered_has_failed(ward: Any, office: Office) -> None:
    """After five minutes; nobody else is paged, and nobody is alarmed."""
    office.sends("anna")
    ward.handset("20117").shows("TEST")
    ward.advance(minutes=6)
    assert office.knows("20117") == "failed"
    assert ward.gateway.alarms.standing() == []


def test_the_last_test_page_decides(ward: Any, office: Office) -> None:
    """A number that was proved is pending again, and proved by the next answer."""
    for _ in range(2):
        office.sends("anna")
        ward.handset("20117").shows("TEST")
        assert office.knows("20117") == "pending"
        ward.accepts("20117")
        assert office.knows("20117") == "proved"


def test_it_goes_on_over_a_restart(ward: Any, office: Office) -> None:
    """An answer that comes after it proves the number all the same."""
    office.sends("anna")
    ward.handset("20117").shows("TEST")
    ward.stops()
    ward.starts()
    office.opens()
    ward.accepts("20117")
    assert office.knows("20117") == "proved"


def test_the_next_of_a_role_is_tested_too(ward: Any, office: Office) -> None:
    """Of two people the first does not answer and has failed; the second is proved by his answer."""
    office.sends("anna", "erik")
    ward.handset("20117").shows("TEST")
    ward.advance(minutes=5, seconds=5)
    ward.handset("20118").shows("TEST")
    ward.accepts("20118")
    assert (office.knows("20117"), office.knows("20118")) == ("failed", "proved")


def test_where_no_answer_can_come_a_delivery_proves(make_ward: Any, plans: Any) -> None:
    """An SMS whose sender is a name cannot be answered; its receipt proves the number."""
    ward = make_ward(config=plans.CONFIG.replace("+46701740699", "Bakjour"))
    office = Office(ward)
    office.sends("maria")
    ward.phone("+46701740606").gets("TEST", "HC Andersberg")
    ward.advance(seconds=30)
    assert office.knows("+46701740606") == "proved"


def test_nobody_whom_a_carrier_reaches(ward: Any, office: Office, plans: Any) -> None:
    """It is refused, and nothing is stored."""
    from gateway.requests import Refused  # noqa: PLC0415

    office.pages._ways = ()
    book = ward.gateway.book
    failed: list[Any] = []
    work = office.pages.send([book.receiver("anna")], book.unit("hc-andersberg"), None, "karin")
    Deferred.fromCoroutine(work).addErrback(failed.append)
    assert failed[0].check(Refused)
    assert office.knows("20117") == "unproved"
