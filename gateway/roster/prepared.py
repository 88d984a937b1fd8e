"""The rows of an import in batches, and a file in which a large import lays them down beforehand.

Rules: the file is scratch: it is written anew by the next import, and nobody relies on it after a crash. A
batch can be taken from it as soon as it is told, while others are still being laid down.
"""

import os
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.msgpack import Decoder, Encoder

from gateway.audit.record import Change as Recorded
from gateway.roster.index import VERSIONED
from gateway.roster.plan import Plan
from gateway.roster.written import Rewrite, rewrites

LAID_AT_ONCE = 600
"""Rows of a batch of the file: some 5 ms of the writer's time. More would not be faster: 1,500 were tried."""

TABLES = {table.name: table for table in VERSIONED}


class Batch(Struct, frozen=True, array_like=True):
    """What becomes of some owners' rows in one table: all that are seen of `gone` go, `rows` come."""

    table: str
    gone: list[Any]
    rows: list[Any]


class Head(Struct, frozen=True, tag="head"):
    """What an import needs besides its batches; `changes` are laid down in all."""

    revision: int
    changes: int
    longest: tuple[tuple[str, int], ...]  # units, and ms
    recorded: tuple[Recorded, ...]


class Laid(Struct, frozen=True, tag="laid"):
    """Where in the file a batch is; with it so many changes are laid down."""

    at: int
    octets: int
    changes: int
    gone: bool  # whether something may go


_encode = Encoder().encode
_decode = Decoder(Batch).decode


def batches(some: Iterable[Rewrite], size: int) -> Iterator[Batch]:
    """The rewrites in batches of one table, of some `size` rows that go or come."""
    for chunk in _chunks(some, size):
        chunk.sort(key=lambda one: one.table.name)  # stable: the plan's order is kept in each table
        for table, group in groupby(chunk, lambda one: one.table):
            same = list(group)
            gone = [one.owner for one in same if one.gone]
            rows = [row for one in same for row in one.rows]
            if gone or rows:
                yield Batch(table.name, gone, rows)


def _chunks(some: Iterable[Rewrite], size: int) -> Iterator[list[Rewrite]]:
    chunk: list[Rewrite] = []
    rows = 0
    for one in some:
        chunk.append(one)
        rows += len(one.rows) + one.gone
        if rows >= size:
            yield chunk
            chunk, rows = [], 0
    if chunk:
        yield chunk


def head_of(plan: Plan) -> Head:
    """What comes before the batches."""
    changes = len(plan.frame) + len(plan.slots)
    return Head(plan.revision, changes, tuple(plan.longest.items()), plan.recorded)


def lay(file: Path, plan: Plan, made_by: str, now: int) -> Iterator[Laid]:
    """Lay a plan down in a file; each batch is told when it is there. Raises OSError."""
    at, changes, most = 0, 0, len(plan.frame) + len(plan.slots)
    with file.open("wb", buffering=0) as out:
        for batch in batches(rewrites(plan, made_by, now), LAID_AT_ONCE):
            octets = out.write(_encode(batch))
            changes = min(most, changes + max(len(batch.gone), len(batch.rows)))
            yield Laid(at, octets, changes, bool(batch.gone))
            at += octets


def taken(descriptor: int, laid: Laid) -> Batch:
    """The batch in an open file. Raises OSError, msgspec.DecodeError."""
    return _decode(os.pread(descriptor, laid.octets, laid.at))
