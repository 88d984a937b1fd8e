"""[[carrier]] of type gsm-modem: a modem with a SIM of our own."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from gateway import serial
from gateway.config.fields import ClientEndpoint, FilePath, Text
from gateway.config.sections import Name, Section
from gateway.model import NumberKind

PIN = re.compile(r"[0-9]{4,8}")
CENTRE = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164


def _mobile(value: NumberKind) -> NumberKind:
    if value is not NumberKind.MOBILE:
        raise ValueError(f"{value.value!r} is not allowed; allowed: {NumberKind.MOBILE.value}")
    return value


def _pin(value: SecretStr) -> SecretStr:
    if not PIN.fullmatch(value.get_secret_value()):
        raise ValueError("must be 4 to 8 digits (3GPP TS 31.101)")
    return value


def _centre(value: str) -> str:
    if not CENTRE.fullmatch(value):
        raise ValueError('must be a number such as "+46705008999"')
    return value


class GsmModemCarrier(Section):
    """A GSM modem of our own, which works when the Internet does not.

    The PIN is written in one of three ways; `load` puts what it found into `pin`.
    """

    type: Literal["gsm-modem"]
    name: Name
    serves: Annotated[NumberKind, Field(strict=False), AfterValidator(_mobile)] = Field(
        description="what the numbers that go this way are; a modem reaches mobile ones"
    )
    endpoint: ClientEndpoint = Field(
        description="serial:/dev/ttyUSB0, or tcp:host=…:port=… for a port server"
    )
    baud: Literal[9600, 19200, 38400, 57600, 115200] = Field(
        default=115200, description="speed of a serial line"
    )
    format: Literal["8N1", "8E1"] = Field(default="8N1", description="of a character on a serial line")
    pin: Annotated[SecretStr, AfterValidator(_pin)] | None = Field(
        default=None, description="of the SIM, in clear; better one of the two below, or a SIM without"
    )
    pin_env: Text | None = Field(default=None, description="environment variable that holds the PIN")
    pin_file: FilePath | None = Field(
        default=None, description="file whose first line is the PIN; relative to the configuration file"
    )
    smsc: Annotated[str, AfterValidator(_centre)] = Field(
        default="", description="number of the operator's SMS centre; default: the one that the SIM knows"
    )
    receipts: bool = Field(default=True, description="ask the network what became of each message")
    can_answer: bool = Field(
        default=True, description="can an answer come back? false for a SIM whose number cannot receive"
    )
    poll_interval: float = Field(
        default=15.0, ge=5, le=300, description="seconds between two looks at modem, SIM, network, signal"
    )
    send_timeout: float = Field(
        default=60.0, ge=30, le=180, description="seconds for the network's answer to a message"
    )

    @property
    def secret(self) -> str:
        """The PIN itself; empty if there is none."""
        return "" if self.pin is None else self.pin.get_secret_value()

    @property
    def password_in_clear(self) -> bool:
        """Whether the configuration file itself holds the PIN."""
        return self.secret != "" and self.pin_env is None and self.pin_file is None

    @property
    def answers(self) -> bool:
        """Whether a receiver's answer can come back this way."""
        return self.can_answer

    @property
    def byte_seconds(self) -> float:
        """The time that one character takes on the line; 0.0 behind a port server, which does not say."""
        line = serial.SerialLine(self.baud, self.format)
        return line.byte_seconds if serial.is_serial(self.endpoint) else 0.0
