"""One message of a broker: where its answer goes, and when it is acknowledged."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock as FakeClock

from gateway.bridge import from_asyncio
from gateway.clock import Clock
from gateway.config import MqttSource as Settings
from gateway.sources.mqtt_events import (
    EVENT_MOST,
    RETRY_FOR,
    EventTaker,
    NotCommitted,
    correlation,
    is_own,
    response_topic,
)
from protocols.clinic24.messages import Answer, AnswerStatus

SETTINGS = Settings(type="mqtt", host="broker", client_id="bakjour-1")


def asked(topic: str, data: bytes | None = None) -> Properties:
    """The properties of a publisher that wants an answer."""
    properties = Properties(PacketTypes.PUBLISH)
    properties.ResponseTopic = topic
    if data is not None:
        properties.CorrelationData = data
    return properties


def message(
    payload: bytes = b"{}", properties: Properties | None = None, topic: str = "clinic24/events"
) -> Any:
    return aiomqtt.Message(topic, payload, 1, False, 7, properties)


class Broker:
    """What a client does, written down."""

    def __init__(self) -> None:
        self.done: list[tuple[str, object]] = []
        self.refuses: set[str] = set()

    async def tell(self, topic: str, payload: bytes, *, properties: Properties | None = None) -> str | None:
        self.done.append((topic, getattr(properties, "CorrelationData", None)))
        return "Not authorized" if topic in self.refuses else None

    def acknowledge(self, taken: aiomqtt.Message) -> None:
        self.done.append(("PUBACK", taken.mid))


class Desk:
    """An intake that answers what it is told to, and the rest that a taker needs."""

    def __init__(self, *statuses: AnswerStatus) -> None:
        self.fake = FakeClock()
        self.statuses = list(statuses)
        self.taken: list[object] = []
        self.alarms: list[str] = []
        self.counted: list[str] = []
        self.faults = 0  # how often the intake fails before it does its work
        self.broker = Broker()
        alarms = SimpleNamespace(tell=lambda key, text: self.alarms.append(key))
        self.taker = EventTaker(SETTINGS, Clock(self.fake, lambda: 0), self, alarms, self.counted.append)

    def document(self, document: bytes, way: str) -> Deferred[Answer]:
        self.taken.append((document, way))
        if self.faults:
            self.faults -= 1
            raise ZeroDivisionError
        return succeed(Answer(id="e-1", status=self.statuses.pop(0) if self.statuses else AnswerStatus.RETRY))

    def refused(self, fault: Exception, way: str) -> Deferred[Answer]:
        self.taken.append((str(fault), way))
        return succeed(Answer(status=AnswerStatus.REJECTED))

    async def take(self, received: aiomqtt.Message, seconds: float = 0.0) -> None:
        """Take a message, and let so many seconds pass meanwhile."""
        taking = from_asyncio(self.taker.take(self.broker, received))
        for _ in range(round(seconds * 10)):
            await from_asyncio(asyncio.sleep(0))
            self.fake.advance(0.1)
        await taking


@pytest.fixture
def make_desk() -> Callable[..., Desk]:
    return Desk


async def test_answered_then_acknowledged(make_desk) -> None:
    """The answer is published before the PUBACK: were we to die between, the message would come again."""
    desk = make_desk(AnswerStatus.ACCEPTED)
    await desk.take(message(b"{1}", asked("clinic/replies", b"\x01")))
    assert desk.taken == [(b"{1}", "mqtt")]
    assert desk.broker.done == [("clinic/replies", b"\x01"), ("clinic24/status", None), ("PUBACK", 7)]
    assert desk.counted == ["events", "acknowledged"]


async def test_commit_that_comes_late(make_desk) -> None:
    """While the answer is `retry` the message is kept and tried again; `retry` is told to nobody."""
    desk = make_desk(AnswerStatus.RETRY, AnswerStatus.RETRY, AnswerStatus.DUPLICATE)
    await desk.take(message(), seconds=2)
    assert len(desk.taken) == 3
    assert desk.broker.done == [("clinic24/status", None), ("PUBACK", 7)]


async def test_commit_that_never_comes(make_desk) -> None:
    """After RETRY_FOR it is given up, without an answer and without a PUBACK."""
    desk = make_desk()
    with pytest.raises(NotCommitted):
        await desk.take(message(), seconds=2 * RETRY_FOR)
    assert len(desk.taken) > 5
    assert desk.broker.done == []


async def test_fault_of_our_own(make_desk) -> None:
    """A message at which the intake fails is tried again; if it always fails, it is refused, and alarmed."""
    desk = make_desk(AnswerStatus.ACCEPTED)
    desk.faults = 2
    await desk.take(message(), seconds=2)
    assert desk.counted == ["events", "acknowledged"]
    assert desk.alarms == []
    desk.faults = 1000
    await desk.take(message(), seconds=2 * RETRY_FOR)
    assert desk.counted[2:] == ["events", "refused", "acknowledged"]
    assert desk.alarms == ["fault:mqtt"]


async def test_too_large(make_desk) -> None:
    """A message over the limit is refused as it stands, told in words, and acknowledged."""
    desk = make_desk(AnswerStatus.ACCEPTED)
    await desk.take(message(b"x" * (EVENT_MOST + 1)))
    assert desk.broker.done[-1] == ("PUBACK", 7)
    assert desk.counted == ["events", "refused", "acknowledged"]
    await desk.take(message(b"x" * EVENT_MOST))
    assert desk.taken[-1] == (b"x" * EVENT_MOST, "mqtt")


async def test_own_messages(make_desk) -> None:
    """Where the events' topic covers the status topic, what we said ourselves is passed over."""
    desk = make_desk()
    await desk.take(message(topic="clinic24/status"))
    await desk.take(message(topic="clinic24/status/online"))
    assert desk.taken == []
    assert desk.broker.done == [("PUBACK", 7)] * 2


