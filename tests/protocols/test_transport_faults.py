"""An owner that raises when time, and not the far end, has brought the event."""

from collections.abc import Sequence

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from protocols.transport import Pump


class Patient:
    """A session that has something to say at second 1, and at its end."""

    close_reason: str | None = None

    def __init__(self, now: float) -> None:
        self._due: float | None = 1.0

    def receive_data(self, data: bytes, now: float) -> list[str]:
        return []

    def receive_eof(self, now: float) -> list[str]:
        return ["end"]

    def send(self, command: str, now: float) -> None: ...

    def answer(self, token: object, answer: str, now: float) -> None: ...

    def data_to_send(self) -> bytes:
        return b""

    def sent(self, now: float) -> None: ...

    def next_deadline(self) -> float | None:
        return self._due

    def tick(self, now: float) -> list[str]:
        self._due = None
        return ["tick"]


class Raising:
    """An owner that raises at one event."""

    def __init__(self, at: str) -> None:
        self.at = at
        self.told: list[str] = []

    def connected(self, pump: Pump) -> None:
        self.told.append("connected")

    def received(self, pump: Pump, events: Sequence[str]) -> None:
        self.told += events
        if self.at in events:
            raise ZeroDivisionError

    def disconnected(self, pump: Pump, reason: str) -> None:
        self.told.append("disconnected")


def test_a_tick() -> None:
    """The connection is dropped as for a read: a pump without its timer would never notice a silent peer."""
    clock, owner, transport = Clock(), Raising("tick"), StringTransport()
    pump: Pump = Pump(Patient, owner, clock)
    pump.makeConnection(transport)
    with pytest.raises(ZeroDivisionError):
        clock.advance(1)
    assert transport.disconnecting or transport.disconnected


def test_the_end() -> None:
    """An owner that raises at the last events is told all the same that the connection is gone."""
    owner = Raising("end")
    pump: Pump = Pump(Patient, owner, Clock())
    pump.makeConnection(StringTransport())
    with pytest.raises(ZeroDivisionError):
        pump.connectionLost()
    assert owner.told == ["connected", "end", "disconnected"]
