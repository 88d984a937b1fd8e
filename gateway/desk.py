"""What the web pages and the command line share: accounts, the record of changes, reading apart.

Rules: built once, by the process that serves (or by a command that works on a store without one); no I/O
before `start`. Whatever reads much does it in a thread, over a connection of its own.
"""

import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from twisted.internet.defer import Deferred

from gateway import replies, requests, views
from gateway.accounts import records
from gateway.accounts.model import Change, Kind
from gateway.accounts.service import Accounts, normal
from gateway.audit import keeping, reading
from gateway.audit.chain import Head
from gateway.clock import Clock
from gateway.config import Config
from gateway.logs import get_logger
from gateway.ports import StoreUnavailable, Writer
from gateway.requests import AuditForm, Refused, Request, Why
from gateway.roster import statements
from gateway.roster.frame import make_administrator
from gateway.roster.values import Administrator
from gateway.roster.wall import WallTimeError, load_zone, parse_time
from gateway.rosterfiles import RosterFiles
from gateway.store.connection import open_reader

T = TypeVar("T")

AUDIT_CHUNK = 1000
"""Rows of one reply; some 500 octets each."""

log = get_logger("desk")


class Run(Protocol):
    """Runs something slow: in a thread of the gateway, or at once in a command."""

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]: ...


class Desk:
    """What a command line asks of it as well as the pages do. `reader` reads the store, for this thread."""

    def __init__(
        self, config: Config, clock: Clock, writer: Writer, reader: sqlite3.Connection, run: Run
    ) -> None:
        self.zone = load_zone(config.gateway.timezone)
        self.reader = reader
        self.now = clock.now
        self.accounts = Accounts(clock, writer, reader, run)
        self._config = config
        self._writer = writer
        self._run = run
        self._store: Path = config.store.path

    def apart(self, work: Callable[[sqlite3.Connection], T]) -> Deferred[T]:
        """Read much, over a connection of its own; fails with what `work` raises."""

        def read() -> T:
            connection = open_reader(self._store)
            try:
                return work(connection)
            finally:
                connection.close()

        return self._run(read)

    def name_of(self, username: str | None) -> str | None:
        """The name of somebody who made a change; None for what is no account."""
        if username is None:
            return None
        known = records.account(self.reader, username)
        return None if known is None else known.name

    def handlers(self, files: RosterFiles) -> Mapping[type[Request], Callable[[Any, str], Any]]:
        """What `Operations` carries out by this."""
        self._files = files
        return {
            requests.AddAccount: lambda asked, by: Deferred.fromCoroutine(self._add_account(asked, by)),
            requests.ListAccounts: lambda asked, by: tuple(map(views.account, self.accounts.all())),
            requests.ChangeAccount: lambda asked, by: Deferred.fromCoroutine(self._change(asked, by)),
            requests.VerifyAudit: lambda asked, by: self.verify(asked.known),
            requests.ListAudit: self._audit,
        }

    def verify(self, known: str | None) -> Deferred[replies.AuditVerified]:
        """Read the record of changes through. Raises Refused."""
        head = None if known is None else _head(known)
        return self.apart(lambda conn: reading.verified(conn, head)).addCallback(views.verdict)

    async def purge(self) -> int:
        """Remove what is older than the record is kept; returns how many rows. To be called now and then."""
        now = self.now()
        before = now - self._config.audit.keep_years * keeping.YEAR_MS
        removed = 0
        try:
            while gone := await self._writer.run(keeping.purge, before, now):
                removed += gone
        except StoreUnavailable:
            log.warning("old rows of the record were not removed; the next look tries again")
        return removed

    async def _add_account(self, asked: requests.AddAccount, by: str) -> replies.Done:
        await self.accounts.add(asked.username, asked.name, asked.kind, asked.password, by)
        if asked.units:
            await self._tie(asked, by)
        return replies.Done()

    async def _tie(self, asked: requests.AddAccount, by: str) -> None:
        """The units of a unit administrator are the roster's; without them the account has none."""
        if asked.kind is not Kind.UNIT:
            raise Refused(Why.INVALID, "units are for a unit administrator; the account has been made")
        stands = await self.apart(partial(_administrator, username=normal(asked.username)))
        entry: dict[str, object] = {"username": normal(asked.username), "name": asked.name}
        units = asked.units
        if stands is not None:  # what the register says of the person stays
            entry = {"username": stands.username, "name": stands.name}
            entry |= {"phone": stands.phone, "email": stands.email}
            units = (*stands.units, *(unit for unit in asked.units if unit not in stands.units))
        await self._files.put("administrator", entry | {"units": list(units)}, by, dry_run=False)

    async def _change(self, asked: requests.ChangeAccount, by: str) -> replies.Done:
        wanted = Change(disabled=asked.disabled, password=asked.password)
        await self.accounts.change(asked.username, by, wanted)
        return replies.Done()

    def _audit(self, asked: requests.ListAudit, by: str) -> replies.AuditText:
        wanted = reading.Filter(
            unit=asked.unit,
            who=asked.who,
            action=asked.action,
            since=self.instant("since", asked.since),
            until=self.instant("until", asked.until),
        )
        rows = reading.following(self.reader, wanted, AUDIT_CHUNK, asked.after)
        if asked.form is AuditForm.CSV:
            text = reading.as_csv(rows, header=asked.after == 0)
        else:
            text = "".join(map(reading.as_json_line, rows))
        return replies.AuditText(text, rows[-1].seq if len(rows) == AUDIT_CHUNK else None)

    def instant(self, path: str, text: str | None) -> int | None:
        """A TIME that somebody wrote, in UTC ms. Raises Refused."""
        try:
            return None if text is None else parse_time(text, self.zone)
        except WallTimeError as error:
            raise Refused(Why.INVALID, f"{path} is no time", ((path, str(error)),)) from None


def _head(known: str) -> Head:
    seq, _, digest = known.partition(":")
    if not seq.isdigit() or len(seq) > 18 or not digest:
        raise Refused(Why.INVALID, "a noted head is SEQ:HASH, as `bakjour audit verify` prints it")
    return Head(int(seq), digest)


def _administrator(connection: sqlite3.Connection, username: str) -> Administrator | None:
    """The administrator of the register whose account this is, however the register writes the user name."""
    rows = map(make_administrator, connection.execute(statements.ADMINISTRATORS))
    return next((one for one in rows if normal(one.username) == username), None)
