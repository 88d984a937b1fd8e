"""From an event to its answer: validate, guard, deduplicate, resolve, commit, answer.

Rules:

1. Nothing is answered before its commit. Without a commit within `ANSWER_BY` the answer is `retry`; should
   the commit still come, the alert runs, and the repeat is answered `duplicate`.
2. An event is rejected only for what decides who is paged or identifies it. Every rejection is stored,
   without the refused value, and alarmed: one that only a machine hears is silence.
3. Nobody on duty is never silence, and a fault in the resolver never rejects an event: it is stored and goes
   to the unit's fallback.
4. The roster is asked for the instant of the commit, never for the event's own time.
5. Any other fault of the program is alarmed and answered `retry`: the sender keeps the event.
"""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial

from msgspec.structs import replace
from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure

from gateway.alerts import make_alert, refusal_of_event, refusal_of_fault, without_resolver
from gateway.clock import Clock
from gateway.delivery import events as e
from gateway.delivery.lifecycle import step
from gateway.guard import callback_holds_identity_number, holds_identity_number
from gateway.logs import get_logger
from gateway.model import Alert, IncomingCall, Refusal, Rung, Step
from gateway.ports import Alarms, Writer
from gateway.roster.resolve import Resolution
from gateway.routing.ladder import Way
from gateway.store.alerts import accept
from gateway.store.calls import accept_call
from gateway.store.history import refuse
from gateway.store.values import Accepted, Duplicate
from protocols.clinic24.event import Event, EventFault, FieldError, decode
from protocols.clinic24.messages import Answer, AnswerStatus, rejection

ANSWER_BY = 5.0
"""Seconds within which an event is answered; later the sender is told to send it again."""

UNKNOWN_UNIT = FieldError("data.unit", "unknown unit; allowed: the id or an alias of a unit in the roster")

NOT_ALERTING = FieldError("data.priority", "the criteria say that this kind does not alert at this priority")

AHEAD = 60_000
"""ms that an event's time may lie ahead before it is noted: two clocks that are kept differ by far less."""

IN_THE_FUTURE = FieldError("time", "lies in the future: not believed")

log = get_logger("intake")

Ask = Callable[[Event, int], Resolution]
Store = Callable[[sqlite3.Connection, Alert, Sequence[Step]], Accepted | Duplicate]


