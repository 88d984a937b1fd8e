"""The simulated paging system under a person's hands."""

from typing import Any

import pytest
from twisted.internet.task import Clock

from protocols.espa444 import LinkAnswer, call_block
from simulators.dect import Answer, Faults, HandsetState, Owner, PagingSystem
from simulators.dect.hand import Hand


@pytest.fixture
def told() -> list[Any]:
    """What has been told."""
    return []


@pytest.fixture
def system(told: list[Any]) -> PagingSystem:
    """With two handsets whose owners do nothing by themselves."""
    return PagingSystem(
        Clock(), ["20117", "20118"], told.append, faults=Faults(), owner=Owner(Answer.IGNORE), air_seconds=0.0
    )


def page(system: PagingSystem) -> None:
    """A message stands on 20117."""
    assert system._take(call_block("20117", b"Larm")) is LinkAnswer.ACK
    system._clock.advance(0.1)  # type: ignore[attr-defined]


def test_handsets_are_moved_and_pressed(system: PagingSystem, told: list[Any]) -> None:
    """States by name, OK and Reject on the message in front."""
    hand = Hand(system, told.append)
    hand.type("20118 out_of_range")
    assert system.handset("20118").state is HandsetState.OUT_OF_RANGE
    page(system)
    hand.type("show")
    assert told[-2] == {"event": "screen", "extension": "20117", "state": "in_range", "texts": ["Larm"]}
    hand.type("20117 accept")
    assert [one["answer"] for one in told if one["event"] == "answered"] == ["accept"]


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("nak_2 3", "nak_2", 3),
        ("silent on", "silent", True),
        ("silent off", "silent", False),
        ("reply_delay 0.5", "reply_delay", 0.5),
        ("refused_call_types 56", "refused_call_types", "56"),
        ("broken_bcc 0102", "broken_bcc", b"\x01\x02"),
    ],
)
def test_faults_by_name(system: PagingSystem, told: list[Any], line: str, name: str, value: object) -> None:
    """Every fault of the line can be asked for while it runs."""
    Hand(system, told.append).type(line)
    assert getattr(system.faults, name) == value
    assert told[-1]["event"] == "fault"


def test_transmitter(system: PagingSystem, told: list[Any]) -> None:
    """Off is a failure that is told, on mends it."""
    hand = Hand(system, told.append)
    hand.type("transmitter off")
    assert system.transmitter_failed
    hand.type("transmitter on")
    assert not system.transmitter_failed


@pytest.mark.parametrize(
    "line",
    [
        "20117 asleep",
        "20117 accept",
        "99999 off",
        "nak_2 many",
        "silent maybe",
        "reply_delay -1",
        "transmitter",
        "x",
    ],
)
def test_what_cannot_be_meant(system: PagingSystem, told: list[Any], line: str) -> None:
    """It is told with the reason, and nothing changes."""
    Hand(system, told.append).type(line)
    Hand(system, told.append).type("  ")
    assert [one["event"] for one in told] == ["not_understood"]
    assert system.faults == Faults()
