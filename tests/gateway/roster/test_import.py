"""Importing a roster file: merge and replacement, all or nothing, the past as it was."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.model import Role
from gateway.ports import StoreUnavailable
from gateway.roster import importer
from gateway.roster.book import RosterBook
from gateway.roster.edit import RosterChanged
from gateway.roster.exporter import export_roster
from gateway.roster.faults import RosterFaults
from gateway.roster.wall import load_zone, parse_time

Assign = Callable[..., str]
ZONE = load_zone("Europe/Stockholm")


def faults(store: Any, text: str, **how: Any) -> list[str]:
    before = export_roster(store.read)
    with pytest.raises(RosterFaults) as refused:
        store.load(text, **how)
    assert export_roster(store.read) == before
    return [str(fault) for fault in refused.value.faults]


def on(store: Any, at: str, role: Role = Role.NURSE) -> list[str]:
    duty = RosterBook(store.read).duty("hc-andersberg", role, parse_time(at, ZONE))
    return [] if duty is None else [one.id for slot in duty.slots for one in slot.receivers]


def changed(plan: Any) -> list[str]:
    return [f"{change.action} {change.table} {change.key}" for change in plan.changes]


def test_merge_keeps_what_it_does_not_name(store: Any, frame: str, assigned: Assign) -> None:
    """A merge changes the keys that it names and leaves everything else."""
    store.load(frame + assigned("2026-11-25", "anna") + assigned("2026-11-26", "bo"))
    plan = store.load(assigned("2026-11-25", "bo", "anna"))
    assert changed(plan) == ["change assignment hc-andersberg Dag 2026-11-25 nurse"]
    assert str(plan.changes[0]).endswith("receivers [anna] → [bo, anna]")
    assert (on(store, "2026-11-25T08:00"), on(store, "2026-11-26T08:00")) == (["bo", "anna"], ["bo"])


def test_preview_changes_nothing(store: Any, frame: str) -> None:
    """A plan alone writes nothing and lists every addition."""
    plan = store.plan(frame)
    assert len(plan.changes) == 9
    assert store.plan(frame).changes == plan.changes
    assert plan.deletions == ()


def test_empty_list_empties_the_slot(store: Any, frame: str, assigned: Assign) -> None:
    """`receivers = []` takes everybody out of a slot, and is nothing where nobody stood."""
    store.load(frame + assigned("2026-11-25", "anna"))
    assert changed(store.load(assigned("2026-11-25"))) == [
        "remove assignment hc-andersberg Dag 2026-11-25 nurse"
    ]
    assert on(store, "2026-11-25T08:00") == []
    assert changed(store.load(assigned("2026-11-25"))) == []


def test_staffing(store: Any, frame: str) -> None:
    """Staffing is kept beside assignments and pages nobody by itself."""
    staffed = (
        frame + '[[staffing]]\nunit = "hc-andersberg"\nshift = "Dag"\ndate = 2026-11-25\nreceivers = ["bo"]\n'
    )
    store.load(staffed)
    assert "[[staffing]]" in export_roster(store.read)
    assert on(store, "2026-11-25T08:00") == []
    assert store.plan(staffed).changes == ()


def test_references_that_lead_nowhere(store: Any, frame: str, assigned: Assign) -> None:
    """Every reference to something that is not there is a fault with its place, and nothing is imported."""
    text = (
        frame.replace('area = "primarvard"', 'area = "x"')
        .replace('fallback = ["bo"]', 'fallback = ["bo", "y"]')
        .replace('"hc-satra"]', '"hc-z"]')
        + assigned("2026-11-25", "bo", "nobody")
        + assigned("2026-11-25", "bo", shift="Kväll")
    )
    assert faults(store, text) == [
        "unit[0].area: 'x' is no area of this file or the roster",
        "unit[0].fallback[1]: 'y' is no receiver of this file or the roster",
        "unit[1].area: 'x' is no area of this file or the roster",
        "receiver[1].units[1]: 'hc-z' is no unit of this file or the roster",
        "assignment[0].receivers[1]: 'nobody' is no receiver of this file or the roster",
        "assignment[1].shift: 'Kväll' is no shift of hc-andersberg; its shifts: Dag, Natt",
    ]


def test_one_slip_is_told_once(store: Any, frame: str, assigned: Assign) -> None:
    """A faulty receiver is not told again by what refers to it."""
    told = faults(store, frame.replace('"20117"', '"2011"') + assigned("2026-11-25", "anna"))
    assert [line.split(":")[0] for line in told] == ["receiver[0].number"]


def test_alias_leads_to_one_unit(store: Any, frame: str) -> None:
    """An alias may not be another unit's alias or id."""
    store.load(frame)
    unit = '[[unit]]\nid = "hc-ny"\narea = "primarvard"\nname = "Ny"\n'
    unit += 'aliases = ["hc-satra", "SE2321000016-1XYZ"]\n'
    assert [line.split(":")[0] for line in faults(store, unit)] == [
        "unit[0].aliases[0]",
        "unit[0].aliases[1]",
    ]
    named = '[[unit]]\nid = "SE2321000016-1XYZ"\narea = "primarvard"\nname = "Ny"\n'
    assert faults(store, named) == [
        "unit[0].id: 'SE2321000016-1XYZ' is an alias of the unit 'hc-andersberg' already"
    ]


