"""The import of a region by `bakjour roster import`, over raw inserts of the same rows, while events come.

A gateway that stands on a small roster takes events at a steady rate, and a browser asks for the board of one
unit again and again; then a file with the large roster is merged in, a file of one line is, and the whole is
replaced by the same with other people. Each import is the command's whole time, its start included.

The raw inserts write the very rows that the import made, in their order, with the same tables, indexes and
durability (WAL, synchronous=FULL), in one transaction of one `executemany` a table: the least there can be.
"""

import asyncio
import sqlite3
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from bench.figures import Line, figure, percentile, ratios
from bench.gateway_process import WEB, Running, children, environment, free, peak
from bench.house import House
from bench.load import event
from bench.rosters import ZONE, unit_name, write_csv
from gateway.audit.keys import add_key
from gateway.roster.index import VERSIONED, open_roster
from gateway.roster.wall import local_time
from gateway.store.connection import open_reader, open_writer, tx
from gateway.store.keys import Scope
from gateway.store.migrations import open_store

EVENTS = 20  # a second: what a large region sends in its busiest hour
BOARDS = 10  # a second: as many pages that are opened
KNOWN_UNITS = 20  # of the roster that stands before
LOOK = 0.05  # seconds between two looks at memory


class Wait(NamedTuple):
    """From asking to the answer; also a span of time in which something was under way. Seconds."""

    began: float
    ended: float

    @property
    def ms(self) -> float:
        """How long it was."""
        return (self.ended - self.began) * 1000

    def within(self, spans: Sequence["Wait"]) -> bool:
        """Whether some of it lies in one of these."""
        return any(self.began < span.ended and span.began < self.ended for span in spans)


class Events(asyncio.Protocol):
    """One connection of Clinic24; `waits` are the times from sending an event to its answer."""

    def __init__(self) -> None:
        self.waits: list[Wait] = []
        self._sent: deque[float] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        now = perf_counter()
        for _ in range(data.count(b"\n")):
            self.waits.append(Wait(self._sent.popleft(), now))

    async def once(self, number: int) -> None:
        """Send one event."""
        self._sent.append(perf_counter())
        self._transport.write(event(f"import-{number:08}", unit_name(number % KNOWN_UNITS)))

    def close(self) -> None:
        """Hang up."""
        self._transport.close()


class Board:
    """A browser that asks for the board of one unit; `waits` are the times to each whole answer."""

    def __init__(self, port: int, key: str) -> None:
        self.waits: list[Wait] = []
        self._port = port
        self._request = (
            f"GET /api/board?unit={unit_name(3)} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n"
            f"Authorization: Bearer {key}\r\n\r\n"
        ).encode()

    async def once(self, number: int) -> None:
        """Ask once, over a connection of its own."""
        began = perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(self._request)
        answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 200"), answer[:300]
        self.waits.append(Wait(began, perf_counter()))


@dataclass(slots=True)
class Round:
    """What one round gave: seconds, ms and MB."""

    raw: float = 0.0
    imports: list[Wait] = field(default_factory=list)
    events: list[Wait] = field(default_factory=list)
    boards: list[Wait] = field(default_factory=list)
    gateway: float = 0.0
    apart: float = 0.0


async def measure(house: House) -> list[Line | str]:
    """Import: over raw inserts; how long events and the board wait meanwhile; memory."""
    first = local_time(time.time_ns() // 1_000_000, ZONE).date() - timedelta(days=1)
    files = [house.folder / name for name in ("merged.csv", "little.csv", "replaced.csv")]
    write_csv(files[0], house.size, first)
    text = files[0].read_text("utf-8").splitlines(keepends=True)
    # The last assignment, with the other person on.
    other = (
        text[-1]
        .replace("-0\r", "-9\r")
        .replace("-1\r", "-0\r")
        .replace("-2\r", "-1\r")
        .replace("-9\r", "-2\r")
    )
    files[1].write_text(text[0] + other, "utf-8", newline="")
    write_csv(files[2], house.size, first, swapped=True)
    del text
    rounds = [await _round(house, files) for _ in range(house.scale.rounds)]
    return _lines(house, rounds)


async def _round(house: House, files: list[Path]) -> Round:
    store = house.store(large=False)
    conn = open_store(store)
    with tx(conn):
        open_roster(conn, ZONE)
        key = add_key(conn, "bench", Scope.READ, 0, "bench")
    conn.close()
    made = Round()
    async with house.standing(store, more=WEB) as (running, _):
        assert running.web is not None
        free(running.process.pid)
        before = running.resident()
        events, board = await _events(running), Board(running.web, key)
        async with _steadily(events.once, EVENTS), _steadily(board.once, BOARDS), _watched(running, made):
            merge = await _import(house, files[0])
            # At once: a neighbour on the same cores shall be there for both or for none.
            made.raw = await _raw(store, house.folder / "raw.db")
            little = await _import(house, files[1])
            replaced = await _import(house, files[2], "--replace", "--yes")
        made.imports = [merge, little, replaced]
        made.events, made.boards = events.waits, board.waits
        events.close()
        made.gateway = peak(running.process.pid) - before
    return made


async def _events(running: Running) -> Events:
    _, made = await asyncio.get_running_loop().create_connection(Events, "127.0.0.1", running.port)
    return made


async def _import(house: House, file: Path, *options: str) -> Wait:
    """The command from its start to its end. Raises AssertionError if it fails."""
    config = house.folder / "bakjour.toml"
    command = ("-m", "gateway", "roster", "import", str(file), "--config", str(config), *options)
    began = perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=environment(),
    )
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()[-500:]
    return Wait(began, perf_counter())


