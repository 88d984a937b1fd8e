"""The parts of the gateway that a way in may need."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.delivery.keeper import Keeper
from gateway.intake import Intake
from gateway.outbox import Outbox
from gateway.ports import Alarms, Writer
from gateway.roster.addressed import Addressed
from gateway.routing.ladder import Way


@dataclass(frozen=True, slots=True)
class Joints:
    """Joined by `app`, used by the sources."""

    intake: Intake
    addressed: Addressed
    ways: Sequence[Way]
    keeper: Keeper
    outbox: Outbox
    writer: Writer
    reader: sqlite3.Connection
    alarms: Alarms