async def test_answers_that_the_broker_refuses(make_desk) -> None:
    """An answer that cannot be published holds up nothing; where it is our own topic, it is alarmed."""
    desk = make_desk(AnswerStatus.ACCEPTED, AnswerStatus.ACCEPTED)
    desk.broker.refuses = {"clinic/replies"}
    await desk.take(message(properties=asked("clinic/replies")))
    assert desk.alarms == []
    desk.broker.refuses = {"clinic24/status"}
    await desk.take(message())
    assert desk.alarms == ["answers:mqtt"]
    assert [word for word, _ in desk.broker.done].count("PUBACK") == 2


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "a/+",
        "a/#",
        "$SYS/x",
        "a\nb",
        "x" * 65_536,
        "clinic24/events",
        "clinic24/status",
        "clinic24/status/x",
    ],
)
def test_no_response_topic(topic: str) -> None:
    """An answer goes nowhere that is impossible, or where it would be taken for something else."""
    assert response_topic(SimpleNamespace(ResponseTopic=topic), SETTINGS) is None


def test_response_topic() -> None:
    """Any other topic is taken as it came; without one there is none."""
    assert response_topic(asked("clinic/svar/å"), SETTINGS) == "clinic/svar/å"
    assert response_topic(Properties(PacketTypes.PUBLISH), SETTINGS) is None
    assert response_topic(None, SETTINGS) is None


def test_correlation() -> None:
    """Correlation data comes back as it was; without any there is none."""
    assert correlation(asked("a", b"\x00\xff")).CorrelationData == b"\x00\xff"
    assert correlation(asked("a")).isEmpty()
    assert correlation(None).isEmpty()


@pytest.mark.parametrize(
    ("topic", "own"),
    [("clinic24/status", True), ("clinic24/status/online", True), ("clinic24/statuses", False)],
)
def test_is_own(topic: str, own: bool) -> None:
    """Ours is the status topic and what is below it."""
    assert is_own(aiomqtt.Topic(topic), SETTINGS) is own
