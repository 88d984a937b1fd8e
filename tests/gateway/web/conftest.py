"""The whole web side over a real store and gateway, called without a socket, on a clock that a test moves."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock as Time

from gateway.accounts import passwords
from gateway.accounts.model import Kind
from gateway.app import Gateway
from gateway.bridge import from_asyncio
from gateway.clock import Clock
from gateway.config import parse
from gateway.desk import Desk
from gateway.operations import Operations
from gateway.pagesdesk import PagesDesk
from gateway.requests import ImportRoster
from gateway.roster.index import open_roster
from gateway.rosterfiles import RosterFiles
from gateway.store.connection import open_reader, tx
from gateway.store.inline import InlineWriter
from gateway.store.keys import Scope
from gateway.store.migrations import open_store
from gateway.web.api import create_app
from gateway.web.services import Services

ZONE = ZoneInfo("Europe/Stockholm")
BEGINS = datetime(2026, 11, 24, 12, 0, tzinfo=ZONE)

CONFIG = """
[gateway]
catch_all = "vaxel"
[coverage]
receivers = ["vaxel"]
[[carrier]]
name = "dect"
type = "espa444"
serves = "extension"
endpoint = "tcp:host=127.0.0.1:port=4444"
"""

ROSTER = """
[[area]]
id = "primarvard"
name = "Primärvård Gävle"
fallback = ["vaxel"]
[[unit]]
id = "hc-andersberg"
area = "primarvard"
name = "HC Andersberg"
aliases = ["SE2321000016-1XYZ"]
[[unit]]
id = "hc-satra"
area = "primarvard"
name = "HC Sätra"
[[receiver]]
id = "anna"
name = "Anna Berg"
kind = "person"
number = "20117"
units = ["hc-andersberg"]
[[receiver]]
id = "bo"
name = "Bo Ek"
kind = "person"
number = "20118"
units = ["hc-andersberg", "hc-satra"]
[[receiver]]
id = "maria"
name = "Maria Falk"
kind = "person"
number = "+46701740606"
units = ["hc-andersberg"]
[[receiver]]
id = "vaxel"
name = "Växeln"
kind = "role"
number = "20999"
units = []
[[shift]]
unit = "hc-andersberg"
name = "Dag"
from = "07:00"
to = "16:00"
[[shift]]
unit = "hc-andersberg"
name = "Natt"
from = "21:00"
to = "07:00"
[[shift]]
unit = "hc-satra"
name = "Dag"
from = "07:00"
to = "16:00"
[[assignment]]
unit = "hc-andersberg"
shift = "Dag"
date = 2026-11-24
role = "nurse"
receivers = ["anna"]
[[administrator]]
username = "KE12345"
name = "Karin Ek"
units = ["hc-andersberg"]
"""

PASSWORD = "correct horse battery"
PEOPLE = {"it": Kind.IT, "ke12345": Kind.UNIT, "reader": Kind.READER}


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


@dataclass
class Browser:
    """Somebody at a browser, or a program with a key."""

    house: "House"
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""
    key: str = ""
    address: str = "10.0.0.7"

    async def ask(
        self, method: str, target: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """One request; a body that is no octets goes as JSON."""
        sent = dict(headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.csrf:
            sent.setdefault("X-CSRF-Token", self.csrf)
        if self.key:
            sent["Authorization"] = f"Bearer {self.key}"
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        reply = await self.house.call(method, target, data, sent, self.address)
        for name, value in reply.headers:
            if name == "set-cookie":
                for cookie in SimpleCookie(value).values():
                    self.cookies[cookie.key] = cookie.value
                    if not cookie.value:
                        del self.cookies[cookie.key]
        return reply

    async def send_file(self, form: str, text: str | bytes, **asked: str) -> Reply:
        """A roster file to be imported, `form` toml or csv; `asked` goes with it: preview="false" …"""
        octets = text if isinstance(text, bytes) else text.encode()
        media = {"toml": "application/toml", "csv": "text/csv; charset=utf-8"}[form]
        target = f"/api/register/import?{urlencode(asked)}"
        return await self.ask("POST", target, octets, {"Content-Type": media})

    async def version(self, username: str) -> str:
        """Of an account, as IT reads it."""
        (found,) = [
            one for one in (await self.ask("GET", "/api/accounts")).json if one["username"] == username
        ]
        return str(found["version"])

    async def log_in(self, username: str, password: str = PASSWORD, **headers: str) -> Reply:
        """Log in as a person does."""
        reply = await self.ask(
            "POST", "/api/session", {"username": username, "password": password}, dict(headers)
        )
        if reply.status == 200:
            self.csrf = reply.json["csrf"]
        return reply


class House:
    """Store, gateway, desk and application."""

    def __init__(self, folder: Path, config: str = CONFIG, roster: str = ROSTER) -> None:
        self.fake = Time()
        self.config = parse(config.encode(), folder, {})
        self.connection = open_store(self.config.store.path)
        with tx(self.connection):
            open_roster(self.connection, ZONE)
        self.reader = open_reader(self.config.store.path)
        self.clock = Clock(self.fake, self._wall)
        self.writer = InlineWriter(self.connection)
        self.gateway = Gateway(self.config, self.clock, self.writer, self.reader, self)
        self.files = RosterFiles(self.config.store.path, "SE", ZONE, self.writer, self.clock.now, execute)
        self.desk = Desk(self.config, self.clock, self.writer, self.reader, execute)
        self.pages = PagesDesk(self.config, self.clock, self.writer, self.gateway, self.desk, self.files)
        self.operations = Operations(
            self.config,
            self.writer,
            self.reader,
            self.gateway.who,
            self.files,
            self.gateway.lines,
            self.clock.now,
            self.desk.handlers(self.files),
        )
        self.behind_proxy = False
        self.secure_cookies: bool | None = None
        self._app: FastAPI | None = None
        if roster:
            self.done(self.files.take(ImportRoster(roster)))
        self.keys: dict[Scope, str] = {}

    def _wall(self) -> int:
        return round((BEGINS.timestamp() + self.fake.seconds()) * 1000)

    # as app.Endpoints
    def client(self, description: str) -> Any:
        return self

    def server(self, description: str) -> Any:
        return self

    def connect(self, factory: object) -> Deferred[Any]:
        """No line ever comes up here."""
        return Deferred()

    @property
    def app(self) -> FastAPI:
        if self._app is None:
            self._app = create_app(
                Services(
                    operations=self.operations,
                    submit=self.gateway.intake.document,
                    acknowledge=self.gateway.acknowledge,
                    cancel=self.gateway.cancel,
                    healthy=lambda: True,
                    readiness=self.gateway.readiness,
                    metrics=CollectorRegistry(),
                    pages=self.pages,
                    behind_proxy=self.behind_proxy,
                    secure_cookies=self.secure_cookies,
                )
            )
        return self._app

    def done(self, deferred: Deferred[Any]) -> Any:
        """The outcome of what has fired."""
        found: list[Any] = []
        deferred.addBoth(found.append)
        if hasattr(found[0], "raiseException"):
            found[0].raiseException()
        return found[0]

    def run(self, work: Any) -> Any:
        """The outcome of a coroutine of the core."""
        return self.done(Deferred.fromCoroutine(work))

    def people(self) -> None:
        """One account of each kind, and one key of each scope."""
        from gateway.requests import AddKey  # noqa: PLC0415

        names = {"it": "Ivar Tek", "ke12345": "Karin Ek", "reader": "Rut Läs"}
        for username, kind in PEOPLE.items():
            self.run(self.desk.accounts.add(username, names[username], kind, PASSWORD, "console"))
        for scope in Scope:
            self.keys[scope] = self.done(self.operations.ask(AddKey(scope.value, scope))).key

    async def browser(self, username: str | None = None) -> Browser:
        """A browser, logged in as somebody."""
        made = Browser(self)
        if username is not None:
            assert (await made.log_in(username)).status == 200
        return made

    async def call(
        self, method: str, target: str, body: bytes, headers: dict[str, str], address: str
    ) -> Reply:
        """One request to the application."""
        path, _, query = target.partition("?")
        messages: list[dict[str, Any]] = []
        given: list[bool] = []

        async def receive() -> dict[str, Any]:
            if messages or given:
                await asyncio.get_running_loop().create_future()  # the browser stays until it is answered
            given.append(True)
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": (address, 1),
            "server": ("127.0.0.1", 8080),
        }
        await from_asyncio(self.app(scope, receive, send))
        start, *parts = messages
        got = [(name.decode(), value.decode()) for name, value in start["headers"]]
        return Reply(start["status"], got, b"".join(part.get("body", b"") for part in parts))

    def close(self) -> None:
        self.reader.close()
        self.connection.close()


@pytest.fixture
def make_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., House]]:
    """Makes houses; passwords are hashed at the least cost."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(1, 8, 1))
    passwords._nobodys.cache_clear()
    houses: list[House] = []

    def make(**options: Any) -> House:
        folder = tmp_path / str(len(houses))
        folder.mkdir()
        houses.append(House(folder, **options))
        return houses[-1]

    yield make
    for one in houses:
        one.close()


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    """A house with its people."""
    made = make_house()
    made.people()
    return made
