"""Plans over changes of the clocks, in the north and in the south: as editor, coverage and resolver see them.

What a plan means is told here by a clock on the wall that never goes back: it jumps over a gap, and stands
still while an hour is shown for the second time. A shift runs while that clock shows a time within it. So a
hole, or two people at once, are found only where the plan itself has them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.model import Role
from gateway.roster.book import RosterBook
from gateway.roster.coverage_reading import holes_of_all
from gateway.roster.document import read_document
from gateway.roster.editing import change
from gateway.roster.editing_copy import source_keys, targets
from gateway.roster.editing_view import clock_note, occurrences
from gateway.roster.index import read_meta
from gateway.roster.plan import make_plan
from gateway.roster.slots import SlotKey, SlotReader
from gateway.roster.values import WEEKDAYS, Shift
from gateway.roster.wall import instant, load_zone, local_time

ZONES = ("Europe/Stockholm", "Australia/Sydney", "Australia/Lord_Howe", "America/Santiago")
"""Lord Howe's clocks change by half an hour, Santiago's at midnight."""

FIRST, LAST = date(2026, 1, 1), date(2035, 12, 31)
BEFORE_ALL = 1_764_000_000_000  # 2025-11-24: nothing of any plan here is past
DAYS = 5
DAY = timedelta(days=1)
HALF_HOUR = 1_800_000
DAY_MS = 86_400_000

# Two of three boundaries lie where some clock changes: in its gap, in its doubled hour, at their edges.
ODD = [time(hour, minute) for hour in (23, 0, 1, 2) for minute in (0, 15, 30, 45)]
ODD_TIMES = st.sampled_from(ODD)
BOUNDARIES = (
    ODD_TIMES
    | ODD_TIMES.map(lambda at: at)
    | st.times(time(0), time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0))
)

UNIT = """
[[area]]
id = "a"
name = "A"
[[unit]]
id = "u"
area = "a"
name = "U"
[[receiver]]
id = "anna"
name = "Anna"
kind = "person"
number = "20117"
units = ["u"]
"""


@cache
def changes(zone: str) -> list[date]:
    """Every day of ten years on which the clocks change."""
    place = load_zone(zone)
    days = [FIRST + number * DAY for number in range((LAST - FIRST).days)]
    offsets = [datetime.combine(day, time(12), place).utcoffset() for day in days]
    return [day for (old, new), day in zip(pairwise(offsets), days[1:], strict=True) if old != new]


def starts(zone: str) -> st.SearchStrategy[date]:
    """The first day of a plan: mostly such that the clocks change within it."""
    near = st.tuples(st.sampled_from(changes(zone)), st.integers(1, 3)).map(lambda one: one[0] - one[1] * DAY)
    return near | near | st.dates(FIRST, LAST - 9 * DAY)


@dataclass(frozen=True)
class Planned:
    """Patterns, the days that are planned, and the shifts that somebody is on."""

    first: date
    shifts: tuple[Shift, ...]
    taken: frozenset[tuple[str, date]]

    def all(self) -> list[tuple[Shift, date]]:
        days = [self.first + number * DAY for number in range(-1, DAYS + 1)]
        return [(one, day) for day in days for one in self.shifts if begins(one, day)]

    def text(self) -> str:
        found = UNIT
        for one in self.shifts:
            found += f'[[shift]]\nunit = "u"\nname = "{one.name}"\nweekdays = {list(one.weekdays)}\n'
            found += f'from = "{one.start:%H:%M}"\nto = "{one.end:%H:%M}"\n'
            bounds = {"valid_from": one.valid_from, "valid_to": one.valid_to}
            found += "".join(f"{key} = {day}\n" for key, day in bounds.items() if day)
        for name, day in sorted(self.taken):
            found += f'[[assignment]]\nunit = "u"\nshift = "{name}"\ndate = {day}\n'
            found += 'role = "nurse"\nreceivers = ["anna"]\n'
        return found.replace("'", '"')


def begins(one: Shift, day: date) -> bool:
    first, last = one.valid_from or date.min, one.valid_to or date.max
    return first <= day <= last and WEEKDAYS[day.weekday()] in one.weekdays


@st.composite
def any_plan(draw: st.DrawFn, zone: str) -> Planned:
    """Shifts that overlap, meet and leave holes, on some weekdays, for some time, with or without people."""
    first = draw(starts(zone))
    bound = st.none() | st.integers(-1, DAYS).map(lambda number: first + number * DAY)
    shifts = []
    for number in range(draw(st.integers(1, 5))):
        since, until = draw(bound), draw(bound)
        if since is not None and until is not None and until < since:
            since, until = until, since
        days = draw(
            st.just(WEEKDAYS) | st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True).map(tuple)
        )
        shifts.append(Shift("u", f"S{number}", draw(BOUNDARIES), draw(BOUNDARIES), days, since, until))
    every = Planned(first, tuple(shifts), frozenset())
    places = [(one.name, day) for one, day in every.all()]
    taken = draw(st.sets(st.sampled_from(places))) if places else set()
    return Planned(first, tuple(shifts), frozenset(taken))


@st.composite
def tiled_plan(draw: st.DrawFn, zone: str) -> Planned:
    """Shifts round the clock; on some weekdays, and from some day on, cut in another way. All are taken."""
    first = draw(starts(zone))
    opening = draw(BOUNDARIES)
    handover = first + draw(st.integers(0, DAYS)) * DAY
    weekend = set(draw(st.sets(st.sampled_from(WEEKDAYS), max_size=6)))
    shifts: list[Shift] = []
    for since, until in ((None, handover), (handover + DAY, None)):
        for some in (weekend, set(WEEKDAYS) - weekend):
            more = draw(st.sets(BOUNDARIES, max_size=4)) - {opening}
            ahead = sorted(more, key=lambda at: (at < opening, at))  # from the opening round the clock
            cuts = [opening, *ahead]
            days = tuple(day for day in WEEKDAYS if day in some)
            for number, (start, end) in enumerate(zip(cuts, [*ahead, opening], strict=True)):
                name = f"S{len(shifts)}-{number}"
                # What lies after midnight begins on the next day, and so one day later in the week.
                shifts += _on_days(name, start, end, days, since, until, late=start < opening)
    every = Planned(first, tuple(shifts), frozenset())
    return Planned(first, tuple(shifts), frozenset((one.name, day) for one, day in every.all()))


def _on_days(
    name: str,
    start: time,
    end: time,
    days: tuple[str, ...],
    since: date | None,
    until: date | None,
    *,
    late: bool,
) -> list[Shift]:
    if not days:
        return []
    if late:
        days = tuple(WEEKDAYS[(WEEKDAYS.index(day) + 1) % 7] for day in days)
        since, until = (None if day is None else day + DAY for day in (since, until))
    return [Shift("u", name, start, end, days, since, until)]


def shown(at: int, zone: ZoneInfo) -> datetime:
    """What the clock on the wall that never goes back shows; `at` is a whole minute."""
    local = local_time(at, zone)
    if local.fold:  # for an hour at most
        return max(local_time(at - minute * 60_000, zone).replace(tzinfo=None) for minute in range(61))
    return local.replace(tzinfo=None)


class Walls:
    """A plan by the clock on the wall."""

    def __init__(self, plan: Planned, zone: ZoneInfo) -> None:
        self._zone = zone
        self._times = {
            (one.name, day): (
                datetime.combine(day, one.start),
                datetime.combine(day if one.end > one.start else day + DAY, one.end),
            )
            for one, day in plan.all()
        }

    def running(self, at: int) -> set[tuple[str, date]]:
        now = shown(at, self._zone)
        return {place for place, (start, end) in self._times.items() if start <= now < end}


def load(store: Any, zone: ZoneInfo, text: str) -> None:
    """Make a plan the whole roster."""
    store.apply(make_plan(store.read, read_document(text, "SE"), zone, BEFORE_ALL, whole=True), BEFORE_ALL)


def compare(store: Any, zone: ZoneInfo, plan: Planned) -> dict[int, int]:
    """That editor, resolver and coverage say what the wall's clock says; how many are on at each instant."""
    load(store, zone, plan.text())
    found = occurrences(store.read, "u", plan.first - DAY, DAYS + 1, zone)
    assert {(one.shift, one.date) for one in found} == {
        (one.name, day) for one, day in plan.all() if day < plan.first + DAYS * DAY
    }
    assert all(one.start <= one.end for one in found)
    for one in found:
        assert (clock_note(one, zone) is None) == plain(one, zone), one
    begin = instant(plan.first, time(0), zone)
    end = begin + 3 * DAY_MS
    edges = {edge - step for one in found for edge in (one.start, one.end) for step in (0, 60_000)}
    instants = sorted({*range(begin, end, HALF_HOUR), *(at for at in edges if begin <= at < end)})
    walls, book, on = Walls(plan, zone), RosterBook(store.read), {}
    gaps = [one for one in holes_of_all(store.read, begin, 3 * DAY_MS, zone) if one.role is Role.NURSE]
    for at in instants:
        running = walls.running(at)
        assert {(one.shift, one.date) for one in found if one.start <= at < one.end} == running, at
        duty = book.duty("u", Role.NURSE, at)
        assert duty is not None
        assert sorted((one.shift, one.date) for one in duty.slots) == sorted(running & plan.taken), at
        hole = [one for one in gaps if one.start <= at < one.end]
        assert len(hole) == bool(running and not running & plan.taken), at
        on[at] = len(duty.slots)
    return on


