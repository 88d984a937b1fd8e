"""Turns what the roster knows into what the pages get. No I/O but look-ups of names and numbers."""

from collections.abc import Iterable, Sequence
from datetime import date as Date  # noqa: N812

import msgspec
from fastapi import Request

from gateway.accounts.model import Account
from gateway.model import Role
from gateway.pagesdesk import PagesDesk
from gateway.replies import Reason
from gateway.requests import Refused, Why
from gateway.roster import statements
from gateway.roster.book import RosterBook
from gateway.roster.coverage import Cover, Hole, State
from gateway.roster.editing_copy import Target
from gateway.roster.editing_values import EMPTY, Conflict, Edited, version_of
from gateway.roster.editing_view import Occurrence, Placed, clock_note
from gateway.roster.elsewhere import Elsewhere
from gateway.roster.faults import Fault
from gateway.roster.slots import SlotKey
from gateway.roster.values import Receiver, ReceiverKind, Unit, Words
from gateway.web import bodies, live_shapes, problems, registered, shapes
from gateway.web.problem_words import swedish
from gateway.web.told import people
from protocols.clinic24 import times

HOUR = 3_600_000

strings = msgspec.json.Decoder(tuple[str, ...]).decode
"""A list of names as the store keeps it."""


def unit_of(pages: PagesDesk, unit: str) -> Unit:
    """The unit of this id. Raises Refused (not found); an alias is none: rights are by id."""
    found = pages.book.unit(unit)
    if found is None or found.id != unit:
        raise Refused(Why.NOT_FOUND, f"there is no unit {unit[:64]!r}")
    return found


def day(text: str, path: str) -> Date:
    """A date that somebody wrote. Raises Refused."""
    try:
        return Date.fromisoformat(text)
    except ValueError:
        raise Refused(Why.INVALID, f"{path} is no date", ((path, "allowed: YYYY-MM-DD"),)) from None


def key(unit: str, slot: bodies.SlotWish | bodies.Correction, path: str) -> SlotKey:
    """The slot that somebody means."""
    return SlotKey(unit, slot.shift, day(slot.date, f"{path}.date"), slot.role)


def shifts(
    pages: PagesDesk, unit: str, found: Sequence[Occurrence], now: int
) -> tuple[shapes.ShiftView, ...]:
    """Shifts of a unit's schedule."""
    if not found:
        return ()
    names = {name: pages.book.receiver(name) for one in found for name in _staffed(one)}
    persons = {name for name, who in names.items() if who is not None and who.kind is ReceiverKind.PERSON}
    since, until = min(one.start for one in found), max(one.end for one in found)
    elsewhere = Elsewhere(pages.desk.reader, unit, persons, since, until)
    return tuple(_shift(pages, one, now, elsewhere) for one in found)


def _shift(pages: PagesDesk, one: Occurrence, now: int, elsewhere: Elsewhere) -> shapes.ShiftView:
    names = _staffed(one)
    held = ((name, tuple(elsewhere.units(name, one.start, one.end))) for name in names)
    return shapes.ShiftView(
        shift=one.shift,
        date=one.date.isoformat(),
        from_=one.begins.isoformat("minutes"),
        to=one.ends.isoformat("minutes"),
        start=times.render(one.start),
        end=times.render(one.end),
        hours=(one.end - one.start) / HOUR,
        past=one.end <= now,
        running=one.start <= now < one.end,
        planned=one.planned,
        note=reason(clock_note(one, pages.desk.zone)),
        staffed=people(pages.book, names),
        staffing=slot(pages, one.slots.get(None)),
        doctor=slot(pages, one.slots.get(Role.DOCTOR)),
        nurse=slot(pages, one.slots.get(Role.NURSE)),
        elsewhere=tuple(shapes.ElsewhereView(name, units) for name, units in held if units),
    )


def slot(pages: PagesDesk, placed: Placed | None) -> shapes.SlotView:
    """What stands in a slot."""
    if placed is None:
        return shapes.SlotView((), EMPTY)
    return shapes.SlotView(
        people(pages.book, placed.held.receivers),
        version_of(placed.held),
        placed.made_by,
        pages.desk.name_of(placed.made_by),
        times.render(placed.made_at),
    )


def edited(pages: PagesDesk, unit: str, made: Edited) -> shapes.EditedView:
    """What an edit made."""
    return shapes.EditedView(
        unit=unit,
        change=made.change,
        by=made.by,
        by_name=pages.desk.name_of(made.by),
        at=times.render(made.at),
        slots=tuple(
            shapes.EditedSlot(
                where.shift, where.date.isoformat(), where.role, people(pages.book, receivers), version
            )
            for where, receivers, version in made.slots
        ),
    )


