"""A broker of others, a gateway that has it as its source, and Clinic24 as a plain paho client.

Everything is on loopback; the gateway runs on the test's own reactor, with a writer that can be held back.
"""

import json
import os
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import paho.mqtt.client as paho
import pytest
import pytest_twisted
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from twisted.internet import defer, task

from gateway.app import Gateway
from gateway.clock import Clock
from gateway.config import parse
from gateway.ports import StoreUnavailable
from gateway.requests import ImportRoster
from gateway.roster.index import open_roster
from gateway.rosterfiles import RosterFiles
from gateway.store.connection import open_reader, tx
from gateway.store.inline import InlineWriter
from gateway.store.migrations import open_store

LOOK = 0.01  # seconds between two looks at what is waited for
PATIENCE = 8.0  # seconds for anything on loopback
ZONE = ZoneInfo("Europe/Stockholm")

ROSTER = """
[[area]]
id = "a"
name = "Området"
[[unit]]
id = "hc-andersberg"
area = "a"
name = "HC Andersberg"
fallback = ["vaxel"]
[[receiver]]
id = "vaxel"
name = "Växeln"
kind = "role"
number = "20999"
units = []
"""

SAFE = "persistence true\nautosave_on_changes true\nautosave_interval 1\n"
"""What mosquitto needs to keep what it has acknowledged over a kill -9."""


async def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Turn the reactor until `condition` gives something; returns that."""
    from twisted.internet import reactor  # noqa: PLC0415 (an import installs a reactor if none is)

    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "it did not come"
        await task.deferLater(reactor, LOOK)
    return value


class Broker:
    """A broker as a process of its own; `command` starts it."""

    def __init__(self, command: Callable[[int], list[str]]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._command = command(self.port)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + PATIENCE
        while True:
            assert self._process.poll() is None, "the broker ended at once"
            assert time.monotonic() < end, "the broker does not listen"
            try:
                socket.create_connection(("127.0.0.1", self.port), LOOK).close()
                return
            except OSError:
                time.sleep(LOOK)

    def hang_up(self) -> None:
        """Make it read its configuration again, permissions included."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


