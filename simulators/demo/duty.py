"""Who is on, worked out from the roster file alone: the demo's own opinion of whom a page must reach.

Rules: nothing here is shared with the gateway, so that a wrong page is found. Shifts are local wall time in
the roster's zone, half-open; one that does not end after it starts ends the next day. The latest start comes
first, then the order of the list, then the unit's fallback, then the area's.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

EXTENSION_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who can be paged; `number` is an extension or a mobile number with its country code."""

    id: str
    name: str
    number: str

    @property
    def has_handset(self) -> bool:
        """Whether the page goes to a DECT handset, otherwise to a mobile phone."""
        return len(self.number) == EXTENSION_DIGITS

    @property
    def device(self) -> str:
        """The number as the simulators name their devices."""
        return self.number.removeprefix("+")


class Roster:
    """A roster file, read once."""

    def __init__(self, document: Mapping[str, Any], zone: ZoneInfo) -> None:
        self._zone = zone
        self._units = {unit["id"]: unit for unit in document["unit"]}
        self._areas = {area["id"]: area for area in document["area"]}
        self._shifts = {(shift["unit"], shift["name"]): shift for shift in document["shift"]}
        self._assignments = document["assignment"]
        self._entries = document["receiver"]
        self.receivers = {one["id"]: Receiver(one["id"], one["name"], one["number"]) for one in self._entries}

    @classmethod
    def read(cls, path: Path, zone: str) -> "Roster":
        """The roster of a file that `bakjour init` wrote."""
        return cls(tomllib.loads(path.read_text("utf-8")), ZoneInfo(zone))

    @property
    def units(self) -> dict[str, str]:
        """Names of the units by id."""
        return {name: unit["name"] for name, unit in self._units.items()}

    def alias(self, unit: str) -> str:
        """Another name of the unit, its id if it has none."""
        aliases = self._units[unit].get("aliases", [])
        return str(aliases[0]) if aliases else unit

    def devices(self) -> dict[str, str]:
        """Whose each device is, second numbers too."""
        owners = {one.device: one.name for one in self.receivers.values()}
        for entry in self._entries:
            if "backup" in entry:
                owners[entry["backup"].removeprefix("+")] = f"second number of {entry['name']}"
        return owners

    def on(self, unit: str, role: str, at: datetime) -> list[tuple[str, Receiver]]:
        """Everybody on duty in a role ("doctor" or "nurse") at an instant, in order, each with his shift."""
        running = []
        for slot in self._assignments:
            if (slot["unit"], slot["role"]) == (unit, role):
                start, end = self._instants(self._shifts[unit, slot["shift"]], slot["date"])
                if start <= at < end:
                    running.append((-start.timestamp(), slot["shift"], slot["receivers"]))
        return [(shift, self.receivers[name]) for _, shift, names in sorted(running) for name in names]

    def first(self, unit: str, role: str, at: datetime) -> Receiver | None:
        """Whom an alert must reach if he answers: the first on duty, else the first fallback."""
        for _, receiver in self.on(unit, role, at):
            return receiver
        entry = self._units[unit]
        fallbacks = [*entry.get("fallback", []), *self._areas[entry["area"]].get("fallback", [])]
        return self.receivers[fallbacks[0]] if fallbacks else None

    def local(self, at: datetime) -> datetime:
        """An instant as the clock on the ward shows it."""
        return at.astimezone(self._zone)

    def _instants(self, shift: Mapping[str, str], day: date) -> tuple[datetime, datetime]:
        start, end = time.fromisoformat(shift["from"]), time.fromisoformat(shift["to"])
        last = day if end > start else day + timedelta(days=1)
        return self._instant(day, start), self._instant(last, end)

    def _instant(self, day: date, wall: time) -> datetime:
        # In UTC, because Python compares two times of one zone without their offsets.
        return datetime.combine(day, wall, self._zone).astimezone(UTC)


def masked(number: str) -> str:
    """A mobile number as it may be shown; an extension as it is."""
    digits = number.removeprefix("+")
    return digits if len(digits) == EXTENSION_DIGITS else f"+{digits[:2]}•••{digits[-4:]}"
