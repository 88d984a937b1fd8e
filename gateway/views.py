"""Turns what the store and the resolver know into replies: pure functions, no I/O.

Rules: instants become RFC 3339 in UTC; an alert's number becomes text, because it names and is not reckoned
with. An open alert's status is how far its pages have come, and `accepted` before any was taken.
"""

from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import asdict

from gateway import refusal_words, timeline_words
from gateway.accounts.model import Account
from gateway.audit.chain import Verdict
from gateway.delivery.pages import PROOF_ORDER, proof_of
from gateway.model import Alert, OutcomeWord, Proof, Refusal, Step
from gateway.ports import LineState
from gateway.replies import (
    AccountEntry,
    AlarmEntry,
    AlertDetail,
    AlertSummary,
    AuditVerified,
    KeyEntry,
    Line,
    Reason,
    RefusalEntry,
    TimelineEntry,
    WhoAnswer,
    WhoReceiver,
)
from gateway.requests import AskWho
from gateway.roster.resolve import Candidate, Resolution
from gateway.roster.values import Words
from gateway.store.alarm_log import LoggedAlarm
from gateway.store.keys import ApiKey
from gateway.supervision import wording
from protocols.clinic24 import times
from protocols.clinic24.event import Kind

_PROVES = {
    OutcomeWord.SENT: Proof.SENT,
    OutcomeWord.DELIVERED: Proof.DELIVERED,
    OutcomeWord.READ: Proof.READ,
    OutcomeWord.DECLINED: Proof.READ,  # whoever declines has read it
    OutcomeWord.ACKNOWLEDGED: Proof.ACKNOWLEDGED,
}


def summary(alert: Alert) -> AlertSummary:
    """One alert of a list."""
    subject = alert.subject
    paged = dict.fromkeys(alert.rungs[page.rung].name for page in alert.pages)
    return AlertSummary(
        alert=str(alert.id),
        source=alert.source,
        id=alert.event,
        open=alert.closed is None,
        status=status(alert),
        unit=subject.unit,
        unit_name=subject.unit_name,
        kind=subject.kind,
        role=subject.role,
        profession=subject.profession,
        priority=subject.priority,
        case=subject.case,
        receivers=tuple(paged),
        accepted_at=times.render(alert.accepted_at),
        closed_at=_instant(alert.closed_at),
    )


def detail(alert: Alert, timeline: Sequence[Step]) -> AlertDetail:
    """One alert with its timeline."""
    return AlertDetail(
        **asdict(summary(alert)),
        proof=_proof(alert, timeline),
        expires_at=times.render(alert.expires_at),
        timeline=tuple(_entry(step, alert) for step in timeline),
    )


def status(alert: Alert) -> str:
    """The closing word, or the strongest proof of the pages, or `accepted`."""
    if alert.closed is not None:
        return alert.closed.value
    proof = _strongest(proof_of(page.state) for page in alert.pages)
    return "accepted" if proof is Proof.NONE else proof.value


def who(
    asked: AskWho, kind: Kind, at: int, resolution: Resolution, name_of: Callable[[str], str | None]
) -> WhoAnswer:
    """The resolver's answer; `name_of` names who made an assignment."""
    return WhoAnswer(
        unit=resolution.unit.id if resolution.unit else asked.unit,
        unit_name=resolution.unit.name if resolution.unit else None,
        role=resolution.role,
        profession=resolution.profession,
        kind=kind,
        priority=resolution.priority,
        at=times.render(at),
        alerts=resolution.alerts,
        receivers=tuple(
            WhoReceiver(
                receiver=candidate.receiver.id,
                name=candidate.receiver.name,
                number=candidate.receiver.number,
                backup=candidate.receiver.backup,
                origin=candidate.origin,
                reasons=(_reason(candidate.reason),),
                **_assigned(candidate, name_of),
            )
            for candidate in resolution.candidates
        ),
        steps=tuple(_reason(step) for step in resolution.steps),
    )


def _assigned(candidate: Candidate, name_of: Callable[[str], str | None]) -> dict[str, str | None]:
    """The assignment by which somebody is on duty."""
    slot = candidate.slot
    if slot is None:
        return {}
    return {
        "shift": slot.shift,
        "date": slot.date.isoformat(),
        "start": times.render(slot.start),
        "end": times.render(slot.end),
        "made_by": slot.made_by,
        "made_at": times.render(slot.made_at),
        "made_by_name": name_of(slot.made_by),
    }


def account(known: Account) -> AccountEntry:
    """An account of the web pages."""
    return AccountEntry(
        known.username,
        known.name,
        known.kind,
        known.units,
        times.render(known.created_at),
        times.render(known.password_at),
        _instant(known.disabled_at),
    )


def verdict(found: Verdict) -> AuditVerified:
    """What a verification of the record of changes found."""
    head = f"{found.head.seq}:{found.head.hash}"
    return AuditVerified(not found.findings, found.rows, found.first, head, found.findings)


def line(state: LineState) -> Line:
    """One source or carrier."""
    return Line(state.name, state.kind, state.up, state.detail, dict(state.counters))


def refusal(refused: Refusal) -> RefusalEntry:
    """One event that became no alert."""
    return RefusalEntry(
        at=times.render(refused.at),
        status=refused.status,
        way=refused.way,
        source=refused.source,
        id=refused.event,
        kind=refused.kind,
        unit=refused.unit,
        priority=refused.priority,
        errors=refused.errors,
        why=tuple(refusal_words.why(*error) for error in refused.errors),
    )


def alarm(logged: LoggedAlarm) -> AlarmEntry:
    """One technical alarm."""
    return AlarmEntry(
        key=logged.key,
        text=logged.text,
        raised_at=times.render(logged.raised_at),
        cleared_at=_instant(logged.cleared_at),
        count=logged.count,
        said=Reason(*(wording.phrase(logged.key, logged.text, language) for language in ("sv", "en"))),
    )


def key(known: ApiKey) -> KeyEntry:
    """An API key without the key."""
    return KeyEntry(known.name, known.scope, times.render(known.created_at), _instant(known.revoked_at))


def _entry(step: Step, alert: Alert) -> TimelineEntry:
    return TimelineEntry(
        at=times.render(step.at),
        scope=step.scope,
        status=step.status,
        receiver=step.receiver,
        carrier=step.carrier,
        reason=step.reason,
        text=step.text,
        said=timeline_words.text(step.text),
        why=None if step.reason is None else timeline_words.reason(step.reason, alert.rungs),
        final=step.final,
        late=step.late,
    )


def _proof(alert: Alert, timeline: Sequence[Step]) -> Proof:
    """A page that was dropped at the end no longer shows what it had proved; the timeline does."""
    told = [_PROVES[step.status] for step in timeline if step.status in _PROVES]
    return _strongest([*told, *(proof_of(page.state) for page in alert.pages)])


def _strongest(proofs: Iterable[Proof]) -> Proof:
    return max(proofs, key=PROOF_ORDER.index, default=Proof.NONE)


def _reason(words: Words) -> Reason:
    return Reason(words.sv, words.en)


def _instant(at: int | None) -> str | None:
    return None if at is None else times.render(at)
