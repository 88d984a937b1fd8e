"""The roster as a file, and back."""

import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.model import Role
from gateway.roster import exporter
from gateway.roster.book import RosterBook
from gateway.roster.csvfile import LIST
from gateway.roster.document import read_document
from gateway.roster.exporter import export_csv, export_roster
from gateway.roster.faults import RosterFaults
from gateway.roster.sample import sample
from gateway.roster.values import WEEKDAYS
from gateway.roster.wall import load_zone, parse_time

NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=12)
WAYS = st.sampled_from(
    [
        {"number": "00001"},
        {"number": "070-174 06 06", "backup": "20118"},
        {"number": "08-123 456 78", "any_number": True},
    ]
)
KINDS = st.sampled_from(["person", "role"])
STARTS = st.sampled_from(["00:00", "07:00", "21:30"])
ADMINISTRATORS = st.sampled_from([[], [{"username": "ab12345", "name": "Karin", "email": "k@example.org"}]])
DAYS = st.integers(-3, 10).map(lambda offset: date(2026, 11, 24) + timedelta(days=offset))


@st.composite
def days(draw: st.DrawFn, used: list[date]) -> dict[str, Any]:
    """Weekdays and validity of a shift, such that it begins on the days that are used."""
    needed = {WEEKDAYS[day.weekday()] for day in used}
    more = draw(st.sets(st.sampled_from(WEEKDAYS), min_size=0 if needed else 1))
    found: dict[str, Any] = {"weekdays": [day for day in WEEKDAYS if day in needed | more]}
    margin = st.none() | st.integers(0, 5)
    before, after = draw(margin), draw(margin)
    some = used or [date(2026, 11, 24)]
    if before is not None:
        found["valid_from"] = min(some) - timedelta(days=before)
    if after is not None:
        found["valid_to"] = max(some) + timedelta(days=after)
    return found


@st.composite
def rosters(draw: st.DrawFn) -> str:
    """A sound roster file of any shape."""

    def some(of: list[Any], most: int = 3) -> list[Any]:
        return draw(st.lists(st.sampled_from(of), unique=True, max_size=most)) if of else []

    areas, units, people = (draw(st.lists(NAMES, unique=True, min_size=1, max_size=3)) for _ in range(3))
    tied = {name: some(units) for name in people}
    shifts = draw(st.lists(st.tuples(st.sampled_from(units), NAMES), unique=True, max_size=3))
    keys = some([(shift, role) for shift in shifts for role in ("doctor", "nurse", "")], 5)
    slots: dict[str, list[dict[str, Any]]] = {"assignment": [], "staffing": []}
    for (unit, shift), role in keys:
        entry = {"unit": unit, "shift": shift, "date": draw(DAYS)}
        entry["receivers"] = some([name for name in people if unit in tied[name]])
        slots["assignment" if role else "staffing"].append(entry | ({"role": role} if role else {}))
    used = {
        shift: [
            one["date"] for some in slots.values() for one in some if (one["unit"], one["shift"]) == shift
        ]
        for shift in shifts
    }
    return tomli_w.dumps(
        {
            "area": [{"id": one, "name": draw(NAMES), "fallback": some(people)} for one in areas],
            "unit": [
                {
                    "id": one,
                    "area": draw(st.sampled_from(areas)),
                    "name": draw(NAMES),
                    "fallback": some(people),
                }
                for one in units
            ],
            "receiver": [
                {"id": one, "name": draw(NAMES), "kind": draw(KINDS), "units": tied[one], **draw(WAYS)}
                for one in people
            ],
            "shift": [
                {
                    "unit": unit,
                    "name": name,
                    "from": draw(STARTS),
                    "to": "07:00",
                    **draw(days(used[unit, name])),
                }
                for unit, name in shifts
            ],
            "administrator": draw(ADMINISTRATORS),
            **slots,
        }
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=rosters())
def test_round_trip(new_store: Callable[[], Any], text: str) -> None:
    """Export → import changes nothing, merged or as the whole truth, and makes the same roster elsewhere."""
    one, other = new_store(), new_store()
    one.load(text)
    exported = export_roster(one.read)
    assert one.plan(exported).changes == ()
    assert one.plan(exported, whole=True).changes == ()
    if LIST not in text:
        assert one.csv_plan(export_csv(one.read), whole=True).changes == ()
    other.load(exported)
    assert export_roster(other.read) == exported
    assert other.plan(text).changes == ()


def test_reads_as_people_write(store: Any, frame: str, assigned: Callable[..., str]) -> None:
    """A list of names stands on one line, and what is not set is left out."""
    store.load(frame + assigned("2026-11-25", "bo", "anna"))
    text = export_roster(store.read)
    assert 'date = 2026-11-25\nrole = "nurse"\nreceivers = ["bo", "anna"]\n' in text
    assert "any_number" not in text
    assert "phone" not in text


def test_past_that_no_longer_fits(store: Any, frame: str, assigned: Callable[..., str]) -> None:
    """A past slot of somebody who is gone stays in the store, and the file says that it was left out."""
    store.load(frame + assigned("2026-11-23", "anna"))
    store.load("", whole=True)
    text = export_roster(store.read)
    assert "# 1 past slots are left out" in text
    assert tomllib.loads(text) == {}
    assert store.plan(text, whole=True).changes == ()


def test_too_much_for_a_file(
    store: Any, frame: str, assigned: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """More assignments than a file may hold are refused rather than cut."""
    store.load(frame + assigned("2026-11-25", "bo") + assigned("2026-11-26", "bo"))
    monkeypatch.setattr(exporter, "MAX_SLOTS", 1)
    with pytest.raises(RosterFaults, match="assignment: the roster holds 2; a TOML file may hold 1"):
        export_roster(store.read)


@pytest.mark.parametrize("days", [1, 14])
def test_sample(store: Any, days: int) -> None:
    """The sample is one area, three units, eight receivers, and both roles on at every hour of its days."""
    today = date(2026, 11, 24)
    text = sample(today, days)
    read = read_document(text, "SE")
    assert (len(read.areas), len(read.units), len(read.receivers)) == (1, 3, 8)
    assert "Bakjour kirurgi" in {entry.value.name for entry in read.receivers}
    store.load(text)
    zone = load_zone("Europe/Stockholm")
    begin = parse_time(f"{today}T00:00", zone)
    book = RosterBook(store.read)
    for hour in range(24 * days):
        for entry in read.units:
            for role in Role:
                duty = book.duty(entry.value.id, role, begin + hour * 3_600_000)
                assert duty is not None
                assert [slot for slot in duty.slots if slot.receivers]
    assert not store.plan(sample(today + timedelta(days=1), days)).deletions


@pytest.mark.parametrize("days", [0, -1, 367])
def test_sample_of_no_days(days: int) -> None:
    """A number of days that is not possible is refused."""
    with pytest.raises(ValueError, match="allowed: 1 to 366"):
        sample(date(2026, 11, 24), days)
