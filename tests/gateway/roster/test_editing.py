"""Editing slots: nothing is lost, nothing past is altered, and nobody is taken off duty without a word."""

import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, gatherResults

from gateway.audit.reading import latest, verified
from gateway.model import Role
from gateway.roster.book import RosterBook
from gateway.roster.editing import change, undo
from gateway.roster.editing_copy import source_keys, targets
from gateway.roster.editing_values import EMPTY, Edited, NotUndoable, ReasonNeeded, SlotEdit, Stale
from gateway.roster.faults import RosterFaults
from gateway.roster.index import open_roster, read_meta
from gateway.roster.slots import SlotKey, SlotReader
from gateway.roster.wall import load_zone, parse_time
from gateway.store.connection import tx
from gateway.store.migrations import open_store
from gateway.store.reserve import Reserve
from gateway.store.threaded import ThreadedWriter

ZONE = load_zone("Europe/Stockholm")
TODAY = date(2026, 11, 24)
TOMORROW = TODAY + timedelta(days=1)
UNIT = "hc-andersberg"


def key(day: date = TOMORROW, role: Role | None = Role.NURSE, shift: str = "Dag") -> SlotKey:
    return SlotKey(UNIT, shift, day, role)


def at(text: str) -> int:
    return parse_time(text, ZONE)


NOON = at("2026-11-24T12:00")


class Desk:
    """Edits of people, each in a transaction of its own."""

    def __init__(self, store: Any) -> None:
        self.store = store

    def set(self, *edits: SlotEdit, by: str = "karin", now: int = NOON, why: str | None = None) -> Edited:
        result = self.store.run(change, edits, by, now, ZONE, why)
        done: list[Any] = []
        result.addBoth(done.append)
        if isinstance(done[0], Edited):
            return done[0]
        done[0].raiseException()
        raise AssertionError

    def undo(self, number: int, by: str = "karin", now: int = NOON, unit: str = UNIT) -> Edited:
        done: list[Any] = []
        self.store.run(undo, number, unit, by, now, ZONE).addBoth(done.append)
        if isinstance(done[0], Edited):
            return done[0]
        done[0].raiseException()
        raise AssertionError

    def stands(self, slot: SlotKey) -> tuple[str, ...]:
        held = SlotReader(self.store.read, read_meta(self.store.read).generation).one(slot)
        return () if held is None else held.receivers


@pytest.fixture
def desk(store: Any, frame: str) -> Desk:
    store.load(frame)
    return Desk(store)


def test_set_and_see(desk: Desk) -> None:
    """What is set is what the resolver's book says, at once, with who made it."""
    book = RosterBook(desk.store.read)
    assert not book.duty(UNIT, Role.NURSE, at("2026-11-25T08:00")).slots  # type: ignore[union-attr]
    made = desk.set(SlotEdit(key(), ("bo", "anna")))
    assert made.change is not None
    duty = book.duty(UNIT, Role.NURSE, at("2026-11-25T08:00"))
    assert duty is not None
    (slot,) = duty.slots
    assert [one.id for one in slot.receivers] == ["bo", "anna"]
    assert (slot.made_by, slot.made_at) == ("karin", NOON)
    desk.set(SlotEdit(key(), (), made.slots[0][2]))
    assert desk.stands(key()) == ()


def test_a_stale_change_is_refused_with_what_stands(desk: Desk) -> None:
    """With the other's name and time and what stands now; nothing of the edit is done."""
    desk.set(SlotEdit(key(), ("bo",)), by="olle", now=NOON + 5)
    with pytest.raises(Stale) as refused:
        desk.set(SlotEdit(key(), ("anna",), EMPTY), SlotEdit(key(role=Role.DOCTOR), ("anna",)))
    (conflict,) = refused.value.conflicts
    assert (conflict.receivers, conflict.by, conflict.at) == (("bo",), "olle", NOON + 5)
    assert desk.stands(key(role=Role.DOCTOR)) == ()
    done = desk.set(SlotEdit(key(), ("anna",), conflict.version))
    assert desk.stands(key()) == ("anna",)
    desk.set(SlotEdit(key(), (), done.slots[0][2]), by="olle", now=NOON + 9)
    with pytest.raises(Stale) as refused:
        desk.set(SlotEdit(key(), ("bo",), done.slots[0][2]))
    (conflict,) = refused.value.conflicts
    assert (conflict.receivers, conflict.by, conflict.at) == ((), "olle", NOON + 9)


