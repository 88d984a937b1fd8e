"""P1: event in over loopback TCP, committed before the answer, resolved, out over SMPP, outcome stored."""

import asyncio
import random
import sqlite3
from pathlib import Path
from time import perf_counter

from bench.centre import Centre
from bench.load import event, send
from bench.rosters import Size, unit_name
from gateway.store.connection import open_reader

LOOK = 0.02
"""Seconds between two looks at the store."""

DONE_WITHIN = 120.0
STORED = "SELECT count(*) FROM step WHERE status = 'sent'"


async def events_per_second(
    port: int, store: Path, centre: Centre, size: Size, events: int, mark: str
) -> float:
    """Send `events` to units at random; events a second, from the first byte to the last stored outcome."""
    chosen = random.Random(mark)
    lines = [event(f"{mark}-{n:06}", unit_name(chosen.randrange(size.units))) for n in range(events)]
    conn = open_reader(store)
    try:
        before = _stored(conn)
        began = perf_counter()
        await send(port, lines)
        accepted = perf_counter() - began
        await centre.until(centre.taken, DONE_WITHIN)
        while _stored(conn) < before + events:
            assert perf_counter() - began < DONE_WITHIN, "the outcomes were not stored"
            await asyncio.sleep(LOOK)
        print(f"accepted {events / accepted:.0f}/s", end=" ")
        return events / (perf_counter() - began)
    finally:
        conn.close()


def _stored(conn: sqlite3.Connection) -> int:
    return int(conn.execute(STORED).fetchone()[0])
