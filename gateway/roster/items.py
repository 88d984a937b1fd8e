"""The tables of a roster file as pydantic models.

Rules: a model is strict and refuses unknown keys; it holds what the published contract names, with its
limits, and turns into the value. `findings` tells in plain words what pydantic finds.
"""

import datetime
from abc import ABC, abstractmethod
from collections.abc import Hashable
from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
)
from pydantic import ValidationInfo as Info

from gateway.model import OneWay, Role
from gateway.roster.numbers import Number, parse_number
from gateway.roster.values import (
    Administrator,
    Area,
    Assignment,
    Receiver,
    ReceiverKind,
    Shift,
    Staffing,
    Unit,
)
from gateway.roster.wall import FIRST_DATE, LAST_DATE, time_of_day

Value = Area | Unit | Receiver | Shift | Staffing | Assignment | Administrator

MAX_ID = 64  # an HSA-id has 31 characters at most; the configuration allows the same for a receiver
MAX_NAME = 100  # more than any screen shows
MAX_EMAIL = 254  # RFC 5321, 4.5.3.1.3
USERNAME = r"^[A-Za-z0-9._-]{1,64}$"
EMAIL = r"^[^@\s]+@[^@\s]+$"
MAX_IN_LIST = 50  # fallbacks, aliases, receivers of a slot: a ladder of 50 takes hours to climb
MAX_UNITS = 10_000  # that a receiver or an administrator may belong to: all of the largest region


def _clean(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("must not hold control characters, nor blanks at its ends")
    return text


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise ValueError(f"names {', '.join(twice)} twice; each may stand once")
    return names


def _number(value: object, info: Info) -> Number:
    if not isinstance(value, str):
        raise ValueError("must be a text in quotes")
    assert info.context is not None
    return parse_number(value, info.context["region"], bool(info.data.get("any_number", False)))


def _phone(value: str, info: Info) -> str:
    assert info.context is not None
    return parse_number(value, info.context["region"], any_number=True).text


def _not_before(last: datetime.date, info: Info) -> datetime.date:
    first = info.data.get("valid_from")
    if first is not None and last < first:
        raise ValueError(f"{last} is before valid_from, {first}; allowed: that date or a later one")
    return last


def _time(value: object) -> datetime.time:
    if not isinstance(value, str):
        raise ValueError('must be a time of day in quotes, such as "07:00"')
    return time_of_day(value)


Id = Annotated[str, Field(min_length=1, max_length=MAX_ID), AfterValidator(_clean)]
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(_clean)]
Ids = Annotated[
    tuple[Id, ...], BeforeValidator(_tuple), Field(max_length=MAX_IN_LIST), AfterValidator(_distinct)
]
Units = Annotated[
    tuple[Id, ...], BeforeValidator(_tuple), Field(max_length=MAX_UNITS), AfterValidator(_distinct)
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TimeOfDay = Annotated[datetime.time, BeforeValidator(_time)]
Date = Annotated[datetime.date, Field(ge=FIRST_DATE, le=LAST_DATE)]
DATES = ("date", "valid_from", "valid_to")
"""Keys that hold a date; a form other than TOML writes it as text."""
Word = Field(strict=False)  # an enum's word: strict would want the enum itself
RoleWord = Annotated[Role, Word]


class Item(BaseModel, ABC):
    """One table of a roster file."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    @abstractmethod
    def value(self) -> Value:
        """What it says, as a value."""


class AreaItem(Item):
    """[[area]]"""

    id: Id
    name: Name
    fallback: Ids = ()

    def value(self) -> Area:
        return Area(self.id, self.name, self.fallback)


class UnitItem(Item):
    """[[unit]]"""

    id: Id
    area: Id
    name: Name
    aliases: Ids = ()
    fallback: Ids = ()
    one_way: Annotated[OneWay, Word] = OneWay.ESCALATE

    def value(self) -> Unit:
        return Unit(self.id, self.area, self.name, self.aliases, self.fallback, self.one_way)


class ReceiverItem(Item):
    """[[receiver]]; `any_number` stands first because the numbers are read by it."""

    any_number: bool = False
    id: Id
    name: Name
    kind: Annotated[ReceiverKind, Word]
    number: Annotated[InstanceOf[Number], BeforeValidator(_number)]
    backup: Annotated[InstanceOf[Number], BeforeValidator(_number)] | None = None
    units: Units = ()

    def value(self) -> Receiver:
        return Receiver(
            id=self.id,
            name=self.name,
            kind=self.kind,
            number=self.number.text,
            number_kind=self.number.kind,
            backup=self.backup.text if self.backup else None,
            backup_kind=self.backup.kind if self.backup else None,
            any_number=self.any_number,
            units=self.units,
        )


class ShiftItem(Item):
    """[[shift]]"""

    unit: Id
    name: Name
    start: TimeOfDay = Field(alias="from")
    end: TimeOfDay = Field(alias="to")
    weekdays: Annotated[
        tuple[Weekday, ...], BeforeValidator(_tuple), Field(min_length=1), AfterValidator(_distinct)
    ] = get_args(Weekday)
    valid_from: Date | None = None
    valid_to: Annotated[Date, AfterValidator(_not_before)] | None = None

    def value(self) -> Shift:
        return Shift(
            self.unit, self.name, self.start, self.end, self.weekdays, self.valid_from, self.valid_to
        )


class StaffingItem(Item):
    """[[staffing]]"""

    unit: Id
    shift: Name
    date: Date
    receivers: Ids

    def value(self) -> Staffing:
        return Staffing(self.unit, self.shift, self.date, self.receivers)


class AssignmentItem(Item):
    """[[assignment]]"""

    unit: Id
    shift: Name
    date: Date
    role: RoleWord
    receivers: Ids

    def value(self) -> Assignment:
        return Assignment(self.unit, self.shift, self.date, self.role, self.receivers)


class AdministratorItem(Item):
    """[[administrator]]"""

    username: Annotated[str, Field(pattern=USERNAME)]
    name: Name
    phone: Annotated[str, AfterValidator(_phone)] | None = None
    email: Annotated[str, Field(pattern=EMAIL, max_length=MAX_EMAIL)] | None = None
    units: Units = ()

    def value(self) -> Administrator:
        return Administrator(self.username, self.name, self.phone, self.email, self.units)


MODELS: dict[str, type[Item]] = {
    "area": AreaItem,
    "unit": UnitItem,
    "receiver": ReceiverItem,
    "shift": ShiftItem,
    "staffing": StaffingItem,
    "assignment": AssignmentItem,
    "administrator": AdministratorItem,
}
"""The tables of a roster file, in the order in which they are written and told about."""

KEYS: dict[str, tuple[str, ...]] = {
    "area": ("id",),
    "unit": ("id",),
    "receiver": ("id",),
    "shift": ("unit", "name"),
    "staffing": ("unit", "shift", "date"),
    "assignment": ("unit", "shift", "date", "role"),
    "administrator": ("username",),
}
"""What identifies an entry of each table (published contract, "Roster file")."""


def date_of(text: str) -> datetime.date | str:
    """The date that a text of the form YYYY-MM-DD names; any other text as it is, for the model to tell."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return text


def key_of(table: str, item: dict[str, object]) -> Hashable:
    """The key of an entry as it is written, sound or not; None if it has none."""
    parts = tuple(item.get(name) for name in KEYS[table])
    if not all(isinstance(part, str | datetime.date) for part in parts):
        return None
    return parts[0] if len(parts) == 1 else parts
