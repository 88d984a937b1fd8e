"""What IT does beside the register: roster files, accounts, keys.

Rules: `preview` shows what would change and does nothing. The keys' own texts are shown once.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, FastAPI, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from msgspec import UNSET, to_builtins

from gateway import replies, requests
from gateway.accounts.model import Change
from gateway.accounts.records import AccountStale
from gateway.bridge import to_asyncio
from gateway.pagesdesk import PagesDesk
from gateway.requests import Refused, RosterForm, Why
from gateway.web import bodies, documented, pages_views, problems, registered, rights, uploads
from gateway.web.answers import calling, json
from gateway.web.known import Callers
from gateway.web.register_api import planned
from gateway.web.rights import Action, Caller
from gateway.web.services import Services
from protocols.clinic24 import times

CHANGED = "the roster was changed meanwhile, or `replace` would remove entries and is not confirmed"
IMPORT = documented.route(registered.Planned, takes=tuple(uploads.FORMS), e409=CHANGED)
EXPORT = documented.route(str, media=("application/toml", "text/csv"))
ACCOUNTS = documented.route(tuple[registered.AccountView, ...])
ADD_ACCOUNT = documented.route(body=bodies.AddAccount, status=201, e409="there is such an account")
CHANGE_ACCOUNT = documented.route(
    body=bodies.ChangeAccount,
    status=204,
    e404="there is no such account",
    e409="somebody else changed it; one does not disable oneself, nor take IT's rights from oneself",
)
KEYS = documented.route(tuple[replies.KeyEntry, ...])
ADD_KEY = documented.route(replies.NewKey, bodies.AddKey, status=201, e409="there is a good key of this name")
REVOKE_KEY = documented.route(status=204, e404="there is no good key of this name")


def install(app: FastAPI, services: Services, pages: PagesDesk) -> None:
    """Add the routes."""
    known = Callers(services)
    _add_files(app, pages, known)
    _add_accounts(app, pages, known)
    _install_stale(app, pages)
    _add_keys(app, services, known)


def _add_files(app: FastAPI, pages: PagesDesk, known: rights.Known) -> None:
    registering = Annotated[Caller, Depends(rights.guard(known, Action.REGISTER))]

    @app.post("/api/register/import", tags=["register"], **IMPORT)
    async def take(
        request: Request,
        caller: registering,
        preview: bool = True,
        replace: bool = False,
        confirmed: bool = False,
        version: Annotated[str | None, Query(max_length=bodies.MAX_VERSION)] = None,
    ) -> Response:
        """Import the file that is the body, all or nothing; with `preview` only say what would change.

        `version` is that of the preview: refused if the file would do something else by now.
        """
        form = uploads.form_of(request)
        async with uploads.kept(request) as file:
            wanted = requests.ImportRoster("", preview, replace, confirmed, form, version, file=file.fileno())
            return json(planned(await calling(pages.files.take(wanted, caller.name))))

    @app.get("/api/register/export", tags=["register"], **EXPORT)
    async def export(_: registering, form: Annotated[RosterForm, Query(alias="format")]) -> Response:
        """The whole roster as a file."""
        text = (await calling(pages.files.export(form))).text
        media = "text/csv" if form is RosterForm.CSV else "application/toml"
        named = {"Content-Disposition": f'attachment; filename="roster.{form.value}"'}
        return StreamingResponse(
            uploads.pieces(text), headers=problems.HEADERS | named, media_type=f"{media}; charset=utf-8"
        )


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
        """Change an account, all or nothing. A new password or `disabled` logs the person out everywhere.

        Refused if `version` is not what stands: somebody else changed it.
        """
        asked = await bodies.read(request, bodies.ChangeAccount)
        if username.lower() == caller.name and (asked.disabled is True or asked.kind is not UNSET):
            raise Refused(Why.CONFLICT, "one does not disable oneself, nor change one's own kind")
        wanted = Change(
            name=None if asked.name is UNSET else asked.name,
            kind=None if asked.kind is UNSET else asked.kind,
            disabled=None if asked.disabled is UNSET else asked.disabled,
            password=None if asked.password is UNSET else asked.password,
        )
        await calling(accounts.change(username, caller.name, wanted, int(asked.version)))
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=problems.HEADERS)


def _install_stale(app: FastAPI, pages: PagesDesk) -> None:
    async def stale(request: Request, error: Exception) -> Response:
        assert isinstance(error, AccountStale)
        return problems.problem(
            HTTPStatus.CONFLICT,
            str(error),
            asked=request,
            code="stale",
            account=to_builtins(pages_views.account(error.stands)),
            by=error.by,
            by_name=pages.desk.name_of(error.by),
            at=None if error.at is None else times.render(error.at),
        )

    app.add_exception_handler(AccountStale, stale)


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
