"""What the pages of IT, of the record, of calendars and of paper get. Rules as in `shapes`."""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, Struct, UnsetType, field

from gateway.accounts.model import Kind
from gateway.replies import ChangedEntry, Reason, TableCount
from gateway.web.shapes import Person


class AuditRow(Struct, frozen=True):
    """One row of the record of changes. `before` and `after` are JSON objects or null.

    `receiver_names` and `unit_names` say what the ids in it are called now; who is gone has none.
    """

    seq: int
    at: str
    who: str
    who_name: str | None
    action: str
    unit: str | None
    subject: str
    change: int
    before: Any
    after: Any
    why: str | None
    hash: str
    undoable: bool  # shifts of one unit that have not ended and stand as the change left them
    receiver_names: dict[str, str] = {}
    unit_names: dict[str, str] = {}


class AuditPage(Struct, frozen=True):
    """Rows, the newest first. `next` goes into `before` for the rows behind them; None: there are none."""

    rows: tuple[AuditRow, ...]
    next: int | None


class AuditVerdict(Struct, frozen=True):
    """What reading the whole record through found. `head` is worth noting elsewhere: see docs/web.md."""

    sound: bool
    rows: int
    first: int
    head: str  # SEQ:HASH of the last row
    findings: tuple[str, ...]


class Planned(Struct, frozen=True):
    """What a change of the register did, or with `preview` would do: `count` changes, the first ones told.

    `lines` and `changes` tell the same ones. `version` of a preview goes back with the import.
    """

    applied: bool
    count: int
    changes: tuple[str, ...]  # in English
    lines: tuple[ChangedEntry, ...]
    counts: tuple[TableCount, ...]
    version: str  # empty where it was applied


class AccountView(Struct, frozen=True):
    """An account."""

    username: str
    name: str
    kind: Kind
    units: tuple[str, ...]
    created_at: str
    password_at: str
    disabled_at: str | None
    version: str


class EntryView(Struct, frozen=True, omit_defaults=True):
    """An entry of the register, as the roster file has it. What is left out is of receivers alone."""

    key: tuple[str, ...]
    entry: dict[str, Any]
    version: str
    number_kind: str | UnsetType = UNSET  # extension or mobile
    backup_kind: str | UnsetType = UNSET
    proof: str | UnsetType = UNSET  # proved, unproved, pending or failed
    proof_at: str | UnsetType | None = UNSET
    served: bool | UnsetType = UNSET  # whether a carrier serves one of his numbers
    same_number: tuple[str, ...] | UnsetType = UNSET  # other receivers who have one of his numbers


class Entries(Struct, frozen=True):
    """A part of a table; `total` is how many fit. `names`: of all that they name, by table and id."""

    total: int
    entries: tuple[EntryView, ...]
    names: Mapping[str, Mapping[str, str]]


class NumberRead(Struct, frozen=True):
    """A number as it is kept, and what it reaches."""

    number: str
    kind: str  # extension or mobile
    served: bool  # whether a carrier serves it
    same_number: tuple[Person, ...]  # other receivers who have it, first or second


class FeedView(Struct, frozen=True):
    """A calendar feed without its address."""

    id: int
    receiver: Person | None
    unit: Person | None
    made_by: str
    made_by_name: str | None
    made_at: str
    revoked_at: str | None


class NewFeed(Struct, frozen=True):
    """The one time that a feed's secret address is shown; `path` belongs behind the address of the site."""

    id: int
    path: str


class PaperPerson(Struct, frozen=True):
    """Somebody on paper, numbers spaced for people. `number` is None of one who is no receiver any more."""

    id: str
    name: str
    number: str | None
    backup: str | None


class PaperShift(Struct, frozen=True):
    """One shift on paper, people in the order in which they are paged."""

    shift: str
    date: str
    from_: str = field(name="from")
    to: str
    running: bool
    note: Reason | None  # what a change of the clocks does to it
    doctor: tuple[PaperPerson, ...]
    nurse: tuple[PaperPerson, ...]


class ClockView(Struct, frozen=True):
    """A change of the clocks: on this date the time of day `from` becomes `to`."""

    date: str
    from_: str = field(name="from")
    to: str


class Paper(Struct, frozen=True):
    """Every shift of a unit that touches the 72 hours from `now` on, in order of time, and its fallback."""

    unit: str
    name: str
    area_name: str
    now: str
    until: str
    clocks: ClockView | None
    shifts: tuple[PaperShift, ...]
    fallback: tuple[PaperPerson, ...]
    area_fallback: tuple[PaperPerson, ...]
