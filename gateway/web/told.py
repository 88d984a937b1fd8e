"""What live events hold. Names are resolved when the event is made, so that a browser needs no other look."""

from collections.abc import Iterator, Sequence
from typing import Any

from gateway import views
from gateway.model import Alert, Refusal
from gateway.roster.book import RosterBook
from gateway.roster.editing_values import Edited
from gateway.store.alarm_log import LoggedAlarm
from gateway.store.values import StoredOutcome
from gateway.web.shapes import Person
from protocols.clinic24 import times


def people(book: RosterBook, names: tuple[str, ...]) -> tuple[Person, ...]:
    """Receivers by id and name; one who is gone is called by the id."""
    found = [(name, book.receiver(name)) for name in names]
    return tuple(Person(name, name if one is None else one.name) for name, one in found)


def slot_told(edited: Edited, book: RosterBook, by_name: str | None) -> Iterator[dict[str, Any]]:
    """Each slot of an edit."""
    for key, receivers, version in edited.slots:
        yield {
            "unit": key.unit,
            "shift": key.shift,
            "date": key.date.isoformat(),
            "role": key.role,
            "receivers": people(book, receivers),
            "version": version,
            "change": edited.change,
            "by": edited.by,
            "by_name": by_name,
            "at": times.render(edited.at),
        }


def alert_told(alert: Alert) -> dict[str, str]:
    """An alert that is new, or of which something is written that is no outcome."""
    return {"alert": str(alert.id), "status": views.status(alert)}


def refusal_told(refusal: Refusal) -> dict[str, str]:
    """An event that became no alert; why, the list of refusals says."""
    return {"status": refusal.status, "at": times.render(refusal.at)}


def alarms_told(standing: Sequence[LoggedAlarm]) -> dict[str, int]:
    """The technical alarms have changed."""
    return {"standing": len(standing)}


def outcome_told(outcome: StoredOutcome) -> dict[str, Any]:
    """One outcome, in the words of every wire."""
    return {
        "seq": outcome.seq,
        "scope": outcome.scope,
        "alert": str(outcome.alert),
        "source": outcome.source,
        "status": outcome.status,
        "receiver": outcome.receiver,
        "carrier": outcome.carrier,
        "at": times.render(outcome.at),
        "final": outcome.final,
        "late": outcome.late,
        "reason": outcome.reason,
    }
