"""Who may do what: every account × unit × route, and no route without a rule."""

import re
from typing import Any

import pytest
from fastapi.routing import APIRoute

from gateway.accounts.model import Kind
from gateway.store.keys import Scope
from gateway.web import pages
from gateway.web.rights import BY_UNIT, Action, Caller, action_of, allowed

OWN, OTHER = "hc-andersberg", "hc-satra"
UNITS = frozenset({OWN})
CALLERS = {
    "nobody": None,
    "it": Caller("it", Kind.IT),
    "unit": Caller("unit", Kind.UNIT, units=UNITS),
    "reader": Caller("reader", Kind.READER),
    "key events": Caller("key:e", scope=Scope.EVENTS),
    "key read": Caller("key:r", scope=Scope.READ),
    "key admin": Caller("key:a", scope=Scope.ADMIN),
}

MAY = {
    # action: each of CALLERS in order; - may not, o at his own units alone, x everywhere
    Action.OPEN: "xxxxxxx",
    Action.SELF: "-xxx---",
    Action.DESCRIBE: "-xxxxxx",
    Action.READ: "-xxx-xx",
    Action.SEND: "----x-x",
    Action.SCHEDULE: "-xo---x",
    Action.ANSWER: "-xo---x",
    Action.REGISTER: "-x----x",
    Action.ADMINISTER: "-x----x",
}

ROUTES = {
    # every route and its action: a new one belongs here
    "POST /api/events": Action.SEND,
    "GET /api/alerts": Action.READ,
    "GET /api/alerts/{alert}": Action.READ,
    "POST /api/alerts/{alert}/acknowledge": Action.ANSWER,
    "POST /api/alerts/{alert}/cancel": Action.ANSWER,
    "GET /api/who": Action.READ,
    "GET /api/refusals": Action.READ,
    "GET /api/alarms": Action.READ,
    "GET /healthz": Action.OPEN,
    "GET /readyz": Action.OPEN,
    "GET /metrics": Action.READ,
    "GET /api/openapi.json": Action.DESCRIBE,
    "GET /": Action.OPEN,
    "GET /login": Action.OPEN,
    "GET /language/{language}": Action.OPEN,
    "GET /static/{name}": Action.OPEN,
    # pages without data: whoever is not logged in is sent to the log-in
    "GET /schema": Action.OPEN,
    "GET /nu": Action.OPEN,
    "GET /larm": Action.OPEN,
    "GET /tackning": Action.OPEN,
    "GET /test": Action.OPEN,
    "POST /api/session": Action.OPEN,
    "GET /api/session": Action.SELF,
    "DELETE /api/session": Action.SELF,
    "PUT /api/session/password": Action.SELF,
    "GET /api/roster/areas": Action.READ,
    "GET /api/roster/units": Action.READ,
    "GET /api/roster/units/{unit}": Action.READ,
    "GET /api/roster/units/{unit}/shifts": Action.READ,
    "GET /api/roster/units/{unit}/changes": Action.READ,
    "GET /api/roster/units/{unit}/paper": Action.READ,
    "PUT /api/roster/units/{unit}/slots": Action.SCHEDULE,
    "POST /api/roster/units/{unit}/copy": Action.SCHEDULE,
    "POST /api/roster/units/{unit}/changes/{change}/undo": Action.SCHEDULE,
    "GET /api/roster/units/{unit}/corrections": Action.READ,
    "POST /api/roster/units/{unit}/corrections": Action.SCHEDULE,
    "POST /api/roster/units/{unit}/test-pages": Action.SCHEDULE,
    "GET /api/roster/units/{unit}/calendars": Action.SCHEDULE,
    "POST /api/roster/units/{unit}/calendars": Action.SCHEDULE,
    "DELETE /api/roster/units/{unit}/calendars/{feed}": Action.SCHEDULE,
    "GET /calendar/{secret}.ics": Action.OPEN,
    "GET /api/register/entries": Action.REGISTER,
    "POST /api/register/entries": Action.REGISTER,
    "POST /api/register/removals": Action.REGISTER,
    "POST /api/register/number": Action.REGISTER,
    "POST /api/register/import": Action.REGISTER,
    "GET /api/register/export": Action.REGISTER,
    "GET /api/accounts": Action.ADMINISTER,
    "POST /api/accounts": Action.ADMINISTER,
    "PATCH /api/accounts/{username}": Action.ADMINISTER,
    "GET /api/keys": Action.ADMINISTER,
    "POST /api/keys": Action.ADMINISTER,
    "DELETE /api/keys/{name}": Action.ADMINISTER,
    "GET /api/audit": Action.ADMINISTER,
    "GET /api/audit/export": Action.ADMINISTER,
    "GET /api/audit/verify": Action.ADMINISTER,
    "GET /api/live": Action.READ,
    "GET /api/board": Action.READ,
    "GET /api/coverage": Action.READ,
    "GET /api/coverage/overview": Action.READ,
}
PAGES = {f"GET {address}": Action.OPEN for address in (*pages.PAGES, "/", pages.LOG_IN)} | {
    "GET /language/{language}": Action.OPEN,
    "GET /static/{name}": Action.OPEN,
}
"""A page holds nothing of the roster; who is not logged in is sent to the log-in by the page itself."""

