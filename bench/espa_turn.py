"""P10: the gateway's turn-around on an ESPA 4.4.4 line while 1,000 events a second arrive, over that at rest.

Turn-around is what a station sees: from its ACK of the selection to the last byte of the block, over
loopback, of calls that arrive at a steady rate. The load goes out over SMPP, so that the line carries the
same calls in both halves of a round.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

from bench import gateway_process
from bench.centre import Centre
from bench.figures import Line, figure, percentile, ratios
from bench.gateway_process import Running
from bench.house import BOUND_WITHIN, House
from bench.load import Steady, event
from bench.rosters import unit_name
from protocols.espa444.records import ENQ, EOT, SOH

LOAD = 1_000
"""Events a second beside the calls (P10)."""
CALLS = 25
"""Calls a second: as many as a fast line carries."""
STEP = 0.001
"""Seconds between two looks at what is due: events arrive one by one, as far as a loop can tell."""
ARRIVES_WITHIN = 20.0
DECT_UNIT = 19
"""Of the small roster: its receivers get extensions."""

CARRIER = """
[[carrier]]
name = "dect"
type = "espa444"
serves = "extension"
endpoint = "tcp:host=127.0.0.1:port={port}"
"""


class Station(asyncio.Protocol):
    """A paging station that costs next to nothing and looks at the clock: `turns` in seconds."""

    def __init__(self, turns: list[float]) -> None:
        self._turns = turns
        self._acked = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        now = perf_counter()
        if data[0] == SOH:
            self._turns.append(now - self._acked)
            self._transport.write(b"\x06")
        elif data.count(ENQ) == 2:
            self._transport.write(b"\x06")
            self._acked = perf_counter()
        elif data[-1] == ENQ:
            self._transport.write(bytes((EOT,)))


async def measure(house: House) -> list[Line | str]:
    """P10."""
    idle: list[float] = []
    loaded: list[float] = []
    turns: list[float] = []
    async with _standing(house, turns) as (running, centre):
        calls = await Steady.connect(running.port)
        load = await Steady.connect(running.port)
        await _round(house, calls, turns, "warm-up")
        for number in range(house.scale.rounds):
            idle.append(await _round(house, calls, turns, f"idle-{number}"))
            wanted = centre.taken
            flood = asyncio.ensure_future(_flood(house, load, f"load-{number}"))
            loaded.append(await _round(house, calls, turns, f"busy-{number}"))
            await centre.until(wanted + await flood, ARRIVES_WITHIN)
        for sender in (calls, load):
            sender.close()
    detail = f"p99 {figure([one * 1000 for one in loaded])} ms over {figure([one * 1000 for one in idle])} ms"
    name = "ESPA turn-around p99 at 1,000 events/s ÷ idle"
    return [Line("p10", name, ratios(loaded, idle), 5, 3, True, detail)]


async def _round(house: House, sender: Steady, turns: list[float], mark: str) -> float:
    """Calls at a steady rate; the 99th percentile of their turn-arounds, in seconds."""
    turns.clear()
    amount = max(4, round(CALLS * house.scale.seconds))
    began = perf_counter()
    for place in range(amount):
        await asyncio.sleep(max(0.0, began + place / CALLS - perf_counter()))
        sender.send(event(f"{mark}-{place:08}", unit_name(DECT_UNIT)))
    until = perf_counter() + ARRIVES_WITHIN
    while len(turns) < amount:
        assert perf_counter() < until, f"{amount - len(turns)} of {amount} calls did not arrive"
        await asyncio.sleep(0.02)
    return percentile(turns, 0.99)


async def _flood(house: House, sender: Steady, mark: str) -> int:
    """Events to the other units for as long as a round lasts; how many."""
    amount = round(LOAD * house.scale.seconds)
    began, given = perf_counter(), 0
    while given < amount:
        due = min(amount, int((perf_counter() - began) * LOAD) + 1)
        sender.send(b"".join(event(f"{mark}-{n:08}", unit_name(n % DECT_UNIT)) for n in range(given, due)))
        given = due
        await asyncio.sleep(STEP)
    return amount


@asynccontextmanager
async def _standing(house: House, turns: list[float]) -> AsyncIterator[tuple[Running, Centre]]:
    """A gateway with both kinds of lines."""
    store = house.store(large=False)
    _give_extensions(store)
    centre = Centre()
    line = await asyncio.get_running_loop().create_server(lambda: Station(turns), "127.0.0.1", 0)
    more = CARRIER.format(port=line.sockets[0].getsockname()[1])
    running = await gateway_process.serve(house.folder, store, await centre.start(), more=more)
    try:
        await asyncio.wait_for(centre.bound.wait(), BOUND_WITHIN)
        yield running, centre
    finally:
        await running.stop()
        await centre.stop()
        line.close()


def _give_extensions(store: Path) -> None:
    """Whoever is on duty at DECT_UNIT has a handset."""
    conn = sqlite3.connect(store)
    conn.execute(
        "UPDATE receiver_version SET number = 20000 + rowid, number_kind = 'extension' WHERE id LIKE ?",
        (f"r-{DECT_UNIT:05}-%",),
    )
    conn.commit()
    conn.close()
