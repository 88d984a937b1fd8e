"""Who may do what on the web: one function, asked by every route.

Rules: a route names its `Action`; where its address holds a unit, the right is that for this unit. An API key
opens what its scope says, `admin` everything but what belongs to a person. A browser's session needs, for
every method that changes something, the token that only our own pages can read (CSRF). Who nobody is, is 401;
who may not, is 403, and neither says whether the thing exists.
"""

import hmac
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any, Protocol

from fastapi import HTTPException, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from gateway.accounts.model import Account, Kind, Session
from gateway.logs import get_logger
from gateway.requests import Refused, Why
from gateway.store.keys import ApiKey, Scope

MAX_KEY = 200  # characters; ours have some 50, and nobody shall make us hash a megabyte
COOKIE = "bakjour_session"
SECURE_COOKIE = f"__Host-{COOKIE}"
"""The name where the cookie is `Secure`: browsers take it from this host alone (RFC 6265bis, 4.1.3)."""

CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

log = get_logger("web")


class Action(StrEnum):
    """What a route does, as far as rights are concerned."""

    OPEN = "open"  # anybody: monitors, the log-in, a calendar's secret address
    SELF = "self"  # what belongs to whoever is logged in
    DESCRIBE = "describe"  # the OpenAPI document: whoever is known
    READ = "read"
    SEND = "send"  # events
    SCHEDULE = "schedule"  # of one unit: slots, test pages, calendars
    ANSWER = "answer"  # close an alert by hand
    REGISTER = "register"  # areas, units, receivers, administrators, imports
    ADMINISTER = "administer"  # accounts, keys, the whole record of changes


_OF_KIND = {
    Kind.READER: frozenset({Action.SELF, Action.DESCRIBE, Action.READ}),
    Kind.UNIT: frozenset({Action.SELF, Action.DESCRIBE, Action.READ, Action.SCHEDULE, Action.ANSWER}),
    Kind.IT: frozenset(Action) - {Action.OPEN, Action.SEND},
}
_OF_SCOPE = {
    Scope.EVENTS: frozenset({Action.DESCRIBE, Action.SEND}),
    Scope.READ: frozenset({Action.DESCRIBE, Action.READ}),
    Scope.ADMIN: frozenset(Action) - {Action.OPEN, Action.SELF},
}
BY_UNIT = frozenset({Action.SCHEDULE, Action.ANSWER})
"""What a unit administrator may do for his own units alone."""

UNKNOWN = {"WWW-Authenticate": "Bearer"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: an account that is logged in, or an API key."""

    name: str  # as the record of changes names it
    kind: Kind | None = None
    scope: Scope | None = None
    units: frozenset[str] = frozenset()
    session: Session | None = None


class Known(Protocol):
    """Where callers are looked up. Raises sqlite3.Error."""

    def key(self, key: str) -> ApiKey | None:
        """Whose API key this is."""

    def session(self, secret: str) -> Session | None:
        """Whose session this is."""


def of_account(account: Account, session: Session | None = None) -> Caller:
    """An account as a caller."""
    return Caller(account.username, account.kind, None, frozenset(account.units), session)


def of_key(key: ApiKey) -> Caller:
    """An API key as a caller."""
    return Caller(f"key:{key.name}", None, key.scope)


def allowed(caller: Caller | None, action: Action, unit: str | None = None) -> bool:
    """The one judgement. `unit` is given where the action concerns one unit."""
    if action is Action.OPEN:
        return True
    if caller is None:
        return False
    if caller.scope is not None:
        return action in _OF_SCOPE[caller.scope]
    assert caller.kind is not None
    if action not in _OF_KIND[caller.kind]:
        return False
    if caller.kind is Kind.UNIT and action in BY_UNIT and unit is not None:
        return unit in caller.units
    return True


def by_unit(caller: Caller) -> bool:
    """Whether his rights depend on the unit."""
    return caller.kind is Kind.UNIT


bearer = HTTPBearer(auto_error=False, description="a key made by `bakjour key add NAME --scope …`")
cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="a session made by POST /api/session")
Presented = Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]
Baked = Annotated[str | None, Security(cookie)]
Guard = Callable[..., Awaitable[Caller | None]]


def guard(known: Known, action: Action) -> Guard:
    """A dependency that lets a request through only with the right to `action`; gives the caller."""

    # A coroutine, because a plain function would run in a thread, where the store must not be read.
    async def check(request: Request, presented: Presented, baked: Baked) -> Caller | None:
        if action is Action.OPEN:
            return None
        caller = _caller(known, request, presented, secret_of(request) if baked is None else baked)
        if caller is None:
            raise HTTPException(401, "log in, or send a good key", UNKNOWN)
        require(caller, action, request.path_params.get("unit"))
        return caller

    check.action = action  # type: ignore[attr-defined]
    return check


def require(caller: Caller, action: Action, unit: str | None = None) -> None:
    """Raises 403 unless `allowed`."""
    if not allowed(caller, action, unit):
        log.warning("refused: no right", who=caller.name, action=action.value, unit=unit)
        where = "" if unit is None else f" at {unit}"
        raise HTTPException(403, f"{caller.name} has no right to {action.value}{where}")


def csrf_token(secret: str) -> str:
    """The token of a session: from its secret, which the pages cannot read, and no other site either."""
    return hmac.new(secret.encode(), b"csrf", sha256).hexdigest()


def secret_of(request: Request) -> str | None:
    """The secret of the request's cookie, under either of its names."""
    return request.cookies.get(SECURE_COOKIE) or request.cookies.get(COOKIE)


def _caller(
    known: Known, request: Request, presented: HTTPAuthorizationCredentials | None, secret: str | None
) -> Caller | None:
    try:
        if presented is not None:
            key = known.key(presented.credentials) if len(presented.credentials) <= MAX_KEY else None
            return None if key is None else of_key(key)
        if secret is None or len(secret) > MAX_KEY:
            return None
        session = known.session(secret)
    except sqlite3.Error as error:
        raise Refused(Why.UNAVAILABLE, "the store cannot be read now") from error
    if session is None:
        return None
    if request.method not in SAFE_METHODS:
        _same_site(request, secret)
    return of_account(session.account, session)


def _same_site(request: Request, secret: str) -> None:
    """Raises 403 for a request that our own pages did not make."""
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), csrf_token(secret).encode()):
        raise HTTPException(403, f"{CSRF_HEADER} is missing or wrong: read it anew from GET /api/session")
    if foreign(request):
        raise HTTPException(403, "the request comes from another site")


def foreign(request: Request) -> bool:
    """Whether the browser says that another site made the request."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    return site not in {"same-origin", "none"}


def action_of(route: Any) -> Action | None:
    """The action of a route; None if it names none, which no route may."""
    for dependency in route.dependant.dependencies:
        found = getattr(dependency.call, "action", None)
        if isinstance(found, Action):
            return found
    return None
