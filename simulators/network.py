"""A network in memory, on any `IReactorTime`: servers, clients and connections without a socket.

A server listens by name (`network.server("dect").listen(factory)`), a client connects by it
(`network.client("dect").connect(factory)`), and the bytes between them pass a `Line` each way, which may
be changed while they are connected. On a `task.Clock` a week of traffic takes milliseconds.

Rules, as with Twisted's TCP:
- nothing is delivered inside a call: always by `callLater`, in the order of writing;
- the peer of a closed connection sees an end of file first; a half-closeable protocol then stays
  connected until it closes too or writes, which a closed peer answers with a reset;
- a protocol that raises loses its connection; but here the error also goes on to whoever advances the
  clock, so that a test fails where Twisted would only log.
"""

from dataclasses import dataclass, field
from itertools import count

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionLost, ConnectionRefusedError, NoProtocol
from twisted.internet.interfaces import (
    IAddress,
    IListeningPort,
    IProtocol,
    IProtocolFactory,
    IReactorTime,
    IStreamClientEndpoint,
    IStreamServerEndpoint,
)
from zope.interface import implementer

from simulators.lines import Line, Plain
from simulators.transport import Transport, join


@dataclass(slots=True)
class _Host:
    """What the network knows of one name."""

    factory: IProtocolFactory | None = None
    refused: bool = False
    to_server: Line = field(default_factory=Plain)
    to_client: Line = field(default_factory=Plain)
    connections: list[tuple[Transport, Transport]] = field(default_factory=list)


class Network:
    """Names that listen, and the connections to them."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._hosts: dict[str, _Host] = {}
        self._ports = count(40001)

    def server(self, name: str) -> IStreamServerEndpoint:
        """Return an endpoint that listens by `name`."""
        return _ServerEndpoint(self, name)

    def client(self, name: str) -> IStreamClientEndpoint:
        """Return an endpoint that connects to whatever listens by `name` at that moment."""
        return _ClientEndpoint(self, self._clock, name)

    def listen(self, name: str, factory: IProtocolFactory) -> IListeningPort:
        """Let `factory` serve `name` at once. Raises ValueError if something listens there already."""
        host = self._host(name)
        if host.factory is not None:
            raise ValueError(f"something listens by the name {name!r} already")
        host.factory = factory
        factory.doStart()
        return _Port(self, name)

    def silence(self, name: str) -> None:
        """Stop listening by `name`; connections that stand go on."""
        host = self._host(name)
        factory, host.factory = host.factory, None
        if factory is not None:
            factory.doStop()

    def set_lines(self, name: str, *, to_server: Line | None = None, to_client: Line | None = None) -> None:
        """Replace the line of a direction, for connections to `name` that stand and that come."""
        host = self._host(name)
        host.to_server = to_server or host.to_server
        host.to_client = to_client or host.to_client

    def refuse(self, name: str) -> None:
        """Refuse new connections to `name`; those that stand go on."""
        self._host(name).refused = True

    def allow(self, name: str) -> None:
        """Undo `refuse`."""
        self._host(name).refused = False

    def cut(self, name: str) -> None:
        """Drop every connection to `name`, with all that was under way; both ends see ConnectionLost."""
        for pair in self.connections(name):
            for transport in pair:
                transport.drop(ConnectionLost())

    def connections(self, name: str) -> list[tuple[Transport, Transport]]:
        """Return the (client's, server's) transports to `name` of which an end still stands."""
        host = self._host(name)
        host.connections = [pair for pair in host.connections if any(end.connected for end in pair)]
        return list(host.connections)

    def open(self, name: str, factory: IProtocolFactory) -> IProtocol:
        """Connect now; raises ConnectionRefusedError, or NoProtocol if `factory` builds none."""
        host = self._host(name)
        if host.factory is None or host.refused:
            raise ConnectionRefusedError(f"nothing listens by the name {name!r}")  # type: ignore[no-untyped-call]
        here, there = IPv4Address("TCP", "client", next(self._ports)), server_address(name)
        protocol = factory.buildProtocol(here)
        if protocol is None:
            raise NoProtocol
        client, server = join(
            self._clock, (here, there), lambda: self._host(name).to_server, lambda: self._host(name).to_client
        )
        host.connections = [*self.connections(name), (client, server)]
        served = host.factory.buildProtocol(here)
        if served is None:
            server.abortConnection()
        else:
            server.attach(served)
        client.attach(protocol)
        return protocol

    def _host(self, name: str) -> _Host:
        return self._hosts.setdefault(name, _Host())


def server_address(name: str) -> IPv4Address:
    """Return the address by which the server of `name` is known; its host is the name."""
    return IPv4Address("TCP", name, 1)


@implementer(IListeningPort)
class _Port:
    def __init__(self, network: Network, name: str) -> None:
        self._network = network
        self._name = name

    def startListening(self) -> None:
        """It listens from the start."""

    def stopListening(self) -> Deferred[None]:
        self._network.silence(self._name)
        return succeed(None)

    def getHost(self) -> IAddress:
        return server_address(self._name)


@implementer(IStreamServerEndpoint)
class _ServerEndpoint:
    def __init__(self, network: Network, name: str) -> None:
        self._network = network
        self._name = name

    def listen(self, protocolFactory: IProtocolFactory) -> Deferred[IListeningPort]:
        listening: Deferred[IListeningPort] = Deferred()
        try:
            listening.callback(self._network.listen(self._name, protocolFactory))
        except ValueError:
            listening.errback()
        return listening


@implementer(IStreamClientEndpoint)
class _ClientEndpoint:
    def __init__(self, network: Network, clock: IReactorTime, name: str) -> None:
        self._network = network
        self._clock = clock
        self._name = name

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        def _attempt() -> None:
            try:
                protocol = self._network.open(self._name, protocolFactory)
            except (ConnectionRefusedError, NoProtocol):
                connecting.errback()
            else:
                connecting.callback(protocol)

        attempt = self._clock.callLater(0, _attempt)
        connecting: Deferred[IProtocol] = Deferred(lambda _: attempt.cancel())
        return connecting
