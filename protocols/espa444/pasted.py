"""Pasted logs: bytes with times and directions out of what a line monitor, a port server or a person wrote.

What is read, row by row: a time in front (date optional, `12.345` seconds too); markers of direction
(`C→ ←S -> <- > < TX RX SENT RECV OUT IN`), each valid until the next; and bytes as hex (`31 05`, `3105`,
`0x31,0x05`), as names (`<SOH>1<STX>`, `[ENQ]`, `1 ENQ 2 ENQ`), escaped (`\\x01`), or as a hex dump with
offset and text column. Captures of ours (`protocols.capture`) are read by the same rules.

Rules: nothing is guessed at: a row whose bytes are not certain is told, with its number, and left out. Times
count from the first one; a clock that passes midnight goes on. `C`, `>` and TX are the side that owns the
line or the log; which side that is, only the reader knows. Never raises.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from protocols.capture import Direction
from protocols.espa444.pieces import NAMES

DAY = 86_400.0
MAX_FAULTS = 20
"""Rows that are told as unreadable; a novel pasted by mistake shall not fill the screen."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes of one row; `at` seconds since the first time of the log, None where the row has none."""

    row: int
    at: float | None
    stamp: str
    """The time as it was written, without a date."""
    direction: Direction | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Pasted:
    """What could be read, and the rows that could not."""

    chunks: tuple[Chunk, ...]
    faults: tuple[str, ...]

    @property
    def is_log(self) -> bool:
        """Whether there is more to it than bytes: times or directions."""
        return any(chunk.at is not None or chunk.direction is not None for chunk in self.chunks)


_TIME = re.compile(
    r"^\s*[\[(]?(?:\d{4}-\d\d-\d\d[T ]+|\d\d?[./]\d\d?[./]\d{2,4},? +)?"
    r"(?P<clock>(?P<h>\d\d?):(?P<m>\d\d):(?P<s>\d\d)(?:[.,:](?P<f>\d{1,9}))?(?: ?(?P<half>[AP]M))?)"
    r"(?:Z|[+-]\d\d:?\d\d)?[\])]?[:;,|]?(?=\s|$|[<>←→CS])",
    re.IGNORECASE,
)
_SECONDS = re.compile(r"^\s*[\[(]?(?P<s>\d{1,9}[.,]\d{1,9})s?[\])]?:?(?=\s)")
_OURS = re.compile(r"^\s*\S+/\d+\s+(?=[<>] )")  # LINE/CONNECTION of a capture
_REMARK = re.compile(r"^\s*(?:#|//|;).*$|\s#\s.*$")

_SENT = r"[CS]? ?(?:→|=+>|-+>|>+)|\b(?:TX|TXD|SENT|SEND|OUT|WRITE|WROTE)\b[:>]*"
_RECEIVED = r"(?:←|<=+|<-+|<+(?=\s|$))\s*[CS]?(?=[\s:`'\"]|$)|\b(?:RX|RXD|RECV|RECEIVED|IN|READ)\b[:<]*"
_MARK = re.compile(rf"(?P<sent>{_SENT})|(?P<received>{_RECEIVED})", re.IGNORECASE)

_QUOTES = ("'", '"', "`")
_CODES = {name: code for code, name in NAMES.items()} | {"IS1": 0x1F, "IS2": 0x1E, "DC1": 0x11, "DC3": 0x13}
_NAME = "|".join(sorted(_CODES, key=len, reverse=True))
_TOKEN = re.compile(rf"[<\[{{(](?P<name>{_NAME}|0?x?[0-9A-F]{{2}}h?)[>\]}})]", re.IGNORECASE)
_BARE = re.compile(rf"\b(?:{_NAME})\b")
_ESCAPE = re.compile(r"\\(?:x(?P<hex>[0-9A-Fa-f]{2})|(?P<sign>[rnt0\\]))")
_ESCAPED = {"r": 0x0D, "n": 0x0A, "t": 0x09, "0": 0x00, "\\": 0x5C}
_LABEL = re.compile(r"^\s*[A-Za-z]\w*:\s")  # who it goes to: `Host -> Pager: 04`
_HEX = re.compile(r"(?:0x)?[0-9A-F]{2}h?(?:[\s,;:-]*(?:0x)?[0-9A-F]{2}h?)*", re.IGNORECASE)
_PAIR = re.compile(r"(?:0x)?([0-9A-F]{2})h?", re.IGNORECASE)
_DUMP = re.compile(
    r"[0-9A-F]{4,8}[:\s]\s*(?P<hex>[0-9A-F]{2}(?:[ -]{1,2}[0-9A-F]{2}){0,31})(?:\s{2,}\|?.{1,32}\|?)?",
    re.IGNORECASE,
)


def read_pasted(text: str) -> Pasted:
    """Read a log, or bytes alone."""
    chunks: list[Chunk] = []
    faults: list[str] = []
    clock = _Clock()
    for number, written in enumerate(text.splitlines(), 1):
        row = _REMARK.sub("", written)
        if not row.strip():
            continue
        at, stamp, rest = clock.read(row)
        found = list(_chunks(number, at, stamp, _OURS.sub("", rest)))
        if not found and rest.strip():
            faults.append(f"row {number}: no bytes could be read: {rest.strip()[:60]!r}")
        chunks += found
    if len(faults) > MAX_FAULTS:
        faults = [*faults[:MAX_FAULTS], f"and {len(faults) - MAX_FAULTS} rows more"]
    return Pasted(tuple(chunks), tuple(faults))


