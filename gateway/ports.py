"""The interfaces between the core and what stands around it. The docstrings are the contract.

Rules: a port has one to four methods. Carriers never raise into the core and the core never raises into a
carrier: what goes wrong is told by `CarrierEvents`.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from twisted.internet.defer import Deferred

from gateway.model import Attempt, NumberKind, Proof

P = ParamSpec("P")
T = TypeVar("T")


class StoreUnavailable(Exception):  # noqa: N818 - named for what is the case
    """The work was not committed (disk full, locked, writer gone); nothing of it remains. Try again."""


class Writer(Protocol):
    """The one place where the database is written.

    `work` runs with a connection inside a transaction, as one savepoint of the batch that is due, never on
    the caller's thread in production. The Deferred fires on the reactor after the commit, with what `work`
    returned; it fails with StoreUnavailable if the batch could not be committed, or with what `work` raised
    (then only that savepoint was undone).
    """

    def run(
        self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Deferred[T]: ...


class FailureKind(StrEnum):
    """What a failed attempt means for the page."""

    TEMPORARY = "temporary"  # busy, throttled, line down: nothing was shown, the same route is tried again
    DIVERT = "divert"  # nothing was shown; tried here again, and another way is opened at once
    REFUSED = "refused"  # permanent for this receiver or number: the next route or receiver at once
    CONTENT = "content"  # permanent for this text: once more in the plainest form, then as REFUSED
    IN_DOUBT = "in_doubt"  # may have been shown: tried again, marked as repeated


@dataclass(frozen=True, slots=True)
class Order:
    """One attempt that a carrier is asked to make."""

    attempt: int  # unique; carriers use it as their reference
    alert: int
    page: int
    number: str
    text: str
    priority: int  # 1–5, 1 the most urgent
    expires_at: int  # UTC ms; not to be shown after this
    plain: bool = False  # send in the plainest form that the carrier has


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a carrier serves and can prove; shown to users and asked by the core."""

    serves: NumberKind
    best_proof: Proof  # without an answer: sent, delivered or read
    can_answer: bool
    can_cancel: bool
    max_text: int  # in the units of `measure`
    measure: Callable[[str], int]  # how long the text is on this wire, after conversion


@dataclass(frozen=True, slots=True)
class LineState:
    """One row of `bakjour lines` and of /readyz."""

    name: str
    kind: str  # source or carrier type
    up: bool
    detail: str
    counters: dict[str, int]


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether events can be committed and every kind of number that the roster uses has a carrier up."""

    ready: bool
    detail: str
    lines: Sequence[LineState]


class ReportWord(StrEnum):
    """What a carrier learnt of a message after it was taken."""

    DELIVERED = "delivered"
    READ = "read"
    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    FAILED = "failed"  # final: the next route or receiver at once
    NOTED = "noted"  # worth a line in the timeline, no change


@dataclass(frozen=True, slots=True)
class Report:
    """News about a message that only its number and content identify.

    The core looks at the attempts to `numbers` over `carrier` of the last 24 hours and asks `matches` of
    each. One page found: it moves. Several pages: it is noted on each and moves none. None: it is counted.
    Where a page is several messages, `progress` says of the attempt what the news means for the whole, and
    the carrier's identity for it as it is from now on.
    """

    carrier: str
    numbers: tuple[str, ...]
    word: ReportWord
    detail: str
    matches: Callable[[Attempt], int]  # how well, and 0 (or False) if not at all: the best alone count
    progress: Callable[[Attempt], tuple[ReportWord, str | None]] | None = None


class Replies(Protocol):
    """Where a carrier brings what somebody wrote back."""

    def received(self, carrier: str, number: str, text: str, written_at: int | None) -> Deferred[None]:
        """A message from `number`, as the roster writes numbers; `written_at` is the centre's time, UTC ms.

        Fires when all that it means is committed, so that the far end can be answered; fails if it was not,
        and then the far end should send it again.
        """


class Carrier(Protocol):
    """One configured way out; connects by itself once it has been started."""

    name: str
    capabilities: Capabilities

    def start(self) -> None:
        """Connect, and stay connected."""

    def stop(self) -> Deferred[object]:
        """Close everything; fires when it is closed."""

    def free(self) -> int:
        """How many orders it would take now; 0 while the line is down."""

    def send(self, order: Order) -> None:
        """Begin an attempt; exactly one of `CarrierEvents.taken` and `failed` follows, never at once."""

    def recall(self, attempt: Attempt, priority: int) -> None:
        """Take a message back from the receiver if the protocol can; tells nothing, fails silently."""

    def state(self) -> LineState:
        """For people and monitors."""


class CarrierEvents(Protocol):
    """How a carrier speaks to the core."""

    def taken(self, carrier: str, attempt: int, ref: str | None) -> None:
        """The carrier's system took the order: sent, and no more than sent."""

    def failed(self, carrier: str, attempt: int, kind: FailureKind, reason: str) -> None:
        """The attempt ended without being taken."""

    def reported(self, report: Report) -> Deferred[None]:
        """Fires when the news is committed, so that the far end can be answered; fails if it was not."""

    def changed(self, carrier: str) -> None:
        """A slot became free, or the line went up or down: ask `free` and `state` again."""


class Alarms(Protocol):
    """Where the core reports what people must know."""

    def raise_alarm(self, key: str, text: str) -> None:
        """Something is wrong; the same key again while it stands only counts up."""

    def tell(self, key: str, text: str) -> None:
        """Something happened that people must know; it is over by itself when it does not come again."""

    def clear_alarm(self, key: str) -> None:
        """It is mended."""

    def notice(self, key: str, text: str) -> None:
        """Something that people should come to know, without being paged for it."""
