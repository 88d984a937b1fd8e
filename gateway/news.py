"""Tells listeners at once of what happens to alerts beside their outcomes, and of events that became none.

Rules: a refusal is told after its commit, an alert when its step takes effect. Whoever hears of one reads the
store; nothing is kept for a listener that is not there. A listener's fault is its own.
"""

from collections.abc import Callable
from typing import TypeVar

from gateway.delivery import events as e
from gateway.logs import get_logger
from gateway.model import Alert, Refusal

T = TypeVar("T")
Act = Callable[[Alert, e.Event, e.Change], None]

log = get_logger("news")


class News:
    """What the board of alerts hears besides outcomes. For the reactor's thread."""

    def __init__(self) -> None:
        self.on_alert: list[Callable[[Alert], None]] = []
        self.on_refusal: list[Callable[[Refusal], None]] = []

    def after(self, act: Act) -> Act:
        """Does what a step asks for, then tells of a new alert, and of lines that are no outcome."""

        def acted(alert: Alert, event: e.Event, change: e.Change) -> None:
            act(alert, event, change)
            silent = bool(change.steps) and all(line.status is None for line in change.steps)
            if silent or isinstance(event, e.Opened):
                _tell(self.on_alert, alert)

        return acted

    def refusal(self, refusal: Refusal) -> None:
        """An event became no alert, and that is written down."""
        _tell(self.on_refusal, refusal)


def _tell(listeners: list[Callable[[T], None]], value: T) -> None:
    for listener in listeners:
        try:
            listener(value)
        except Exception as fault:  # the event has its answer all the same
            log.error("a listener failed", fault=repr(fault))
