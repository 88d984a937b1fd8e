"""Who may do what: `Authorization: Bearer KEY`, and what the key's scope opens.

Rules: `admin` opens everything, `events` and `read` only themselves. A key is looked up by its hash, which
takes the same time for every wrong one (see `store.keys`). An unknown, a revoked and a missing key are told
alike.
"""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import HTTPException, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from gateway.logs import get_logger
from gateway.operations import Operations
from gateway.requests import Refused, Why
from gateway.store.keys import ApiKey, Scope

MAX_KEY = 200  # characters; ours have some 50, and nobody shall make us hash a megabyte

log = get_logger("web")

bearer = HTTPBearer(auto_error=False, description="a key made by `bakjour key add NAME --scope …`")
Presented = Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]
Check = Callable[[HTTPAuthorizationCredentials | None], Awaitable[ApiKey]]


def key_for(operations: Operations, *scopes: Scope) -> Check:
    """A dependency that lets a request through only with a good key of one of these scopes, or of `admin`."""

    opening = dict.fromkeys((*scopes, Scope.ADMIN))

    # A coroutine, because a plain function would run in a thread, where the store must not be read.
    async def check(presented: Presented) -> ApiKey:
        key = None if presented is None else _known(operations, presented.credentials)
        if key is None:
            raise HTTPException(401, "a good key is needed", {"WWW-Authenticate": "Bearer"})
        if key.scope not in opening:
            log.warning("a key was used for what it does not open", key=key.name, scope=key.scope)
            raise HTTPException(403, f"this key opens {key.scope}; this needs {' or '.join(opening)}")
        return key

    return check


def _known(operations: Operations, key: str) -> ApiKey | None:
    if len(key) > MAX_KEY:
        return None
    try:
        return operations.verify_key(key)
    except sqlite3.Error as error:
        raise Refused(Why.UNAVAILABLE, "the store cannot be read now") from error
