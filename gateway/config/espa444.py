"""The ESPA 4.4.4 lines of bakjour.toml: a paging system that we call, and a system that pages through us.

Rules: everything about such a line is the site's, so everything is a key; the defaults are those that the
most equipment agrees with. A `dialect` sets some keys as its source says, and a key that is written goes
before it. Which of `endpoint` and `listen` stands there is judged by `load`.
"""

from ipaddress import ip_network
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gateway.config.fields import ClientEndpoint, Kind, ServerEndpoint, by_priority
from gateway.config.sections import Name, Section, as_tuple
from gateway.model import NumberKind, Role
from gateway.serial import SerialLine, is_serial
from protocols.espa444 import DIALECTS, EIGHT_BIT_CHARSETS, MAX_ADDRESS

ESPA_PRIORITIES = {1: 2, 2: 2, 3: 2, 4: 3, 5: 3}
"""Ours to record 6. ESPA's 1 is left to fire and cardiac arrest unless a site writes it."""

ESPA_BEEPS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}
"""Ours to record 3; what each code sounds like is the paging system's matter."""

SERIAL_BAUD = 9600
"""Bits a second of a serial line for which none is written: the most common default."""


def _network(value: str) -> str:
    try:
        ip_network(value)
    except ValueError:
        raise ValueError(f"{value[:64]!r} is no IP address or network; for example 10.1.2.3") from None
    return value


Address = Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
Networks = Annotated[
    tuple[Annotated[str, AfterValidator(_network)], ...],
    BeforeValidator(as_tuple, json_schema_input_type=list[str]),
]


class EspaLine(Section):
    """What both kinds of line have."""

    type: Literal["espa444"]
    name: Name
    endpoint: ClientEndpoint | None = Field(
        default=None,
        description="we connect: tcp:host=10.0.0.9:port=4444, or serial:/dev/ttyUSB0; else listen",
    )
    listen: ServerEndpoint | None = Field(
        default=None,
        description="the other side connects, the newest connection is the line: tcp:4444:interface=10.0.0.2",
    )
    allow: Networks = Field(
        default=(), description="addresses or networks that may connect to listen; none written: any"
    )
    dialect: Literal["spec", "ascom", "digimat", "daks", "avaya"] | None = Field(
        default=None, description="sets the keys that this system is known to want; a written key goes before"
    )
    charset: Literal["se7", "ascii-translit", "latin-1", "utf-8", "de7", "dk7"] = Field(
        default="se7",
        description="how å ä ö are sent; there is no safe choice: try it on a handset of the site",
    )
    lead_eot: Literal["needed", "always", "never"] = Field(
        default="needed", description="an EOT before a poll"
    )
    idle_poll: bool = Field(
        default=True, description="poll while idle; without it a dead line shows at the next call"
    )
    poll_interval: float = Field(default=1.0, ge=0.15, le=30, description="seconds")
    down_interval: float = Field(
        default=5.0, ge=1, le=60, description="seconds between two polls of a line that is down"
    )
    poll_lost: float = Field(
        default=30.0, ge=5, le=600, description="seconds without a poll before it is an alarm (role polled)"
    )
    select_timeout: float = Field(
        default=2.5, ge=0.2, le=30, description="seconds for the answer to a poll or selection"
    )
    ack_timeout: float = Field(
        default=3.0, ge=0.2, le=30, description="seconds for the answer to a block, beyond its line time"
    )
    retry_delay: float = Field(
        default=1.0, ge=0, le=10, description="seconds of rest after a refused selection"
    )
    regain_timeout: float = Field(
        default=10.0, ge=1, le=60, description="seconds until the line is taken back"
    )
    retries: int = Field(default=2, ge=0, le=9, description="resends of a block that was not acknowledged")
    silent_limit: int = Field(
        default=3, ge=1, le=100, description="silences in a row before the line is down"
    )
    trailing_rs: bool = Field(default=False, description="send a record separator before ETX")
    extra_cr: bool = Field(default=False, description="send a carriage return after the BCC")
    bcc: Literal["full", "mask"] = Field(default="full", description="how the BCC of 8-bit text is sent")
    mask7: bool | None = Field(
        default=None, description="drop bit 7 of what is received; default: where the charset has seven bits"
    )
    multi_block: bool = Field(default=False, description="several blocks in one session, where the peer can")
    baud: Literal[300, 600, 1200, 2400, 4800, 9600] | None = Field(
        default=None,
        description="of a serial device (9600), or of the line behind a port server (no line time)",
    )
    format: Literal["7E1", "7E2", "8N1", "8E1"] = Field(default="7E1", description="of a serial character")
    discard_echo: bool = Field(
        default=False, description="swallow our own bytes, as a two-wire line returns them"
    )

    @model_validator(mode="before")
    @classmethod
    def _speaks(cls, data: Any) -> Any:
        """The keys of the dialect behind those that are written."""
        dialect = DIALECTS.get(str(data.get("dialect"))) if isinstance(data, dict) else None
        if dialect is None:
            return data
        return {key: value for key, value in dialect.keys.items() if key in cls.model_fields} | data

    @property
    def masks(self) -> bool:
        """Whether bit 7 of received characters is dropped."""
        return self.charset not in EIGHT_BIT_CHARSETS if self.mask7 is None else self.mask7

    @property
    def serial(self) -> SerialLine | None:
        """The serial line that `endpoint` is; None if it is none."""
        if self.endpoint is None or not is_serial(self.endpoint):
            return None
        return SerialLine(self.baud or SERIAL_BAUD, self.format)

    @property
    def byte_seconds(self) -> float:
        """The time that one character takes on the line; 0.0 where no speed is given."""
        if self.serial is None and self.baud is None:
            return 0.0
        return SerialLine(self.baud or SERIAL_BAUD, self.format).byte_seconds