class Intake:
    """The one door for every source. `ask(event, instant)` is the resolver over the roster as it stands."""

    def __init__(
        self,
        clock: Clock,
        writer: Writer,
        alarms: Alarms,
        ask: Ask,
        ways: Sequence[Way],
        region: str,
        adopt: Callable[[Accepted, e.Change], None],
        close_case: Callable[[Event], "Deferred[int]"],
        last_resort: Callable[[str], tuple[Rung, ...]],
        tell_refusal: Callable[[Refusal], None] = lambda _: None,
    ) -> None:
        self._clock = clock
        self._writer = writer
        self._alarms = alarms
        self._ask = ask
        self._ways = ways
        self._region = region
        self._adopt = adopt
        self._close_case = close_case
        self._last_resort = last_resort
        self._tell_refusal = tell_refusal
        self._open: dict[Deferred[Answer], tuple[float, Answer]] = {}  # by deadline: all wait equally long
        self._timer: IDelayedCall | None = None
        self.counts: dict[str, int] = dict.fromkeys(AnswerStatus, 0)

    def document(self, document: bytes, way: str) -> "Deferred[Answer]":
        """Take one JSON document that came by the named way."""
        try:
            event = decode(document)
        except EventFault as fault:
            return self.refused(fault, way)
        return self.event(event, way)

    def event(self, event: Event, way: str) -> "Deferred[Answer]":
        """Take one event that its source has decoded."""
        return self._without_fault(lambda: self._event(event, way), event)

    def refused(self, fault: EventFault, way: str) -> "Deferred[Answer]":
        """Take a document that is no event: store that it came, alarm, and tell its sender why."""
        answer = rejection(fault)
        return self._without_fault(
            lambda: self._refuse(refusal_of_fault(fault, way, self._clock.now()), answer), answer
        )

    def call(self, call: IncomingCall, alert: Alert) -> "Deferred[Answer]":
        """Take a call of another system, as the alert that its target makes of it."""
        named = Answer(source=alert.source, id=alert.event, status=AnswerStatus.RETRY)
        return self._accept(alert, named, partial(accept_call, call=call))

    def refused_call(self, refusal: Refusal) -> "Deferred[Answer]":
        """Take a call that can be no alert: store that it came, and alarm."""
        errors = tuple(FieldError(path, message) for path, message in refusal.errors)
        rejected = AnswerStatus.REJECTED
        answer = Answer(source=refusal.source, id=refusal.event, status=rejected, errors=errors)
        return self._refuse(refusal, answer)

    # --- what becomes of an event

    def _without_fault(
        self, take: Callable[[], "Deferred[Answer]"], origin: Event | Answer
    ) -> "Deferred[Answer]":
        try:
            return take()
        except Exception as fault:  # rule 5
            log.exception("an event could not be taken")
            self._alarms.tell("intake", f"an event could not be taken: {fault!r}")
            self.counts[AnswerStatus.RETRY] += 1
            return succeed(Answer(source=origin.source, id=origin.id, status=AnswerStatus.RETRY))

    def _event(self, event: Event, way: str) -> "Deferred[Answer]":
        event = self._guarded(event)
        if not event.kind.alerts:
            return self._answered(maybeDeferred(self._close, event), event)
        now = self._clock.now()
        try:
            resolution = self._ask(event, now)
        except Exception as fault:  # rule 3
            self._alarms.tell("resolver", f"the resolver failed for unit {event.unit!r}: {fault!r}")
            return self._accept(without_resolver(event, self._last_resort(event.unit), now), event)
        if not resolution.alerts:
            return self._ignored(event, way, now)
        if resolution.unit is None and not resolution.candidates:
            return self._rejected((UNKNOWN_UNIT,), event, way)
        return self._accept(make_alert(event, resolution, self._ways, now), event)

    def _accept(self, alert: Alert, event: Event | Answer, store: Store = accept) -> "Deferred[Answer]":
        opened = step(alert, e.Opened(), alert.accepted_at)
        stored = self._writer.run(store, opened.alert, opened.steps)
        answer = stored.addCallback(self._accepted, opened, event, self._clock.stepped)
        return self._answered(answer, event)

    def _accepted(
        self, stored: Accepted | Duplicate, opened: e.Change, event: Event | Answer, stepped: int
    ) -> Answer:
        if isinstance(stored, Duplicate):
            return self._answer(
                AnswerStatus.DUPLICATE, event, alert=stored.alert.id, alert_status=_status(stored.alert)
            )
        warnings = event.warnings
        if stored.conflicting:
            message = "this id was used before for other content: it is a new alert"
            warnings = (*warnings, FieldError("id", message))
            self._alarms.tell(f"id:{event.source}", f"id used twice by {event.source}: {event.id}")
        if self._clock.stepped != stepped:
            # The clock was set during the commit, before anybody knew of an alert whose times must move.
            moved = step(stored.alert, e.Shifted(self._clock.stepped - stepped), self._clock.now())
            stored = replace(stored, alert=moved.alert)
        self._adopt(stored, opened)
        return self._answer(AnswerStatus.ACCEPTED, event, alert=stored.alert.id, warnings=warnings)

    def _ignored(self, event: Event, way: str, now: int) -> "Deferred[Answer]":
        refusal = refusal_of_event(event, way, now, AnswerStatus.IGNORED, (NOT_ALERTING,))
        return self._refuse(refusal, self._answer(AnswerStatus.IGNORED, event, warnings=event.warnings))

    def _rejected(self, errors: tuple[FieldError, ...], event: Event, way: str) -> "Deferred[Answer]":
        """The refused value, here the name of a unit that we do not know, is not stored."""
        unnamed = replace(event, unit="")
        refusal = refusal_of_event(unnamed, way, self._clock.now(), AnswerStatus.REJECTED, errors)
        return self._refuse(refusal, self._answer(AnswerStatus.REJECTED, event, errors=errors))

    def _refuse(self, refusal: Refusal, answer: Answer) -> "Deferred[Answer]":
        if answer.status is AnswerStatus.REJECTED:
            what = ", ".join(path or "document" for path, _ in refusal.errors)
            self._alarms.tell(f"rejected:{refusal.way}", f"an event by {refusal.way} was rejected: {what}")

        def refused(_: None) -> Answer:
            self._tell_refusal(refusal)
            return answer

        return self._answered(self._writer.run(refuse, refusal).addCallback(refused), answer)

    def _close(self, event: Event) -> "Deferred[Answer]":
        def closed(count: int) -> Answer:
            status = AnswerStatus.ACCEPTED if count else AnswerStatus.IGNORED
            return self._answer(status, event, warnings=event.warnings)

        return self._close_case(event).addCallback(closed)

    def _guarded(self, event: Event) -> Event:
        if event.time is not None and event.time - self._clock.now() > AHEAD:
            event = replace(event, warnings=(*event.warnings, IN_THE_FUTURE))
        dropped = []
        if event.case is not None and holds_identity_number(event.case):
            dropped.append("case")
        if event.callback is not None and callback_holds_identity_number(event.callback, self._region):
            dropped.append("callback")
        if not dropped:
            return event
        message = "dropped: it may be a personal identity number"
        warnings = tuple(FieldError(f"data.{member}", message) for member in dropped)
        return replace(event, **dict.fromkeys(dropped), warnings=(*event.warnings, *warnings))

    # --- the answer in time

    def _answered(self, work: "Deferred[Answer]", origin: Event | Answer) -> "Deferred[Answer]":
        """The answer of `work`, or `retry` if its commit failed or takes longer than `ANSWER_BY`."""
        answer: Deferred[Answer] = Deferred()
        retry = Answer(source=origin.source, id=origin.id, status=AnswerStatus.RETRY)
        self._open[answer] = (self._clock.delays.seconds() + ANSWER_BY, retry)
        work.addCallbacks(
            self._give, self._not_committed, callbackArgs=(answer,), errbackArgs=(answer, retry)
        )
        if self._open and self._timer is None:
            self._timer = self._clock.delays.callLater(ANSWER_BY, self._late)
        return answer

    def _give(self, value: Answer, answer: "Deferred[Answer]") -> None:
        """Answer, unless that was done already: a commit may come after its time."""
        if self._open.pop(answer, None) is None:
            return
        if not self._open and self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.counts[value.status] += 1
        answer.callback(value)

    def _not_committed(self, failure: Failure, answer: "Deferred[Answer]", retry: Answer) -> None:
        log.error("an event was not stored", reason=failure.getErrorMessage())
        self._alarms.raise_alarm("store", f"events cannot be stored: {failure.getErrorMessage()}")
        self._give(retry, answer)

    def _late(self) -> None:
        """One timer for all: it is set for the event that has waited longest."""
        self._timer = None
        now = self._clock.delays.seconds()
        due = [(answer, retry) for answer, (by, retry) in self._open.items() if by <= now]
        for answer, retry in due:
            self._give(retry, answer)
        if self._open and self._timer is None:
            by, _ = next(iter(self._open.values()))
            self._timer = self._clock.delays.callLater(max(0.0, by - now), self._late)

    def _answer(
        self,
        status: AnswerStatus,
        event: Event | Answer,
        *,
        alert: int | None = None,
        alert_status: str | None = None,
        errors: tuple[FieldError, ...] = (),
        warnings: tuple[FieldError, ...] = (),
    ) -> Answer:
        return Answer(
            source=event.source,
            id=event.id,
            status=status,
            alert=None if alert is None else str(alert),
            alert_status=alert_status,
            errors=errors,
            warnings=warnings,
        )


def _status(alert: Alert) -> str:
    return "open" if alert.closed is None else alert.closed.value
