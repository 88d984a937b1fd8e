"""The writer of the running gateway: one thread owns the connection and commits in groups.

Rules: a batch is whatever queued up while the last commit ran, without waiting for more (a linger timer of
2 ms doubled the median latency); one hop back to the reactor a batch. How a batch fares is `batch`'s affair.
The thread never ends unasked: if it does, every caller is told StoreUnavailable and `died` fires, and the
process has to end, so that the service manager starts it anew.
"""

import sqlite3
import threading
from collections.abc import Callable
from enum import Enum, auto
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Concatenate, ParamSpec, TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IReactorFromThreads

from gateway.ports import StoreUnavailable
from gateway.store.batch import Batches, Undone, Work
from gateway.store.reserve import Reserve

P = ParamSpec("P")
T = TypeVar("T")

MAX_BATCH = 512
"""Members of one transaction: some 30 ms of work. More would hardly save a commit, and the first member
waits for the last."""

MAX_WAITING = 20_000
"""Work that may wait. At the rate that a small machine commits, what stood behind more than this would be
answered `retry` for its age anyhow; so it is at once, and memory stays bounded under overload."""

BEAT_SECONDS = 1.0
"""How often an idle writer shows that it turns."""


class _State(Enum):
    NEW = auto()
    RUNNING = auto()
    STOPPING = auto()
    ENDED = auto()


class _Job:
    __slots__ = ("done", "work")

    def __init__(self, work: Work, done: "Deferred[object]") -> None:
        self.work = work
        self.done = done


class ThreadedWriter:
    """Implements `ports.Writer`. `connect` is called on the thread that will own the connection.

    `disk_full` is called on the reactor's thread when the reserve had to be given back. `died` fires, with
    the exception, only if the thread ended unasked. All methods are for the reactor's thread.
    """

    def __init__(
        self,
        reactor: IReactorFromThreads,
        connect: Callable[[], sqlite3.Connection],
        reserve: Reserve,
        disk_full: Callable[[], None],
    ) -> None:
        self.died: Deferred[BaseException] = Deferred()
        self._reactor = reactor
        self._connect = connect
        self._reserve = reserve
        self._disk_full = disk_full
        self._stopped: Deferred[None] = Deferred()
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._state = _State.NEW
        self._beat = 0.0
        self._thread = threading.Thread(target=self._main, name="store writer", daemon=True)
        self._ready: SimpleQueue[Exception | None] = SimpleQueue()

    def start(self) -> None:
        """Start the thread and wait until the store is open. Raises what `connect` raised."""
        self._beat = monotonic()
        self._thread.start()
        error = self._ready.get()
        if error is not None:
            self._thread.join()
            self._state = _State.ENDED
            raise error
        self._state = _State.RUNNING

    def run(
        self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> "Deferred[T]":
        """See `ports.Writer`. StoreUnavailable at once where the writer does not run or MAX_WAITING wait."""
        if self._state is not _State.RUNNING:
            return fail(StoreUnavailable("the store's writer does not run"))
        if self._queue.qsize() >= MAX_WAITING:
            return fail(StoreUnavailable(f"{MAX_WAITING} changes wait for the store already"))
        done: Deferred[T] = Deferred()
        self._queue.put(_Job(lambda conn: work(conn, *args, **kwargs), done))  # type: ignore[arg-type]
        return done

    def stop(self) -> "Deferred[None]":
        """Commit what was asked for, close, and fire when the thread is gone; `run` refuses from now on."""
        if self._state is _State.RUNNING:
            self._state = _State.STOPPING
            self._queue.put(None)
        elif self._state is _State.NEW:
            self._ended()
        return self._stopped

    def beat(self) -> float:
        """When the thread last turned, in monotonic seconds; older than some seconds means that it hangs."""
        return self._beat

    def _main(self) -> None:
        try:
            conn = self._connect()
        except Exception as error:
            self._ready.put(error)
            return
        self._ready.put(None)
        batch: list[_Job] = []
        try:
            batches = Batches(conn, self._give_back)
            more = True
            while more:
                more = self._next_batch(batch)
                if batch:
                    results = batches.run([job.work for job in batch])
                    self._reactor.callFromThread(_tell, batch, results)
                    batch = []
            conn.close()
        except BaseException as error:
            # Closing also undoes what was begun; the file is whole either way.
            conn.close()
            self._reactor.callFromThread(self._dead, batch, error)
        else:
            self._reactor.callFromThread(self._ended)

    def _next_batch(self, batch: list[_Job]) -> bool:
        """Take what waits, after waiting at most BEAT_SECONDS for the first; False at the end."""
        try:
            job = self._queue.get(timeout=BEAT_SECONDS)
            while job is not None:
                batch.append(job)
                if len(batch) == MAX_BATCH:
                    break
                job = self._queue.get_nowait()
            else:
                return False
        except Empty:
            """Nothing more waits."""
        finally:
            self._beat = monotonic()
        return True

    def _give_back(self) -> None:
        if self._reserve.release():
            self._reactor.callFromThread(self._disk_full)

    def _ended(self) -> None:
        self._state = _State.ENDED
        if not self._stopped.called:
            self._stopped.callback(None)

    def _dead(self, batch: list[_Job], error: BaseException) -> None:
        self._state = _State.ENDED
        while True:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is not None:
                batch.append(job)
        for job in batch:
            job.done.errback(StoreUnavailable(f"the store's writer died: {error!r}"))
        self.died.callback(error)
        self._ended()


def _tell(batch: list[_Job], results: list[object]) -> None:
    for job, result in zip(batch, results, strict=True):
        if isinstance(result, Undone):
            job.done.errback(result.error)
        else:
            job.done.callback(result)
