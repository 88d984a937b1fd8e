"""Twisted's reactor on an asyncio loop, which a program that may speak MQTT needs from its start.

Rule: its clock is monotonic. Wall time, the default, would freeze the run when it is set back.
"""

import time
from typing import Any

from twisted.internet import asyncioreactor


def install() -> Any:
    """Install it before anything imports `twisted.internet.reactor`; returns it."""
    asyncioreactor.install()  # type: ignore[no-untyped-call]
    from twisted.internet import reactor as installed  # noqa: PLC0415 (the import would install another)

    reactor: Any = installed
    reactor.seconds = time.monotonic
    return reactor
