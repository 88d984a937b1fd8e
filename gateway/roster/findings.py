"""Pydantic's findings about an entry of a roster file, in plain words.

Rules: a finding becomes a fault with its place as the file writes it, and says what is allowed. A message
never repeats a number.
"""

import datetime
import difflib
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gateway.roster.faults import Fault
from gateway.roster.items import Item
from gateway.roster.wall import FIRST_DATE, LAST_DATE

SHOWN_VALUE = 60  # characters of a wrong value that help to find it

_PATTERNS = {
    "username": "is no user name; allowed: 1 to 64 of A–Z a–z 0–9 . _ -",
    "email": "is no e-mail address; allowed: one such as karin.ek@example.org",
}
_PLAIN = {
    "missing": "is missing",
    "date_type": "must be a date without quotes, such as 2026-11-24",
    "string_type": "must be a text in quotes",
    "string_too_short": "must not be empty",
    "bool_type": "must be true or false, without quotes",
    "tuple_type": "must be an array, such as []",
    "too_short": "must not be an empty array",
}


def translate(path: str, model: type[Item], error: ValidationError) -> list[Fault]:
    """Every finding of pydantic about the entry at `path` as a fault."""
    return [_fault(path, model, details) for details in error.errors(include_url=False)]


def _fault(path: str, model: type[Item], details: ErrorDetails) -> Fault:
    key, *rest = details["loc"]
    where = f"{path}.{key}" + "".join(f"[{step}]" for step in rest if isinstance(step, int))
    if details["type"] == "extra_forbidden":
        return Fault(where, _unknown_key(model, str(key)))
    told = _TOLD.get(details["type"])
    if told is not None:
        return Fault(where, told(str(key), details["input"], details.get("ctx", {})))
    return Fault(where, _PLAIN.get(details["type"], details["msg"]))


def _unknown_key(model: type[Item], key: str) -> str:
    allowed = [one.alias or name for name, one in model.model_fields.items()]
    near = difflib.get_close_matches(key, allowed, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"unknown key{hint}; allowed: {', '.join(allowed)}"


def _unlike(key: str, value: object, limits: dict[str, Any]) -> str:
    words = limits["expected"].replace("'", "").replace(" or ", ", ")
    return f"{_shown(value)} is not allowed; allowed: {words}"


def _outside(key: str, value: object, limits: dict[str, Any]) -> str:
    return f"{_shown(value)} is not allowed; allowed: {FIRST_DATE} to {LAST_DATE}"


def _shown(value: object) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return repr(value)[:SHOWN_VALUE] if isinstance(value, str | int | float) else "a value of this type"


_TOLD: dict[str, Callable[[str, object, dict[str, Any]], str]] = {
    "value_error": lambda key, value, limits: str(limits["error"]),
    "enum": _unlike,
    "literal_error": _unlike,
    "greater_than_equal": _outside,
    "less_than_equal": _outside,
    "string_too_long": lambda key, value, limits: f"is too long; allowed: {limits['max_length']} characters",
    "too_long": lambda key, value, limits: f"holds too many; allowed: {limits['max_length']}",
    "string_pattern_mismatch": lambda key, value, limits: _PATTERNS[key],
}
