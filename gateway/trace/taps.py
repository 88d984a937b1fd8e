"""Taps on every line of the gateway: whoever asks hears each read and write of a carrier's or source's pumps.

Rules: a line that nobody listens to pays for one comparison a read and write, and nothing else. Secrets are
covered before anybody hears them (`secrets`). A listener must not raise and must not hold the loop: it drops
what it cannot keep up with. Pumps are known through the endpoints that they stand on, so a carrier or source
has nothing to do for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IAddress,
    IListeningPort,
    IProtocol,
    IProtocolFactory,
    IStreamClientEndpoint,
    IStreamServerEndpoint,
)
from twisted.internet.protocol import Factory
from zope.interface import implementer

from gateway.trace.secrets import Cover, cover_for
from protocols.capture import Direction
from protocols.transport import Pump

if TYPE_CHECKING:
    from gateway.app import Endpoints


@dataclass(frozen=True, slots=True)
class Passed:
    """What one read or write carried; `at` in monotonic seconds, secrets covered."""

    line: str
    connection: int
    direction: Direction
    at: float
    data: bytes


Hear = Callable[[Passed], None]
AnyPump = Pump[Any, Any, Any]


@dataclass(slots=True, eq=False)
class TappedLine:
    """One carrier or source. `settings` is what a reader of its bytes wants to know."""

    name: str
    kind: str
    settings: Mapping[str, str] = field(default_factory=dict)
    _numbers: "WeakKeyDictionary[AnyPump, int]" = field(default_factory=WeakKeyDictionary)
    _count: "count[int]" = field(default_factory=lambda: count(1))
    _listeners: list[Hear] = field(default_factory=list)

    def made(self, pump: AnyPump) -> None:
        """A connection comes: its pump is known from its first byte on."""
        self._numbers[pump] = next(self._count)
        if self._listeners:
            self._tap(pump)

    def listen(self, hear: Hear) -> Callable[[], None]:
        """Hear every connection that stands and that comes; returns what ends it."""
        self._listeners.append(hear)
        if len(self._listeners) == 1:
            for pump in list(self._numbers):
                self._tap(pump)

        def end() -> None:
            self._listeners.remove(hear)
            if not self._listeners:
                for pump in list(self._numbers):
                    pump.tap = None

        return end

    def _tap(self, pump: AnyPump) -> None:
        number = self._numbers[pump]
        covers: dict[Direction, Cover] = {way: cover_for(self.kind) for way in Direction}

        def tap(direction: Direction, data: bytes, at: float) -> None:
            passed = Passed(self.name, number, direction, at, covers[direction](data))
            for hear in tuple(self._listeners):
                hear(passed)

        pump.tap = tap


def settings_for_trace(settings: object) -> dict[str, str]:
    """Of a carrier's or source's configuration, what a reader of its bytes wants to know."""
    known = {name: getattr(settings, name, None) for name in ("charset", "masks")}
    return {name: str(value).lower() for name, value in known.items() if value is not None}


class Taps:
    """Every line that can be listened to, by name."""

    def __init__(self) -> None:
        self.lines: dict[str, TappedLine] = {}

    def on(self, name: str, kind: str, settings: Mapping[str, str], endpoints: "Endpoints") -> "Endpoints":
        """The same endpoints, with the line `name` tapped on them."""
        line = self.lines[name] = TappedLine(name, kind, settings)
        return _TappedEndpoints(line, endpoints)


class _TappedEndpoints:
    def __init__(self, line: TappedLine, endpoints: "Endpoints") -> None:
        self._line = line
        self._endpoints = endpoints

    def client(self, description: str) -> IStreamClientEndpoint:
        return TappedClient(self._line, self._endpoints.client(description))

    def server(self, description: str) -> IStreamServerEndpoint:
        return _TappedServer(self._line, self._endpoints.server(description))


@implementer(IStreamClientEndpoint)
class TappedClient:
    """A client endpoint. ClientService hides the pump behind a proxy, so its factory is watched before."""

    def __init__(self, line: TappedLine, endpoint: IStreamClientEndpoint) -> None:
        self._line = line
        self._endpoint = endpoint

    def watched(self, factory: IProtocolFactory) -> IProtocolFactory:
        """The factory to give to whoever connects."""
        return _Watched(self._line, factory)

    def connect(self, protocolFactory: IProtocolFactory) -> "Deferred[IProtocol]":
        """See IStreamClientEndpoint."""
        return self._endpoint.connect(protocolFactory)


@implementer(IStreamServerEndpoint)
class _TappedServer:
    def __init__(self, line: TappedLine, endpoint: IStreamServerEndpoint) -> None:
        self._line = line
        self._endpoint = endpoint

    def listen(self, protocolFactory: IProtocolFactory) -> "Deferred[IListeningPort]":
        return self._endpoint.listen(_Watched(self._line, protocolFactory))


class _Watched(Factory):
    noisy = False

    def __init__(self, line: TappedLine, factory: IProtocolFactory) -> None:
        self._line = line
        self._factory = factory

    def doStart(self) -> None:
        self._factory.doStart()

    def doStop(self) -> None:
        self._factory.doStop()

    def buildProtocol(self, addr: IAddress | None) -> IProtocol | None:  # type: ignore[override]
        protocol = self._factory.buildProtocol(addr)  # type: ignore[arg-type]
        if isinstance(protocol, Pump):
            self._line.made(protocol)
        return protocol
