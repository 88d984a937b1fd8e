"""Whether somebody is on duty for every role of every planned shift, and who may not be reached. Pure.

Rules: a hole is a time of a planned shift in which no slot of that unit and role covers it, whatever shift
the slot belongs to; two holes that meet are one. Where no shift is planned there is no hole. A shift is thin
if somebody on it has a number that no carrier serves, stands in another unit at the same time, or has a
number whose last test page failed.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.model import NumberKind, Role
from gateway.roster.editing_view import Occurrence
from gateway.roster.values import Receiver, ReceiverKind, Words

Span = tuple[int, int]
Elsewhere = Callable[[str, int, int], Sequence[str]]
"""Names of other units in which a receiver stands between two instants."""


class State(StrEnum):
    """How well a role of a shift is covered."""

    EMPTY = "empty"
    THIN = "thin"
    COVERED = "covered"


@dataclass(frozen=True, slots=True)
class Cover:
    """One role of one shift."""

    occurrence: Occurrence
    role: Role
    state: State
    receivers: tuple[str, ...]
    reasons: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Hole:
    """Nobody is on duty for a role from `start` until before `end` (UTC ms)."""

    unit: str
    role: Role
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class People:
    """What coverage asks about those on duty."""

    receivers: Mapping[str, Receiver]
    served: Collection[NumberKind]
    failed: Collection[str]  # numbers whose last test page failed
    elsewhere: Elsewhere


def holes(unit: str, shifts: Sequence[Occurrence], now: int, until: int) -> list[Hole]:
    """Every hole that is not over at `now` and begins before `until` (UTC ms), in order of time."""
    found = []
    for role in Role:
        covered = [(placed.held.start, placed.held.end) for one in shifts if (placed := one.slots.get(role))]
        planned = joined((one.start, one.end) for one in shifts if one.planned)
        found += [
            Hole(unit, role, start, end)
            for start, end in without(planned, joined(covered))
            if end > now and start < until
        ]
    return sorted(found, key=lambda hole: (hole.start, hole.role))


def covers(shifts: Sequence[Occurrence], people: People) -> Iterator[Cover]:
    """How each role of each shift is covered."""
    for one in shifts:
        for role in Role:
            placed = one.slots.get(role)
            if placed is None:
                if one.planned:
                    yield _without_slot(one, role, shifts)
                continue
            names = placed.held.receivers
            reasons = tuple(words for name in names for words in _troubles(name, one, people))
            yield Cover(one, role, State.THIN if reasons else State.COVERED, names, reasons)


def joined(spans: Iterator[Span] | Sequence[Span]) -> list[Span]:
    """Spans in order, those that overlap or meet as one."""
    made: list[Span] = []
    for start, end in sorted(spans):
        if made and start <= made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        else:
            made.append((start, end))
    return made


def without(planned: Sequence[Span], covered: Sequence[Span]) -> Iterator[Span]:
    """What is left of some joined spans when others are taken out of them."""
    for start, end in planned:
        at = start
        for begins, ends in covered:
            if ends <= at or begins >= end:
                continue
            if begins > at:
                yield at, begins
            at = max(at, ends)
        if at < end:
            yield at, end


def _without_slot(one: Occurrence, role: Role, shifts: Sequence[Occurrence]) -> Cover:
    """A shift without anybody of its own: others may cover all of it."""
    covered = joined(
        [(placed.held.start, placed.held.end) for other in shifts if (placed := other.slots.get(role))]
    )
    if list(without([(one.start, one.end)], covered)):
        words = Words("Ingen är tilldelad.", "Nobody is assigned.")
        return Cover(one, role, State.EMPTY, (), (words,))
    words = Words("Ett annat pass täcker hela tiden.", "Another shift covers all of it.")
    return Cover(one, role, State.COVERED, (), (words,))


def _troubles(name: str, one: Occurrence, people: People) -> Iterator[Words]:
    receiver = people.receivers.get(name)
    if receiver is None:
        yield Words(f"{name} finns inte längre.", f"{name} exists no longer.")
        return
    kinds = {receiver.number_kind, receiver.backup_kind}
    if not kinds & set(people.served):
        yield Words(f"Ingen linje når {receiver.name}.", f"No line reaches {receiver.name}.")
    if receiver.number in people.failed:
        yield Words(
            f"Senaste provlarmet till {receiver.name} misslyckades.",
            f"The last test page to {receiver.name} failed.",
        )
    # Whoever holds a role's phone may answer for several units; that is what it is for.
    units = people.elsewhere(name, one.start, one.end) if receiver.kind is ReceiverKind.PERSON else ()
    if units:
        where = ", ".join(units)
        yield Words(
            f"{receiver.name} står samtidigt på {where}.", f"{receiver.name} is at {where} at the same time."
        )
