"""The HTTP interface, called without a socket."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter
from twisted.internet.defer import Deferred, fail, succeed

from gateway import replies, requests
from gateway.bridge import from_asyncio
from gateway.model import Proof
from gateway.ports import LineState, Readiness
from gateway.requests import Refused, Why
from gateway.store.keys import ApiKey, Scope
from gateway.web.api import MAX_EVENT, create_app
from gateway.web.services import Services
from protocols.clinic24.event import FieldError
from protocols.clinic24.messages import Answer, AnswerStatus

KEYS = {f"key-{scope}": ApiKey(scope.value, scope, 0, None) for scope in Scope}
DETAIL = replies.AlertDetail(
    alert="7",
    source="clinic24",
    id="e1",
    open=True,
    status="delivered",
    unit="u",
    unit_name="Unit",
    kind=None,
    role=None,
    profession=None,
    priority=2,
    case=None,
    receivers=("Anna Berg",),
    accepted_at="2026-11-24T11:00:00.000Z",
    closed_at=None,
    proof=Proof.DELIVERED,
    expires_at="2026-11-24T11:30:00.000Z",
    timeline=(),
)
ACCEPTED = Answer(source="s", id="i", status=AnswerStatus.ACCEPTED, alert="7")
CLOUDEVENT = {"Content-Type": "application/cloudevents+json; charset=utf-8"}


@dataclass
class Core:
    """Stands for the gateway: answers what the test wants, and remembers what it was asked."""

    reply: Callable[[requests.Request], Deferred[Any]] = lambda _: succeed(DETAIL)
    answer: Answer = ACCEPTED
    asked: list[requests.Request] = field(default_factory=list)
    submitted: list[tuple[bytes, str]] = field(default_factory=list)
    closed: list[tuple[str, int, str]] = field(default_factory=list)
    healthy: bool = True
    ready: bool = True
    store: bool = True

    def ask(self, request: requests.Request) -> Deferred[Any]:
        self.asked.append(request)
        return self.reply(request)

    def verify_key(self, key: str) -> ApiKey | None:
        if not self.store:
            raise sqlite3.OperationalError("disk I/O error in /var/lib/bakjour.db")
        return KEYS.get(key)

    def submit(self, document: bytes, way: str) -> Deferred[Answer]:
        self.submitted.append((document, way))
        return succeed(self.answer)

    def close(self, word: str) -> Callable[[int, str], Deferred[None]]:
        def closed(alert: int, by: str) -> Deferred[None]:
            if alert == 9:
                return fail(Refused(Why.CONFLICT, "alert 9 is closed: expired"))
            self.closed.append((word, alert, by))
            return succeed(None)

        return closed

    def app(self) -> FastAPI:
        registry = CollectorRegistry()
        Counter("bakjour_events", "Events.", registry=registry).inc()
        line = LineState("dect", "espa444", False, "no answer", {})
        return create_app(
            Services(
                operations=self,  # type: ignore[arg-type]
                submit=self.submit,
                acknowledge=self.close("acknowledged"),
                cancel=self.close("cancelled"),
                healthy=lambda: self.healthy,
                readiness=lambda: Readiness(self.ready, "no carrier is up", [line]),
                metrics=registry,
            )
        )


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def call(
    core: Core,
    method: str,
    target: str,
    scope: Scope | None = Scope.ADMIN,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> Reply:
    """One request to the application."""
    path, _, query = target.partition("?")
    sent = dict(headers or {})
    if scope is not None:
        sent.setdefault("Authorization", f"Bearer key-{scope}")
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    asgi = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8080),
    }
    app = core.app()
    try:
        await from_asyncio(app(asgi, receive, send))
    except Exception:
        # The application answers 500 and then raises for the server's log.
        assert messages[0]["status"] == 500
    start, *parts = messages
    got = {name.decode(): value.decode() for name, value in start["headers"]}
    return Reply(start["status"], got, b"".join(part.get("body", b"") for part in parts))


async def test_alert() -> None:
    """An alert is what the contract says."""
    core = Core()
    reply = await call(core, "GET", "/api/alerts/7", Scope.READ)
    assert reply.status == 200
    assert core.asked == [requests.ShowAlert("7")]
    expected = {"alert": "7", "source": "clinic24", "id": "e1", "open": True, "status": "delivered"}
    assert expected.items() <= reply.json.items()
    assert reply.headers["cache-control"] == "no-store"


async def test_alerts() -> None:
    """The list takes its limit from the query."""
    core = Core(lambda _: succeed(()))
    reply = await call(core, "GET", "/api/alerts?limit=5&open_only=true", Scope.READ)
    assert reply.json == []
    assert core.asked == [requests.ListAlerts(5, True)]


async def test_who() -> None:
    """The question reaches the resolver as it was put, a blank for the plus of an offset too."""
    core = Core()
    target = "/api/who?unit=u&profession=nurse&kind=escalated&priority=1&at=2026-11-24T13:05:00+01:00"
    assert (await call(core, "GET", target, Scope.READ)).status == 200
    assert core.asked == [requests.AskWho("u", "nurse", "escalated", 1, "2026-11-24T13:05:00 01:00")]


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/api/events", Scope.EVENTS),
        ("GET", "/api/alerts", Scope.READ),
        ("GET", "/api/alerts/7", Scope.READ),
        ("GET", "/api/who?unit=u&profession=p", Scope.READ),
        ("GET", "/metrics", Scope.READ),
        ("POST", "/api/alerts/7/acknowledge", Scope.ADMIN),
        ("POST", "/api/alerts/7/cancel", Scope.ADMIN),
    ],
)
async def test_scopes(method: str, path: str, scope: Scope) -> None:
    """A route opens to its own scope and to admin, to nobody else, and nothing happens before."""
    for key in Scope:
        core = Core()
        reply = await call(core, method, path, key, b"{}", CLOUDEVENT)
        assert (reply.status == 403) == (key not in (scope, Scope.ADMIN))
        if reply.status == 403:
            assert reply.headers["content-type"] == "application/problem+json"
            assert core.asked == core.submitted == core.closed == []
    for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic a2V5"}):
        core = Core()
        reply = await call(core, method, path, None, b"{}", CLOUDEVENT | header)
        assert reply.status == 401
        assert reply.headers["www-authenticate"] == "Bearer"
        assert core.asked == core.submitted == core.closed == []


async def test_huge_key() -> None:
    """A key that can be none is refused before it is looked up."""
    reply = await call(Core(), "GET", "/api/alerts", None, headers={"Authorization": "Bearer " + "x" * 9999})
    assert reply.status == 401


async def test_openapi_needs_a_key() -> None:
    """All of /api wants a key, its description too; no page of FastAPI's own is served."""
    assert (await call(Core(), "GET", "/api/openapi.json", None)).status == 401
    document = (await call(Core(), "GET", "/api/openapi.json", Scope.EVENTS)).json
    assert document["paths"]["/api/events"]["post"]["responses"].keys() >= {"202", "200", "422", "503"}
    assert {"AlertDetail", "WhoAnswer", "Event", "Problem"} <= document["components"]["schemas"].keys()
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert (await call(Core(), "GET", path)).status == 404


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (AnswerStatus.ACCEPTED, 202),
        (AnswerStatus.DUPLICATE, 200),
        (AnswerStatus.IGNORED, 200),
        (AnswerStatus.REJECTED, 422),
        (AnswerStatus.RETRY, 503),
    ],
)
async def test_events(answer: AnswerStatus, status: int) -> None:
    """Each answer has its status, and the document goes in as it came."""
    core = Core(
        answer=Answer(source="s", id="i", status=answer, errors=(FieldError("data.unit", "unknown"),))
    )
    reply = await call(core, "POST", "/api/events", Scope.EVENTS, b'{"a":1}', CLOUDEVENT)
    assert reply.status == status
    assert core.submitted == [(b'{"a":1}', "http")]
    assert reply.json["source"] == "s"
    if status == 422:
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json["errors"] == [{"path": "data.unit", "message": "unknown"}]
    if status == 503:
        assert reply.headers["retry-after"] == "1"


