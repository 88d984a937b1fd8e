"""Instants on the wire: RFC 3339 with an offset in, UTC with milliseconds and `Z` out.

Inside they are integer UTC milliseconds since 1970.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from msgspec import Meta, ValidationError, convert

OffsetTime = Annotated[datetime, Meta(tz=True)]
"""A date and time that names its offset."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LAST = (datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC) - _EPOCH) // _MILLISECOND


def to_ms(instant: datetime) -> int:
    """Return UTC milliseconds of an instant with an offset; what is finer is cut off."""
    return (instant - _EPOCH) // _MILLISECOND


def is_usable(ms: int) -> bool:
    """Whether an instant lies in the years 1970–9999 and so can be written again."""
    return 0 <= ms <= _LAST


def parse(text: str) -> int:
    """Return UTC milliseconds of RFC 3339 text. Raises ValueError if it is none, names no offset or year."""
    try:
        ms = to_ms(convert(text, OffsetTime))
    except ValidationError as error:
        raise ValueError("is not RFC 3339 with an offset, like 2026-11-24T13:05:00+01:00") from error
    if not is_usable(ms):
        raise ValueError("lies outside the years 1970–9999")
    return ms


def render(ms: int) -> str:
    """Return `2026-11-24T12:05:01.337Z`. Raises ValueError outside the years 1970–9999."""
    if not is_usable(ms):
        raise ValueError("lies outside the years 1970–9999")
    return (_EPOCH + ms * _MILLISECOND).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"
