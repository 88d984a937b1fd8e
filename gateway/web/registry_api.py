"""What IT does: the register of areas, units, patterns, receivers and administrators; files; accounts; keys.

Rules: every change of the register is an import of one entry, so that what a file may not hold, a form may
not either. `preview` shows what would change and does nothing. The keys' own texts are shown once.
"""

from collections.abc import Hashable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Path, Query, Request, Response
from msgspec import UNSET

from gateway import replies, requests
from gateway.bridge import to_asyncio
from gateway.pagesdesk import PagesDesk
from gateway.replies import RosterImported
from gateway.requests import Refused, RosterForm, Why
from gateway.roster import statements
from gateway.roster.book import make_receiver
from gateway.roster.faults import Fault, RosterFaults
from gateway.roster.frame import read_frame
from gateway.web import bodies, documented, pages_views, problems, registered, rights, shapes
from gateway.web.answers import calling, json
from gateway.web.known import Callers
from gateway.web.rights import Action, Caller
from gateway.web.services import Services

PAGE_MOST = 500
"""Receivers of one answer."""

SHIFT_KEY = 2  # parts of a shift's key: its unit and its name

CHANGED = "the roster was changed meanwhile, or `replace` would remove entries and is not confirmed"
RECEIVERS = documented.route(shapes.Receivers)
ADMINISTRATORS = documented.route(tuple[registered.AdministratorView, ...])
PUT = documented.route(registered.Planned, bodies.PutEntry, e409=CHANGED)
REMOVE = documented.route(registered.Planned, bodies.RemoveEntry, e409=CHANGED)
IMPORT = documented.route(registered.Planned, bodies.ImportFile, e409=CHANGED)
EXPORT = documented.route(str, media="text/plain")
ACCOUNTS = documented.route(tuple[registered.AccountView, ...])
ADD_ACCOUNT = documented.route(body=bodies.AddAccount, status=201, e409="there is such an account")
CHANGE_ACCOUNT = documented.route(
    body=bodies.ChangeAccount,
    status=204,
    e404="there is no such account",
    e409="one does not disable oneself, nor take IT's rights from oneself",
)
KEYS = documented.route(tuple[replies.KeyEntry, ...])
ADD_KEY = documented.route(replies.NewKey, bodies.AddKey, status=201, e409="there is a good key of this name")
REVOKE_KEY = documented.route(status=204, e404="there is no good key of this name")


def install(app: FastAPI, services: Services, pages: PagesDesk) -> None:
    """Add the routes."""
    known = Callers(services)
    _add_register(app, pages, known)
    _add_files(app, pages, known)
    _add_accounts(app, pages, known)
    _add_keys(app, services, known)


