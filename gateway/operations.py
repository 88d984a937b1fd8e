"""What can be asked of the gateway, done in one place for control socket, web listener and command line.

Rules: reading goes over the reader's connection and writing through the writer. Who is paged is asked of the
one resolver. Whatever cannot be done is told as `Refused`; a fault of the store is `unavailable`, never an
exception over a wire. For the reactor's thread.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from twisted.internet.defer import Deferred

from gateway import replies, requests, views
from gateway.accounts import records
from gateway.audit.keys import add_key, revoke_key
from gateway.config import Config
from gateway.ports import LineState, StoreUnavailable, Writer
from gateway.requests import Refused, Request, Why
from gateway.roster.faults import RosterFaults
from gateway.roster.wall import WallTimeError, load_zone, parse_time
from gateway.roster.who import Who
from gateway.rosterfiles import RosterFiles
from gateway.store import alarm_log, alerts, history, keys
from protocols.clinic24.event import Kind

ALERTING = [kind for kind in Kind if kind.alerts]
KIND_WORDS = {kind.name.lower(): kind for kind in ALERTING} | {kind.value: kind for kind in ALERTING}
"""What a user may call a kind of event: triaged, or clinic24.visit.triaged."""

CONSOLE = "console"
"""Who asks over the control socket: whoever runs the gateway."""

MAX_KEY_NAME = 64
MAX_ALERT_DIGITS = 18  # of an alert's number: what an int64 holds whatever the digits
PRIORITIES = range(1, 6)


class Operations:
    """Carries requests out. `lines` gives the state of every source and carrier; `now` is UTC ms."""

    def __init__(
        self,
        config: Config,
        writer: Writer,
        reader: sqlite3.Connection,
        who: Who,
        roster: RosterFiles,
        lines: Callable[[], Sequence[LineState]],
        now: Callable[[], int],
        more: Mapping[type[Request], Callable[[Any, str], Any]] | None = None,
    ) -> None:
        self._zone = load_zone(config.gateway.timezone)
        self._writer = writer
        self._reader = reader
        self._who = who
        self._roster = roster
        self._lines = lines
        self._now = now
        self._handlers: dict[type[Request], Callable[[Any], Any]] = {
            requests.Ping: lambda _: replies.Pong(requests.program_version()),
            requests.AskWho: self._ask_who,
            requests.ListAlerts: self._list_alerts,
            requests.ShowAlert: self._show_alert,
            requests.ListLines: lambda _: tuple(map(views.line, self._lines())),
            requests.ListRefusals: self._list_refusals,
            requests.ListAlarms: self._list_alarms,
            requests.ExportRoster: lambda asked: self._roster.export(asked.form),
            requests.ListKeys: lambda _: tuple(map(views.key, keys.keys(self._reader))),
        }
        self._signed: dict[type[Request], Callable[[Any, str], Any]] = {
            requests.ImportRoster: self._roster.take,
            requests.AddKey: self._add_key,
            requests.RevokeKey: self._revoke_key,
            **(more or {}),
        }

    def ask(self, request: Request, by: str = CONSOLE) -> Deferred[Any]:
        """Carry a request out; fires with its reply (`requests.REPLIES`), fails with Refused alone.

        `by` is whom the record of changes names. A fault of the program itself fails with what it raised,
        for the caller to log.
        """
        return Deferred.fromCoroutine(self._ask(request, by))

    def verify_key(self, key: str) -> keys.ApiKey | None:
        """Whose API key this is; None if it is unknown or revoked. Raises sqlite3.Error."""
        return keys.verify(self._reader, key)

    async def _ask(self, request: Request, by: str) -> object:
        try:
            signed = self._signed.get(type(request))
            reply = self._handlers[type(request)](request) if signed is None else signed(request, by)
            return await reply if isinstance(reply, Deferred) else reply
        except RosterFaults as faults:
            named = tuple((fault.path, fault.message) for fault in faults.faults)
            raise Refused(Why.INVALID, f"the roster has {len(named)} fault(s)", named) from None
        except (sqlite3.Error, StoreUnavailable) as error:
            raise Refused(Why.UNAVAILABLE, f"the store cannot be used now: {error}") from error

    def _ask_who(self, asked: requests.AskWho) -> replies.WhoAnswer:
        faults = []
        kind = KIND_WORDS.get(asked.kind.strip().casefold())
        if kind is None:
            allowed = ", ".join(word for word in KIND_WORDS if "." not in word)
            faults.append(("kind", f"{asked.kind[:40]!r} is no kind of event; allowed: {allowed}"))
        if asked.priority not in PRIORITIES:
            faults.append(("priority", f"{asked.priority} is no priority; allowed: 1 to 5"))
        at = self._now()
        try:
            at = at if asked.at is None else parse_time(asked.at, self._zone)
        except WallTimeError as error:
            faults.append(("at", str(error)))
        if faults:
            raise Refused(Why.INVALID, f"the question has {len(faults)} fault(s)", tuple(faults))
        known = cast(Kind, kind)
        found = self._who.ask(asked.unit, asked.profession, known, asked.priority, at)
        return views.who(asked, known, at, found, self._name_of)

    def _name_of(self, username: str) -> str | None:
        known = records.account(self._reader, username)
        return None if known is None else known.name

    def _list_alerts(self, asked: requests.ListAlerts) -> tuple[replies.AlertSummary, ...]:
        found = history.recent(self._reader, _limit(asked.limit), asked.open_only)
        return tuple(map(views.summary, found))

    def _show_alert(self, asked: requests.ShowAlert) -> replies.AlertDetail:
        number = alert_number(asked.alert)
        try:
            return views.detail(alerts.load(self._reader, number), history.timeline(self._reader, number))
        except alerts.UnknownAlert:
            raise _no_alert(asked.alert) from None

    def _list_refusals(self, asked: requests.ListRefusals) -> tuple[replies.RefusalEntry, ...]:
        found = history.refusals(self._reader, _limit(asked.limit), asked.rejected_only)
        return tuple(map(views.refusal, found))

    def _list_alarms(self, asked: requests.ListAlarms) -> tuple[replies.AlarmEntry, ...]:
        if asked.standing_only:
            return tuple(map(views.alarm, alarm_log.standing(self._reader)))
        return tuple(map(views.alarm, alarm_log.alarms(self._reader, _limit(asked.limit))))

    def _add_key(self, asked: requests.AddKey, by: str) -> Deferred[replies.NewKey]:
        name = asked.name.strip()
        if not name or len(name) > MAX_KEY_NAME or not name.isprintable():
            raise Refused(Why.INVALID, f"name: 1 to {MAX_KEY_NAME} printable characters are allowed")
        return Deferred.fromCoroutine(self._written_key(name, asked.scope, by))

    async def _written_key(self, name: str, scope: keys.Scope, by: str) -> replies.NewKey:
        try:
            key = await self._writer.run(add_key, name, scope, self._now(), by)
        except keys.KeyExists as error:
            raise Refused(Why.CONFLICT, str(error)) from None
        return replies.NewKey(name, scope, key)

    def _revoke_key(self, asked: requests.RevokeKey, by: str) -> Deferred[replies.Done]:
        return Deferred.fromCoroutine(self._revoked_key(asked.name, by))

    async def _revoked_key(self, name: str, by: str) -> replies.Done:
        if not await self._writer.run(revoke_key, name, self._now(), by):
            raise Refused(Why.NOT_FOUND, f"there is no good key named {name[:MAX_KEY_NAME]!r}")
        return replies.Done()


def alert_number(text: str) -> int:
    """The number that an alert's id means. Raises Refused (not found) if it can be none."""
    if not text.isascii() or not text.isdigit() or len(text) > MAX_ALERT_DIGITS:
        raise _no_alert(text)
    return int(text)


def _no_alert(text: str) -> Refused:
    return Refused(Why.NOT_FOUND, f"there is no alert {text[:40]!r}")


def _limit(wanted: int) -> int:
    if not 1 <= wanted <= requests.MAX_LIMIT:
        raise Refused(Why.INVALID, f"limit: 1 to {requests.MAX_LIMIT} are allowed")
    return wanted
