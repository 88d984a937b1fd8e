"""One visit of the doctor: connect, examine, test if told to, and hang up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.protocol import Factory
from twisted.internet.task import deferLater

from gateway import endpoints, serial
from gateway.doctor.examine import Examination
from gateway.doctor.findings import Findings, Role, Where
from gateway.doctor.line import DoctorLine, LineClosed
from gateway.doctor.testcalls import TestCalls
from protocols.capture import Direction
from protocols.espa444.listening import Heard

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Visit:
    """What is examined, and how far. `number`: whom the tests page, or None; `patience` seconds for the
    connection; with `wire` everything said is told."""

    where: Where
    own: str = "1"
    peer: str | None = None
    number: str | None = None
    patience: float = 10.0
    wire: bool = False


class Arrivals(Factory):
    """Hands over the first connection; there is one line."""

    noisy = False

    def __init__(self, make: Callable[[Callable[[DoctorLine], None]], DoctorLine]) -> None:
        self._make = make
        self.arrived: Deferred[DoctorLine] = Deferred()

    def buildProtocol(self, addr: object) -> DoctorLine:
        return self._make(self._came)

    def _came(self, line: DoctorLine) -> None:
        if self.arrived.called:
            assert line.transport is not None
            line.transport.loseConnection()
        else:
            self.arrived.callback(line)


def pay(reactor: Any, visit: Visit, tell: Tell) -> Deferred[Findings]:
    """Examine the device; fails if no connection to it is made."""
    return Deferred.fromCoroutine(_pay(reactor, visit, tell))


async def _pay(reactor: Any, visit: Visit, tell: Tell) -> Findings:
    witness = _witness(tell) if visit.wire else _nobody
    arrivals = Arrivals(lambda came: DoctorLine(reactor, witness, came))
    where, port = visit.where, None
    if where.endpoint is not None:
        description = serial.describe(where.endpoint, where.baud, where.format or "7E1")
        connecting: Deferred[Any] = endpoints.client(reactor, description).connect(arrivals)
        await connecting.addTimeout(visit.patience, reactor)
    else:
        port = await endpoints.server(reactor, where.listen or "").listen(arrivals)
        tell(f"waiting up to {visit.patience:.0f} s for the device to connect")
    try:
        line = await arrivals.arrived.addTimeout(visit.patience, reactor)
        return await examine(line, visit, tell)
    finally:
        if port is not None:
            await maybeDeferred(port.stopListening)
        await deferLater(reactor, 0)


async def examine(line: DoctorLine, visit: Visit, tell: Tell) -> Findings:
    """The whole examination over a line that stands; what is found before it breaks is kept."""
    examination = Examination(line, tell, visit.own, visit.peer)
    found = examination.found
    eight_bits = visit.where.format is None or visit.where.format.startswith("8")
    try:
        await examination.run()
        if visit.number is not None and found.role is Role.CONTROL:
            await TestCalls(examination, visit.number, eight_bits).run()
        elif visit.number is not None:
            found.say("no test message was sent: only a control station can send when it wants to")
    except LineClosed as closed:
        found.say(f"the device has closed the connection: {closed}")
    if line.transport is not None and line.closed is None:
        line.transport.loseConnection()
    return found


def _nobody(heard: Heard) -> None:
    """Nobody wants to see the wire."""


def _witness(tell: Tell) -> Callable[[Heard], None]:
    def witness(heard: Heard) -> None:
        arrow = "→" if heard.direction is Direction.SENT else "←"
        tell(f"  {arrow} {heard.text:<24} {heard.meaning}".rstrip())

    return witness