class EspaCarrier(EspaLine):
    """A paging system that is called over ESPA 4.4.4."""

    serves: Kind = Field(description="what the numbers that go this way are")
    role: Literal["control", "polled"] = Field(
        default="control", description="ours: control owns the line, polled speaks when it is polled"
    )
    own_address: Address = "1"
    peer_address: Address = "2"
    priority_map: Annotated[dict[int, int], by_priority(ESPA_PRIORITIES, 1, 3)] = ESPA_PRIORITIES
    beep_map: Annotated[dict[int, int], by_priority(ESPA_BEEPS, 1, 9)] = ESPA_BEEPS
    transmissions: int | None = Field(default=None, ge=1, le=9, description="record 5; default: not sent")
    status_mode: Literal["automatic", "request", "none"] = Field(
        default="automatic", description="the system tells what became of a page, is asked for it, or neither"
    )
    paged_means: Literal["sent", "delivered"] | None = Field(
        default=None,
        description="what status 7=3 (paged) proves; default: delivered for extensions, else sent",
    )
    can_answer: bool | None = Field(
        default=None, description="can an answer come back? default: where a status can"
    )
    max_active: int = Field(
        default=1, ge=1, le=100, description="calls that the paging system is given at one time"
    )
    active_until: Literal["ack", "end"] = Field(
        default="ack", description="a call counts until its block is acknowledged, or until status 5 or 6"
    )
    max_text: int = Field(
        default=128, ge=40, le=128, description="characters of the message, after conversion"
    )
    bcc_avoid: bool = Field(
        default=False, description="a blank more where the BCC would be a control character"
    )

    @property
    def status_comes(self) -> bool:
        """Whether a status can come back: a control station that does not poll hears of none."""
        return self.status_mode != "none" and (self.idle_poll or self.role == "polled")

    @property
    def answers(self) -> bool:
        """Whether a receiver's answer can come back this way."""
        return self.status_comes if self.can_answer is None else self.can_answer

    @property
    def paged_proves(self) -> Literal["sent", "delivered"]:
        """What status 7=3 (paged) proves."""
        if self.paged_means is not None:
            return self.paged_means
        return "delivered" if self.serves is NumberKind.EXTENSION else "sent"


class Alias(Section):
    """Whom an address of a calling system means: a unit's role, or a receiver."""

    unit: Name | None = Field(default=None, description="id or alias of a unit")
    role: Annotated[Role, Field(strict=False)] = Field(default=Role.NURSE, description="of the unit")
    receiver: Name | None = Field(default=None, description="id of a receiver; instead of unit")

    @model_validator(mode="after")
    def _one(self) -> "Alias":
        if (self.unit is None) == (self.receiver is None):
            raise ValueError("needs unit = … (with role) or receiver = …, one of the two")
        return self


CallAddress = Annotated[str, Field(min_length=1, max_length=MAX_ADDRESS)]


class EspaSource(EspaLine):
    """A nurse-call or fire system that pages through us."""

    name: Name = "espa444"
    role: Literal["polled", "control"] = Field(
        default="polled", description="ours: polled takes what the other side's control station sends"
    )
    own_address: Address = "2"
    peer_address: Address = "1"
    aliases: dict[CallAddress, Alias] = Field(
        default_factory=dict, description="whom a call address means that is no extension and no unit"
    )
    unit_role: Annotated[Role, Field(strict=False)] = Field(
        default=Role.NURSE, description="who is paged for a call to a unit"
    )
    status_mode: Literal["automatic", "request", "none"] = Field(
        default="automatic", description="we tell what became of a call, answer when asked, or neither"
    )
