"""The routes of the HTTP interface, as the published contract names them.

Rules: all of `/api` and `/metrics` want a key or a session (see `rights`); `/healthz` and `/readyz` are open,
for monitors. Replies are
the values of `requests`, encoded by msgspec; FastAPI routes, checks parameters and writes the OpenAPI. No
script or font comes from outside, so its own documentation pages are off.
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request, Response
from msgspec.json import encode
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway import requests, views
from gateway.bridge import to_asyncio
from gateway.operations import alert_number
from gateway.web import (
    audit_api,
    calendar_api,
    choosing_api,
    corrections_api,
    live_api,
    openapi,
    pages,
    pages_api,
    paper_api,
    problems,
    register_api,
    registry_api,
    rights,
    session_api,
)
from gateway.web.bodies import octets
from gateway.web.headers import SecurityHeaders
from gateway.web.known import Callers
from gateway.web.rights import Action, Caller
from gateway.web.services import Services
from protocols.clinic24.messages import Answer, AnswerStatus, encode_answer

WAY = "http"
"""What the log and the refusals call this way in."""

MAX_EVENT = 64 * 1024  # bytes; the same as a line of the TCP source
EVENT_TYPES = ("application/cloudevents+json", "application/json")
RETRY_AFTER = "1"  # second

_STATUS = {
    AnswerStatus.ACCEPTED: HTTPStatus.ACCEPTED,
    AnswerStatus.DUPLICATE: HTTPStatus.OK,
    AnswerStatus.IGNORED: HTTPStatus.OK,
}


def create_app(services: Services) -> FastAPI:
    """The application. No I/O; nothing listens yet."""
    app = FastAPI(
        title="bakjour",
        description="Paging gateway: events in, alerts and what became of them out.",
        version=requests.program_version(),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    problems.install(app)
    _add_events(app, services)
    _add_alerts(app, services)
    _add_troubles(app, services)
    _add_who(app, services)
    _add_monitoring(app, services)
    _add_description(app, services)
    transport = session_api.Transport(services.behind_proxy, services.secure_cookies)
    if services.pages is not None:
        for part in (
            session_api,
            choosing_api,
            pages_api,
            corrections_api,
            register_api,
            registry_api,
            audit_api,
            live_api,
            calendar_api,
            paper_api,
            pages,
        ):
            part.install(app, services, services.pages)
    app.add_middleware(SecurityHeaders, is_secure=transport.secure)
    return app


def _add_events(app: FastAPI, services: Services) -> None:
    may_send = rights.guard(Callers(services), Action.SEND)

    @app.post("/api/events", dependencies=[Depends(may_send)], **openapi.EVENTS)
    async def post_event(request: Request) -> Response:
        """Take one event, CloudEvents 1.0 in structured mode. Answered after the commit."""
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media not in EVENT_TYPES:
            detail = f"the content type must be {EVENT_TYPES[0]} (structured mode)"
            return problems.problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
        document = await octets(request, MAX_EVENT)
        if document is None:
            detail = f"an event has at most {MAX_EVENT} bytes"
            return problems.problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
        return _answered(await to_asyncio(services.submit(document, WAY)))


def _add_alerts(app: FastAPI, services: Services) -> None:
    may_read = rights.guard(Callers(services), Action.READ)
    may_close = rights.guard(Callers(services), Action.ANSWER)

    @app.get("/api/alerts", dependencies=[Depends(may_read)], **openapi.ALERTS)
    async def list_alerts(
        limit: Annotated[int, Query(ge=1, le=requests.MAX_LIMIT)] = requests.DEFAULT_LIMIT,
        open_only: bool = False,
    ) -> Response:
        """The last alerts, the newest first."""
        return await _ask(services, requests.ListAlerts(limit, open_only))

    @app.get("/api/alerts/{alert}", dependencies=[Depends(may_read)], **openapi.ALERT)
    async def show_alert(alert: str) -> Response:
        """One alert and everything that was done about it."""
        return await _ask(services, requests.ShowAlert(alert))

    @app.post("/api/alerts/{alert}/acknowledge", **openapi.CLOSE)
    async def acknowledge(alert: str, caller: Annotated[Caller, Depends(may_close)]) -> Response:
        """Somebody has the case: close the alert as acknowledged."""
        await _require_unit(services, alert, caller)
        await to_asyncio(services.acknowledge(alert_number(alert), _signed(caller)))
        return await _ask(services, requests.ShowAlert(alert))

    @app.post("/api/alerts/{alert}/cancel", **openapi.CLOSE)
    async def cancel(alert: str, caller: Annotated[Caller, Depends(may_close)]) -> Response:
        """Nobody is needed any more: close the alert as cancelled."""
        await _require_unit(services, alert, caller)
        await to_asyncio(services.cancel(alert_number(alert), _signed(caller)))
        return await _ask(services, requests.ShowAlert(alert))


def _add_troubles(app: FastAPI, services: Services) -> None:
    may_read = rights.guard(Callers(services), Action.READ)

    @app.get("/api/refusals", dependencies=[Depends(may_read)], **openapi.REFUSALS)
    async def list_refusals(
        limit: Annotated[int, Query(ge=1, le=requests.MAX_LIMIT)] = requests.DEFAULT_LIMIT,
        rejected_only: bool = False,
    ) -> Response:
        """The last events that became no alert, the newest first."""
        return await _ask(services, requests.ListRefusals(limit, rejected_only))

    @app.get("/api/alarms", dependencies=[Depends(may_read)], **openapi.ALARMS)
    async def list_alarms(
        limit: Annotated[int, Query(ge=1, le=requests.MAX_LIMIT)] = requests.DEFAULT_LIMIT,
        standing_only: bool = False,
    ) -> Response:
        """The technical alarms: those that stand, the oldest first; or the last ones, the newest first."""
        return await _ask(services, requests.ListAlarms(limit, standing_only))


def _add_who(app: FastAPI, services: Services) -> None:
    may_read = rights.guard(Callers(services), Action.READ)

    @app.get("/api/who", dependencies=[Depends(may_read)], **openapi.WHO)
    async def who(
        unit: str, profession: str, kind: str = "triaged", priority: int = 2, at: str | None = None
    ) -> Response:
        """Who would be paged, in order and why, by the same resolver that pages."""
        return await _ask(services, requests.AskWho(unit, profession, kind, priority, at))


def _add_monitoring(app: FastAPI, services: Services) -> None:
    may_read = rights.guard(Callers(services), Action.READ)

    anybody = Depends(rights.guard(Callers(services), Action.OPEN))

    @app.get("/healthz", dependencies=[anybody], **openapi.HEALTH)
    async def healthz() -> Response:
        """Whether the loop and the store's writer turn; the only one that may restart a process."""
        healthy = services.healthy()
        return _json({"healthy": healthy}, HTTPStatus.OK if healthy else HTTPStatus.SERVICE_UNAVAILABLE)

    @app.get("/readyz", dependencies=[anybody], **openapi.READY)
    async def readyz() -> Response:
        """Whether events can be committed and paged; always with the list of lines."""
        state = services.readiness()
        body = {"ready": state.ready, "detail": state.detail, "lines": list(map(views.line, state.lines))}
        return _json(body, HTTPStatus.OK if state.ready else HTTPStatus.SERVICE_UNAVAILABLE)

    @app.get("/metrics", dependencies=[Depends(may_read)], **openapi.METRICS)
    async def metrics() -> Response:
        """Counters for Prometheus."""
        return Response(
            generate_latest(services.metrics), headers=problems.HEADERS, media_type=CONTENT_TYPE_LATEST
        )