def test_units_may_trade_aliases(store: Any, frame: str) -> None:
    """Two units can exchange their aliases in one import."""
    two = frame.replace('name = "HC Sätra"', 'name = "HC Sätra"\naliases = ["B"]')
    store.load(two)
    store.load(
        two.replace('"B"', '"C"').replace("SE2321000016-1XYZ", "B").replace('"C"', '"SE2321000016-1XYZ"')
    )
    duty = RosterBook(store.read).duty("B", Role.NURSE, 0)
    assert duty is not None
    assert duty.unit.id == "hc-andersberg"


def test_receiver_not_tied_to_the_unit(store: Any, frame: str, assigned: Assign) -> None:
    """Assigning a receiver to a unit not in its units is a fault that names the place."""
    assert faults(store, frame + assigned("2026-11-25", "vaxel")) == [
        "assignment[0].receivers[0]: 'vaxel' may not be scheduled at hc-andersberg "
        "(hc-andersberg Dag 2026-11-25 nurse); units of vaxel: none"
    ]


def test_tie_taken_away_from_somebody_assigned(store: Any, frame: str, assigned: Assign) -> None:
    """Taking a unit from a receiver who stands there now or later is a fault naming the places."""
    store.load(
        frame
        + assigned("2026-11-23", "anna")
        + assigned("2026-11-24", "anna")
        + assigned("2026-11-25", "anna")
    )
    untied = frame.replace('units = ["hc-andersberg"]\n\n[[receiver]]', "units = []\n\n[[receiver]]")
    assert faults(store, untied) == [
        "receiver[0].units: this would leave slots that it no longer allows: "
        "hc-andersberg Dag 2026-11-24 nurse, hc-andersberg Dag 2026-11-25 nurse"
    ]
    store.load(untied + assigned("2026-11-24", "bo") + assigned("2026-11-25"))
    assert on(store, "2026-11-23T08:00") == ["anna"]


def test_weekday_on_which_the_shift_does_not_begin(store: Any, frame: str, assigned: Assign) -> None:
    """Somebody can stand in a shift only on its weekdays, of the file and of what stands already."""
    weekdays = frame.replace('to = "16:00"', 'to = "16:00"\nweekdays = ["mon"]')
    assert faults(store, weekdays + assigned("2026-11-25", "anna")) == [
        "assignment[0].date: 2026-11-25 is a wed, when Dag does not begin; its days: mon"
    ]
    store.load(frame + assigned("2026-11-25", "anna"))
    assert faults(store, weekdays) == [
        "shift[0].weekdays: this would leave slots that it no longer allows: "
        "hc-andersberg Dag 2026-11-25 nurse"
    ]


