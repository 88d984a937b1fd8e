"""Tells a calling system what became of its calls, in status blocks (header 2), as a paging system does.

Rules: a status repeats address, text and beep code of its call. Each goes out once, in the order 2 (with the
paging system), 3 (on a handset), then one end: 6 where somebody answered, 4 where nobody did, 8 where no way
was left, 5 where it was taken back or can be answered by nobody. An answer after the end is told too. What
the sender took is stored, so that a restart tells the rest and nothing twice.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.delivery.pages import at_least, proof_of
from gateway.logs import get_logger
from gateway.model import Alert, OutcomeWord, Proof
from gateway.store.values import StoredOutcome
from protocols.espa444 import Block, CallStatus, FailReason, status_of
from protocols.session import LocalProtocolError

QUEUED_MOST = 1000
"""Statuses that wait for the line; at one a second they are stale before more leave."""

TRIES_MOST = 5
"""Times that one status is offered before it is dropped: another one waits behind it."""

ENDS = {
    OutcomeWord.ACKNOWLEDGED: CallStatus.ACKNOWLEDGED,
    OutcomeWord.EXPIRED: CallStatus.ABSENT,
    OutcomeWord.NO_RECEIVER: CallStatus.ABSENT,
    OutcomeWord.FAILED: CallStatus.FAULT,
    OutcomeWord.CANCELLED: CallStatus.TERMINATED,
    OutcomeWord.UNCONFIRMED: CallStatus.TERMINATED,
}

ON_THE_WAY = {
    OutcomeWord.SENT: CallStatus.IN_QUEUE,
    OutcomeWord.DELIVERED: CallStatus.PAGED,
    OutcomeWord.READ: CallStatus.PAGED,
}

ORDER = (
    {CallStatus.IN_QUEUE},
    {CallStatus.PAGED},
    {CallStatus.ABSENT, CallStatus.TERMINATED, CallStatus.FAULT},
    {CallStatus.ACKNOWLEDGED},
)

log = get_logger("espa444")


@dataclass(slots=True)
class Report:
    """One status that waits."""

    alert: int
    status: CallStatus
    tries: int = 0


class Reports:
    """The statuses of one line. `call_of` gives the call's block, `send` begins one, `took` notes it told."""

    def __init__(
        self,
        line: str,
        call_of: Callable[[int], Block | None],
        send: Callable[[Block], None],
        took: Callable[[int, CallStatus], None],
        count: Callable[[str], None],
    ) -> None:
        self._line = line
        self._call_of = call_of
        self._send = send
        self._took = took
        self._count = count
        self._queue: deque[Report] = deque()
        self._under_way: Report | None = None
        self._last: OrderedDict[int, CallStatus] = OrderedDict()

    def outcome(self, outcome: StoredOutcome) -> None:
        """Something became of one of the line's calls."""
        if outcome.late and outcome.status is OutcomeWord.ACKNOWLEDGED:
            self.add(outcome.alert, CallStatus.ACKNOWLEDGED)
        elif outcome.final:
            self.add(outcome.alert, ENDS[outcome.status])
        elif outcome.scope == "page" and outcome.status in ON_THE_WAY:
            self.add(outcome.alert, ON_THE_WAY[outcome.status])

    def add(self, alert: int, status: CallStatus) -> None:
        """Tell this, unless as much was told before."""
        last = self._last.get(alert)
        if last is not None and _rank(status) <= _rank(last):
            return
        self.know(alert, status)
        self.answer(alert, status)

    def know(self, alert: int, status: CallStatus) -> None:
        """This was told already."""
        self._last[alert] = status
        self._last.move_to_end(alert)
        if len(self._last) > QUEUED_MOST:
            self._last.popitem(last=False)

    def answer(self, alert: int, status: CallStatus) -> None:
        """Tell this, whatever was told before."""
        if len(self._queue) >= QUEUED_MOST:
            self._queue.popleft()
            self._count("statuses_lost")
        self._queue.append(Report(alert, status))

    def next(self) -> None:
        """Bring the oldest that waits over, if none is under way."""
        while self._under_way is None and self._queue:
            report = self._queue.popleft()
            call = self._call_of(report.alert)
            if call is None:
                continue  # what it said is forgotten, and with it how it would be named
            try:
                self._send(status_of(call, report.status))
            except LocalProtocolError:
                self._queue.appendleft(report)
                return
            self._under_way = report

    def taken(self) -> None:
        """The sender took the one under way."""
        report, self._under_way = self._under_way, None
        if report is not None:
            self._count("statuses_told")
            self._took(report.alert, report.status)

    def failed(self, reason: FailReason) -> None:
        """It did not."""
        report, self._under_way = self._under_way, None
        if report is None:
            return
        if reason is not FailReason.LINE_DOWN:
            report.tries += 1
        if reason is FailReason.INVALID or report.tries >= TRIES_MOST:
            self._count("statuses_lost")
            log.warning("a status was not taken", line=self._line, alert=report.alert, reason=reason.value)
            return
        self._queue.appendleft(report)


def status_of_alert(alert: Alert) -> CallStatus | None:
    """What a calling system may know of an alert now; None while no carrier has taken it."""
    if alert.closed is not None:
        return ENDS[alert.closed]
    proofs: Sequence[Proof] = [max(page.proof, proof_of(page.state), key=_strength) for page in alert.pages]
    best = max(proofs, key=_strength, default=Proof.NONE)
    if at_least(best, Proof.DELIVERED):
        return CallStatus.PAGED
    return CallStatus.IN_QUEUE if best is Proof.SENT else None


def _strength(proof: Proof) -> int:
    return tuple(Proof).index(proof)


def _rank(status: CallStatus) -> int:
    return next(place for place, statuses in enumerate(ORDER) if status in statuses)
