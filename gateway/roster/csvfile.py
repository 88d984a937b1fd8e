"""The roster as CSV: one file, each line an entry of one of the roster file's tables.

Rules: the first line names the columns, in any order; the column `table` says which table a line belongs to,
and a cell that is empty is not said. What a column means, and what is allowed in it, is what the roster file
says of the key of that name. A list is written with `|` between its names. Comma, semicolon and tabulator are
understood as separators, because spreadsheets of the region write semicolons. Every fault names its line.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, BinaryIO

from gateway.roster.csvslots import Slots
from gateway.roster.document import Document, read_tables
from gateway.roster.faults import Fault, RosterFaults
from gateway.roster.items import DATES, MODELS, date_of
from gateway.roster.values import Assignment

LIST = "|"
LISTS = {"aliases", "fallback", "units", "receivers", "weekdays"}
COLUMNS = (
    "table",
    "id",
    "area",
    "unit",
    "shift",
    "date",
    "role",
    "name",
    "kind",
    "any_number",
    "number",
    "backup",
    "from",
    "to",
    "weekdays",
    "valid_from",
    "valid_to",
    "receivers",
    "units",
    "fallback",
    "aliases",
    "one_way",
    "username",
    "phone",
    "email",
)
SEPARATORS = ";,\t"
MAX_BYTES = 512 * 1024 * 1024
"""A million assignments and as many staffings take 150 MB."""

MAX_FIELD = 1_000_000  # characters of a cell: ten thousand units
FAULTS_MOST = 1000
"""Faults that are told; a file of a million lines may hold a million."""

TOLD_EVERY = 10_000
"""Lines between two words on how far the reading has come."""

_TRUTH = {"true": True, "false": False}


def read_csv(
    source: str | BinaryIO, region: str, tell: Callable[[int], None] = lambda octets: None
) -> Document:
    """What a CSV roster says, a text or a file in UTF-8.

    Raises nothing: `faults` holds what is wrong, the first thousand of it. `tell` hears now and then how many
    octets of a file are read.
    """
    if isinstance(source, str):
        size = len(source)
        text: io.StringIO | io.TextIOWrapper = io.StringIO(source.removeprefix("\ufeff"), newline="")
        done: Callable[[], int] = text.tell
    else:
        size = source.seek(0, io.SEEK_END)
        source.seek(0)
        text = io.TextIOWrapper(source, "utf-8-sig", newline="")
        done = source.tell
    if size > MAX_BYTES:
        return Document(faults=(Fault("", f"is longer than {MAX_BYTES:,} characters"),))
    csv.field_size_limit(MAX_FIELD)
    tables: dict[str, list[Any]] = {name: [] for name in MODELS}
    places: dict[str, list[str]] = {name: [] for name in MODELS}
    faults: list[Fault] = []
    reader: Any = None
    try:
        head = text.readline(MAX_FIELD)
        reader = csv.reader(chain([head], text), delimiter=max(SEPARATORS, key=head.count), strict=True)
        columns = [name.strip() for name in next(reader, [])]
        faults += _columns(columns)
        if not faults:
            _lines(reader, columns, tables, places, faults, lambda: tell(done()))
    except csv.Error as error:
        faults.append(Fault(f"line {reader.line_num}", f"is no CSV: {error}"))
    except UnicodeDecodeError as error:
        line = 1 if reader is None else reader.line_num + 1
        faults.append(Fault(f"line {line}", f"is not UTF-8 text, here or soon after: {error.reason}"))
    finally:
        if isinstance(text, io.TextIOWrapper):
            text.detach()  # the file is its owner's to close
    return read_tables(tables, region, places, faults=faults[:FAULTS_MOST])


def write_csv(tables: Mapping[str, list[dict[str, Any]]]) -> Iterator[str]:
    """The lines of a CSV roster, from the tables of a roster file.

    Raises RosterFaults for a name that holds the list's separator; TOML can hold it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for table, entries in tables.items():
        for entry in entries:
            writer.writerow([table, *(_written(table, entry.get(name)) for name in COLUMNS[1:])])
            if out.tell() > MAX_FIELD:
                yield out.getvalue()
                out.seek(0)
                out.truncate()
    yield out.getvalue()


def _lines(
    reader: Any,
    columns: list[str],
    tables: dict[str, list[Any]],
    places: dict[str, list[str]],
    faults: list[Fault],
    tell: Callable[[], None],
) -> None:
    slots = Slots(columns, _read)
    for number, cells in enumerate(reader):
        if number % TOLD_EVERY == 0:
            tell()
        slot = slots.value(cells)
        if slot is not None:
            table = "assignment" if isinstance(slot, Assignment) else "staffing"
            tables[table].append(slot)
            places[table].append(f"line {reader.line_num}")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        place = f"line {reader.line_num}"
        if len(cells) > len(columns):
            faults.append(Fault(place, f"has {len(cells)} cells; the first line names {len(columns)}"))
            continue
        entry = {name: cell for name, cell in zip(columns, cells, strict=False) if cell.strip()}
        table = entry.pop("table", "").strip()
        if table not in tables:
            faults.append(
                Fault(f"{place}.table", f"{table[:40]!r} is no table; allowed: {', '.join(tables)}")
            )
            continue
        tables[table].append({name: _read(name, cell) for name, cell in entry.items()} | _empty(table, entry))
        places[table].append(place)
        if len(faults) >= FAULTS_MOST:
            return


def _columns(columns: list[str]) -> Iterator[Fault]:
    unknown = [name for name in columns if name not in COLUMNS]
    if "table" not in columns:
        yield Fault("line 1", "must name the columns, `table` among them")
    elif unknown:
        yield Fault("line 1", f"unknown columns: {', '.join(unknown)[:200]}; allowed: {', '.join(COLUMNS)}")
    elif len(set(columns)) < len(columns):
        yield Fault("line 1", "names a column twice")


def _read(name: str, cell: str) -> Any:
    if name in LISTS:
        return [one.strip() for one in cell.split(LIST) if one.strip()]
    text = cell.strip()
    if name in DATES:
        return date_of(text)
    return _TRUTH.get(text.lower(), text) if name == "any_number" else text


def _empty(table: str, entry: Mapping[str, str]) -> dict[str, Any]:
    """A slot's list may be empty, and then empties the slot: its cell is empty too."""
    return {"receivers": []} if table in {"staffing", "assignment"} and "receivers" not in entry else {}


def _written(table: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        for one in value:
            if LIST in one or one != one.strip():
                raise RosterFaults([Fault(table, f"{one!r} holds {LIST}; a CSV roster cannot, TOML can")])
        return LIST.join(value)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
