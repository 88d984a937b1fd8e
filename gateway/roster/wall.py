"""Local wall time of a named zone, and the instants that it means.

Rules: a shift is half-open [start, end) in wall time. A boundary in the spring gap means the first instant
that exists after it; one that exists twice means its first occurrence, for starts and ends alike, so that
neighbours always meet. Differences are taken in UTC: two datetimes of one zone subtract as if no clock had
ever changed. Zones come from the tzdata package alone, so that the version of the rules is known.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]

TZ_VERSION: str = tzdata.IANA_VERSION
"""The version of the time-zone rules in use."""

FIRST_DATE = date(2000, 1, 1)
LAST_DATE = date(2099, 12, 31)
"""The dates that a roster may use: a typing slip in a year is caught, and no arithmetic overflows."""

_SEARCH_STEP_MS = 1_000  # offsets change on whole seconds
_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_ZONE_NAME = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", re.ASCII)
_TIME = re.compile(
    r"(?P<local>\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)(?P<offset>[Zz]|[+ -]\d\d:\d\d)?", re.ASCII
)
_ALLOWED = (
    "allowed: local wall time such as 2026-10-25T02:30, or with an offset such as 2026-10-25T02:30:00+02:00"
)


class WallTimeError(ValueError):
    """A time that cannot be understood, does not exist or exists twice; the text says what is allowed."""


@lru_cache(maxsize=16)
def load_zone(name: str) -> ZoneInfo:
    """The zone of an IANA name such as Europe/Stockholm. WallTimeError if there is none."""
    if _ZONE_NAME.fullmatch(name):
        place = resources.files("tzdata") / "zoneinfo" / name
        if place.is_file():
            with place.open("rb") as rules:
                try:
                    return ZoneInfo.from_file(rules, key=name)
                except ValueError:  # a file of the package that holds no rules
                    pass
    raise WallTimeError(f"{name!r} is no time zone; allowed: an IANA name such as Europe/Stockholm")


def time_of_day(text: str) -> time:
    """The time that hh:mm names, 00:00 to 23:59. WallTimeError otherwise."""
    if text == "24:00":
        raise WallTimeError("24:00 is no time of day; write 00:00, which ends a shift at midnight")
    found = _TIME_OF_DAY.fullmatch(text)
    if found is None:
        raise WallTimeError(f"{text[:20]!r} is no time of day; allowed: 00:00 to 23:59")
    return time(int(found[1]), int(found[2]))


def instant(day: date, at: time, zone: ZoneInfo) -> int:
    """The instant of a boundary in UTC ms, by the rules for the gap and the doubled hour."""
    by_old, by_new = _readings(datetime.combine(day, at), zone)
    if by_old <= by_new:  # equal on an ordinary day; earlier, and the first occurrence, in the doubled hour
        return by_old
    return _first_after_gap(by_new, by_old, zone)


def span(day: date, start: time, end: time, zone: ZoneInfo) -> tuple[int, int]:
    """[start, end) in UTC ms of the shift that begins on `day`; `end` not after `start` is the next day's."""
    last = day if end > start else day + timedelta(days=1)
    return instant(day, start, zone), instant(last, end, zone)


def local_time(at: int, zone: ZoneInfo) -> datetime:
    """The wall time of an instant (UTC ms), with its offset."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)).astimezone(zone)


def parse_time(text: str, zone: ZoneInfo) -> int:
    """The instant in UTC ms that a user's TIME names.

    Local wall time of the zone, or RFC 3339 with offset; a blank before hh:mm at the end counts as `+`, which
    is what an unescaped + in a web address becomes. WallTimeError, with the readings, for a local time that
    the clocks skip or show twice.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise WallTimeError(f"{text[:40]!r} is no time; {_ALLOWED}")
    try:
        local = datetime.fromisoformat(found["local"].upper())
        if found["offset"]:
            offset = found["offset"].upper().replace(" ", "+")
            return _ms(datetime.fromisoformat(found["local"].upper() + offset))
        return _only_reading(local, zone)
    except (ValueError, OverflowError) as error:
        if isinstance(error, WallTimeError):
            raise
        raise WallTimeError(f"{text[:40]!r} is no time that exists; {_ALLOWED}") from None


def _only_reading(local: datetime, zone: ZoneInfo) -> int:
    first, second = _readings(local, zone)
    if first == second:
        return first
    what = "exists twice" if first < second else "does not exist"
    readings = " or ".join(
        local.replace(tzinfo=zone, fold=fold).isoformat(timespec="seconds") for fold in (0, 1)
    )
    raise WallTimeError(f"{local.isoformat()} {what} in {zone.key}; write {readings}")


def _readings(local: datetime, zone: ZoneInfo) -> tuple[int, int]:
    """The instant by the offset before a change of the clocks, and by the one after it."""
    return _ms(local.replace(tzinfo=zone, fold=0)), _ms(local.replace(tzinfo=zone, fold=1))


def _first_after_gap(before: int, after: int, zone: ZoneInfo) -> int:
    """The instant in (before, after] at which the clocks go forward."""
    old = local_time(before, zone).utcoffset()
    while after - before > _SEARCH_STEP_MS:
        middle = (before + after) // 2 // _SEARCH_STEP_MS * _SEARCH_STEP_MS
        if middle <= before:
            break
        if local_time(middle, zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def _ms(at: datetime) -> int:
    return (at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