class _Clock:
    """Times of day and seconds as seconds since the first."""

    def __init__(self) -> None:
        self._first: float | None = None
        self._last = 0.0
        self._days = 0.0

    def read(self, row: str) -> tuple[float | None, str, str]:
        """Seconds, the time as written, and what follows it."""
        if found := _TIME.match(row):
            hours = (
                int(found["h"]) % 12 + 12 * (found["half"].upper() == "PM")
                if found["half"]
                else int(found["h"])
            )
            seconds = hours * 3600 + int(found["m"]) * 60 + int(found["s"]) + float(f"0.{found['f'] or 0}")
            return self._since(seconds, wraps=True), found["clock"], row[found.end() :]
        if found := _SECONDS.match(row):
            seconds = float(found["s"].replace(",", "."))
            return self._since(seconds, wraps=False), found["s"], row[found.end() :]
        return None, "", row

    def _since(self, seconds: float, *, wraps: bool) -> float:
        if wraps and seconds + self._days < self._last - DAY / 2:
            self._days += DAY
        self._last = seconds + self._days
        if self._first is None:
            self._first = self._last
        return self._last - self._first


def _chunks(row: int, at: float | None, stamp: str, text: str) -> Iterator[Chunk]:
    """The bytes of one row, cut at its markers of direction."""
    closed = _closed(text)
    marks = [mark for mark in _MARK.finditer(text) if not _within(closed, mark.start())]
    if not marks:
        if (data := bytes_of(text)) is not None:
            yield Chunk(row, at, stamp, None, data)
        return
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=True):
        data = bytes_of(_LABEL.sub("", text[mark.end() : end]))
        if data is not None:
            direction = Direction.SENT if mark["sent"] is not None else Direction.RECEIVED
            yield Chunk(row, at, stamp, direction, data)


def _closed(text: str) -> list[tuple[int, int]]:
    """Where no marker can stand: in `<SOH>` and its like, and in a block from there to `<ETX>`."""
    spans: list[tuple[int, int]] = []
    block: int | None = None
    for token in _TOKEN.finditer(text):
        name = token["name"].upper()
        if block is None and name == "SOH":
            block = token.start()
        elif block is not None and name in ("ETX", "EOT"):
            spans.append((block, token.end()))
            block = None
            continue
        if block is None:
            spans.append(token.span())
    return spans if block is None else [*spans, (block, len(text))]


def _within(spans: list[tuple[int, int]], place: int) -> bool:
    at = bisect_right(spans, place, key=lambda span: span[0]) - 1
    return at >= 0 and place < spans[at][1]


def bytes_of(given: str) -> bytes | None:
    """The bytes that a text writes; None where that is not certain."""
    text = given.strip().lstrip(":| ")
    quoted = text.removeprefix("b")
    if quoted[:1] in _QUOTES and len(quoted) > 1:
        # Only in pairs: a quotation mark at the end may be a check character.
        text = quoted[1:].removesuffix(quoted[0])
    if _TOKEN.search(text):
        return _named(text)
    if _ESCAPE.search(text):
        return _escaped(text)
    text = text.replace("`", " ").strip()
    if _HEX.fullmatch(text):
        return bytes(int(pair, 16) for pair in _PAIR.findall(text))
    if dump := _DUMP.fullmatch(text):
        return bytes.fromhex(dump["hex"].replace("-", " "))
    return _bare(text)


def _named(text: str) -> bytes | None:
    """`<SOH>1<STX>…`: between the tokens stands text."""
    data, at = bytearray(), 0
    for token in _TOKEN.finditer(text):
        between = text[at : token.start()]
        data += _plain(between if between.strip() or _is_text(data) else "")
        name = token["name"].upper()
        data.append(_CODES[name] if name in _CODES else int(name.removeprefix("0X").strip("H")[-2:], 16))
        at = token.end()
    data += _plain(text[at:])
    return bytes(data)


def _is_text(before: bytearray) -> bool:
    """Whether a blank after these bytes is one of a text: between control characters it is for the eye."""
    return bytes((0x1F,)) in before and before[-1:] != b"\x03"


def _plain(text: str) -> bytes:
    return text.encode("latin-1", "replace")


def _escaped(text: str) -> bytes:
    data, at = bytearray(), 0
    for found in _ESCAPE.finditer(text):
        data += _plain(text[at : found.start()])
        data.append(int(found["hex"], 16) if found["hex"] else _ESCAPED[found["sign"]])
        at = found.end()
    return bytes(data + _plain(text[at:]))


def _bare(text: str) -> bytes | None:
    """`1 ENQ 2 ENQ`: names and single signs; anything longer could be hex or text, and is not certain."""
    words = text.split()
    if not any(_BARE.fullmatch(word) for word in words):
        return None
    if not all(_BARE.fullmatch(word) or (len(word) == 1 and word.isascii()) for word in words):
        return None
    return bytes(_CODES[word] if word in _CODES else ord(word) for word in words)
