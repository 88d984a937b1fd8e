"""What people and monitors may ask of the gateway, and what they get: the words between `operations` and the
control socket, the web listener and the command line.

Rules: a request is a value with its `op` as its JSON tag; each has exactly one kind of reply (`REPLIES`).
What cannot be done is a `Refused`, never an exception of Python over a wire.
"""

from enum import StrEnum
from importlib.metadata import version
from typing import Any

from msgspec import Struct

from gateway import replies
from gateway.accounts.model import Kind
from gateway.store.keys import Scope

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


class RosterForm(StrEnum):
    """How a roster is written as a file."""

    TOML = "toml"
    CSV = "csv"


class AuditForm(StrEnum):
    """How the record of changes is exported."""

    JSONL = "jsonl"
    CSV = "csv"


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
    """The last events that became no alert; those that the criteria ignore can be left out."""

    limit: int = DEFAULT_LIMIT
    rejected_only: bool = False


class ListAlarms(Request, frozen=True, tag="alarms"):
    """The technical alarms: those that stand, or the last ones."""

    limit: int = DEFAULT_LIMIT
    standing_only: bool = False


class ImportRoster(Request, frozen=True, tag="roster_import"):
    """Merge a roster file, or with `replace` make it the whole truth; `confirmed` is the user's --yes.

    `version` is that of the preview which the user saw: refused if the file would do something else. Over the
    control socket the file may come beside the request, as a descriptor: then `file` is any number and `text`
    is empty. With `progress` lines about it come before the reply.
    """

    text: str
    dry_run: bool = False
    replace: bool = False
    confirmed: bool = False
    form: RosterForm = RosterForm.TOML
    version: str | None = None
    file: int | None = None
    progress: bool = False


class ExportRoster(Request, frozen=True, tag="roster_export"):
    """The whole roster as a file."""

    form: RosterForm = RosterForm.TOML


class AddKey(Request, frozen=True, tag="key_add"):
    """Make an API key."""

    name: str
    scope: Scope


class ListKeys(Request, frozen=True, tag="keys"):
    """Every key that was ever made, without the key itself."""


class RevokeKey(Request, frozen=True, tag="key_revoke"):
    """Make a key worthless."""

    name: str


class AddAccount(Request, frozen=True, tag="account_add"):
    """Make an account of the web pages; `units` are entered in the roster, as the administrator's."""

    username: str
    name: str
    kind: Kind
    password: str
    units: tuple[str, ...] = ()


class ListAccounts(Request, frozen=True, tag="accounts"):
    """Every account, without its password."""


class ChangeAccount(Request, frozen=True, tag="account_change"):
    """Change what is not None; a new password and `disabled` log the person out everywhere."""

    username: str
    disabled: bool | None = None
    password: str | None = None


class VerifyAudit(Request, frozen=True, tag="audit_verify"):
    """Read the record of changes through; `known` is SEQ:HASH of a head that was noted earlier."""

    known: str | None = None


class ListAudit(Request, frozen=True, tag="audit"):
    """Rows of the record of changes, as text in JSON lines or CSV; `after` is the last row one has."""

    form: AuditForm
    unit: str | None = None
    who: str | None = None
    action: str | None = None
    since: str | None = None
    until: str | None = None
    after: int = 0


class Trace(Request, frozen=True, tag="trace"):
    """The wire from now on: one line, or all. Rows follow the reply for as long as the client stays."""

    line: str | None = None


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
    | AddAccount
    | ListAccounts
    | ChangeAccount
    | VerifyAudit
    | ListAudit
    | Trace
)


REPLIES: dict[type[Request], Any] = {
    Ping: replies.Pong,
    AskWho: replies.WhoAnswer,
    ListAlerts: tuple[replies.AlertSummary, ...],
    ShowAlert: replies.AlertDetail,
    ListLines: tuple[replies.Line, ...],
    ListRefusals: tuple[replies.RefusalEntry, ...],
    ListAlarms: tuple[replies.AlarmEntry, ...],
    ImportRoster: replies.RosterImported,
    ExportRoster: replies.RosterText,
    AddKey: replies.NewKey,
    ListKeys: tuple[replies.KeyEntry, ...],
    RevokeKey: replies.Done,
    AddAccount: replies.Done,
    ListAccounts: tuple[replies.AccountEntry, ...],
    ChangeAccount: replies.Done,
    VerifyAudit: replies.AuditVerified,
    ListAudit: replies.AuditText,
    Trace: replies.TraceBegun,
}
"""The kind of reply to each request."""