@pytest.mark.parametrize("media", ["text/plain", "", "application/cloudevents-batch+json"])
async def test_other_media(media: str) -> None:
    """Only structured mode is taken."""
    core = Core()
    headers = {"Content-Type": media} if media else {}
    assert (await call(core, "POST", "/api/events", Scope.EVENTS, b"{}", headers)).status == 415
    assert core.submitted == []


async def test_too_long_an_event() -> None:
    """An event over the limit is refused without being taken in."""
    core = Core()
    reply = await call(core, "POST", "/api/events", Scope.EVENTS, b"x" * (MAX_EVENT + 1), CLOUDEVENT)
    assert reply.status == 413
    assert core.submitted == []


async def test_closing() -> None:
    """Acknowledge and cancel say who did it, and answer with the alert; a closed one is a conflict."""
    core = Core()
    assert (await call(core, "POST", "/api/alerts/7/acknowledge")).json["alert"] == "7"
    assert (await call(core, "POST", "/api/alerts/7/cancel")).status == 200
    assert core.closed == [("acknowledged", 7, "key:admin"), ("cancelled", 7, "key:admin")]
    assert (await call(core, "POST", "/api/alerts/9/cancel")).status == 409
    assert (await call(core, "POST", "/api/alerts/x/cancel")).status == 404


