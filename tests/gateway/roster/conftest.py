"""A store in a file with a writer that commits at once, for the roster's tests."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail, succeed

from gateway.roster.csvfile import read_csv
from gateway.roster.document import read_document
from gateway.roster.importer import import_roster
from gateway.roster.index import open_roster
from gateway.roster.plan import Plan, make_plan
from gateway.roster.wall import load_zone, parse_time
from gateway.store.migrations import migrate

ZONE = load_zone("Europe/Stockholm")
NOW = parse_time("2026-11-24T12:00", ZONE)


class Store:
    """One roster: `read` for look-ups, `run` as ports.Writer has it, a transaction for every job."""

    def __init__(self, path: Path) -> None:
        self.write = sqlite3.connect(path, isolation_level=None)
        self.write.execute("PRAGMA journal_mode = WAL")
        self.write.execute("PRAGMA synchronous = OFF")
        migrate(self.write)
        self.read = sqlite3.connect(path, isolation_level=None)
        self.jobs: list[str] = []
        self.before: Callable[[str], None] = lambda name: None
        self.open(ZONE)

    def open(self, zone: Any) -> bool:
        """As the gateway does at its start."""
        self.write.execute("BEGIN IMMEDIATE")
        rebuilt = open_roster(self.write, zone)
        self.write.execute("COMMIT")
        return rebuilt

    def run(self, work: Any, *args: Any, **kwargs: Any) -> Deferred[Any]:
        self.jobs.append(work.__name__)
        self.write.execute("BEGIN IMMEDIATE")
        try:
            self.before(work.__name__)
            result = work(self.write, *args, **kwargs)
        except BaseException as error:
            self.write.execute("ROLLBACK")
            return fail(error)
        self.write.execute("COMMIT")
        return succeed(result)

    def plan(self, text: str, now: int = NOW, whole: bool = False) -> Plan:
        """What a roster file would change."""
        return make_plan(self.read, read_document(text, "SE"), ZONE, now, whole)

    def csv_plan(self, text: str, now: int = NOW, whole: bool = False) -> Plan:
        """What a roster as CSV would change."""
        return make_plan(self.read, read_csv(text, "SE"), ZONE, now, whole)

    def apply(self, plan: Plan, now: int = NOW) -> None:
        """Carry a plan out; raises what the import raises."""
        done: list[Any] = []
        Deferred.fromCoroutine(import_roster(self, plan, now)).addBoth(done.append)
        if done[0] is not None:
            done[0].raiseException()

    def load(self, text: str, now: int = NOW, whole: bool = False) -> Plan:
        """Import a roster file."""
        plan = self.plan(text, now, whole)
        self.apply(plan, now)
        return plan

    def close(self) -> None:
        self.read.close()
        self.write.close()


@pytest.fixture
def new_store(tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Makes empty stores."""
    stores: list[Store] = []

    def make() -> Store:
        stores.append(Store(tmp_path / f"{len(stores)}.db"))
        return stores[-1]

    yield make
    for one in stores:
        one.close()


@pytest.fixture
def store(new_store: Callable[[], Store]) -> Store:
    """One empty store."""
    return new_store()


FRAME = """
[[area]]
id = "primarvard"
name = "Primärvård Gävle"
fallback = ["vaxel"]

[[unit]]
id = "hc-andersberg"
area = "primarvard"
name = "HC Andersberg"
aliases = ["SE2321000016-1XYZ"]
fallback = ["bo"]

[[unit]]
id = "hc-satra"
area = "primarvard"
name = "HC Sätra"

[[receiver]]
id = "anna"
name = "Anna Berg"
kind = "person"
number = "20117"
backup = "070-174 06 05"
units = ["hc-andersberg"]

[[receiver]]
id = "bo"
name = "Bo Ek"
kind = "person"
number = "20118"
units = ["hc-andersberg", "hc-satra"]

[[receiver]]
id = "vaxel"
name = "Växeln"
kind = "role"
number = "20999"
units = []

[[shift]]
unit = "hc-andersberg"
name = "Dag"
from = "07:00"
to = "16:00"

[[shift]]
unit = "hc-andersberg"
name = "Natt"
from = "21:00"
to = "07:00"

[[administrator]]
username = "ab12345"
name = "Karin Ek"
units = ["hc-andersberg"]
"""


def slot(date: str, *receivers: str, shift: str = "Dag", role: str = "nurse") -> str:
    """An assignment at HC Andersberg as the roster file writes it."""
    names = ", ".join(f'"{name}"' for name in receivers)
    return (
        f'\n[[assignment]]\nunit = "hc-andersberg"\nshift = "{shift}"\ndate = {date}\n'
        f'role = "{role}"\nreceivers = [{names}]\n'
    )


@pytest.fixture
def frame() -> str:
    """A roster file without who is on when."""
    return FRAME


@pytest.fixture
def assigned() -> Callable[..., str]:
    """Writes an assignment of a roster file."""
    return slot


@pytest.fixture
def now() -> int:
    """Noon of 2026-11-24 in Stockholm."""
    return NOW
