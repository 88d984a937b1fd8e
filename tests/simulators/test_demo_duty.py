"""Who is on, as the demo reads it from a roster file by itself."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from simulators.demo.duty import Receiver, Roster, masked

ZONE = ZoneInfo("Europe/Stockholm")


def roster(*slots: tuple[str, str, str, list[str]], fallback: list[str] | None = None) -> Roster:
    """A unit with day and night, two shifts that overlap, and slots of (shift, date, role, receivers)."""
    shifts = [("Dag", "07:00", "16:00"), ("Natt", "21:00", "07:00"), ("Topp", "10:00", "12:00")]
    shifts.append(("Dygn", "00:00", "00:00"))
    people = [("anna", "20117"), ("erik", "20118"), ("maria", "+46701740606"), ("vaxel", "20999")]
    document = {
        "area": [{"id": "area", "fallback": ["vaxel"]}],
        "unit": [
            {"id": "hc", "area": "area", "name": "HC", "aliases": ["HSA-1"], "fallback": fallback or []}
        ],
        "receiver": [{"id": one, "name": one.title(), "number": number} for one, number in people],
        "shift": [{"unit": "hc", "name": name, "from": start, "to": end} for name, start, end in shifts],
        "assignment": [
            {"unit": "hc", "shift": shift, "date": date.fromisoformat(day), "role": role, "receivers": names}
            for shift, day, role, names in slots
        ],
    }
    return Roster(document, ZONE)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def first(of: Roster, at: str, role: str = "nurse") -> str | None:
    found = of.first("hc", role, local(at))
    return None if found is None else found.id


def test_the_first_of_the_list_in_the_role_asked_for() -> None:
    """The first receiver of the slot is expected, and a role's slot is not another role's."""
    of = roster(("Dag", "2026-11-24", "nurse", ["erik", "anna"]), ("Dag", "2026-11-24", "doctor", ["maria"]))
    assert first(of, "2026-11-24T12:30") == "erik"
    assert first(of, "2026-11-24T12:30", "doctor") == "maria"


def test_shifts_are_half_open() -> None:
    """At the minute of the change the next shift is on, the one before no more."""
    of = roster(("Natt", "2026-11-23", "nurse", ["anna"]), ("Dag", "2026-11-24", "nurse", ["erik"]))
    assert first(of, "2026-11-24T06:59:59") == "anna"
    assert first(of, "2026-11-24T07:00:00") == "erik"
    assert first(of, "2026-11-24T15:59:59") == "erik"
    assert first(of, "2026-11-24T16:00:00") == "vaxel"


def test_a_night_belongs_to_the_day_it_begins() -> None:
    """After midnight the night of the day before is on, and 00:00 to 00:00 is the whole day."""
    of = roster(("Natt", "2026-11-23", "nurse", ["anna"]), ("Dygn", "2026-11-25", "nurse", ["erik"]))
    assert first(of, "2026-11-24T00:30") == "anna"
    assert first(of, "2026-11-24T22:00") == "vaxel"
    assert first(of, "2026-11-25T00:00") == "erik"
    assert first(of, "2026-11-25T23:59") == "erik"


def test_of_overlapping_shifts_the_latest_start_comes_first() -> None:
    """Two shifts that both cover the instant are in the order of their starts, the later one first."""
    of = roster(("Dag", "2026-11-24", "nurse", ["anna"]), ("Topp", "2026-11-24", "nurse", ["erik"]))
    assert [one.id for _, one in of.on("hc", "nurse", local("2026-11-24T11:00"))] == ["erik", "anna"]
    assert first(of, "2026-11-24T12:00") == "anna"


def test_nobody_on_goes_to_the_fallbacks() -> None:
    """Without anybody on, the unit's fallback is expected, and without one the area's."""
    assert first(roster(fallback=["erik"]), "2026-11-24T12:00") == "erik"
    assert first(roster(), "2026-11-24T12:00") == "vaxel"


@pytest.mark.parametrize(("night", "hours"), [("2026-10-24", 11), ("2027-03-27", 9), ("2026-11-24", 10)])
def test_nights_of_the_clock_change(night: str, hours: int) -> None:
    """The night 21:00–07:00 lasts 11 hours when the clock goes back, 9 when it goes forward."""
    of = roster(("Natt", night, "nurse", ["anna"]))
    start = local(f"{night}T21:00").timestamp()
    on = [
        hour
        for hour in range(24)
        if of.on("hc", "nurse", datetime.fromtimestamp(start + hour * 3600 + 1800, UTC))
    ]
    assert on == list(range(hours))


def test_names_and_numbers() -> None:
    """An extension is a handset, anything else a phone whose number is shown in part only."""
    handset, phone = Receiver("a", "A", "20117"), Receiver("b", "B", "+46701740606")
    assert handset.has_handset
    assert not phone.has_handset
    assert phone.device == "46701740606"
    assert masked(phone.number) == masked(phone.device) == "+46•••0606"
    assert masked("20117") == "20117"
    assert roster().alias("hc") == "HSA-1"
