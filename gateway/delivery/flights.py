"""Which transmissions are under way: reserved for a page's turn, in flight, or in doubt.

Rules: an attempt's number is ours and used once. A slot counts as taken from the moment a page gets its turn,
although its carrier hears of it only after the commit; a page has one turn at a time.
"""

from collections import OrderedDict
from itertools import count

from gateway.model import Attempt

DOUBTED_MOST = 1000
"""Attempts in doubt of which a late answer is still believed; far more than any windows hold."""


class Flights:
    """The transmissions of all carriers, by the numbers of their attempts."""

    def __init__(self, first: int) -> None:
        self.numbers = count(first)
        self._reserved: dict[str, set[int]] = {}
        self._pages: set[tuple[int, int]] = set()  # that have their turn
        self._in_flight: dict[int, Attempt] = {}
        self._doubted: OrderedDict[int, Attempt] = OrderedDict()

    def reserve(self, carrier: str, alert: int, page: int) -> int | None:
        """A slot and a number for a page's turn; None if it has its turn already."""
        if (alert, page) in self._pages:
            return None
        self._pages.add((alert, page))
        number = next(self.numbers)
        self._reserved.setdefault(carrier, set()).add(number)
        return number

    def reserved(self, carrier: str) -> int:
        """Slots of a carrier that are taken and that it does not know of yet."""
        return len(self._reserved.get(carrier, ()))

    def turn_over(self, carrier: str, number: int, alert: int, page: int) -> None:
        """The turn is committed, or came to nothing."""
        self._reserved.get(carrier, set()).discard(number)
        self._pages.discard((alert, page))

    def leaves(self, attempt: Attempt) -> None:
        """Its carrier has it now."""
        self._in_flight[attempt.id] = attempt

    def taken(self, number: int) -> Attempt | None:
        """The attempt that was taken, late perhaps; None if it is none of ours."""
        return self._in_flight.pop(number, None) or self._doubted.pop(number, None)

    def failed(self, number: int, *, in_doubt: bool) -> Attempt | None:
        """The attempt that ended; one in doubt may yet be taken. None if it is none of ours."""
        done = self._in_flight.pop(number, None)
        if done is not None and in_doubt:
            self._doubted[number] = done
            if len(self._doubted) > DOUBTED_MOST:
                self._doubted.popitem(last=False)
        return done
