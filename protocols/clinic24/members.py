"""The members of an event: what each may be, and a judge that finds every fault of a document.

Rules:
- what decides who is paged, or identifies the event (`source`, `id`, `type`, `data.unit`,
  `data.profession`, `data.priority`), is an error; everything else that does not fit is dropped with a
  warning, for a page must not be lost over it;
- a message says what is wrong and what is allowed, and never repeats the refused value: it may hold what
  must not be stored or shown;
- members that the contract does not name are not looked at.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

import msgspec

from protocols.clinic24 import times

SOURCE_LENGTH: Final = 200
ID_LENGTH: Final = 100
CASE_PATTERN: Final = r"\A[A-Za-z0-9_./:-]{1,40}\Z"
"""An opaque reference of 1–40 characters, without blanks: no sentence and no name fits in it."""
CALLBACK_PATTERN: Final = r"\A(?=(?:[^0-9]*[0-9]){3})\+?[0-9 ()./-]{1,31}\Z"
"""An extension or a phone number as people write it: at least 3 digits, at most 32 characters."""
SPEC_VERSION: Final = "1.0"


class Kind(StrEnum):
    """CloudEvents `type`: what happened to the case. The first four alert, the last two close."""

    TRIAGED = "clinic24.visit.triaged"
    CONSULTATION = "clinic24.consultation.requested"
    ESCALATED = "clinic24.case.escalated"
    HANDOVER = "clinic24.handover.requested"
    TAKEN = "clinic24.case.taken"
    CLOSED = "clinic24.case.closed"

    @property
    def alerts(self) -> bool:
        """Whether somebody is paged for it, rather than a page taken back."""
        return self not in {Kind.TAKEN, Kind.CLOSED}

    @property
    def needs_priority(self) -> bool:
        """Whether the event must name a priority."""
        return self.alerts and self is not Kind.ESCALATED


class FieldError(msgspec.Struct, frozen=True):
    """One fault: `path` like `data.priority` (empty: the whole document), `message` for people."""

    path: str
    message: str


class MalformedError(Exception):
    """The bytes are no JSON object; the message says why, without repeating them."""


_MISSING: Final = object()
_JSON_TYPES: Final[dict[type, str]] = {
    type(None): "null",
    bool: "a boolean",
    int: "a number",
    float: "a number with a fraction",
    str: "a string",
    list: "a list",
    dict: "an object",
}


def parse(document: bytes) -> dict[str, Any]:
    """Return the object that `document` holds. Raises MalformedError."""
    try:
        document.decode()
        root = msgspec.json.decode(document)
    except UnicodeDecodeError as error:
        raise MalformedError(f"is not UTF-8 at byte {error.start}; must be a JSON object in UTF-8") from None
    except RecursionError:
        raise MalformedError("is nested too deeply; must be a JSON object") from None
    except msgspec.DecodeError as error:
        raise MalformedError(f"is not JSON ({error}); must be a JSON object") from None
    if not isinstance(root, dict):
        raise MalformedError(f"is {_JSON_TYPES[type(root)]}; must be a JSON object")
    return root


class _Pairs(dict[str, Any]):
    """An object that knows which of its members stood there more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        names = Counter(name for name, _ in pairs)
        self.repeated = {name for name, seen in names.items() if seen > 1}


def repeated(document: bytes) -> set[str]:
    """Return the paths of members, at the top or in `data`, that a JSON object holds more than once."""
    try:
        root = json.loads(document, object_pairs_hook=_Pairs, parse_int=len, parse_float=len)
    except RecursionError:
        return set()  # `parse` says so
    data = root.get("data")
    below = data.repeated if isinstance(data, _Pairs) else set()
    return {*root.repeated, *(f"data.{name}" for name in below)}


