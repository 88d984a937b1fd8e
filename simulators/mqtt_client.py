"""One connection to an MQTT broker, for a program on Twisted: aiomqtt, with what it leaves to its user.

Rules:
- this is the one file of the simulators that knows asyncio; whoever uses it gets a Deferred and callbacks,
  all on the reactor's thread;
- the broker keeps the session while a connection is lost, so that no answer is missed; who leaves for good
  unsubscribes first, so that nothing waits there for nobody;
- what comes is handed over at once and queued nowhere; what is sent is QoS 1, and its PUBACK is told.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

import aiomqtt
from paho.mqtt import client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

IN_FLIGHT: Final = 10
"""Messages without PUBACK: the least that usual brokers allow (their Receive Maximum)."""

SESSION_EXPIRY: Final = 3600
"""Seconds that the broker keeps the session (MQTT 5, 3.1.2.11.2): longer than any outage in a test."""

KEEPALIVE: Final = 15
"""Seconds between signs of life."""

ANSWER_WITHIN: Final = 5.0
"""Seconds for the broker's answer to anything."""

LEAVE_WITHIN: Final = 2.0
"""Seconds to unsubscribe at the end; a broker that does not answer is left all the same."""

PACKET_MOST: Final = 1 << 20
"""Bytes of one packet to us (Maximum Packet Size; MQTT 5, 3.1.2.11.4); an answer has at most 128 KiB."""

QUIET: Final = logging.getLogger("simulators.mqtt")
"""What the library has to say stays here: the loss of a connection is told to its owner, once."""
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False

QOS: Final = 1
NO_SUBSCRIBERS: Final = 0x10
"""PUBACK (MQTT 5, 3.4.2.1) of a message that the broker then throws away: not a failure to the protocol, but
no gateway has got it or will."""


