"""The connection of a carrier: made, kept, lost, made again; with its alarm and its counters.

`ClientService` does the connecting and backs off; this says what people see of it. A line is up when the
protocol on it says so, not when the connection stands.
"""

from twisted.application.internet import ClientService, backoffPolicy
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.interfaces import IDelayedCall, IProtocolFactory, IStreamClientEndpoint

from gateway.clock import Clock
from gateway.logs import get_logger
from gateway.ports import Alarms, LineState

FIRST_RETRY = 0.5
"""Seconds before the first new connection; a peer that restarts is back within a few."""

LAST_RETRY = 15.0
"""Seconds at the most between two tries: a page that waits has its `divert_after`, 15 s at priority 1."""

ALARM_AFTER = 10.0
"""Seconds that a line may be down before it is an alarm: a restart of the peer is none, and a page of
priority 1 goes another way 5 s later anyhow."""

log = get_logger("line")


class Line:
    """One outgoing connection that is wanted as long as the gateway runs."""

    def __init__(self, name: str, kind: str, clock: Clock, alarms: Alarms) -> None:
        self.name = name
        self.kind = kind
        self.counters: dict[str, int] = {"connections": 0, "taken": 0, "failed": 0}
        self._clock = clock
        self._alarms = alarms
        self._service: ClientService | None = None
        self._up = False
        self._detail = "not connected yet"
        self._stopping = False
        self._alarm: IDelayedCall | None = None

    def start(self, endpoint: IStreamClientEndpoint, factory: IProtocolFactory) -> None:
        """Connect, and stay connected."""
        backoff = backoffPolicy(FIRST_RETRY, LAST_RETRY)

        def retry(failures: int) -> float:
            if failures:
                self.down("cannot connect")
            return backoff(failures)

        self._service = ClientService(endpoint, factory, retryPolicy=retry, clock=self._clock.delays)
        self._service.startService()

    def stop(self) -> "Deferred[object]":
        """Close the connection; fires when it is closed."""
        self._stopping = True
        self._no_alarm()
        if self._service is None:
            return maybeDeferred(lambda: None)
        return maybeDeferred(self._service.stopService)

    @property
    def is_up(self) -> bool:
        """Whether the protocol on it works."""
        return self._up

    def up(self, detail: str) -> None:
        """The protocol works."""
        if not self._up:
            log.info("line up", line=self.name, detail=detail)
        self._up, self._detail = True, detail
        self._no_alarm()
        self._alarms.clear_alarm(f"line:{self.name}")

    def down(self, detail: str) -> None:
        """It does not; while the gateway stops, that is no news."""
        if self._stopping:
            return
        if self._up:
            log.warning("line down", line=self.name, detail=detail)
        self._up, self._detail = False, detail
        if self._alarm is None:
            self._alarm = self._clock.delays.callLater(ALARM_AFTER, self._raise_alarm)

    def _raise_alarm(self) -> None:
        self._alarms.raise_alarm(f"line:{self.name}", f"line {self.name} is down: {self._detail}")

    def _no_alarm(self) -> None:
        if self._alarm is not None and self._alarm.active():
            self._alarm.cancel()
        self._alarm = None

    def count(self, what: str) -> None:
        """Count something for people and monitors."""
        self.counters[what] = self.counters.get(what, 0) + 1

    def state(self, more: dict[str, int] | None = None) -> LineState:
        """See `ports.Carrier.state`."""
        return LineState(self.name, self.kind, self._up, self._detail, {**self.counters, **(more or {})})
