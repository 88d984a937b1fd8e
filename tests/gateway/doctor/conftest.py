"""The doctor's visit to simulated devices, on a clock of its own."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from gateway.doctor.findings import Findings, Where, section
from gateway.doctor.line import DoctorLine
from gateway.doctor.visit import Arrivals, Visit, examine
from simulators.lines import Line
from simulators.network import Network

WHERE = Where("tcp:host=10.0.0.9:port=4444", None, None, None)


@dataclass
class Visited:
    """What the doctor found, said on the way, and wrote."""

    found: Findings
    progress: list[str]
    wire: list[str]
    table: dict[str, Any] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """All findings in one text."""
        return "\n".join(self.found.said)


@pytest.fixture
def visit() -> Callable[..., Visited]:
    """Visits whatever `factory` builds on the other end, and gives what came of it."""

    def pay(
        clock: Clock,
        factory: Any,
        *,
        number: str | None = None,
        peer: str | None = None,
        where: Where = WHERE,
        to_doctor: Line | None = None,
        during: Callable[[], None] = lambda: None,
    ) -> Visited:
        network = Network(clock)
        network.listen("device", factory)
        network.set_lines("device", to_client=to_doctor)
        progress: list[str] = []
        wire: list[str] = []
        arrivals = Arrivals(
            lambda came: DoctorLine(clock, lambda one: wire.append(f"{one.direction} {one.text}"), came)
        )
        network.open("device", arrivals)
        result: list[Any] = []

        def begin(line: DoctorLine) -> Deferred[Findings]:
            return Deferred.fromCoroutine(examine(line, Visit(where, "1", peer, number), progress.append))

        arrivals.arrived.addCallback(begin).addBoth(result.append)
        for _ in range(4000):
            if result:
                break
            clock.advance(0.05)
            during()
        (found,) = result
        assert isinstance(found, Findings), found
        tables = tomllib.loads(section(found, where))
        table = next((tables[name][0] for name in ("carrier", "source") if name in tables), {})
        return Visited(found, progress, wire, table)

    return pay
