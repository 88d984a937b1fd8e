"""The MQTT broker of the demo: rumqttd, which the wheel `iotcore` brings, as a process of its own.

Rule: it must be told its port. It gets one that was free just now, and another if somebody took it meanwhile.
"""

import socket
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from twisted.internet import task
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.internet.error import ConnectError
from twisted.internet.protocol import Protocol

from simulators.demo.children import READY_SECONDS, Child, Trouble

PORT_TRIES: Final = 3
LOOK_SECONDS: Final = 0.05

CONFIG: Final = """\
id = 0
[router]
id = 0
max_connections = 10
max_outgoing_packet_count = 200
max_segment_size = 1048576
max_segment_count = 10
[v5.1]
name = "v5"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1
[v5.1.connections]
connection_timeout_ms = 5000
max_payload_size = 1048576
max_inflight_count = 100
dynamic_filters = true
"""
"""One listener, for MQTT 5; at most 10 MiB are kept of a topic."""


def is_installed() -> bool:
    """Whether there is a broker; `make demo` sees to it."""
    return find_spec("iotcore") is not None


class BrokerProcess:
    """The broker; `child` is its process, `port` where it takes connections, None before it does."""

    def __init__(self) -> None:
        self.child = Child("the MQTT broker")
        self.port: int | None = None

    async def start(self, reactor: Any, folder: Path, environment: Mapping[str, str]) -> None:
        """Start it; returns once it takes connections. Raises Trouble."""
        file = folder / "broker.toml"
        for _ in range(PORT_TRIES):
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            file.write_text(CONFIG.format(port=port), encoding="utf-8")
            self.child = Child(self.child.name)
            # Its log would tell every packet as an error.
            arguments = ["-m", "iotcore", "--config", str(file), "--log-level", "CRITICAL"]
            self.child.start(reactor, arguments, environment)
            if await self._takes_connections(reactor, port):
                self.port = port
                return
        raise Trouble(self.child.told(f"ended with {self.child.ending}"))

    async def _takes_connections(self, reactor: Any, port: int) -> bool:
        """Wait until it does; False if it ends before."""
        endpoint = TCP4ClientEndpoint(reactor, "127.0.0.1", port)
        deadline = reactor.seconds() + READY_SECONDS
        while self.child.running:
            try:
                connection = await connectProtocol(endpoint, Protocol())  # type: ignore[no-untyped-call]
            except ConnectError:
                if reactor.seconds() > deadline:
                    raise Trouble(self.child.told(f"is not ready after {READY_SECONDS:.0f} s")) from None
                await task.deferLater(reactor, LOOK_SECONDS)
            else:
                connection.transport.loseConnection()
                return True
        return False
