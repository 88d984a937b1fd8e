"""Outcomes to listeners: each once, in order, also to who was away or is slow."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import OutcomeWord
from gateway.outbox import CHUNK, Outbox, Subscription
from gateway.store.values import StoredOutcome


def outcome(seq: int) -> StoredOutcome:
    return StoredOutcome(seq, "page", 1, "s", "e", OutcomeWord.SENT, None, None, 0, False, False, None, None)


class House:
    """A store of outcomes and its outbox."""

    def __init__(self, stored: int = 0) -> None:
        self.stored = [outcome(seq) for seq in range(1, stored + 1)]
        self.told_until = stored
        self.reads: list[int] = []
        self.outbox = Outbox(self._read, lambda: len(self.stored))

    def _read(self, since: int, limit: int) -> Sequence[StoredOutcome]:
        self.reads.append(limit)
        return self.stored[since : since + limit]

    def commit(self, count: int) -> None:
        """On the disk, not told yet."""
        self.stored += [outcome(len(self.stored) + 1 + number) for number in range(count)]

    def tell(self) -> None:
        new = self.stored[self.told_until :]
        self.told_until = len(self.stored)
        self.outbox.publish(new)


def listen(house: House, since: int | None = None) -> tuple[list[int], Subscription]:
    heard: list[int] = []
    subscription = house.outbox.subscribe(lambda some: heard.extend(one.seq for one in some), since)
    return heard, subscription


def test_a_listener_hears_nothing_before_its_first_resume() -> None:
    """It begins when its owner is ready."""
    house = House(3)
    heard, subscription = listen(house, 0)
    house.commit(1)
    house.tell()
    assert heard == []
    subscription.resume()
    assert heard == [1, 2, 3, 4]


def test_new_only_means_from_the_subscription_on() -> None:
    """Also what is committed between subscription and resume."""
    house = House(3)
    heard, subscription = listen(house)
    house.commit(1)
    subscription.resume()
    house.tell()
    house.commit(1)
    house.tell()
    assert heard == [4, 5]


def test_catching_up_reads_the_store_by_chunks() -> None:
    """Memory holds one chunk."""
    house = House(CHUNK * 2 + 7)
    heard, subscription = listen(house, 5)
    subscription.resume()
    assert heard == list(range(6, CHUNK * 2 + 8))
    assert set(house.reads) == {CHUNK}


def test_a_listener_that_raises_is_dropped_and_the_others_go_on() -> None:
    """One listener's fault is not another's."""
    house = House()

    def broken(some: Any) -> None:
        raise RuntimeError("gone")

    house.outbox.subscribe(broken, None).resume()
    heard, subscription = listen(house)
    subscription.resume()
    house.commit(2)
    house.tell()
    house.commit(1)
    house.tell()
    assert heard == [1, 2, 3]
    assert house.outbox._subscriptions == [subscription]


def test_ended_is_ended() -> None:
    """No line more, also when it is ended twice or from within."""
    house = House()
    heard: list[int] = []

    def once(some: Sequence[StoredOutcome]) -> None:
        heard.extend(one.seq for one in some)
        subscription.end()

    subscription = house.outbox.subscribe(once, None)
    subscription.resume()
    house.commit(1)
    house.tell()
    house.commit(1)
    house.tell()
    subscription.end()
    assert heard == [1]


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 5),
    st.none() | st.integers(0, 8),
    st.lists(st.sampled_from(["commit", "tell", "pause", "resume", "slow"]), max_size=30),
)
def test_whatever_happens_nothing_is_missed_or_told_twice(
    before: int, since: int | None, moves: list[str]
) -> None:
    """Paused inside a telling, told late, resumed at any time: every outcome once, in order."""
    house = House(before)
    heard: list[int] = []
    slow = [False]

    def tell(some: Sequence[StoredOutcome]) -> None:
        heard.extend(one.seq for one in some)
        if slow[0]:
            subscription.pause()

    subscription = house.outbox.subscribe(tell, since)
    begin = before if since is None else since
    subscription.resume()
    for move in moves:
        if move == "commit":
            house.commit(2)
        elif move == "tell":
            house.tell()
        elif move == "slow":
            slow[0] = not slow[0]
        else:
            getattr(subscription, move)()
    slow[0] = False
    house.tell()
    subscription.resume()
    assert heard == list(range(begin + 1, len(house.stored) + 1))
