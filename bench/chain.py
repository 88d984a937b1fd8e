"""P1 and P2: event in over TCP, committed before the answer, resolved, out over SMPP, outcome stored.

The gateway's rate in each round stands over what SQLite gives just before and after it, and over what Kannel
delivers in the same round where it is installed.
"""

import asyncio
import random
import sqlite3
from pathlib import Path
from statistics import mean
from time import perf_counter

from bench import kannel
from bench.ceiling import rows_per_second
from bench.figures import Line, figure, ratios
from bench.house import House
from bench.load import event, send
from bench.rosters import Size, unit_name
from gateway.store.connection import open_reader

LOOK = 0.02
"""Seconds between two looks at the store."""

KANNELS_SHARE = 4
"""Messages for Kannel, for each event of ours: it takes up to a second to begin, whatever the number is."""

DONE_WITHIN = 120.0
DELAY = 0.02
"""Seconds that a real SMS centre takes for its response (P7)."""

QUEUED = 20_000
TAKEN_UP = 0.6
"""Share of a measure's seconds that a start with so many queued takes, before anything is measured (P7)."""

STORED = "SELECT count(*) FROM step WHERE status = 'sent'"


async def measure(house: House) -> list[Line | str]:
    """P1, and P2 or why there is none."""
    scale = house.scale
    store = house.store()
    ours: list[float] = []
    tops: list[float] = []
    theirs: list[float] = []
    async with house.standing(store) as (running, _), kannel.running(house.folder, "file") as other:
        await events_per_second(running.port, store, house.size, scale.warm_up, "warm-up")
        before = await rows_per_second(house.folder, scale.rows)
        for turn in range(scale.rounds):
            rate = await events_per_second(running.port, store, house.size, scale.events, f"round-{turn}")
            after = await rows_per_second(house.folder, scale.rows)
            ours.append(rate)
            tops.append(mean((before, after)))
            before = after
            if other is not None:
                theirs.append(await other.delivered_per_second(scale.events * KANNELS_SHARE))
    detail = f"{figure(ours)} events/s over {figure(tops)} rows/s"
    lines: list[Line | str] = [
        Line("p1", "events/s ÷ SQLite's group commit", ratios(ours, tops), 0.25, 0.45, False, detail)
    ]
    if theirs:
        detail = f"{figure(ours)} events/s over {figure(theirs)} messages/s"
        lines.append(Line("p2", "events/s ÷ Kannel, file store", ratios(ours, theirs), 2.5, 4, False, detail))
    else:
        lines.append(f"p2   skipped: {kannel.MISSING}")
    return lines


async def events_per_second(port: int, store: Path, size: Size, events: int, mark: str) -> float:
    """Send `events` to units at random; events a second, from the first byte to the last stored outcome."""
    chosen = random.Random(mark)  # noqa: S311 (the same units in every run)
    lines = [event(f"{mark}-{n:06}", unit_name(chosen.randrange(size.units))) for n in range(events)]
    conn = open_reader(store)
    try:
        before = _stored(conn)
        began = perf_counter()
        await send(port, lines)
        while _stored(conn) < before + events:
            assert perf_counter() - began < DONE_WITHIN, "the outcomes were not stored"
            await asyncio.sleep(LOOK)
        return events / (perf_counter() - began)
    finally:
        conn.close()


def _stored(conn: sqlite3.Connection) -> int:
    return int(conn.execute(STORED).fetchone()[0])


async def window_use(house: House) -> list[Line | str]:
    """P7: what a centre that answers after 20 ms gets out of a long queue, over what its window allows."""
    scale = house.scale
    lines: list[Line | str] = []
    for window in (10, 100):
        most = window / DELAY
        rates = []
        store = house.store(large=False, queued=min(scale.queued, QUEUED))
        async with house.standing(store, window=window, delay=DELAY) as (_, centre):
            await asyncio.sleep(TAKEN_UP * scale.seconds)
            for _ in range(scale.rounds):
                before, began = centre.taken, perf_counter()
                await asyncio.sleep(scale.seconds / scale.rounds)
                rates.append((centre.taken - before) / (perf_counter() - began))
        ratio = figure([rate / most for rate in rates])
        detail = f"{figure(rates)} messages/s, the window allows {most:.0f}"
        lines.append(Line("p7", f"delivered/s ÷ window {window} / 20 ms", ratio, 0.85, 0.95, False, detail))
    return lines
