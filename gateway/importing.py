"""A roster file read, judged and laid down apart from the gateway: what a large import does before it writes.

Rules: a process of its own (`python -m gateway.importing`), so that the gateway's interpreter stays free for
alerts and its memory small; niced, so that alerts come first on the machine too. It only reads the store. Its
standard input is the file; on its output it says, one JSON document a line, how far it is (`Step`), what it
has laid down (`Head`, then each batch), and at last what came of it (`Outcome`). It ends when nobody reads
that any more: when the gateway is gone.
"""

import gc
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from gateway import importtold
from gateway.replies import RosterImported
from gateway.requests import Refused, RosterForm, Why
from gateway.roster.csvfile import read_csv
from gateway.roster.document import MAX_BYTES, Document, read_document
from gateway.roster.faults import Fault, RosterFaults
from gateway.roster.importer import IMPORTED
from gateway.roster.index import IndexStale
from gateway.roster.plan import Plan, make_plan
from gateway.roster.prepared import Head, Laid, head_of, lay
from gateway.roster.wall import load_zone
from gateway.store.connection import open_reader

OTHER_PREVIEW = "the roster was changed since the preview; the file would do something else now"

DELETIONS_TOLD = 1000
"""Deletions that a refusal names one by one."""

TOLD_EVERY = 0.2
"""Seconds between two words on how far it is: as often as a progress bar is worth drawing."""

NICE = 19
"""How much later than the gateway it gets the processor (nice(2)): as late as can be; an import can wait."""

Tell = Callable[[str, int, int], None]
"""Told the stage (read, check), how much is done, and of how much."""


class Wanted(Struct, frozen=True):
    """What is to be imported, and how. `now` is UTC ms, `laid` in which file a large one is laid down."""

    store: str
    laid: str
    region: str
    zone: str
    form: RosterForm
    replace: bool
    confirmed: bool
    dry_run: bool
    version: str | None
    now: int


class Step(Struct, frozen=True, tag="step"):
    """How far it is."""

    stage: str
    done: int
    total: int


class Outcome(Struct, frozen=True, tag="outcome"):
    """What came of it: faults of the file, a refusal, or what is to be told of it."""

    faults: tuple[tuple[str, str], ...] = ()
    refused: tuple[Why, str, tuple[tuple[str, str], ...]] | None = None
    told: RosterImported | None = None


_decode = msgspec.json.Decoder(Step | Head | Laid | Outcome).decode


def planned(wanted: Wanted, source: str | BinaryIO, tell: Tell) -> Plan:
    """The plan of an import. Raises RosterFaults, Refused, sqlite3.Error."""
    document = _read(wanted, source, tell)
    connection = open_reader(Path(wanted.store))
    try:
        zone = load_zone(wanted.zone)
        plan = make_plan(
            connection,
            document,
            zone,
            wanted.now,
            wanted.replace,
            lambda done, total: tell("check", done, total),
        )
    except IndexStale as error:
        raise Refused(Why.UNAVAILABLE, str(error)) from None
    finally:
        connection.close()
    if wanted.version is not None and wanted.version != importtold.version(plan):
        raise Refused(Why.CONFLICT, OTHER_PREVIEW, (("version", "make a new preview"),))
    if wanted.replace and not (wanted.confirmed or wanted.dry_run):
        _require_no_deletions(plan)
    return plan


def _read(wanted: Wanted, source: str | BinaryIO, tell: Tell) -> Document:
    if wanted.form is RosterForm.CSV:
        total = len(source) if isinstance(source, str) else os.fstat(source.fileno()).st_size
        return read_csv(source, wanted.region, lambda octets: tell("read", octets, total))
    if isinstance(source, str):
        return read_document(source, wanted.region)
    octets = source.read(4 * MAX_BYTES + 1)  # a character has at most four
    try:
        return read_document(octets.decode(), wanted.region)
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        return Document(faults=(Fault(f"line {line}", "is not UTF-8 text"),))


def _require_no_deletions(plan: Plan) -> None:
    gone = plan.deletions
    if not gone:
        return
    told = [(change.table, str(change)) for change in gone[:DELETIONS_TOLD]]
    if len(gone) > DELETIONS_TOLD:
        told.append(("", f"and {len(gone) - DELETIONS_TOLD} more"))
    message = f"the file would remove {len(gone)} entries; say --yes if that is meant"
    raise Refused(Why.CONFLICT, message, tuple(told))


def begin_process(wanted: Wanted, source: BinaryIO) -> "subprocess.Popen[bytes]":
    """Start a process that does it, to be finished. Raises OSError."""
    command = (sys.executable, "-m", "gateway.importing", msgspec.json.encode(wanted).decode())
    return subprocess.Popen(command, stdin=source, stdout=subprocess.PIPE)  # noqa: S603 (our own program)


def finish_process(
    process: "subprocess.Popen[bytes]", tell: Tell, give: Callable[[Head | Laid], object]
) -> RosterImported:
    """Wait for what comes of it; for a thread. `give` gets what is laid down.

    Raises RosterFaults, Refused, also if it was ended.
    """
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            said: Step | Head | Laid | Outcome = _decode(line)
            if isinstance(said, Step):
                tell(said.stage, said.done, said.total)
            elif isinstance(said, Head | Laid):
                give(said)
            elif said.told is not None:
                return said.told
            elif said.refused is not None:
                raise Refused(*said.refused)
            else:
                raise RosterFaults(Fault(*fault) for fault in said.faults)
    told = f"the import's process ended before its time ({process.returncode}); nothing was imported"
    raise Refused(Why.UNAVAILABLE, told)


def _outcome(wanted: Wanted, source: BinaryIO, tell: Tell) -> Outcome:
    try:
        plan = planned(wanted, source, tell)
        told = importtold.told(plan, not wanted.dry_run)
        if not (wanted.dry_run or plan.empty):
            laid = lay(Path(wanted.laid), plan, IMPORTED, wanted.now)
            first = next(laid)  # the file is there before it is spoken of
            _say(head_of(plan))
            for one in chain([first], laid):
                _say(one)
        return Outcome(told=told)
    except RosterFaults as faults:
        return Outcome(faults=tuple((fault.path, fault.message) for fault in faults.faults))
    except Refused as refused:
        return Outcome(refused=(refused.why, refused.message, refused.faults))
    except (sqlite3.Error, OSError) as error:
        return Outcome(refused=(Why.UNAVAILABLE, f"the import cannot be prepared: {error}", ()))


def _say(said: Step | Head | Laid | Outcome) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Do what the one argument says with the file on standard input."""
    os.nice(NICE)
    gc.disable()  # millions of values without cycles, and an end soon
    told_at = 0.0

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= TOLD_EVERY:
            told_at = time.monotonic()
            _say(Step(stage, done, total))

    try:
        _say(_outcome(msgspec.json.decode(sys.argv[1], type=Wanted), sys.stdin.buffer, tell))
    except BrokenPipeError:
        # Nobody waits for it any more. What is left to say would fail again when Python ends.
        os._exit(1)


if __name__ == "__main__":
    main()
