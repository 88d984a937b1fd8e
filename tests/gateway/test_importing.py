"""A large file is read and planned by a process of its own: what comes back, and what happens to it."""

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred, execute
from twisted.internet.threads import deferToThread
from twisted.python.failure import Failure

from gateway import importing, rosterfiles
from gateway.importcoming import Coming
from gateway.importing import Wanted, begin_process
from gateway.replies import ImportProgress
from gateway.requests import ImportRoster, Refused, RosterForm, Why
from gateway.roster.faults import RosterFaults
from gateway.roster.index import open_roster
from gateway.roster.sample import sample
from gateway.roster.wall import load_zone
from gateway.rosterfiles import RosterFiles
from gateway.store.connection import open_reader, tx
from gateway.store.inline import InlineWriter
from gateway.store.migrations import open_store

ZONE = load_zone("Europe/Stockholm")
NOON = 1_795_518_000_000  # 2026-11-24 12:00 in Stockholm
TEXT = sample(date(2026, 11, 24), 5)


class House:
    """A store and its files; every file is large here."""

    def __init__(self, path: Path, run: Any, call: Any = None) -> None:
        self.path = path
        self.connection = open_store(path)
        with tx(self.connection):
            open_roster(self.connection, ZONE)
        more = () if call is None else (call,)
        writer = InlineWriter(self.connection)
        self.files = RosterFiles(path, "SE", ZONE, writer, lambda: NOON, run, *more)
        self.told: list[ImportProgress] = []
        self.files.heard.append(self.told.append)

    def take(self, **asked: Any) -> Any:
        """Import; the reply, or what it failed with, raised."""
        done: list[Any] = []
        self.files.take(ImportRoster(**asked), "it").addBoth(done.append)
        if isinstance(done[0], Failure):
            done[0].raiseException()
        return done[0]

    def count(self) -> int:
        return int(self.connection.execute("SELECT count(*) FROM assignment").fetchone()[0])

    @property
    def leftovers(self) -> list[Path]:
        return list(self.path.parent.glob("*.import"))


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is."""
    monkeypatch.setattr(rosterfiles, "APART_FROM", 0)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "s.db", execute)
    yield made
    made.connection.close()


def test_what_comes_back(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reply, roster and record are those of an import in the gateway itself, and no file stays."""
    other = House(tmp_path / "other.db", execute)
    preview = house.take(text=TEXT, dry_run=True)
    assert house.count() == 0
    taken = house.take(text=TEXT, version=preview.version)
    again = house.take(text=TEXT)
    monkeypatch.setattr(rosterfiles, "APART_FROM", 1 << 30)
    assert other.take(text=TEXT, dry_run=True) == preview
    assert other.take(text=TEXT) == taken
    assert again.count == 0
    assert house.leftovers == []
    for table in ("audit", "assignment", "unit_version"):
        rows = f"SELECT * FROM {table} ORDER BY 1, 2, 3"
        assert house.connection.execute(rows).fetchall() == other.connection.execute(rows).fetchall()
    assert {(one.by, one.stage) for one in house.told} >= {("it", "done")}
    other.connection.close()


def test_a_file_by_its_descriptor(house: House, tmp_path: Path) -> None:
    """A file is read from its beginning, whatever was read of it before; it stays its owner's."""
    file = tmp_path / "r.toml"
    file.write_text(TEXT, "utf-8")
    with file.open("rb") as source:
        source.read(100)
        assert house.take(text="", file=source.fileno()).applied
        assert os.fstat(source.fileno())
    file.write_bytes(b"# \xe4\n")
    with file.open("rb") as source, pytest.raises(RosterFaults, match="line 1: is not UTF-8 text"):
        house.take(text="", file=source.fileno())


def test_faults_and_refusals_come_back(house: House) -> None:
    """Every fault with its place; a refusal with its reason; and that it failed."""
    with pytest.raises(RosterFaults) as faults:
        house.take(text="table,id\nunit,x\nfloor,y\n", form=RosterForm.CSV)
    assert [fault.path for fault in faults.value.faults][:1] == ["line 2.area"]
    house.take(text=TEXT)
    with pytest.raises(Refused, match="would remove") as refused:
        house.take(text="", replace=True)
    assert refused.value.why is Why.CONFLICT
    assert [one.stage for one in house.told if one.stage in {"done", "failed"}] == [
        "failed",
        "done",
        "failed",
    ]


