"""How a route calls the core and answers: the crossing from asyncio to Deferreds, and JSON.

Rules: a coroutine of the core awaits Deferreds, so a route never awaits it directly.
"""

from collections.abc import Coroutine
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import HTTPException, Response
from msgspec.json import encode
from twisted.internet.defer import Deferred

from gateway.bridge import to_asyncio
from gateway.ports import StoreUnavailable
from gateway.requests import Refused, Why
from gateway.web import problems

T = TypeVar("T")

JSON = "application/json"


async def calling(
    work: Coroutine[Deferred[Any], Any, T] | Deferred[T], refused: HTTPStatus | None = None
) -> T:
    """The outcome of work of the core; `refused` is answered in place of 422 for what is invalid."""
    deferred = work if isinstance(work, Deferred) else Deferred.fromCoroutine(work)
    try:
        return await to_asyncio(deferred)
    except StoreUnavailable as error:
        raise Refused(Why.UNAVAILABLE, f"the store cannot be used now: {error}") from error
    except Refused as error:
        if refused is None or error.why is not Why.INVALID:
            raise
        raise HTTPException(refused, error.message) from None


def json(value: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """A value as the answer."""
    return Response(encode(value), status.value, problems.HEADERS, JSON)
