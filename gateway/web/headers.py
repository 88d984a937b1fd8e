"""Security headers on every answer, whatever route made it, errors and streams too.

Rules: nothing is loaded from elsewhere, nothing of ours is shown inside another page, no address of ours is
told to another site. Headers that a route has set itself stay.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
HEADERS = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    b"cache-control": b"no-store",
}
STRICT = (b"strict-transport-security", b"max-age=31536000")
"""Told where the request came over TLS: for a year the browser asks this host in no other way."""


class SecurityHeaders:
    """An ASGI middleware; `is_secure` says whether a request came over TLS."""

    def __init__(self, app: Application, is_secure: Callable[[Message], bool]) -> None:
        self._app = app
        self._is_secure = is_secure

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = list(message.get("headers", ()))
                present = {name.lower() for name, _ in sent}
                sent += [(name, value) for name, value in HEADERS.items() if name not in present]
                if self._is_secure(scope):
                    sent.append(STRICT)
                message["headers"] = sent
            await send(message)

        await self._app(scope, receive, headed)
