"""bakjour.toml: what may stand in it (`sections`, `lines`), how it is read (`load`) and judged (`advice`).

Rules: a `Config` that exists is valid, frozen and complete: passwords have been fetched and paths made
absolute. Every fault is told at once, with its path and the allowed values.
"""

from gateway.config.advice import Reach, Warned, advise, advise_roster
from gateway.config.espa444 import EspaCarrier, EspaLine, EspaSource
from gateway.config.faults import ConfigFaults, Fault
from gateway.config.lines import (
    Carrier,
    MqttSource,
    Source,
    TcpSource,
)
from gateway.config.load import load, parse
from gateway.config.model import Config
from gateway.config.modem import GsmModemCarrier
from gateway.config.smpp import SmppCarrier

__all__ = [
    "Carrier",
    "Config",
    "ConfigFaults",
    "EspaCarrier",
    "EspaLine",
    "EspaSource",
    "Fault",
    "GsmModemCarrier",
    "MqttSource",
    "Reach",
    "SmppCarrier",
    "Source",
    "TcpSource",
    "Warned",
    "advise",
    "advise_roster",
    "load",
    "parse",
]
