"""The roster as a file: what `roster import` and `roster export` do, for a running gateway and without one.

Rules: reading a file and planning an import take seconds for a large roster, so they run where `run` puts
them, over a connection of their own; writing goes through the writer, in its small steps. Nothing is taken
from a file with a fault.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from twisted.internet.defer import Deferred

from gateway.ports import Writer
from gateway.replies import RosterImported, RosterText
from gateway.requests import ImportRoster, Refused, Why
from gateway.roster.document import read_document
from gateway.roster.edit import RosterChanged
from gateway.roster.exporter import export_roster
from gateway.roster.importer import import_roster
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

    def export(self) -> Deferred[RosterText]:
        """The whole roster as TOML; fails with sqlite3.Error."""
        return self._run(lambda: RosterText(self._read(export_roster)))

    def take(self, asked: ImportRoster) -> Deferred[RosterImported]:
        """Carry an import out; fails with RosterFaults, Refused, sqlite3.Error or StoreUnavailable."""
        return Deferred.fromCoroutine(self._take(asked))

    async def _take(self, asked: ImportRoster) -> RosterImported:
        plan = await self._run(lambda: self._plan(asked))
        if asked.replace and plan.deletions and not (asked.confirmed or asked.dry_run):
            raise Refused(
                Why.CONFLICT,
                f"the file would remove {len(plan.deletions)} entries; say --yes if that is meant",
                tuple((change.table, str(change)) for change in plan.deletions),
            )
        if not asked.dry_run:
            try:
                await import_roster(self._writer, plan, self._now())
            except RosterChanged as error:
                raise Refused(Why.CONFLICT, f"{error}; try again") from None
        told = tuple(str(change) for change in plan.changes[:MAX_TOLD])
        return RosterImported(not asked.dry_run, len(plan.changes), told)

    def _plan(self, asked: ImportRoster) -> Plan:
        document = read_document(asked.text, self._region)
        try:
            return self._read(make_plan, document, self._zone, self._now(), asked.replace)
        except IndexStale as error:
            raise Refused(Why.UNAVAILABLE, str(error)) from None

    def _read(self, work: Callable[..., T], *args: object) -> T:
        connection: sqlite3.Connection = open_reader(self._store)
        try:
            return work(connection, *args)
        finally:
            connection.close()