class HeldWriter:
    """Writes at once, or as the test says: `held`, nothing is committed yet; `full`, nothing can be."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._inner = InlineWriter(conn)
        self._waiting: list[tuple[defer.Deferred[Any], Any]] = []
        self.held = False
        self.full = False

    def run(self, work: Any, *args: Any, **kwargs: Any) -> defer.Deferred[Any]:
        if self.full:
            return defer.fail(StoreUnavailable("full"))
        if not self.held:
            return self._inner.run(work, *args, **kwargs)
        done: defer.Deferred[Any] = defer.Deferred()
        self._waiting.append((done, lambda: self._inner.run(work, *args, **kwargs)))
        return done

    def release(self) -> None:
        """Commit what waits."""
        self.held = False
        waiting, self._waiting = self._waiting, []
        for done, run in waiting:
            run().chainDeferred(done)


class House:
    """The gateway, on a store of its own in `folder`."""

    def __init__(self, folder: Path, source: dict[str, object]) -> None:
        keys = {"host": "127.0.0.1", "client_id": "bakjour-1", **source}
        lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
        text = '[store]\npath = "house.db"\n[[source]]\ntype = "mqtt"\n' + "\n".join(lines)
        self.config = parse(text.encode(), folder, {})
        self._store = open_store(self.config.store.path)
        with tx(self._store):
            open_roster(self._store, ZONE)
        self.writer = HeldWriter(self._store)
        files = RosterFiles(self.config.store.path, "SE", ZONE, self.writer, self.now, defer.maybeDeferred)
        failed: list[object] = []
        files.take(ImportRoster(text=ROSTER)).addErrback(failed.append)
        assert not failed, failed
        self._reader = open_reader(self.config.store.path)
        self.gateway: Gateway | None = None

    @staticmethod
    def now() -> int:
        return time.time_ns() // 1_000_000

    async def start(self) -> None:
        """Start, and wait for the line to the broker."""
        from twisted.internet import reactor  # noqa: PLC0415 (an import installs a reactor if none is)

        self.gateway = Gateway(self.config, Clock(reactor, self.now), self.writer, self._reader, None)
        await self.gateway.start()

    async def stop(self) -> None:
        """Stop cleanly; may be started again."""
        gateway, self.gateway = self.gateway, None
        if gateway is not None:
            await gateway.stop()

    async def close(self) -> None:
        """Stop for good."""
        await self.stop()
        self._reader.close()
        self._store.close()

    @property
    def line(self) -> Any:
        """The state of the MQTT source."""
        assert self.gateway is not None
        return self.gateway.lines()[0]

    def alarms(self) -> list[str]:
        """Keys of the alarms that stand."""
        assert self.gateway is not None
        return [alarm.key for alarm in self.gateway.alarms.standing()]

    def count(self, table: str) -> int:
        """Rows of a table of the store."""
        return int(self._reader.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


class Clinic:
    """Clinic24: publishes events at QoS 1, hears everything on and below the status topic and `reply`.

    It sends again what had no PUBACK when it is connected again, as paho does by itself.
    """

    def __init__(self, port: int, version: str = "5", configure: Callable[[paho.Client], None] | None = None):
        self._five = version == "5"
        self._client = paho.Client(
            paho.CallbackAPIVersion.VERSION2,
            "clinic24",
            protocol=paho.MQTTv5 if self._five else paho.MQTTv311,
            clean_session=None if self._five else False,
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.max_inflight_messages_set(10)
        self._client.on_connect = self._subscribe
        self._client.on_message = self._hear
        self._client.on_subscribe = self._subscribed
        if configure is not None:
            configure(self._client)
        self.ready = False
        self.heard: list[tuple[str, dict[str, Any] | bool]] = []
        self.responses: list[tuple[bytes | None, dict[str, Any]]] = []
        self._client.connect_async("127.0.0.1", port, keepalive=5, **self._session())
        self._client.loop_start()

    def _session(self) -> dict[str, Any]:
        if not self._five:
            return {}
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 3600
        return {"clean_start": False, "properties": properties}

    def _subscribe(self, client: paho.Client, *_: object) -> None:
        client.subscribe([("clinic24/status/#", 1), ("reply", 1)])

    def _subscribed(self, *_: object) -> None:
        self.ready = True

    def _hear(self, _client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        value = json.loads(message.payload)
        if message.topic == "reply":
            self.responses.append((getattr(message.properties, "CorrelationData", None), value))
        else:
            self.heard.append((message.topic, value))

    def sends(
        self, name: str, *, qos: int = 1, reply: bytes | None = None, reply_to: str = "reply", **data: Any
    ) -> paho.MQTTMessageInfo:
        """Publish an event with this id; with `reply`, as a request (MQTT 5)."""
        values = {"unit": "hc-andersberg", "profession": "nurse", "priority": 2, "case": f"A-{name}"} | data
        event = {
            "specversion": "1.0",
            "id": name,
            "source": "clinic24/test",
            "type": "clinic24.visit.triaged",
            "data": values,
        }
        return self.sends_raw(json.dumps(event).encode(), qos=qos, reply=reply, reply_to=reply_to)

    def sends_raw(
        self, payload: bytes, *, qos: int = 1, reply: bytes | None = None, reply_to: str = "reply"
    ) -> paho.MQTTMessageInfo:
        """Publish any bytes."""
        properties = None
        if reply is not None:
            properties = Properties(PacketTypes.PUBLISH)
            properties.ResponseTopic = reply_to
            properties.CorrelationData = reply
        return self._client.publish("clinic24/events", payload, qos, properties=properties)

    def answers(self, name: str | None) -> list[str]:
        """The statuses answered to an event, in order."""
        return [
            value["status"]
            for topic, value in self.heard
            if topic == "clinic24/status" and "seq" not in value and value.get("id") == name
        ]

    def outcomes(self) -> list[int]:
        """The numbers of the outcomes heard, in order."""
        return [value["seq"] for topic, value in self.heard if topic == "clinic24/status" and "seq" in value]

    def online(self) -> list[bool]:
        """What monitors were told, in order."""
        return [value for topic, value in self.heard if topic == "clinic24/status/online"]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def wait() -> Callable[..., Any]:
    """`await wait(condition)`."""
    return until


@pytest.fixture
def make_mosquitto(tmp_path: Path) -> Iterator[Callable[..., Broker]]:
    """Debian's broker; `extra` is more of its configuration, of which {port} is the port."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        pytest.skip("mosquitto is not installed (Debian: apt-get install mosquitto)")
    brokers: list[Broker] = []

    def make(extra: str = "allow_anonymous true\n") -> Broker:
        folder = tmp_path / "mosquitto"
        folder.mkdir()
        file = folder / "mosquitto.conf"

        def command(port: int) -> list[str]:
            user = pwd.getpwuid(
                os.getuid()
            ).pw_name  # as root it would become another, who may not write here
            own = f"user {user}\nlistener {port} 127.0.0.1\npersistence_location {folder}/\nlog_type none\n"
            file.write_text(own + SAFE + extra)
            return [program, "-c", str(file)]

        brokers.append(Broker(command))
        brokers[-1].start()
        return brokers[-1]

    yield make
    for broker in brokers:
        broker.kill()


@pytest.fixture
def make_iotcore(tmp_path: Path) -> Iterator[Callable[[], Broker]]:
    """The broker in a wheel, for 3.1.1 and 5 each on a port of its own; the port depends on the version."""
    pytest.importorskip("iotcore")
    brokers: list[Broker] = []

    def make(version: str) -> Broker:
        def command(port: int) -> list[str]:
            file = tmp_path / "rumqttd.toml"
            file.write_text(IOTCORE.format(number=version[0].replace("3", "4"), port=port))
            options = json.dumps({"config_path": str(file)})
            return [sys.executable, "-m", "iotcore._serve", options]

        brokers.append(Broker(command))
        brokers[-1].start()
        return brokers[-1]

    yield make
    for broker in brokers:
        broker.kill()


IOTCORE = """
id = 0
[router]
id = 0
max_connections = 10
max_outgoing_packet_count = 200
max_segment_size = 10485760
max_segment_count = 10
[v{number}.1]
name = "v{number}"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1
[v{number}.1.connections]
connection_timeout_ms = 5000
max_payload_size = 1048576
max_inflight_count = 100
dynamic_filters = true
"""


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """A gateway whose source is the broker at a port; further keys of the source may be given."""
    houses: list[House] = []

    def make(port: int, version: str = "5", **source: object) -> House:
        houses.append(House(tmp_path, {"port": port, "version": version, **source}))
        return houses[-1]

    yield make
    for house in houses:
        pytest_twisted.blockon(defer.Deferred.fromCoroutine(house.close()))


@pytest.fixture
def make_clinic() -> Iterator[Callable[..., Clinic]]:
    """Clinic24 at the broker at a port."""
    clinics: list[Clinic] = []

    def make(*args: Any, **kwargs: Any) -> Clinic:
        clinics.append(Clinic(*args, **kwargs))
        return clinics[-1]

    yield make
    for clinic in clinics:
        clinic.close()
