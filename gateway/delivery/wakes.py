"""When which alert wants to be asked again.

Rule: an alert has one time, the last one that was set; a time that was replaced is passed by.
"""

from heapq import heappop, heappush


class Wakes:
    """Alerts by the time of their next deadline. Times are UTC ms."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int]] = []
        self._at: dict[int, int] = {}

    def set(self, alert: int, at: int | None) -> None:
        """The alert's next deadline; None: it has none any more."""
        if at is None:
            self._at.pop(alert, None)
        elif self._at.get(alert) != at:
            self._at[alert] = at
            heappush(self._heap, (at, alert))

    def first(self) -> int | None:
        """The earliest deadline; None if there is none."""
        while self._heap and self._at.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop(self, now: int) -> int | None:
        """An alert whose deadline has come, which it has no more; None if there is none."""
        at = self.first()
        if at is None or at > now:
            return None
        _, alert = heappop(self._heap)
        del self._at[alert]
        return alert

    def shift(self, by: int) -> None:
        """The clock was set: what remained of each deadline remains."""
        self._heap = [(at + by, alert) for at, alert in self._heap]
        self._at = {alert: at + by for alert, at in self._at.items()}
