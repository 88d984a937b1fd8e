"""How a traced line looks on a terminal: time, line, arrow, bytes, and what they mean.

Rules: what does not fit is continued on the next row, indented, and never cut. A poll that nobody has
anything to say to may be left out, but then both its halves are. Colours are for the eye only; without a
terminal there are none, and every row is whole.
"""

import shutil
import sys
from textwrap import wrap

from gateway import replies
from gateway.cli.wire_views import Said
from protocols.capture import Direction

TEXT_WIDTH = 24
"""Columns of the bytes, so that meanings stand below each other; link control is shorter."""

NARROWEST = 20
"""Columns for what was said, however narrow the terminal."""

_ARROWS = {Direction.SENT: "→", Direction.RECEIVED: "←"}
_STYLES = {Direction.SENT: "cyan", Direction.RECEIVED: "green"}


class Screen:
    """Prints what was said. `polls` also shows those of an idle line."""

    def __init__(self, *, polls: bool) -> None:
        self._polls = polls
        self._held: dict[str, tuple[replies.TraceRow, Said]] = {}
        self._terminal = sys.stdout.isatty()
        self._width = 0

    def show(self, row: replies.TraceRow, said: list[Said]) -> None:
        """What one read or write said; nothing where it only began something."""
        for one in said:
            held = self._held.pop(row.line, None)
            if self._polls or not one.idle:
                if held is not None:
                    self._print(*held)
                self._print(row, one)
            elif held is None:
                self._held[row.line] = (row, one)

    def _print(self, row: replies.TraceRow, one: Said) -> None:
        self._width = max(self._width, len(row.line))
        head = f"{_clock(row.at)} {row.line:<{self._width}} {_ARROWS[one.direction]} "
        judged = [*(f"! {fault}" for fault in one.faults), *(f"· {note}" for note in one.notes)]
        if not self._terminal:
            print(head + "\t".join(filter(None, [one.text, one.meaning, *judged])), flush=True)
            return
        beside = f"{one.text:<{TEXT_WIDTH}} {one.meaning}".rstrip()
        fits = len(head) + len(beside) <= shutil.get_terminal_size().columns
        said = [beside] if fits else [one.text, *filter(None, [one.meaning])]
        self._rows(head, said, _STYLES[one.direction])
        self._rows(" " * len(head), judged, "bold red" if one.faults else "yellow")

    def _rows(self, head: str, parts: list[str], style: str) -> None:
        from rich.console import Console  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        console = Console(highlight=False)
        for part in parts:
            for line in _folded(part, max(console.width - len(head), NARROWEST)):
                console.print(Text(head, "dim") + Text(line, style), crop=False, overflow="ignore")
                head = " " * len(head)


def _folded(text: str, width: int) -> list[str]:
    """Text in rows of at most `width`, broken at blanks where there are any; no sign but those is lost."""
    return wrap(text, width, break_on_hyphens=False, replace_whitespace=False) or [text]


def _clock(at: str) -> str:
    """`2026-11-24T12:05:01.337Z` as `12:05:01.337`."""
    return at[11:23] if at.endswith("Z") else f"{at:>12}"
