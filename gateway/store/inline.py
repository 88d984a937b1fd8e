"""A writer on the caller's thread: one transaction a call, the Deferred fired on return.

For tests under a fake clock, and for commands that work on a store that no gateway serves.
"""

import sqlite3
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from twisted.internet.defer import Deferred, fail, succeed

from gateway.store.batch import Batches, Undone

P = ParamSpec("P")
T = TypeVar("T")


class InlineWriter:
    """Implements `ports.Writer` over a connection from `migrations.open_store`, which stays the caller's."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        # The reserve is for the gateway; a command that meets a full disk fails and leaves it.
        self._batches = Batches(conn, disk_full=lambda: None)

    def run(
        self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> "Deferred[T]":
        """See `ports.Writer`."""
        values: list[T] = []

        def keep(conn: sqlite3.Connection) -> None:
            values.append(work(conn, *args, **kwargs))

        (result,) = self._batches.run([keep])
        if isinstance(result, Undone):
            return fail(result.error)
        return succeed(values[-1])
