"""Carries a planned import out: many short jobs for the writer, and one that makes it all seen.

Rules: all or nothing. Until the swap nobody sees anything of it; if it cannot be swapped in, what was written
is cleared up, here or by the next import or start. Each job waits for the one before, so that whatever else
asks for the store comes in between.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

from twisted.internet.defer import Deferred

from gateway.audit.record import Change as Recorded
from gateway.ports import StoreUnavailable, Writer
from gateway.roster import edit
from gateway.roster.edit import Part
from gateway.roster.index import VERSIONED
from gateway.roster.plan import Plan
from gateway.roster.prepared import Prepared
from gateway.roster.written import rewrites

BATCH = 500
"""Rows a job: some 5 to 10 ms, so that an alert never waits longer for its commit than for another alert."""

SWEPT = 1_000
"""Rows that are looked through in a job of clearing up; at most all of them go, which takes some 20 ms."""

PART = 2_000
"""Rows of a prepared file a job: SQLite copies them by itself, in as much time."""

CHECKPOINT_AFTER = 20_000
"""Rows after which the log is copied into the database apart from the writer: some 3,000 pages. Left to the
commit that fills the log, the copying would keep alerts waiting for some 100 ms."""

IMPORTED = "import"
"""Who entered a slot that came by an import."""

T = TypeVar("T")

Tell = Callable[[int, int], None]
"""Told how many rows of how many are written."""


class Checkpoint(Protocol):
    """Copies the log into the database, apart from the writer."""

    def __call__(self) -> Deferred[object]: ...


async def import_roster(
    writer: Writer, plan: Plan, now: int, made_by: str = IMPORTED, who: str = IMPORTED
) -> None:
    """Carry out a plan of moderate size; fires when it is committed and seen. `now` in UTC ms.

    `made_by` is shown beside a slot, `who` stands in the record of changes.

    Raises RosterChanged if the roster is no longer the one that the plan was made for (make another plan),
    StoreUnavailable if the store cannot commit; nothing was imported then.
    """
    if plan.empty:
        return
    generation = await _begun(writer, plan.revision)
    try:
        for batch in _batches(rewrites(plan, made_by, now), BATCH):
            await writer.run(edit.stage, generation, batch)
        await _swapped(writer, generation, plan.revision, list(plan.longest.items()), plan.recorded, who, now)
    except Exception:
        await _quietly(writer, generation)
        raise
    try:
        for batch in _batches((one for one in rewrites(plan, made_by, now) if one.gone), BATCH):
            await writer.run(edit.purge, generation, batch)
        await writer.run(edit.finish, generation)
    except StoreUnavailable:
        # It is imported; the rows that nobody sees are removed by the next import or start.
        return


async def import_prepared(
    writer: Writer,
    prepared: Prepared,
    file: Path,
    now: int,
    who: str,
    checkpoint: Checkpoint,
    tell: Tell,
) -> None:
    """Carry out an import that was prepared in `file`, as `import_roster` does one that is at hand."""
    generation = await _begun(writer, prepared.revision)
    written, total = 0, prepared.rows
    try:
        await writer.run(edit.attach, file)
        for job, part in _parts(prepared):
            await writer.run(job, generation, part)
            before, written = written, written + part.upto - part.after
            if before // CHECKPOINT_AFTER < written // CHECKPOINT_AFTER:
                await checkpoint()
                tell(written, total)
        await _swapped(writer, generation, prepared.revision, prepared.longest, prepared.recorded, who, now)
    except Exception:
        await _quietly(writer, generation)
        raise
    try:
        for part in _gone(prepared):
            await writer.run(edit.purge_part, generation, part)
            before, written = written, written + part.upto - part.after
            if before // CHECKPOINT_AFTER < written // CHECKPOINT_AFTER:
                await checkpoint()
                tell(written, total)
        await writer.run(edit.detach)
        await writer.run(edit.finish, generation)
    except StoreUnavailable:
        return  # as above


async def _begun(writer: Writer, revision: int) -> int:
    begun = await writer.run(edit.begin, revision)
    if begun.clear:
        await _clear(writer, begun.generation)
    return begun.generation


async def _swapped(
    writer: Writer,
    generation: int,
    revision: int,
    longest: Sequence[tuple[str, int]],
    recorded: Sequence[Recorded],
    who: str,
    now: int,
) -> None:
    for batch in _batches(longest, BATCH):
        await writer.run(edit.lengthen, generation, batch)
    await writer.run(edit.swap, generation, revision, recorded, who, now)


async def _quietly(writer: Writer, generation: int) -> None:
    try:
        await _clear(writer, generation)
        await writer.run(edit.finish, generation)
        await writer.run(edit.detach)
    except (StoreUnavailable, edit.RosterChanged):
        # What failed before is what the caller must hear; the next import or start clears up.
        return


async def _clear(writer: Writer, generation: int) -> None:
    """Remove what imports that were not swapped in have left, this one too."""
    lasts = await writer.run(edit.lasts)
    for table in VERSIONED:
        for after in range(0, lasts[table.name], SWEPT):
            await writer.run(edit.clear_part, generation, Part(table, after, after + SWEPT))


def _parts(prepared: Prepared) -> Iterator[tuple[Callable[..., None], Part]]:
    for part in _gone(prepared):
        yield edit.hide_part, part
    for table in VERSIONED:
        for after, upto in _ranges(prepared.added.get(table.name, 0)):
            yield edit.add_part, Part(table, after, upto)


def _gone(prepared: Prepared) -> Iterator[Part]:
    for table in VERSIONED:
        for after, upto in _ranges(prepared.gone.get(table.name, 0)):
            yield Part(table, after, upto)


def _ranges(count: int) -> Iterator[tuple[int, int]]:
    for after in range(0, count, PART):
        yield after, min(after + PART, count)


def _batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch
