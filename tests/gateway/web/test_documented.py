"""What is written about the API is what the API does."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway import replies
from gateway.web import bodies, live_shapes, openapi, registered, shapes

DOCUMENT = Path(__file__).parents[3] / "docs" / "web-api.md"
SHARED = (
    replies.WhoAnswer,
    replies.WhoReceiver,
    replies.AlertDetail,
    replies.AlertSummary,
    replies.TimelineEntry,
    replies.RefusalEntry,
    replies.AlarmEntry,
    replies.KeyEntry,
    replies.NewKey,
    replies.ChangedEntry,
    replies.ChangedField,
    replies.TableCount,
)
VALUES = [
    *openapi._structs(bodies, bodies.Body),
    *openapi._structs(shapes, msgspec.Struct),
    *openapi._structs(live_shapes, msgspec.Struct),
    *openapi._structs(registered, msgspec.Struct),
    *SHARED,
]


def routes(house: Any) -> set[str]:
    return {
        f"{method} {route.path}"
        for route in house.app.routes
        for method in route.methods
        if route.path.startswith(("/api", "/calendar", "/healthz", "/readyz", "/metrics"))
    }


def test_every_route_is_described(house: Any) -> None:
    """And no other one."""
    written = re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[\w/{}.-]+)", DOCUMENT.read_text())
    assert {f"{method} {path}" for method, path in written} >= routes(house)
    assert {f"{method} {path}" for method, path in written if path != "/api/register/entries"} <= routes(
        house
    )


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.__name__)
def test_every_value_is_described(value: Any) -> None:
    """With each of its members by the name that goes over the wire."""
    text = DOCUMENT.read_text()
    begin = text.index(f"**{value.__name__}** —")
    block = text[begin : text.index("```\n", text.index("```\n", begin) + 4)]
    written = set(re.findall(r"^(\w+): ", block, re.MULTILINE))
    assert written == {one.encode_name for one in msgspec.structs.fields(value)}


async def test_openapi(house: Any) -> None:
    """Every route is there with its replies and problems, and every reference leads somewhere."""
    browser = await house.browser("reader")
    document = (await browser.ask("GET", "/api/openapi.json")).json
    listed = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert listed == routes(house) - {"GET /api/openapi.json"}
    names = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert names <= document["components"]["schemas"].keys()
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            if path.startswith("/api/") and path not in ("/api/session",):
                assert {"401", "403"} <= route["responses"].keys(), (method, path)
