"""What a simulated Clinic24 sends, and when: seeded events of all four kinds, or a scenario file.

Rule: a plan is made before anything is sent, from its arguments alone, so that a run can be repeated.
"""

import json
import random
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from protocols.clinic24.event import Event, Kind, encode
from protocols.clinic24.messages import AnswerStatus

SOURCE: Final = "clinic24/simulated"
ALERTING: Final = tuple(kind for kind in Kind if kind.alerts)
PROFESSIONS: Final = ("doctor", "nurse", "läkare", "sjuksköterska", "physiotherapist", "psychologist")
PROFESSION_WEIGHTS: Final = (35, 35, 10, 10, 5, 5)
CALLBACKS: Final = ("20300", "20301", "+46701740605", None)
MALFORMED: Final = (
    b'{"specversion": "1.0", "id": "half',
    b"no JSON at all",
    b"[]",
    b'{"source": "clinic24/simulated", "id": 17, "type": "clinic24.visit.triaged"}',
    b'\xff\xfe{"id": "latin"}',
)


class PlanError(Exception):
    """A scenario file that is none; the message names every fault with its place."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One line to send `at` seconds after the start; `identity` is what its answer must repeat."""

    at: float
    data: bytes
    identity: tuple[str | None, str | None]
    expect: AnswerStatus | None = None
    raw: bool = False
    event: Event | None = None


def plan_event(event: Event, at: float = 0.0, expect: AnswerStatus | None = None) -> Planned:
    """Plan one event."""
    return Planned(at, encode(event) + b"\n", (event.source, event.id), expect, event=event)


def plan_raw(data: bytes, at: float = 0.0, expect: AnswerStatus | None = None) -> Planned:
    """Plan bytes as they are; whoever plans them gives the line end too."""
    return Planned(at, data, _identity_of(data), expect, raw=True)


def plan_random(
    seed: int, count: int, rate: float, units: Sequence[str], run: str, now_ms: int, malformed: float = 0.0
) -> list[Planned]:
    """Plan `count` events at `rate` a second, of all four kinds, to `units`; ids are `run`-1, `run`-2, ….

    `malformed` (0.0–1.0) is the share of lines that are spoilt on purpose, and expected to be rejected.
    """
    chance = random.Random(seed)
    plan = []
    for number in range(count):
        at = number / rate
        event = _random_event(chance, number + 1, units, run, now_ms + round(at * 1000))
        if chance.random() < malformed:
            plan.append(plan_raw(chance.choice(MALFORMED) + b"\n", at, AnswerStatus.REJECTED))
        else:
            plan.append(plan_event(event, at))
    return plan


def _random_event(chance: random.Random, number: int, units: Sequence[str], run: str, time: int) -> Event:
    kind = chance.choice(ALERTING)
    priorities = (1, 2, 3, 4, 5, None) if kind is Kind.ESCALATED else (2, 3, 4, 5)
    return Event(
        source=SOURCE,
        id=f"{run}-{number}",
        kind=kind,
        time=time,
        unit=chance.choice(units),
        profession=chance.choices(PROFESSIONS, PROFESSION_WEIGHTS)[0],
        priority=chance.choice(priorities),
        case=f"A-{chance.randint(1000, 9999)}",
        callback=chance.choice(CALLBACKS),
    )


def read_scenario(text: str) -> list[Planned]:
    """Plan what a scenario file says, in the order of `at`. Raises PlanError with every fault.

    Each `[[event]]` holds `at` (seconds, default 0), optionally `expect` (an answer's status), and either
    `raw` (text sent as it is, with a line end unless `end = false`) or the members of an event, those of
    its data beside the others: id, type, unit, profession, priority, case, callback, source, time.
    """
    try:
        entries = tomllib.loads(text).get("event", [])
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"is not TOML: {error}") from None
    if not isinstance(entries, list) or not entries:
        raise PlanError("holds no [[event]]")
    planned, faults = [], []
    for number, entry in enumerate(entries):
        try:
            planned.append(_read_entry(entry))
        except PlanError as error:
            faults.append(f"event[{number}].{error}")
    if faults:
        raise PlanError("\n".join(faults))
    return sorted(planned, key=lambda one: one.at)


_DATA: Final = ("unit", "profession", "priority", "case", "callback")
_ENVELOPE: Final = ("specversion", "id", "source", "type", "time")
_DEFAULTS: Final = {"specversion": "1.0", "source": SOURCE}


def _read_entry(entry: dict[str, Any]) -> Planned:
    at, word = entry.get("at", 0.0), entry.get("expect")
    if isinstance(at, bool) or not isinstance(at, int | float) or at < 0:
        raise PlanError("at: must be seconds from 0")
    if word is not None and word not in list(AnswerStatus):
        raise PlanError("expect: must be one of " + ", ".join(AnswerStatus))
    expect = None if word is None else AnswerStatus(word)
    members = {name: value for name, value in entry.items() if name not in {"at", "expect"}}
    if "raw" in members:
        _refuse_unknown(members, ("raw", "end"))
        if not isinstance(members["raw"], str) or not isinstance(members.get("end", True), bool):
            raise PlanError("raw: must be a string, and end true or false")
        data = members["raw"].encode() + (b"\n" if members.get("end", True) else b"")
        return plan_raw(data, at, expect)
    _refuse_unknown(members, _DATA + _ENVELOPE)
    root = _DEFAULTS | {name: members[name] for name in _ENVELOPE if name in members}
    document = root | {"data": {name: members[name] for name in _DATA if name in members}}
    try:
        data = json.dumps(document, ensure_ascii=False).encode()
    except TypeError:
        raise PlanError("time: must be a string in quotes, as it stands on the wire") from None
    return Planned(at, data + b"\n", _identity_of(data), expect)


def _refuse_unknown(members: Iterable[str], allowed: Sequence[str]) -> None:
    for name in members:
        if name not in allowed:
            raise PlanError(f"{name}: unknown; must be one of at, expect, {', '.join(allowed)}")


def _identity_of(data: bytes) -> tuple[str | None, str | None]:
    """What the answer to these bytes will repeat: `source` and `id` as far as they are strings."""
    try:
        root = json.loads(data)
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(root, dict):
        return None, None
    source, identity = root.get("source"), root.get("id")
    return source if isinstance(source, str) else None, identity if isinstance(identity, str) else None
