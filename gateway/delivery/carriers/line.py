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
from gateway.trace.taps import TappedClient

FIRST_RETRY = 0.5
"""Seconds before the first new connection; a peer that restarts is back within a few."""

LAST_RETRY = 15.0
"""Seconds at the most between two tries: a page that waits has its `divert_after`, 15 s at priority 1."""

ALARM_AFTER = 10.0
"""Seconds that a line may be down before it is an alarm: a restart of the peer is none, and a page of
priority 1 goes another way 5 s later anyhow."""

UNSTEADY_AFTER = 60.0
"""Seconds without `ALARM_AFTER` of rest in either state: then a line that goes up and down is an alarm."""

NOT_YET = "not connected yet"

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
        self._detail = NOT_YET
        self._stopping = False
        self._changed_at = 0.0
        self._unsteady_since = 0.0
        self._judging: IDelayedCall | None = None
        self._hold_until: float | None = None

    def start(self, endpoint: IStreamClientEndpoint, factory: IProtocolFactory) -> None:
        """Connect, and stay connected."""
        backoff = backoffPolicy(FIRST_RETRY, LAST_RETRY)
        if isinstance(endpoint, TappedClient):
            factory = endpoint.watched(factory)

        def retry(failures: int) -> float:
            hold, self._hold_until = self._hold_until, None
            if hold is not None:
                return max(0.0, hold - self._clock.delays.seconds())
            if failures > 1 or self._detail == NOT_YET:  # the first after a loss says why it was lost
                self.down("cannot connect")
            return backoff(failures)

        self._service = ClientService(endpoint, factory, retryPolicy=retry, clock=self._clock.delays)
        self._service.startService()

    def stop(self) -> "Deferred[object]":
        """Close the connection; fires when it is closed."""
        self._stopping = True
        if self._judging is not None and self._judging.active():
            self._judging.cancel()
        if self._service is None:
            return maybeDeferred(lambda: None)
        return maybeDeferred(self._service.stopService)

    def hold(self, seconds: float) -> None:
        """The next connection is made so long from now: 0 after a good-bye, more after a refusal."""
        self._hold_until = self._clock.delays.seconds() + seconds

    @property
    def is_up(self) -> bool:
        """Whether the protocol on it works."""
        return self._up

    def up(self, detail: str) -> None:
        """The protocol works."""
        if self._stopping:
            return
        if not self._up:
            log.info("line up", line=self.name, detail=detail)
            self._change()
        self._up, self._detail = True, detail
        self._alarms.clear_alarm(f"line:{self.name}")

    def down(self, detail: str) -> None:
        """It does not; while the gateway stops, that is no news."""
        if self._stopping:
            return
        if self._up:
            log.warning("line down", line=self.name, detail=detail)
        if self._up or self._judging is None:
            self._change()
        self._up, self._detail = False, detail

    def _change(self) -> None:
        """The state is new: it is judged when it has lasted, and so is a line that never comes to rest."""
        self._changed_at = self._clock.delays.seconds()
        if self._judging is None:
            self._unsteady_since = self._changed_at
            self._judging = self._clock.delays.callLater(ALARM_AFTER, self._judge)

    def _judge(self) -> None:
        self._judging = None
        now = self._clock.delays.seconds()
        rest = self._changed_at + ALARM_AFTER - now
        if rest > 0:
            if now - self._unsteady_since >= UNSTEADY_AFTER:
                self._alarms.tell(f"unsteady:{self.name}", f"line {self.name} goes up and down")
            self._judging = self._clock.delays.callLater(rest, self._judge)
        elif not self._up:
            self._alarms.raise_alarm(f"line:{self.name}", f"line {self.name} is down: {self._detail}")

    def count(self, what: str) -> None:
        """Count something for people and monitors."""
        self.counters[what] = self.counters.get(what, 0) + 1

    def state(self, more: dict[str, int] | None = None) -> LineState:
        """See `ports.Carrier.state`."""
        return LineState(self.name, self.kind, self._up, self._detail, {**self.counters, **(more or {})})
