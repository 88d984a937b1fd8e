"""The roster as a file: what `roster import` and `roster export` do, for a running gateway and without one.

Rules: reading a file and planning an import take seconds for a large roster, so they run where `run` puts
them, over a connection of their own; writing goes through the writer, in its small steps. Of large files one
is read at a time, the others wait: each takes a gigabyte. Nothing is taken from a file with a fault.
"""

import os
import sqlite3
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Protocol, TypeVar
from zoneinfo import ZoneInfo

from twisted.internet.defer import Deferred, DeferredLock

from gateway import importtold
from gateway.importcoming import Coming
from gateway.importing import Wanted, begin_process, finish_process, planned
from gateway.ports import Writer
from gateway.replies import ImportProgress, RosterImported, RosterText
from gateway.requests import ImportRoster, Refused, RosterForm, Why
from gateway.roster.document import Document, read_tables
from gateway.roster.edit import RosterChanged
from gateway.roster.entries import Seen, plan_checked
from gateway.roster.exporter import export_csv, export_roster
from gateway.roster.importer import IMPORTED, import_laid, import_roster
from gateway.roster.index import IndexStale
from gateway.roster.items import DATES, date_of
from gateway.roster.plan import Plan
from gateway.roster.prepared import Head
from gateway.store.connection import copy_log, open_reader

APART_FROM = 256 * 1024
"""Octets of a file that is read and planned in a process of its own: 4,000 assignments, some 50 ms of work.
A smaller one is ready before such a process has started."""

IMPORT_TRIES = 3
"""Times that the import of a file is planned; a region's administrators work while IT imports."""

TRIES = 10
"""Times that the change of one entry is planned: each time fails only because another change was made."""

T = TypeVar("T")


class Run(Protocol):
    """Runs something slow where it harms nobody: in a thread of the gateway, or at once in a command."""

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]: ...


Call = Callable[..., object]


def _at_once(work: Callable[..., object], *args: object) -> None:
    work(*args)


class RosterFiles:
    """Import and export. `region` is the country code of phone numbers, `now` UTC ms.

    `call` calls something where the writer is called, out of what `run` runs.
    """

    def __init__(
        self,
        store: Path,
        region: str,
        zone: ZoneInfo,
        writer: Writer,
        now: Callable[[], int],
        run: Run,
        call: Call = _at_once,
    ) -> None:
        self.heard: list[Callable[[ImportProgress], None]] = []
        """Told how far an import of a file is, and at last that it is done or failed."""
        self._store = store
        self._laid = store.with_name(f"{store.name}.import")
        self._coming: set[Coming] = set()
        self._call = call
        self.region = region
        self._zone = zone
        self._writer = writer
        self._now = now
        self._run = run
        self._turn = DeferredLock()
        self._apart_turn = DeferredLock()
        self._stopped = False

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
        """Planned anew where another change of the roster comes first, a few times."""
        if not asked.dry_run:
            await self._turn.acquire()
        try:
            for _ in range(IMPORT_TRIES):
                try:
                    taken = await self._import(asked, by)
                except RosterChanged:
                    continue
                self._tell(by, "done", taken.count, taken.count)
                return taken
            raise Refused(Why.CONFLICT, "the roster was changed meanwhile; nothing was imported; try again")
        except BaseException:
            self._tell(by, "failed", 0, 0)
            raise
        finally:
            if not asked.dry_run:
                self._turn.release()

    async def _import(self, asked: ImportRoster, by: str) -> RosterImported:
        now = self._now()
        wanted = Wanted(
            store=str(self._store),
            laid=str(self._laid),
            region=self.region,
            zone=self._zone.key,
            form=asked.form,
            replace=asked.replace,
            confirmed=asked.confirmed,
            dry_run=asked.dry_run,
            version=asked.version,
            now=now,
        )
        if _octets(asked) <= APART_FROM:
            plan = await self._run(lambda: _planned(wanted, asked))
            if not asked.dry_run:
                await import_roster(self._writer, plan, now, who=by)
            return await self._run(lambda: importtold.told(plan, not asked.dry_run))
        try:
            return await self._import_apart(wanted, asked, by)
        except OSError as error:
            raise Refused(Why.UNAVAILABLE, f"the import cannot be prepared: {error}") from error

    async def _import_apart(self, wanted: Wanted, asked: ImportRoster, by: str) -> RosterImported:
        """What the process lays down is written while it lays down the rest."""
        await self._apart_turn.acquire()
        coming = Coming()
        if self._stopped:
            coming.stop()
        self._coming.add(coming)
        self._run(lambda: self._apart(wanted, asked, by, coming)).addBoth(coming.end)
        try:
            head = await coming.get()
            if isinstance(head, Head):
                await self._write(head, coming, wanted.now, by)
            return coming.told()
        finally:
            coming.stop()
            await coming.ended
            self._coming.discard(coming)
            self._apart_turn.release()

    async def _write(self, head: Head, coming: Coming, now: int, by: str) -> None:
        try:
            with self._laid.open("rb") as file:
                await import_laid(
                    self._writer,
                    head,
                    file,
                    coming.following,
                    now,
                    by,
                    lambda: self._run(lambda: copy_log(self._store)),
                    lambda done, total: self._tell(by, "write", done, total),
                )
        finally:
            await self._run(self._tidy)  # to remove some 300 MB takes 40 ms

    def _apart(self, wanted: Wanted, asked: ImportRoster, by: str, coming: Coming) -> RosterImported:
        def tell(stage: str, done: int, total: int) -> None:
            self._call(self._tell, by, stage, done, total)

        with TemporaryFile() if asked.file is None else _copy(asked.file) as source:
            if asked.file is None:
                source.write(asked.text.encode())
                source.seek(0)
            process = begin_process(wanted, source)
        self._call(coming.began, process)
        return finish_process(process, tell, lambda laid: self._call(coming.put, laid))

    def _tidy(self) -> None:
        self._laid.unlink(missing_ok=True)

    def start(self) -> None:
        """Remove what an import has left that was killed. Raises OSError."""
        self._tidy()

    def stop(self) -> None:
        """End what is being prepared and what waits for it; nothing is seen of it."""
        self._stopped = True
        for coming in self._coming:
            coming.stop()

    def _tell(self, by: str, stage: str, done: int, total: int) -> None:
        for heard in list(self.heard):
            heard(ImportProgress(by, stage, done, total))

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


def _octets(asked: ImportRoster) -> int:
    return len(asked.text) if asked.file is None else os.fstat(asked.file).st_size


def _planned(wanted: Wanted, asked: ImportRoster) -> Plan:
    if asked.file is None:
        return planned(wanted, asked.text, _unheard)
    with _copy(asked.file) as source:
        return planned(wanted, source, _unheard)


def _unheard(stage: str, done: int, total: int) -> None:
    """Nobody waits long enough to be told."""


def _copy(descriptor: int) -> BinaryIO:
    """The file of a descriptor from its beginning; the descriptor stays its owner's."""
    file = os.fdopen(os.dup(descriptor), "rb")
    file.seek(0)
    return file
