"""[[source]] and [[carrier]]: the ways in and the ways out, with the keys of each type.

Rules: the defaults are those of the protocols' own practice, each named where it comes from. A type, role or
key that the contract reserves for a later version stands in `load`, not here: these models know only what
the gateway does.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from gateway.config.fields import ClientEndpoint, FilePath, Kind, Port, ServerEndpoint, Text
from gateway.config.modem import GsmModemCarrier
from gateway.config.sections import Name, Section

ESPA_PRIORITIES = {1: 2, 2: 2, 3: 2, 4: 3, 5: 3}
"""Ours to record 6. ESPA's 1 is left to fire and cardiac arrest unless a site writes it."""

ESPA_BEEPS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}
"""Ours to record 3; what each code sounds like is the paging system's matter."""

SMPP_PRIORITIES = {1: 3, 2: 2, 3: 1, 4: 0, 5: 0}
"""Ours to priority_flag: 0 is normal, 1 to 3 are priority (SMPP 3.4, 5.2.14)."""

NAME_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")  # 3GPP 23.040: eleven septets in ten octets
NUMBER_SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,15}")  # E.164, or a short or national number


def _sender(value: str) -> str:
    if NAME_SENDER.fullmatch(value) or NUMBER_SENDER.fullmatch(value):
        return value
    raise ValueError(
        "must be a number (+46701740699, or 3 to 15 digits), or a name of 1 to 11 letters, digits and blanks"
    )


def _by_priority(defaults: dict[int, int], low: int, high: int) -> BeforeValidator:
    """A table from our priorities to a protocol's; a priority that is not written keeps its default."""

    def check(value: object) -> object:
        if not isinstance(value, dict):
            raise ValueError(f"must be a table such as {{ 1 = {high}, 2 = {high} }}")
        wrong = [key for key in value if str(key) not in {"1", "2", "3", "4", "5"}]
        wrong += [key for key, code in value.items() if type(code) is not int or not low <= code <= high]
        if wrong:
            entries = ", ".join(f"{key} = {value[key]!r}" for key in dict.fromkeys(wrong))
            raise ValueError(f"has {entries}; allowed: priorities 1 to 5 = {low} to {high}")
        return defaults | {int(key): code for key, code in value.items()}

    return BeforeValidator(check)


Address = Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]


class Credentials(Section):
    """A password, written in one of three ways; `load` puts what it found into `password`."""

    password: SecretStr | None = Field(default=None, description="in clear; better one of the two below")
    password_env: Text | None = Field(
        default=None, description="environment variable that holds the password"
    )
    password_file: FilePath | None = Field(
        default=None, description="file whose first line is the password; relative to the configuration file"
    )

    @property
    def secret(self) -> str:
        """The password itself; empty if there is none."""
        return "" if self.password is None else self.password.get_secret_value()

    @property
    def password_in_clear(self) -> bool:
        """Whether the configuration file itself holds the password."""
        return self.secret != "" and self.password_env is None and self.password_file is None


class TcpSource(Section):
    """Clinic24 events over TCP, one JSON document a line."""

    type: Literal["tcp"]
    name: Name = "tcp"
    listen: ServerEndpoint = Field(description="server endpoint, for example tcp:4024:interface=127.0.0.1")


class MqttSource(Credentials):
    """Clinic24 events from an MQTT broker."""

    type: Literal["mqtt"]
    name: Name = "mqtt"
    host: Text
    port: Port = Field(default=1883, description="8883 is usual with tls = true")
    client_id: Text = Field(description="stable: the broker keeps the session by it")
    topic: Text = Field(default="clinic24/events", description="subscribed at QoS 1")
    status_topic: Text = Field(
        default="clinic24/status", description="answers and outcomes are published here"
    )
    version: Literal["3.1.1", "5"] = Field(default="5", description="of the protocol")
    username: Text | None = None
    tls: bool = False
    ca_file: FilePath | None = Field(
        default=None, description="PEM; without it the system's authorities are trusted"
    )
    cert_file: FilePath | None = Field(default=None, description="PEM; our own certificate")
    key_file: FilePath | None = Field(default=None, description="PEM; its key")