def test_shift_that_moves_takes_its_slots_along(store: Any, frame: str, assigned: Assign) -> None:
    """When a shift gets other times its slots move, the running one too, and past ones stay as they were."""
    store.load(
        frame
        + assigned("2026-11-23", "anna")
        + assigned("2026-11-24", "anna")
        + assigned("2026-11-25", "anna")
    )
    plan = store.load(frame.replace('to = "16:00"', 'to = "18:30"'))
    assert changed(plan) == [
        "change shift hc-andersberg Dag",
        "change assignment hc-andersberg Dag 2026-11-24 nurse",
        "change assignment hc-andersberg Dag 2026-11-25 nurse",
    ]
    assert [on(store, f"2026-11-{day}T17:00") for day in (23, 24, 25)] == [[], ["anna"], ["anna"]]


def test_past_is_added_and_never_altered(store: Any, frame: str, assigned: Assign) -> None:
    """A past slot may be added where nothing stood, marked as such; altering or emptying it is a fault."""
    store.load(frame + assigned("2026-11-23", "anna"))
    assert store.read.execute("SELECT added_late FROM assignment").fetchall() == [(1,)]
    assert store.plan(assigned("2026-11-23", "anna")).changes == ()
    told = [
        "assignment[0]: hc-andersberg Dag 2026-11-23 nurse is past and cannot be altered: anna stood there"
    ]
    assert faults(store, assigned("2026-11-23", "bo")) == told
    assert faults(store, assigned("2026-11-23")) == told
    assert faults(store, assigned("2026-11-23", "bo"), whole=True)[-1:] == told


def test_running_shift_may_be_changed(store: Any, frame: str, assigned: Assign) -> None:
    """Who is on right now can be swapped."""
    store.load(frame + assigned("2026-11-24", "anna"))
    store.load(assigned("2026-11-24", "bo"))
    assert on(store, "2026-11-24T12:00") == ["bo"]


def test_replacement_is_the_whole_truth(store: Any, frame: str, assigned: Assign) -> None:
    """A replacement removes what the file does not name, lists it, and keeps past slots with their people."""
    store.load(
        frame + assigned("2026-11-23", "anna") + assigned("2026-11-24", "anna") + assigned("2026-11-25", "bo")
    )
    without = frame.replace(frame[frame.index("[[receiver]]") : frame.index('[[receiver]]\nid = "bo"')], "")
    without = without[: without.index("[[administrator]]")] + assigned("2026-11-25", "bo")
    plan = store.load(without, whole=True)
    assert [f"{one.table} {one.key}" for one in plan.deletions] == [
        "receiver anna",
        "administrator ab12345",
        "assignment hc-andersberg Dag 2026-11-24 nurse",
    ]
    assert [on(store, f"2026-11-{day}T08:00") for day in (23, 24, 25)] == [["anna"], [], ["bo"]]
    assert store.plan(without, whole=True).changes == ()


def test_deleting_somebody_assigned(store: Any, frame: str, assigned: Assign) -> None:
    """A replacement without a receiver who is assigned is a fault that names the place."""
    store.load(frame + assigned("2026-11-25", "anna"))
    without = frame.replace(frame[frame.index("[[receiver]]") : frame.index('[[receiver]]\nid = "bo"')], "")
    assert faults(store, without + assigned("2026-11-25", "anna"), whole=True) == [
        "assignment[0].receivers[0]: 'anna' is not in this file and would be deleted, but is assigned here: "
        "hc-andersberg Dag 2026-11-25 nurse"
    ]


def test_replacement_with_nothing(store: Any, frame: str, assigned: Assign) -> None:
    """An empty file replaces everything but the past, and what is deleted can come again."""
    store.load(frame + assigned("2026-11-23", "anna"))
    store.load("", whole=True)
    assert RosterBook(store.read).duty("hc-andersberg", Role.NURSE, 0) is None
    assert RosterBook(store.read).receiver("anna") is not None  # the past still shows her name
    assert RosterBook(store.read).receiver("bo") is None
    store.load(frame)
    assert on(store, "2026-11-23T08:00") == ["anna"]