def _add_description(app: FastAPI, services: Services) -> None:
    anybody_known = rights.guard(Callers(services), Action.DESCRIBE)

    @app.get("/api/openapi.json", dependencies=[Depends(anybody_known)], include_in_schema=False)
    async def description() -> Response:
        """The description of all this."""
        return _json(openapi.document(app))


async def _require_unit(services: Services, alert: str, caller: Caller) -> None:
    """A unit administrator closes the alerts of his own units."""
    if rights.by_unit(caller):
        detail = await to_asyncio(services.operations.ask(requests.ShowAlert(alert)))
        rights.require(caller, Action.ANSWER, detail.unit)


def _signed(caller: Caller) -> str:
    """Who closes an alert, as its timeline names him: a person by name and user name."""
    return caller.name if caller.session is None else f"{caller.session.account.name} ({caller.name})"


def _answered(answer: Answer) -> Response:
    identity: dict[str, Any] = {
        name: value for name, value in (("source", answer.source), ("id", answer.id)) if value is not None
    }
    if answer.status is AnswerStatus.REJECTED:
        faults = [(error.path, error.message) for error in answer.errors]
        return problems.problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "the event was rejected", faults, answer="rejected", **identity
        )
    if answer.status is AnswerStatus.RETRY:
        return problems.problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "the event could not be stored in time: send it again",
            headers={"Retry-After": RETRY_AFTER},
            answer="retry",
            **identity,
        )
    return Response(encode_answer(answer), _STATUS[answer.status].value, problems.HEADERS, "application/json")


async def _ask(services: Services, request: requests.Request) -> Response:
    return _json(await to_asyncio(services.operations.ask(request)))


def _json(value: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(encode(value), status.value, problems.HEADERS, "application/json")
