"""What every measure stands on: the sizes of the run, the large stores, and a gateway with its centre.

Rules: everything is on loopback and below one temporary folder; a store is made once a run and copied; what
was started is stopped, also when a measure fails.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bench import backlog, figures
from bench.centre import Centre
from bench.gateway_process import WINDOW, Running, gateway_cores, serve
from bench.rosters import Size, write_roster

BOUND_WITHIN = 15.0


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured; the defaults are those of the goals."""

    rounds: int = figures.ROUNDS
    events: int = 5_000  # of a round
    warm_up: int = 10_000  # events before the first round
    rows: int = 30_000  # of the ceiling
    units: int = 10_000
    assignments: int = 1_000_000
    queued: int = 100_000
    rate: int = 100  # events a second where latency is measured
    seconds: float = 5.0  # of a round of latency


TINY = Scale(2, 40, 20, 200, 20, 400, 300, 50, 0.4)
"""Only shows that the parts work."""


@dataclass(slots=True)
class House:
    """One run of the benchmark."""

    folder: Path
    scale: Scale
    _stores: dict[str, Path] = field(default_factory=dict)

    @property
    def size(self) -> Size:
        """Of the large roster."""
        return Size(self.scale.units, self.scale.assignments)

    def store(self, *, large: bool = True, queued: int = 0) -> Path:
        """A fresh copy of a store: with the large roster or with 20 units, and with so many pages queued."""
        name = f"{'large' if large else 'small'}-{queued}"
        if name not in self._stores:
            path = self.folder / f"{name}.db"
            write_roster(path, self.size if large else Size(20, 400), date.today())  # noqa: DTZ011 (local)
            if queued:
                backlog.queue_pages(path, queued)
            self._stores[name] = path
        copy = self.folder / f"{name}-in-use.db"
        for old in copy.parent.glob(f"{copy.name}*"):
            old.unlink()
        shutil.copy(self._stores[name], copy)
        return copy

    @asynccontextmanager
    async def standing(
        self, store: Path, *, window: int = WINDOW, delay: float = 0.0, more: str = ""
    ) -> AsyncIterator[tuple[Running, Centre]]:
        """A gateway over the store, bound to a centre that answers after `delay` seconds; `more` is more of
        its configuration."""
        centre = Centre(delay)
        running = await serve(self.folder, store, await centre.start(), window, more)
        try:
            await asyncio.wait_for(centre.bound.wait(), BOUND_WITHIN)
            yield running, centre
        finally:
            await running.stop()
            await centre.stop()


def leave_the_gateways_core() -> str:
    """Put this process, load and SMS centre, on the other cores; says what was done."""
    taken = gateway_cores()
    if taken is None:
        return "one core for everything"
    os.sched_setaffinity(0, os.sched_getaffinity(0) - taken)
    return f"gateway on core {min(taken)}, load and SMS centre on the others"
