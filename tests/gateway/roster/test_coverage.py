"""Coverage: holes, thin shifts, and warnings that come once."""

import sqlite3
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock as Time

from gateway.clock import Clock
from gateway.model import Alert, NumberKind, Proof, Role
from gateway.ports import Capabilities, StoreUnavailable
from gateway.roster import coverage_guard, coverage_stages
from gateway.roster.coverage import State, joined, without
from gateway.roster.coverage_guard import CoverageGuard
from gateway.roster.coverage_reading import coverage, holes_of_all
from gateway.roster.wall import parse_time
from gateway.routing.ladder import Way

ZONE = ZoneInfo("Europe/Stockholm")
UNIT = "hc-andersberg"
MIDNIGHT = datetime(2026, 11, 24, 0, 0, tzinfo=ZONE)


def at(text: str) -> int:
    return parse_time(text, ZONE)


NOON = at("2026-11-24T12:00")
BOTH = (NumberKind.EXTENSION, NumberKind.MOBILE)

spans = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)).map(lambda one: (one[0], one[0] + one[1])))


@given(spans, spans)
def test_what_is_left_is_what_nothing_covers(planned: Any, covered: Any) -> None:
    """Instant by instant: planned and not covered, in spans that are apart and in order."""
    left = list(without(joined(planned), joined(covered)))
    instants = {at for start, end in planned for at in range(start, end)}
    instants -= {at for start, end in covered for at in range(start, end)}
    assert {at for start, end in left for at in range(start, end)} == instants
    assert all(start < end for start, end in left)
    assert all(one[1] <= other[0] for one, other in pairwise(left))


def states(
    store: Any, now: int = NOON, days: int = 1, served: Any = BOTH
) -> dict[tuple[str, str, str], State]:
    covers, _ = coverage(store.read, UNIT, now, days, ZONE, served)
    return {(one.occurrence.shift, str(one.occurrence.date), one.role): one.state for one in covers}


def test_empty_thin_and_covered(store: Any, frame: str, assigned: Callable[..., str]) -> None:
    """Per shift and role; a past shift is not shown."""
    store.load(frame + assigned("2026-11-24", "anna") + assigned("2026-11-25", "bo"))
    assert states(store) == {
        ("Dag", "2026-11-24", "doctor"): State.EMPTY,
        ("Dag", "2026-11-24", "nurse"): State.COVERED,
        ("Natt", "2026-11-24", "doctor"): State.EMPTY,
        ("Natt", "2026-11-24", "nurse"): State.EMPTY,
        ("Dag", "2026-11-25", "doctor"): State.EMPTY,
        ("Dag", "2026-11-25", "nurse"): State.COVERED,
    }


def test_a_number_that_no_carrier_serves_is_thin(store: Any, frame: str, assigned: Any) -> None:
    """Unless a second number is served."""
    store.load(frame + assigned("2026-11-24", "bo") + assigned("2026-11-25", "anna"))
    found = states(store, served=(NumberKind.MOBILE,))
    assert found["Dag", "2026-11-24", "nurse"] is State.THIN
    assert found["Dag", "2026-11-25", "nurse"] is State.COVERED


def test_one_person_in_two_units_is_thin(store: Any, frame: str, assigned: Any) -> None:
    """At the same time; one after the other is no trouble, and two roles of one unit are none either."""
    other = assigned("2026-11-24", "bo").replace(UNIT, "hc-satra")
    shift = '\n[[shift]]\nunit = "hc-satra"\nname = "Dag"\nfrom = "07:00"\nto = "16:00"\n'
    store.load(
        frame
        + shift
        + other
        + assigned("2026-11-24", "bo")
        + assigned("2026-11-24", "bo", shift="Natt")
        + assigned("2026-11-24", "bo", role="doctor", shift="Natt")
    )
    covers, _ = coverage(store.read, UNIT, NOON, 1, ZONE, BOTH)
    found = {(one.occurrence.shift, one.role): one for one in covers if one.receivers}
    assert found["Dag", Role.NURSE].state is State.THIN
    assert "HC Sätra" in found["Dag", Role.NURSE].reasons[0].sv
    assert found["Natt", Role.NURSE].state is State.COVERED


