"""The roster as a file: what `roster import` and `roster export` do, for a running gateway and without one.

Rules: reading a file and planning an import take seconds for a large roster, so they run where `run` puts
them, over a connection of their own; writing goes through the writer, in its small steps. Nothing is taken
from a file with a fault.
"""

import sqlite3
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from twisted.internet.defer import Deferred, DeferredLock

from gateway import importtold
from gateway.ports import Writer
from gateway.replies import RosterImported, RosterText
from gateway.requests import ImportRoster, Refused, RosterForm, Why
from gateway.roster.csvfile import read_csv
from gateway.roster.document import Document, read_document, read_tables
from gateway.roster.edit import RosterChanged
from gateway.roster.entries import Seen, plan_checked
from gateway.roster.exporter import export_csv, export_roster
from gateway.roster.importer import IMPORTED, import_roster
from gateway.roster.index import IndexStale
from gateway.roster.items import DATES, date_of
from gateway.roster.plan import Plan, make_plan
from gateway.store.connection import open_reader

OTHER_PREVIEW = "the roster was changed since the preview; the file would do something else now"

TRIES = 10
"""Times that the change of one entry is planned: each time fails only because another change was made."""

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
        self.region = region
        self._zone = zone
        self._writer = writer
        self._now = now
        self._run = run
        self._turn = DeferredLock()

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
        self,
        table: str,
        entry: Mapping[str, object],
        by: str,
        *,
        dry_run: bool,
        seen: Seen | None = None,
    ) -> Deferred[RosterImported]:
        """Put one entry, as the roster file has it, in place of what stands.

        Fails as `take` does, and with EntryStale if what stands is not what was `seen`.
        """
        written = {
            name: date_of(value) if name in DATES and isinstance(value, str) else value
            for name, value in entry.items()
            if value is not None
        }
        document = read_tables({table: [written]}, self.region)
        return Deferred.fromCoroutine(self._one(document, by, dry_run, seen))

    def remove(
        self, table: str, key: Hashable, by: str, *, dry_run: bool, seen: Seen | None = None
    ) -> Deferred[RosterImported]:
        """Take one entry out; fails as `put` does, with every place that refers to it."""
        document = Document(removed=frozenset({(table, key)}))
        return Deferred.fromCoroutine(self._one(document, by, dry_run, seen))

    async def _take(self, asked: ImportRoster, by: str) -> RosterImported:
        plan = await self._run(lambda: self._plan(asked))
        if asked.replace and plan.deletions and not (asked.confirmed or asked.dry_run):
            raise Refused(
                Why.CONFLICT,
                f"the file would remove {len(plan.deletions)} entries; say --yes if that is meant",
                tuple((change.table, str(change)) for change in plan.deletions),
            )
        return await self._carry_out(plan, by, asked.dry_run)

    async def _one(self, document: Document, by: str, dry_run: bool, seen: Seen | None) -> RosterImported:
        """Planned anew while other changes of the roster come first; the version is checked each time."""
        await self._turn.acquire()
        try:
            for _ in range(TRIES):
                try:
                    plan = await self._run(lambda: self._planned_one(document, seen))
                    if not dry_run:
                        await import_roster(self._writer, plan, self._now(), who=by)
                except RosterChanged:
                    continue
                return importtold.told(plan, not dry_run)
            raise Refused(Why.CONFLICT, "the roster is being changed all the time; try again")
        finally:
            self._turn.release()

    async def _carry_out(self, plan: Plan, by: str, dry_run: bool) -> RosterImported:
        if not dry_run:
            try:
                await import_roster(self._writer, plan, self._now(), who=by)
            except RosterChanged as error:
                raise Refused(Why.CONFLICT, f"{error}; try again") from None
        return await self._run(lambda: importtold.told(plan, not dry_run))

    def _plan(self, asked: ImportRoster) -> Plan:
        read = read_csv if asked.form is RosterForm.CSV else read_document
        plan = self._planned(read(asked.text, self.region), whole=asked.replace)
        if asked.version is not None and asked.version != importtold.version(plan):
            raise Refused(Why.CONFLICT, OTHER_PREVIEW, (("version", "make a new preview"),))
        return plan

    def _planned(self, document: Document, *, whole: bool = False) -> Plan:
        try:
            return self._read(make_plan, document, self._zone, self._now(), whole)
        except IndexStale as error:
            raise Refused(Why.UNAVAILABLE, str(error)) from None

    def _planned_one(self, document: Document, seen: Seen | None) -> Plan:
        try:
            return self._read(plan_checked, document, self._zone, self._now(), seen)
        except IndexStale as error:
            raise Refused(Why.UNAVAILABLE, str(error)) from None

    def _read(self, work: Callable[..., T], *args: object) -> T:
        connection: sqlite3.Connection = open_reader(self._store)
        try:
            return work(connection, *args)
        finally:
            connection.close()
