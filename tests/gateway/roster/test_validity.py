"""Shift patterns that hold for a time: a shift begins on its weekdays from `valid_from` to `valid_to`."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import Role
from gateway.roster.book import RosterBook
from gateway.roster.coverage import State
from gateway.roster.coverage_reading import coverage, holes_of_all
from gateway.roster.csvfile import read_csv
from gateway.roster.document import read_document
from gateway.roster.editing import change, examine
from gateway.roster.editing_copy import source_keys, targets
from gateway.roster.editing_values import SlotEdit
from gateway.roster.editing_view import occurrences
from gateway.roster.exporter import export_csv, export_roster
from gateway.roster.faults import RosterFaults
from gateway.roster.index import read_meta
from gateway.roster.slots import SlotKey, SlotReader
from gateway.roster.values import WEEKDAYS, Shift
from gateway.roster.wall import load_zone, parse_time

Assign = Callable[..., str]
ZONE = load_zone("Europe/Stockholm")
UNIT = "hc-andersberg"
NOON = parse_time("2026-11-24T12:00", ZONE)  # a Tuesday
DAY_MS = 86_400_000
DATES = st.dates(date(2026, 11, 1), date(2026, 12, 31))


def valid(frame: str, first: str = "", last: str = "") -> str:
    """The frame whose day shift holds from `first` to `last`."""
    keys = "".join(f"\n{key} = {day}" for key, day in (("valid_from", first), ("valid_to", last)) if day)
    return frame.replace('to = "16:00"', f'to = "16:00"{keys}')


def faults(store: Any, text: str, **how: Any) -> list[str]:
    before = export_roster(store.read)
    with pytest.raises(RosterFaults) as refused:
        store.load(text, **how)
    assert export_roster(store.read) == before
    return [str(fault) for fault in refused.value.faults]


def days_of(store: Any, shift: str = "Dag") -> list[str]:
    found = occurrences(store.read, UNIT, date(2026, 11, 20), 20, ZONE)
    return [str(one.date)[5:] for one in found if one.shift == shift and one.planned]


@given(
    day=DATES, first=st.none() | DATES, last=st.none() | DATES, weekdays=st.sets(st.sampled_from(WEEKDAYS))
)
def test_the_days_on_which_a_shift_begins(
    day: date, first: date | None, last: date | None, weekdays: set[str]
) -> None:
    """On its weekdays that are neither before the first date nor after the last, both inclusive."""
    shift = Shift("u", "Dag", time(7), time(16), tuple(weekdays), first, last)
    within = (first is None or first <= day) and (last is None or day <= last)
    assert (shift.barred_by(day) is None) == (within and WEEKDAYS[day.weekday()] in weekdays)


def test_as_toml_and_as_csv(frame: str) -> None:
    """Dates in both forms; left out, there is no bound."""
    toml = read_document(valid(frame, "2026-12-01", "2026-12-01"), "SE")
    head = "table;unit;name;from;to;valid_from;valid_to\n"
    text = read_csv(f"{head}shift;{UNIT};Dag;07:00;16:00;2026-12-01;2026-12-01\n", "SE")
    assert (toml.faults, text.faults) == ((), ())
    assert toml.shifts[0].value == text.shifts[0].value
    assert toml.shifts[0].value.valid_from == toml.shifts[0].value.valid_to == date(2026, 12, 1)
    assert toml.shifts[1].value.valid_from is toml.shifts[1].value.valid_to is None
    (fault,) = read_csv(f"{head}shift;{UNIT};Dag;07:00;16:00;;1 dec\n", "SE").faults
    assert fault.path == "line 2.valid_to"


def test_an_end_before_the_beginning(frame: str) -> None:
    """Is a fault that says so."""
    (fault,) = read_document(valid(frame, "2026-12-01", "2026-11-30"), "SE").faults
    told = "2026-11-30 is before valid_from, 2026-12-01; allowed: that date or a later one"
    assert str(fault) == f"shift[0].valid_to: {told}"
    (fault,) = read_document(valid(frame, '"2026-12-01"', "2026-11-30"), "SE").faults
    assert str(fault) == "shift[0].valid_from: must be a date without quotes, such as 2026-11-24"


def test_where_the_shift_is_listed(store: Any, frame: str) -> None:
    """Only the days from the first to the last, both inclusive, are planned."""
    store.load(valid(frame, "2026-11-23", "2026-11-26"))
    assert days_of(store) == ["11-23", "11-24", "11-25", "11-26"]
    assert len(days_of(store, "Natt")) == 20


def test_somebody_on_a_day_without_the_shift(store: Any, frame: str, assigned: Assign) -> None:
    """An import is refused like one of a wrong weekday, with the days that the shift has."""
    text = valid(frame, "2026-11-25", "2026-11-30")
    days = "mon, tue, wed, thu, fri, sat, sun from 2026-11-25 to 2026-11-30"
    for day, weekday in (("2026-11-24", "tue"), ("2026-12-01", "tue")):
        told = f"{day} is a {weekday}, when Dag does not begin; its days: {days}"
        assert faults(store, text + assigned(day, "anna")) == [f"assignment[0].date: {told}"]
    store.load(text + assigned("2026-11-25", "anna") + assigned("2026-11-30", "anna"))


@pytest.mark.parametrize(
    ("first", "last", "key", "left"),
    [
        ("2026-11-25", "", "valid_from", "hc-andersberg Dag 2026-11-24 nurse"),
        ("", "2026-11-26", "valid_to", "hc-andersberg Dag 2026-11-27 nurse"),
        ("", "2026-11-23", "valid_to", "2026-11-24 nurse, hc-andersberg Dag 2026-11-27 nurse"),
    ],
)
def test_narrowing_under_people_is_refused(
    store: Any, frame: str, assigned: Assign, first: str, last: str, key: str, left: str
) -> None:
    """With the places named, the running shift's too; nobody is dropped, and everybody is paged as before."""
    store.load(
        frame + assigned("2026-11-23", "anna") + assigned("2026-11-24", "anna") + assigned("2026-11-27", "bo")
    )
    (told,) = faults(store, valid(frame, first, last))
    assert told.startswith(f"shift[0].{key}: this would leave slots that it no longer allows: ")
    assert told.endswith(left)
    book = RosterBook(store.read)
    for at, name in ((NOON, "anna"), (parse_time("2026-11-27T08:00", ZONE), "bo")):
        duty = book.duty(UNIT, Role.NURSE, at)
        assert duty is not None
        assert [one.id for slot in duty.slots for one in slot.receivers] == [name]


