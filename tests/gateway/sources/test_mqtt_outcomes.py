"""Outcomes to a broker: in order, from where we were, without a hole."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from twisted.internet.defer import CancelledError, Deferred, fail
from twisted.internet.task import Clock as FakeClock

from gateway.bridge import from_asyncio, to_asyncio
from gateway.clock import Clock
from gateway.model import OutcomeWord
from gateway.outbox import Outbox
from gateway.ports import StoreUnavailable
from gateway.sources import mqtt_outcomes
from gateway.sources.mqtt_outcomes import GROUP_MOST, REFUSED_PAUSE, OutcomePublisher
from gateway.store import meta
from gateway.store.inline import InlineWriter
from gateway.store.migrations import open_store
from gateway.store.values import StoredOutcome


def outcome(seq: int) -> StoredOutcome:
    return StoredOutcome(
        seq,
        "page",
        1,
        "clinic24",
        "e-1",
        OutcomeWord.SENT,
        None,
        None,
        1_795_000_000_000,
        False,
        False,
        None,
        None,
    )


class Broker:
    """Takes what is published; `hold` makes it wait, `refuses` are the numbers that it will not have."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.refuses: set[int] = set()
        self.hold: Deferred[None] | None = None

    async def tell(self, topic: str, payload: bytes) -> str | None:
        assert topic == "clinic24/status"
        if self.hold is not None:
            await to_asyncio(self.hold)
        seq = json.loads(payload)["seq"]
        if seq in self.refuses:
            return "Not authorized"
        self.taken.append(seq)
        return None


class Desk:
    """A publisher, its store, and the outcomes that there are."""

    def __init__(self, path: Path) -> None:
        self.fake = FakeClock()
        self.store = open_store(path)
        self.writer = InlineWriter(self.store)
        self.outcomes: list[StoredOutcome] = []
        self.outbox = Outbox(self._read, lambda: len(self.outcomes))
        self.standing: set[str] = set()
        self.broker = Broker()
        self.publisher = self.another()
        self._running: Deferred[None] | None = None

    def another(self) -> OutcomePublisher:
        """One as after a restart."""
        alarms = SimpleNamespace(
            raise_alarm=lambda key, text: self.standing.add(key), clear_alarm=self.standing.discard
        )
        clock = Clock(self.fake, lambda: 0)
        return OutcomePublisher("mqtt", "clinic24/status", clock, self, self.outbox, alarms)

    def run(self, work: Callable[..., object], *args: object) -> Deferred[object]:
        return self.writer.run(work, *args)

    def _read(self, since: int, limit: int) -> list[StoredOutcome]:
        return [one for one in self.outcomes if one.seq > since][:limit]

    def happens(self, count: int = 1) -> None:
        """So many outcomes more are committed."""
        new = [outcome(len(self.outcomes) + 1 + number) for number in range(count)]
        self.outcomes += new
        self.outbox.publish(new)

    async def connects(self) -> None:
        """A connection; publishing runs over it."""
        self.publisher.start()
        self._running = from_asyncio(self.publisher.run(self.broker))
        await self.turns()

    async def loses_it(self) -> None:
        """The connection is lost."""
        assert self._running is not None
        self._running.cancel()
        with pytest.raises(CancelledError):
            await self._running
        self.publisher.stop()

    async def turns(self) -> None:
        for _ in range(30):
            await from_asyncio(asyncio.sleep(0))

    def stored(self) -> str | None:
        return meta.get(self.store, "mqtt:mqtt:published")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "b.db")
    with closing(made.store):
        yield made


async def test_each_outcome_once_in_order(desk: Desk) -> None:
    """What happens is published as it happens, and the position is stored behind it."""
    await desk.connects()
    desk.happens(3)
    await desk.turns()
    desk.happens()
    await desk.turns()
    assert desk.broker.taken == [1, 2, 3, 4]
    assert desk.stored() == "4"
    assert desk.publisher.published == 4
    await desk.loses_it()


async def test_history_is_left_out_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The very first start begins behind what there is, and stores that; no other start does."""
    monkeypatch.setattr(mqtt_outcomes, "last_seq", lambda conn: 5)
    desk.happens(5)
    await desk.connects()
    assert desk.broker.taken == []
    assert desk.stored() == "5"
    await desk.loses_it()
    monkeypatch.setattr(mqtt_outcomes, "last_seq", lambda conn: 6)
    desk.happens()
    desk.publisher = desk.another()
    await desk.connects()
    assert desk.broker.taken == [6]
    await desk.loses_it()


async def test_restart_goes_on_behind_the_position(desk: Desk) -> None:
    """After a restart, what came meanwhile is published, group after group, and nothing before it."""
    await desk.connects()
    desk.happens(2)
    await desk.turns()
    await desk.loses_it()
    desk.happens(2 * GROUP_MOST + 1)
    desk.publisher = desk.another()
    await desk.connects()
    for _ in range(3):
        await desk.turns()
    assert desk.broker.taken == [*range(1, 2 * GROUP_MOST + 4)]
    await desk.loses_it()


async def test_lost_before_the_acknowledgement(desk: Desk) -> None:
    """What was not acknowledged when the connection broke is published again over the next one."""
    await desk.connects()
    desk.broker.hold = Deferred()
    desk.happens(2)
    await desk.turns()
    await desk.loses_it()
    assert desk.stored() == "0"
    desk.broker.hold = None
    await desk.connects()
    assert desk.broker.taken == [1, 2]
    await desk.loses_it()


async def test_refused_by_the_broker(desk: Desk) -> None:
    """A refusal is alarmed, nothing behind it counts as published, and it is tried again until taken."""
    await desk.connects()
    desk.broker.refuses = {2}
    desk.happens(3)
    await desk.turns()
    assert desk.standing == {"publish:mqtt"}
    assert desk.stored() == "0"
    desk.fake.advance(REFUSED_PAUSE)
    await desk.turns()
    assert desk.standing == {"publish:mqtt"}
    assert desk.stored() == "1"
    desk.broker.refuses = set()
    desk.fake.advance(REFUSED_PAUSE)
    await desk.turns()
    assert desk.standing == set()
    assert desk.stored() == "3"
    assert set(desk.broker.taken) == {1, 2, 3}
    await desk.loses_it()


async def test_store_that_does_not_take_the_position(desk: Desk, monkeypatch) -> None:
    """Publishing goes on without the store; the position is stored with the next group."""
    await desk.connects()
    monkeypatch.setattr(desk.writer, "run", lambda *_: fail(StoreUnavailable("full")))
    desk.happens()
    await desk.turns()
    assert desk.broker.taken == [1]
    assert desk.stored() == "0"
    monkeypatch.undo()
    desk.happens()
    await desk.turns()
    assert desk.stored() == "2"
    await desk.loses_it()