def test_a_failed_test_page_is_thin(store: Any, frame: str, assigned: Any) -> None:
    """Until the number is proved."""
    store.load(frame + assigned("2026-11-24", "bo"))
    for result, state in (("failed", State.THIN), ("pending", State.COVERED), ("proved", State.COVERED)):
        store.write.execute(
            "INSERT OR REPLACE INTO number_proof VALUES ('20118', ?, 1, ?, 'karin')", (result, NOON)
        )
        assert states(store)["Dag", "2026-11-24", "nurse"] is state


def test_holes_are_what_the_plan_lacks(store: Any, frame: str, assigned: Any) -> None:
    """Only where a shift is planned; the time between Dag and Natt is none, and neighbours join.

    A hole that goes on begins where it began, though the shift of that time is over.
    """
    store.load(frame + assigned("2026-11-24", "anna") + assigned("2026-11-24", "anna", shift="Natt"))
    found = [hole for hole in holes_of_all(store.read, NOON, 24 * 3_600_000, ZONE) if hole.role is Role.NURSE]
    assert [(hole.start, hole.end) for hole in found] == [(at("2026-11-25T07:00"), at("2026-11-25T16:00"))]
    doctors = [hole for hole in holes_of_all(store.read, NOON, 86_400_000, ZONE) if hole.role is Role.DOCTOR]
    assert [(hole.start, hole.end) for hole in doctors] == [
        (at("2026-11-23T21:00"), at("2026-11-24T16:00")),
        (at("2026-11-24T21:00"), at("2026-11-25T16:00")),
    ]


@pytest.mark.parametrize("zone", ["Europe/Stockholm", "Australia/Sydney"])
def test_round_the_clock_has_no_hole(new_store: Any, frame: str, zone: str) -> None:
    """Shifts that meet cover every instant of both clock changes, in the north and in the south."""
    store = new_store()
    whole = ZoneInfo(zone)
    store.open(whole)
    from gateway.roster.document import read_document  # noqa: PLC0415
    from gateway.roster.plan import make_plan  # noqa: PLC0415

    kvall = frame + '\n[[shift]]\nunit = "hc-andersberg"\nname = "Kväll"\nfrom = "16:00"\nto = "21:00"\n'
    for first in (date(2027, 3, 24), date(2027, 4, 1), date(2026, 10, 1), date(2026, 10, 22)):
        text = kvall
        for day in (first + timedelta(days=number) for number in range(6)):
            for shift in ("Dag", "Kväll", "Natt"):
                for role in Role:
                    text += (
                        f'[[assignment]]\nunit = "{UNIT}"\nshift = "{shift}"\ndate = {day}\n'
                        f'role = "{role}"\nreceivers = ["anna"]\n'
                    )
        begin = parse_time(f"{first}T07:00", whole)
        plan = make_plan(store.read, read_document(text, "SE"), whole, begin - 86_400_000)
        store.apply(plan, begin - 86_400_000)
        assert holes_of_all(store.read, begin, 4 * 86_400_000, whole) == []


