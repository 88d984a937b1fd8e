"""An ESPA 4.4.4 line as the gateway has it: whichever role is ours, and whoever connects.

Rules: one connection is the line. Where we listen, the newest wins, for an old one may be a dead peer's, and
only who is allowed may connect. The line is up when the other station has answered or polled us. What
happened on it is counted over all its connections.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from ipaddress import ip_address, ip_network
from typing import Protocol

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred, gatherResults, maybeDeferred
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IListeningPort,
    IStreamClientEndpoint,
    IStreamServerEndpoint,
)

from gateway.clock import Clock
from gateway.config import EspaCarrier, EspaSource
from gateway.delivery.carriers.espa444_station import AnySession, Command, LinkEvent, Station, make_station
from gateway.delivery.carriers.line import LAST_RETRY, Line
from gateway.logs import get_logger
from gateway.ports import Alarms, LineState
from protocols import espa444
from protocols.session import LocalProtocolError
from protocols.transport import Pump, PumpFactory

RECHECK_MARGIN = 0.1
"""Seconds after the station's own deadline at which a line that is not polled is asked if it is ready."""

log = get_logger("espa444")

LinkPump = Pump[Command, espa444.LinkAnswer, LinkEvent]
GiveAnswer = Callable[[espa444.LinkAnswer], None]


class LinkOwner(Protocol):
    """Whose line it is."""

    def line_taken(self, ref: int) -> None:
        """The block that was sent under `ref` was acknowledged."""

    def line_failed(self, ref: int, reason: espa444.FailReason, maybe_shown: bool) -> None:
        """It was not, and is not under way any more."""

    def line_received(self, event: espa444.BlockReceived, session: str, answer: GiveAnswer) -> None:
        """A block came, and waits for its answer; after a commit it may be too late for one.

        `session` names the selection that brought it, among all that the line ever had.
        """

    def line_changed(self) -> None:
        """Something happened: what waits may go now."""


