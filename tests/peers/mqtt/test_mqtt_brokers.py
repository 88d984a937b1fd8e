"""Events by MQTT through two brokers that others wrote: mosquitto, and rumqttd in the wheel `iotcore`."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.peer, pytest.mark.reactor(seconds=10)]


@pytest.fixture(params=["mosquitto", "iotcore"])
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
def pair(make_broker, version, make_house, make_clinic, wait) -> Callable[[], Any]:
    """`house, clinic = await pair()`: both connected to one broker."""

    async def make() -> tuple[Any, Any]:
        broker = make_broker(version)
        house, clinic = make_house(broker.port, version), make_clinic(broker.port, version)
        await wait(lambda: clinic.ready)
        await house.start()
        await wait(lambda: house.line.up)
        return house, clinic

    return make


async def test_event_is_answered_and_followed(pair, wait) -> None:
    """An event is answered once on the status topic, and its outcomes follow there, in order."""
    house, clinic = await pair()
    clinic.sends("e-1")
    await wait(lambda: clinic.answers("e-1") and clinic.outcomes())
    assert clinic.answers("e-1") == ["accepted"]
    assert house.count("alert") == 1
    assert clinic.outcomes() == [*range(1, len(clinic.outcomes()) + 1)]


async def test_repeat_is_a_duplicate(pair, wait) -> None:
    """The same event again makes no second alert; its answer says so."""
    house, clinic = await pair()
    clinic.sends("e-1")
    clinic.sends("e-1")
    await wait(lambda: len(clinic.answers("e-1")) == 2)
    assert clinic.answers("e-1") == ["accepted", "duplicate"]
    assert house.count("alert") == 1


async def test_event_without_quality_of_service(pair, wait) -> None:
    """An event at QoS 0 is taken and answered like any other; there is nothing to acknowledge."""
    _, clinic = await pair()
    clinic.sends("e-1", qos=0)
    await wait(lambda: clinic.answers("e-1"))
    assert clinic.answers("e-1") == ["accepted"]


async def test_poison_is_stored_answered_and_does_not_come_again(pair, wait) -> None:
    """What is no event, too large ones included, is rejected, alarmed and acknowledged; the next is taken."""
    house, clinic = await pair()
    for poison in (b"\xff\x00 no json", b"", b'{"specversion": "1.0"}', b"[" + b" " * 70_000):
        clinic.sends_raw(poison)
    clinic.sends("e-1")
    await wait(lambda: clinic.answers("e-1") and len(clinic.answers(None)) == 4)
    assert clinic.answers(None) == ["rejected"] * 4
    assert house.count("refusal") == 4
    assert "rejected:mqtt" in house.alarms()
    await wait(lambda: house.line.counters["acknowledged"] == 5)
    await house.stop()
    await house.start()
    await wait(lambda: house.line.up)
    clinic.sends("e-2")
    await wait(lambda: clinic.answers("e-2"))
    assert house.line.counters["events"] == 1


async def test_acknowledged_only_after_the_commit(pair, wait) -> None:
    """A message whose commit has not come yet is not acknowledged: the broker sends it again."""
    house, clinic = await pair()
    house.writer.held = True
    clinic.sends("e-1")
    await wait(lambda: house.line.counters["events"] == 1)
    await house.stop()
    assert clinic.answers("e-1") == []
    house.writer.release()
    assert house.count("alert") == 1
    await house.start()
    await wait(lambda: clinic.answers("e-1"))
    assert clinic.answers("e-1") == ["duplicate"]
    assert house.count("alert") == 1


async def test_what_came_while_we_were_away(pair, wait) -> None:
    """The session is the broker's to keep: what was published while no gateway ran is taken at the start."""
    house, clinic = await pair()
    await house.stop()
    sent = [clinic.sends(f"e-{number}") for number in range(30)]
    await wait(lambda: all(one.is_published() for one in sent))
    await house.start()
    await wait(lambda: all(clinic.answers(f"e-{number}") == ["accepted"] for number in range(30)))
    assert house.count("alert") == 30


async def test_monitors_see_us_come_and_go(pair, wait) -> None:
    """`online` is true while we are connected, and false after a clean stop."""
    house, clinic = await pair()
    await wait(lambda: clinic.online() == [True])
    await house.stop()
    await wait(lambda: clinic.online() == [True, False])


@pytest.mark.parametrize("version", ["5"])
async def test_response_topic_and_correlation(pair, wait) -> None:
    """A publisher of MQTT 5 gets its answer on its response topic too, with its correlation data."""
    house, clinic = await pair()
    clinic.sends("e-1", reply=b"\x00\x01mine")
    clinic.sends_raw(b"poison", reply=b"other")
    await wait(lambda: len(clinic.responses) == 2 and clinic.answers("e-1") and clinic.answers(None))
    correlated = {data: answer["status"] for data, answer in clinic.responses}
    assert correlated == {b"\x00\x01mine": "accepted", b"other": "rejected"}
    assert house.count("alert") == 1


@pytest.mark.parametrize("version", ["5"])
async def test_impossible_response_topic_harms_nobody(pair, wait) -> None:
    """An answer is not published where it would be read as an event; the event is taken all the same."""
    house, clinic = await pair()
    clinic.sends("e-1", reply=b"x", reply_to="clinic24/events")
    clinic.sends("e-2", reply=b"x", reply_to="clinic24/status/online")
    await wait(lambda: clinic.answers("e-1") and clinic.answers("e-2"))
    assert house.line.counters["connections"] == 1
    assert house.count("refusal") == 0
