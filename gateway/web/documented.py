"""What the OpenAPI document says of the pages' routes: made from the values that are read and sent."""

from typing import Any

import msgspec
from fastapi import Response
from msgspec import Struct

TEMPLATE = "#/components/schemas/{name}"
PROBLEM = {"application/problem+json": {"schema": {"$ref": TEMPLATE.format(name="Problem")}}}

_ALWAYS = {422: "something in the request is wrong: `errors` says where", 503: "the store cannot be used now"}
_GUARDED = {401: "nobody is logged in, and there is no good key", 403: "no right to this, or no CSRF token"}
_BODY = {413: "the body is too long", 415: "the body has another content type"}


def schema(kind: Any) -> dict[str, Any]:
    """The schema of a value by its name."""
    (found,), _ = msgspec.json.schema_components((kind,), ref_template=TEMPLATE)
    return found


def route(
    reply: Any = None,
    body: type[Struct] | None = None,
    *,
    status: int = 200,
    media: str | tuple[str, ...] = "application/json",
    takes: tuple[str, ...] = (),
    is_open: bool = False,
    **problems: str,
) -> dict[str, Any]:
    """The keywords of a route: its reply (None: nothing) in one or several media types, its body as a value
    or as a file of the media types that it `takes`, and its problems as e404="…"."""
    told = _ALWAYS | ({} if is_open else _GUARDED) | ({} if body is None and not takes else _BODY)
    told |= {int(code.removeprefix("e")): text for code, text in problems.items()}
    responses: dict[int | str, dict[str, Any]] = {
        code: {"description": text, "content": PROBLEM} for code, text in told.items()
    }
    answer: dict[str, Any] = {"description": "done"}
    if reply is not None:
        shape = {"schema": {"type": "string"} if reply is str else schema(reply)}
        answer["content"] = dict.fromkeys((media,) if isinstance(media, str) else media, shape)
    made: dict[str, Any] = {
        "response_class": Response,
        "status_code": status,
        "responses": responses | {status: answer},
    }
    content = {one: {"schema": {"type": "string"}} for one in takes}
    if body is not None:
        content = {"application/json": {"schema": schema(body)}}
    if content:
        made["openapi_extra"] = {"requestBody": {"required": True, "content": content}}
    return made
