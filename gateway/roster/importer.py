"""Carries a planned import out: many short jobs for the writer, and one that makes it all seen.

Rules: all or nothing. Until the swap nobody sees anything of it; if it cannot be swapped in, what was written
is cleared up, here or by the next start.
"""

from collections.abc import Iterator

from gateway.ports import StoreUnavailable, Writer
from gateway.roster import edit
from gateway.roster.plan import Plan, SlotChange

BATCH = 500
"""Slots a job: some 10 ms, so that an alert never waits longer for its commit than for another alert."""

IMPORTED = "import"
"""Who entered a slot that came by an import."""


async def import_roster(
    writer: Writer, plan: Plan, now: int, made_by: str = IMPORTED, who: str = IMPORTED
) -> None:
    """Carry out a plan; fires when it is committed and seen. `now` in UTC ms.

    `made_by` is shown beside a slot, `who` stands in the record of changes.

    Raises RosterChanged if the roster is no longer the one that the plan was made for (make another plan),
    StoreUnavailable if the store cannot commit; nothing was imported then.
    """
    if not plan.changes:
        return
    generation = await writer.run(edit.begin, plan.revision)
    try:
        for batch in _batches(plan.slots):
            await writer.run(edit.stage, generation, batch, made_by, now)
        await writer.run(edit.swap, generation, plan, who, now)
    except Exception:
        await _quietly(writer, generation)
        raise
    try:
        for batch in _batches(plan.slots):
            await writer.run(edit.purge, generation, batch)
        await writer.run(edit.finish, generation)
    except StoreUnavailable:
        # It is imported; the rows that nobody sees are removed by the next import or start.
        return


async def _quietly(writer: Writer, generation: int) -> None:
    try:
        await writer.run(edit.abandon, generation)
    except StoreUnavailable:
        # What failed before is what the caller must hear; the next import or start clears up.
        return


def _batches(slots: tuple[SlotChange, ...]) -> Iterator[tuple[SlotChange, ...]]:
    for first in range(0, len(slots), BATCH):
        yield slots[first : first + BATCH]
