"""The values that the gateway stores and passes around: an alert, its ladder, its pages, its attempts.

Rules: every value is frozen; a change makes a new one. All times are integer UTC milliseconds. An `Alert`
with its pages is one aggregate: it is stored as one row (its JSON is `msgspec.json.encode(alert)`), changed
only by `delivery.lifecycle.step`, and written in the same transaction as the steps that the change made.
The words of `Answer status` and `Outcome` are those of the published contract and defined nowhere else.
"""

from enum import StrEnum

from msgspec import Struct

from protocols.clinic24.event import Kind


class Role(StrEnum):
    """The two coordinating roles that a unit schedules (läkare, sjuksköterska)."""

    DOCTOR = "doctor"
    NURSE = "nurse"


class NumberKind(StrEnum):
    """What a number reaches, and so which carriers can serve it."""

    EXTENSION = "extension"
    MOBILE = "mobile"


class OutcomeWord(StrEnum):
    """What became of a page or an alert; the same words on every wire and page."""

    NO_RECEIVER = "no_receiver"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNCONFIRMED = "unconfirmed"


class Proof(StrEnum):
    """The strongest thing that is known of an alert's pages."""

    NONE = "none"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    ACKNOWLEDGED = "acknowledged"


class PageState(StrEnum):
    """One message to one number over one carrier. The order of the middle six is the order of proof."""

    QUEUED = "queued"
    SENDING = "sending"  # an attempt has begun and its outcome is not stored: after a crash it is in doubt
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class OneWay(StrEnum):
    """What a unit wants of an alert whose routes cannot bring an answer back."""

    ESCALATE = "escalate"
    CLOSE = "close"


class Origin(StrEnum):
    """Why a receiver stands on the ladder."""

    DUTY = "duty"
    ADDRESSED = "addressed"  # a system that pages through us called this receiver himself
    UNIT_FALLBACK = "unit_fallback"
    AREA_FALLBACK = "area_fallback"
    CATCH_ALL = "catch_all"
    OPERATORS = "operators"  # a technical alarm to the people who run the gateway


class Route(Struct, frozen=True):
    """One way to one receiver: a number over a carrier, with what that carrier can bring back."""

    carrier: str
    number: str
    can_answer: bool
    best_proof: Proof  # the most that this route can prove without an answer: sent, delivered or read


class Rung(Struct, frozen=True):
    """One receiver of an alert's ladder, as the roster named him at the commit."""

    receiver: str
    name: str
    origin: Origin
    reason_sv: str
    reason_en: str
    routes: tuple[Route, ...]


class Page(Struct, frozen=True):
    """One message to one receiver over one route; its number is its place in `Alert.pages`."""

    rung: int
    route: int
    state: PageState
    opened_at: int
    due_at: int  # when the next attempt may begin
    attempts: int = 0  # begun
    plain: bool = False  # the carrier refused the content once: the next attempt is in its plainest form
    repeat: bool = False  # an earlier attempt may have been shown: the text says "(upprepat)"
    diverted: bool = False  # another way was opened beside this one because it was not taken in time
    proof: Proof = Proof.NONE  # the strongest thing that was ever known of it, whatever became of it then
    sent_at: int | None = None  # when it was first taken, or known to have been
    answered_at: int | None = None  # when its receiver answered, also after the alert's end


class Subject(Struct, frozen=True):
    """What the message is about: everything that a text may say, and nothing else."""

    kind: Kind | None  # None for a technical alarm, and for a call of another system
    unit: str  # the unit's id, or as the event or call named it
    unit_name: str
    unit_known: bool
    role: Role | None
    profession: str | None  # shown when somebody else than a doctor or nurse was asked for
    priority: int  # 1 (most urgent) to 5
    case: str | None
    callback: str | None
    age: int | None = None  # ms between the event and its commit, where that is worth saying
    priority_given: bool = True  # an escalated case may come without: it orders and beeps as 1
    test: bool = False
    note: str | None = None  # the text of a technical alarm
    line: str | None = None  # the source by which another system called; what it said is kept elsewhere
    address: str | None = None  # whom it called, in its own numbers

    @property
    def technical(self) -> bool:
        """Whether this is an alarm about the gateway itself."""
        return self.kind is None and self.line is None


class Alert(Struct, frozen=True):
    """One accepted event and everything that is done about it."""

    id: int  # 0 until the store has given it one
    source: str
    event: str
    digest: str
    subject: Subject
    accepted_at: int
    expires_at: int
    one_way: OneWay
    rungs: tuple[Rung, ...]
    pages: tuple[Page, ...] = ()
    reached: int = -1  # the last rung opened
    escalates_at: int | None = None  # when the next rung is opened unless somebody answers
    closed: OutcomeWord | None = None
    closed_at: int | None = None


class Step(Struct, frozen=True):
    """One line of an alert's timeline. With a `status` it is an outcome and gets a sequence number."""

    at: int
    scope: str  # "page" or "alert"
    text: str  # what happened, for people
    status: OutcomeWord | None = None
    page: int | None = None
    receiver: str | None = None
    carrier: str | None = None
    reason: str | None = None
    final: bool = False
    late: bool = False
    proof: Proof | None = None


class IncomingCall(Struct, frozen=True):
    """One call of another system, as it came. What it says may name a patient: it is kept for a day."""

    line: str  # the source
    session: str  # the selection of the line that brought it
    address: str
    text: str
    block: bytes  # as on the line, so that its status can repeat its records
    running: str | None  # Ascom's record D or 9, by which a later call takes it back
    at: int


class Attempt(Struct, frozen=True):
    """One transmission of a page, as stored before its first byte leaves."""

    id: int
    alert: int
    page: int
    carrier: str
    number: str
    text: str
    begun_at: int
    ref: str | None = None  # the carrier's own identity for it, once taken (an SMPP message_id)
    reply: int | None = None  # the reference in its text that an answer by SMS may name


class Refusal(Struct, frozen=True):
    """An event that became no alert: rejected or ignored. Never holds a refused value."""

    at: int
    status: str  # "rejected" or "ignored"
    way: str  # the source of the configuration that it came by
    source: str | None
    event: str | None
    kind: str | None
    unit: str | None
    priority: int | None
    errors: tuple[tuple[str, str], ...]  # (path, message)
