"""The pages that wait for one carrier: by priority, and within one by the order in which they were opened.

Rules: a page stands in the queue once; the queue holds identities and times, never pages, so that 100,000 of
them cost little. Whether a page is still wanted is asked when its turn comes.
"""

from heapq import heappop, heappush
from typing import NamedTuple


class Place(NamedTuple):
    """What orders the queue, most urgent first."""

    priority: int
    opened_at: int
    alert: int
    page: int


class CarrierQueue:
    """Waiting (not due yet) and ready pages of one carrier. Times are UTC ms."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, Place]] = []
        self._ready: list[Place] = []
        self._due: dict[tuple[int, int], int] = {}

    def __len__(self) -> int:
        return len(self._due)

    def put(self, place: Place, due_at: int, now: int) -> None:
        """Queue a page, or give the one that is queued another time."""
        key = (place.alert, place.page)
        if self._due.get(key) == due_at:
            return
        self._due[key] = due_at
        if due_at <= now:
            heappush(self._ready, place)
        else:
            heappush(self._waiting, (due_at, place))

    def pop(self, now: int) -> Place | None:
        """The most urgent page that is due, taken out of the queue."""
        self._promote(now)
        while self._ready:
            place = heappop(self._ready)
            due_at = self._due.get((place.alert, place.page))
            if due_at is not None and due_at <= now:
                del self._due[place.alert, place.page]
                return place
        return None

    def forget(self, alert: int, page: int) -> None:
        """The page is not wanted any more."""
        self._due.pop((alert, page), None)

    def next_due(self, now: int) -> int | None:
        """When the next page becomes due; None if none will: what is due waits for a slot, not for time."""
        self._promote(now)
        while self._waiting:
            due_at, place = self._waiting[0]
            if self._due.get((place.alert, place.page)) == due_at:
                return due_at
            heappop(self._waiting)
        return None

    def shift(self, by: int) -> None:
        """The clock was set: what waits, waits as long as before."""
        self._due = {key: due_at + by for key, due_at in self._due.items()}
        self._waiting = [(due_at + by, place) for due_at, place in self._waiting]

    def _promote(self, now: int) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            due_at, place = heappop(self._waiting)
            if self._due.get((place.alert, place.page)) == due_at:
                heappush(self._ready, place)
