"""The pages that people use in a browser, and the files that these load.

Rules: a page holds words and controls, never what the roster says: its modules fetch that from the JSON API,
where `rights` judges every request. So a page is shown to whoever is logged in, and everybody else is sent
to the log-in. Nothing inline, nothing from another host (see `headers`). Files are read once, at the start,
and only their known names are served.
"""

import sqlite3
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from msgspec.json import encode
from starlette.responses import HTMLResponse, RedirectResponse

from gateway.accounts.model import Kind, Session
from gateway.pagesdesk import PagesDesk
from gateway.requests import Refused, Why
from gateway.web import rights, words
from gateway.web.known import Callers
from gateway.web.rights import Action
from gateway.web.services import Services

EVERYBODY = frozenset(Kind)
IT = frozenset({Kind.IT})
SCHEDULERS = IT | {Kind.UNIT}


class Page(NamedTuple):
    """One page: its template, the key of its name, and whom the navigation offers it to."""

    template: str
    name: str
    kinds: frozenset[Kind] = EVERYBODY


PAGES = {
    "/schema": Page("schedule.html", "nav.schedule"),
    "/nu": Page("now.html", "nav.now"),
    "/larm": Page("alerts.html", "nav.alerts"),
    "/tackning": Page("coverage.html", "nav.coverage"),
    "/test": Page("test.html", "nav.test"),
    "/historik": Page("record.html", "nav.record", SCHEDULERS),
    "/kalendrar": Page("calendars.html", "nav.calendars", SCHEDULERS),
    "/utskrift": Page("paper.html", "nav.paper"),
    "/enheter": Page("units.html", "nav.units", IT),
    "/mottagare": Page("receivers.html", "nav.receivers", IT),
    "/administratorer": Page("administrators.html", "nav.administrators", IT),
    "/filer": Page("files.html", "nav.files", IT),
    "/konton": Page("accounts.html", "nav.accounts", IT),
    "/nycklar": Page("keys.html", "nav.keys", IT),
    "/losenord": Page("password.html", "nav.password"),
}
"""In the order of the navigation; those of IT alone stand in a row of their own."""
OWN = "/losenord"  # stands beside one's name, not among the pages

HOME = "/schema"
LOG_IN = "/login"
LANGUAGE_COOKIE = "bakjour_language"
YEAR = 365 * 24 * 3600  # seconds

MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def install(app: FastAPI, services: Services, pages: PagesDesk) -> None:
    """Add the pages."""
    _Pages(services, pages).install(app)


class _Pages:
    def __init__(self, services: Services, pages: PagesDesk) -> None:
        self._known = Callers(services)
        self._timezone = pages.desk.zone.key
        loader = PackageLoader("gateway.web")
        self._templates = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._files = _static()

    def install(self, app: FastAPI) -> None:
        """Add the routes; none of them is a part of the JSON API."""
        anybody = [Depends(rights.guard(self._known, Action.OPEN))]
        routes: dict[str, Callable[[Request], Awaitable[Response]]] = {
            "/": self._home,
            LOG_IN: self._log_in,
            "/language/{language}": self._language,
            "/static/{name}": self._file,
        }
        for address, answer in (routes | dict.fromkeys(PAGES, self._page)).items():
            route = app.get(address, include_in_schema=False, response_class=Response, dependencies=anybody)
            route(answer)

    async def _home(self, _request: Request) -> Response:
        return RedirectResponse(HOME, HTTPStatus.SEE_OTHER)

    async def _log_in(self, request: Request) -> Response:
        if self._session(request) is not None:
            return RedirectResponse(HOME, HTTPStatus.SEE_OTHER)
        return self._render(request, "login.html", "login.title", None)

    async def _page(self, request: Request) -> Response:
        session = self._session(request)
        if session is None:
            after = quote(request.url.path + (f"?{request.url.query}" if request.url.query else ""), safe="")
            return RedirectResponse(f"{LOG_IN}?next={after}", HTTPStatus.SEE_OTHER)
        page = PAGES[request.url.path]
        if session.account.kind not in page.kinds:
            return self._render(request, "forbidden.html", page.name, session, HTTPStatus.FORBIDDEN)
        return self._render(request, page.template, page.name, session)

    async def _language(self, request: Request) -> Response:
        """Remember the language, and go back to the page that asked, which is one of ours."""
        wanted = request.path_params["language"]
        back = request.query_params.get("back", HOME)
        ours = back.partition("?")[0] in (*PAGES, LOG_IN)
        response = RedirectResponse(back if ours else HOME, HTTPStatus.SEE_OTHER)
        if wanted in words.LANGUAGES:
            response.set_cookie(LANGUAGE_COOKIE, wanted, max_age=YEAR, httponly=True, samesite="lax")
        return response

    async def _file(self, request: Request) -> Response:
        name = request.path_params["name"]
        found = self._files.get(name)
        if found is None:
            return Response("not found", HTTPStatus.NOT_FOUND, media_type="text/plain")
        return Response(found, media_type=MEDIA[PurePosixPath(name).suffix])

    def _render(
        self,
        request: Request,
        template: str,
        name: str,
        session: Session | None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        language = request.cookies.get(LANGUAGE_COOKIE, words.FIRST)
        said = words.of(language if language in words.LANGUAGES else words.FIRST)
        secret = rights.secret_of(request)
        values: dict[str, Any] = {
            "t": said.__getitem__,
            "language": said["language"],
            "other": said["language.other"],
            "title": said[name],
            "here": request.url.path,
            "nav": _navigation(said, session),
            "words": encode({key: text for key, text in said.items() if key.startswith("js.")}).decode(),
            "timezone": self._timezone,
            "account": None if session is None else session.account,
            "csrf": "" if session is None or secret is None else rights.csrf_token(secret),
        }
        return HTMLResponse(self._templates.get_template(template).render(values), status)

    def _session(self, request: Request) -> Session | None:
        secret = rights.secret_of(request)
        if secret is None or len(secret) > rights.MAX_KEY:
            return None
        try:
            return self._known.session(secret)
        except sqlite3.Error as error:
            raise Refused(Why.UNAVAILABLE, "the store cannot be read now") from error


def _navigation(said: dict[str, str], session: Session | None) -> list[list[tuple[str, str]]]:
    """The rows of the navigation as one's kind of account sees them: everybody's pages, then IT's."""
    if session is None:
        return []
    seen = [(a, page) for a, page in PAGES.items() if session.account.kind in page.kinds and a != OWN]
    rows = [[(a, said[page.name]) for a, page in seen if (page.kinds == IT) is its] for its in (False, True)]
    return [row for row in rows if row]


def _static() -> dict[str, bytes]:
    """Every file below static/, by name."""
    folder = files("gateway.web") / "static"
    return {one.name: one.read_bytes() for one in folder.iterdir() if PurePosixPath(one.name).suffix in MEDIA}
