"""The ids of a message as SMS centres write them.

The id of a receipt is often not octet for octet the one of the response: hexadecimal here and decimal
there, leading zeros more or fewer, other letter case, dashes. So an id becomes a set of keys, and two ids
are the same when their sets meet. That is wide on purpose, and therefore counts only within one destination.
"""

from collections.abc import Iterable

NUMERIC_MAX = 64
"""Longest id that is also read as a number; 22 digits are seen, more than 64 characters is no message_id."""


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
