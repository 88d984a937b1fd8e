"""One connection to an MQTT broker: aiomqtt, with what it leaves to its user.

Rules:

1. A message is acknowledged when we say so, never by the library: PUBACK comes after the commit.
2. The session is the broker's to keep: a stable client id, and neither a clean session (3.1.1) nor a clean
   start (5), not at the first connection of a process either. The library's default throws away what waited.
3. What we publish is QoS 1, and a refusal by the broker (MQTT 5) is not taken for success.
4. Memory is bounded: of what waits, of what is under way in either direction, and of one packet.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiomqtt
from paho.mqtt import client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from gateway.config import MqttSource as Settings

SESSION_EXPIRY = 7 * 24 * 3600
"""Seconds that a broker keeps the session of a gateway that is away (MQTT 5, 3.1.2.11.2): a week, so that an
outage over a holiday loses no event."""

RECEIVE_MOST = 200
"""Messages that a broker may send ahead of our PUBACKs (Receive Maximum; MQTT 5, 3.1.2.11.3): some group
commits under full load, and at most 13 MB of events."""

WAITING_MOST = 2048
"""Messages that may wait before the connection is dropped. MQTT 3.1.1 and QoS 0 know no Receive Maximum; a
broker's own limit (20 in mosquitto) never comes near it."""

PACKET_MOST = 1 << 20
"""Bytes of one packet (Maximum Packet Size; MQTT 5, 3.1.2.11.4). An event has at most 64 KiB, what is larger
is answered `rejected`; the broker withholds what is larger than this, so that no sender fills our memory."""

OUTGOING_MOST = 10
"""Messages of ours that may be without PUBACK: the least that usual brokers allow (their Receive Maximum)."""

KEEPALIVE = 15
"""Seconds between signs of life; a broker that vanished without a word is noticed within twice that."""

ANSWER_WITHIN = 5.0
"""Seconds for the broker's answer to anything we send: it is in the same house."""

QOS = 1

ONLINE, OFFLINE = b"true", b"false"
"""Retained on `<status_topic>/online`; the second is also the last will."""


class Overrun(Exception):  # noqa: N818 - named for what is the case
    """The broker sent more ahead than may wait."""


class Refused(Exception):  # noqa: N818 - named for what is the case
    """The broker does not let us work: the message says what it refused, and why."""


class Waiting(asyncio.Queue[aiomqtt.Message]):
    """Messages received and not yet looked at.

    One that finds it full is not quietly left out: it would stay unacknowledged for as long as the connection
    lives. From then on nothing more is let in, and when what waits has been taken, `get` raises Overrun. So
    every connection takes in some of a backlog, however large that is.
    """

    def __init__(self, maxsize: int = 0) -> None:
        super().__init__(maxsize)
        self._overrun = False

    def put_nowait(self, item: aiomqtt.Message) -> None:
        self._overrun = self._overrun or self.full()
        if self._overrun:
            raise asyncio.QueueFull
        super().put_nowait(item)

    async def get(self) -> aiomqtt.Message:
        if self._overrun and self.empty():
            raise Overrun(f"the broker sent more than {self.maxsize} messages ahead")
        return await super().get()


class BrokerClient(aiomqtt.Client):
    """A client for one connection; it is not used again after it."""

    def __init__(self, settings: Settings, tls: ssl.SSLContext | None) -> None:
        five = settings.version == "5"
        super().__init__(
            settings.host,
            settings.port,
            username=settings.username,
            password=settings.secret or None,
            identifier=settings.client_id,
            protocol=aiomqtt.ProtocolVersion.V5 if five else aiomqtt.ProtocolVersion.V311,
            clean_session=None if five else False,
            clean_start=False
            if five
            else paho.MQTT_CLEAN_START_FIRST_ONLY,  # 3.1.1 allows no other value here
            properties=session_properties() if five else None,
            will=aiomqtt.Will(online_topic(settings), OFFLINE, QOS, retain=True),
            queue_type=Waiting,
            max_queued_incoming_messages=WAITING_MOST,
            max_inflight_messages=OUTGOING_MOST,
            keepalive=KEEPALIVE,
            timeout=ANSWER_WITHIN,
            tls_context=tls,
            socket_options=((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),),
        )
        self._told: dict[int, asyncio.Future[ReasonCode]] = {}
        self._client.manual_ack_set(True)
        self._client.on_publish = self._on_puback

    async def subscribe_events(self, topic: str) -> None:
        """Subscribe at QoS 1. Raises Refused if the broker grants less, MqttError if it does not answer."""
        (granted,) = await self.subscribe(topic, qos=QOS)
        code = granted if isinstance(granted, int) else granted.value
        if code != QOS:
            why = f"QoS {code} only" if code < QOS else str(granted)
            raise Refused(f"the subscription to {topic} at QoS {QOS}: {why}")

    async def tell(
        self, topic: str, payload: bytes, *, retain: bool = False, properties: Properties | None = None
    ) -> str | None:
        """Publish at QoS 1 and wait for the PUBACK; returns the broker's reason if it refused, else None.

        Raises MqttError if the connection is gone or no PUBACK comes, ValueError for an impossible topic.
        """
        info = self._client.publish(topic, payload, QOS, retain, properties)
        if info.rc != paho.MQTT_ERR_SUCCESS:
            raise aiomqtt.MqttCodeError(info.rc, "cannot publish")
        told = self._told[info.mid] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                reason = await told
        except TimeoutError:
            raise aiomqtt.MqttError("the broker does not acknowledge what we publish") from None
        finally:
            del self._told[info.mid]
        return str(reason) if reason.is_failure else None

    def acknowledge(self, message: aiomqtt.Message) -> None:
        """Send the PUBACK; on a connection that has gone it changes nothing, and the broker sends again."""
        self._client.ack(message.mid, message.qos)

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
        """A broker that hangs up on our CONNECT, as over a certificate that it does not know, is heard at
        once; the library would wait for its answer."""
        if not self._connected.done():
            self._connected.set_exception(aiomqtt.MqttError("the broker hung up without answering CONNECT"))
        super()._on_disconnect(client, userdata, flags, reason_code, properties)

    def _on_puback(
        self, _client: Any, _userdata: Any, mid: int, reason: ReasonCode, _properties: Properties
    ) -> None:
        told = self._told.get(mid)
        if told is not None and not told.done():
            told.set_result(reason)


@asynccontextmanager
async def connected(client: BrokerClient) -> AsyncIterator[BrokerClient]:
    """The client while it is connected. Raises MqttError if it cannot be.

    The library connects in a thread, which nobody can stop: whoever is cancelled meanwhile waits for its end
    (ANSWER_WITHIN), or it would open a socket that belongs to nobody.
    """
    entering = asyncio.ensure_future(client.__aenter__())
    try:
        await asyncio.shield(entering)
    except BaseException:
        await asyncio.wait((entering,))
        if entering.exception() is None:
            await client.leave()
        client.abandon()
        raise
    try:
        yield client
    finally:
        await client.leave()


def online_topic(settings: Settings) -> str:
    """Where monitors see whether we are there."""
    return f"{settings.status_topic}/online"


def session_properties() -> Properties:
    """What a CONNECT of MQTT 5 asks for."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = SESSION_EXPIRY
    properties.ReceiveMaximum = RECEIVE_MOST
    properties.MaximumPacketSize = PACKET_MOST
    return properties
