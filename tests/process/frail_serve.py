"""`bakjour serve` over a store that a test can make fail. The product has no such switch.

Beside the store, a file `full` keeps the database from growing (`PRAGMA max_page_count`) for as long as it is
there; a file `die` makes the next commit raise what nobody expects, once.
"""

import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

from gateway import logs, running
from gateway.config import load
from gateway.serve import Serve
from gateway.store.statements import COMMIT

UNLIMITED = 4_294_967_294  # SQLITE_MAX_PAGE_COUNT


class FrailConnection:
    """The writer's connection; everything but `execute` is its own."""

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        self._connection = connection
        self._full, self._die = folder / "full", folder / "die"
        self._limited = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        """See sqlite3."""
        if sql.startswith("BEGIN") and self._full.exists() is not self._limited:
            self._limited = not self._limited
            pages = self._connection.execute("PRAGMA page_count").fetchone()[0]
            self._connection.execute(f"PRAGMA max_page_count = {pages if self._limited else UNLIMITED}")
        if sql == COMMIT and self._die.exists():
            self._die.unlink()
            raise RuntimeError("a fault that nobody expects")
        return self._connection.execute(sql, *parameters)


class FrailServe(Serve):
    """The process over such a store."""

    def _open_store(self) -> Any:
        return FrailConnection(super()._open_store(), self._config.store.path.parent)


if __name__ == "__main__":
    logs.configure()
    running.Serve = FrailServe  # type: ignore[misc]
    sys.exit(running.run(load(Path(sys.argv[2]), os.environ)))
