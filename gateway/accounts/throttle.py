"""Slows down whoever guesses passwords: failures are counted by account and by address. Pure, time is given.

Rules: after `Limit.most` failures within the window nothing is even tried until the oldest of them has left
it, so that a guesser does not keep our threads busy either. A success clears the account's count, not that
of the address. What is remembered is bounded; when it is full, the key that failed longest ago makes way.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

MINUTE = 60.0
KEYS_MOST = 10_000
"""Accounts and addresses remembered, some 200 bytes each."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` failures in `within` seconds."""

    most: int
    within: float


PER_ACCOUNT = Limit(5, 5 * MINUTE)
"""Five tries for a forgotten password; a guesser gets 1,440 a day, of a space of millions."""

PER_ADDRESS = Limit(30, 5 * MINUTE)
"""A whole hospital may stand behind one address; thirty mistaken people in five minutes are no morning."""


@dataclass(slots=True)
class Throttle:
    """The failures of late, by account and by address. `now` is monotonic seconds."""

    _failed: OrderedDict[tuple[Limit, str], deque[float]] = field(default_factory=OrderedDict)

    def wait(self, account: str, address: str, now: float) -> float:
        """Seconds until a try is allowed; 0.0: now."""
        return max(
            (self._wait(limit, key, now) for limit, key in ((PER_ACCOUNT, account), (PER_ADDRESS, address))),
            default=0.0,
        )

    def tried(self, account: str, address: str, now: float) -> None:
        """A try begins: it counts as a failure until it is known to be none, or many at once would pass."""
        for key in ((PER_ACCOUNT, account), (PER_ADDRESS, address)):
            failures = self._failed.pop(key, None) or deque(maxlen=key[0].most)
            failures.append(now)
            self._failed[key] = failures
            if len(self._failed) > KEYS_MOST:
                self._failed.popitem(last=False)

    def succeeded(self, account: str, address: str) -> None:
        """The try was no failure."""
        self._failed.pop((PER_ACCOUNT, account), None)
        of_address = self._failed.get((PER_ADDRESS, address))
        if of_address:
            of_address.pop()

    def _wait(self, limit: Limit, key: str, now: float) -> float:
        failures = self._failed.get((limit, key))
        if failures is None or len(failures) < limit.most:
            return 0.0
        return max(0.0, failures[0] + limit.within - now)
