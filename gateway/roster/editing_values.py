"""What an edit of the roster is, what it makes, and why it may be refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from gateway.roster.slots import Held, SlotKey

EMPTY = "0"
"""The version of a slot in which nobody stands."""


@dataclass(frozen=True, slots=True)
class SlotEdit:
    """What somebody wants to stand in a slot, and the version that he saw there."""

    key: SlotKey
    receivers: tuple[str, ...]
    version: str = EMPTY


@dataclass(frozen=True, slots=True)
class Conflict:
    """A slot in which something else stands than the author of an edit saw."""

    key: SlotKey
    receivers: tuple[str, ...]
    version: str
    by: str | None  # who changed it last; None: unknown
    at: int | None  # UTC ms


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit made: the number of the change (None: it all stood already), and the slots as they are."""

    change: int | None
    slots: tuple[tuple[SlotKey, tuple[str, ...], str], ...]  # key, receivers, version
    by: str
    at: int


class Stale(Exception):  # noqa: N818 - named for what is the case
    """Somebody else changed one of the slots meanwhile; nothing was done."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        super().__init__("somebody else changed this meanwhile; nothing was changed")
        self.conflicts = tuple(conflicts)


class ReasonNeeded(Exception):  # noqa: N818
    """Nobody would be on duty in a running shift: a replacement or a reason is wanted."""

    def __init__(self, keys: Sequence[SlotKey]) -> None:
        super().__init__("nobody would be on duty now: put somebody else in, or say why")
        self.keys = tuple(keys)


class NotUndoable(Exception):  # noqa: N818
    """There is no such change, or it is none of a shift."""


def version_of(held: Held | None) -> str:
    """The version of what stands in a slot."""
    if held is None:
        return EMPTY
    content = (held.receivers, held.begins.isoformat(), held.ends.isoformat())
    return sha256(msgspec.json.encode(content)).hexdigest()[:16]