def test_nothing_is_seen_before_the_swap(
    store: Any, frame: str, assigned: Assign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While an import writes its steps everybody reads the old roster, and after the swap the new one."""
    monkeypatch.setattr(importer, "BATCH", 1)
    days = range(25, 30)
    store.load(frame + "".join(assigned(f"2026-11-{day}", "anna") for day in days))
    seen: list[list[list[str]]] = []
    store.before = lambda name: seen.append([on(store, f"2026-11-{day}T08:00") for day in days])
    store.jobs.clear()
    store.load("".join(assigned(f"2026-11-{day}", "bo") for day in days))
    assert store.jobs == ["begin", *["stage"] * 5, "lengthen", "swap", *["purge"] * 5, "finish"]
    assert seen == [[["anna"]] * 5] * 8 + [[["bo"]] * 5] * 6
    assert store.read.execute("SELECT count(*) FROM assignment").fetchone() == (5,)


@pytest.mark.parametrize("job", ["begin", "stage", "swap"])
def test_failure_before_the_swap_leaves_nothing(store: Any, frame: str, assigned: Assign, job: str) -> None:
    """An import whose step cannot be committed raises, changes nothing, and the next one works."""
    store.load(frame + assigned("2026-11-25", "anna"))
    before = export_roster(store.read)

    def fail(name: str) -> None:
        if name == job:
            raise StoreUnavailable("disk full")

    store.before = fail
    with pytest.raises(StoreUnavailable):
        store.load(assigned("2026-11-25", "bo") + assigned("2026-11-26", "bo"))
    store.before = lambda name: None
    assert export_roster(store.read) == before
    assert store.read.execute("SELECT count(*) FROM assignment").fetchone() == (1,)
    store.load(assigned("2026-11-25", "bo"))
    assert on(store, "2026-11-25T08:00") == ["bo"]


@pytest.mark.parametrize("job", ["purge", "finish", "abandon"])
def test_failure_to_clear_up(store: Any, frame: str, assigned: Assign, job: str) -> None:
    """What an import could not clear up is unseen, and removed by the next one or the next start."""
    store.load(frame + assigned("2026-11-25", "anna"))

    def fail(name: str) -> None:
        if name == job or (job == "abandon" and name == "swap"):
            raise StoreUnavailable("disk full")

    store.before = fail
    if job == "abandon":
        with pytest.raises(StoreUnavailable):
            store.load(assigned("2026-11-25", "bo"))
    else:
        store.load(assigned("2026-11-25", "bo"))
    store.before = lambda name: None
    assert on(store, "2026-11-25T08:00") == (["anna"] if job == "abandon" else ["bo"])
    store.open(ZONE)
    assert store.read.execute(
        "SELECT count(*), (SELECT filling FROM roster_meta) FROM assignment"
    ).fetchone() == (1, None)


def test_plan_of_an_older_roster(store: Any, frame: str, assigned: Assign) -> None:
    """A plan made before another change is refused, and nothing of it is imported."""
    store.load(frame)
    late = store.plan(assigned("2026-11-25", "bo"))
    store.load(assigned("2026-11-25", "anna"))
    with pytest.raises(RosterChanged):
        store.apply(late)
    assert on(store, "2026-11-25T08:00") == ["anna"]


def test_two_imports_at_once(store: Any, frame: str, assigned: Assign) -> None:
    """Of two imports that overlap one is taken whole and the other not at all."""
    store.load(frame)
    first, second = store.plan(assigned("2026-11-25", "bo")), store.plan(assigned("2026-11-26", "anna"))
    started: list[bool] = []

    def overtake(name: str) -> None:
        if name == "swap" and not started:
            started.append(True)
            store.write.execute("ROLLBACK")  # the first one's job has not begun yet
            store.apply(second)
            store.write.execute("BEGIN IMMEDIATE")

    store.before = overtake
    with pytest.raises(RosterChanged):
        store.apply(first)
    assert (on(store, "2026-11-25T08:00"), on(store, "2026-11-26T08:00")) == ([], ["anna"])
    assert store.read.execute("SELECT count(*) FROM assignment").fetchone() == (1,)
