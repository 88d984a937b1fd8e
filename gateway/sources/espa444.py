"""A nurse-call or fire system that pages through us over ESPA 4.4.4: we are its paging system.

Rules: a call is acknowledged only after its commit; NAK 2 while we are full or the store does not take it,
NAK 3 for whom we do not know, and that is alarmed. The same bytes in one session are one call. A reset call
takes its call back; one that could mean several takes back none. What became of a call goes back as status.
What a call says is never logged.
"""

import os
from collections.abc import Sequence
from functools import partial
from hashlib import blake2b

from twisted.internet.defer import Deferred, gatherResults, succeed
from twisted.internet.interfaces import IAddress, IStreamClientEndpoint, IStreamServerEndpoint
from twisted.python.failure import Failure

from gateway.alerts import call_alert, refusal_of_call, source_of_line
from gateway.clock import Clock
from gateway.config import EspaSource as Settings
from gateway.delivery import events as e
from gateway.delivery.carriers.espa444_link import EspaLink, GiveAnswer
from gateway.logs import get_logger
from gateway.model import IncomingCall, OutcomeWord
from gateway.outbox import Subscription
from gateway.ports import LineState
from gateway.roster.addressed import Target
from gateway.routing.policy import HOUR
from gateway.sources.espa444_blocks import Wanted, Wish, read_block
from gateway.sources.espa444_known import KnownCalls
from gateway.sources.espa444_reports import Reports, status_of_alert
from gateway.sources.joints import Joints
from gateway.store import calls
from gateway.store.values import StoredOutcome
from protocols import espa444
from protocols.clinic24.messages import Answer, AnswerStatus
from protocols.session import LocalProtocolError

WAITING_MOST = 8
"""Calls of one line whose commit is open at once; the line brings one after the other, so more is a stall."""

OPEN_MOST = 500
"""Open calls of one line: far more than any ward has, few enough to be told about."""

TOLD_AGAIN = HOUR
"""ms before a start whose calls are still told about; older news would only confuse."""

REFERENCE = 1
"""The line's reference of a status: one is under way at a time."""

ACK, BUSY, INVALID = espa444.LinkAnswer.ACK, espa444.LinkAnswer.NAK_BUSY, espa444.LinkAnswer.NAK_INVALID

LINK_ANSWERS = {
    AnswerStatus.ACCEPTED: ACK,
    AnswerStatus.DUPLICATE: ACK,
    AnswerStatus.REJECTED: INVALID,
    AnswerStatus.RETRY: BUSY,
}

log = get_logger("espa444")