@asynccontextmanager
async def _steadily(work: Callable[[int], Coroutine[object, object, None]], rate: int) -> AsyncIterator[None]:
    """Do it at a steady rate, however long the one before takes."""

    async def turn() -> None:
        began = perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in count():
                if ended.is_set():
                    return
                group.create_task(work(number))
                await asyncio.sleep(max(0.0, began + (number + 1) / rate - perf_counter()))

    ended = asyncio.Event()
    turning = asyncio.create_task(turn())
    try:
        yield
    finally:
        ended.set()
        await turning


@asynccontextmanager
async def _watched(running: Running, made: Round) -> AsyncIterator[None]:
    """Note the most memory that the process apart takes."""

    async def look() -> None:
        while True:
            for child in children(running.process.pid):
                made.apart = max(made.apart, peak(child))
            await asyncio.sleep(LOOK)

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()


async def _raw(store: Path, path: Path) -> float:
    """As `insert`, in a process of its own: this one measures how long others wait."""
    command = ("-m", "bench.importing", str(store), str(path))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=asyncio.subprocess.PIPE, env=environment()
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return float(said)


def insert(store: Path, path: Path) -> float:
    """Seconds that bare inserts of the rows of a store take in a new one."""
    source = open_reader(store)
    tables = [(table, source.execute(_all(table.name)).fetchall()) for table in VERSIONED]
    source.close()
    open_store(path).close()
    conn: sqlite3.Connection = open_writer(path)
    began = perf_counter()
    conn.execute("BEGIN IMMEDIATE")
    for table, rows in tables:
        slots = ", ".join("?" * (len(table.columns) + 2))
        conn.executemany(f"INSERT INTO {table.name} VALUES ({slots})", rows)  # noqa: S608 (our own names)
    conn.execute("COMMIT")
    seconds = perf_counter() - began
    conn.close()
    path.unlink()
    return seconds


def _all(name: str) -> str:
    return f"SELECT * FROM {name} ORDER BY rowid"  # noqa: S608 (our own names)


def _lines(house: House, rounds: list[Round]) -> list[Line | str]:
    raw = [one.raw for one in rounds]
    merge, little, replaced = ([one.imports[number].ms / 1000 for one in rounds] for number in range(3))
    amount = f"{house.size.assignments:,} assignments"
    over = f"s over {figure(raw)} s"
    what, detail = f"import of {amount} ÷ raw inserts", f"{figure(merge)} {over}"
    included = "into that roster, the start of the command included"
    lines: list[Line | str] = [
        Line("imp", what, ratios(merge, raw), 4, 3, True, detail),
        f"imp  {ratios(replaced, raw)}  replacement by as many, other people on, ÷ raw inserts\n"
        f"     {figure(replaced)} s",
        Line("imp", "seconds of a file of one line", figure(little), 1, 0.7, True, included),
    ]
    lines += _waits(f"an event's answer, {EVENTS}/s", [(one.events, one.imports) for one in rounds], 50)
    lines += _waits(f"the board of one unit, {BOARDS}/s", [(one.boards, one.imports) for one in rounds], 100)
    memory = f"gateway + {figure([one.gateway for one in rounds])} MB at its peak"
    lines.append(f"imp  {memory}, the process apart {figure([one.apart for one in rounds])} MB")
    return lines


def _waits(what: str, rounds: Sequence[tuple[list[Wait], list[Wait]]], must: float) -> list[Line]:
    """How long they waited while imports ran; beside it while the raw inserts did, which are not ours."""
    meanwhile = [[wait.ms for wait in waits if wait.within(imports)] for waits, imports in rounds]
    others = [[wait.ms for wait in waits if not wait.within(imports)] for waits, imports in rounds]
    p50, p99 = (figure([percentile(one, share) for one in meanwhile]) for share in (0.5, 0.99))
    slowest = figure([max(one) for one in meanwhile])
    beside = f"beside the raw inserts {figure([max(one, default=0.0) for one in others])}"
    return [
        Line("imp", f"ms to {what}, p99 during imports", p99, must, must / 2, True, f"p50 {p50}"),
        Line("imp", f"ms to {what}, slowest during imports", slowest, must, must / 2, True, beside),
    ]


if __name__ == "__main__":
    print(insert(Path(sys.argv[1]), Path(sys.argv[2])))
