"""Local wall time and the instants that it means."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.roster.wall import WallTimeError, instant, load_zone, local_time, parse_time, span, time_of_day

STOCKHOLM = load_zone("Europe/Stockholm")
SANTIAGO = load_zone("America/Santiago")  # its clocks change at midnight, in the southern spring
SYDNEY = load_zone("Australia/Sydney")
LORD_HOWE = load_zone("Australia/Lord_Howe")  # its clocks change by half an hour
ZONES = pytest.mark.parametrize("zone", [STOCKHOLM, SANTIAGO, SYDNEY, LORD_HOWE], ids=lambda zone: zone.key)
HOUR = 3_600_000
MINUTES = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
TEN_YEARS = st.dates(date(2026, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 10, 24), 11), (date(2027, 3, 27), 9), (date(2026, 11, 24), 10)]
)
def test_golden_nights(day: date, hours: int) -> None:
    """The night 21:00–07:00 lasts 11 h when the clocks go back and 9 h when they go forward."""
    start, end = span(day, time(21), time(7), STOCKHOLM)
    assert end - start == hours * HOUR


def test_copied_shift_keeps_wall_time() -> None:
    """A shift copied by a week over a clock change begins at the same wall time."""
    starts = [instant(date(2026, 10, 21) + timedelta(weeks=week), time(7), STOCKHOLM) for week in (0, 1)]
    assert starts[1] - starts[0] == 7 * 24 * HOUR + HOUR
    assert {local_time(start, STOCKHOLM).time() for start in starts} == {time(7)}


@pytest.mark.parametrize("at", [time(2), time(2, 1), time(2, 30), time(2, 59), time(3)])
def test_boundary_in_the_spring_gap(at: time) -> None:
    """A boundary that the clocks skip is the first instant after the gap."""
    assert instant(date(2027, 3, 28), at, STOCKHOLM) == _utc(2027, 3, 28, 1)


def test_gap_at_midnight() -> None:
    """Where the clocks skip midnight the day begins at its first instant."""
    assert instant(date(2027, 9, 5), time(0), SANTIAGO) == _utc(2027, 9, 5, 4)
    assert instant(date(2027, 9, 5), time(0, 45), SANTIAGO) == _utc(2027, 9, 5, 4)


def test_doubled_hour_is_its_first_occurrence() -> None:
    """A boundary that exists twice is its first occurrence."""
    assert instant(date(2026, 10, 25), time(2, 30), STOCKHOLM) == _utc(2026, 10, 25, 0, 30)
    assert instant(date(2026, 10, 25), time(3), STOCKHOLM) == _utc(2026, 10, 25, 2)


def test_midnight_and_the_whole_day() -> None:
    """An end at 00:00 is the next midnight, and 00:00–00:00 is the whole day, of 25 h in autumn."""
    day = date(2026, 10, 25)
    assert span(day, time(16), time(0), STOCKHOLM)[1] == instant(day + timedelta(days=1), time(0), STOCKHOLM)
    start, end = span(day, time(0), time(0), STOCKHOLM)
    assert end - start == 25 * HOUR


@settings(max_examples=60)
@given(day=TEN_YEARS, cuts=st.lists(MINUTES, min_size=1, max_size=5, unique=True).map(sorted))
@ZONES
def test_neighbours_meet(zone: object, day: date, cuts: list[time]) -> None:
    """Shifts that follow each other on the wall leave no hole and no double cover, over any clock change."""
    ends = [*cuts[1:], cuts[0]]
    spans = [
        span(day + timedelta(days=offset), start, end, zone)  # type: ignore[arg-type]
        for offset in range(3)
        for start, end in zip(cuts, ends, strict=True)
    ]
    assert all(start <= end for start, end in spans)
    assert all(before[1] == after[0] for before, after in pairwise(spans))


@ZONES
def test_every_change_of_ten_years(zone: object) -> None:
    """Half-hour shifts tile every day of ten years exactly: as many hours as UTC counts."""
    first, last = date(2026, 1, 1), date(2036, 1, 1)
    begin, end = instant(first, time(0), zone), instant(last, time(0), zone)  # type: ignore[arg-type]
    day, reached = first, begin
    while day < last:
        if (
            local_time(instant(day, time(12), zone), zone).utcoffset()
            == local_time(reached, zone).utcoffset()
        ):  # type: ignore[arg-type]
            reached = span(day, time(0), time(0), zone)[1]  # type: ignore[arg-type]
        else:
            for half in range(48):
                at, to = time(half // 2, half % 2 * 30), time((half + 1) // 2 % 24, (half + 1) % 2 * 30)
                start, until = span(day, at, to, zone)  # type: ignore[arg-type]
                assert start == reached
                reached = until
        day += timedelta(days=1)
    assert reached == end


@pytest.mark.parametrize(
    "text", ["24:00", "7:00", "07.00", "25:00", "07:60", "", "07:00:00", "٠٧:٠٠", "07:00\n"]
)
def test_time_of_day_faults(text: str) -> None:
    """What is no hh:mm from 00:00 to 23:59 is refused, and 24:00 with the way to write it."""
    with pytest.raises(WallTimeError, match="00:00"):
        time_of_day(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24T13:05", (2026, 11, 24, 12, 5)),
        ("2026-11-24T13:05:30.250", (2026, 11, 24, 12, 5, 30, 250_000)),
        ("2026-10-25T02:30:00+02:00", (2026, 10, 25, 0, 30)),
        ("2026-10-25T02:30:00 01:00", (2026, 10, 25, 1, 30)),
        ("2026-10-25t02:30 01:00", (2026, 10, 25, 1, 30)),
        ("2026-11-24T13:05Z", (2026, 11, 24, 13, 5)),
        ("2026-11-24T13:05:00-03:30", (2026, 11, 24, 16, 35)),
        (" 2026-11-24T13:05 ", (2026, 11, 24, 12, 5)),
    ],
)
def test_time_of_a_command(text: str, expected: tuple[int, ...]) -> None:
    """TIME is local wall time or RFC 3339 with an offset, whose plus may have become a blank."""
    assert parse_time(text, STOCKHOLM) == _utc(*expected)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("2026-10-25T02:30", ("exists twice", "2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00")),
        ("2027-03-28T02:30", ("does not exist", "2027-03-28T02:30:00+01:00 or 2027-03-28T02:30:00+02:00")),
    ],
)
def test_unclear_local_times(text: str, readings: tuple[str, str]) -> None:
    """A local time that exists twice or not at all is refused with its readings, each of which is taken."""
    with pytest.raises(WallTimeError) as refused:
        parse_time(text, STOCKHOLM)
    assert all(part in str(refused.value) for part in readings)
    first, second = (parse_time(reading, STOCKHOLM) for reading in readings[1].split(" or "))
    assert abs(first - second) == HOUR


@pytest.mark.parametrize(
    "text",
    [
        "1795523100", "now", "", "2026-11-24", "2026-11-24 13:05", "2026-13-01T00:00", "2026-11-24T24:00",
        "2026-11-24T13:05+25:00", "0001-01-01T00:00+01:00", "9999-12-31T23:59-01:00", "2026-11-24T13:05:60",
        "٢٠٢٦-11-24T13:05",
    ],
)  # fmt: skip
def test_no_times(text: str) -> None:
    """Epoch numbers, dates alone and times that do not exist are refused with what is allowed."""
    with pytest.raises(WallTimeError, match="allowed"):
        parse_time(text, STOCKHOLM)


@pytest.mark.parametrize(
    "name", ["Europe/Stockhlm", "", "../etc/passwd", "Europe", "zone.tab", "__init__.py", "/etc/localtime"]
)
def test_no_zones(name: str) -> None:
    """What names no zone of the tzdata package is refused."""
    with pytest.raises(WallTimeError, match="no time zone"):
        load_zone(name)


def _utc(*parts: int) -> int:
    return round(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]
