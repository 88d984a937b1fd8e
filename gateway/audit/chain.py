"""The chain of the record: how a row is hashed, and how a whole record is verified. Pure.

Rules: a row's hash covers every one of its columns and the hash of the row before it. A record begins with
row 1, or behind rows that were removed for their age; then a later row of the same record says up to which
row, and with which hash, and that must fit. It ends where the head says that it ends. A column is a number, a
text or NULL: octets, which JSON would write as some text, are an edit whatever they hash to.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

PURGED = "audit.purged"
"""The action of a row about rows that were removed; its `after` holds `upto` and `hash` of the last one."""

MAX_TOLD = 20
"""Findings that are told one by one: after the first, a person looks at a copy."""


class Entry(Struct, frozen=True):
    """One row as it stands in the store. `before` and `after` are JSON text."""

    seq: int
    at: int  # UTC ms
    who: str
    action: str
    unit: str | None
    subject: str
    change: int  # seq of the first row of the same change
    before: str | None
    after: str | None
    why: str | None
    prev: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a record ends."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found: how many rows, from which to which, and what is wrong; nothing: sound."""

    rows: int
    first: int
    head: Head
    findings: tuple[str, ...]


NO_HEAD = Head(-1, "")
"""In place of the head, where somebody took it away."""


def digest(*columns: object) -> str:
    """The hash of a row's columns in their order, the own hash left out."""
    return sha256(msgspec.json.encode(columns)).hexdigest()


def hash_of(entry: Entry) -> str | None:
    """The hash that the row must have; None if it holds what nobody can have recorded."""
    columns = msgspec.structs.astuple(entry)
    if any(isinstance(column, bytes) for column in columns):
        return None
    try:
        return digest(*columns[:-1])
    except UnicodeEncodeError:
        return None  # text that was no UTF-8 in the file, see `reading.verified`


def verify(rows: Iterable[Entry], head: Head, known: Head | None = None) -> Verdict:
    """Read a record through, in the order of `seq`.

    `known` is a head that somebody noted earlier: the row of that number must still have that hash.
    """
    check = _Check(known)
    for row in rows:
        check.row(row)
    return check.verdict(head)


class _Check:
    def __init__(self, known: Head | None) -> None:
        self._known = known
        self._first: Entry | None = None
        self._last: Entry | None = None
        self._count = 0
        self._purges: set[tuple[int, str]] = set()
        self._found: list[str] = []

    def row(self, row: Entry) -> None:
        last, self._last = self._last, row
        self._count += 1
        if last is None:
            self._first = row
        elif row.seq != last.seq + 1:
            self._tell(f"row {row.seq} follows row {last.seq}: rows between them are missing")
        elif row.prev != last.hash:
            self._tell(f"row {row.seq} does not continue row {last.seq}: one of the two was exchanged")
        if row.hash != hash_of(row):
            self._tell(f"row {row.seq} was altered: its content does not give its hash")
        if self._known is not None and row.seq == self._known.seq and row.hash != self._known.hash:
            self._tell(f"row {row.seq} does not have the hash that was noted: the record was made anew")
        if row.action == PURGED and row.after is not None:
            self._purges.update(_purge(row.after))

    def verdict(self, head: Head) -> Verdict:
        self._beginning()
        end = Head(0, "") if self._last is None else Head(self._last.seq, self._last.hash)
        if head == NO_HEAD:
            self._tell(f"the head is missing, which says that the record ends with row {end.seq}")
        elif end != head:
            self._tell(f"the record ends with row {end.seq}, but its head names row {head.seq}: cut or added")
        if self._known is not None and self._known.seq > end.seq:
            self._tell(f"row {self._known.seq}, which was noted, is missing")
        first = 0 if self._first is None else self._first.seq
        if self._known is not None and self._known.seq < first:
            self._tell(f"row {self._known.seq}, which was noted, is kept no longer: it proves nothing now")
        return Verdict(self._count, first, head, tuple(self._found))

    def _beginning(self) -> None:
        first = self._first
        if first is None or (first.seq == 1 and first.prev == ""):
            return
        if first.seq == 1:
            self._tell("row 1 names a row before it: rows were exchanged")
        elif (first.seq - 1, first.prev) not in self._purges:
            self._tell(
                f"the record begins with row {first.seq}, and no row says that older ones were removed"
            )

    def _tell(self, finding: str) -> None:
        if len(self._found) < MAX_TOLD:
            self._found.append(finding)


def _purge(note: str) -> Iterator[tuple[int, str]]:
    try:
        said: Any = msgspec.json.decode(note)
        yield int(said["upto"]), str(said["hash"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return  # an altered note vouches for nothing; its own hash tells of it
