"""What we ask of a broker, and the bounds on what it may send us."""

import asyncio
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from aiomqtt import MqttCodeError, MqttError

from gateway.bridge import from_asyncio
from gateway.config import MqttSource as Settings
from gateway.sources.mqtt import leaves
from gateway.sources.mqtt_client import (
    BrokerClient,
    Overrun,
    Refused,
    Waiting,
    online_topic,
    session_properties,
)
from gateway.sources.mqtt_tls import tls_context

MESSAGE = aiomqtt.Message("clinic24/events", b"{}", 1, False, 1, None)


def settings(**keys: Any) -> Settings:
    return Settings(type="mqtt", host="127.0.0.1", client_id="bakjour-1", **keys)


async def connect_packet(version: str) -> bytes:
    """What a client sends first."""

    async def catch() -> bytes:
        caught: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            caught.set_result(await reader.read(1000))
            writer.close()

        async with await asyncio.start_server(hear, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            keys = {"port": port, "version": version, "username": "u", "password": "secret"}
            client = BrokerClient(settings(**keys), None)
            with pytest.raises(MqttError, match="hung up"):
                await client.__aenter__()
        return await caught

    return await from_asyncio(catch())


async def test_connect_of_3_1_1() -> None:
    """Clean Session is 0, with user, password and a retained last will at QoS 1 (MQTT 3.1.1, 3.1.2)."""
    packet = await connect_packet("3.1.1")
    assert packet[2:9] == b"\x00\x04MQTT\x04"
    assert packet[9] == 0b1110_1100
    assert b"bakjour-1" in packet
    assert b"clinic24/status/online\x00\x05false" in packet


async def test_connect_of_5() -> None:
    """Clean Start is 0 at the first connection too, and the session is kept for a week (MQTT 5, 3.1.2)."""
    packet = await connect_packet("5")
    assert packet[2:9] == b"\x00\x04MQTT\x05"
    assert packet[9] == 0b1110_1100
    assert b"\x11" + (7 * 86_400).to_bytes(4) in packet
    assert session_properties().ReceiveMaximum == 200


async def test_waiting_is_bounded_and_says_so() -> None:
    """A message without room closes the queue; what waits is still given out, and then it is an error."""
    waiting = Waiting(2)
    waiting.put_nowait(MESSAGE)
    waiting.put_nowait(MESSAGE)
    with pytest.raises(asyncio.QueueFull):
        waiting.put_nowait(MESSAGE)
    assert await from_asyncio(waiting.get()) is MESSAGE
    with pytest.raises(asyncio.QueueFull):
        waiting.put_nowait(MESSAGE)
    assert await from_asyncio(waiting.get()) is MESSAGE
    with pytest.raises(Overrun, match="more than 2"):
        await from_asyncio(waiting.get())


async def test_publishing_without_connection() -> None:
    """What cannot be published says so at once."""

    async def tell() -> None:
        await BrokerClient(settings(), None).tell("a", b"")

    with pytest.raises(MqttCodeError):
        await from_asyncio(tell())


def test_tls_is_asked_for() -> None:
    """Without `tls` there is none; with it the broker's name and certificate are verified."""
    assert tls_context(settings()) is None
    context = tls_context(settings(tls=True))
    assert context is not None
    assert context.check_hostname


@pytest.mark.parametrize("key", ["ca_file", "cert_file"])
def test_file_that_cannot_be_used(key: str, tmp_path: Path) -> None:
    """The message names the key of the configuration and the file."""
    (tmp_path / "bad").write_text("no PEM")
    for name in ("bad", "missing"):
        with pytest.raises(Refused, match=f"{key} .*{name}"):
            tls_context(settings(tls=True, **{key: str(tmp_path / name)}))


def test_online_topic() -> None:
    """It stands below the status topic."""
    assert online_topic(settings(status_topic="a/b")) == "a/b/online"


def test_leaves_of_a_group() -> None:
    """Every exception of nested groups is found, and one that is no group is itself."""
    one, two = MqttError("a"), OSError("b")
    assert list(leaves(ExceptionGroup("", [one, ExceptionGroup("", [two])]))) == [one, two]
    assert list(leaves(one)) == [one]
