"""The one resolver: who is paged for an event, in which order, and why.

Rules: nothing else decides who is paged; intake, board, command line, coverage guard, export and API all
call `resolve`. It is pure and raises on no roster content. Order: the slots that contain the instant, the
latest start first, then each list's order; then the unit's fallback, then the area's; a receiver counts once.
Nobody left is an empty answer with its reasons, never a guess. The reasons name the rules that were skipped
too. (Order and fallback: the published contract, "How an alert ends".)
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.model import Origin, Role
from gateway.roster import reasons
from gateway.roster.values import Duty, Receiver, Slot, Unit, Words
from gateway.routing.criteria import WITHOUT_PRIORITY, Asked, Criteria
from protocols.clinic24.event import Kind


@dataclass(frozen=True, slots=True)
class Policy:
    """What the configuration says about whom to page."""

    criteria: Criteria
    catch_all: Receiver | None = None  # for events whose unit is unknown


@dataclass(frozen=True, slots=True)
class Candidate:
    """One receiver to page, with where he comes from and why he stands here."""

    receiver: Receiver
    origin: Origin
    reason: Words
    slot: Slot | None = None  # the shift that he is on, if he is on duty


@dataclass(frozen=True, slots=True)
class Resolution:
    """The answer: candidates in order, and every step that led to them."""

    alerts: bool  # False: the criteria say that this event pages nobody
    role: Role
    profession: str | None  # to show, if neither doctor nor nurse was asked for
    priority: int  # 1 to 5, as it counts
    unit: Unit | None  # None: unknown
    candidates: tuple[Candidate, ...]
    steps: tuple[Words, ...]


def resolve(
    duty: Duty | None, policy: Policy, profession: str, kind: Kind, priority: int | None, instant: int
) -> Resolution:
    """Who is paged for an event at this instant (UTC ms).

    `duty` is that of the unit and of the role that `policy.criteria.asked(profession)` gives, None if the
    unit is unknown.
    """
    return resolve_asked(duty, policy, policy.criteria.asked(profession), kind, priority, instant)


def resolve_asked(
    duty: Duty | None, policy: Policy, asked: Asked, kind: Kind, priority: int | None, instant: int
) -> Resolution:
    """The same for a profession that has been looked up, or a role that was asked for as such."""
    alerts = policy.criteria.alerts(kind, priority)
    steps = [
        reasons.criteria(kind, priority, alerts),
        reasons.role(asked.role, asked.shown),
        reasons.unit(duty),
    ]
    candidates: tuple[Candidate, ...] = ()
    if alerts:
        candidates = _once(_ladder(duty, policy.catch_all, asked.role, instant, steps), steps)
    else:
        steps.append(reasons.NOT_ASKED)
    return Resolution(
        alerts=alerts,
        role=asked.role,
        profession=asked.shown,
        priority=WITHOUT_PRIORITY if priority is None else priority,
        unit=None if duty is None else duty.unit,
        candidates=candidates,
        steps=tuple(steps),
    )


def _ladder(
    duty: Duty | None, catch_all: Receiver | None, role: Role, instant: int, steps: list[Words]
) -> list[Candidate]:
    """Every receiver in order, repeated ones too; writes a step for each rule, applied or skipped."""
    if duty is None:
        reason = reasons.catch_all(catch_all)
        steps.append(reason)
        return [] if catch_all is None else [Candidate(catch_all, Origin.CATCH_ALL, reason)]
    found: list[Candidate] = []
    slots = _in_order(duty.slots, role, instant)
    if not slots:
        steps.append(reasons.nobody_on(role))
    for slot in slots:
        steps.append(reasons.slot(slot))
        reason = reasons.on_duty(slot)
        found += (Candidate(receiver, Origin.DUTY, reason, slot) for receiver in slot.receivers)
    steps.append(reasons.unit_fallback(duty))
    found += _all_as(duty.fallback, Origin.UNIT_FALLBACK, reasons.of_unit_fallback(duty))
    steps.append(reasons.area_fallback(duty))
    found += _all_as(duty.area_fallback, Origin.AREA_FALLBACK, reasons.of_area_fallback(duty))
    return found


def _in_order(slots: Iterable[Slot], role: Role, instant: int) -> list[Slot]:
    """Those of the role that contain the instant, the latest start first; equal ones by name."""
    running = [slot for slot in slots if slot.role is role and slot.start <= instant < slot.end]
    return sorted(running, key=lambda slot: (-slot.start, slot.shift, slot.date))


def _all_as(receivers: Iterable[Receiver], origin: Origin, reason: Words) -> list[Candidate]:
    return [Candidate(receiver, origin, reason) for receiver in receivers]


def _once(found: list[Candidate], steps: list[Words]) -> tuple[Candidate, ...]:
    """Each receiver at his first place only; says so, and says if nobody is left."""
    first: dict[str, Candidate] = {}
    for candidate in found:
        if first.setdefault(candidate.receiver.id, candidate) is not candidate:
            steps.append(reasons.counts_once(candidate.receiver))
    if not first:
        steps.append(reasons.NOBODY)
    return tuple(first.values())
