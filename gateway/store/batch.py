"""One transaction for many callers, each of whose work stands or falls by itself.

Rules, in the order in which things can go wrong:

1. Work that raises is undone alone; its neighbours go on and it gets its own exception back. Hardly any does,
   so a batch first runs as it is; where one raises, all of it is undone and run again, each work as a
   savepoint. (A savepoint is two more statements for every work: a third of all.)
2. If the transaction cannot begin (another process holds the store), nobody's work was begun: all are told
   StoreUnavailable.
3. If an error has ended the whole transaction ("disk full" does), what follows would commit statement by
   statement. So after every error `in_transaction` is looked at, and if it is False the batch stops: nothing
   of it remains, of the members before the error neither. Then every member is repeated, one by one, each in
   a new transaction of its own, so that one whose rows do not fit takes no neighbour with it. Who fails there
   is told StoreUnavailable. Nobody is told anything before his last try, so what is told stays true: an
   answer means committed, StoreUnavailable means that nothing remains. Work must therefore bear to be run
   twice, which is no burden: all that it does goes over the connection. And it must not swallow an error of
   SQLite, or what it does next is outside any transaction.
4. If the commit fails, all are told StoreUnavailable and nothing is repeated here: after a failed fsync
   nobody knows what a restart will find, and whoever repeats must look first.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.ports import StoreUnavailable
from gateway.store import statements as sql

Work = Callable[[sqlite3.Connection], object]

_STORE_FAULTS = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}
"""Primary result codes that tell of the store and not of what was asked of it."""

_DISK_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_WRITE}
"""How a disk without room shows: SHMSIZE where the log's index could not grow, WRITE over a quota."""


@dataclass(frozen=True, slots=True)
class Undone:
    """The result of a member of which nothing remains."""

    error: Exception


class _NotBegun(Exception):  # noqa: N818 - named for what is the case
    """The transaction could not begin."""


class _Gone(Exception):  # noqa: N818 - named for what is the case
    """The whole transaction was ended by an error."""


class Batches:
    """Runs batches over one connection. `disk_full` is called at each error that tells of a full disk."""

    def __init__(self, conn: sqlite3.Connection, disk_full: Callable[[], object]) -> None:
        self._conn = conn
        self._disk_full = disk_full

    def run(self, works: Sequence[Work]) -> list[object]:
        """Run each work and commit; for each its value, or `Undone`. Raises nothing that a work raised."""
        try:
            return self._transaction(works)
        except _NotBegun as error:
            return [_unavailable(error) for _ in works]
        except _Gone:
            return self._one_by_one(works)

    def _one_by_one(self, works: Sequence[Work]) -> list[object]:
        results: list[object] = []
        for work in works:
            try:
                results += self._transaction([work])
            except _Gone as error:
                results.append(_unavailable(error))
            except _NotBegun as error:
                # Each further try would wait for the lock as long as this one did.
                return results + [_unavailable(error) for _ in works[len(results) :]]
        return results

    def _transaction(self, works: Sequence[Work]) -> list[object]:
        try:
            self._begin()
            results = self._together(works)
            if results is None:
                self._begin()
                results = [self._member(work) for work in works]
        except BaseException:
            self._roll_back()
            raise
        try:
            self._conn.execute(sql.COMMIT)
        except sqlite3.Error as error:
            self._note(error)
            self._roll_back()
            return [result if isinstance(result, Undone) else _unavailable(error) for result in results]
        return results

    def _begin(self) -> None:
        try:
            self._conn.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            self._note(error)
            raise _NotBegun from error

    def _together(self, works: Sequence[Work]) -> list[object] | None:
        """Run every work; None, and nothing is left, if one raised. Raises _Gone as `_member` does."""
        try:
            return [work(self._conn) for work in works]
        except Exception as error:
            self._note(error)
            if not self._conn.in_transaction:
                raise _Gone from error
            self._conn.execute(sql.ROLLBACK)
            return None

    def _member(self, work: Work) -> object:
        """Run one work as a savepoint. Raises _Gone if the transaction did not outlive it."""
        conn = self._conn
        try:
            conn.execute(sql.SAVEPOINT)
            try:
                value = work(conn)
            except Exception as error:
                self._note(error)
                if not conn.in_transaction:
                    raise _Gone from error
                conn.execute(sql.ROLLBACK_TO)
                conn.execute(sql.RELEASE)
                return _unavailable(error) if _is_store_fault(error) else Undone(error)
            conn.execute(sql.RELEASE)
        except sqlite3.Error as error:
            self._note(error)
            raise _Gone from error
        return value

    def _roll_back(self) -> None:
        if self._conn.in_transaction:
            self._conn.execute(sql.ROLLBACK)

    def _note(self, error: Exception) -> None:
        if _code(error) in _DISK_FULL:
            self._disk_full()


def _is_store_fault(error: Exception) -> bool:
    """An extended result code carries the primary one in its low octet (sqlite.org/rescode.html)."""
    return _code(error) & 0xFF in _STORE_FAULTS


def _code(error: Exception) -> int:
    """The extended result code; 0 where SQLite was not asked."""
    return int(getattr(error, "sqlite_errorcode", 0)) if isinstance(error, sqlite3.Error) else 0


def _unavailable(cause: BaseException) -> Undone:
    root = cause.__cause__ or cause
    error = StoreUnavailable(f"the store did not commit: {root}")
    error.__cause__ = root
    return Undone(error)
