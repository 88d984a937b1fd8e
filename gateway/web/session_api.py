"""Logging in and out, and one's own password.

Rules: the cookie is HttpOnly and SameSite=Lax, and Secure where the request came over TLS or the
configuration says so. A log-in is JSON and never taken from another site's page. What a browser says of its
address is believed only where `[web] behind_proxy` says that a proxy wrote it.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request, Response

from gateway.accounts.model import Session
from gateway.accounts.records import ABSOLUTE
from gateway.accounts.service import TooManyTries
from gateway.pagesdesk import PagesDesk
from gateway.web import bodies, documented, problems, rights, shapes
from gateway.web.answers import calling, json
from gateway.web.known import Callers
from gateway.web.rights import Action, Caller
from gateway.web.services import Services
from protocols.clinic24 import times

SECOND = 1000

OPENED = documented.route(
    shapes.SessionView,
    bodies.LogIn,
    is_open=True,
    e401="the user name or the password is wrong",
    e403="the request comes from another site",
    e429="too many failed log-ins of this account or address: `detail` says how long to wait",
)
SHOWN = documented.route(shapes.SessionView)
ENDED = documented.route(status=204)
CHANGED = documented.route(
    body=bodies.NewPassword, status=204, e429="too many wrong passwords: `detail` says how long to wait"
)


class Transport:
    """What a request's own connection says, or the proxy before us."""

    def __init__(self, behind_proxy: bool, secure_cookies: bool | None) -> None:
        self._behind_proxy = behind_proxy
        self._secure_cookies = secure_cookies

    def secure(self, scope: Mapping[str, Any]) -> bool:
        """Whether the request came over TLS."""
        if scope.get("scheme") == "https":
            return True
        return self._behind_proxy and _header(scope, b"x-forwarded-proto") == "https"

    def secure_cookie(self, scope: Mapping[str, Any]) -> bool:
        """Whether the cookie is for TLS alone."""
        return self.secure(scope) if self._secure_cookies is None else self._secure_cookies

    def address(self, scope: Mapping[str, Any]) -> str:
        """Who asks: the last address that our own proxy wrote, or the connection's."""
        if self._behind_proxy:
            told = _header(scope, b"x-forwarded-for").rpartition(",")[2].strip()
            if told:
                return told[:64]
        client = scope.get("client")
        return str(client[0]) if client else "local"


def install(app: FastAPI, services: Services, pages: PagesDesk) -> None:
    """Add the routes."""
    transport = Transport(services.behind_proxy, services.secure_cookies)
    known = Callers(services)
    anybody = rights.guard(known, Action.OPEN)
    oneself = rights.guard(known, Action.SELF)
    accounts = pages.desk.accounts

    @app.post("/api/session", tags=["session"], dependencies=[Depends(anybody)], **OPENED)
    async def log_in(request: Request) -> Response:
        """Log in. The cookie of the session comes with the answer, and so does the CSRF token."""
        if rights.foreign(request):
            raise HTTPException(HTTPStatus.FORBIDDEN, "the request comes from another site")
        asked = await bodies.read(request, bodies.LogIn)
        address = transport.address(request.scope)
        try:
            made = await calling(
                accounts.log_in(asked.username, asked.password, address), HTTPStatus.UNAUTHORIZED
            )
        except TooManyTries as error:
            return _wait(error)
        response = json(_view(made.session, made.secret))
        _set(response, made.secret, secure=transport.secure_cookie(request.scope))
        return response

    @app.get("/api/session", tags=["session"], **SHOWN)
    async def who_am_i(request: Request, caller: Annotated[Caller, Depends(oneself)]) -> Response:
        """Who is logged in, and the CSRF token."""
        secret = rights.secret_of(request)
        assert caller.session is not None
        assert secret is not None
        return json(_view(caller.session, secret))

    @app.delete("/api/session", tags=["session"], **ENDED)
    async def log_out(caller: Annotated[Caller, Depends(oneself)]) -> Response:
        """Log out."""
        assert caller.session is not None
        await calling(accounts.log_out(caller.session))
        response = Response(status_code=HTTPStatus.NO_CONTENT, headers=problems.HEADERS)
        for name in (rights.COOKIE, rights.SECURE_COOKIE):
            response.delete_cookie(name, secure=name == rights.SECURE_COOKIE, httponly=True, samesite="lax")
        return response

    @app.put("/api/session/password", tags=["session"], **CHANGED)
    async def change_password(request: Request, caller: Annotated[Caller, Depends(oneself)]) -> Response:
        """Change one's own password; every other session of the account ends."""
        asked = await bodies.read(request, bodies.NewPassword)
        assert caller.session is not None
        address = transport.address(request.scope)
        try:
            await calling(accounts.change_own(caller.session, asked.old, asked.new, address))
        except TooManyTries as error:
            return _wait(error)
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=problems.HEADERS)


def _wait(error: TooManyTries) -> Response:
    seconds = int(error.wait) + 1
    headers = {"Retry-After": str(seconds)}
    return problems.problem(HTTPStatus.TOO_MANY_REQUESTS, str(error), headers=headers, wait=seconds)


def _view(session: Session, secret: str) -> shapes.SessionView:
    account = session.account
    return shapes.SessionView(
        username=account.username,
        name=account.name,
        kind=account.kind,
        units=account.units,
        csrf=rights.csrf_token(secret),
        begun_at=times.render(session.begun_at),
        ends_at=times.render(session.ends_at),
    )


def _set(response: Response, secret: str, *, secure: bool) -> None:
    response.set_cookie(
        rights.SECURE_COOKIE if secure else rights.COOKIE,
        secret,
        max_age=ABSOLUTE // SECOND,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def _header(scope: Mapping[str, Any], name: bytes) -> str:
    for key, value in scope.get("headers", ()):
        if key == name:
            return str(value.decode("latin-1"))
    return ""
