"""What the OpenAPI document says of each route beyond what FastAPI sees: replies, errors, the event.

Rules: the schemas of the replies are made from the values that are sent, so that they cannot differ.
"""

from types import ModuleType
from typing import Any

import msgspec
from fastapi import FastAPI, Response
from fastapi.responses import PlainTextResponse
from msgspec import Struct

from gateway import replies
from gateway.web import bodies, live_shapes, registered, shapes
from gateway.web.problems import PROBLEM
from protocols.clinic24.event import Kind
from protocols.clinic24.messages import Answer

REPLIES = (
    replies.AlertDetail,
    replies.AlertSummary,
    replies.RefusalEntry,
    replies.AlarmEntry,
    replies.WhoAnswer,
    replies.Line,
    replies.KeyEntry,
    replies.NewKey,
    Answer,
)
TEMPLATE = "#/components/schemas/{name}"

EVENT_SCHEMA = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "minLength": 1, "maxLength": 100},
        "source": {"type": "string", "minLength": 1, "maxLength": 200},
        "type": {"enum": [kind.value for kind in Kind]},
        "time": {"type": "string", "format": "date-time"},
        "data": {
            "type": "object",
            "required": ["unit"],
            "properties": {
                "unit": {"type": "string", "minLength": 1},
                "profession": {"type": "string"},
                "priority": {"type": "integer", "minimum": 1, "maximum": 5},
                "case": {"type": "string"},
                "callback": {"type": "string"},
            },
        },
    },
}
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "message"],
                "properties": {"path": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def _reply(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _named(name: str) -> dict[str, Any]:
    return {"$ref": TEMPLATE.format(name=name)}


def _problems(**descriptions: str) -> dict[int | str, dict[str, Any]]:
    content = {PROBLEM: {"schema": _named("Problem")}}
    return {
        code.removeprefix("e"): {"description": text, "content": content}
        for code, text in descriptions.items()
    }


def _route(replies: dict[int | str, dict[str, Any]], **problems: str) -> dict[str, Any]:
    return {"response_class": Response, "responses": replies | _problems(**problems)}


_KEY = {"e401": "no good key", "e403": "the key does not open this"}
_READ = _KEY | {"e422": "a parameter is wrong", "e503": "the store cannot be read now"}
_ONE = _READ | {"e404": "there is no such alert"}

EVENTS: dict[str, Any] = _route(
    {
        202: _reply("accepted: there is an alert now", _named("Answer")),
        200: _reply("duplicate, or ignored by the criteria", _named("Answer")),
    },
    **_KEY,
    e413="the event is too long",
    e415="not structured mode",
    e422="rejected: `errors` says why",
    e503="not stored in time: send it again",
) | {
    "status_code": 202,
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {"application/cloudevents+json": {"schema": _named("Event")}},
        }
    },
}
ALERTS: dict[str, Any] = _route(
    {200: _reply("the last alerts", {"type": "array", "items": _named("AlertSummary")})}, **_READ
)
REFUSALS: dict[str, Any] = _route(
    {200: _reply("the last refusals", {"type": "array", "items": _named("RefusalEntry")})}, **_READ
)
ALARMS: dict[str, Any] = _route(
    {200: _reply("the technical alarms", {"type": "array", "items": _named("AlarmEntry")})}, **_READ
)
ALERT: dict[str, Any] = _route({200: _reply("the alert", _named("AlertDetail"))}, **_ONE)
CLOSE: dict[str, Any] = _route(
    {200: _reply("the alert as it is now", _named("AlertDetail"))}, **_ONE, e409="the alert is closed"
)
WHO: dict[str, Any] = _route({200: _reply("the receivers, in order", _named("WhoAnswer"))}, **_READ)
HEALTH: dict[str, Any] = _route(
    {200: _reply("healthy", {"type": "object"}), 503: _reply("not healthy", {"type": "object"})}
)
READY: dict[str, Any] = _route(
    {200: _reply("ready", {"type": "object"}), 503: _reply("not ready", {"type": "object"})}
)
METRICS: dict[str, Any] = {
    "response_class": PlainTextResponse,
    "responses": {200: {"description": "Prometheus text format"}} | _problems(**_KEY),
}


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document: what FastAPI makes, with the schemas that the routes name."""
    made: dict[str, Any] = app.openapi()
    shown = [
        *REPLIES,
        *_structs(shapes, Struct),
        *_structs(live_shapes, Struct),
        *_structs(registered, Struct),
        *_structs(bodies, bodies.Body),
    ]
    _, schemas = msgspec.json.schema_components(shown, ref_template=TEMPLATE)
    known = made.setdefault("components", {}).setdefault("schemas", {})
    known.update(schemas)
    known.update({"Event": EVENT_SCHEMA, "Problem": PROBLEM_SCHEMA})
    return made


def _structs(module: ModuleType, base: type) -> list[type]:
    """Every value that a module defines."""
    found = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, base)]
    return [value for value in found if value.__module__ == module.__name__ and value is not base]
