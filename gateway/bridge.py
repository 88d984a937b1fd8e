"""The one crossing between Twisted's Deferreds and asyncio, for the two islands `web` and `sources.mqtt`.

Rules: the loop is the one that Twisted's asyncio reactor runs; nothing here starts another. Awaiting an
asyncio future in Deferred code, or a Deferred in a Task, raises at once, so every crossing goes through here.
Cancelling one side cancels the other. `asyncio.CancelledError` is a BaseException and would run past every
`except Exception` of Deferred code, so it arrives as Twisted's `CancelledError`.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

T = TypeVar("T")


def from_asyncio(work: Coroutine[Any, Any, T] | asyncio.Future[T]) -> Deferred[T]:
    """Run asyncio work as a Deferred, so that Twisted code can await it.

    Must be called on the reactor's thread while its loop runs. A coroutine becomes a Task of that loop.
    Fails with Twisted's CancelledError when either side was cancelled, else with what `work` raised.
    """
    deferred: Deferred[T] = Deferred.fromFuture(asyncio.ensure_future(work))
    deferred.addErrback(_translated)
    return deferred


def to_asyncio(deferred: Deferred[T]) -> asyncio.Future[T]:
    """Give a Deferred's outcome as a future, so that a Task can await it.

    Must be called on the reactor's thread while its loop runs. Cancelling the future, or the Task that
    awaits it, cancels the Deferred. The Deferred is used up: nothing else may be chained to it.
    """
    return deferred.asFuture(asyncio.get_running_loop())


def _translated(failure: Failure) -> Failure:
    if isinstance(failure.value, asyncio.CancelledError):
        raise CancelledError
    return failure
