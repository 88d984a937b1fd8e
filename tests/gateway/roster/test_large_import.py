"""Large imports: read quickly, laid down in a file, written in small steps beside what is seen."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed

from gateway.roster import csvfile, importer, partframe, plan
from gateway.roster.csvfile import read_csv
from gateway.roster.csvslots import Slots
from gateway.roster.document import read_document
from gateway.roster.edit import RosterChanged
from gateway.roster.exporter import export_csv, export_roster
from gateway.roster.importer import BATCH, import_laid
from gateway.roster.plan import Plan, make_plan
from gateway.roster.prepared import batches, head_of, lay, taken
from gateway.roster.wall import load_zone
from gateway.roster.written import rewrites

ZONE = load_zone("Europe/Stockholm")
Assign = Callable[..., str]

DAYS = [f"2026-12-{day:02}" for day in range(1, 29)]


def carry_out(store: Any, made: Plan, file: Path, now: int) -> list[tuple[int, int]]:
    """Lay a plan down and carry it out from there; what was told on the way. Raises as the import does."""
    told: list[tuple[int, int]] = []
    coming = lay(file, made, "import", now)
    first = next(coming)
    batch = iter([first, *coming])
    with file.open("rb") as source:
        work = import_laid(
            store,
            head_of(made),
            source,
            lambda: succeed(next(batch, None)),
            now,
            "import",
            lambda: succeed(None),
            lambda done, total: told.append((done, total)),
        )
        done: list[Any] = []
        Deferred.fromCoroutine(work).addBoth(done.append)
    if done[0] is not None:
        done[0].raiseException()
    return told


def test_by_a_file_as_at_hand(
    new_store: Any, frame: str, assigned: Assign, tmp_path: Path, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import that is laid down makes the same roster and the same record, replacement included."""
    monkeypatch.setattr(importer, "COPIED_AFTER", 10)
    one, other = new_store(), new_store()
    first = frame + "".join(assigned(day, "anna", "bo") for day in DAYS)
    second = frame.replace("Bo Ek", "Bo Eker") + "".join(assigned(day, "bo") for day in DAYS[::2])
    for text, whole in ((first, False), (second, True)):
        told = carry_out(one, one.plan(text, whole=whole), tmp_path / "laid", now)
        other.load(text, whole=whole)
        assert told[-1][0] <= told[-1][1]
        assert export_roster(one.read) == export_roster(other.read)
        for table in ("audit", "assignment", "unit_version", "receiver_version", "roster_meta"):
            rows = f"SELECT * FROM {table} ORDER BY 1, 2, 3"
            assert one.read.execute(rows).fetchall() == other.read.execute(rows).fetchall()


def test_no_step_is_large(store: Any, frame: str, assigned: Assign, now: int) -> None:
    """No batch holds more rows than a step may write, but for one slot's; together they are everything."""
    made = store.plan(frame + "".join(assigned(day, "anna", "bo") for day in DAYS))
    whole = list(rewrites(made, "import", now))
    found = list(batches(whole, 10))
    assert max(len(batch.rows) + len(batch.gone) for batch in found) <= 10 + 1
    assert sum(len(batch.rows) for batch in found) == sum(len(one.rows) for one in whole)
    assert BATCH <= 1000


