"""What the sessions of both ends are told and tell: commands, answers, events.

`ref` is the caller's own number for a message; the session gives it back and never looks at it.
"""

from dataclasses import dataclass

from protocols.session import Token
from protocols.smpp.pdu import AlertNotification, Bind, DataSm, DeliverSm, Outbind, Raw, SubmitSm


@dataclass(frozen=True, slots=True)
class Submit:
    """ESME: send this message. Forbidden unless bound to transmit and `free` is above 0."""

    ref: int
    message: SubmitSm


@dataclass(frozen=True, slots=True)
class Deliver:
    """SMS centre: deliver this message or receipt. Forbidden unless the peer is bound to receive.

    Raw is for a simulated centre that sends what the specification forbids.
    """

    ref: int
    message: DeliverSm | DataSm | Raw


@dataclass(frozen=True, slots=True)
class Unbind:
    """Say good-bye: the connection closes after the answer, or when that is late."""


@dataclass(frozen=True, slots=True)
class BindAnswer:
    """SMS centre: what becomes of a bind. Any status but 0 also closes the connection."""

    status: int = 0
    system_id: str = ""


@dataclass(frozen=True, slots=True)
class SubmitAnswer:
    """SMS centre: what becomes of a submitted message; `message_id` counts only with status 0."""

    status: int = 0
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """ESME: the bind stands. `interface_version` is the peer's, None if it does not say."""

    system_id: str
    interface_version: int | None


@dataclass(frozen=True, slots=True)
class BindFailed:
    """ESME: no bind. `status` is the peer's, None if it said nothing; the connection closes."""

    status: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class SubmitAnswered:
    """ESME: status and id of a message. `late` answers come after SubmitInDoubt of the same ref."""

    ref: int
    status: int
    message_id: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class SubmitInDoubt:
    """ESME: no answer within the time, or the connection ended first; the message may be under way."""

    ref: int


@dataclass(frozen=True, slots=True)
class DeliverReceived:
    """ESME: a message or receipt, to be answered with a command_status after the commit."""

    token: Token
    message: DeliverSm | DataSm


@dataclass(frozen=True, slots=True)
class BindRequested:
    """SMS centre: somebody wants to bind; answer with a BindAnswer."""

    token: Token
    bind: Bind


@dataclass(frozen=True, slots=True)
class SubmitReceived:
    """SMS centre: a message to deliver; answer with a SubmitAnswer."""

    token: Token
    message: SubmitSm | DataSm


@dataclass(frozen=True, slots=True)
class DeliverAnswered:
    """SMS centre: the ESME's command_status for a delivery."""

    ref: int
    status: int


@dataclass(frozen=True, slots=True)
class DeliverInDoubt:
    """SMS centre: no answer to a delivery; it is to be delivered again."""

    ref: int


@dataclass(frozen=True, slots=True)
class PeerUnbound:
    """The peer said good-bye; it is answered, and the connection closes."""


@dataclass(frozen=True, slots=True)
class PeerNotice:
    """ESME: something that nobody answers: a phone is reachable again, or a wish that we bind."""

    notice: AlertNotification | Outbind


@dataclass(frozen=True, slots=True)
class PeerFault:
    """The peer broke the protocol; `reason` is for the log and holds no message text."""

    reason: str


EsmeEvent = (
    Bound
    | BindFailed
    | SubmitAnswered
    | SubmitInDoubt
    | DeliverReceived
    | PeerUnbound
    | PeerNotice
    | PeerFault
)
SmscEvent = BindRequested | SubmitReceived | DeliverAnswered | DeliverInDoubt | PeerUnbound | PeerFault
