"""What the pages of IT get: register, accounts, calendars, the record of changes. Rules as in `shapes`."""

from typing import Any

from msgspec import Struct

from gateway.accounts.model import Kind
from gateway.web.shapes import Person


class AuditRow(Struct, frozen=True):
    """One row of the record of changes. `before` and `after` are JSON objects or null."""

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
    undoable: bool  # the change is one of shifts, and can be undone unless somebody changed it since


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
    """What a change of the register did, or with `preview` would do: `count` changes, the first ones told."""

    applied: bool
    count: int
    changes: tuple[str, ...]


class AccountView(Struct, frozen=True):
    """An account."""

    username: str
    name: str
    kind: Kind
    units: tuple[str, ...]
    created_at: str
    password_at: str
    disabled_at: str | None


class AdministratorView(Struct, frozen=True):
    """An administrator of the register; the password belongs to the account of the same user name."""

    username: str
    name: str
    phone: str | None
    email: str | None
    units: tuple[str, ...]


class FeedView(Struct, frozen=True):
    """A calendar feed without its address."""

    id: int
    receiver: Person | None
    unit: Person | None
    made_by: str
    made_at: str
    revoked_at: str | None


class NewFeed(Struct, frozen=True):
    """The one time that a feed's secret address is shown; `path` belongs behind the address of the site."""

    id: int
    path: str
