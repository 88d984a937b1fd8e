"""[[source]] and [[carrier]]: the ways in and the ways out, with the keys of each type.

Rules: the defaults are those of the protocols' own practice, each named where it comes from. A type, role or
key that the contract reserves for a later version stands in `load`, not here: these models know only what
the gateway does.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from gateway.config.espa444 import EspaCarrier, EspaSource
from gateway.config.fields import ClientEndpoint, FilePath, Kind, Port, ServerEndpoint, Text, by_priority
from gateway.config.modem import GsmModemCarrier
from gateway.config.sections import Name, Section

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
    priority_map: Annotated[dict[int, int], by_priority(SMPP_PRIORITIES, 0, 3)] = SMPP_PRIORITIES

    @property
    def answers(self) -> bool:
        """Whether a receiver's answer can come back this way."""
        return not self.sender_is_name if self.can_answer is None else self.can_answer

    @property
    def sender_is_name(self) -> bool:
        """Whether `source_address` is alphanumeric (TON 5), so that no phone can reply."""
        return NUMBER_SENDER.fullmatch(self.source_address) is None


Source = TcpSource | MqttSource | EspaSource
Carrier = EspaCarrier | SmppCarrier | GsmModemCarrier
