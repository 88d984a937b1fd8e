"""What the web listener needs of the gateway, handed to it by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from twisted.internet.defer import Deferred

from gateway.operations import Operations
from gateway.pagesdesk import PagesDesk
from gateway.ports import Readiness
from protocols.clinic24.messages import Answer


@dataclass(frozen=True, slots=True)
class Services:
    """The core as the web listener sees it. All callables are for the reactor's thread."""

    operations: Operations
    submit: Callable[[bytes, str], Deferred[Answer]]
    """Take one document that came by the named way; fires with its answer, after the commit."""
    acknowledge: Callable[[int, str], Deferred[None]]
    """Close an alert as acknowledged, by somebody's name; fails with Refused (not found, conflict)."""
    cancel: Callable[[int, str], Deferred[None]]
    """Close an alert as cancelled, by somebody's name; fails with Refused (not found, conflict)."""
    healthy: Callable[[], bool]
    """Whether the loop and the store's writer turn."""
    readiness: Callable[[], Readiness]
    metrics: CollectorRegistry
    pages: PagesDesk | None = None
    """What the pages stand on; without it there are none, and nobody can log in."""
    behind_proxy: bool = False
    secure_cookies: bool | None = None