def test_what_stands_already_is_no_conflict(desk: Desk) -> None:
    """A repeat of an edit whose answer was lost changes nothing and is not recorded twice."""
    first = desk.set(SlotEdit(key(), ("bo",)))
    again = desk.set(SlotEdit(key(), ("bo",)))
    assert (again.change, again.slots) == (None, first.slots)
    assert len([row for row in latest(desk.store.read) if row.action == "slot.set"]) == 1


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (SlotEdit(key(), ("nobody",)), "no receiver"),
        (SlotEdit(key(), ("vaxel",)), "may not be scheduled"),
        (SlotEdit(key(), ("bo", "bo")), "twice"),
        (SlotEdit(key(shift="Kväll"), ("bo",)), "no shift"),
        (SlotEdit(key(TODAY - timedelta(days=1)), ("bo",)), "past"),
        (SlotEdit(key(date(1999, 1, 1)), ("bo",)), "allowed: 2000"),
        (SlotEdit(SlotKey("elsewhere", "Dag", TOMORROW, Role.NURSE), ("bo",)), "no shift"),
    ],
)
def test_faults(desk: Desk, edit: SlotEdit, what: str) -> None:
    """What cannot stand there is named, and nothing is done."""
    with pytest.raises(RosterFaults, match=what):
        desk.set(edit, SlotEdit(key(shift="Natt"), ("bo",)))
    assert desk.stands(key(shift="Natt")) == ()


def test_the_past_is_not_altered(desk: Desk) -> None:
    """A shift can be changed until its last moment, and not after it."""
    made = desk.set(SlotEdit(key(TODAY), ("bo",)))
    ended = at("2026-11-24T16:00")
    running = desk.set(SlotEdit(key(TODAY), ("anna",), made.slots[0][2]), now=ended - 1)
    for receivers in (("bo",), ()):
        with pytest.raises(RosterFaults, match="past"):
            desk.set(SlotEdit(key(TODAY), receivers, running.slots[0][2]), now=ended)
    assert running.change
    with pytest.raises(RosterFaults, match="past"):
        desk.undo(running.change, now=ended)


def test_the_only_receiver_of_the_running_shift(desk: Desk) -> None:
    """Taking him off wants a replacement or a reason; a reason is recorded; a second receiver is enough."""
    made = desk.set(SlotEdit(key(TODAY), ("bo",)), SlotEdit(key(TODAY, Role.DOCTOR), ("anna",)))
    version = made.slots[0][2]
    with pytest.raises(ReasonNeeded) as refused:
        desk.set(SlotEdit(key(TODAY), (), version))
    assert refused.value.keys == (key(TODAY),)
    desk.set(SlotEdit(key(TODAY), ("anna",), version))
    desk.set(SlotEdit(key(TODAY), (), desk_version(desk, key(TODAY))), why="sjuk, ingen ersättare")
    assert latest(desk.store.read)[0].why == "sjuk, ingen ersättare"
    desk.set(SlotEdit(key(TODAY, shift="Natt"), ("bo",)))
    desk.set(SlotEdit(key(TODAY, shift="Natt"), (), desk_version(desk, key(TODAY, shift="Natt"))))


def desk_version(desk: Desk, slot: SlotKey) -> str:
    from gateway.roster.editing_values import version_of  # noqa: PLC0415

    return version_of(SlotReader(desk.store.read, read_meta(desk.store.read).generation).one(slot))


def test_undo(desk: Desk) -> None:
    """What stood before stands again, as a new change, which can be undone too; not after another's edit."""
    first = desk.set(SlotEdit(key(), ("bo",)), SlotEdit(key(role=None), ("bo", "anna")))
    second = desk.set(SlotEdit(key(), ("anna",), first.slots[0][2]), by="olle")
    assert second.change
    undone = desk.undo(second.change)
    assert desk.stands(key()) == ("bo",)
    assert undone.change
    desk.undo(undone.change)
    assert desk.stands(key()) == ("anna",)
    assert first.change
    with pytest.raises(Stale) as refused:
        desk.undo(first.change)
    assert refused.value.conflicts[0].receivers == ("anna",)
    assert desk.stands(key(role=None)) == ("bo", "anna")
    with pytest.raises(NotUndoable):
        desk.undo(first.change, unit="hc-satra")
    with pytest.raises(NotUndoable):
        desk.undo(999)


def test_every_change_is_recorded(desk: Desk) -> None:
    """Who, when, unit, before, after; one number for one edit; the chain is sound."""
    made = desk.set(SlotEdit(key(), ("bo",)), SlotEdit(key(role=None), ("bo",)))
    rows = [row for row in latest(desk.store.read) if row.change == made.change]
    assert [(row.who, row.at, row.unit, row.action) for row in rows] == [
        ("karin", NOON, UNIT, "slot.set")
    ] * 2
    assert {row.subject for row in rows} == {
        "slot hc-andersberg Dag 2026-11-25 nurse",
        "staffing hc-andersberg Dag 2026-11-25",
    }
    assert json.loads(rows[0].before or "")["receivers"] == []
    assert json.loads(rows[0].after or "")["receivers"] == ["bo"]
    assert verified(desk.store.read).findings == ()


