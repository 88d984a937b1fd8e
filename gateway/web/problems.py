"""Errors as problem+json (RFC 9457).

Rules: an answer names what is wrong and what is allowed, never a trace, a statement or a path of the server.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from msgspec.json import encode
from starlette.exceptions import HTTPException

from gateway.requests import Refused, Why
from gateway.web.problem_words import swedish

PROBLEM = "application/problem+json"
STATUS = {
    Why.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Why.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Why.CONFLICT: HTTPStatus.CONFLICT,
    Why.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""On every answer: what is true of an alert now may be wrong in a second."""

Fault = tuple[str, str]


def problem(
    status: HTTPStatus,
    detail: str,
    faults: Sequence[Fault] = (),
    headers: dict[str, str] | None = None,
    asked: Request | None = None,
    **more: Any,
) -> Response:
    """An error answer; `faults` are (path, message). In Swedish if the request `asked` for it."""
    if asked is not None and wants_swedish(asked):
        detail, faults = swedish(detail), [(path, swedish(message)) for path, message in faults]
    body: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": status.value}
    body |= {"detail": detail} | more
    if faults:
        body["errors"] = [{"path": path, "message": message} for path, message in faults]
    return Response(encode(body), status.value, HEADERS | (headers or {}), PROBLEM)


def wants_swedish(request: Request) -> bool:
    """Whether the first language that the request asks for is Swedish."""
    first = request.headers.get("accept-language", "").partition(",")[0].partition(";")[0]
    return first.strip().lower().partition("-")[0] == "sv"


def install(app: FastAPI) -> None:
    """Make every error of the application a problem."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _fault)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return problem(STATUS[error.why], error.message, error.faults, asked=request)


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [(".".join(map(str, fault["loc"])), fault["msg"]) for fault in error.errors()]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the request cannot be understood", faults, asked=request)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(
        HTTPStatus(error.status_code), error.detail, headers=dict(error.headers or {}), asked=request
    )


async def _fault(request: Request, _error: Exception) -> Response:
    """The server logs the error itself, and only there."""
    detail = "the gateway failed at this request; its log says why"
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail, asked=request)
