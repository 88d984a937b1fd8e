"""What is wrong with a configuration, in plain words: pydantic's findings told as paths and allowed values.

Rules: a fault names the place as the file writes it (`carrier[0].charset`), says what is allowed, and never
repeats a password. What belongs to a later version says so instead of "unknown".
"""

import difflib
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gateway.config.espa444 import Alias
from gateway.config.model import SECTIONS, TYPES, Config
from gateway.config.sections import Section

LATER = "not in this version"
LATER_KEYS = {
    "gateway": {"answer_within", "divert_after", "ttl"},
}
ALIAS_DEPTH = 5  # of source[0].aliases.700: table, index, type, key, address
SHOWN_VALUE = 60  # characters of a wrong value that help to find it

_KINDS_OF_VALUE = {
    "string_type": "a text in quotes",
    "int_type": "a whole number without quotes",
    "int_from_float": "a whole number without quotes",
    "float_type": "a number without quotes",
    "bool_type": "true or false",
    "tuple_type": "an array [...]",
    "path_type": "a text in quotes",
    "model_type": "a table",
    "model_attributes_type": "a table",
}

_LIMITS = {
    "string_too_short": "must have at least {min_length} character(s)",
    "string_too_long": "must have at most {max_length} characters",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "greater_than": "must be more than {gt:g}",
}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong: where, and what is allowed there."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class ConfigFaults(Exception):  # noqa: N818 -- it is the list of them that is raised
    """The configuration cannot be used; `faults` holds every reason, in the order of the file's paths."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def translate(error: ValidationError) -> list[Fault]:
    """Every finding of pydantic as a fault."""
    return [_fault(details) for details in error.errors(include_url=False)]


def _fault(details: ErrorDetails) -> Fault:
    where = tuple(details["loc"])
    if details["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        return Fault(_path((*where, "type")), _wrong_type(details, str(where[0])))
    return Fault(_path(where), _message(details, where))


def _model(where: tuple[int | str, ...]) -> tuple[str, tuple[str, ...]]:
    """The name of the table in which the place lies, and the keys that it may have."""
    if len(where) > ALIAS_DEPTH and where[3] == "aliases":
        return "alias", _keys(Alias)
    if len(where) > 3 and where[0] in TYPES:
        return str(where[2]), _keys(TYPES[str(where[0])][str(where[2])])
    if len(where) > 1 and where[0] in SECTIONS:
        return str(where[0]), _keys(SECTIONS[str(where[0])])
    return "", _keys(Config)


def _keys(model: type[Section]) -> tuple[str, ...]:
    return tuple(model.model_fields)


def _path(where: tuple[int | str, ...]) -> str:
    # Inside [[source]] and [[carrier]] pydantic puts the type behind the index; the file has no such step.
    typed = len(where) > 2 and where[0] in TYPES and where[2] in TYPES[str(where[0])]
    steps = where[:2] + where[3:] if typed else where
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path.removeprefix(".")


def _message(details: ErrorDetails, where: tuple[int | str, ...]) -> str:
    kind, key = details["type"], str(where[-1])
    context: dict[str, Any] = details.get("ctx", {})
    match kind:
        case "extra_forbidden":
            message = _unknown_key(key, *_model(where))
        case "missing":
            message = _missing(where, key)
        case "literal_error" | "enum":
            message = f"{_shown(details)} is not allowed; allowed: {_plain(context['expected'])}"
        case "value_error":
            message = str(context["error"])
        case _ if kind in _KINDS_OF_VALUE:
            message = f"must be {_KINDS_OF_VALUE[kind]}; is {_shown(details)}"
        case _:
            message = f"{_limit(kind, context)}; is {_shown(details)}"
    return message


def _unknown_key(key: str, table: str, keys: tuple[str, ...]) -> str:
    if key in LATER_KEYS.get(table, ()):
        return LATER
    near = difflib.get_close_matches(key, keys, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"unknown key{hint}; allowed here: {', '.join(keys)}"


def _missing(where: tuple[int | str, ...], key: str) -> str:
    models = TYPES.get(str(where[0]), {})
    model = models.get(str(where[2])) if len(where) > 3 else SECTIONS.get(str(where[0]))
    description = model.model_fields[key].description if model is not None else None
    return f"is missing ({description})" if description else "is missing"


def _wrong_type(details: ErrorDetails, table: str) -> str:
    allowed = ", ".join(TYPES[table])
    value = details["input"].get("type") if isinstance(details["input"], dict) else None
    if value is None:
        return f"needs type = …; allowed: {allowed}"
    return f"type {str(value)[:SHOWN_VALUE]!r} is not known; allowed: {allowed}"


def _limit(kind: str, context: dict[str, Any]) -> str:
    words = _LIMITS.get(kind)
    return words.format_map(context) if words else f"is not allowed ({kind.replace('_', ' ')})"


def _plain(expected: str) -> str:
    return expected.replace("'", "").replace(" or ", ", ")


def _shown(details: ErrorDetails) -> str:
    if any(word in str(details["loc"][-1:]) for word in ("password", "pin")):
        return "not shown"
    value = details["input"]
    if isinstance(value, dict | list | tuple):
        return "a table" if isinstance(value, dict) else "an array"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)[:SHOWN_VALUE]
