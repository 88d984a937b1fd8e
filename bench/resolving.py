"""P11: one look-up of who is on duty, at a million rows over ten thousand.

The same number of units in both, already known, at instants at random, so that the cache of duties does not
answer and the index does.
"""

import random
import time
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from bench.figures import Line, figure, percentile, ratios
from bench.house import House
from bench.rosters import ZONE, Size, unit_name, write_roster
from gateway.model import Role
from gateway.roster.book import RosterBook
from gateway.roster.wall import local_time
from gateway.store.connection import open_reader

LOOK_UPS = 2_000
UNITS = 100
SMALLER = 100
"""The small roster has as many rows a unit, and a hundredth of the units."""

DAY = 86_400_000  # ms


def measure(house: House) -> list[Line | str]:
    """P11."""
    size = house.size
    small = Size(max(1, size.units // SMALLER), max(1, size.assignments // SMALLER))
    path = house.folder / "hundredth.db"
    today = local_time(time.time_ns() // 1_000_000, ZONE).date()
    write_roster(path, small, today)
    large: list[float] = []
    little: list[float] = []
    store = house.store()
    for turn in range(house.scale.rounds):
        large.append(_slowest(store, size, turn))
        little.append(_slowest(path, small, turn))
    detail = f"{figure(large)} µs over {figure(little)} µs"
    what = f"p99 of a look-up at {size.assignments:,} rows ÷ {small.assignments:,}"
    return [Line("p11", what, ratios(large, little), 2, 1.5, True, detail)]


def _slowest(path: Path, size: Size, turn: int) -> float:
    """The 99th percentile of some look-ups, in µs."""
    chosen = random.Random(turn)  # noqa: S311 (the same in every run)
    conn = open_reader(path)
    try:
        book = RosterBook(conn)
        now = time.time_ns() // 1_000_000
        units = [unit_name(chosen.randrange(size.units)) for _ in range(UNITS)]
        asked = [(chosen.choice(units), now + chosen.randrange(DAY)) for _ in range(LOOK_UPS)]
        _times(book, asked)  # now every unit and receiver is known
        return percentile(_times(book, asked), 0.99)
    finally:
        conn.close()


def _times(book: RosterBook, asked: Sequence[tuple[str, int]]) -> list[float]:
    taken = []
    for unit, at in asked:
        began = perf_counter()
        duty = book.duty(unit, Role.NURSE, at)
        taken.append((perf_counter() - began) * 1e6)
        assert duty is not None
        assert duty.slots
    return taken