class House:
    """A guard on a clock that the test moves; its pages are kept."""

    def __init__(self, store: Any) -> None:
        self.store = store
        self.time = Time()
        self.down = False
        self.reads = 0
        self.unreadable = False
        self.alarms: list[str] = []
        self.texts: list[str] = []
        self.people = ["anna"]
        self.guard = self.make()

    def wall(self) -> int:
        return NOON + round(self.time.seconds() * 1000)

    def make(self) -> CoverageGuard:
        from gateway.roster.book import RosterBook  # noqa: PLC0415

        book = RosterBook(self.store.read)
        ways = (Way("dect", Capabilities(NumberKind.EXTENSION, Proof.DELIVERED, True, False, 128, len)),)
        return CoverageGuard(
            Clock(self.time, self.wall),
            self.store,
            self,  # type: ignore[arg-type]
            self,  # type: ignore[arg-type]
            ways,
            ZONE,
            "sv",
            self.run,
            lambda: [one for name in self.people if (one := book.receiver(name))],
            lambda unit: "HC Andersberg" if unit == UNIT else unit,
            book.revision,
        )

    def run(self, work: Callable[[sqlite3.Connection], Any]) -> Deferred[Any]:
        self.reads += 1
        if self.unreadable:
            return fail(sqlite3.OperationalError("disk I/O error"))
        return succeed(work(self.store.read))

    def raise_alarm(self, key: str, text: str) -> None:
        self.alarms.append(text)

    def clear_alarm(self, key: str) -> None:
        self.alarms.append("cleared")

    def page(self, alert: Alert, beside: Callable[[sqlite3.Connection, int], object]) -> Deferred[int]:
        if self.down:
            return fail(StoreUnavailable("disk full"))
        self.texts.append(alert.subject.note or "")
        self.store.run(lambda_named(beside))
        return succeed(1)

    def until(self, text: str) -> list[str]:
        """Look every quarter of a minute until then; what was paged meanwhile."""
        before = len(self.texts)
        while self.wall() < at(text):
            self.guard.look()
            self.time.advance(min(15.0, (at(text) - self.wall()) / 1000))
        self.guard.look()
        return self.texts[before:]


def lambda_named(beside: Any) -> Any:
    def written(conn: sqlite3.Connection) -> object:
        return beside(conn, 1)

    return written


@pytest.fixture
def covered(store: Any, frame: str, assigned: Any) -> Any:
    """Nobody is missing but the nurse of the night of the 25th and everybody after the 26th."""
    text = frame
    for day in (24, 25, 26):
        for shift in ("Dag", "Natt"):
            text += assigned(f"2026-11-{day}", "anna", shift=shift, role="doctor")
            if (day, shift) != (25, "Natt"):
                text += assigned(f"2026-11-{day}", "bo", shift=shift)
    store.load(text)
    return store


def test_warnings_come_once_at_each_stage(covered: Any) -> None:
    """A day, two hours and a quarter before, and when it begins: each once, over restarts too."""
    house = House(covered)
    assert house.until("2026-11-24T20:59") == []
    told = "Lucka i schemat: HC Andersberg utan sjuksköterska från 21:00 25/11"
    assert house.until("2026-11-24T21:01") == [told]
    house.guard = house.make()
    assert house.until("2026-11-25T18:59") == []
    assert house.until("2026-11-25T19:01") == [told]
    assert house.until("2026-11-25T20:46") == [told]
    house.guard = house.make()
    assert house.until("2026-11-25T20:59") == []
    assert house.until("2026-11-25T21:01") == [told]
    assert house.until("2026-11-26T06:00") == []


def test_a_late_start_tells_the_last_stage_alone(covered: Any) -> None:
    """What is past is not told in a row."""
    house = House(covered)
    house.time.advance(33 * 3600 - 600)
    assert len(house.until("2026-11-25T20:59")) == 1


def test_a_hole_that_is_closed_is_told_no_more(covered: Any, assigned: Any) -> None:
    """And told again should it open again."""
    house = House(covered)
    assert len(house.until("2026-11-24T21:01")) == 1
    covered.load(assigned("2026-11-25", "bo", shift="Natt"), house.wall())
    assert house.until("2026-11-25T20:00") == []
    covered.load(assigned("2026-11-25", shift="Natt"), house.wall())
    assert len(house.until("2026-11-25T20:01")) == 1


