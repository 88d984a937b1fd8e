"""Who is on duty, as the store answers it."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from gateway.model import NumberKind, Origin, Role
from gateway.roster.book import RosterBook
from gateway.roster.document import read_document
from gateway.roster.wall import load_zone, parse_time, span
from gateway.roster.who import Who
from gateway.routing.criteria import make_criteria
from protocols.clinic24.event import Kind

ZONE = load_zone("Europe/Stockholm")
FIRST = date(2026, 10, 20)  # the autumn's clock change lies within


def random_roster(seed: int) -> str:
    """Overlapping, equal, empty and day-long shifts of one unit, over two weeks."""
    draw = random.Random(seed)
    text = '[[area]]\nid = "a"\nname = "A"\n[[unit]]\nid = "u"\narea = "a"\nname = "U"\n'
    for name in "pqrs":
        text += f'[[receiver]]\nid = "{name}"\nname = "{name}"\nkind = "person"\n'
        text += 'number = "20117"\nunits = ["u"]\n'
    shifts = [f"S{number}" for number in range(draw.randint(1, 5))]
    for name in shifts:
        start, end = (
            f"{draw.choice([0, 0, 2, 7, 7, 12, 16, 21]):02}:{draw.choice([0, 0, 30]):02}" for _ in "ab"
        )
        text += f'[[shift]]\nunit = "u"\nname = "{name}"\nfrom = "{start}"\nto = "{end}"\n'
    for name in shifts:
        for offset in range(14):
            for role in Role:
                people = draw.sample("pqrs", draw.choice([0, 1, 1, 2]))
                day = FIRST + timedelta(days=offset)
                text += (
                    f'[[assignment]]\nunit = "u"\nshift = "{name}"\ndate = {day}\nrole = "{role}"\n'
                    f"receivers = {people}\n"
                )
    return text


def naive(text: str, role: Role, at: int) -> set[tuple[str, date, tuple[str, ...]]]:
    """Every slot of the file that contains the instant, by looking at them all."""
    document = read_document(text, "SE")
    shifts = {entry.value.name: entry.value for entry in document.shifts}
    found = set()
    for entry in document.assignments:
        one, shift = entry.value, shifts[entry.value.shift]
        start, end = span(one.date, shift.start, shift.end, ZONE)
        if one.role is role and one.receivers and start <= at < end:
            found.add((one.shift, one.date, one.receivers))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_same_as_looking_at_every_slot(store: Any, seed: int) -> None:
    """The book finds exactly the slots that contain the instant: boundaries, overlaps and cache included."""
    text = random_roster(seed)
    begin = parse_time(f"{FIRST}T00:00", ZONE)
    store.load(text, now=begin)
    book, draw = RosterBook(store.read), random.Random(seed)
    for _ in range(60):
        at = begin + draw.randrange(-30, 16 * 48) * 1_800_000 + draw.choice([-1, 0, 0, 1])
        role = draw.choice(list(Role))
        duty = book.duty("u", role, at)
        assert duty is not None
        slots = [(one.shift, one.date, tuple(each.id for each in one.receivers)) for one in duty.slots]
        assert len(slots) == len(set(slots))
        assert set(slots) == naive(text, role, at)


def test_alias_fallbacks_and_unknown(store: Any, frame: str, now: int) -> None:
    """A unit is found by id or alias with its fallbacks, an unknown one is None."""
    store.load(frame)
    book = RosterBook(store.read)
    duty = book.duty("SE2321000016-1XYZ", Role.NURSE, now)
    assert duty is not None
    assert duty == book.duty("hc-andersberg", Role.NURSE, now)
    assert [one.name for one in duty.fallback + duty.area_fallback] == ["Bo Ek", "Växeln"]
    assert (duty.unit.aliases, duty.area.name, duty.slots) == (("SE2321000016-1XYZ",), "Primärvård Gävle", ())
    assert book.duty("hc-borta", Role.NURSE, now) is None


def test_receivers_in_full(store: Any, frame: str) -> None:
    """A receiver comes with numbers, kinds and units; an unknown one is None."""
    store.load(frame)
    anna = RosterBook(store.read).receiver("anna")
    assert anna == next(e.value for e in read_document(frame, "SE").receivers if e.value.id == "anna")
    assert anna is not None
    assert (anna.backup, anna.units) == ("+46701740605", ("hc-andersberg",))
    assert RosterBook(store.read).receiver("nobody") is None


def test_kinds_of_number(store: Any, frame: str) -> None:
    """The roster uses the kinds of its receivers' numbers and second numbers, as it stands now."""
    book = RosterBook(store.read)
    assert book.number_kinds() == frozenset()
    store.load(frame)
    assert book.number_kinds() == {NumberKind.EXTENSION, NumberKind.MOBILE}
    store.load(frame.replace('backup = "070-174 06 05"', ""))
    assert book.number_kinds() == {NumberKind.EXTENSION}


