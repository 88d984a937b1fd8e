"""The roster as a file: what `roster import` and `roster export` do, for a running gateway and without one.

Rules: reading a file and planning an import take seconds for a large roster, so they run where `run` puts
them, over a connection of their own; writing goes through the writer, in its small steps. Nothing is taken
from a file with a fault.
"""

import sqlite3
from collections.abc import Callable, Hashable, Mapping
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from twisted.internet.defer import Deferred

from gateway.ports import Writer
from gateway.replies import RosterImported, RosterText
from gateway.requests import ImportRoster, Refused, RosterForm, Why
from gateway.roster.csvfile import read_csv
from gateway.roster.document import Document, read_document, read_tables
from gateway.roster.edit import RosterChanged
from gateway.roster.exporter import export_csv, export_roster
from gateway.roster.importer import IMPORTED, import_roster
from gateway.roster.index import IndexStale
from gateway.roster.plan import Plan, make_plan
from gateway.store.connection import open_reader

MAX_TOLD = 1000
"""Changes that a reply tells one by one; of a first import of a region there are a million."""

T = TypeVar("T")


class Run(Protocol):
    """Runs something slow where it harms nobody: in a thread of the gateway, or at once in a command."""

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]: ...


class RosterFiles:
    """Import and export. `region` is the country code of phone numbers, `now` UTC ms."""

    def __init__(
        self, store: Path, region: str, zone: ZoneInfo, writer: Writer, now: Callable[[], int], run: Run
    ) -> None:
        self._store = store
        self._region = region
        self._zone = zone
        self._writer = writer
        self._now = now
        self._run = run

    def export(self, form: RosterForm = RosterForm.TOML) -> Deferred[RosterText]:
        """The whole roster; fails with RosterFaults or sqlite3.Error."""
        export = export_csv if form is RosterForm.CSV else export_roster
        return self._run(lambda: RosterText(self._read(export)))

    def take(self, asked: ImportRoster, by: str = IMPORTED) -> Deferred[RosterImported]:
        """Carry an import out; fails with RosterFaults, Refused, sqlite3.Error or StoreUnavailable.

        `by` stands in the record of changes.
        """
        return Deferred.fromCoroutine(self._take(asked, by))

    def put(
        self, table: str, entry: Mapping[str, object], by: str, *, dry_run: bool
    ) -> Deferred[RosterImported]:
        """Put one entry, as the roster file has it, in place of what stands; fails as `take` does."""
        written = {name: value for name, value in entry.items() if value is not None}
        document = read_tables({table: [written]}, self._region)
        return Deferred.fromCoroutine(self._apply(lambda: self._planned(document), by, dry_run))

    def remove(self, table: str, key: Hashable, by: str, *, dry_run: bool) -> Deferred[RosterImported]:
        """Take one entry out; fails as `take` does, with every place that refers to it."""
        document = Document(removed=frozenset({(table, key)}))
        return Deferred.fromCoroutine(self._apply(lambda: self._planned(document), by, dry_run))

    async def _take(self, asked: ImportRoster, by: str) -> RosterImported:
        plan = await self._run(lambda: self._plan(asked))
        if asked.replace and plan.deletions and not (asked.confirmed or asked.dry_run):
            raise Refused(
                Why.CONFLICT,
                f"the file would remove {len(plan.deletions)} entries; say --yes if that is meant",
                tuple((change.table, str(change)) for change in plan.deletions),
            )
        return await self._carry_out(plan, by, asked.dry_run)

    async def _apply(self, make: Callable[[], Plan], by: str, dry_run: bool) -> RosterImported:
        return await self._carry_out(await self._run(make), by, dry_run)

    async def _carry_out(self, plan: Plan, by: str, dry_run: bool) -> RosterImported:
        if not dry_run:
            try:
                await import_roster(self._writer, plan, self._now(), who=by)
            except RosterChanged as error:
                raise Refused(Why.CONFLICT, f"{error}; try again") from None
        count = len(plan.frame) + len(plan.slots)
        told = tuple(str(change) for change in islice(plan.changes, MAX_TOLD))
        return RosterImported(not dry_run, count, told)

    def _plan(self, asked: ImportRoster) -> Plan:
        read = read_csv if asked.form is RosterForm.CSV else read_document
        return self._planned(read(asked.text, self._region), whole=asked.replace)

    def _planned(self, document: Document, *, whole: bool = False) -> Plan:
        try:
            return self._read(make_plan, document, self._zone, self._now(), whole)
        except IndexStale as error:
            raise Refused(Why.UNAVAILABLE, str(error)) from None

    def _read(self, work: Callable[..., T], *args: object) -> T:
        connection: sqlite3.Connection = open_reader(self._store)
        try:
            return work(connection, *args)
        finally:
            connection.close()
