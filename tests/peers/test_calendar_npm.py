"""npm's `ical.js`, which others wrote, reads our calendars.

It is pinned by hash in `ical/package-lock.json` and installed into a temporary folder.
"""

import json
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from gateway.model import Role
from gateway.roster.calendar import Entry, calendar
from gateway.roster.slots import SlotKey
from gateway.roster.wall import load_zone, parse_time

pytestmark = pytest.mark.peer
ZONE = load_zone("Europe/Stockholm")
NAME = "HC Sätra; jour, läkare\\sköterska — åäö 🚑 " + "lång " * 20


@pytest.fixture(scope="session")
def ical(installed: Callable[[str], Path]) -> Path:
    """A folder in which node finds `ical.js`."""
    return installed("ical")


def entry(day: str, begins: str, ends: str, role: Role = Role.NURSE) -> Entry:
    key = SlotKey("hc-satra", "Natt", date.fromisoformat(day), role)
    people = ("Anna Berg", "Östen; Å, \\Ö")
    return Entry(key, "hc-satra", NAME, people, parse_time(begins, ZONE), parse_time(ends, ZONE))


def test_another_reader_understands_it(ical: Path) -> None:
    """Every event: its text, whatever stands in it, its instants on both sides of a clock change; free."""
    entries = [
        entry("2026-10-24", "2026-10-24T21:00", "2026-10-25T07:00"),
        entry("2027-03-27", "2027-03-27T21:00", "2027-03-28T07:00", Role.DOCTOR),
    ]
    made = calendar(NAME, entries, parse_time("2026-10-20T12:00", ZONE))
    done = subprocess.run(
        ["node", "read.mjs"], cwd=ical, input=made, capture_output=True, timeout=30, check=True
    )
    told = json.loads(done.stdout)
    assert told["name"] == NAME
    first, second = told["events"]
    assert first["summary"] == f"Sjuksköterska {NAME}, Natt: Anna Berg, Östen; Å, \\Ö"
    assert second["summary"].startswith("Läkare")
    assert (first["start"], first["end"]) == ("2026-10-24T19:00:00.000Z", "2026-10-25T06:00:00.000Z")
    assert (second["start"], second["end"]) == ("2027-03-27T20:00:00.000Z", "2027-03-28T05:00:00.000Z")
    assert first["uid"] != second["uid"]
    assert first["transparent"]
    assert second["transparent"]