class Examination:
    """Looks at every member of one document and notes what is wrong.

    `values` holds the members that may be used, by path; it never holds a refused one.
    """

    def __init__(self, root: dict[str, Any], twice: set[str]) -> None:
        self._root = root
        self._twice = twice
        self.values: dict[str, Any] = {}
        self.errors: list[FieldError] = []
        self.warnings: list[FieldError] = []

    def run(self) -> None:
        """Fill `values`, `errors` and `warnings`."""
        self._check("specversion", _one_of([SPEC_VERSION]), self.warnings)
        self._check("source", _text(1, SOURCE_LENGTH), self.errors)
        self._check("id", _text(1, ID_LENGTH), self.errors)
        self._check("type", _one_of(list(Kind)), self.errors)
        self._check("time", _time, self.warnings, optional=True)
        self._check("data", _object, self.errors)
        if isinstance(self.values.pop("data", None), dict):
            word = self.values.get("type")
            self._run_data(None if word is None else Kind(word))

    def _run_data(self, kind: Kind | None) -> None:
        decides = self.errors if kind is None or kind.alerts else self.warnings
        self._check("data.unit", _text(0, None), self.errors)
        self._check("data.profession", _text(0, None), decides, optional=kind is not None and not kind.alerts)
        may_lack = kind is None or not kind.needs_priority
        self._check("data.priority", _priority, decides, optional=may_lack)
        self._check("data.case", _matching(CASE_PATTERN, _CASE), self.warnings, optional=True)
        if kind is not None and not kind.alerts and self._get("data.case") in (_MISSING, None):
            self.warnings.append(FieldError("data.case", "is missing; without it nothing can be closed"))
        self._check("data.callback", _matching(CALLBACK_PATTERN, _CALLBACK), self.warnings, optional=True)

    def _check(
        self, path: str, fault_of: Callable[[Any], str | None], into: list[FieldError], optional: bool = False
    ) -> None:
        if path in self._twice:
            into.append(FieldError(path, "appears more than once; must appear once"))
            return
        value = self._get(path)
        if optional and (value is _MISSING or value is None):
            return
        message = fault_of(value)
        if message is not None:
            into.append(FieldError(path, message))
        else:
            self.values[path] = value

    def _get(self, path: str) -> Any:
        holder = self._root["data"] if path.startswith("data.") else self._root
        return holder.get(path.removeprefix("data."), _MISSING)


_CASE: Final = "1–40 characters of A–Z a–z 0–9 - _ . / :"
_CALLBACK: Final = (
    "an extension or a phone number: digits, blanks and + - ( ) . /, at least 3 digits, at most 32 in all"
)


def _is(value: Any, allowed: str) -> str:
    found = "missing" if value is _MISSING else _JSON_TYPES[type(value)]
    return f"is {found}; must be {allowed}"


def _text(shortest: int, longest: int | None) -> Callable[[Any], str | None]:
    allowed = "a string" if longest is None else f"a string of {shortest}–{longest} characters"

    def fault(value: Any) -> str | None:
        if not isinstance(value, str):
            return _is(value, allowed)
        if len(value) < shortest or (longest is not None and len(value) > longest):
            return f"has {len(value)} characters; must be {allowed}"
        return None

    return fault


def _one_of(words: list[str]) -> Callable[[Any], str | None]:
    allowed = "one of " + ", ".join(words) if len(words) > 1 else f'"{words[0]}"'

    def fault(value: Any) -> str | None:
        if not isinstance(value, str):
            return _is(value, allowed)
        return None if value in words else f"is another one; must be {allowed}"

    return fault


def _matching(pattern: str, allowed: str) -> Callable[[Any], str | None]:
    def fault(value: Any) -> str | None:
        if not isinstance(value, str):
            return _is(value, allowed)
        return None if re.search(pattern, value) else f"does not fit and was dropped; must be {allowed}"

    return fault


def _object(value: Any) -> str | None:
    return None if isinstance(value, dict) else _is(value, "an object")


def _priority(value: Any) -> str | None:
    allowed = "a whole number from 1 to 5, 1 the most urgent"
    if type(value) is not int:  # a boolean is an int to Python
        return _is(value, allowed)
    return None if 1 <= value <= 5 else f"is out of range; must be {allowed}"


def _time(value: Any) -> str | None:
    if not isinstance(value, str):
        return _is(value, "a string in RFC 3339 with an offset")
    try:
        times.parse(value)
    except ValueError as error:
        return f"{error}; dropped"
    return None