@pytest.mark.parametrize("program", ["import sys; sys.exit(3)", 'print(\'{"type":"step"\'); x'])
def test_a_process_that_dies(house: House, program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, nothing is imported, and the next import works."""
    real = importing.begin_process

    def begin(wanted: Wanted, source: Any) -> Any:
        import subprocess  # noqa: PLC0415

        return subprocess.Popen(
            (sys.executable, "-c", program), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    monkeypatch.setattr(rosterfiles, "begin_process", begin)
    with pytest.raises((Refused, msgspec.DecodeError)):
        house.take(text=TEXT)
    assert house.count() == 0
    monkeypatch.setattr(rosterfiles, "begin_process", real)
    assert house.take(text=TEXT).applied


def test_a_process_that_dies_in_the_middle(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it had laid down, and was written already, goes again."""
    real = importing.finish_process

    def finish(process: Any, tell: Any, give: Callable[[Any], None]) -> Any:
        some: list[Any] = []
        real(process, tell, some.append)
        for one in some[:3]:
            give(one)
        raise Refused(Why.UNAVAILABLE, "it ended before its time")

    monkeypatch.setattr(rosterfiles, "finish_process", finish)
    with pytest.raises(Refused, match="before its time"):
        house.take(text=TEXT)
    left = "SELECT (SELECT count(*) FROM unit_version), (SELECT filling FROM roster_meta)"
    assert house.connection.execute(left).fetchone() == (0, None)
    assert house.leftovers == []


async def test_the_end_of_the_gateway_ends_it(tmp_path: Path) -> None:
    """A gateway that stops does not wait for an import: its process is ended, and nothing is imported."""
    house = House(tmp_path / "s.db", deferToThread, reactor.callFromThread)  # type: ignore[attr-defined]
    text = "table,id\n" + "area,x\n" * 200_000
    taking = house.files.take(ImportRoster(text, form=RosterForm.CSV), "it")
    house.files.stop()
    with pytest.raises(Refused, match="ended before its time"):
        await taking
    house.connection.close()


async def test_large_files_are_read_one_after_the_other(tmp_path: Path) -> None:
    """Two previews at once have one process at a time, and each its own answer."""
    house = House(tmp_path / "s.db", deferToThread, reactor.callFromThread)  # type: ignore[attr-defined]
    both = [house.files.take(ImportRoster(text, dry_run=True), "it") for text in (TEXT, "")]
    assert len(house.files._coming) == 1
    assert [(await one).count > 0 for one in both] == [True, False]
    house.connection.close()


async def test_what_waits_at_the_end_is_ended_too(tmp_path: Path) -> None:
    """A large file that waits for another one is refused when the gateway stops."""
    house = House(tmp_path / "s.db", deferToThread, reactor.callFromThread)  # type: ignore[attr-defined]
    both = [house.files.take(ImportRoster(TEXT, dry_run=True), "it") for _ in range(2)]
    house.files.stop()
    for one in both:
        with pytest.raises(Refused, match="ended before its time"):
            await one
    house.connection.close()


async def test_a_process_that_begins_late_is_ended() -> None:
    """Also when it was stopped before it had begun."""

    class Process:
        ended = False

        def terminate(self) -> None:
            self.ended = True

    coming, process = Coming(), Process()
    coming.stop()
    coming.began(process)  # type: ignore[arg-type]
    assert process.ended


def test_nobody_reads_what_it_says(house: House, tmp_path: Path) -> None:
    """When the gateway is gone the process ends by itself."""
    wanted = Wanted(
        store=str(house.path),
        laid=str(tmp_path / "laid"),
        region="SE",
        zone=ZONE.key,
        form=RosterForm.TOML,
        replace=False,
        confirmed=False,
        dry_run=False,
        version=None,
        now=NOON,
    )
    file = tmp_path / "r.toml"
    file.write_text(TEXT, "utf-8")
    with file.open("rb") as source:
        process = begin_process(wanted, source)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(60) == 1


async def test_an_edit_in_between_is_planned_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import that another change of the roster overtakes is planned anew, a few times."""
    house = House(tmp_path / "s.db", execute)
    real = rosterfiles.finish_process
    edits = [1, 1]

    def finish(*args: Any) -> Any:
        told = real(*args)
        if edits:
            edits.pop()
            with tx(house.connection):
                house.connection.execute("UPDATE roster_meta SET revision = revision + 1")
        return told

    monkeypatch.setattr(rosterfiles, "finish_process", finish)
    taken: Deferred[Any] = house.files.take(ImportRoster(TEXT), "it")
    assert (await taken).applied
    edits += [1, 1, 1]
    with pytest.raises(Refused, match="changed meanwhile"):
        await house.files.take(ImportRoster(TEXT.replace("Andersberg", "A")), "it")
    reader: sqlite3.Connection = open_reader(house.path)
    assert reader.execute("SELECT filling FROM roster_meta").fetchone() == (None,)
    reader.close()
    house.connection.close()
