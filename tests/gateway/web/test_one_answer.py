"""Board, API, export and router name the same people in the same order: 10,000 random rosters and instants.

A comparison is one roster, one event and one instant. The roster of a unit is its own (patterns, validity,
assignments, fallback, aliases); with its neighbours it shares the area and the receivers. So a gateway holds
two hundred rosters, of which each is asked once: the API, and the router by an event through the intake; the
board is asked area by area at the area's instant. The export is read again and answered by a few lines of
this file, which look at every slot and know nothing of book, index and resolver.

`BAKJOUR_ROSTERS` is how many. A failure names its seed; `BAKJOUR_SEED` begins with that one.
"""

import json
import os
import random
from datetime import date, time, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from gateway.model import Role
from gateway.requests import AddKey, ImportRoster, RosterForm
from gateway.roster.csvfile import read_csv
from gateway.roster.document import Document, read_document
from gateway.roster.values import WEEKDAYS, Assignment, Shift
from gateway.roster.wall import instant, load_zone, span
from gateway.routing.criteria import ALERTING
from gateway.store.keys import Scope
from protocols.clinic24 import times
from protocols.clinic24.event import Kind

ROSTERS = int(os.environ.get("BAKJOUR_ROSTERS", "10000"))
FIRST_SEED = int(os.environ.get("BAKJOUR_SEED", "0"))
UNITS, AREAS = 200, 10
"""Of one gateway."""

PEOPLE = tuple(f"r{number:02}" for number in range(20))
DAY = timedelta(days=1)
DAYS = 3
FIRSTS = (date(2026, 10, 23), date(2027, 3, 26))  # the clocks change on the third day
ZONE = load_zone("Europe/Stockholm")
KINDS = {kind: kind.name.lower() for kind in ALERTING}

CARRIER = '[[carrier]]\nname = "d"\ntype = "espa444"\nserves = "extension"\nendpoint = "tcp:host=h:port=1"\n'
CONFIGS = (
    CARRIER,
    '[gateway]\ncatch_all = "r00"\n[professions]\ndoctor = ["kirurg"]\nnurse = ["ssk", "sjuksköterska"]\n'
    + CARRIER,
)
PROFESSIONS = (
    {
        "doctor": Role.DOCTOR,
        " Läkare": Role.DOCTOR,
        "nurse": Role.NURSE,
        "psykolog": Role.NURSE,
        "?": Role.NURSE,
    },
    {"KIRURG": Role.DOCTOR, "läkare": Role.NURSE, "ssk": Role.NURSE, "fysioterapeut": Role.NURSE},
)
"""What each configuration makes of a word; one that it does not know goes to the nurse."""


def roster(dice: random.Random, first: date) -> str:
    """Areas, receivers and units of every kind."""
    lines = [
        f'[[area]]\nid = "a{number}"\nname = "Område"\nfallback = {_some(dice, dice.choice((0, 2)))}\n'
        for number in range(AREAS)
    ]
    every = [f"u{number}" for number in range(UNITS)]
    for name in PEOPLE:
        lines.append(
            f'[[receiver]]\nid = "{name}"\nname = "Person"\nkind = "{dice.choice(("person", "role"))}"\n'
            f'number = "200{name[1:]}"\nunits = {every}\n'
        )
    lines += [_unit(dice, number, first) for number in range(UNITS)]
    return "\n".join(lines).replace("'", '"')


def _unit(dice: random.Random, number: int, first: date) -> str:
    """Shifts that overlap, meet and leave gaps, for some days; nobody to four people; perhaps a fallback."""
    name = f"u{number}"
    fallback = _some(dice, dice.choice((0, 0, 2)))
    text = f'[[unit]]\nid = "{name}"\narea = "a{number % AREAS}"\nname = "Enhet {name}"\n'
    text += f'aliases = ["alias-{name}"]\nfallback = {fallback}\n'
    for shift in range(dice.randint(0, 3)):
        begins, ends = (f"{dice.randrange(24):02}:{dice.choice((0, 30)):02}" for _ in range(2))
        days = dice.sample(WEEKDAYS, dice.randint(1, 6)) if dice.random() < 0.2 else WEEKDAYS
        text += f'[[shift]]\nunit = "{name}"\nname = "S{shift}"\nfrom = "{begins}"\nto = "{ends}"\n'
        text += f"weekdays = {list(days)}\n"
        since = first + DAY if dice.random() < 0.2 else None
        until = first + DAY if dice.random() < 0.2 else None
        text += "" if since is None else f"valid_from = {since}\n"
        text += "" if until is None else f"valid_to = {until}\n"
        for day in (first + DAY * number for number in range(DAYS)):
            if WEEKDAYS[day.weekday()] in days and (since or day) <= day <= (until or day):
                for role in dice.choice(((Role.DOCTOR,), (Role.NURSE,), tuple(Role), ())):
                    text += f'[[assignment]]\nunit = "{name}"\nshift = "S{shift}"\ndate = {day}\n'
                    text += f'role = "{role}"\nreceivers = {_some(dice, 4)}\n'
    return text


def _some(dice: random.Random, most: int) -> list[str]:
    return dice.sample(PEOPLE, dice.randint(0, most))


