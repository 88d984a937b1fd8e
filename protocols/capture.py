"""Capture files: what one or several lines carried, as text that people read and tests replay.

    # bakjour capture 1
    # began 2026-11-24T14:02:11.337Z
    # line dect espa444 charset=se7
    0.000000 dect/1 > 31 05 32 05    # station 1 selects station 2
    0.015204 dect/1 < 06             # ready to receive

One row is what one read or write carried: seconds since the beginning, the line and the number of its
connection, `>` from us or `<` to us, bytes in hex; what follows ` #` is a remark. Rules: rows stand in the
order in which they happened; a file that is cut off in the middle is good up to its last whole row; whoever
reads one is told which row is wrong and why. UTF-8.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from protocols.session import ProtocolError

HEADING = "# bakjour capture 1"
"""The first row; the number rises when a reader of today could not read what is written."""

MAX_ROWS = 1_000_000
"""Rows that are read: five days of an idle line polled once a second. Longer captures are cut by hand."""

COMMENT_AT = 40
"""Column of the remark, where the bytes before it leave room."""


class Direction(StrEnum):
    """Seen from us, who captured."""

    SENT = ">"
    RECEIVED = "<"

    @property
    def other(self) -> "Direction":
        """The opposite one."""
        return Direction.RECEIVED if self is Direction.SENT else Direction.SENT


@dataclass(frozen=True, slots=True)
class Row:
    """What one read or write carried; `at` in seconds since the beginning of the capture."""

    at: float
    line: str
    connection: int
    direction: Direction
    data: bytes


@dataclass(frozen=True, slots=True)
class CapturedLine:
    """One line of the capture: its name, its protocol, and settings that a reader wants to know."""

    name: str
    kind: str
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Capture:
    """A whole file; `began` as it stands there, RFC 3339."""

    began: str
    lines: tuple[CapturedLine, ...]
    rows: tuple[Row, ...]


class CaptureError(ProtocolError):
    """A file that is no capture; the text names the row."""


_ROW = re.compile(
    r"(?P<at>\d{1,12}\.\d{1,9}) (?P<line>\S+)/(?P<connection>\d{1,9}) (?P<way>[<>]) "
    r"(?P<hex>[0-9A-Fa-f]{2}(?: [0-9A-Fa-f]{2})*)"
)
_LINE = re.compile(r"# line (?P<name>\S+) (?P<kind>\S+)(?P<settings>(?: [a-z0-9_]+=\S+)*)")
_BLANK = re.compile(r"\s")


def is_capture(text: str) -> bool:
    """Whether a text claims to be a capture."""
    return text.lstrip("\ufeff").startswith(HEADING)


def heading(began: str, lines: Iterable[CapturedLine]) -> str:
    """The first rows of a file."""
    rows = [HEADING, f"# began {began}"]
    for line in lines:
        settings = "".join(f" {name}={value}" for name, value in line.settings.items())
        rows.append(f"# line {written(line.name)} {line.kind}{settings}")
    return "\n".join(rows) + "\n"


def write_row(row: Row, remark: str = "") -> str:
    """One row with its line end."""
    text = (
        f"{row.at:.6f} {written(row.line)}/{row.connection} {row.direction.value} {row.data.hex(' ').upper()}"
    )
    return f"{text:<{COMMENT_AT}} # {_BLANK.sub(' ', remark)}\n" if remark else f"{text}\n"


def written(name: str) -> str:
    """A line's name without blanks, which end a column."""
    return _BLANK.sub("_", name)


def read_capture(text: str) -> Capture:
    """The capture in a text. Raises CaptureError."""
    if not is_capture(text):
        raise CaptureError(f"row 1: {HEADING!r} is expected")
    rows = text.lstrip("\ufeff").split("\n")
    if len(rows) > MAX_ROWS:
        raise CaptureError(f"more than {MAX_ROWS} rows")
    began = next((row[8:].strip() for row in rows if row.startswith("# began ")), "")
    lines = tuple(_lines(rows))
    whole = rows if text.endswith("\n") else rows[:-1]
    return Capture(began, lines, tuple(_rows(whole)))


def _lines(rows: Iterable[str]) -> Iterator[CapturedLine]:
    for row in rows:
        if found := _LINE.fullmatch(row.rstrip()):
            settings = dict(pair.split("=", 1) for pair in found["settings"].split())
            yield CapturedLine(found["name"], found["kind"], settings)


def _rows(rows: Iterable[str]) -> Iterator[Row]:
    for number, text in enumerate(rows, 1):
        row = text.split(" #", 1)[0].rstrip()
        if not row or row.startswith("#"):
            continue
        found = _ROW.fullmatch(row)
        if found is None:
            raise CaptureError(f"row {number}: not `SECONDS LINE/CONNECTION > HEX`: {row[:60]!r}")
        data = bytes.fromhex(found["hex"])
        yield Row(float(found["at"]), found["line"], int(found["connection"]), Direction(found["way"]), data)
