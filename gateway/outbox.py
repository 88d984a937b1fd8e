"""Tells every listener of each outcome, in the order of its sequence number, after its commit.

Rules: what is told is stored; a listener that was away, or that cannot keep up, reads the store from the last
number it had, and memory holds nothing for it.
"""

from collections.abc import Callable, Sequence

from gateway.logs import get_logger
from gateway.store.values import StoredOutcome

CHUNK = 500
"""Outcomes read from the store at a time for a listener that catches up: some 100 kB of lines."""

log = get_logger("outbox")


class Subscription:
    """One listener. `tell` gets each outcome once, in order; it may `pause` and `resume`."""

    def __init__(self, outbox: "Outbox", tell: Callable[[Sequence[StoredOutcome]], None], since: int) -> None:
        self._outbox = outbox
        self._tell = tell
        self._last = since
        self._live = False
        self.paused = False

    def resume(self) -> None:
        """Catch up from the store, then go on live."""
        self.paused = False
        while not self.paused:
            missed = self._outbox.read(self._last, CHUNK)
            if not missed:
                self._live = True
                return
            self._give(missed)

    def pause(self) -> None:
        """Tell nothing until `resume`."""
        self.paused = True
        self._live = False

    def published(self, outcomes: Sequence[StoredOutcome]) -> None:
        """Called by the outbox."""
        if self._live:
            self._give([outcome for outcome in outcomes if outcome.seq > self._last])

    def end(self) -> None:
        """The listener is gone."""
        self._live = False
        self._outbox.drop(self)

    def _give(self, outcomes: Sequence[StoredOutcome]) -> None:
        if outcomes:
            self._last = outcomes[-1].seq
            self._tell(outcomes)


class Outbox:
    """`read(since, limit)` reads stored outcomes; `last()` is the number of the newest."""

    def __init__(self, read: Callable[[int, int], Sequence[StoredOutcome]], last: Callable[[], int]) -> None:
        self.read = read
        self._last = last
        self._subscriptions: list[Subscription] = []

    def publish(self, outcomes: Sequence[StoredOutcome]) -> None:
        """These have just been committed."""
        if not outcomes:
            return
        for subscription in list(self._subscriptions):
            try:
                subscription.published(outcomes)
            except Exception as fault:  # one listener's fault is not another's
                log.error("a listener failed and is dropped", fault=repr(fault))
                subscription.end()

    def subscribe(self, tell: Callable[[Sequence[StoredOutcome]], None], since: int | None) -> Subscription:
        """Listen from after `since`; None: only to what is new. Begins with the first `resume`."""
        subscription = Subscription(self, tell, self._last() if since is None else since)
        self._subscriptions.append(subscription)
        return subscription

    def drop(self, subscription: Subscription) -> None:
        """Forget a listener."""
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
