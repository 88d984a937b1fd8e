"""Asks the one resolver: what the event says is looked up in the roster as it stands, and resolved.

Rules: whoever wants to know who is paged calls `Who`, so that screen, command line and router cannot differ.
"""

from gateway.model import Role
from gateway.roster.book import RosterBook
from gateway.roster.resolve import Policy, Resolution, resolve
from gateway.routing.criteria import Criteria
from protocols.clinic24.event import Kind


class Who:
    """Who is paged, by this roster and this configuration. For the thread that owns the book."""

    def __init__(self, book: RosterBook, criteria: Criteria, catch_all: str | None = None) -> None:
        self._book = book
        self._criteria = criteria
        self._catch_all = catch_all

    def ask(self, unit: str, profession: str, kind: Kind, priority: int | None, instant: int) -> Resolution:
        """Who is paged for an event at this instant (UTC ms); `unit` is an id or an alias."""
        duty = self._book.duty(unit, self._criteria.asked(profession).role, instant)
        catch_all = None
        if duty is None and self._catch_all is not None:
            catch_all = self._book.receiver(self._catch_all)
        return resolve(duty, Policy(self._criteria, catch_all), profession, kind, priority, instant)

    def ask_role(self, unit: str, role: Role, kind: Kind, priority: int | None, instant: int) -> Resolution:
        """Who is paged for one of the two roles, whatever words the configuration has for it."""
        return self.ask(unit, self._criteria.word_for(role), kind, priority, instant)
