"""Whom the address of another system's call means: a unit's role, a receiver, or who carries an extension.

Rules: a unit is asked of the one resolver, as for every event, but a call always alerts: the criteria are for
the kinds of events that Clinic24 sends. A receiver who was called himself is paged himself, and nobody after
him: his system hears how that ended. An address that means nobody is None, never a guess.
"""

import sqlite3
from dataclasses import dataclass

from gateway.model import Origin, Role
from gateway.roster import statements
from gateway.roster.book import RosterBook
from gateway.roster.resolve import Candidate
from gateway.roster.values import Unit, Words
from gateway.roster.who import Who
from gateway.routing.criteria import PRIORITIES, make_criteria
from protocols.clinic24.event import Kind

CALLED = Words("Uppringd på sitt eget nummer", "Called by his own number")
NAMED = Words("Uppringd genom ett alias", "Called by an alias")

_ALWAYS = make_criteria({Kind.ESCALATED: PRIORITIES}, (Role.DOCTOR,), (Role.NURSE,))
_AS = Kind.ESCALATED
"""What a call is asked as: the kind that the criteria above let through at every priority."""


@dataclass(frozen=True, slots=True)
class Target:
    """Who is paged for a call, in order; `unit` and `role` where a unit was called."""

    unit: Unit | None
    role: Role | None
    candidates: tuple[Candidate, ...]


class Addressed:
    """Looks targets up in the roster as it stands, on the thread of the book and its connection."""

    def __init__(self, book: RosterBook, connection: sqlite3.Connection) -> None:
        self._book = book
        self._connection = connection
        self._who = Who(book, _ALWAYS)

    def unit(self, name: str, role: Role, priority: int, instant: int) -> Target | None:
        """Who answers for a role of a unit, named by id or alias, at the instant (UTC ms)."""
        found = self._who.ask(name, role.value, _AS, priority, instant)
        return None if found.unit is None else Target(found.unit, role, found.candidates)

    def receiver(self, name: str) -> Target | None:
        """The receiver of this id."""
        return self._only(name, NAMED)

    def extension(self, number: str) -> Target | None:
        """The receiver who has this extension; where several share it, the first by id: one handset rings."""
        row = self._connection.execute(statements.RECEIVER_OF_NUMBER, (number,)).fetchone()
        return None if row is None else self._only(row[0], CALLED)

    def _only(self, name: str, reason: Words) -> Target | None:
        receiver = self._book.receiver(name)
        if receiver is None:
            return None
        return Target(None, None, (Candidate(receiver, Origin.ADDRESSED, reason),))
