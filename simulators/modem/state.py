"""What a simulated modem is like and how it stands."""

from dataclasses import dataclass, field
from enum import Enum

PIN_TRIES = 3
"""Wrong PINs until the SIM wants its PUK."""


class Life(Enum):
    """Whether it listens."""

    RUNNING = "running"
    SENDING = "sending"  # takes no command until the network has answered
    BOOTING = "booting"
    HUNG = "hung"


class Sim(Enum):
    """What +CPIN? says; MISSING is an error instead."""

    READY = "READY"
    PIN = "SIM PIN"
    PUK = "SIM PUK"
    MISSING = ""


@dataclass(slots=True, kw_only=True)
class Traits:
    """What kind of modem it is. Times are seconds.

    `confirms` whether it knows service 1 (+CNMA), `direct_reports` whether +CNMI takes ds=1,
    `hears_reset` whether AT+CFUN=1,1 wakes it when it hangs.
    """

    echo: bool = True
    confirms: bool = True
    direct_reports: bool = True
    hears_reset: bool = True
    response_delay: float = 0.0
    boot_seconds: float = 5.0
    confirm_within: float = 15.0


@dataclass(slots=True)
class Settings:
    """What commands set; lost at a restart."""

    cmee: int = 0
    pdu_mode: int = 0
    service: int = 0
    news: list[int] = field(default_factory=lambda: [2, 0, 0, 0, 0])
    memories: list[str] = field(default_factory=lambda: ["SM", "SM", "SM"])