class EspaLink:
    """Keeps the line and its state. `way` is a client's endpoint where `settings.endpoint` is written."""

    def __init__(
        self,
        settings: EspaCarrier | EspaSource,
        wanted: frozenset[str],
        way: IStreamClientEndpoint | IStreamServerEndpoint,
        clock: Clock,
        alarms: Alarms,
        owner: LinkOwner,
    ) -> None:
        self.name = settings.name
        self.line = Line(settings.name, settings.type, clock, alarms)
        self._settings = settings
        self._make_station: Callable[[float], AnySession] = make_station(settings, wanted)
        self._way = way
        self._clock = clock
        self._alarms = alarms
        self._owner = owner
        self._allowed = [ip_network(network) for network in settings.allow]
        self._pump: LinkPump | None = None
        self._begun: dict[LinkPump, int] = {}  # when each connection began, UTC ms
        self._port: IListeningPort | None = None
        self._timer: IDelayedCall | None = None
        self._past: dict[str, int] = dict.fromkeys(asdict(espa444.Counters()), 0)

    def start(self) -> None:
        """Connect or listen, and stay so; where an address is taken, try again."""
        opened = Deferred.fromCoroutine(self.open())
        opened.addErrback(lambda failure: self._cannot_listen(str(failure.value)))

    async def open(self) -> IAddress | str:
        """Connect or listen; what people are told of it. Raises CannotListenError."""
        factory = _Factory(self._make_pump, self._may_connect)
        if IStreamClientEndpoint.providedBy(self._way):
            self.line.start(self._way, factory)
            return self._settings.endpoint or ""
        port: IListeningPort = await self._way.listen(factory)
        self._port = port
        self._later(self._settings.poll_lost, self._nobody_came)
        return port.getHost()

    def stop(self) -> "Deferred[object]":
        """Close everything; fires when it is closed."""
        self._no_timer()
        stopping: list[Deferred[object]] = [self.line.stop()]
        if self._port is not None:
            stopping.append(maybeDeferred(self._port.stopListening))
            self._port = None
            if self._pump is not None:
                self._pump.close()
        return maybeDeferred(lambda: gatherResults(stopping, consumeErrors=True))

    @property
    def station(self) -> Station | None:
        """Our station on the connection that is the line."""
        if self._pump is None:
            return None
        assert isinstance(self._pump.session, espa444.ControlStation | espa444.PolledStation)
        return self._pump.session

    @property
    def ready(self) -> bool:
        """Whether a block would go out now, or at the next poll."""
        station = self.station
        if isinstance(station, espa444.ControlStation):
            return station.ready
        return station is not None and station.line_up is True

    def send(self, ref: int, block: espa444.Block) -> None:
        """Bring a block to the other side. Raises LocalProtocolError if it cannot be begun."""
        if self._pump is None:
            raise LocalProtocolError("the line is not connected")
        if self._settings.role == "control":
            self._pump.send(espa444.SendCall(ref, block))
        else:
            self._pump.send(espa444.SendBlock(ref, block))

    def state(self) -> LineState:
        """For people and monitors."""
        station = self.station
        now = asdict(station.counters) if station is not None else {}
        return self.line.state({what: count + now.get(what, 0) for what, count in self._past.items()})

    # --- protocols.transport.Owner

    def connected(self, pump: LinkPump) -> None:
        """The connection stands; the line is up when the other station speaks."""
        old, self._pump = self._pump, pump
        self._begun[pump] = self._clock.now()
        self.line.count("connections")
        if old is not None:
            self.line.count("replaced")
            old.abort()
        if self._settings.role == "control" and not self._settings.idle_poll:
            self.line.up("connected; not polled, so that nobody knows more")
        self._clock.delays.callLater(0, self._owner.line_changed)

    def received(self, pump: LinkPump, events: Sequence[LinkEvent]) -> None:
        """What one read or tick brought; the end of an older connection brings the fate of its blocks."""
        for event in events:
            self._one(pump, event)
        self._owner.line_changed()

    def disconnected(self, pump: LinkPump, reason: str) -> None:
        """The connection is gone; the station has said what became of everything under way."""
        assert isinstance(pump.session, espa444.ControlStation | espa444.PolledStation)
        del self._begun[pump]
        for what, count in asdict(pump.session.counters).items():
            self._past[what] += count
        if pump is self._pump:
            self._pump = None
            self.line.down(reason)

    # --- inside

    def _make_pump(self) -> LinkPump:
        return Pump(self._make_station, self, self._clock.delays, self._settings.byte_seconds)

    def _may_connect(self, address: IAddress | None) -> bool:
        if self._settings.listen is None or not self._allowed:
            return True
        if isinstance(address, IPv4Address | IPv6Address):
            host = ip_address(address.host)
            if any(host in network for network in self._allowed):
                return True
        self.line.count("connections_refused")
        log.warning("a connection was refused", line=self.name, address=str(address))
        return False

    def _one(self, pump: LinkPump, event: LinkEvent) -> None:
        match event:
            case espa444.CallTaken(ref) | espa444.BlockTaken(ref):
                self._owner.line_taken(ref)
            case espa444.CallFailed(ref, reason, shown) | espa444.BlockFailed(ref, reason, shown):
                self._owner.line_failed(ref, reason, shown)
            case espa444.BlockReceived():
                session = f"{self._begun[pump]}.{event.session}"
                self._owner.line_received(event, session, partial(self._answer, pump, event))
            case _ if pump is self._pump:
                self._on_line(event)

    def _on_line(self, event: LinkEvent) -> None:
        match event:
            case espa444.LineUp() | espa444.PollBack():
                control = self._settings.role == "control"
                self.line.up("the station answers" if control else "we are polled")
            case espa444.LineDown(reason):
                self.line.down(reason.value)
                self._recheck()
            case espa444.PollLost():
                self._lost(f"not polled for {self._settings.poll_lost:g} s")
            case espa444.ForeignControlStation():
                text = f"line {self.name}: another control station polls or selects on it"
                self._alarms.tell(f"foreign:{self.name}", text)

    def _answer(self, pump: LinkPump, event: espa444.BlockReceived, answer: espa444.LinkAnswer) -> None:
        try:
            pump.answer(event.token, answer)
        except LocalProtocolError as error:
            # Too late, or the connection is gone: the sender has had NAK 2 or nothing, and sends again.
            log.info("a block could not be answered in time", line=self.name, reason=str(error))

    def _recheck(self) -> None:
        """A line that is not polled is tried again with the next block, and says nothing before that."""
        if not self._settings.idle_poll:
            self._later(self._settings.down_interval + RECHECK_MARGIN, self._owner.line_changed)

    def _nobody_came(self) -> None:
        if self._pump is None:
            self._lost("nobody has connected")

    def _cannot_listen(self, reason: str) -> None:
        self._lost(f"cannot listen: {reason}")
        self._later(LAST_RETRY, self.start)

    def _lost(self, detail: str) -> None:
        """It has not worked for so long, or so surely will not, that people are told at once."""
        self.line.down(detail)
        self._alarms.raise_alarm(f"line:{self.name}", f"line {self.name} is down: {detail}")

    def _later(self, delay: float, call: Callable[[], None]) -> None:
        self._no_timer()
        self._timer = self._clock.delays.callLater(delay, call)

    def _no_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None


class _Factory(PumpFactory):
    """Makes a pump for everybody who may connect."""

    def __init__(self, make: Callable[[], LinkPump], allowed: Callable[[IAddress | None], bool]) -> None:
        super().__init__(make)
        self._allowed = allowed

    def buildProtocol(self, addr: IAddress | None) -> LinkPump | None:  # type: ignore[override]
        if not self._allowed(addr):
            return None
        pump = super().buildProtocol(addr)
        assert isinstance(pump, Pump)
        return pump
