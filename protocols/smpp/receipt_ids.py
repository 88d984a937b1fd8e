"""The ids of a message as SMS centres write them, and which sent part a receipt belongs to.

The id of a receipt is often not octet for octet the one of the response: hexadecimal here and decimal
there, leading zeros more or fewer, other letter case, dashes. So an id becomes a set of keys, and two ids
are the same when their sets meet. That is wide on purpose, and therefore counts only within one destination.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

NUMERIC_MAX = 64
"""Longest id that is also read as a number; 22 digits are seen, more than 64 characters is no message_id."""

SUFFIX_MIN = 7
"""Digits that must be equal before a national and an international form count as one number."""


def keys(raw_id: str) -> frozenset[str]:
    """Every form under which `raw_id` may come again; numbers are written "#" and decimal. Empty for ""."""
    trimmed = raw_id.strip(" \0")
    if not trimmed:
        return frozenset()
    bare = trimmed.replace("-", "")
    forms = {trimmed, trimmed.casefold(), bare.casefold(), bare.casefold().lstrip("0") or "0"}
    if bare.isascii() and len(bare) <= NUMERIC_MAX:
        forms |= {f"#{number}" for number in _numbers(bare)}
    return frozenset(forms - {""})


def _numbers(bare: str) -> Iterable[int]:
    if bare.isdigit():
        yield int(bare)
    digits = bare.casefold().removeprefix("0x")
    if digits and all(letter in "0123456789abcdef" for letter in digits):
        yield int(digits, 16)


def same_number(one: str, other: str) -> bool:
    """Whether two phone numbers mean one phone: 46701740605, +46701740605 and 0701740605 do."""
    first, second = (_significant(number) for number in (one, other))
    if first == second:
        return True
    short, long = sorted((first, second), key=len)
    return len(short) >= SUFFIX_MIN and long.endswith(short)


def _significant(number: str) -> str:
    return "".join(letter for letter in number if letter.isascii() and letter.isdigit()).lstrip("0")


@dataclass(frozen=True, slots=True)
class SentPart:
    """One submit_sm that was answered, as far as a receipt can name it. `at` orders parts by age."""

    ref: int
    message_id: str
    destination: str
    user_message_reference: int | None
    at: float


PartT = TypeVar("PartT", bound=SentPart)


def match(
    ids: Iterable[str], numbers: Iterable[str], reference: int | None, open_parts: Iterable[PartT]
) -> PartT | None:
    """The part that a receipt is for, or None: then it is parked until another response is stored.

    `numbers` are both addresses of the receipt, for some centres do not swap them; `reference` is its
    user_message_reference. Ids decide first, the reference next (some centres give every message one id,
    and echo only the low octet of the reference); of several the oldest open one is taken. A receipt that
    has neither a known id nor a known reference matches nothing, for its number alone proves nothing; nor
    does one without a number whose id several phones' messages have.
    """
    digits = [number for number in numbers if len(_significant(number)) >= SUFFIX_MIN]
    there = [
        part
        for part in open_parts
        if not digits or any(same_number(part.destination, number) for number in digits)
    ]
    wanted = frozenset().union(*(keys(raw_id) for raw_id in ids))
    by_id = [part for part in there if not wanted.isdisjoint(keys(part.message_id))]
    among = by_id or (there if digits else [])
    by_reference = [part for part in among if _same_reference(part.user_message_reference, reference)]
    candidates = by_reference or by_id
    if not digits and len({part.destination for part in candidates}) > 1:
        return None
    return min(candidates, key=lambda part: part.at, default=None)


def _same_reference(sent: int | None, echoed: int | None) -> bool:
    if sent is None or echoed is None:
        return False
    return echoed in (sent, sent & 0xFF)
