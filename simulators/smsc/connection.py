"""One ESME's connection: carries what its session says to the centre, and knows who is bound over it."""

from collections.abc import Sequence
from typing import Protocol

from protocols.session import Token
from protocols.smpp import events
from protocols.smpp.pdu import Bind, DataSm, SubmitSm
from protocols.smpp.smsc import Smsc, SmscConfig
from protocols.transport import Pump
from simulators.smsc.happenings import Detail

SmscPump = Pump[events.Deliver | events.Unbind, events.BindAnswer | events.SubmitAnswer, events.SmscEvent]


class Centre(Protocol):
    """What a connection tells its centre."""

    def tell(self, event: str, details: dict[str, Detail]) -> None: ...

    def bind_requested(self, connection: "Connection", token: Token, bind: Bind) -> None: ...

    def submit_received(self, connection: "Connection", token: Token, message: SubmitSm | DataSm) -> None: ...

    def deliver_settled(self, connection: "Connection", ref: int, status: int | None) -> None: ...

    def gone(self, connection: "Connection", reason: str) -> None: ...


class Connection:
    """The owner of one pump; `system_id` is "" until a bind was accepted."""

    pump: SmscPump
    session: Smsc

    def __init__(self, centre: Centre, config: SmscConfig) -> None:
        self._centre = centre
        self._config = config
        self.system_id = ""

    def make(self, now: float) -> Smsc:
        """The session, when the connection stands."""
        self.session = Smsc(self._config, now)
        return self.session

    def connected(self, pump: SmscPump) -> None:
        self.pump = pump
        self._centre.tell("connected", {})

    def received(self, pump: SmscPump, told: Sequence[events.SmscEvent]) -> None:
        for event in told:
            match event:
                case events.BindRequested():
                    self._centre.bind_requested(self, event.token, event.bind)
                case events.SubmitReceived():
                    self._centre.submit_received(self, event.token, event.message)
                case events.DeliverAnswered():
                    self._centre.deliver_settled(self, event.ref, event.status)
                case events.DeliverInDoubt():
                    self._centre.deliver_settled(self, event.ref, None)
                case events.PeerUnbound():
                    self._centre.tell("unbound", {"system_id": self.system_id})
                case events.PeerFault():
                    self._centre.tell("fault", {"system_id": self.system_id, "reason": event.reason})

    def disconnected(self, pump: SmscPump, reason: str) -> None:
        self._centre.gone(self, reason)