STREAMS = {"GET /api/live"}
"""Routes whose answer does not end; a right to them is tried in test_live."""


@pytest.mark.parametrize("action", Action)
def test_the_judgement(action: Action) -> None:
    """Each caller, each action, at his own unit, at another one, and where no unit is concerned."""
    for mark, (name, caller) in zip(MAY[action], CALLERS.items(), strict=True):
        assert allowed(caller, action, OWN) == (mark != "-"), (name, "own")
        assert allowed(caller, action, OTHER) == (mark == "x"), (name, "other")
        assert allowed(caller, action) == (mark != "-"), (name, "any")


def test_unit_scoped_actions_are_those_of_the_table() -> None:
    """What only one's own units allow is what BY_UNIT says."""
    assert {action for action, marks in MAY.items() if "o" in marks} == BY_UNIT


def routes(app: Any) -> dict[str, APIRoute]:
    """Every route that the application has registered."""
    found = {}
    for route in app.routes:
        assert isinstance(route, APIRoute), f"{route} is no route of ours"
        for method in route.methods:
            found[f"{method} {route.path}"] = route
    return found


def test_every_route_has_its_rule(house: Any) -> None:
    """A route without a rule fails here, and so does one whose rule is another than the table's."""
    assert {name: action_of(route) for name, route in routes(house.app).items()} == ROUTES | PAGES


def test_unit_scoped_routes_name_their_unit(house: Any) -> None:
    """What is judged by unit has the unit in its address; alerts are looked up by the route itself."""
    for name, route in routes(house.app).items():
        if action_of(route) is Action.SCHEDULE:
            assert "{unit}" in route.path, name


def target(path: str, unit: str) -> str:
    """An address of a route; where it names no unit there is nothing of that name."""
    filled = path.replace("{unit}", unit).replace("{change}", "1").replace("{feed}", "1")
    return re.sub(r"\{\w+\}", "nothing", filled)


@pytest.mark.reactor(seconds=60)
async def test_matrix_over_every_route(house: Any) -> None:
    """Every registered route × every account and key × both units: 401 and 403 exactly where they belong."""
    callers: dict[str, Any] = {"nobody": await house.browser()}
    for name, username in (("it", "it"), ("unit", "ke12345"), ("reader", "reader")):
        callers[name] = await house.browser(username)
    for scope in Scope:
        callers[f"key {scope}"] = await house.browser()
        callers[f"key {scope}"].key = house.keys[scope]
    # The log-out is tried last: it would end the session of the others.
    for name in sorted(routes(house.app), key=lambda one: one.startswith("DELETE /api/sess")):
        if name in STREAMS or name in PAGES:
            continue
        method, _, path = name.partition(" ")
        for unit in (OWN, OTHER) if "{unit}" in path else ("",):
            for mark, (who, browser) in zip(MAY[ROUTES[name]], callers.items(), strict=True):
                reply = await browser.ask(method, target(path, unit), None if method == "GET" else b"?")
                told = (name, unit, who, reply.status)
                assert reply.status != 500, told
                if mark == "x" or (mark == "o" and unit != OTHER):
                    if path != "/api/session":
                        assert reply.status not in (401, 403), told
                elif who == "nobody":
                    assert reply.status == 401, told
                else:
                    assert reply.status == 403, told
