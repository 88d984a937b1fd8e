"""Publishes every outcome to an MQTT broker, in order, without a hole over a reconnect or a crash.

Rules: the number of the last outcome that the broker has acknowledged is kept in the store, written once for
each group that went out. After a restart or a lost connection the next group begins behind it: a consumer may
see an outcome twice, known by its `seq`, and never misses one. What the broker refuses (MQTT 5) is alarmed
and tried again until it is taken; events are taken meanwhile.
"""

import asyncio
import sqlite3
from collections.abc import Sequence

from twisted.internet.task import deferLater

from gateway.bridge import to_asyncio
from gateway.clock import Clock
from gateway.logs import get_logger
from gateway.outbox import Outbox, Subscription
from gateway.ports import Alarms, StoreUnavailable, Writer
from gateway.sources.mqtt_client import BrokerClient
from gateway.sources.wording import wire_outcome
from gateway.store import meta
from gateway.store.history import last_seq
from gateway.store.values import StoredOutcome
from protocols.clinic24.messages import encode_outcome

GROUP_MOST = 100
"""Outcomes that go out between two notes of the position: what may come twice after a crash."""

REFUSED_PAUSE = 30.0
"""Seconds until something refused is tried again: a broker's permissions are mended by people."""

log = get_logger("mqtt")


class OutcomePublisher:
    """What one MQTT source has published; `published` counts acknowledged outcomes since the start."""

    def __init__(
        self, name: str, topic: str, clock: Clock, writer: Writer, outbox: Outbox, alarms: Alarms
    ) -> None:
        self.published = 0
        self._name = name
        self._topic = topic
        self._clock = clock
        self._writer = writer
        self._outbox = outbox
        self._alarms = alarms
        self._key = f"mqtt:{name}:published"
        self._position: int | None = None
        self._news = asyncio.Event()
        self._subscription: Subscription | None = None

    def start(self) -> None:
        """Hear of new outcomes from now on."""
        self._subscription = self._outbox.subscribe(lambda _: self._news.set(), None)
        self._subscription.resume()

    def stop(self) -> None:
        """Hear of none any more."""
        if self._subscription is not None:
            self._subscription.end()

    async def resume(self) -> int:
        """The number of the last outcome that the broker has; at the very first start, the newest there is.

        Raises StoreUnavailable.
        """
        if self._position is None:
            self._position = await to_asyncio(self._writer.run(position, self._key))
        return self._position

    async def run(self, client: BrokerClient) -> None:
        """Publish over this connection until it is lost. Raises MqttError."""
        since = await self.resume()
        while True:
            self._news.clear()
            outcomes = self._outbox.read(since, GROUP_MOST)
            if not outcomes:
                await self._news.wait()
                continue
            since = self._position = await self._publish(client, outcomes, since)
            await self._save(since)

    async def _publish(self, client: BrokerClient, outcomes: Sequence[StoredOutcome], since: int) -> int:
        """Publish a group; returns the number up to which the broker has everything."""
        async with asyncio.TaskGroup() as group:
            telling = [
                group.create_task(client.tell(self._topic, encode_outcome(wire_outcome(outcome))))
                for outcome in outcomes
            ]
        for outcome, told in zip(outcomes, telling, strict=True):
            refused = told.result()
            if refused is not None:
                self._alarms.raise_alarm(
                    f"publish:{self._name}", f"the broker refuses outcomes on {self._topic}: {refused}"
                )
                await to_asyncio(deferLater(self._clock.delays, REFUSED_PAUSE))
                return since
            since = outcome.seq
            self.published += 1
        self._alarms.clear_alarm(f"publish:{self._name}")
        return since

    async def _save(self, since: int) -> None:
        """Note the position. Without it only more comes twice, and the store's alarm is the intake's."""
        try:
            await to_asyncio(self._writer.run(meta.put, self._key, str(since)))
        except StoreUnavailable as fault:
            log.warning("the position of outcomes was not stored", source=self._name, reason=str(fault))


def position(conn: sqlite3.Connection, key: str) -> int:
    """The position under `key`; noted as the newest outcome where there is none: history is not published."""
    stored = meta.get(conn, key)
    if stored is not None:
        return int(stored)
    newest = last_seq(conn)
    meta.put(conn, key, str(newest))
    return newest
