"""Board, API, export and router say the same, on random rosters at random instants.

Two hundred of them by default; `BAKJOUR_ROSTERS=10000` asks for more.
"""

import json
import os
import random
from datetime import date, timedelta
from typing import Any

import pytest

from gateway.model import Role
from gateway.requests import ImportRoster
from protocols.clinic24 import times
from protocols.clinic24.event import Kind

ROSTERS = int(os.environ.get("BAKJOUR_ROSTERS", "200"))
INSTANTS = 10
"""Questions for each roster: both roles at five instants."""

UNITS = ("u0", "u1", "u2")
PEOPLE = tuple(f"r{number}" for number in range(6))
FIRST = date(2026, 10, 23)  # the clocks go back in the night of the 24th
MS_DAY = 86_400_000


def roster(dice: random.Random) -> str:
    """Units with and without fallback, shifts that overlap, meet and leave gaps, lists of nobody to four."""
    lines = [_area("a", _some(dice, 2)), _area("b", ())]
    for unit in UNITS:
        area = dice.choice("ab")
        lines.append(
            f'[[unit]]\nid = "{unit}"\narea = "{area}"\nname = "Enhet {unit}"\n'
            f'aliases = ["alias-{unit}"]\nfallback = {list(_some(dice, 2))}\n'
        )
    for name in PEOPLE:
        lines.append(
            f'[[receiver]]\nid = "{name}"\nname = "Person {name}"\nkind = "person"\n'
            f'number = "2000{name[1]}"\nunits = {list(UNITS)}\n'
        )
    for unit in UNITS:
        for shift in range(dice.randint(0, 4)):
            begins, ends = (f"{dice.randrange(24):02}:{dice.choice((0, 30)):02}" for _ in range(2))
            lines.append(f'[[shift]]\nunit = "{unit}"\nname = "S{shift}"\nfrom = "{begins}"\nto = "{ends}"\n')
            for number in range(3):
                for role in Role:
                    if dice.random() < 0.7:
                        lines.append(
                            f'[[assignment]]\nunit = "{unit}"\nshift = "S{shift}"\n'
                            f'date = {FIRST + timedelta(days=number)}\nrole = "{role}"\n'
                            f"receivers = {list(_some(dice, 4))}\n"
                        )
    return "\n".join(lines).replace("'", '"')


def _area(name: str, fallback: Any) -> str:
    return f'[[area]]\nid = "{name}"\nname = "Område {name}"\nfallback = {list(fallback)}\n'


def _some(dice: random.Random, most: int) -> tuple[str, ...]:
    return tuple(dice.sample(PEOPLE, dice.randint(0, most)))


def routed(house: Any, unit: str, role: Role, instant: int) -> list[str]:
    """Whom the router pages: an event through intake, at this instant, and the ladder of its alert."""
    house.fake.advance(0)
    event = {
        "specversion": "1.0",
        "id": f"{unit}-{role}-{instant}",
        "source": "test",
        "type": "clinic24.case.escalated",
        "data": {"unit": f"alias-{unit}", "profession": role.value},
    }
    answer = house.done(house.gateway.intake.document(json.dumps(event).encode(), "test"))
    assert answer.status == "accepted", answer
    return [one.receiver for one in house.gateway.keeper.get(int(answer.alert)).rungs]


@pytest.mark.reactor(seconds=3600)
async def test_board_api_export_and_router_agree(make_house: Any, monkeypatch: Any) -> None:
    """Each of them names the same people in the same order; the export in a store of its own."""
    config = (
        '[[carrier]]\nname = "d"\ntype = "espa444"\nserves = "extension"\nendpoint = "tcp:host=h:port=1"\n'
    )
    paged = 0
    for seed in range(max(1, ROSTERS // INSTANTS)):
        dice = random.Random(seed)
        # Everything is planned ahead of all the instants that are asked for: nothing of it is past.
        house, other = (make_house(config=config, roster="") for _ in range(2))
        start = 1_792_706_400_000  # FIRST 00:00 in Stockholm
        for one in (house, other):
            monkeypatch.setattr(one.clock, "_anchor_wall", start)
        house.people()
        house.done(house.files.take(ImportRoster(roster(dice))))
        export = house.done(house.files.export()).text
        other.done(other.files.take(ImportRoster(export)))
        reader = await house.browser()
        reader.key = house.keys["read"]
        for _ in range(INSTANTS // 2):
            instant = start + dice.randrange(4 * MS_DAY)
            monkeypatch.setattr(house.clock, "_anchor_wall", instant)
            for role in Role:
                unit = dice.choice(UNITS)
                at = times.render(instant)
                board = (await reader.ask("GET", f"/api/board?unit={unit}&at={at}")).json
                shown = next(one for one in board["units"][0]["roles"] if one["role"] == role)
                target = f"/api/who?unit={unit}&profession={role}&kind=escalated&priority=1&at={at}"
                api = (await reader.ask("GET", target)).json
                exported = other.gateway.who.ask_role(unit, role, Kind.ESCALATED, 1, instant)
                router = routed(house, unit, role, instant)
                told = (seed, unit, role, at)
                assert [one["id"] for one in shown["receivers"]] == router, told
                assert [one["receiver"] for one in api["receivers"]] == router, told
                assert [one.receiver.id for one in exported.candidates] == router, told
                assert shown["on_duty"] == any(one["origin"] == "duty" for one in api["receivers"]), told
                paged += len(router)
    assert paged
