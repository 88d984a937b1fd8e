"""The roster as values, with the words of the domain.

Rules: every value is frozen. A shift is local wall time; an instant is integer UTC milliseconds and always
computed from it, half-open [start, end). References are ids; only `Slot` and `Duty`, which answer "who is
on at this instant", hold the receivers themselves.
"""

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 (a field is called date, as in the roster file)
from datetime import time as Time  # noqa: N812
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from gateway.model import NumberKind, OneWay, Role

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""In the order of `date.weekday()`."""


class ReceiverKind(StrEnum):
    """Who answers: one named person, or whoever holds a role's phone (bakjour kirurgi)."""

    PERSON = "person"
    ROLE = "role"


class Words(NamedTuple):
    """One sentence for people, in Swedish and English."""

    sv: str
    en: str


@dataclass(frozen=True, slots=True)
class Area:
    """A business area (verksamhetsområde): holds units."""

    id: str
    name: str
    fallback: tuple[str, ...] = ()  # receivers, paged after the unit's own fallback


@dataclass(frozen=True, slots=True)
class Unit:
    """A clinic or health centre (enhet) that schedules a doctor and a nurse."""

    id: str
    area: str
    name: str
    aliases: tuple[str, ...] = ()  # other names that events use, an HSA-id for example
    fallback: tuple[str, ...] = ()  # receivers when nobody is on or nobody answers; may name anybody
    one_way: OneWay = OneWay.ESCALATE


@dataclass(frozen=True, slots=True)
class Receiver:
    """A person or a role that can be paged (mottagare)."""

    id: str
    name: str
    kind: ReceiverKind
    number: str  # an extension's five digits, or E.164 with +
    number_kind: NumberKind
    backup: str | None = None  # used when the first route is down, refused or absent
    backup_kind: NumberKind | None = None
    any_number: bool = False  # IT vouches for a number that is no valid mobile
    units: tuple[str, ...] = ()  # where it may be scheduled


@dataclass(frozen=True, slots=True)
class Shift:
    """A unit's pattern of local wall time (pass); `end` not after `start` means the next day.

    It begins on its weekdays from `valid_from` to `valid_to`, both inclusive; None is no bound.
    """

    unit: str
    name: str
    start: Time
    end: Time
    weekdays: tuple[str, ...] = WEEKDAYS
    valid_from: Date | None = None
    valid_to: Date | None = None

    def barred_by(self, day: Date) -> str | None:
        """The key of the roster file by which the shift does not begin on this day; None if it does."""
        if self.valid_from is not None and day < self.valid_from:
            return "valid_from"
        if self.valid_to is not None and day > self.valid_to:
            return "valid_to"
        return None if WEEKDAYS[day.weekday()] in self.weekdays else "weekdays"

    @property
    def days(self) -> str:
        """On which days it begins, for people."""
        first = "" if self.valid_from is None else f" from {self.valid_from}"
        last = "" if self.valid_to is None else f" to {self.valid_to}"
        return f"{', '.join(self.weekdays)}{first}{last}"


class Staffing(Struct, frozen=True, gc=False):
    """Who works a shift, before roles are given (personalschema)."""

    unit: str
    shift: str
    date: Date
    receivers: tuple[str, ...]


class Assignment(Struct, frozen=True, gc=False):
    """Who holds a role in a shift, the first is paged first (personaltilldelning)."""

    unit: str
    shift: str
    date: Date  # on which the shift begins
    role: Role
    receivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who may schedule which units (administratör). Passwords live elsewhere."""

    username: str
    name: str
    phone: str | None = None
    email: str | None = None
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """One assignment with its receivers and instants, as the index over instants knows it."""

    shift: str
    date: Date
    begins: Time  # local wall time, as planned
    ends: Time
    start: int
    end: int
    role: Role
    receivers: tuple[Receiver, ...]
    made_by: str
    made_at: int


@dataclass(frozen=True, slots=True)
class Duty:
    """All that decides who answers for one role of a unit at one instant."""

    unit: Unit
    area: Area
    fallback: tuple[Receiver, ...]
    area_fallback: tuple[Receiver, ...]
    slots: tuple[Slot, ...]  # every one whose [start, end) contains the instant, in no promised order