class EspaCarrier(Section):
    """A paging system that is called over ESPA 4.4.4."""

    type: Literal["espa444"]
    name: Name
    serves: Kind = Field(description="what the numbers that go this way are")
    endpoint: ClientEndpoint = Field(description="client endpoint, for example tcp:host=10.0.0.9:port=4444")
    role: Literal["control"] = Field(
        default="control", description="who owns the line; the other side is polled"
    )
    own_address: Address = "1"
    peer_address: Address = "2"
    charset: Literal["se7", "ascii-translit", "latin-1", "utf-8", "de7", "dk7"] = Field(
        default="se7",
        description="how å ä ö are sent; there is no safe choice: try it on a handset of the site",
    )
    priority_map: Annotated[dict[int, int], _by_priority(ESPA_PRIORITIES, 1, 3)] = ESPA_PRIORITIES
    beep_map: Annotated[dict[int, int], _by_priority(ESPA_BEEPS, 1, 9)] = ESPA_BEEPS
    lead_eot: Literal["needed", "always", "never"] = Field(
        default="needed", description="an EOT before a poll"
    )
    idle_poll: bool = Field(
        default=True, description="poll while idle; without it a dead line shows at the next call"
    )
    poll_interval: float = Field(default=1.0, ge=0.15, le=30, description="seconds")
    status_mode: Literal["automatic", "request", "none"] = Field(
        default="automatic", description="how the system tells what became of a page"
    )
    paged_means: Literal["sent", "delivered"] = Field(
        default="delivered", description="what status 7=3 (paged) proves at this system"
    )
    can_answer: bool | None = Field(
        default=None, description="can an answer come back? default: unless status_mode is none"
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
    multi_block: bool = Field(default=False, description="several calls in one session, where the peer can")
    max_text: int = Field(
        default=128, ge=40, le=128, description="characters of the message, after conversion"
    )
    baud: Literal[300, 600, 1200, 2400, 4800, 9600] | None = Field(
        default=None,
        description="speed of the line behind a port server; without it no line time is reckoned",
    )
    format: Literal["7E1", "7E2", "8N1", "8E1"] = Field(
        default="7E1", description="of a character, where baud is given"
    )
    discard_echo: bool = Field(
        default=False, description="swallow our own bytes, as a two-wire line returns them"
    )

    @property
    def answers(self) -> bool:
        """Whether a receiver's answer can come back this way."""
        return self.status_mode != "none" if self.can_answer is None else self.can_answer

    @property
    def masks(self) -> bool:
        """Whether bit 7 of received characters is dropped."""
        return self.charset not in {"latin-1", "utf-8"} if self.mask7 is None else self.mask7

    @property
    def byte_seconds(self) -> float:
        """The time that one character takes on the line; 0.0 where no speed is given."""
        if self.baud is None:
            return 0.0
        data, parity, stop = self.format
        return (1 + int(data) + (parity != "N") + int(stop)) / self.baud


class SmppCarrier(Credentials):
    """An SMS centre that is reached over SMPP 3.4, bound as a transceiver."""

    type: Literal["smpp"]
    name: Name
    serves: Kind = Field(description="what the numbers that go this way are")
    endpoint: ClientEndpoint = Field(description="client endpoint, for example tls:smpp.example.org:3550")
    system_id: str = Field(min_length=1, max_length=15, description="account; 15 octets (SMPP 3.4, 5.2.1)")
    system_type: str = Field(default="", max_length=12)
    source_address: Annotated[str, AfterValidator(_sender)] = Field(
        description="a number that can receive; with a name nobody can answer"
    )
    can_answer: bool | None = Field(
        default=None, description="can an answer come back? default: if the sender is a number"
    )
    window: int = Field(
        default=10, ge=1, le=1000, description="messages under way at once; 10 is what centres allow"
    )
    enquire_link: float = Field(
        default=30.0, ge=1, le=600, description="seconds of silence before the link is tested"
    )
    response_timeout: float = Field(default=10.0, ge=1, le=120, description="seconds for any response")
    registered_delivery: Literal[0, 1, 2] = Field(
        default=1, description="receipts: 0 none, 1 all, 2 failures only"
    )
    rate: float | None = Field(
        default=None, gt=0, le=10000, description="messages a second at most, by contract"
    )
    data_coding: Literal[0, 1, 3] = Field(
        default=0, description="label of plain text: 0 the centre's default (GSM 03.38), 1 IA5, 3 Latin-1"
    )
    validity: Literal["relative", "absolute", "none"] = Field(
        default="relative", description="how validity_period is written"
    )
    priority_map: Annotated[dict[int, int], _by_priority(SMPP_PRIORITIES, 0, 3)] = SMPP_PRIORITIES

    @property
    def answers(self) -> bool:
        """Whether a receiver's answer can come back this way."""
        return not self.sender_is_name if self.can_answer is None else self.can_answer

    @property
    def sender_is_name(self) -> bool:
        """Whether `source_address` is alphanumeric (TON 5), so that no phone can reply."""
        return NUMBER_SENDER.fullmatch(self.source_address) is None


Source = TcpSource | MqttSource
Carrier = EspaCarrier | SmppCarrier | GsmModemCarrier
