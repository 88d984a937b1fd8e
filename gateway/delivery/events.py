"""What can happen to an alert, and what a step makes of it: the input and output of `lifecycle.step`."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.delivery.pages import PageInput
from gateway.model import Alert, Attempt, OutcomeWord, Step
from gateway.ports import FailureKind


@dataclass(frozen=True, slots=True)
class Opened:
    """The alert has just been accepted: its first rung is paged."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The dispatcher gives the page its turn."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Taken:
    """The carrier's system took the page."""

    page: int
    attempt: int
    ref: str | None


@dataclass(frozen=True, slots=True)
class Failed:
    """An attempt ended without being taken."""

    page: int
    kind: FailureKind
    reason: str


@dataclass(frozen=True, slots=True)
class Reported:
    """News that belongs to this page alone; `input` is DELIVERED, READ, ACKNOWLEDGE, DECLINE or REFUSE."""

    page: int
    input: PageInput
    detail: str
    ref: tuple[int, str] | None = None  # (attempt, the carrier's identity for it from now on)


@dataclass(frozen=True, slots=True)
class Noted:
    """Something worth a line that changes nothing, such as an answer that could belong to several pages."""

    page: int | None
    text: str
    detail: str
    ref: tuple[int, str] | None = None  # as in Reported


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline has passed."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The source, or a person, closes the alert."""

    word: OutcomeWord  # CANCELLED, or ACKNOWLEDGED when a person takes it by hand
    reason: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """The gateway starts and finds the alert open."""


@dataclass(frozen=True, slots=True)
class Shifted:
    """The wall clock was set: every time to come moves with it, so that what remained still remains."""

    by: int


Event = Opened | Begun | Taken | Failed | Reported | Noted | Due | Closed | Restarted | Shifted


class Concern(StrEnum):
    """What a thing that people must know is about; one alarm stands for each."""

    UNIT = "unit"
    ALERT = "alert"
    RECEIVER = "receiver"  # the text is his name


@dataclass(frozen=True, slots=True)
class Change:
    """What one event made of an alert."""

    alert: Alert
    steps: tuple[Step, ...] = ()
    begun: Attempt | None = None  # to be stored, and then handed to its carrier
    ref: tuple[int, str] | None = None  # (attempt, the carrier's own identity for it)
    recalls: tuple[int, ...] = ()  # pages whose message is to be taken back from the receiver
    alarms: tuple[tuple[Concern, str], ...] = ()
