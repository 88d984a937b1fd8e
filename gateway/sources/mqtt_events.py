"""From a message of an MQTT broker to its answer and its PUBACK.

Rules:

1. A message is acknowledged when its answer is known and the broker has it. The connection may end at any
   point before: then the message comes again, and is answered `duplicate`.
2. A commit that fails is tried again for `RETRY_FOR`; then the connection is given up (NotCommitted): only
   that makes a broker send again what it has sent. Nobody is told `retry`, for it is the broker who repeats.
3. What is no event is stored as rejected, answered and acknowledged: it would otherwise come for ever. So is
   one at which we fail ourselves for `RETRY_FOR`; that is alarmed as our own fault.
"""

from collections.abc import Callable

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from gateway.bridge import to_asyncio
from gateway.clock import Clock
from gateway.config import MqttSource as Settings
from gateway.intake import Intake
from gateway.logs import get_logger
from gateway.ports import Alarms
from gateway.sources.mqtt_client import BrokerClient
from protocols.clinic24.event import EventFault, FieldError
from protocols.clinic24.lines import LINE_LENGTH
from protocols.clinic24.messages import Answer, AnswerStatus, encode_answer

RETRY_FOR = 10.0
"""Seconds that a message is tried again while its commit fails; the contract's."""

RETRY_PAUSE = 0.5
"""Seconds between two such tries: a store that is locked or full for a moment is past it by then."""

EVENT_MOST = LINE_LENGTH
"""Bytes of an event, the same as a line of the TCP source."""

log = get_logger("mqtt")


class NotCommitted(Exception):  # noqa: N818 - named for what is the case
    """An event could not be stored in time."""


class EventTaker:
    """Takes messages one by one, many at a time. `count` is told of what happens."""

    def __init__(
        self, settings: Settings, clock: Clock, intake: Intake, alarms: Alarms, count: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._intake = intake
        self._alarms = alarms
        self._count = count

    async def take(self, client: BrokerClient, message: aiomqtt.Message) -> None:
        """Take one message. Raises NotCommitted, and MqttError where the connection has gone."""
        if not is_own(message.topic, self._settings):
            self._count("events")
            answer = await self._answer(bytes(message.payload))
            if answer.status is AnswerStatus.REJECTED:
                self._count("refused")
            await self._tell(client, message.properties, encode_answer(answer))
        client.acknowledge(message)
        self._count("acknowledged")

    async def _answer(self, document: bytes) -> Answer:
        """The answer after the commit (rules 2 and 3)."""
        delays = self._clock.delays
        until = delays.seconds() + RETRY_FOR
        while True:
            fault: Exception | None = None
            try:
                answer = await to_asyncio(self._submit(document))
            except Exception as error:
                fault = error
            else:
                if answer.status is not AnswerStatus.RETRY:
                    return answer
            if delays.seconds() + RETRY_PAUSE > until:
                break
            await to_asyncio(deferLater(delays, RETRY_PAUSE))
        if fault is not None:
            answer = await self._give_up(fault)
        if answer.status is AnswerStatus.RETRY:
            raise NotCommitted(f"an event could not be stored for {RETRY_FOR:.0f} s")
        return answer

    async def _give_up(self, fault: Exception) -> Answer:
        """Refuse a message at which we fail ourselves, again and again: it would hold up all others."""
        name = self._settings.name
        log.error("a message could not be handled", source=name, exc_info=fault)
        self._alarms.tell(f"fault:{name}", f"an event by {name} could not be handled: {fault!r}")
        refused = EventFault((FieldError("", "could not be handled: the gateway is at fault"),))
        return await to_asyncio(self._intake.refused(refused, name))

    def _submit(self, document: bytes) -> "Deferred[Answer]":
        name = self._settings.name
        if len(document) > EVENT_MOST:
            fault = EventFault((FieldError("", f"is larger than {EVENT_MOST} bytes"),))
            return self._intake.refused(fault, name)
        return self._intake.document(document, name)

    async def _tell(self, client: BrokerClient, properties: Properties | None, answer: bytes) -> None:
        """Publish the answer where it is waited for. What the broker refuses is told to people: the event is
        stored, and gets no better by coming again."""
        name = self._settings.name
        topic = response_topic(properties, self._settings)
        if topic is not None:
            refused = await client.tell(topic, answer, properties=correlation(properties))
            if refused is not None:
                log.warning("the broker refuses a response", source=name, topic=topic, reason=refused)
        refused = await client.tell(self._settings.status_topic, answer)
        if refused is not None:
            self._alarms.tell(f"answers:{name}", f"the broker refuses the answers of {name}: {refused}")


def is_own(topic: aiomqtt.Topic, settings: Settings) -> bool:
    """Whether a message is one of ours, which comes back where `topic` covers `status_topic`."""
    return topic.matches(f"{settings.status_topic}/#")


def response_topic(properties: Properties | None, settings: Settings) -> str | None:
    """Where a publisher of MQTT 5 wants its answer (3.3.2.3.5); None for nowhere that can be published to.

    Not where events are read or outcomes are told: an answer there would be taken for something else.
    """
    wanted = getattr(properties, "ResponseTopic", None)
    if not isinstance(wanted, str) or wanted.startswith("$") or not wanted.isprintable():
        return None
    try:
        topic = aiomqtt.Topic(wanted)
    except ValueError:  # empty, too long, or with wildcards
        return None
    return None if topic.matches(settings.topic) or is_own(topic, settings) else wanted


def correlation(properties: Properties | None) -> Properties:
    """The publisher's correlation data (3.3.2.3.6), as it came."""
    sent = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    data = getattr(properties, "CorrelationData", None)
    if data is not None:
        sent.CorrelationData = data
    return sent