def test_a_night_that_runs_is_not_cut(store: Any, frame: str, assigned: Assign) -> None:
    """The last night began yesterday and goes on: its pattern cannot end before it."""
    store.load(frame + assigned("2026-11-23", "bo", shift="Natt"))
    early = parse_time("2026-11-24T06:59", ZONE)
    ends = frame.replace('to = "07:00"', 'to = "07:00"\nvalid_to = 2026-11-22')
    assert len(faults(store, ends, now=early)) == 1
    store.load(ends, now=early + 60_000)


def test_narrowing_where_only_the_past_is_left(store: Any, frame: str, assigned: Assign) -> None:
    """Is allowed once the slots are emptied; the past stays, is shown, and is left out of the file alone."""
    staffed = '[[staffing]]\nunit = "hc-andersberg"\nshift = "Dag"\ndate = 2026-11-23\nreceivers = ["bo"]\n'
    store.load(frame + assigned("2026-11-23", "anna") + assigned("2026-11-25", "anna") + staffed)
    store.load(valid(frame, "2026-12-01") + assigned("2026-11-25"))
    (past,) = [one for one in occurrences(store.read, UNIT, date(2026, 11, 23), 2, ZONE) if not one.planned]
    assert {role: placed.held.receivers for role, placed in past.slots.items()} == {
        Role.NURSE: ("anna",),
        None: ("bo",),
    }
    text = export_roster(store.read)
    assert "# 2 past slots are left out" in text
    assert store.plan(text, whole=True).changes == ()