def test_order_of_the_list(store: Any, frame: str, assigned: Callable[..., str], now: int) -> None:
    """The receivers of a slot stand in the order of the list, with who entered it and when."""
    store.load(frame + assigned("2026-11-24", "bo", "anna"))
    duty = RosterBook(store.read).duty("hc-andersberg", Role.NURSE, now)
    assert duty is not None
    (slot,) = duty.slots
    assert [one.id for one in slot.receivers] == ["bo", "anna"]
    assert (slot.shift, slot.made_by, slot.made_at) == ("Dag", "import", now)


def test_change_is_seen_at_once(store: Any, frame: str, assigned: Callable[..., str], now: int) -> None:
    """What the book keeps is forgotten as soon as the roster has changed, and not by any other commit."""
    store.load(frame + assigned("2026-11-24", "anna"))
    book = RosterBook(store.read)
    first, revision = book.duty("hc-andersberg", Role.NURSE, now), book.revision()
    store.write.execute("UPDATE roster_meta SET filling = NULL")
    assert book.duty("hc-andersberg", Role.NURSE, now) is first
    store.load(assigned("2026-11-24", "bo"))
    second = book.duty("hc-andersberg", Role.NURSE, now)
    assert second is not None
    assert [one.id for slot in second.slots for one in slot.receivers] == ["bo"]
    assert book.revision() > revision


def test_kept_until_the_next_boundary(store: Any, frame: str, assigned: Callable[..., str], now: int) -> None:
    """A kept duty ends with its shift and when the next one begins, and does not reach back."""
    store.load(frame + assigned("2026-11-24", "anna") + assigned("2026-11-24", "bo", shift="Natt"))
    book = RosterBook(store.read)

    def on(time: str) -> list[str]:
        duty = book.duty("hc-andersberg", Role.NURSE, parse_time(f"2026-11-{time}", ZONE))
        assert duty is not None
        return [one.id for slot in duty.slots for one in slot.receivers]

    times = [
        "24T12:00",
        "24T15:59:59.999",
        "24T16:00",
        "24T20:59:59.999",
        "24T21:00",
        "25T00:00",
        "25T06:59",
        "25T07:00",
    ]
    assert [on(time) for time in times] == [["anna"], ["anna"], [], [], ["bo"], ["bo"], ["bo"], []]
    assert [on(time) for time in reversed(times)] == [[], ["bo"], ["bo"], ["bo"], [], [], ["anna"], ["anna"]]


def test_who_asks_the_roster(store: Any, frame: str, assigned: Callable[..., str], now: int) -> None:
    """Who is paged follows from the roster as it stands, the catch-all for unknown units included."""
    store.load(frame + assigned("2026-11-24", "anna", role="doctor"))
    who = Who(RosterBook(store.read), make_criteria(), "vaxel")
    doctor = who.ask("hc-andersberg", "Läkare", Kind.TRIAGED, 2, now)
    assert [one.receiver.id for one in doctor.candidates] == ["anna", "bo", "vaxel"]
    nurse = who.ask("hc-andersberg", "dietist", Kind.TRIAGED, 2, now)
    assert [one.receiver.id for one in nurse.candidates] == ["bo", "vaxel"]
    unknown = who.ask("hc-borta", "läkare", Kind.TRIAGED, 2, now)
    assert [(one.receiver.id, one.origin) for one in unknown.candidates] == [("vaxel", Origin.CATCH_ALL)]


def test_dangling_references_do_not_stop_the_answer(
    store: Any, frame: str, assigned: Callable[..., str], now: int
) -> None:
    """A store that lost a receiver or an area still answers with what is left."""
    store.load(frame + assigned("2026-11-24", "anna", "bo"))
    store.write.execute("DELETE FROM receiver_version WHERE id IN ('anna', 'vaxel')")
    store.write.execute("DELETE FROM area_version")
    duty = RosterBook(store.read).duty("hc-andersberg", Role.NURSE, now)
    assert duty is not None
    assert [one.id for slot in duty.slots for one in slot.receivers] == ["bo"]
    assert (duty.area.name, duty.area_fallback) == ("primarvard", ())
