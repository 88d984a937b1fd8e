"""The most that SQLite gives here: rows a second that a writer thread commits for a number of callers.

Each caller has one row under way and sends the next when it is told of the commit; the thread commits what
queued up meanwhile, with the same promise as the gateway's store (WAL, synchronous=FULL).
"""

import asyncio
import sqlite3
import threading
from pathlib import Path
from queue import Empty, SimpleQueue
from time import perf_counter

CALLERS = 100

ROW = b'{"specversion":"1.0","id":"bench-000000-0000","source":"urn:bench","type":"triaged","data":{}}' * 2
"""About as long as an event."""

Job = tuple[bytes, "asyncio.Future[None]"]


async def rows_per_second(folder: Path, rows: int, callers: int = CALLERS) -> float:
    """Commit at least `rows` rows in a new file in `folder`; rows a second."""
    path = folder / "ceiling.db"
    queue: SimpleQueue[Job | None] = SimpleQueue()
    loop = asyncio.get_running_loop()
    thread = threading.Thread(target=_write, args=(path, queue, loop), daemon=True)
    thread.start()
    each = -(-rows // callers)
    began = perf_counter()
    await asyncio.gather(*(_call(queue, loop, each) for _ in range(callers)))
    seconds = perf_counter() - began
    queue.put(None)
    await asyncio.to_thread(thread.join)
    path.unlink()  # closing has removed its log
    return each * callers / seconds


async def _call(queue: "SimpleQueue[Job | None]", loop: asyncio.AbstractEventLoop, rows: int) -> None:
    for _ in range(rows):
        done = loop.create_future()
        queue.put((ROW, done))
        await done


def _write(path: Path, queue: "SimpleQueue[Job | None]", loop: asyncio.AbstractEventLoop) -> None:
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("PRAGMA synchronous = FULL")
    conn.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, document BLOB NOT NULL)")
    while (job := queue.get()) is not None:
        batch = [job]
        try:
            while (more := queue.get_nowait()) is not None:
                batch.append(more)
        except Empty:
            """That is the batch."""
        conn.execute("BEGIN IMMEDIATE")
        for document, _ in batch:
            conn.execute("INSERT INTO event (document) VALUES (?)", (document,))
        conn.execute("COMMIT")
        loop.call_soon_threadsafe(_tell, [done for _, done in batch])
    conn.close()


def _tell(waiting: "list[asyncio.Future[None]]") -> None:
    for done in waiting:
        done.set_result(None)
