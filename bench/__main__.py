"""`python -m bench [p1 p2 …]`: measures what is named, or everything, and prints a line for each goal."""

import argparse
import asyncio
import platform
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import fields, replace
from pathlib import Path

from bench import chain, espa, espa_turn, importing, latency, queueing, resolving, smpp
from bench.figures import Line
from bench.house import TINY, House, Scale, leave_the_gateways_core

AT_MOST = 3_600.0
"""Seconds of a whole run, whatever hangs; one on an idle machine takes some twenty minutes."""

Measure = Callable[[House], Awaitable[list[Line | str]]]


async def _resolving(house: House) -> list[Line | str]:
    return resolving.measure(house)


async def _durable(house: House) -> list[Line | str]:
    return ["p15  is a test: an fdatasync before every answer (tests/process/test_fdatasync.py)"]


MEASURES: dict[Measure, tuple[str, ...]] = {
    chain.measure: ("p1", "p2"),
    latency.measure: ("p5",),
    queueing.urgent: ("p6",),
    chain.window_use: ("p7",),
    smpp.measure: ("p8",),
    espa.measure: ("p9",),
    espa_turn.measure: ("p10",),
    _resolving: ("p11",),
    queueing.weight: ("p12", "p13"),
    importing.measure: ("import",),
    _durable: ("p15",),
}
"""What is measured together, and the goals that it answers to."""

GOALS = tuple(goal for goals in MEASURES.values() for goal in goals)


def main() -> None:
    """Measure and print."""
    wanted, scale = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="bakjour-bench-"))
    try:
        asyncio.run(_bounded(run(House(folder, scale), wanted)))
    except BaseException:
        print((folder / "gateway.log").read_text()[-2000:] if (folder / "gateway.log").exists() else "")
        raise
    finally:
        shutil.rmtree(folder)


async def _bounded(work: Coroutine[object, object, None]) -> None:
    """End it after AT_MOST, and by SIGTERM as by SIGINT: so that every process that it started ends too."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await asyncio.wait_for(task, AT_MOST)


async def run(house: House, wanted: frozenset[str]) -> None:
    """Measure what is wanted, one after the other, and print each line when it is there."""
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    print(f"{versions}; {leave_the_gateways_core()}; medians of {house.scale.rounds} rounds (min–max)")
    for measure, goals in MEASURES.items():
        if not wanted.isdisjoint(goals):
            for line in await measure(house):
                print(line, flush=True)


def _arguments() -> tuple[frozenset[str], Scale]:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("goals", nargs="*", metavar="GOAL", help=f"of {' '.join(GOALS)}; default: all")
    parser.add_argument("--tiny", action="store_true", help="only show that the parts work")
    for field in fields(Scale):
        kind = float if field.name == "seconds" else int
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, help=f"default: {field.default}")
    given = parser.parse_args()
    unknown = set(given.goals) - set(GOALS)
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))} cannot be measured; allowed: {' '.join(GOALS)}")
    changes = {
        field.name: value for field in fields(Scale) if (value := getattr(given, field.name)) is not None
    }
    scale = replace(TINY if given.tiny else Scale(), **changes)
    return frozenset(given.goals or GOALS), scale


if __name__ == "__main__":
    main()