@pytest.mark.parametrize(("first", "last"), [("2026-11-26", ""), ("", "2026-11-24")])
def test_editing_a_day_without_the_shift(store: Any, frame: str, first: str, last: str) -> None:
    """Is a fault with the shift's days; the day of the bound itself is free."""
    store.load(valid(frame, first, last))
    key = SlotKey(UNIT, "Dag", date(2026, 11, 25), Role.NURSE)
    (fault,) = examine(store.read, [SlotEdit(key, ("bo",))], "karin", NOON, ZONE)
    assert fault.path == "slots[0].date"
    assert "does not begin on 2026-11-25; its days: mon, tue" in fault.message
    bound = date.fromisoformat(first or last)
    assert examine(store.read, [SlotEdit(key._replace(date=bound), ("bo",))], "karin", NOON, ZONE) == []


def test_copying_to_a_day_without_the_shift(store: Any, frame: str, assigned: Assign) -> None:
    """Nothing of the copy is done, and the fault names the date."""
    store.load(valid(frame, "", "2026-11-26") + assigned("2026-11-25", "bo"))
    slots = SlotReader(store.read, read_meta(store.read).generation)
    dates = [date(2026, 11, 26), date(2026, 11, 27)]
    keys = [key for day in (date(2026, 11, 25), *dates) for key in source_keys(UNIT, "Dag", day)]
    standing = {key: slots.one(key) for key in keys}
    planned = targets(standing, (UNIT, "Dag", date(2026, 11, 25)), dates, {}, assignments=True)
    edits = [one.edit for one in planned]
    found = examine(store.read, edits, "karin", NOON, ZONE)
    assert {fault.path for fault in found} == {"slots[3].date", "slots[5].date"}  # staffing and nurse
    with pytest.raises(RosterFaults, match="does not begin on 2026-11-27"):
        change(store.write, edits, "karin", NOON, ZONE)
    assert slots.one(keys[-1]) is None


def test_coverage(store: Any, frame: str, assigned: Assign) -> None:
    """No hole where the shift does not hold, and an empty shift where it does, to its last day."""
    night = frame[: frame.index('[[shift]]\nunit = "hc-andersberg"\nname = "Natt"')]
    store.load(valid(night, "2026-11-26", "2026-11-27") + assigned("2026-11-26", "bo"))
    covers, holes = coverage(store.read, UNIT, NOON, 14, ZONE, ())
    assert [(str(one.occurrence.date), one.role, one.state) for one in covers] == [
        ("2026-11-26", Role.DOCTOR, State.EMPTY),
        ("2026-11-26", Role.NURSE, State.THIN),
        ("2026-11-27", Role.DOCTOR, State.EMPTY),
        ("2026-11-27", Role.NURSE, State.EMPTY),
    ]
    nurse = [(one.start, one.end) for one in holes if one.role is Role.NURSE]
    assert nurse == [(parse_time("2026-11-27T07:00", ZONE), parse_time("2026-11-27T16:00", ZONE))]
    assert holes_of_all(store.read, NOON, 14 * DAY_MS, ZONE) == holes


def test_only_the_validity_changes(store: Any, frame: str, assigned: Assign) -> None:
    """It is told, the slots stay as they are, and taking the bound away again is a change too."""
    store.load(frame + assigned("2026-11-25", "anna"))
    plan = store.load(valid(frame, "2026-11-01", "2026-12-24"))
    (told,) = map(str, plan.changes)
    assert "valid_from none → 2026-11-01" in told
    assert "valid_to none → 2026-12-24" in told
    for text in (export_roster(store.read), export_csv(store.read)):
        assert text.count("2026-12-24") == 1
    assert read_csv(export_csv(store.read), "SE").faults == ()
    assert len(store.load(frame).changes) == 1
    assert "valid_" not in export_roster(store.read)
