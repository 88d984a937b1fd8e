"""The register's lists: a part of a table by search, with what a reader of it wants to know beside.

Rules: searched, filtered and paged by SQL; no table is read whole, so a page of 50,000 receivers costs
milliseconds. What was searched for as a whole key comes first. Functions over a connection, which must not
be the reactor's: see `Desk.apart`. They raise sqlite3.Error.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.json import encode

from gateway.roster import statements
from gateway.roster.entries import MAKE, Registered
from gateway.roster.items import KEYS
from gateway.roster.values import Administrator, Area, Receiver, Shift, Unit

NUMBERS = {"number", "backup", "phone"}  # columns that hold them
NUMBER_LEAST = 4  # digits of a search that may be a phone number as people write it
PARAMETERS = 500  # names that are looked up by one statement

_BESIDE_DIGITS = str.maketrans("", "", " -()/.\u00a0")


class _Table(NamedTuple):
    searched: tuple[str, ...]
    key: str  # the column that a whole key is compared with
    order: str
    always: str = ""


TABLES: Mapping[str, _Table] = {
    "area": _Table(("id", "name"), "id", "name, id"),
    "unit": _Table(("id", "name"), "id", "name, id"),
    "receiver": _Table(("id", "name", "number", "backup"), "id", "name, id", "former = 0"),
    "shift": _Table(("unit", "name"), "name", "unit, from_time, name"),
    "administrator": _Table(("username", "name", "phone", "email"), "username", "name, username"),
}
FILTERS = {
    ("receiver", "unit"): "id IN (SELECT receiver FROM receiver_unit WHERE unit = ?)",
    ("shift", "unit"): "unit = ?",
    ("administrator", "unit"): "replace(units, ?, '') <> units",
    ("unit", "area"): "area = ?",
}
"""What a table may be filtered by."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part of a table; `filters` are keys of FILTERS without the table."""

    table: str
    search: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    offset: int = 0
    limit: int = 100


class Known(NamedTuple):
    """What is known of a receiver's numbers: the last test page's result and instant, who else has them."""

    proof: str | None
    proof_at: int | None
    same: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """`total` is how many fit; `names` by table and id are those that the entries refer to."""

    table: str
    total: int
    entries: tuple[Registered, ...]
    known: Mapping[str, Known]  # of receivers, by id
    names: Mapping[str, Mapping[str, str]]


def read_part(connection: sqlite3.Connection, wanted: Wanted) -> Part:
    """One snapshot of what is wanted."""
    connection.execute("BEGIN")
    try:
        where, parameters = _where(wanted)
        (total,) = connection.execute(_counting(wanted.table, where), parameters).fetchone()
        listing, more = _listing(wanted, where)
        rows = connection.execute(listing, (*parameters, *more)).fetchall()
        entries = tuple(MAKE[wanted.table](connection, row) for row in rows)
        known = {one.id: known_of(connection, one) for one in entries if isinstance(one, Receiver)}
        return Part(wanted.table, total, entries, known, _names(connection, entries, known.values()))
    finally:
        connection.execute("COMMIT")


def known_of(connection: sqlite3.Connection, one: Receiver) -> Known:
    """What is known of a receiver's numbers."""
    row = connection.execute(statements.PROOF, (one.number,)).fetchone()
    proof, at = (None, None) if row is None else row[1:]
    return Known(proof, at, others(connection, (one.number, one.backup), one.id))


def others(connection: sqlite3.Connection, numbers: Iterable[str | None], but: str | None) -> tuple[str, ...]:
    """Receivers, other than `but`, who have one of these numbers, first or second."""
    found: dict[str, None] = {}
    for number in numbers:
        if number is not None:
            rows = connection.execute(statements.SAME_NUMBER, (number, number, but or ""))
            found.update((name, None) for (name,) in rows)
    return tuple(found)


def _where(wanted: Wanted) -> tuple[str, tuple[str, ...]]:
    table = TABLES[wanted.table]
    conditions = [table.always] if table.always else []
    parameters: list[str] = []
    for name, value in wanted.filters.items():
        conditions.append(FILTERS[wanted.table, name])
        # An administrator's units are a JSON array: a name stands there in its quotes, whole.
        parameters.append(encode(value).decode() if wanted.table == "administrator" else value)
    search = wanted.search.strip()
    pieces = [(column, one) for column in table.searched for one in patterns_of(column, search)]
    if search:
        likes = [f"{column} LIKE ? ESCAPE '!'" for column, _ in pieces]
        conditions.append(f"({' OR '.join(likes)})")
        parameters += (pattern for _, pattern in pieces)
    return (f"WHERE {' AND '.join(conditions)}" if conditions else ""), tuple(parameters)


def patterns_of(column: str, search: str) -> list[str]:
    """How a column is searched: a number by digits alone, a name in each writing of its letters.

    LIKE knows great and small letters of ASCII only; the others are asked for.
    """
    if column in NUMBERS:
        digits = search.translate(_BESIDE_DIGITS)
        if not digits.removeprefix("+").isdigit():
            return []
        national = digits.startswith("0") and len(digits) >= NUMBER_LEAST
        return [_holding(digits.lstrip("0") if national else digits)]  # it is kept as +46…
    writings = [search] if search.isascii() else [search, search.lower(), search.upper(), search.title()]
    return [_holding(one) for one in dict.fromkeys(writings)]


def _holding(text: str) -> str:
    return f"%{text.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"


def _counting(table: str, where: str) -> str:
    return f"SELECT count(*) FROM {table} {where}"  # noqa: S608 (names of ours, values are parameters)


def _listing(wanted: Wanted, where: str) -> tuple[str, tuple[str | int, ...]]:
    """A page of keys, and only then its rows: a page far behind is counted off in an index."""
    table = TABLES[wanted.table]
    search = wanted.search.strip()
    order, first = (f"({table.key} = ?) DESC, {table.order}", (search,)) if search else (table.order, ())
    columns = statements.COLUMNS[wanted.table]
    key = ", ".join(KEYS[wanted.table])
    keys = f"SELECT {key} FROM {wanted.table} {where} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
    text = f"SELECT {columns} FROM {wanted.table} WHERE ({key}) IN ({keys}) ORDER BY {order}"  # noqa: S608
    return text, (*first, wanted.limit, wanted.offset, *first)


def _names(
    connection: sqlite3.Connection, entries: Iterable[Registered], known: Iterable[Known]
) -> dict[str, dict[str, str]]:
    asked: dict[str, dict[str, None]] = {"area": {}, "unit": {}, "receiver": {}}
    for table, name in _references(entries):
        asked[table][name] = None
    for one in known:
        asked["receiver"].update(dict.fromkeys(one.same))
    return {table: _named(connection, table, list(names)) for table, names in asked.items()}


def _references(entries: Iterable[Registered]) -> Iterator[tuple[str, str]]:
    for one in entries:
        match one:
            case Area():
                yield from (("receiver", name) for name in one.fallback)
            case Unit():
                yield "area", one.area
                yield from (("receiver", name) for name in one.fallback)
            case Receiver() | Administrator():
                yield from (("unit", name) for name in one.units)
            case Shift():
                yield "unit", one.unit


def _named(connection: sqlite3.Connection, table: str, names: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for first in range(0, len(names), PARAMETERS):
        part = names[first : first + PARAMETERS]
        statement = f"SELECT id, name FROM {table} WHERE id IN ({', '.join('?' * len(part))})"  # noqa: S608
        found.update(connection.execute(statement, part))
    return found
