"""Asks the one resolver: what the event says is looked up in the roster as it stands, and resolved.

Rules: whoever wants to know who is paged calls `Who`, so that screen, command line and router cannot differ.
"""

from gateway.model import Role
from gateway.roster.book import RosterBook
from gateway.roster.resolve import Policy, Resolution, resolve_asked
from gateway.routing.criteria import Asked, Criteria
from protocols.clinic24.event import Kind


class Who:
    """Who is paged, by this roster and this configuration. For the thread that owns the book."""

    def __init__(self, book: RosterBook, criteria: Criteria, catch_all: str | None = None) -> None:
        self._book = book
        self._criteria = criteria
        self._catch_all = catch_all

    def ask(self, unit: str, profession: str, kind: Kind, priority: int | None, instant: int) -> Resolution:
        """Who is paged for an event at this instant (UTC ms); `unit` is an id or an alias."""
        return self._resolve(unit, self._criteria.asked(profession), kind, priority, instant)

    def ask_role(self, unit: str, role: Role, kind: Kind, priority: int | None, instant: int) -> Resolution:
        """Who is paged for one of the two roles, whether or not the configuration has a word for it."""
        return self._resolve(unit, Asked(role, None, role.value), kind, priority, instant)

    def _resolve(self, unit: str, asked: Asked, kind: Kind, priority: int | None, instant: int) -> Resolution:
        duty = self._book.duty(unit, asked.role, instant)
        catch_all = None
        if duty is None and self._catch_all is not None:
            catch_all = self._book.receiver(self._catch_all)
        return resolve_asked(duty, Policy(self._criteria, catch_all), asked, kind, priority, instant)
