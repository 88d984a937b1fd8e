"""Makes the values of an accepted or refused event. Pure.

Rules: an alert holds only what is on the event's allow-list and what the roster said at the commit; a
`Refusal` holds no value that was refused.
"""

import re
from collections.abc import Sequence

from gateway.model import Alert, IncomingCall, OneWay, Refusal, Rung, Subject
from gateway.roster.addressed import Target
from gateway.roster.resolve import Resolution
from gateway.routing.criteria import WITHOUT_PRIORITY
from gateway.routing.ladder import Way, rung
from gateway.routing.policy import OLD_EVENT, TTL
from protocols.clinic24.event import Event, EventFault, FieldError, identity_digest
from protocols.clinic24.messages import AnswerStatus

_UNIT_ID = re.compile(r"[\w./:-]{1,40}")
"""What an unknown unit may be shown as: an id such as an HSA-id; anything else could hold anything."""

OPERATORS_PRIORITY = 2
"""Of pages about the gateway itself: urgent, but never before a patient of priority 1."""

OPERATORS_SOURCE = "bakjour"
"""The source of alerts that the gateway makes itself."""


def make_alert(event: Event, resolution: Resolution, ways: Sequence[Way], now: int) -> Alert:
    """The alert of an event, with the ladder that the one resolver gave; not opened yet."""
    unit = resolution.unit
    named = _shown_unit(event.unit)
    subject = Subject(
        kind=event.kind,
        unit=named if unit is None else unit.id,
        unit_name=named if unit is None else unit.name,
        unit_known=unit is not None,
        role=resolution.role,
        profession=resolution.profession,
        priority=resolution.priority,
        case=event.case,
        callback=event.callback,
        age=_age(event, now),
        priority_given=event.priority is not None,
    )
    rungs = tuple(
        rung(candidate.receiver, candidate.origin, candidate.reason, ways)
        for candidate in resolution.candidates
    )
    return _alert(event, subject, rungs, OneWay.ESCALATE if unit is None else unit.one_way, now)


def without_resolver(event: Event, rungs: tuple[Rung, ...], now: int) -> Alert:
    """The alert of an event for which the resolver failed: to whoever is left, named by the unit's id."""
    subject = Subject(
        kind=event.kind,
        unit=_shown_unit(event.unit),
        unit_name=_shown_unit(event.unit),
        unit_known=True,
        role=None,
        profession=None,
        priority=event.priority or WITHOUT_PRIORITY,
        case=event.case,
        callback=event.callback,
        age=_age(event, now),
        priority_given=event.priority is not None,
    )
    return _alert(event, subject, rungs, OneWay.ESCALATE, now)


def call_alert(call: IncomingCall, event: str, target: Target, ways: Sequence[Way], priority: int) -> Alert:
    """The alert of another system's call: `event` is its id, `priority` 1 to 5; not opened yet.

    What the call says is not part of it: that may name a patient.
    """
    unit = target.unit
    subject = Subject(
        kind=None,
        unit=call.address if unit is None else unit.id,
        unit_name=call.address if unit is None else unit.name,
        unit_known=True,
        role=target.role,
        profession=None,
        priority=priority,
        case=None,
        callback=None,
        line=call.line,
        address=call.address,
    )
    return Alert(
        id=0,
        source=source_of_line(call.line),
        event=event,
        digest=event,
        subject=subject,
        accepted_at=call.at,
        expires_at=call.at + TTL,
        one_way=OneWay.ESCALATE if unit is None else unit.one_way,
        rungs=tuple(
            rung(candidate.receiver, candidate.origin, candidate.reason, ways)
            for candidate in target.candidates
        ),
    )


def source_of_line(line: str) -> str:
    """The source that alerts of another system's calls have."""
    return f"espa444/{line}"


def refusal_of_call(line: str, event: str, priority: int, fault: tuple[str, str], at: int) -> Refusal:
    """A call that becomes no alert; whom it called is the refused value."""
    return Refusal(
        at=at,
        status=AnswerStatus.REJECTED.value,
        way=line,
        source=source_of_line(line),
        event=event,
        kind=None,
        unit=None,
        priority=priority,
        errors=(fault,),
    )


def technical_alert(text: str, identity: str, rungs: tuple[Rung, ...], now: int) -> Alert:
    """An alert to the people who run the gateway, about the gateway itself."""
    subject = Subject(
        kind=None,
        unit=OPERATORS_SOURCE,
        unit_name=OPERATORS_SOURCE,
        unit_known=True,
        role=None,
        profession=None,
        priority=OPERATORS_PRIORITY,
        case=None,
        callback=None,
        note=text,
    )
    return Alert(
        id=0,
        source=OPERATORS_SOURCE,
        event=identity,
        digest=identity,
        subject=subject,
        accepted_at=now,
        expires_at=now + TTL,
        one_way=OneWay.CLOSE,
        rungs=rungs,
    )


def refusal_of_event(
    event: Event, way: str, at: int, status: AnswerStatus, errors: tuple[FieldError, ...]
) -> Refusal:
    """A well-formed event that becomes no alert; an empty unit is one that was refused."""
    return Refusal(
        at=at,
        status=status.value,
        way=way,
        source=event.source,
        event=event.id,
        kind=event.kind.value,
        unit=_shown_unit(event.unit) or None,
        priority=event.priority,
        errors=tuple((error.path, error.message) for error in errors),
    )


def refusal_of_fault(fault: EventFault, way: str, at: int) -> Refusal:
    """A document that is no event, with the members that were right."""
    known = fault.known
    return Refusal(
        at=at,
        status=AnswerStatus.REJECTED.value,
        way=way,
        source=known.source,
        event=known.id,
        kind=known.kind and known.kind.value,
        unit=known.unit and (_shown_unit(known.unit) or None),
        priority=known.priority,
        errors=tuple((error.path, error.message) for error in fault.errors),
    )


def _alert(event: Event, subject: Subject, rungs: tuple[Rung, ...], one_way: OneWay, now: int) -> Alert:
    return Alert(
        id=0,
        source=event.source,
        event=event.id,
        digest=identity_digest(event),
        subject=subject,
        accepted_at=now,
        expires_at=now + TTL,
        one_way=one_way,
        rungs=rungs,
    )


def _shown_unit(unit: str) -> str:
    """A unit that the roster does not know, as far as it looks like an id and not like a sentence."""
    return unit if _UNIT_ID.fullmatch(unit) else ""


def _age(event: Event, now: int) -> int | None:
    """How old the event is, where that is old enough to be said; a time in the future is not believed."""
    if event.time is None or now - event.time <= OLD_EVENT:
        return None
    return now - event.time
