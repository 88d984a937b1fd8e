"""The gateway's ESPA carrier, calling as fast as it may; as a program it does so over TCP and prints the
seconds that it took, and those of processor time since its start.

python -m bench.espa_caller PORT CALLS
"""

import logging
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime, IStreamClientEndpoint

from gateway.clock import Clock
from gateway.config import EspaCarrier
from gateway.delivery.carriers.espa444 import Espa444Carrier
from gateway.model import NumberKind
from gateway.ports import Order
from protocols.espa444 import BlockReceived, LinkAnswer
from protocols.transport import Pump, PumpFactory

NUMBER = "20117"
TCP_TEXT = 40
FAR = 1 << 60


class Caller:
    """Gives the carrier the next call whenever it has room; hears what became of each."""

    def __init__(
        self,
        timers: IReactorTime,
        endpoint: IStreamClientEndpoint,
        length: int,
        calls: int,
        baud: int | None = None,
    ) -> None:
        from bench.espa import text  # noqa: PLC0415 (it imports this module)

        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        settings = EspaCarrier(
            type="espa444",
            name="dect",
            serves=NumberKind.EXTENSION,
            endpoint="tcp:host=127.0.0.1:port=4444",
            baud=baud,  # type: ignore[arg-type]
        )
        self._texts = [text(number, length) for number in range(calls)]
        self._timers = timers
        self._given = self._ended = 0
        self._began = self._finished = 0.0
        self.troubles: list[str] = []
        self.finished: Callable[[], None] = _nothing
        alarms = _Alarms(self.troubles)
        self._carrier = Espa444Carrier(settings, endpoint, Clock(timers, lambda: 0), self, alarms)

    def start(self) -> None:
        """Connect and begin."""
        self._carrier.start()

    def stop(self) -> None:
        """Hang up."""
        self._carrier.stop()

    @property
    def done(self) -> bool:
        """Whether every call has its link ACK."""
        assert not self.troubles, self.troubles
        return self._ended == len(self._texts)

    @property
    def seconds(self) -> float:
        """From the first selection to the last link ACK."""
        return self._finished - self._began

    # --- ports.CarrierEvents

    def taken(self, carrier: str, attempt: int, ref: str | None) -> None:
        """One more."""
        self._ended += 1
        self._finished = self._timers.seconds()
        if self.done:
            self.finished()

    def failed(self, carrier: str, attempt: int, kind: object, reason: str) -> None:
        """None may."""
        self.troubles.append(reason)

    def reported(self, report: object) -> "Deferred[None]":
        """The station reports nothing."""
        return succeed(None)

    def changed(self, carrier: str) -> None:
        """There may be room."""
        while self._given < len(self._texts) and self._carrier.free():
            if not self._given:
                self._began = self._timers.seconds()
            number = self._given = self._given + 1
            self._carrier.send(Order(number, number, 0, NUMBER, self._texts[number - 1], 2, FAR))


class _Alarms:
    """Implements `ports.Alarms`: any is trouble."""

    def __init__(self, troubles: list[str]) -> None:
        self._troubles = troubles

    def raise_alarm(self, key: str, text: str) -> None:
        """Not while we measure."""
        self._troubles.append(text)

    tell = notice = raise_alarm

    def clear_alarm(self, key: str) -> None:
        """None was raised."""


def _nothing() -> None:
    """Nobody waits."""


class _Station:
    """Owner of a polled station that takes everything."""

    def connected(self, pump: Any) -> None:
        """It waits to be called."""

    def received(self, pump: Any, events: Sequence[object]) -> None:
        """ACK at once."""
        for event in events:
            if isinstance(event, BlockReceived):
                pump.answer(event.token, LinkAnswer.ACK)

    def disconnected(self, pump: Any, reason: str) -> None:
        """That was all."""


def station_factory(timers: IReactorTime, make: Callable[[float], Any]) -> PumpFactory:
    """Stations that ACK every block at once."""
    return PumpFactory(lambda: Pump(make, _Station(), timers))


def main() -> None:
    """Call over TCP and print the seconds that it took."""
    from twisted.internet import asyncioreactor  # noqa: PLC0415

    asyncioreactor.install()  # type: ignore[no-untyped-call]
    from twisted.internet import reactor as installed  # noqa: PLC0415
    from twisted.internet.endpoints import clientFromString  # noqa: PLC0415

    reactor: Any = installed
    reactor.seconds = time.monotonic
    port, calls = int(sys.argv[1]), int(sys.argv[2])
    endpoint = clientFromString(reactor, f"tcp:host=127.0.0.1:port={port}")  # type: ignore[no-untyped-call]
    caller = Caller(reactor, endpoint, TCP_TEXT, calls)
    caller.finished = reactor.stop
    caller.start()
    reactor.run()
    print(caller.seconds, time.process_time())


if __name__ == "__main__":
    main()
