"""Our SMPP client alone, as a process: `python -m bench.smpp_client PORT MESSAGES WINDOW` prints messages/s.

The session and pump of the gateway, without store and pages: what P8 compares with another client.
"""

import sys
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from twisted.internet import asyncioreactor

asyncioreactor.install()  # type: ignore[no-untyped-call]

from twisted.internet import reactor  # noqa: E402 (installed above)
from twisted.internet.endpoints import TCP4ClientEndpoint  # noqa: E402

from protocols.smpp import events as e  # noqa: E402
from protocols.smpp.esme import Esme, EsmeConfig  # noqa: E402
from protocols.smpp.pdu import SubmitSm  # noqa: E402
from protocols.smpp.timing import Timing  # noqa: E402
from protocols.smpp.tlv import Tag, Tlv  # noqa: E402
from protocols.transport import Pump, PumpFactory  # noqa: E402

TEXT = "Prio 2 Triage HC Andersberg C24-00000001 ring 010-123 45 67 Svara 1=ja 2=nej (10)".encode("latin-1")


ClientPump = Pump[e.Submit | e.Unbind, int, e.EsmeEvent]


class Client:
    """Keeps the window full until every message has its answer."""

    def __init__(self, messages: int, window: int) -> None:
        self._left = self._unanswered = messages
        self._config = EsmeConfig(system_id="bench", timing=Timing(window=window))
        self._began = self._ended = 0.0

    def pump(self) -> ClientPump:
        """The connection."""
        return Pump(lambda now: Esme(self._config, now), self, reactor)

    def connected(self, pump: ClientPump) -> None:
        """The session binds by itself."""

    def received(self, pump: ClientPump, events: Sequence[Any]) -> None:
        """As many answers as came, so many messages more."""
        for event in events:
            if isinstance(event, e.Bound):
                self._began = perf_counter()
            elif isinstance(event, e.SubmitAnswered):
                self._unanswered -= 1
        if not self._unanswered:
            self._ended = perf_counter()
            reactor.stop()
            return
        session = pump.session
        assert isinstance(session, Esme)
        while self._left and session.free:
            self._left -= 1
            reference = Tlv(Tag.USER_MESSAGE_REFERENCE, (self._left & 0xFFFF).to_bytes(2, "big"))
            message = SubmitSm(
                "46701234567",
                TEXT,
                "46701740699",
                source_addr_ton=1,
                source_addr_npi=1,
                dest_addr_ton=1,
                dest_addr_npi=1,
                registered_delivery=1,
                validity_period="000000003000000R",
                tlvs=(reference,),
            )
            session.send(e.Submit(self._left, message), reactor.seconds())

    def disconnected(self, pump: ClientPump, reason: str) -> None:
        """The measure is over, or it failed."""
        if reactor.running:
            reactor.stop()

    @property
    def seconds(self) -> float:
        """From the bind to the last answer."""
        return self._ended - self._began


def main() -> None:
    """Send and print."""
    port, messages, window = map(int, sys.argv[1:])
    client = Client(messages, window)
    TCP4ClientEndpoint(reactor, "127.0.0.1", port).connect(PumpFactory(client.pump))
    reactor.run()
    print(messages / client.seconds)


if __name__ == "__main__":
    main()
