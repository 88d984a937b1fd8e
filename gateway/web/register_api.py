"""The register of areas, units, shift patterns, receivers and administrators: lists, entries, numbers.

Rules: every change is an import of one entry, so that what a file may not hold, a form may not either. An
entry carries the version that its author read; a stale one is answered 409 with what stands now, who made it
so and when. `preview` shows what would change and does nothing.
"""

from collections.abc import Hashable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request, Response
from msgspec import UNSET

from gateway.model import NumberKind
from gateway.pagesdesk import PagesDesk
from gateway.replies import RosterImported
from gateway.requests import Refused, Why
from gateway.roster import items, register
from gateway.roster.entries import EntryExists, EntryStale, Registered, Seen, version_of
from gateway.roster.exporter import entry_of
from gateway.roster.faults import Fault, RosterFaults
from gateway.roster.numbers import NumberError, parse_number
from gateway.roster.values import Receiver
from gateway.web import bodies, documented, problems, registered, rights
from gateway.web.answers import calling, json
from gateway.web.known import Callers
from gateway.web.rights import Action, Caller
from gateway.web.services import Services
from gateway.web.told import people
from protocols.clinic24 import times

PAGE_MOST = 500
"""Entries of one answer."""

STALE = "`code` stale, or exists: `entry`, `version`, `by`, `by_name` and `at` say what stands now"
ENTRIES = documented.route(registered.Entries)
PUT = documented.route(registered.Planned, bodies.PutEntry, e409=STALE)
REMOVE = documented.route(registered.Planned, bodies.RemoveEntry, e409=STALE)
NUMBER = documented.route(registered.NumberRead, bodies.ReadNumber)

Search = Annotated[
    str, Query(max_length=bodies.MAX_NAME, description="part of id, name, number or user name")
]
Filter = Annotated[str | None, Query(max_length=bodies.MAX_ID)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Limit = Annotated[int, Query(ge=1, le=PAGE_MOST)]


def install(app: FastAPI, services: Services, pages: PagesDesk) -> None:
    """Add the routes."""
    known = Callers(services)
    _add_reading(app, pages, known)
    _add_changes(app, pages, known)
    _install_problems(app, pages)


def _add_reading(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    registering = Annotated[Caller, Depends(rights.guard(known, Action.REGISTER))]

    @app.get("/api/register/entries", tags=["register"], **ENTRIES)
    async def entries(
        _: registering,
        table: bodies.Table,
        search: Search = "",
        unit: Filter = None,
        area: Filter = None,
        offset: Offset = 0,
        limit: Limit = 100,
    ) -> Response:
        """A part of a table: by name, and whatever has the searched text as its key first."""
        filters = {name: value for name, value in (("unit", unit), ("area", area)) if value is not None}
        faults = [
            (name, f"is no filter of {table}") for name in filters if (table, name) not in register.FILTERS
        ]
        if faults:
            raise Refused(Why.INVALID, f"the request has {len(faults)} fault(s)", tuple(faults))
        wanted = register.Wanted(table, search, filters, offset, limit)
        part = await calling(pages.desk.apart(lambda connection: register.read_part(connection, wanted)))
        return json(_entries(part, pages.served))

    @app.post("/api/register/number", tags=["register"], **NUMBER)
    async def number(request: Request, _: registering) -> Response:
        """How a number is read and kept, and who has it already. In a body: addresses stand in logs."""
        asked = await bodies.read(request, bodies.ReadNumber)
        try:
            found = parse_number(asked.number, pages.files.region, asked.any_number)
        except NumberError as error:
            raise Refused(Why.INVALID, "the number cannot be used", (("number", str(error)),)) from None
        same = register.others(pages.desk.reader, (found.text,), asked.receiver)
        served = found.kind in pages.served
        return json(registered.NumberRead(found.text, found.kind.value, served, people(pages.book, same)))


def _add_changes(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    registering = Annotated[Caller, Depends(rights.guard(known, Action.REGISTER))]

    @app.post("/api/register/entries", tags=["register"], **PUT)
    async def put(request: Request, caller: registering) -> Response:
        """Put one entry: new, or whole in place of what stands under its key."""
        asked = await bodies.read(request, bodies.PutEntry)
        entry: dict[str, Any] = {
            name: list(value) if isinstance(value, tuple) else value for name, value in asked.entry.items()
        }
        key = items.key_of(asked.table, entry)
        seen = None if key is None else Seen(asked.table, _parts(key), asked.version)
        work = pages.files.put(asked.table, entry, caller.name, dry_run=asked.preview, seen=seen)
        return json(planned(await _plainly(calling(work), asked.table)))

    @app.post("/api/register/removals", tags=["register"], **REMOVE)
    async def remove(request: Request, caller: registering) -> Response:
        """Remove one entry. What is referred to is not removed; every place is named."""
        asked = await bodies.read(request, bodies.RemoveEntry)
        if len(asked.key) != len(items.KEYS[asked.table]):
            raise Refused(Why.INVALID, "the key has another number of parts", (("key", "see the table"),))
        key: Hashable = asked.key if asked.table == "shift" else asked.key[0]
        seen = Seen(asked.table, asked.key, asked.version)
        work = pages.files.remove(asked.table, key, caller.name, dry_run=asked.preview, seen=seen)
        return json(planned(await calling(work)))


def planned(made: RosterImported) -> registered.Planned:
    """What a change of the register did or would do."""
    return registered.Planned(made.applied, made.count, made.changes, made.lines, made.counts, made.version)


def _parts(key: Hashable) -> tuple[str, ...]:
    return tuple(map(str, key)) if isinstance(key, tuple) else (str(key),)


def _entries(part: register.Part, served: frozenset[NumberKind]) -> registered.Entries:
    return registered.Entries(
        part.total, tuple(_entry(one, part, served) for one in part.entries), part.names
    )


def _entry(one: Registered, part: register.Part, served: frozenset[NumberKind]) -> registered.EntryView:
    written = entry_of(one)
    key = tuple(written[name] for name in items.KEYS[part.table])
    if not isinstance(one, Receiver):
        return registered.EntryView(key, written, version_of(one))
    known = part.known[one.id]
    return registered.EntryView(
        key,
        written,
        version_of(one),
        number_kind=one.number_kind.value,
        backup_kind=UNSET if one.backup_kind is None else one.backup_kind.value,
        proof=known.proof or "unproved",
        proof_at=None if known.proof_at is None else times.render(known.proof_at),
        served=bool({one.number_kind, one.backup_kind} & served),
        same_number=known.same,
    )


async def _plainly(work: Any, table: str) -> RosterImported:
    """Faults of the one entry, told by its keys alone: `number`, not `receiver[0].number`."""
    try:
        made: RosterImported = await work
    except RosterFaults as faults:
        prefix = f"{table}[0]"
        raise RosterFaults(
            Fault(fault.path.removeprefix(prefix).removeprefix("."), fault.message) for fault in faults.faults
        ) from None
    return made


def _install_problems(app: FastAPI, pages: PagesDesk) -> None:
    async def stale(request: Request, error: Exception) -> Response:
        assert isinstance(error, EntryStale)
        stands = error.standing
        return problems.problem(
            HTTPStatus.CONFLICT,
            str(error),
            asked=request,
            code="exists" if isinstance(error, EntryExists) else "stale",
            entry=None if stands.value is None else entry_of(stands.value),
            version=None if stands.value is None else version_of(stands.value),
            by=stands.by,
            by_name=pages.desk.name_of(stands.by),
            at=None if stands.at is None else times.render(stands.at),
        )

    app.add_exception_handler(EntryStale, stale)
