"""One bind of an account at one site: connected, bound, lost, bound again.

Rules: a centre that says good-bye is bound to again at once. One that refuses the bind is left alone for as
long as its reason asks: a session that it still holds ends within seconds, a wrong password does not mend
itself and is an alarm. What is sent and received belongs to the carrier; this only keeps the bind.
"""

from collections.abc import Sequence
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IStreamClientEndpoint

from gateway.clock import Clock
from gateway.delivery.carriers.line import Line
from gateway.logs import get_logger
from gateway.ports import Alarms, LineState
from protocols.session import LocalProtocolError, Token
from protocols.smpp import events as e
from protocols.smpp import status
from protocols.smpp.esme import Esme, EsmeConfig
from protocols.smpp.pdu import SubmitSm
from protocols.transport import Pump, PumpFactory

SmppPump = Pump[e.Submit | e.Unbind, int, e.EsmeEvent]

REFUSED = frozenset(
    {
        status.RBINDFAIL,
        status.RINVPASWD,
        status.RINVSYSID,
        status.RINVSYSTYP,
        status.RSERTYPUNAUTH,
        status.RPROHIBITED,
    }
)
"""Answers to a bind that only people can mend."""

REFUSED_PAUSE = 60.0
"""Seconds before a bind that was refused so is tried again: operators lock accounts that hammer."""

ALREADY_FIRST, ALREADY_MOST = 5.0, 60.0
"""Seconds after RALYBND, doubled each time: after a crash the centre holds the old session for a while."""

OTHER_FIRST, OTHER_MOST = 1.0, 15.0
"""Seconds after any other refusal, or none at all, doubled each time."""

STEADY_AFTER = 5.0
"""Seconds that a bind must have stood before a good-bye is answered by binding at once."""

log = get_logger("smpp")


class Owner(Protocol):
    """The carrier, as a bind sees it."""

    def happened(self, pump: SmppPump, event: e.EsmeEvent) -> None:
        """A response, a message in doubt, or a delivery."""

    def moved(self) -> None:
        """A read or tick is done, or the bind went up or down: there may be room."""

    def lost(self, pump: SmppPump) -> None:
        """A connection is gone; what it had not answered comes again."""


class SmppLink:
    """The owner of the pump of one bind. `name` is that of its line."""

    def __init__(
        self,
        name: str,
        account: str,
        config: EsmeConfig,
        endpoint: IStreamClientEndpoint,
        clock: Clock,
        alarms: Alarms,
        owner: Owner,
    ) -> None:
        self.name = name
        self._account = account
        self._config = config
        self._endpoint = endpoint
        self._clock = clock
        self._alarms = alarms
        self._owner = owner
        self._line = Line(name, "smpp", clock, alarms)
        self._pump: SmppPump | None = None
        self._esme: Esme | None = None
        self._refusals = 0
        self._bound_at = 0.0

    def start(self) -> None:
        """Connect, and stay connected."""
        self._line.start(self._endpoint, PumpFactory(self._make_pump))

    def stop(self) -> "Deferred[object]":
        """Say good-bye and close; fires when it is closed.

        The good-bye's answer is not waited for: it is there so that the next start is not told RALYBND.
        """
        pump = self._pump
        self._good_bye()
        stopped = self._line.stop()
        if pump is not None:
            pump.close()  # under TLS a connection with a producer does not close by itself
        return stopped

    @property
    def transmits(self) -> bool:
        """Whether messages may go over this bind."""
        return self._config.mode.transmits

    @property
    def is_up(self) -> bool:
        """Whether it is bound."""
        return self._line.is_up

    @property
    def free(self) -> int:
        """Messages that may be submitted now."""
        return 0 if self._esme is None else self._esme.free

    def send(self, number: int, message: SubmitSm) -> None:
        """Submit. Raises LocalProtocolError where the bind forbids it or a field does not fit."""
        if self._pump is None:
            raise LocalProtocolError("the SMS centre is not connected")
        self._pump.send(e.Submit(number, message))

    def has(self, pump: SmppPump) -> bool:
        """Whether this is the connection of this bind."""
        return pump is self._pump

    def rebind(self) -> None:
        """The centre does not take this bind for one any more: say good-bye and bind anew."""
        self._line.hold(OTHER_FIRST)
        self._good_bye()

    def state(self) -> LineState:
        """For people and monitors."""
        return self._line.state()

    # --- protocols.transport.Owner

    def connected(self, pump: SmppPump) -> None:
        """The connection stands; the line is up when the bind is answered."""
        assert isinstance(pump.session, Esme)
        self._pump, self._esme = pump, pump.session
        self._line.count("connections")

    def received(self, pump: SmppPump, events: Sequence[e.EsmeEvent]) -> None:
        """What one read or tick of the line brought."""
        for event in events:
            match event:
                case e.Bound(system_id):
                    self._bound(system_id)
                case e.BindFailed(code, reason):
                    self._refused(code, reason)
                case e.PeerUnbound():
                    self._unbound()
                case e.PeerFault(reason):
                    self._line.count("peer_faults")
                    log.warning("the SMS centre broke the protocol", line=self.name, reason=reason)
                case e.PeerNotice():
                    self._line.count("notices")
                case _:
                    self._owner.happened(pump, event)
        self._owner.moved()

    def disconnected(self, pump: SmppPump, reason: str) -> None:
        """The connection is gone; the session has said what is in doubt."""
        if pump is self._pump:
            self._pump = self._esme = None
            self._line.down(reason)
            self._owner.lost(pump)

    # --- inside

    def _good_bye(self) -> None:
        if self._pump is not None:
            try:
                self._pump.send(e.Unbind())
            except LocalProtocolError as error:
                log.info("no good-bye", line=self.name, reason=str(error))

    def _make_pump(self) -> SmppPump:
        return Pump(lambda now: Esme(self._config, now), self, self._clock.delays)

    def _bound(self, system_id: str) -> None:
        self._refusals = 0
        self._bound_at = self._clock.delays.seconds()
        self._line.up(f"bound to {system_id or 'the SMS centre'}")
        self._alarms.clear_alarm(self._account)

    def _refused(self, code: int | None, reason: str) -> None:
        self._line.down(reason)
        if code in REFUSED:
            self._alarms.raise_alarm(self._account, f"line {self.name}: {reason}")
            self._line.hold(REFUSED_PAUSE)
            return
        first, most = (OTHER_FIRST, OTHER_MOST)
        if code == status.RALYBND:
            first, most = (ALREADY_FIRST, ALREADY_MOST)
        self._line.hold(min(most, first * 2.0 ** min(self._refusals, 16)))
        self._refusals += 1

    def _unbound(self) -> None:
        self._line.down("the SMS centre said good-bye")
        if self._clock.delays.seconds() - self._bound_at >= STEADY_AFTER:
            self._line.hold(0.0)


def answer(pump: SmppPump, token: Token, code: int, line: str) -> None:
    """Answer a delivery; too late, or over a connection that is gone, the centre sends it again."""
    try:
        pump.answer(token, code)
    except LocalProtocolError as error:
        log.info("a delivery could not be answered in time", line=line, reason=str(error))