class Refused(Exception):  # noqa: N818 (named for what is the case)
    """The broker does not let us hear a topic; the message says which, and why."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where a broker is, and as whom it is met."""

    host: str
    port: int
    client_id: str
    username: str | None = None
    password: str | None = None
    version_5: bool = True


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to publish; MQTT 3.1.1 has no place for `response_topic` and `correlation`."""

    topic: str
    payload: bytes
    response_topic: str | None = None
    correlation: bytes | None = None


class Owner(Protocol):
    """Who uses a connection. No method may raise."""

    def connected(self, connection: "Connection") -> None:
        """It is there, and its topics are subscribed."""

    def received(self, topic: str, payload: bytes, correlation: bytes | None) -> None:
        """A message on one of the topics."""

    def acknowledged(self, mid: int, refusal: str | None) -> None:
        """The PUBACK of message `mid`; `refusal` says why nobody will get it."""


class Connection(aiomqtt.Client):
    """A client for one connection; it is not used again after it."""

    def __init__(self, broker: Broker, owner: Owner) -> None:
        five = broker.version_5
        super().__init__(
            broker.host,
            broker.port,
            username=broker.username,
            password=broker.password,
            logger=QUIET,
            identifier=broker.client_id,
            protocol=aiomqtt.ProtocolVersion.V5 if five else aiomqtt.ProtocolVersion.V311,
            clean_session=None if five else False,
            clean_start=False
            if five
            else paho.MQTT_CLEAN_START_FIRST_ONLY,  # 3.1.1 allows no other value here
            properties=_session_properties() if five else None,
            max_inflight_messages=IN_FLIGHT,
            keepalive=KEEPALIVE,
            timeout=ANSWER_WITHIN,
            socket_options=((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),),
        )
        self._owner = owner
        self._client.on_message = self._on_arrival
        self._client.on_publish = self._on_puback

    def send(self, letter: Letter) -> int:
        """Publish; returns the number that its PUBACK will name. At most IN_FLIGHT may be without one.

        On a connection that has just gone it comes to nothing, and has no PUBACK.
        """
        properties = None
        if letter.response_topic is not None:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.ResponseTopic = letter.response_topic
            if letter.correlation is not None:
                properties.CorrelationData = letter.correlation
        return self._client.publish(letter.topic, letter.payload, QOS, properties=properties).mid

    async def hear(self, topic: str) -> None:
        """Subscribe at QoS 1. Raises Refused if the broker grants less, MqttError if it does not answer."""
        (granted,) = await self.subscribe(topic, qos=QOS)
        code = granted if isinstance(granted, int) else granted.value
        if code != QOS:
            raise Refused(f"the broker refuses the subscription to {topic} at QoS {QOS}: {granted}")

    async def forget(self, topics: Sequence[str]) -> None:
        """Let nothing more be kept for us."""
        with suppress(aiomqtt.MqttError, TimeoutError):
            async with asyncio.timeout(LEAVE_WITHIN):
                for topic in topics:  # of several at once, iotcore acknowledges each by itself
                    await self.unsubscribe(topic)

    def give_up(self) -> None:
        """Wait no longer for the answer to CONNECT."""
        if not self._connected.done():
            self._connected.set_exception(aiomqtt.MqttError("left before the broker answered CONNECT"))
            self._connected.exception()  # nobody may be waiting for it

    async def leave(self) -> None:
        """Disconnect, whatever state the connection is in."""
        with suppress(aiomqtt.MqttError):
            await self.__aexit__(None, None, None)
        self.abandon()

    def abandon(self) -> None:
        """Close a socket that the library left open: after a CONNECT without answer, or a failed read."""
        self._client._sock_close()

    def _on_disconnect(
        self,
        client: paho.Client,
        userdata: Any,
        flags: paho.DisconnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        """A broker that hangs up on our CONNECT is heard at once; the library would wait for its answer."""
        if not self._connected.done():
            self._connected.set_exception(aiomqtt.MqttError("the broker hung up without answering CONNECT"))
        super()._on_disconnect(client, userdata, flags, reason_code, properties)

    def _on_arrival(self, _client: Any, _userdata: Any, message: paho.MQTTMessage) -> None:
        correlation = getattr(message.properties, "CorrelationData", None)
        self._owner.received(message.topic, bytes(message.payload), correlation)

    def _on_puback(
        self, _client: Any, _userdata: Any, mid: int, reason: ReasonCode, _properties: Properties
    ) -> None:
        refused = reason.is_failure or reason.value == NO_SUBSCRIBERS
        self._owner.acknowledged(mid, str(reason) if refused else None)


def connect(broker: Broker, topics: Sequence[str], owner: Owner) -> Deferred[None]:
    """Connect, hear the topics, and stay until the connection is lost. Needs Twisted's asyncio reactor.

    Always fails: with MqttError, OSError or Refused, or with Twisted's CancelledError when it was cancelled;
    then it fires once the broker has been taken leave of.
    """
    deferred: Deferred[None] = Deferred.fromFuture(asyncio.ensure_future(_stay(broker, topics, owner)))
    deferred.addErrback(_translated)
    return deferred


async def _stay(broker: Broker, topics: Sequence[str], owner: Owner) -> None:
    async with _connected(Connection(broker, owner)) as connection:
        for topic in topics:
            await connection.hear(topic)
        owner.connected(connection)
        try:
            async for _ in connection.messages:
                """None comes this way: they go to the owner."""
        except asyncio.CancelledError:
            await connection.forget(topics)
            raise


@asynccontextmanager
async def _connected(client: Connection) -> AsyncIterator[Connection]:
    """The client while it is connected.

    The library opens the socket in a thread, which nobody can stop: whoever is cancelled meanwhile waits for
    its end (ANSWER_WITHIN), or the socket would belong to nobody.
    """
    entering = asyncio.ensure_future(client.__aenter__())
    try:
        await asyncio.shield(entering)
    except BaseException:
        client.give_up()
        await asyncio.wait((entering,))
        if entering.exception() is None:
            await client.leave()
        client.abandon()
        raise
    try:
        yield client
    finally:
        await client.leave()


def is_topic(text: str) -> bool:
    """Whether it is the name of a topic that can be published to: not empty, no wildcards."""
    try:
        aiomqtt.Topic(text)
    except ValueError:
        return False
    return True


def _session_properties() -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = SESSION_EXPIRY
    properties.MaximumPacketSize = PACKET_MOST
    return properties


def _translated(failure: Failure) -> Failure:
    """asyncio's CancelledError would run past every `except Exception` of Twisted's coroutines."""
    if isinstance(failure.value, asyncio.CancelledError):
        raise CancelledError
    return failure
