"""What is told of an import: its counts by table, its first changes, and by what a preview is known again.

Rules: a reply stays small whatever the import holds: `TOLD_MOST` changes, and `TOLD_OCTETS` of their JSON.
Takes a second for a large roster, so it runs where the plan was made, never on the loop.
"""

from collections import Counter
from hashlib import sha256

import msgspec

from gateway.replies import ChangedEntry, ChangedField, RosterImported, TableCount
from gateway.roster.changes import Action, Change
from gateway.roster.items import MODELS
from gateway.roster.plan import Plan, SlotChange
from gateway.roster.slots import table_of

TOLD_MOST = 1000
"""Changes that a reply tells one by one; of a first import of a region there are a million."""

TOLD_OCTETS = 2 * 1024 * 1024
"""JSON of those changes: a thousand ordinary ones take 0.3 MiB, but one receiver may have 10,000 units."""

VERSION_DIGITS = 32  # of a digest: 128 bits, that no two plans share by chance


def told(plan: Plan, applied: bool) -> RosterImported:
    """The reply for a plan that was carried out, or only made."""
    texts: list[str] = []
    entries: list[ChangedEntry] = []
    octets = 0
    for change in _first(plan):
        entry = _entry(change)
        octets += len(msgspec.json.encode(entry))
        if entries and octets > TOLD_OCTETS:
            break
        texts.append(str(change))
        entries.append(entry)
    return RosterImported(
        applied,
        len(plan.frame) + len(plan.slots),
        tuple(texts),
        tuple(entries),
        _counts(plan),
        "" if applied else version(plan),
    )


def version(plan: Plan) -> str:
    """The same for plans that change the same from the same to the same, in any process."""
    digest = sha256()
    for one in (*plan.frame, *plan.slots):
        digest.update(msgspec.msgpack.encode(one))
    return digest.hexdigest()[:VERSION_DIGITS]


def _first(plan: Plan) -> list[Change]:
    slots = [_slot(one) for one in plan.slots[: max(0, TOLD_MOST - len(plan.frame))]]
    return [*plan.frame[:TOLD_MOST], *slots]


def _slot(one: SlotChange) -> Change:
    return Change(table_of(one.key).name, str(one.key), one.before, one.after)


def _entry(change: Change) -> ChangedEntry:
    fields = tuple(ChangedField(*one) for one in change.fields)
    return ChangedEntry(change.action, change.table, change.parts, change.name, fields)


def _counts(plan: Plan) -> tuple[TableCount, ...]:
    found = Counter((one.table, one.action) for one in plan.frame)
    found.update((table_of(one.key).name, _action(one)) for one in plan.slots)
    counted = (TableCount(table, *(found[table, action] for action in Action)) for table in MODELS)
    return tuple(one for one in counted if one.add or one.change or one.remove)


def _action(one: SlotChange) -> Action:
    if one.before is None:
        return Action.ADD
    return Action.REMOVE if one.after is None else Action.CHANGE
