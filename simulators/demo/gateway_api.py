"""The gateway's HTTP interface, as far as a guest with a key of scope `read` needs it."""

import json
from io import BytesIO
from typing import Any, Final

from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.error import ConnectError
from twisted.web.client import Agent, readBody
from twisted.web.http_headers import Headers

from simulators.demo.story import Why

ANSWER_SECONDS: Final = 5.0
"""For a whole request: the gateway answers in milliseconds."""


class ApiFault(Exception):  # noqa: N818 (an answer that is none)
    """The gateway did not answer as published; the message says how."""


class GatewayApi:
    """`web` is the address that the gateway says it listens on, like http://127.0.0.1:8080."""

    def __init__(self, reactor: Any, web: str, key: str) -> None:
        self._reactor = reactor
        self._web = web
        self._key = key
        self._agent = Agent(reactor)  # type: ignore[no-untyped-call]

    async def ready(self) -> tuple[bool, str]:
        """Whether events can be taken and every line is up, and what is missing."""
        try:
            code, reply = await self._get("/readyz")
        except ConnectError as error:
            return False, str(error)
        down = [line["name"] for line in reply["lines"] if not line["up"]]
        return code == 200 and not down, reply["detail"] + (f"; down: {', '.join(down)}" if down else "")

    async def why(self, alert: str) -> Why:
        """Whom an alert pages first, over what, and why. Raises ApiFault."""
        code, reply = await self._get(f"/api/alerts/{alert}")
        if code != 200:
            raise ApiFault(f"GET /api/alerts/{alert} is answered {code}")
        for entry in reply["timeline"]:
            if entry["receiver"] and entry["carrier"] and entry["reason"]:
                return Why(entry["receiver"], entry["carrier"], entry["reason"])
        raise ApiFault(f"GET /api/alerts/{alert} names no receiver")

    async def _get(self, path: str) -> tuple[int, Any]:
        asked = Deferred.fromCoroutine(self._ask(path)).addTimeout(ANSWER_SECONDS, self._reactor)
        try:
            return await asked
        except TimeoutError:
            raise ApiFault(f"GET {path} has no answer after {ANSWER_SECONDS:.0f} s") from None

    async def _ask(self, path: str) -> tuple[int, Any]:
        headers = Headers({"Authorization": [f"Bearer {self._key}"]})
        response = await self._agent.request(b"GET", f"{self._web}{path}".encode(), headers)
        return response.code, json.load(BytesIO(await readBody(response)))