class EspaSource:
    """Owns its line."""

    def __init__(
        self,
        settings: Settings,
        endpoint: IStreamClientEndpoint | IStreamServerEndpoint,
        clock: Clock,
        joints: Joints,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._clock = clock
        self._joints = joints
        self._charset = espa444.CHARSETS[settings.charset]
        self._source = source_of_line(settings.name)
        wanted = {espa444.Header.CALL.value, espa444.Header.SUBSCRIBER_CALL.value}
        if settings.status_mode != "none":
            wanted.add(espa444.Header.STATUS_REQUEST.value)
        self._link = EspaLink(settings, frozenset(wanted), endpoint, clock, joints.alarms, self)
        self._count = self._link.line.count
        self._known = KnownCalls(settings.name, joints.reader, joints.keeper, clock)
        self._reports = Reports(
            settings.name, self._known.block, partial(self._link.send, REFERENCE), self._took, self._count
        )
        self._subscription: Subscription | None = None
        self._open: set[int] = set()
        self._waiting = 0
        # A hash of what a call says must not let anybody guess it: the key is of this run and nowhere stored.
        self._key = os.urandom(32)

    async def listen(self) -> IAddress | str:
        """Connect or listen, and tell what is still to be told. Raises CannotListenError."""
        self._open = self._known.open_numbers()
        if self._settings.status_mode == "automatic":
            self._tell_again()
        self._subscription = self._joints.outbox.subscribe(self._outcomes, None)
        self._subscription.resume()
        return await self._link.open()

    def stop(self) -> "Deferred[object]":
        """Close everything; fires when it is closed."""
        if self._subscription is not None:
            self._subscription.end()
        return self._link.stop()

    def state(self) -> LineState:
        """For people and monitors."""
        return self._link.state()

    # --- LinkOwner

    def line_received(self, event: espa444.BlockReceived, session: str, answer: GiveAnswer) -> None:
        """A block that waits for its answer."""
        try:
            raw = espa444.encode(event.block)
        except LocalProtocolError:  # an identifier that no station of ours would send
            raw = b""
        wanted = read_block(event.block, raw, self._charset) if raw else None
        if wanted is None:
            self._count("refused")
            answer(INVALID)
            return
        serve = {
            Wish.CALL: self._called,
            Wish.CANCEL: self._cancelled,
            Wish.ERASE: self._cancelled,
            Wish.STATUS: self._asked,
        }[wanted.wish]
        try:
            told = serve(wanted, session)
        except Exception as fault:  # the sender keeps it; what it says must not come into the log
            what = f"a block on line {self.name} failed: {type(fault).__name__}"
            self._joints.alarms.tell(f"carrier:{self.name}", what)
            told = succeed(BUSY)
        told.addErrback(self._not_done)
        told.addCallback(answer)

    def line_taken(self, ref: int) -> None:
        """The sender took a status."""
        self._reports.taken()

    def line_failed(self, ref: int, reason: espa444.FailReason, maybe_shown: bool) -> None:
        """It did not."""
        self._reports.failed(reason)

    def line_changed(self) -> None:
        """A status that waits may go now."""
        if self._link.ready:
            self._reports.next()

    # --- what is wanted

    def _called(self, wanted: Wanted, session: str) -> "Deferred[espa444.LinkAnswer]":
        self._count("calls")
        now = self._clock.now()
        event = f"{session}-{blake2b(wanted.raw, digest_size=8, key=self._key).hexdigest()}"
        target = self._target(wanted, now)
        if target is None:
            self._count("refused")
            fault = ("address", "is no extension, no unit and no alias that we know")
            refusal = refusal_of_call(self.name, event, wanted.priority, fault, now)
            return self._joints.intake.refused_call(refusal).addCallback(lambda _: INVALID)
        if self._waiting >= WAITING_MOST or len(self._open) >= OPEN_MOST:
            self._count("full")
            return succeed(BUSY)
        call = IncomingCall(self.name, session, wanted.address, wanted.text, wanted.raw, wanted.running, now)
        alert = call_alert(call, event, target, self._joints.ways, wanted.priority)
        self._waiting += 1
        told = self._joints.intake.call(call, alert)
        return told.addBoth(self._waited).addCallback(self._stored)

    def _waited(self, result: Answer | Failure) -> Answer | Failure:
        self._waiting -= 1
        return result

    def _stored(self, answer: Answer) -> espa444.LinkAnswer:
        if answer.status is AnswerStatus.ACCEPTED and answer.alert is not None:
            self._count("taken")
            if self._known.is_open(int(answer.alert)):
                self._open.add(int(answer.alert))
        elif answer.status is AnswerStatus.DUPLICATE:
            self._count("duplicates")
        return LINK_ANSWERS[answer.status]

    def _target(self, wanted: Wanted, now: int) -> Target | None:
        """An alias goes before an extension, and that before a unit: a site may turn an address elsewhere."""
        addressed = self._joints.addressed
        alias = self._settings.aliases.get(wanted.address)
        if alias is not None and alias.receiver is not None:
            return addressed.receiver(alias.receiver)
        if alias is not None and alias.unit is not None:
            return addressed.unit(alias.unit, alias.role, wanted.priority, now)
        target = addressed.extension(wanted.address)
        return target or addressed.unit(wanted.address, self._settings.unit_role, wanted.priority, now)

    def _cancelled(self, wanted: Wanted, session: str) -> "Deferred[espa444.LinkAnswer]":
        self._count("cancellations")
        found, alike = self._known.named(wanted)
        event: e.Event = e.Closed(OutcomeWord.CANCELLED, "taken back by the calling system")
        if not alike:
            self._count("cancellations_unclear")
            event = e.Noted(None, "this call, or another one, was taken back by the calling system", "")
        posted = [self._joints.keeper.post(number, event) for number in found]
        return gatherResults(posted).addCallback(lambda _: ACK)

    def _asked(self, wanted: Wanted, session: str) -> "Deferred[espa444.LinkAnswer]":
        self._count("requests")
        alert = self._known.asked(wanted)
        if alert is None:
            return succeed(INVALID)
        self._reports.answer(alert.id, status_of_alert(alert) or espa444.CallStatus.IN_QUEUE)
        return succeed(ACK)

    def _not_done(self, failure: Failure) -> espa444.LinkAnswer:
        log.error("a block was not served", line=self.name, reason=type(failure.value).__name__)
        return BUSY

    # --- what became of it

    def _outcomes(self, outcomes: Sequence[StoredOutcome]) -> None:
        for outcome in outcomes:
            if outcome.source != self._source:
                continue
            if outcome.final:
                self._open.discard(outcome.alert)
            if self._settings.status_mode == "automatic":
                self._reports.outcome(outcome)
        self._clock.delays.callLater(0, self.line_changed)

    def _tell_again(self) -> None:
        """After a start: the state of each call of late that its sender has not taken."""
        since = self._clock.now() - TOLD_AGAIN
        for alert, told in self._known.of_late(since):
            if told is not None:
                self._reports.know(alert.id, espa444.CallStatus(told))
            status = status_of_alert(alert)
            if status is not None:
                self._reports.add(alert.id, status)

    def _took(self, alert: int, status: espa444.CallStatus) -> None:
        noted = self._joints.writer.run(calls.set_told, alert, status.value)
        # Without it the status is only told once more after a restart.
        noted.addErrback(lambda failure: log.warning("a status was not noted", reason=str(failure.value)))