def test_an_import_planned_before_an_edit_is_refused(desk: Desk, assigned: Callable[..., str]) -> None:
    """The edit stands, also while the import has written half of it; what the import wrote is never seen."""
    from gateway.roster.edit import RosterChanged  # noqa: PLC0415

    plan = desk.store.plan(assigned("2026-11-25", "anna"))

    def meanwhile(name: str) -> None:
        if name == "swap":
            desk.store.before = lambda name: None
            desk.store.write.execute("COMMIT")
            desk.set(SlotEdit(key(), ("bo",)))
            desk.store.write.execute("BEGIN IMMEDIATE")

    desk.store.before = meanwhile
    with pytest.raises(RosterChanged):
        desk.store.apply(plan)
    assert desk.stands(key()) == ("bo",)
    desk.store.load(assigned("2026-11-25", "anna"))
    assert desk.stands(key()) == ("anna",)


def test_copying_keeps_the_wall_time(desk: Desk) -> None:
    """A night copied a week ahead over the change of clocks begins and ends by the same clock."""
    now = at("2026-10-10T12:00")
    night = key(date(2026, 10, 17), shift="Natt")
    desk.set(SlotEdit(night, ("bo",)), SlotEdit(night._replace(role=None), ("anna",)), now=now)
    reader = SlotReader(desk.store.read, read_meta(desk.store.read).generation)
    dates = [date(2026, 10, 24), date(2026, 10, 17), date(2026, 10, 24)]
    keys = [one for day in dates for one in source_keys(UNIT, "Natt", day)]
    standing = {one: reader.one(one) for one in keys}
    made = list(targets(standing, (UNIT, "Natt", night.date), dates, {}, assignments=True))
    assert [(one.edit.key.role, one.edit.receivers, one.does) for one in made] == [
        (None, ("anna", "bo"), "add"),
        (Role.DOCTOR, (), "same"),
        (Role.NURSE, ("bo",), "add"),
    ]
    desk.set(*(one.edit for one in made), now=now)
    held = reader.one(key(date(2026, 10, 24), shift="Natt"))
    assert held is not None
    assert (held.begins.isoformat(), held.ends.isoformat()) == ("21:00:00", "07:00:00")
    assert held.end - held.start == 11 * 3_600_000
    only = list(targets(standing, (UNIT, "Natt", night.date), dates, {}, assignments=False))
    assert [one.edit.key.role for one in only] == [None]


@pytest.mark.reactor(seconds=60)
async def test_hammering(tmp_path: Path, frame: str) -> None:
    """Thirty people change the same four slots at once: every accepted edit stood on what was there."""
    from twisted.internet import reactor  # noqa: PLC0415

    from gateway.roster.document import read_document  # noqa: PLC0415
    from gateway.roster.importer import import_roster  # noqa: PLC0415
    from gateway.roster.plan import make_plan  # noqa: PLC0415

    path = tmp_path / "s.db"

    def connect() -> Any:
        conn = open_store(path)
        with tx(conn):
            open_roster(conn, ZONE)
        return conn

    writer = ThreadedWriter(reactor, connect, Reserve(path), lambda: None)  # type: ignore[arg-type]
    writer.start()
    read = open_store(path)
    await import_roster(writer, make_plan(read, read_document(frame, "SE"), ZONE, NOON), NOON)
    slots = [key(role=role, shift=shift) for role in Role for shift in ("Dag", "Natt")]
    chains: dict[SlotKey, list[tuple[str, str]]] = {one: [] for one in slots}
    lost = 0

    async def person(number: int) -> None:
        nonlocal lost
        dice = random.Random(number)
        seen = dict.fromkeys(slots, EMPTY)
        for _ in range(20):
            slot = dice.choice(slots)
            people = ("anna", "bo") if dice.random() < 0.5 else ("bo", "anna")
            wanted = people[: dice.randint(0, 2)]
            try:
                made = await writer.run(
                    change, [SlotEdit(slot, wanted, seen[slot])], f"p{number}", NOON, ZONE
                )
            except Stale as stale:
                lost += 1
                (conflict,) = stale.conflicts
                assert conflict.version != seen[slot]
                seen[slot] = conflict.version
            else:
                if made.change is not None:
                    chains[slot].append((seen[slot], made.slots[0][2]))
                seen[slot] = made.slots[0][2]

    await gatherResults([Deferred.fromCoroutine(person(number)) for number in range(30)])
    await writer.stop()
    assert lost
    for chain in chains.values():
        stood = EMPTY
        for before, after in chain:
            assert before == stood
            stood = after
    accepted = sum(map(len, chains.values()))
    rows = [row for row in latest(read, limit=10_000) if row.action == "slot.set"]
    assert len(rows) == accepted
    assert verified(read).findings == ()
    read.close()
