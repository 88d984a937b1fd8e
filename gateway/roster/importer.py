"""Carries a planned import out: many short jobs for the writer, and one that makes it all seen.

Rules: all or nothing. Until the swap nobody sees anything of it; if it cannot be swapped in, what was written
is cleared up, here or by the next import or start. Each job waits for the one before, so that whatever else
asks for the store comes in between.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import BinaryIO, Protocol

from twisted.internet.defer import Deferred, succeed

from gateway.audit.record import Change as Recorded
from gateway.parts import parts
from gateway.ports import StoreUnavailable, Writer
from gateway.roster import edit
from gateway.roster.edit import Part
from gateway.roster.index import VERSIONED
from gateway.roster.plan import Plan
from gateway.roster.prepared import Head, Laid, batches
from gateway.roster.written import rewrites

BATCH = 500
"""Rows a job: some 5 to 10 ms, so that an alert waits no longer for its commit than for another alert."""

SWEPT = 1_000
"""Rows that are looked through in a job of clearing up; at most all of them go, which takes some 20 ms."""

COPIED_AFTER = 10_000
"""Changes after which the log is copied into the database apart from the writer: some 800 pages. Left to the
commit that fills the log, the copying would keep alerts waiting for some 100 ms; and the more is copied at
once, the longer a commit beside it waits for the disk (with 30,000 every hundredth took 24 ms, not 15)."""

IMPORTED = "import"
"""Who entered a slot that came by an import."""

Tell = Callable[[int, int], None]
"""Told how many changes of how many are written."""


class CopyLog(Protocol):
    """Copies the log into the database, apart from the writer."""

    def __call__(self) -> Deferred[None]: ...


class Following(Protocol):
    """Gives the next batch of an import."""

    def __call__(self) -> Deferred[Laid | None]: ...


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
        for some in batches(rewrites(plan, made_by, now), BATCH):
            await writer.run(edit.stage, generation, some)
        await _swapped(writer, generation, plan.revision, list(plan.longest.items()), plan.recorded, who, now)
    except Exception:
        await _quietly(writer, generation)
        raise
    try:
        for some in batches((one for one in rewrites(plan, made_by, now) if one.gone), BATCH):
            await writer.run(edit.purge, generation, some)
        await writer.run(edit.finish, generation)
    except StoreUnavailable:
        # It is imported; the rows that nobody sees are removed by the next import or start.
        return


async def import_laid(
    writer: Writer,
    head: Head,
    file: BinaryIO,
    following: Following,
    now: int,
    who: str,
    copy_log: CopyLog,
    tell: Tell,
) -> None:
    """Carry out an import that is laid down in a file, as `import_roster` does one that is at hand.

    `following` gives the next batch, None after the last, and fails if there will be no more.
    """
    generation = await _begun(writer, head.revision)
    descriptor = file.fileno()
    going: list[Laid] = []
    try:
        async for laid in _told(following, copy_log, tell, head.changes):
            await writer.run(edit.stage_laid, generation, descriptor, laid)
            if laid.gone:
                going.append(laid)
        await _swapped(writer, generation, head.revision, head.longest, head.recorded, who, now)
    except Exception:
        await _quietly(writer, generation)
        raise
    try:
        rest = iter(going)
        async for laid in _told(lambda: succeed(next(rest, None)), copy_log, lambda *_: None, head.changes):
            await writer.run(edit.purge_laid, generation, descriptor, laid)
        await writer.run(edit.finish, generation)
    except StoreUnavailable:
        return  # as above


async def _told(following: Following, copy_log: CopyLog, tell: Tell, total: int) -> AsyncIterator[Laid]:
    """Each batch; the log is copied, and a word said, now and then between two."""
    copied = 0
    while (laid := await following()) is not None:
        yield laid
        if laid.changes - copied >= COPIED_AFTER:
            copied = laid.changes
            await copy_log()
            tell(laid.changes, total)


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
    for batch in parts(longest, BATCH):
        await writer.run(edit.lengthen, generation, batch)
    await writer.run(edit.swap, generation, revision, recorded, who, now)


async def _quietly(writer: Writer, generation: int) -> None:
    try:
        await _clear(writer, generation)
        await writer.run(edit.finish, generation)
    except (StoreUnavailable, edit.RosterChanged):
        # What failed before is what the caller must hear; the next import or start clears up.
        return


async def _clear(writer: Writer, generation: int) -> None:
    """Remove what imports that were not swapped in have left, this one too."""
    lasts = await writer.run(edit.lasts)
    for table in VERSIONED:
        for after in range(0, lasts[table.name], SWEPT):
            await writer.run(edit.clear_part, generation, Part(table, after, after + SWEPT))
