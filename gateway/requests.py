"""What people and monitors may ask of the gateway, and what they get: the words between `operations` and the
control socket, the web listener and the command line.

Rules: a request is a value with its `op` as its JSON tag; each has exactly one kind of reply (`REPLIES`).
Instants leave as RFC 3339 in UTC with milliseconds. No reply holds patient data beyond an alert's own case
reference. What cannot be done is a `Refused`, never an exception of Python over a wire.
"""

from enum import StrEnum
from importlib.metadata import version
from typing import Any

from msgspec import Struct

from gateway.model import Origin, OutcomeWord, Proof, Role
from gateway.store.keys import Scope
from protocols.clinic24.event import Kind

DEFAULT_LIMIT = 50  # rows of a list: what a person reads
MAX_LIMIT = 1000  # rows of a list: what one reply may hold


def program_version() -> str:
    """The version of this installation."""
    return version("bakjour")


class Why(StrEnum):
    """Why a request was refused."""

    NOT_FOUND = "not_found"
    INVALID = "invalid"  # what was asked cannot be understood, or a roster has faults
    CONFLICT = "conflict"  # the state forbids it: a closed alert, a name that is taken
    UNAVAILABLE = "unavailable"  # the store did not commit, or no gateway runs


class Refused(Exception):  # noqa: N818 (an answer, not a failure of the program)
    """The request was not carried out, and nothing has changed. `faults` are (path, message)."""

    def __init__(self, why: Why, message: str, faults: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.why = why
        self.message = message
        self.faults = faults


class Request(Struct, frozen=True, tag_field="op", forbid_unknown_fields=True):
    """Base of every request."""


class Ping(Request, frozen=True, tag="ping"):
    """Is a gateway there?"""


class AskWho(Request, frozen=True, tag="who"):
    """Who would be paged, and why. `kind` is a short word or a CloudEvents type, `at` a TIME; None is now."""

    unit: str
    profession: str
    kind: str = "triaged"
    priority: int = 2
    at: str | None = None


class ListAlerts(Request, frozen=True, tag="alerts"):
    """The last alerts, the newest first."""

    limit: int = DEFAULT_LIMIT
    open_only: bool = False


class ShowAlert(Request, frozen=True, tag="alert"):
    """One alert with its timeline."""

    alert: str


class ListLines(Request, frozen=True, tag="lines"):
    """Every source and carrier."""


class ListRefusals(Request, frozen=True, tag="refusals"):
    """The last events that became no alert."""

    limit: int = DEFAULT_LIMIT


class ListAlarms(Request, frozen=True, tag="alarms"):
    """The technical alarms: those that stand, or the last ones."""

    limit: int = DEFAULT_LIMIT
    standing_only: bool = False


class ImportRoster(Request, frozen=True, tag="roster_import"):
    """Merge a roster file, or with `replace` make it the whole truth; `confirmed` is the user's --yes."""

    text: str
    dry_run: bool = False
    replace: bool = False
    confirmed: bool = False


class ExportRoster(Request, frozen=True, tag="roster_export"):
    """The whole roster as TOML."""


class AddKey(Request, frozen=True, tag="key_add"):
    """Make an API key."""

    name: str
    scope: Scope


class ListKeys(Request, frozen=True, tag="keys"):
    """Every key that was ever made, without the key itself."""


class RevokeKey(Request, frozen=True, tag="key_revoke"):
    """Make a key worthless."""

    name: str


AnyRequest = (
    Ping
    | AskWho
    | ListAlerts
    | ShowAlert
    | ListLines
    | ListRefusals
    | ListAlarms
    | ImportRoster
    | ExportRoster
    | AddKey
    | ListKeys
    | RevokeKey
)


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
    """One line of an alert's timeline; `status` is None where it is no outcome."""

    at: str
    scope: str
    status: OutcomeWord | None
    receiver: str | None
    carrier: str | None
    reason: str | None
    text: str
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
    kind: Kind | None
    role: Role | None
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
    """One event that became no alert."""

    at: str
    status: str
    way: str
    source: str | None
    id: str | None
    kind: str | None
    unit: str | None
    priority: int | None
    errors: tuple[tuple[str, str], ...]


class AlarmEntry(Struct, frozen=True):
    """One technical alarm."""

    key: str
    text: str
    raised_at: str
    cleared_at: str | None
    count: int


class RosterImported(Struct, frozen=True):
    """What an import did, or with a dry run would do: `count` changes, the first of them told."""

    applied: bool
    count: int
    changes: tuple[str, ...]


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


class Done(Struct, frozen=True):
    """It is done."""


REPLIES: dict[type[Request], Any] = {
    Ping: Pong,
    AskWho: WhoAnswer,
    ListAlerts: tuple[AlertSummary, ...],
    ShowAlert: AlertDetail,
    ListLines: tuple[Line, ...],
    ListRefusals: tuple[RefusalEntry, ...],
    ListAlarms: tuple[AlarmEntry, ...],
    ImportRoster: RosterImported,
    ExportRoster: RosterText,
    AddKey: NewKey,
    ListKeys: tuple[KeyEntry, ...],
    RevokeKey: Done,
}
"""The kind of reply to each request."""
