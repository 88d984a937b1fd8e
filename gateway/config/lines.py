"""[[source]] and [[carrier]]: the ways in and the ways out, with the keys of each type.

Rules: the defaults are those of the protocols' own practice, each named where it comes from. A type, role or
key that the contract reserves for a later version stands in `load`, not here: these models know only what
the gateway does.
"""

from typing import Literal

from pydantic import Field

from gateway.config.credentials import Credentials
from gateway.config.espa444 import EspaCarrier, EspaSource
from gateway.config.fields import FilePath, Port, ServerEndpoint, Text
from gateway.config.modem import GsmModemCarrier
from gateway.config.sections import Name, Section
from gateway.config.smpp import SmppCarrier


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


Source = TcpSource | MqttSource | EspaSource
Carrier = EspaCarrier | SmppCarrier | GsmModemCarrier