def _add_register(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    registering = Annotated[Caller, Depends(rights.guard(known, Action.REGISTER))]

    @app.get("/api/register/receivers", tags=["register"], **RECEIVERS)
    async def receivers(
        _: registering,
        search: Annotated[
            str, Query(max_length=bodies.MAX_NAME, description="part of id, name or number")
        ] = "",
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = 100,
    ) -> Response:
        """Receivers by name, with the proof of their numbers and who else has them."""
        return json(_receivers(pages, search, offset, limit))

    @app.get("/api/register/administrators", tags=["register"], **ADMINISTRATORS)
    async def administrators(_: registering) -> Response:
        """Administrators and their units, as the roster has them."""
        return json(await calling(pages.desk.apart(_administrators)))

    @app.post("/api/register/entries", tags=["register"], **PUT)
    async def put(request: Request, caller: registering) -> Response:
        """Put one entry: new, or in place of what stands under its key."""
        asked = await bodies.read(request, bodies.PutEntry)
        entry: dict[str, Any] = {
            name: list(value) if isinstance(value, tuple) else value for name, value in asked.entry.items()
        }
        work = pages.files.put(asked.table, entry, caller.name, dry_run=asked.preview)
        return json(_planned(await _plainly(calling(work), asked.table)))

    @app.post("/api/register/removals", tags=["register"], **REMOVE)
    async def remove(request: Request, caller: registering) -> Response:
        """Remove one entry. What is referred to is not removed; every place is named."""
        asked = await bodies.read(request, bodies.RemoveEntry)
        if len(asked.key) != (SHIFT_KEY if asked.table == "shift" else 1):
            raise Refused(Why.INVALID, "the key has another number of parts", (("key", "see the table"),))
        key: Hashable = asked.key if asked.table == "shift" else asked.key[0]
        work = pages.files.remove(asked.table, key, caller.name, dry_run=asked.preview)
        return json(_planned(await calling(work)))


def _add_files(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    registering = Annotated[Caller, Depends(rights.guard(known, Action.REGISTER))]

    @app.post("/api/register/import", tags=["register"], **IMPORT)
    async def take(request: Request, caller: registering) -> Response:
        """Import a roster file, all or nothing; with `preview` (the default) only say what would change."""
        asked = await bodies.read(request, bodies.ImportFile, bodies.MAX_FILE)
        wanted = requests.ImportRoster(
            asked.text, asked.preview, asked.replace, asked.confirmed, RosterForm(asked.format)
        )
        return json(_planned(await calling(pages.files.take(wanted, caller.name))))

    @app.get("/api/register/export", tags=["register"], **EXPORT)
    async def export(_: registering, form: Annotated[RosterForm, Query(alias="format")]) -> Response:
        """The whole roster as a file."""
        text = (await calling(pages.files.export(form))).text
        media = "text/csv" if form is RosterForm.CSV else "application/toml"
        named = {"Content-Disposition": f'attachment; filename="roster.{form.value}"'}
        return Response(text, headers=problems.HEADERS | named, media_type=f"{media}; charset=utf-8")


def _add_accounts(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    administering = Annotated[Caller, Depends(rights.guard(known, Action.ADMINISTER))]
    accounts = pages.desk.accounts

    @app.get("/api/accounts", tags=["accounts"], **ACCOUNTS)
    async def list_accounts(_: administering) -> Response:
        """Every account."""
        return json(tuple(map(pages_views.account, accounts.all())))

    @app.post("/api/accounts", tags=["accounts"], **ADD_ACCOUNT)
    async def add_account(request: Request, caller: administering) -> Response:
        """Make an account. The units of a unit administrator are those of the register's administrator."""
        asked = await bodies.read(request, bodies.AddAccount)
        await calling(accounts.add(asked.username, asked.name, asked.kind, asked.password, caller.name))
        return Response(status_code=HTTPStatus.CREATED, headers=problems.HEADERS)

    @app.patch("/api/accounts/{username}", tags=["accounts"], **CHANGE_ACCOUNT)
    async def change_account(
        request: Request, username: Annotated[str, Path(max_length=64)], caller: administering
    ) -> Response:
        """Change an account. A new password or `disabled` logs the person out everywhere."""
        asked = await bodies.read(request, bodies.ChangeAccount)
        if username.lower() == caller.name and (asked.disabled is True or asked.kind is not UNSET):
            raise Refused(Why.CONFLICT, "one does not disable oneself, nor change one's own kind")
        await calling(
            accounts.change(
                username,
                caller.name,
                name=None if asked.name is UNSET else asked.name,
                kind=None if asked.kind is UNSET else asked.kind,
                disabled=None if asked.disabled is UNSET else asked.disabled,
            )
        )
        if asked.password is not UNSET:
            await calling(accounts.set_password(username, asked.password, caller.name))
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=problems.HEADERS)


def _add_keys(app: FastAPI, services: Services, known: rights.Known) -> None:
    administering = Annotated[Caller, Depends(rights.guard(known, Action.ADMINISTER))]
    ask = services.operations.ask

    @app.get("/api/keys", tags=["accounts"], **KEYS)
    async def list_keys(_: administering) -> Response:
        """Every API key that was ever made, without the key itself."""
        return json(await to_asyncio(ask(requests.ListKeys())))

    @app.post("/api/keys", tags=["accounts"], **ADD_KEY)
    async def add_key(request: Request, caller: administering) -> Response:
        """Make an API key; it is shown this once."""
        asked = await bodies.read(request, bodies.AddKey)
        made = await to_asyncio(ask(requests.AddKey(asked.name, asked.scope), caller.name))
        return json(made, HTTPStatus.CREATED)

    @app.delete("/api/keys/{name}", tags=["accounts"], **REVOKE_KEY)
    async def revoke_key(name: Annotated[str, Path(max_length=64)], caller: administering) -> Response:
        """Make an API key worthless, at once."""
        await to_asyncio(ask(requests.RevokeKey(name), caller.name))
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=problems.HEADERS)


def _receivers(pages: PagesDesk, search: str, offset: int, limit: int) -> shapes.Receivers:
    wanted = f"%{search.strip().replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
    reader = pages.desk.reader
    (total,) = reader.execute(statements.COUNT_RECEIVERS, (wanted,) * 3).fetchone()
    rows = reader.execute(statements.FIND_RECEIVERS, (wanted, wanted, wanted, limit, offset)).fetchall()
    found = []
    for row in rows:
        units = reader.execute(statements.UNITS_OF_RECEIVER, (row[0],)).fetchall()
        one = make_receiver(row, tuple(unit for (unit,) in units))
        found.append(pages_views.receiver(pages, one, twins=True))
    return shapes.Receivers(total, tuple(found))


def _administrators(connection: Any) -> tuple[registered.AdministratorView, ...]:
    return tuple(
        registered.AdministratorView(one.username, one.name, one.phone, one.email, one.units)
        for one in read_frame(connection).administrators.values()
    )


def _planned(made: RosterImported) -> registered.Planned:
    return registered.Planned(made.applied, made.count, made.changes)


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
