"""The simulated Clinic24 over MQTT, through brokers that others wrote, against a small gateway of paho."""

import json
import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from typing import Any

import paho.mqtt.client as paho
import pytest
import pytest_twisted
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from twisted.internet import protocol, reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.internet.utils import getProcessOutputAndValue

from protocols.clinic24.messages import AnswerStatus
from simulators.clinic24_command import drive
from simulators.clinic24_fates import Happening
from simulators.clinic24_mqtt import MqttClinic24, Topics
from simulators.clinic24_plan import plan_random, plan_raw
from simulators.mqtt_client import ANSWER_WITHIN, IN_FLIGHT, Broker

pytestmark = [pytest.mark.peer, pytest.mark.reactor(seconds=20)]

ONE_BROKER = pytest.mark.parametrize("make_broker", ["iotcore"], indirect=True)
ONLY_5 = pytest.mark.parametrize("version", ["5"])

PLAN = plan_random(1, 60, 1000.0, ["hc"], "run", 1795521900000)
RESPONSE = "clinic24/answers"


class FakeGateway:
    """Answers each event with the next of `says` (the last goes on), the accepted with a final outcome."""

    def __init__(self, port: int, version: str) -> None:
        five = version == "5"
        self.says: list[str] = ["accepted"]
        self.got: list[bytes] = []
        self.mute = False
        self.ready = False
        self.seq = 0
        self._client = paho.Client(
            paho.CallbackAPIVersion.VERSION2, "gateway", protocol=paho.MQTTv5 if five else paho.MQTTv311
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe("clinic24/events", 1)
        self._client.on_subscribe = self._subscribed
        self._client.on_message = self._take
        self._client.connect_async("127.0.0.1", port, keepalive=5)
        self._client.loop_start()

    def ids(self) -> list[str]:
        return [json.loads(one)["id"] for one in self.got]

    def tell(self, message: dict[str, Any] | bytes, request: Any = None) -> None:
        """Publish on the status topic, and on the response topic of the request."""
        payload = message if isinstance(message, bytes) else json.dumps(message).encode()
        self._client.publish("clinic24/status", payload, 1)
        if getattr(request, "ResponseTopic", None):
            properties = Properties(PacketTypes.PUBLISH)
            properties.CorrelationData = request.CorrelationData
            self._client.publish(request.ResponseTopic, payload, 1, properties=properties)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _subscribed(self, *_: object) -> None:
        self.ready = True

    def _take(self, _client: object, _userdata: object, message: paho.MQTTMessage) -> None:
        self.got.append(message.payload)
        if self.mute:
            return
        try:
            event = json.loads(message.payload)
        except ValueError:
            self.tell({"status": "rejected"}, message.properties)
            return
        ids = {"source": event["source"], "id": event["id"]}
        status = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        self.tell({**ids, "status": status, "alert": "4"}, message.properties)
        if status == "accepted":
            self.seq += 1
            ends = {"seq": self.seq, "scope": "alert", "alert": "4", "status": "acknowledged", "final": True}
            self.tell({**ids, **ends, "at": "2026-11-24T12:05:01.337Z"})


class Middle(protocol.Protocol):
    """One connection through the middle; `far` is the one to the broker."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.far: Far | None = None
        self.deaf = False
        self.early = b""

    def connectionMade(self) -> None:
        endpoint = TCP4ClientEndpoint(reactor, "127.0.0.1", self.port)
        connectProtocol(endpoint, Far(self)).addErrback(lambda _: self.transport.abortConnection())

    def dataReceived(self, data: bytes) -> None:
        if self.far is None:
            self.early += data
        else:
            self.far.transport.write(data)

    def connectionLost(self, reason: object = None) -> None:
        if self.far is not None:
            self.far.transport.abortConnection()

    def cut(self) -> None:
        self.transport.abortConnection()


class Far(protocol.Protocol):
    def __init__(self, near: Middle) -> None:
        self.near = near

    def connectionMade(self) -> None:
        self.near.far = self
        self.transport.write(self.near.early)

    def dataReceived(self, data: bytes) -> None:
        if not self.near.deaf:
            self.near.transport.write(data)

    def connectionLost(self, reason: object = None) -> None:
        self.near.transport.abortConnection()


class Scene:
    """A broker, something in the middle that can be made deaf to it or cut, the gateway, and Clinic24."""

    def __init__(self, broker_port: int, version: str, response: str | None) -> None:
        self.gateway = FakeGateway(broker_port, version)
        self.line: Middle | None = None
        factory = protocol.Factory()
        factory.buildProtocol = lambda _: self._middle(broker_port)  # type: ignore[method-assign]
        self._port = reactor.listenTCP(0, factory, interface="127.0.0.1")
        self.happened: list[Happening] = []
        broker = Broker("127.0.0.1", self._port.getHost().port, "clinic24-test", version_5=version == "5")
        self.clinic = MqttClinic24(
            reactor, broker, Topics(response=response if version == "5" else None), self.happened.append
        )

    def _middle(self, port: int) -> Middle:
        self.line = Middle(port)
        return self.line

    def words(self) -> list[str]:
        return [happening.what for happening in self.happened]

    async def close(self) -> None:
        await self.clinic.stop()
        self.gateway.close()
        await self._port.stopListening()


@pytest.fixture(params=["iotcore", "mosquitto"])
def make_broker(request: pytest.FixtureRequest) -> Callable[[str], Any]:
    """Make a broker that speaks a version."""
    if request.param == "iotcore":
        return request.getfixturevalue("make_iotcore")
    mosquitto = request.getfixturevalue("make_mosquitto")
    return lambda version: mosquitto()


@pytest.fixture(params=["3.1.1", "5"])
def version(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def make_scene(make_broker, version, wait) -> Iterator[Callable[..., Any]]:
    """`scene = await make_scene()`: the gateway has subscribed, Clinic24 has not begun."""
    scenes: list[Scene] = []

    async def make(response: str | None = RESPONSE) -> Scene:
        scenes.append(Scene(make_broker(version).port, version, response))
        await wait(lambda: scenes[-1].gateway.ready)
        return scenes[-1]

    yield make
    for scene in scenes:
        pytest_twisted.blockon(Deferred.fromCoroutine(scene.close()))


async def test_sends_and_hears(make_scene) -> None:
    """More events than may be under way at once are published, answered and followed, poison is answered."""
    scene = await make_scene()
    plan = [*PLAN, plan_raw(b"no JSON at all\n", expect=AnswerStatus.REJECTED)]
    fates = await drive(reactor, scene.clinic, plan, 10.0, 10.0)
    assert scene.gateway.got == [planned.data.rstrip() for planned in plan]
    assert all(fate.good and fate.closed and fate.sent == 1 for fate in fates)
    words = scene.words()
    assert {what: words.count(what) for what in set(words)} == {
        "connected": 1,
        "sent": 61,
        "answer": 61,
        "outcome": 60,
    }


async def test_repeats_what_has_no_puback(make_scene, wait) -> None:
    """What the broker had not acknowledged is published again after a reconnect, what it had is not."""
    scene = await make_scene()
    scene.clinic.start()
    first = scene.clinic.send(PLAN[0])
    await wait(lambda: first.closed)
    scene.line.deaf = True
    scene.gateway.says = ["accepted", "accepted", "duplicate"]
    fates = [scene.clinic.send(planned) for planned in PLAN[1:3]]
    raw = scene.clinic.send(plan_raw(b"{half"))
    await wait(lambda: len(scene.gateway.got) == 4)
    scene.line.cut()
    await wait(lambda: all(fate.closed for fate in (first, *fates)) and not raw.waiting)
    await wait(lambda: len(scene.gateway.got) == 6)
    assert scene.gateway.got[4:] == [planned.data.rstrip() for planned in PLAN[1:3]]
    assert [fate.sent for fate in (first, *fates, raw)] == [1, 2, 2, 1]
    assert [str(fate.answer.status) for fate in fates] == ["accepted", "accepted"]
    assert scene.words().count("lost") == 1
    assert "not_understood" not in scene.words()


@ONE_BROKER
@ONLY_5
async def test_bounded_without_puback(make_scene, wait) -> None:
    """A broker that acknowledges nothing gets no more than may be under way; the rest goes out afterwards."""
    scene = await make_scene()
    scene.clinic.start()
    await wait(lambda: "connected" in scene.words())
    scene.line.deaf = True
    fates = [scene.clinic.send(planned) for planned in PLAN]
    await wait(lambda: len(scene.gateway.got) == IN_FLIGHT)
    assert sum(fate.sent for fate in fates) == IN_FLIGHT
    scene.gateway.says = ["accepted"]
    scene.line.cut()
    await wait(lambda: all(fate.closed for fate in fates))
    assert scene.gateway.ids() == [f"run-{number + 1}" for number in [*range(IN_FLIGHT), *range(60)]]


async def test_answers_while_away_are_not_missed(make_scene, wait) -> None:
    """What the gateway tells while Clinic24 is disconnected is heard after the reconnect."""
    scene = await make_scene(response=None)
    scene.clinic.start()
    scene.gateway.mute = True
    fate = scene.clinic.send(PLAN[0])
    await wait(lambda: scene.gateway.got)
    scene.line.cut()
    await wait(lambda: "lost" in scene.words())
    scene.gateway.tell({"source": fate.planned.identity[0], "id": "run-1", "status": "ignored"})
    await wait(lambda: not fate.waiting and scene.words().count("connected") == 2)
    assert fate.good


@ONE_BROKER
@ONLY_5
async def test_repeats_on_retry(make_scene, wait) -> None:
    """An event answered `retry` is published again with the same id until it has another answer."""
    scene = await make_scene()
    scene.gateway.says = ["retry", "duplicate"]
    scene.clinic.start()
    fate = scene.clinic.send(PLAN[0])
    await wait(lambda: not fate.waiting)
    assert scene.gateway.ids() == ["run-1", "run-1"]
    assert fate.good


@ONE_BROKER
@ONLY_5
async def test_what_is_for_others(make_scene, wait) -> None:
    """Answers and outcomes to other senders are passed over, what is neither is told, an outcome once."""
    scene = await make_scene()
    scene.clinic.start()
    fate = scene.clinic.send(PLAN[0])
    await wait(lambda: fate.closed)
    other = {"source": "other", "id": "x"}
    outcome = {"seq": 9, "scope": "page", "alert": "7", "status": "sent", "at": "2026-11-24T12:05:01Z"}
    mine = {"source": fate.planned.identity[0], "id": "run-1"}
    again = {**mine, **outcome}
    for told in ({**other, "status": "accepted"}, {**other, **outcome}, again, again):
        scene.gateway.tell(told)
    scene.gateway.tell(b"hello")
    await wait(lambda: "not_understood" in scene.words())
    assert scene.words().count("answer") == 1
    assert [one.status for one in fate.outcomes] == ["acknowledged", "sent"]


@ONLY_5
async def test_equal_ids_are_told_apart(make_scene, wait) -> None:
    """With a response topic each of two equal events has the answer that was meant for it."""
    scene = await make_scene()
    scene.gateway.says = ["accepted", "duplicate"]
    fates = [scene.clinic.send(PLAN[0]) for _ in range(2)]
    scene.clinic.start()
    await wait(lambda: not any(fate.waiting for fate in fates))
    assert [str(fate.answer.status) for fate in fates] == ["accepted", "duplicate"]


async def test_nobody_subscribed(make_mosquitto, wait) -> None:
    """A broker that says that nobody will get the event is told of; the event stays unanswered."""
    happened: list[Happening] = []
    broker = Broker("127.0.0.1", make_mosquitto().port, "clinic24-test")
    clinic = MqttClinic24(reactor, broker, Topics(), happened.append)
    fate = clinic.send(PLAN[0])
    clinic.start()
    await wait(lambda: len(happened) == 3)
    assert [one.what for one in happened] == ["connected", "sent", "refused"]
    assert happened[-1].fate is fate
    assert happened[-1].detail == "No matching subscribers"
    await clinic.stop()
    assert fate.waiting


async def test_unreachable_is_told_once(make_mosquitto, wait) -> None:
    """A broker that does not let us in is told once, with its reason, however often it is tried."""
    happened: list[Happening] = []
    broker = Broker("127.0.0.1", make_mosquitto("allow_anonymous false\n").port, "clinic24-test", "u", "no")
    clinic = MqttClinic24(reactor, broker, Topics(), happened.append)
    fate = clinic.send(PLAN[0])
    assert [fate.waiting, happened] == [True, []]
    clinic.start()
    await wait(lambda: happened)
    assert "Not authorized" in str(happened[0].detail)
    tried = reactor.seconds() + 1.5
    await wait(lambda: reactor.seconds() > tried)
    assert [one.what for one in happened] == ["unreachable"]
    await clinic.stop()


async def test_stop_while_connecting(wait) -> None:
    """A broker that accepts and says nothing more is left at once, and nothing stays behind."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        broker = Broker("127.0.0.1", silent.getsockname()[1], "clinic24-test")
        clinic = MqttClinic24(reactor, broker, Topics())
        clinic.start()
        silent.setblocking(False)

        def accepted() -> Any:
            try:
                return silent.accept()[0]
            except BlockingIOError:
                return None

        near = await wait(accepted)
        begun = reactor.seconds()
        await clinic.stop()
        assert reactor.seconds() - begun < ANSWER_WITHIN / 2
        near.close()


async def run(*arguments: str) -> tuple[str, str, int]:
    """Run the command to its end; returns standard output, standard error and the exit code."""
    command = ("-m", "simulators", "clinic24", *arguments)
    out, err, code = await getProcessOutputAndValue(sys.executable, command, os.environ)
    return out.decode(), err.decode(), code


@pytest.mark.process
@ONE_BROKER
@pytest.mark.parametrize(
    ("version", "response"), [("3.1.1", ()), ("5", ()), ("5", ("--response-topic", RESPONSE))]
)
async def test_command(make_scene, version: str, response: tuple[str, ...]) -> None:
    """The command reports as over TCP: a JSON line for each happening, a summary, exit 0."""
    scene = await make_scene()
    port = scene._port.getHost().port
    options = ("--connect", f"mqtt://127.0.0.1:{port}", "--count", "20", "--rate", "200", "--json")
    out, err, code = await run(*options, "--malformed", "0.2", "--mqtt-version", version, *response)
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, ""), out
    assert lines[-1]["good"] is True
    assert lines[-1]["accepted"] + lines[-1]["rejected"] == 20
    assert sum(line["what"] == "outcome" for line in lines) == lines[-1]["accepted"]


class Told(protocol.ProcessProtocol):
    """A command that is given a signal once it has connected."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.out, self.err = b"", b""
        self.ended: Deferred[int] = Deferred()

    def outReceived(self, data: bytes) -> None:
        if b"connected" not in self.out and b"connected" in self.out + data:
            os.kill(self.transport.pid, self.number)
        self.out += data

    def errReceived(self, data: bytes) -> None:
        self.err += data

    def processEnded(self, reason: Any) -> None:
        self.ended.callback(reason.value.exitCode)


@pytest.mark.process
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@ONE_BROKER
@ONLY_5
async def test_signals(make_scene, number: int) -> None:
    """SIGTERM and Ctrl-C end the run with a summary, exit 1, and nothing on standard error."""
    scene = await make_scene()
    told = Told(number)
    port = scene._port.getHost().port
    arguments = ["clinic24", "--connect", f"mqtt://127.0.0.1:{port}", "--rate", "0.1"]
    command = [sys.executable, "-m", "simulators", *arguments]
    reactor.spawnProcess(told, sys.executable, command, os.environ)
    assert await told.ended == 1
    assert told.err == b""
    assert re.search(rb"\d lines?: ", told.out)
