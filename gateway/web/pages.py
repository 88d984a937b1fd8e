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
from typing import Any
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from msgspec.json import encode
from starlette.responses import HTMLResponse, RedirectResponse

from gateway.accounts.model import Session
from gateway.pagesdesk import PagesDesk
from gateway.requests import Refused, Why
from gateway.web import rights, words
from gateway.web.known import Callers
from gateway.web.rights import Action
from gateway.web.services import Services

PAGES = {
    # address: its template and the key of its name
    "/schema": ("schedule.html", "nav.schedule"),
    "/nu": ("now.html", "nav.now"),
    "/larm": ("alerts.html", "nav.alerts"),
    "/test": ("test.html", "nav.test"),
    "/tackning": ("coverage.html", "nav.coverage"),
}
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
        template, name = PAGES[request.url.path]
        return self._render(request, template, name, session)

    async def _language(self, request: Request) -> Response:
        """Remember the language, and go back to the page that asked, which is one of ours."""
        wanted = request.path_params["language"]
        back = request.query_params.get("back", HOME)
        response = RedirectResponse(back if back in (*PAGES, LOG_IN) else HOME, HTTPStatus.SEE_OTHER)
        if wanted in words.LANGUAGES:
            response.set_cookie(LANGUAGE_COOKIE, wanted, max_age=YEAR, httponly=True, samesite="lax")
        return response

    async def _file(self, request: Request) -> Response:
        name = request.path_params["name"]
        found = self._files.get(name)
        if found is None:
            return Response("not found", HTTPStatus.NOT_FOUND, media_type="text/plain")
        return Response(found, media_type=MEDIA[PurePosixPath(name).suffix])

    def _render(self, request: Request, template: str, name: str, session: Session | None) -> Response:
        language = request.cookies.get(LANGUAGE_COOKIE, words.FIRST)
        said = words.of(language if language in words.LANGUAGES else words.FIRST)
        secret = rights.secret_of(request)
        values: dict[str, Any] = {
            "t": said.__getitem__,
            "language": said["language"],
            "other": said["language.other"],
            "title": said[name],
            "here": request.url.path,
            "nav": [(address, said[key]) for address, (_, key) in PAGES.items()],
            "words": encode({key: text for key, text in said.items() if key.startswith("js.")}).decode(),
            "timezone": self._timezone,
            "account": None if session is None else session.account,
            "csrf": "" if session is None or secret is None else rights.csrf_token(secret),
        }
        return HTMLResponse(self._templates.get_template(template).render(values))

    def _session(self, request: Request) -> Session | None:
        secret = rights.secret_of(request)
        if secret is None or len(secret) > rights.MAX_KEY:
            return None
        try:
            return self._known.session(secret)
        except sqlite3.Error as error:
            raise Refused(Why.UNAVAILABLE, "the store cannot be read now") from error


def _static() -> dict[str, bytes]:
    """Every file below static/, by name."""
    folder = files("gateway.web") / "static"
    return {one.name: one.read_bytes() for one in folder.iterdir() if PurePosixPath(one.name).suffix in MEDIA}