def test_others_get_their_turn_between_steps(
    store: Any, frame: str, assigned: Assign, tmp_path: Path, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each job is committed before the next is asked for, and until the swap the register too is unseen."""
    monkeypatch.setattr("gateway.roster.prepared.LAID_AT_ONCE", 5)
    made = store.plan(frame + "".join(assigned(day, "anna") for day in DAYS))
    seen: list[tuple[str, int, int]] = []

    def look(name: str) -> None:
        units = store.read.execute("SELECT count(*) FROM unit").fetchone()[0]
        slots = store.read.execute(
            "SELECT count(*) FROM assignment, roster_meta WHERE since <= generation AND until > generation"
        ).fetchone()[0]
        seen.append((name, units, slots))

    store.before = look
    carry_out(store, made, tmp_path / "laid", now)
    swap = [name for name, *_ in seen].index("swap")
    assert {one[1:] for one in seen[: swap + 1]} == {(0, 0)}
    assert {one[1:] for one in seen[swap + 1 :]} == {(2, len(DAYS))}
    assert [name for name, *_ in seen[:swap]].count("stage_laid") >= len(DAYS) // 5


def test_the_swap_is_short(store: Any, frame: str, assigned: Assign, tmp_path: Path, now: int) -> None:
    """It writes the generation and the record alone, however much the import holds."""
    made = store.plan(frame + "".join(assigned(day, "anna") for day in DAYS))
    changed: list[int] = []

    def look(name: str) -> None:
        if name in {"swap", "finish"}:
            changed.append(store.write.total_changes)

    store.before = look
    carry_out(store, made, tmp_path / "laid", now)
    rows = store.read.execute("SELECT count(*) FROM audit").fetchone()[0]
    assert changed[1] - changed[0] == rows + 2  # the record's head and the roster's


def test_what_is_left_is_cleared_in_steps(
    store: Any, frame: str, assigned: Assign, tmp_path: Path, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import that was overtaken by a change is refused, and its rows go a few at a time."""
    monkeypatch.setattr(importer, "SWEPT", 10)
    store.load(frame + assigned("2026-11-25", "anna"))
    before = export_roster(store.read)
    made = store.plan("".join(assigned(day, "bo") for day in ["2026-11-25", *DAYS]))

    def edit(name: str) -> None:
        if name == "swap":
            store.write.execute("UPDATE roster_meta SET revision = revision + 1")
            store.before = lambda name: None

    store.before = edit
    with pytest.raises(RosterChanged):
        carry_out(store, made, tmp_path / "laid", now)
    # The edit was rolled back with the job; what counts is that nothing of the import is left.
    assert store.jobs.count("clear_part") >= 3
    assert store.read.execute("SELECT count(*), min(until) FROM assignment").fetchone() == (1, 2**63 - 1)
    assert export_roster(store.read) == before


@pytest.mark.parametrize("jobs", [1, 3, 6])
def test_a_crash_in_the_middle(
    store: Any,
    frame: str,
    assigned: Assign,
    tmp_path: Path,
    now: int,
    jobs: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whenever it is killed before the swap, the next start finds the roster that stood."""
    monkeypatch.setattr("gateway.roster.prepared.LAID_AT_ONCE", 5)
    store.load(frame + assigned("2026-11-25", "anna"))
    before = export_roster(store.read)
    made = store.plan(frame.replace("Bo Ek", "Bo Eker") + "".join(assigned(day, "bo") for day in DAYS))
    store.jobs.clear()

    class Killed(BaseException):
        pass

    def kill(name: str) -> None:
        if len(store.jobs) > jobs:
            raise Killed

    store.before = kill
    with pytest.raises(Killed):
        carry_out(store, made, tmp_path / "laid", now)
    store.before = lambda name: None
    assert store.read.execute("SELECT filling FROM roster_meta").fetchone() != (None,)
    assert export_roster(store.read) == before
    store.open(ZONE)
    assert export_roster(store.read) == before
    assert store.read.execute("SELECT count(*) FROM receiver_version").fetchone() == (3,)
    store.load("".join(assigned(day, "bo") for day in DAYS))
    assert len(made.slots) == len(DAYS)


def test_a_batch_comes_back_as_it_was_laid(
    store: Any, frame: str, assigned: Assign, tmp_path: Path, now: int
) -> None:
    """What is read from the file are the rows of the plan."""
    made = store.plan(frame + assigned("2026-12-01", "anna", "bo"))
    file = tmp_path / "laid"
    told = list(lay(file, made, "karin", now))
    descriptor = os.open(file, os.O_RDONLY)
    found = [taken(descriptor, one) for one in told]
    os.close(descriptor)
    wanted = list(batches(rewrites(made, "karin", now), 2000))
    assert [(one.table, [tuple(row) for row in one.rows]) for one in found] == [
        (one.table, list(one.rows)) for one in wanted
    ]
    assert told[-1].changes <= len(made.frame) + len(made.slots)


HEAD = "table,unit,shift,date,role,receivers,id\n"
LINES = [
    "assignment,hc-andersberg,Dag,2026-12-01,nurse,anna|bo,",
    "assignment,hc-andersberg,Dag,2026-12-02,nurse,anna",
    "staffing,hc-andersberg,Dag,2026-12-01,,bo,",
    "assignment, hc-andersberg ,Dag,2026-12-03,nurse, anna ,",
    "assignment,hc-andersberg,Dag,2026-12-04,nurse,,",
    "assignment,hc-andersberg,Dag,2026-12-05,nurse,anna|anna,",
    "assignment,hc-andersberg,Dag,2026-12-5,nurse,anna,",
    "assignment,hc-andersberg,Dag,2026-12-06,cleaner,anna,",
    "assignment,hc-andersberg,Dag,1066-12-06,nurse,anna,",
    "assignment,hc-andersberg,Dag,2026-12-07,nurse,anna,x",
    "staffing,hc-andersberg,Dag,2026-12-08,nurse,bo,",
    "assignment,hc-andersberg,Dag,2026-12-01,nurse,bo,",
    f"assignment,{'x' * 65},Dag,2026-12-09,nurse,bo,",
    "assignment",
]


def test_quick_lines_mean_what_the_model_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines that are read quickly give the values and the faults that the models give."""
    text = HEAD + "".join(f"{line}\n" for line in LINES)
    quick = read_csv(text, "SE")
    assert len(quick.faults) >= 7
    monkeypatch.setattr(Slots, "value", lambda self, cells: None)
    assert read_csv(text, "SE") == quick


def test_a_csv_file_as_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file gives what its text gives, with the octets read; what is no UTF-8 is a fault with its line."""
    monkeypatch.setattr(csvfile, "TOLD_EVERY", 2)
    file = tmp_path / "roster.csv"
    text = HEAD + "".join(f"{line}\n" for line in LINES)
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    told: list[int] = []
    with file.open("rb") as source:
        assert read_csv(source, "SE", told.append) == read_csv(text, "SE")
    assert told[-1] <= file.stat().st_size
    assert told == sorted(told)
    file.write_bytes(HEAD.encode() + b"staffing,hc-s\xe4tra,Dag,2026-12-01,,bo,\n")
    with file.open("rb") as source:
        (fault,) = read_csv(source, "SE").faults
    assert str(fault).startswith("line 1: is not UTF-8 text")


SMALL = [
    '[[unit]]\nid = "hc-new"\narea = "primarvard"\nname = "Ny"\naliases = ["SE2321000016-1XYZ"]\n',
    '[[unit]]\nid = "hc-new"\narea = "nowhere"\nname = "N"\naliases = ["hc-satra"]\nfallback = ["bo", "x"]\n',
    '[[unit]]\nid = "SE2321000016-1XYZ"\narea = "primarvard"\nname = "Ny"\n',
    '[[unit]]\nid = "hc-satra"\narea = "primarvard"\nname = "Sätra"\naliases = ["s"]\nfallback = ["anna"]\n',
    '[[receiver]]\nid = "anna"\nname = "Anna"\nkind = "person"\nnumber = "20117"\nunits = ["hc-satra"]\n',
    '[[receiver]]\nid = "eva"\nname = "Eva"\nkind = "person"\nnumber = "20119"\nunits = ["x", "hc-satra"]\n',
    '[[shift]]\nunit = "hc-andersberg"\nname = "Dag"\nfrom = "08:00"\nto = "16:00"\nweekdays = ["tue"]\n',
    '[[shift]]\nunit = "hc-andersberg"\nname = "Dag"\nfrom = "08:00"\nto = "16:00"\n',
    '[[administrator]]\nusername = "ab12345"\nname = "Karin E"\nunits = ["hc-satra", "hc-y"]\n',
    '[[area]]\nid = "primarvard"\nname = "Primärvården"\nfallback = ["anna", "nobody"]\n',
    '[[area]]\nid = "primarvard"\nname = "Primärvården"\n',
]


def outcome(connection: sqlite3.Connection, text: str, now: int) -> object:
    """The plan, or its faults."""
    try:
        return make_plan(connection, read_document(text, "SE"), ZONE, now)
    except Exception as error:
        return str(error)


@pytest.mark.parametrize("text", [*SMALL, "slots"])
def test_a_small_document_needs_a_part_alone(
    store: Any, frame: str, assigned: Assign, now: int, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a small document would change, or is told of, is the same by a part of the frame and by all."""
    store.load(frame + "".join(assigned(day, "anna") for day in DAYS[:3]))
    if text == "slots":
        text = (
            assigned(DAYS[0], "bo") + assigned(DAYS[1], "nobody") + assigned(DAYS[2], "anna", shift="Kväll")
        )
    assert partframe.is_small(read_document(text, "SE"))
    by_part = outcome(store.read, text, now)
    monkeypatch.setattr(plan, "is_small", lambda document: False)
    assert by_part == outcome(store.read, text, now)


def test_the_export_is_read_quickly(store: Any, frame: str, assigned: Assign, now: int) -> None:
    """Importing the CSV of an export changes nothing."""
    store.load(frame + "".join(assigned(day, "anna", "bo") for day in DAYS))
    assert make_plan(store.read, read_csv(export_csv(store.read), "SE"), ZONE, now).empty
