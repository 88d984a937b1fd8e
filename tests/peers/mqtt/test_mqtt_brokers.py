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


async def test_event_is_answered_and_followed(make_broker, version, make_house, make_clinic, wait) -> None:
    """An event by MQTT is answered once on the status topic, its outcomes follow there, in order."""
    broker = make_broker(version)
    house, clinic = make_house(broker.port, version), make_clinic(broker.port, version)
    await wait(lambda: clinic.ready)
    await house.start()
    await wait(lambda: house.line.up)
    clinic.sends("e-1")
    await wait(lambda: clinic.answers("e-1") and clinic.outcomes())
    assert clinic.answers("e-1") == ["accepted"]
    assert house.count("alert") == 1
    assert clinic.outcomes() == [*range(1, len(clinic.outcomes()) + 1)]