def plain(one: Any, zone: ZoneInfo) -> bool:
    """Whether the clocks do nothing to a shift: its boundaries exist once, and it lasts as planned."""
    last = one.date if one.ends > one.begins else one.date + DAY
    edges = datetime.combine(one.date, one.begins), datetime.combine(last, one.ends)
    once = all(
        edge.replace(tzinfo=zone).utcoffset() == edge.replace(tzinfo=zone, fold=1).utcoffset()
        for edge in edges
    )
    return once and edges[1] - edges[0] == timedelta(milliseconds=one.end - one.start)


@pytest.fixture
def place(new_store: Callable[[], Any], request: pytest.FixtureRequest) -> tuple[Any, ZoneInfo]:
    """A store of a zone."""
    store, zone = new_store(), load_zone(request.param)
    store.open(zone)
    return store, zone


HOUSES = pytest.mark.parametrize("place", ZONES, indirect=True)
RANDOM = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@HOUSES
@RANDOM
@given(data=st.data())
def test_any_plan_is_what_the_wall_says(place: tuple[Any, ZoneInfo], data: st.DataObject) -> None:
    """No hole and no double cover that the plan does not have, whatever the plan; the editor explains."""
    store, zone = place
    compare(store, zone, data.draw(any_plan(zone.key)))


