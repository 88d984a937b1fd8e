"""What a command_status means: for the page that got it, and for the messages after it.

Rules: classes are those of `protocols.smpp.status`, the site's own first. Too much pauses the account. What
fails for now is tried again here, and after a few tries another way is opened beside it; a full queue sooner,
for it can be this phone's own. A refused account bars the route for a while: what waits goes another way at
once. A number that is refused is named to people, so that somebody mends the roster.
"""

from collections import OrderedDict
from collections.abc import Mapping

from gateway.clock import Clock
from gateway.delivery.carriers.pace import Pace
from gateway.ports import Alarms, FailureKind, Order
from gateway.roster.numbers import mask
from protocols.smpp import status
from protocols.smpp.status import StatusClass

THROTTLE_PAUSE = 1.0
"""Seconds without a submit after the centre has said that it is too much; Kannel waits as long."""

BARRED_PAUSE = 60.0
"""Seconds without a submit after the account was refused: a quota does not mend within seconds."""

QUEUE_FULL_TRIES = 2
"""Times that RMSGQFUL is heard of a page before another way is opened: it can mean this phone's own queue."""

TEMPORARY_TRIES = 3
"""Times that a page may fail for now before another way is opened: once, and two quick repeats."""

TRIED_MOST = 1_000
"""Pages whose failures are counted; the oldest makes way."""

FAILURES = {
    StatusClass.THROTTLE: FailureKind.TEMPORARY,
    StatusClass.TEMPORARY: FailureKind.TEMPORARY,
    StatusClass.SESSION: FailureKind.DIVERT,
    StatusClass.PERMANENT_RECEIVER: FailureKind.REFUSED,
    StatusClass.PERMANENT_CONTENT: FailureKind.CONTENT,
}
"""What a first status of each class means for its page."""


class Judge:
    """The statuses of one account."""

    def __init__(
        self, carrier: str, classes: Mapping[int, StatusClass], pace: Pace, clock: Clock, alarms: Alarms
    ) -> None:
        self._carrier = carrier
        self._classes = classes
        self._pace = pace
        self._clock = clock
        self._alarms = alarms
        self._tried: OrderedDict[tuple[int, int], int] = OrderedDict()
        self._barred_until = 0.0
        self._barred_by = ""

    @property
    def barred(self) -> str | None:
        """Why nothing may be sent now; None if it may."""
        if self._clock.delays.seconds() >= self._barred_until:
            return None
        return f"the account is refused with {self._barred_by}"

    def accepts(self, code: int) -> bool:
        """Whether the message was taken."""
        return status.classify(code, self._classes) is StatusClass.ACCEPTED

    def judge(self, order: Order | None, code: int) -> FailureKind:
        """What a refusal means for its page; holds back what comes after it before anybody is told."""
        kind = status.classify(code, self._classes)
        name = status.status_name(code)
        if kind is StatusClass.THROTTLE:
            self._pace.pause(THROTTLE_PAUSE)
        elif kind is StatusClass.SESSION:
            self._bar(code)
        elif kind is StatusClass.PERMANENT_CONTENT:
            self._alarms.tell(
                f"content:{self._carrier}", f"line {self._carrier}: a text was refused with {name}"
            )
        elif kind is StatusClass.PERMANENT_RECEIVER and order is not None:
            number = mask(order.number)
            self._alarms.notice(f"number:{number}", f"line {self._carrier} refuses {number} with {name}")
        return self._again(order, code, kind)

    def forget(self, order: Order) -> None:
        """The page was taken: its failures do not count for a later attempt."""
        self._tried.pop((order.alert, order.page), None)

    def _bar(self, code: int) -> None:
        name = status.status_name(code)
        self._alarms.tell(
            f"account:{self._carrier}", f"line {self._carrier}: the account is refused with {name}"
        )
        if code != status.RINVBNDSTS:  # that is the bind's fault alone, and a new one mends it
            self._barred_until = self._clock.delays.seconds() + BARRED_PAUSE
            self._barred_by = name
            self._pace.pause(BARRED_PAUSE)

    def _again(self, order: Order | None, code: int, kind: StatusClass) -> FailureKind:
        failure = FAILURES[kind]
        throttled = kind is StatusClass.THROTTLE and code != status.RMSGQFUL
        if failure is not FailureKind.TEMPORARY or throttled or order is None or order.alert == 0:
            return failure
        page = (order.alert, order.page)
        self._tried[page] = tries = self._tried.pop(page, 0) + 1
        if len(self._tried) > TRIED_MOST:
            self._tried.popitem(last=False)
        most = QUEUE_FULL_TRIES if code == status.RMSGQFUL else TEMPORARY_TRIES
        return FailureKind.DIVERT if tries >= most else failure