class Exported:
    """An export that was read again."""

    def __init__(self, roster: Document) -> None:
        self._units = {one.value.id: one.value for one in roster.units}
        self._areas = {one.value.id: one.value for one in roster.areas}
        shifts = {(one.value.unit, one.value.name): one.value for one in roster.shifts}
        self._slots: dict[tuple[str, Role], list[tuple[Assignment, Shift]]] = {}
        for entry in roster.assignments:
            slot = entry.value
            held = (slot, shifts[slot.unit, slot.shift])
            self._slots.setdefault((slot.unit, slot.role), []).append(held)

    def looked(self, unit: str, role: Role, at: int) -> tuple[list[str], bool]:
        """Who is paged for the role at an instant, in order, and whether somebody is on duty."""
        running = []
        for slot, pattern in self._slots.get((unit, role), ()):
            start, end = span(slot.date, pattern.start, pattern.end, ZONE)
            if start <= at < end and slot.receivers:
                running.append((-start, slot.shift, slot.date, slot.receivers))
        own = self._units[unit]
        on_duty = [name for slot in sorted(running) for name in slot[3]]
        names = [*on_duty, *own.fallback, *self._areas[own.area].fallback]
        return list(dict.fromkeys(names)), bool(on_duty)


def routed(house: Any, seed: int, unit: str, profession: str, kind: Kind, priority: int) -> list[str] | None:
    """Whom the router pages: the ladder of the alert of an event that comes now; None if it pages nobody."""
    event = {
        "specversion": "1.0",
        "id": f"{seed}-{unit}",
        "source": "test",
        "type": kind.value,
        "data": {"unit": unit, "profession": profession, "priority": priority},
    }
    answer = house.done(house.gateway.intake.document(json.dumps(event).encode(), "test"))
    if answer.status == "ignored":
        return None
    assert answer.status == "accepted", (seed, answer)
    return [one.receiver for one in house.gateway.keeper.get(int(answer.alert)).rungs]


async def of_an_unknown_unit(house: Any, reader: Any, seed: int, config: int) -> None:
    """API and router name the catch-all, or nobody where there is none."""
    query = "unit=nowhere&profession=nurse&kind=escalated&priority=1"
    api = (await reader.ask("GET", f"/api/who?{query}")).json
    named = [one["receiver"] for one in api["receivers"]]
    assert named == ["r00"][:config], seed
    if named:
        assert routed(house, seed, "nowhere", "nurse", Kind.ESCALATED, 1) == named, seed


def instant_of(dice: random.Random, first: date) -> int:
    """Any half hour of the days, and often a millisecond before it."""
    begin = instant(first, time(), ZONE)
    return begin + dice.randrange(DAYS * 48 + 16) * 1_800_000 - dice.choice((0, 0, 1))


@pytest.mark.reactor(seconds=3600)
async def test_board_api_export_and_router_agree(make_house: Any, monkeypatch: Any) -> None:
    """Each of them names the same people in the same order, in every roster."""
    compared = paged = 0
    for seed in range(FIRST_SEED, FIRST_SEED + max(1, ROSTERS // UNITS)):
        print(f"seed {seed}")  # shown where anything below fails
        dice = random.Random(seed)
        first = FIRSTS[seed % 2]
        config = dice.randrange(2)
        house = make_house(config=CONFIGS[config], roster="")
        # Everything is planned ahead of all the instants that are asked for: nothing of it is past.
        monkeypatch.setattr(house.clock, "_anchor_wall", instant(first - DAY, time(), ZONE))
        house.connection.execute("PRAGMA synchronous = OFF")
        key = house.done(house.operations.ask(AddKey("board", Scope.READ))).key
        text = roster(dice, first)
        house.done(house.files.take(ImportRoster(text)))
        form = dice.choice(tuple(RosterForm))
        export = house.done(house.files.export(form)).text
        told = (read_csv if form is RosterForm.CSV else read_document)(export, "SE")
        assert told.faults == (), seed
        exported = Exported(told)
        reader = await house.browser()
        reader.key = key
        for area in range(AREAS):
            at = instant_of(dice, first)
            monkeypatch.setattr(house.clock, "_anchor_wall", at)
            board = await reader.ask("GET", f"/api/board?area=a{area}&at={times.render(at)}")
            shown = {(one["id"], role["role"]): role for one in board.json["units"] for role in one["roles"]}
            for number in range(area, UNITS, AREAS):
                word, role = dice.choice(tuple(PROFESSIONS[config].items()))
                kind, priority = dice.choice(tuple(KINDS)), dice.randint(1, 5)
                asked = (seed, f"u{number}", word, kind, priority, times.render(at))
                names, on_duty = exported.looked(f"u{number}", role, at)
                name = f"{dice.choice(('', 'alias-'))}u{number}"
                query = {"unit": name, "profession": word, "kind": KINDS[kind], "priority": priority}
                api = (await reader.ask("GET", f"/api/who?{urlencode(query)}&at={times.render(at)}")).json
                seen = shown[f"u{number}", role]
                assert [one["id"] for one in seen["receivers"]] == names, asked
                assert seen["on_duty"] is on_duty, asked
                alerts = priority in ALERTING[kind]
                assert api["alerts"] is alerts, asked
                assert [one["receiver"] for one in api["receivers"]] == (names if alerts else []), asked
                assert routed(house, seed, name, word, kind, priority) == (names if alerts else None), asked
                compared += 1
                paged += bool(names)
        await of_an_unknown_unit(house, reader, seed, config)
    assert compared >= min(ROSTERS, UNITS)
    assert paged > compared / 4
