"""Clinic24 over MQTT: events from one topic, answers and outcomes on another.

Rule: one loop keeps the connection, whatever ends it. A line that stays down is alarmed after
`line.ALARM_AFTER`, what was not foreseen at once. How a message is taken is the affair of `mqtt_events`, what
is published that of `mqtt_outcomes`, and the connection itself that of `mqtt_client`; together they are one
of the two islands of asyncio, and cross through `gateway.bridge`.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import aiomqtt
from twisted.application.internet import backoffPolicy
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import deferLater

from gateway.bridge import from_asyncio
from gateway.clock import Clock
from gateway.config import MqttSource as Settings
from gateway.delivery.carriers.line import FIRST_RETRY, LAST_RETRY, Line
from gateway.intake import Intake
from gateway.logs import get_logger
from gateway.outbox import Outbox
from gateway.ports import Alarms, LineState, StoreUnavailable, Writer
from gateway.sources.mqtt_client import (
    OFFLINE,
    ONLINE,
    RECEIVE_MOST,
    BrokerClient,
    Overrun,
    Refused,
    connected,
    online_topic,
)
from gateway.sources.mqtt_events import EventTaker, NotCommitted
from gateway.sources.mqtt_outcomes import OutcomePublisher
from gateway.sources.mqtt_tls import tls_context

STEADY = 30.0
"""Seconds after which a connection was no failure: one that is lost sooner lets the pauses grow, as where two
clients with one id throw each other out."""

FAREWELL_WITHIN = 2.0
"""Seconds for the last word on `online`; where it fails, the last will says the same."""

EXPECTED = (aiomqtt.MqttError, OSError, StoreUnavailable, Refused, Overrun, NotCommitted)
"""What ends a connection in the ordinary course of things."""

log = get_logger("mqtt")


class MqttSource:
    """Keeps one connection to a broker, takes events from it, tells it answers and outcomes."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        writer: Writer,
        intake: Intake,
        outbox: Outbox,
        alarms: Alarms,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._clock = clock
        self._alarms = alarms
        self._line = Line(self.name, "mqtt", clock, alarms)
        self._line.counters = {"connections": 0, "events": 0, "refused": 0, "acknowledged": 0}
        self._events = EventTaker(settings, clock, intake, alarms, self._line.count)
        self._outcomes = OutcomePublisher(self.name, settings.status_topic, clock, writer, outbox, alarms)
        self._life: Deferred[None] | None = None

    async def listen(self) -> str:
        """Begin to keep the connection; returns what is listened to. A broker that is away is waited for."""
        self._outcomes.start()
        self._life = Deferred.fromCoroutine(self._live())
        return f"mqtt {self._settings.host}:{self._settings.port} {self._settings.topic}"

    def stop(self) -> "Deferred[object]":
        """Say farewell and disconnect; fires when it is done. What is not acknowledged comes again."""
        self._outcomes.stop()
        self._line.stop()
        life, self._life = self._life, None
        if life is None:
            return succeed(None)
        stopped: Deferred[object] = Deferred()
        life.addBoth(lambda _: stopped.callback(None))
        life.cancel()
        return stopped

    def state(self) -> LineState:
        """For people and monitors."""
        return self._line.state({"outcomes": self._outcomes.published})

    async def _live(self) -> None:
        """Connect, and connect again, until `stop`."""
        pause = backoffPolicy(FIRST_RETRY, LAST_RETRY)
        failures = 0
        while True:
            begun = self._clock.delays.seconds()
            try:
                await from_asyncio(self._connection())
            except Exception as fault:
                if self._life is None:
                    return
                self._lost(fault)
            failures = 0 if self._clock.delays.seconds() - begun > STEADY else failures + 1
            await deferLater(self._clock.delays, pause(failures))

    async def _connection(self) -> None:
        """One connection, until it ends; it always ends with an exception."""
        await self._outcomes.resume()  # before the first event, whose outcomes would be missed otherwise
        tls = await asyncio.to_thread(tls_context, self._settings)
        async with connected(BrokerClient(self._settings, tls)) as client:
            await client.subscribe_events(self._settings.topic)
            await self._say_online(client)
            self._line.count("connections")
            self._line.up(f"connected to {self._settings.host}:{self._settings.port}")
            try:
                await self._work(client)
            finally:
                await self._say_farewell(client)

    async def _work(self, client: BrokerClient) -> None:
        room = asyncio.Semaphore(RECEIVE_MOST)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._outcomes.run(client))
            async for message in client.messages:
                await room.acquire()
                taking = group.create_task(self._events.take(client, message))
                taking.add_done_callback(lambda _: room.release())

    async def _say_online(self, client: BrokerClient) -> None:
        refused = await client.tell(online_topic(self._settings), ONLINE, retain=True)
        if refused is not None:
            log.warning("the broker refuses our sign of life", source=self.name, reason=refused)

    async def _say_farewell(self, client: BrokerClient) -> None:
        with suppress(aiomqtt.MqttError, TimeoutError):
            async with asyncio.timeout(FAREWELL_WITHIN):
                await client.tell(online_topic(self._settings), OFFLINE, retain=True)

    def _lost(self, fault: Exception) -> None:
        faults = list(leaves(fault))
        if not all(isinstance(one, EXPECTED) for one in faults):
            log.error("the source failed", source=self.name, exc_info=fault)
            self._alarms.tell(f"loop:{self.name}", f"source {self.name} failed and starts again: {faults}")
        self._line.down("; ".join(dict.fromkeys(str(one) or repr(one) for one in faults)))


def leaves(fault: BaseException) -> Iterator[BaseException]:
    """The exceptions of a group, however deep."""
    if isinstance(fault, BaseExceptionGroup):
        for one in fault.exceptions:
            yield from leaves(one)
    else:
        yield fault
