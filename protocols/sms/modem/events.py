"""What goes into a modem's session and what comes out of it."""

from dataclasses import dataclass, field
from enum import Enum

from protocols.session import Token
from protocols.sms.modem.errors import ModemError
from protocols.sms.tpdu import Deliver, StatusReport, Submit


class Sim(Enum):
    """What the modem says of its SIM."""

    UNKNOWN = "not asked yet"
    READY = "ready"
    BUSY = "busy"
    PIN_WANTED = "PIN wanted, none configured"
    PIN_REFUSED = "PIN refused; not tried again"
    PUK_WANTED = "PUK wanted: too many wrong PINs"
    MISSING = "no SIM"
    FAILED = "SIM cannot be used"


class Registration(Enum):
    """How the modem stands in the network (27.007 clause 7.2)."""

    UNKNOWN = "registration unknown"
    OFF = "not registered, not searching"
    SEARCHING = "searching a network"
    DENIED = "registration denied"
    EMERGENCY = "emergency calls only"
    ROAMING = "roaming"
    HOME = "home network"

    @property
    def usable(self) -> bool:
        """Whether messages can be sent."""
        return self in (Registration.HOME, Registration.ROAMING)


@dataclass(frozen=True, slots=True)
class ModemConfig:
    """`pin` is "" for none; `centre` "" for the one that the SIM knows. Times are seconds.

    `pin_refused` says that the PIN which there was must not be given again. A network may take a minute for a
    message: below `send` = 60 s a message that went is taken for doubtful.
    """

    pin: str = field(default="", repr=False)
    pin_refused: bool = False
    centre: str = ""
    poll: float = 15.0
    send: float = 60.0


@dataclass(frozen=True, slots=True)
class SendSms:
    """Send this message; SmsTaken or SmsFailed with the same `ref` follows."""

    ref: int
    submit: Submit


@dataclass(frozen=True, slots=True)
class ModemStatus:
    """`signal` is dBm, None if the modem does not know; `centre` the service centre's number on the SIM.

    `ready` is whether a message could go now: set up, SIM ready, registered.
    """

    sim: Sim = Sim.UNKNOWN
    registration: Registration = Registration.UNKNOWN
    signal: int | None = None
    centre: str = ""
    ready: bool = False


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """Something of the modem's state is new."""

    status: ModemStatus


@dataclass(frozen=True, slots=True)
class SmsTaken:
    """The network took the message. `reference` is its TP-MR, 8 bits, None if the modem did not say.

    `late` comes after an SmsFailed of the same ref that was in doubt.
    """

    ref: int
    reference: int | None
    late: bool = False


@dataclass(frozen=True, slots=True)
class SmsFailed:
    """The message was not taken; `error` is None where the modem gave no answer at all.

    `maybe_sent`: the PDU was given, so it may be on its way all the same.
    """

    ref: int
    reason: str
    error: ModemError | None = None
    maybe_sent: bool = False


@dataclass(frozen=True, slots=True)
class ReportReceived:
    """What became of an earlier message; to be answered once it is stored."""

    token: Token
    report: StatusReport


@dataclass(frozen=True, slots=True)
class SmsReceived:
    """A message, or one part of one, that somebody sent; to be answered once it is stored."""

    token: Token
    message: Deliver


@dataclass(frozen=True, slots=True)
class PinRefused:
    """The SIM refused the PIN, or its answer was lost: it must not be given again by anybody but a person."""


@dataclass(frozen=True, slots=True)
class PinAccepted:
    """The SIM took the PIN and is ready."""


@dataclass(frozen=True, slots=True)
class PeerFault:
    """The modem did something wrong; `reason` is for the log and holds no message text."""

    reason: str


ModemEvent = (
    StatusChanged | SmsTaken | SmsFailed | ReportReceived | SmsReceived | PinRefused | PinAccepted | PeerFault
)