@HOUSES
@RANDOM
@given(data=st.data())
def test_a_plan_round_the_clock(place: tuple[Any, ZoneInfo], data: st.DataObject) -> None:
    """At every instant exactly one shift, over other weekdays, a new pattern and any change of the clocks."""
    store, zone = place
    plan = data.draw(tiled_plan(zone.key))
    assert set(compare(store, zone, plan).values()) == {1}
    found = occurrences(store.read, "u", plan.first, DAYS, zone)
    assert all(one.end == other.start for one, other in pairwise(found))


@HOUSES
def test_every_change_of_ten_years(place: tuple[Any, ZoneInfo]) -> None:
    """Copied across each, a shift keeps its wall time, and lasts as much longer or shorter as the clocks say.

    With boundaries in the gap and in the doubled hour nothing is refused.
    """
    store, zone = place
    shifts = {"Dag": (time(7), time(16)), "Natt": (time(21), time(7)), "Udda": (time(2, 30), time(23, 45))}
    patterns = tuple(Shift("u", name, *times) for name, times in shifts.items())
    days = changes(zone.key)
    assert len(days) == 20
    weeks = frozenset((name, day - 7 * DAY) for day in days for name in shifts)
    load(store, zone, Planned(days[0], patterns, weeks).text())
    lasted = set()
    for day in days:
        for name, (begin, end) in shifts.items():
            held = copied(store, zone, name, day - 7 * DAY, [day - DAY, day, day + DAY])
            assert {(one.begins, one.ends) for one in held} == {(begin, end)}
            for one in held if name != "Udda" else ():
                assert local_time(one.start, zone).time() == begin
                assert local_time(one.end, zone).time() == end
            if name == "Natt":
                lasted.add((held[0].end - held[0].start) / 3_600_000)
    step = 0.5 if zone.key == "Australia/Lord_Howe" else 1
    assert lasted == {10 - step, 10 + step}


def copied(store: Any, zone: ZoneInfo, shift: str, day: date, dates: list[date]) -> list[Any]:
    """The slots that a copy of a shift makes."""
    slots = SlotReader(store.read, read_meta(store.read).generation)
    keys = [key for one in (day, *dates) for key in source_keys("u", shift, one)]
    standing = {key: slots.one(key) for key in keys}
    planned = targets(standing, ("u", shift, day), dates, {}, assignments=True)
    store.run(change, [one.edit for one in planned], "karin", BEFORE_ALL, zone)
    found = [slots.one(SlotKey("u", shift, one, Role.NURSE)) for one in dates]
    assert all(found)
    return found


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 24), 11), (date(2027, 3, 27), 9)])
def test_golden_nights_as_duty(store: Any, day: date, hours: int) -> None:
    """The night 21:00–07:00 as the resolver knows it, to its first and last instant, and as a hole."""
    zone = load_zone("Europe/Stockholm")
    night = (Shift("u", "Natt", time(21), time(7)),)
    load(store, zone, Planned(day, night, frozenset({("Natt", day)})).text())
    begin = instant(day, time(21), zone)
    end = begin + hours * 3_600_000
    book = RosterBook(store.read)
    for at, count in ((begin - 1, 0), (begin, 1), (end - 1, 1), (end, 0)):
        duty = book.duty("u", Role.NURSE, at)
        assert duty is not None
        assert [(one.start, one.end) for one in duty.slots] == [(begin, end)] * count
    found = holes_of_all(store.read, begin - DAY_MS // 2, DAY_MS, zone)
    assert (Role.DOCTOR, begin, end) in [(one.role, one.start, one.end) for one in found]