def conflict(pages: PagesDesk, found: Conflict) -> shapes.ConflictView:
    """What stands where somebody wanted something else."""
    return shapes.ConflictView(
        shift=found.key.shift,
        date=found.key.date.isoformat(),
        role=found.key.role,
        receivers=people(pages.book, found.receivers),
        version=found.version,
        by=found.by,
        by_name=pages.desk.name_of(found.by),
        at=None if found.at is None else times.render(found.at),
    )


def target(pages: PagesDesk, planned: Target) -> shapes.TargetView:
    """One slot of a copy."""
    where = planned.edit.key
    return shapes.TargetView(
        shift=where.shift,
        date=where.date.isoformat(),
        role=where.role,
        stands=people(pages.book, planned.stands),
        wanted=people(pages.book, planned.edit.receivers),
        version=planned.version,
        does=planned.does,
    )


def faults(found: Iterable[Fault], request: Request) -> tuple[shapes.FaultView, ...]:
    """Faults for people, in the language that the request asks for."""
    said = swedish if problems.wants_swedish(request) else str
    return tuple(shapes.FaultView(fault.path, said(fault.message)) for fault in found)


def receiver(pages: PagesDesk, one: Receiver) -> shapes.ReceiverView:
    """A receiver with the proof of his number."""
    proof = pages.desk.reader.execute(statements.PROOF, (one.number,)).fetchone()
    return shapes.ReceiverView(
        id=one.id,
        name=one.name,
        kind=one.kind,
        number=one.number,
        number_kind=one.number_kind.value,
        backup=one.backup,
        any_number=one.any_number,
        units=one.units,
        proof="unproved" if proof is None else proof[1],
        proof_at=None if proof is None else times.render(proof[2]),
        served=bool({one.number_kind, one.backup_kind} & pages.served),
    )


def cover(book: RosterBook, found: Cover) -> live_shapes.CoverageEntry:
    """One role of one shift of the coverage view."""
    one = found.occurrence
    return live_shapes.CoverageEntry(
        shift=one.shift,
        date=one.date.isoformat(),
        from_=one.begins.isoformat("minutes"),
        to=one.ends.isoformat("minutes"),
        start=times.render(one.start),
        end=times.render(one.end),
        role=found.role,
        state=found.state.value,
        receivers=people(book, found.receivers),
        reasons=tuple(Reason(words.sv, words.en) for words in found.reasons),
    )


def hole(found: Hole, *, fallback: bool) -> live_shapes.HoleView:
    """One hole of the coverage view."""
    return live_shapes.HoleView(found.role, times.render(found.start), times.render(found.end), fallback)


def coverage_brief(
    unit: str, name: str, covers: Sequence[Cover], holes: Sequence[Hole], *, fallback: bool
) -> live_shapes.CoverageBrief:
    """A unit's coverage in counts."""
    states = [one.state for one in covers]
    first = hole(holes[0], fallback=fallback) if holes else None
    return live_shapes.CoverageBrief(
        unit, name, len(holes), states.count(State.THIN), states.count(State.COVERED), first
    )


def how_bad(brief: live_shapes.CoverageBrief) -> tuple[bool, bool, str, int, str]:
    """The order of the overview: an earlier hole is worse than a later one."""
    hole = brief.next
    unanswered = hole is not None and not hole.fallback
    return (not unanswered, hole is None, "" if hole is None else hole.start, -brief.thin, brief.name)


def account(known: Account) -> registered.AccountView:
    """An account."""
    return registered.AccountView(
        username=known.username,
        name=known.name,
        kind=known.kind,
        units=known.units,
        created_at=times.render(known.created_at),
        password_at=times.render(known.password_at),
        disabled_at=None if known.disabled_at is None else times.render(known.disabled_at),
        version=str(known.version),
    )


def reason(words: Words | None) -> Reason | None:
    """A sentence in both languages."""
    return None if words is None else Reason(words.sv, words.en)


def _staffed(one: Occurrence) -> tuple[str, ...]:
    """Staffing and assigned people together."""
    return tuple(dict.fromkeys(name for role in (None, *Role) for name in _names(one.slots.get(role))))


def _names(placed: Placed | None) -> tuple[str, ...]:
    return () if placed is None else placed.held.receivers