@pytest.mark.parametrize(
    ("why", "status"),
    [(Why.NOT_FOUND, 404), (Why.INVALID, 422), (Why.CONFLICT, 409), (Why.UNAVAILABLE, 503)],
)
async def test_refused(why: Why, status: int) -> None:
    """What the gateway refuses is a problem with its faults."""
    core = Core(lambda _: fail(Refused(why, "no", (("at", "is no time"),))))
    reply = await call(core, "GET", "/api/alerts/7")
    assert reply.status == status
    assert reply.json["detail"] == "no"
    assert reply.json["errors"] == [{"path": "at", "message": "is no time"}]


async def test_parameters() -> None:
    """A parameter that cannot be understood is named."""
    reply = await call(Core(), "GET", "/api/who?unit=u&priority=high")
    assert reply.status == 422
    assert {error["path"] for error in reply.json["errors"]} == {"query.profession", "query.priority"}
    assert (await call(Core(), "GET", "/api/alerts?limit=100000")).status == 422


async def test_no_trace() -> None:
    """A fault of the program and an unreadable store are told without what is inside them."""
    reply = await call(Core(lambda _: fail(KeyError("secret"))), "GET", "/api/alerts/7")
    assert reply.status == 500
    assert b"secret" not in reply.body
    reply = await call(Core(store=False), "GET", "/api/alerts/7")
    assert reply.status == 503
    assert b"/var/lib" not in reply.body


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("PUT", "/healthz", 405)])
async def test_unknown_routes(method: str, path: str, status: int) -> None:
    """What does not exist is a problem too."""
    reply = await call(Core(), method, path, None)
    assert reply.status == status
    assert reply.json["status"] == status


async def test_health_and_readiness() -> None:
    """Monitors need no key; readiness always lists the lines."""
    assert (await call(Core(), "GET", "/healthz", None)).status == 200
    assert (await call(Core(healthy=False), "GET", "/healthz", None)).status == 503
    assert (await call(Core(), "GET", "/readyz", None)).status == 200
    reply = await call(Core(ready=False), "GET", "/readyz", None)
    assert reply.status == 503
    assert reply.json["lines"][0]["name"] == "dect"


async def test_metrics() -> None:
    """Counters are Prometheus text."""
    reply = await call(Core(), "GET", "/metrics", Scope.READ)
    assert reply.headers["content-type"].startswith("text/plain")
    assert b"bakjour_events_total 1.0" in reply.body