def test_a_hole_over_several_shifts_is_told_as_one(covered: Any, assigned: Any) -> None:
    """It keeps its beginning while it goes on: the next empty shift of it is nothing new."""
    covered.load(assigned("2026-11-26"))
    house = House(covered)
    told = house.until("2026-11-26T15:59")
    assert len([text for text in told if "från 21:00 25/11" in text]) == 4
    assert not [text for text in told if "från 07:00 26/11" in text]


@pytest.mark.parametrize(("last", "count"), [("2026-11-24", 0), ("2026-11-25", 4)])
def test_only_while_the_shift_is_valid(covered: Any, frame: str, last: str, count: int) -> None:
    """The night of the 25th that nobody has is a hole if the pattern still holds on that day."""
    bounded = frame.replace('to = "07:00"', f'to = "07:00"\nvalid_to = {last}')
    covered.load(bounded + no_nights_after(last))
    house = House(covered)
    told = [text for text in house.until("2026-11-25T22:00") if "21:00" in text]
    assert len(told) == count


def no_nights_after(last: str) -> str:
    """Empties every night after that day."""
    days = [day for day in ("2026-11-25", "2026-11-26") if day > last]
    return "".join(
        f'[[assignment]]\nunit = "{UNIT}"\nshift = "Natt"\ndate = {day}\nrole = "{role}"\nreceivers = []\n'
        for day in days
        for role in Role
    )


def test_many_holes_are_one_page(store: Any, frame: str) -> None:
    """The first are named, the rest counted."""
    store.load(frame)
    house = House(store)
    house.guard.look()
    (text,) = house.texts
    assert text.endswith("och 2 till")


def test_what_many_holes_leave_is_written_in_parts(
    store: Any, frame: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No job of the writer holds more than a part, and all of it is noted: a restart tells nothing again."""
    monkeypatch.setattr(coverage_guard, "NOTED_AT_ONCE", 3)
    jobs: list[int] = []
    real = coverage_stages.note

    def note(conn: sqlite3.Connection, rows: Any, now: int) -> None:
        jobs.append(len(rows))
        real(conn, rows, now)

    monkeypatch.setattr(coverage_guard, "note", note)
    store.load(frame)
    house = House(store)
    house.guard.look()
    assert len(jobs) > 1
    assert max(jobs) <= 3
    (noted,) = store.read.execute("SELECT count(*) FROM coverage_warning").fetchone()
    assert noted == sum(jobs)
    house.guard = house.make()
    house.guard.look()
    assert len(house.texts) == 1


def test_nothing_is_read_while_nothing_is_due(covered: Any) -> None:
    """Between two looks at the plan a turn costs nothing, and yet no stage is late."""
    house = House(covered)
    house.until("2026-11-24T20:56")
    before = house.reads
    assert house.until("2026-11-24T20:59") == []
    assert house.reads - before <= 2
    assert len(house.until("2026-11-24T21:00")) == 1


def test_a_plan_that_cannot_be_read_is_alarmed(covered: Any) -> None:
    """Until it can be; and what was due meanwhile is told then."""
    house = House(covered)
    house.unreadable = True
    assert house.until("2026-11-24T21:01") == []
    assert house.alarms
    assert set(house.alarms) == {"holes in the plan are not told: disk I/O error"}
    house.unreadable = False
    assert len(house.until("2026-11-24T21:02")) == 1
    assert house.alarms[-1] == "cleared"


def test_a_page_that_is_not_stored_is_tried_again(covered: Any) -> None:
    """Nothing is written as told that was not, and that it was not is alarmed."""
    house = House(covered)
    house.down = True
    assert house.until("2026-11-24T21:01") == []
    assert "not told: disk full" in house.alarms[-1]
    house.down = False
    assert len(house.until("2026-11-24T21:02")) == 1


def test_with_nobody_named_nothing_is_paged(covered: Any) -> None:
    """And it is not told later what was due before somebody was named."""
    house = House(covered)
    house.people = []
    assert house.until("2026-11-24T21:01") == []
    house.people = ["anna"]
    assert house.until("2026-11-24T21:05") == []
