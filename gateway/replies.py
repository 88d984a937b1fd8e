"""What comes back for each request of `requests`, as every wire and the command line show it.

Rules: instants are RFC 3339 in UTC with milliseconds. No reply holds patient data beyond an alert's own case
reference. What an alert's JSON says is the published contract's; members may be added, never changed.
"""

from msgspec import Struct

from gateway.accounts.model import Kind as AccountKind
from gateway.model import Origin, OutcomeWord, Proof, Role
from gateway.roster.changes import Action
from gateway.store.keys import Scope
from protocols.capture import Direction
from protocols.clinic24.event import Kind


class Pong(Struct, frozen=True):
    """A gateway is there."""

    version: str


class Reason(Struct, frozen=True):
    """One sentence of the resolver, in Swedish and English."""

    sv: str
    en: str


class WhoReceiver(Struct, frozen=True):
    """One receiver, in the order of the paging."""

    receiver: str
    name: str
    number: str
    backup: str | None
    origin: Origin
    reasons: tuple[Reason, ...]
    shift: str | None = None  # of whoever is on duty: the shift, the date on which it begins, its times
    date: str | None = None
    start: str | None = None
    end: str | None = None
    made_by: str | None = None  # who made the assignment: a user name, or import
    made_at: str | None = None
    made_by_name: str | None = None  # None where that is no account


class WhoAnswer(Struct, frozen=True):
    """Who would be paged for an event at an instant; `alerts` is False if the criteria say nobody is.

    `steps` are all that the resolver did, the rules that it skipped too.
    """

    unit: str
    unit_name: str | None  # None: unknown
    role: Role
    profession: str | None
    kind: Kind
    priority: int
    at: str
    alerts: bool
    receivers: tuple[WhoReceiver, ...]
    steps: tuple[Reason, ...]


class TimelineEntry(Struct, frozen=True):
    """One line of an alert's timeline; `status` is None where it is no outcome.

    `text` and `reason` are English, as they are stored; `said` and `why` are the same in both languages.
    """

    at: str
    scope: str
    status: OutcomeWord | None
    receiver: str | None
    carrier: str | None
    reason: str | None
    text: str
    said: Reason
    why: Reason | None = None
    final: bool = False
    late: bool = False


class AlertSummary(Struct, frozen=True):
    """One alert of a list. `status` is its closing word, or how far its pages have come."""

    alert: str
    source: str
    id: str
    open: bool
    status: str
    unit: str
    unit_name: str
    kind: Kind | None
    role: Role | None
    profession: str | None  # that was asked for, if it is none of the two
    priority: int
    case: str | None
    receivers: tuple[str, ...]  # who has been paged, by name
    accepted_at: str
    closed_at: str | None


class AlertDetail(AlertSummary, frozen=True, kw_only=True):
    """One alert with everything that was done about it. `proof` is the strongest thing known of its pages."""

    proof: Proof
    expires_at: str
    timeline: tuple[TimelineEntry, ...]


class Line(Struct, frozen=True):
    """State and counters of one source or carrier."""

    name: str
    kind: str
    up: bool
    detail: str
    counters: dict[str, int]


class RefusalEntry(Struct, frozen=True):
    """One event that became no alert. `why` says each error as a sentence, without what was refused."""

    at: str
    status: str
    way: str
    source: str | None
    id: str | None
    kind: str | None
    unit: str | None
    priority: int | None
    errors: tuple[tuple[str, str], ...]
    why: tuple[Reason, ...] = ()


class AlarmEntry(Struct, frozen=True):
    """One technical alarm. `said` is what is wrong in a few words, for whoever does not run the gateway."""

    key: str
    text: str
    raised_at: str
    cleared_at: str | None
    count: int
    said: Reason


class ChangedField(Struct, frozen=True):
    """One field of an entry before and after, as the roster file has it; null: nothing is said."""

    key: str
    before: str | bool | tuple[str, ...] | None
    after: str | bool | tuple[str, ...] | None


class ChangedEntry(Struct, frozen=True):
    """What an import does to one entry of the roster file."""

    does: Action
    table: str
    key: tuple[str, ...]  # as the roster file puts it together
    name: str  # for people
    fields: tuple[ChangedField, ...]  # that differ, without the key


class TableCount(Struct, frozen=True):
    """How many entries of one table an import adds, changes and removes."""

    table: str
    add: int
    change: int
    remove: int


class RosterImported(Struct, frozen=True):
    """What an import did, or with a dry run would do: `count` changes, the first of them told.

    `lines` tells the same changes as `changes`, for pages. `version` is that of a dry run: see ImportRoster.
    """

    applied: bool
    count: int
    changes: tuple[str, ...]
    lines: tuple[ChangedEntry, ...] = ()
    counts: tuple[TableCount, ...] = ()
    version: str = ""


class ImportProgress(Struct, frozen=True):
    """How far an import is, stage by stage: octets read, entries checked, changes written."""

    by: str
    stage: str  # read, check, write, done or failed
    done: int
    total: int


class RosterText(Struct, frozen=True):
    """The roster as a file."""

    text: str


class NewKey(Struct, frozen=True):
    """The one time that a key is shown."""

    name: str
    scope: Scope
    key: str


class KeyEntry(Struct, frozen=True):
    """A key as it is known."""

    name: str
    scope: Scope
    created_at: str
    revoked_at: str | None


class AccountEntry(Struct, frozen=True):
    """An account of the web pages as it is known."""

    username: str
    name: str
    kind: AccountKind
    units: tuple[str, ...]
    created_at: str
    password_at: str
    disabled_at: str | None


class AuditVerified(Struct, frozen=True):
    """What reading the record of changes through found; `head` is SEQ:HASH of its last row."""

    sound: bool
    rows: int
    first: int
    head: str
    findings: tuple[str, ...]


class AuditText(Struct, frozen=True):
    """A part of the record of changes as text; `after` asks for the next one, None: there is none."""

    text: str
    after: int | None


class TracedLine(Struct, frozen=True):
    """A line that is traced, with what a reader of its bytes wants to know."""

    name: str
    type: str
    settings: dict[str, str]


class TraceBegun(Struct, frozen=True):
    """Rows follow until the client goes. `seconds` is the gateway's monotonic clock at `began`."""

    began: str
    seconds: float
    lines: tuple[TracedLine, ...]


class TraceRow(Struct, frozen=True):
    """What one read or write carried, seen from the gateway; secrets are covered."""

    line: str
    connection: int
    direction: Direction
    at: str
    seconds: float
    hex: str


class Done(Struct, frozen=True):
    """It is done."""
