"""The demo on a terminal: an introduction, a card for each event that fills as it happens, a summary.

What is under way stands at the bottom and is drawn anew; what has ended scrolls away above it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text
from twisted.internet.interfaces import IDelayedCall

from simulators.demo import cards, words
from simulators.demo.duty import Roster
from simulators.demo.story import Story

FRAME_SECONDS: Final = 0.25
"""Between two pictures: as fast as a beep blinks."""

ECHO_WIDTH: Final = 4
"""Columns left free in the last line: a terminal writes ^C there, and must not begin a new line with it."""

SUMMARY_ROWS: Final = 40
"""Events that the table at the end shows; of a longer demo the last."""

NEVER_WRAPPED: Final = {"Unit", "Shift", "Outcome", ""}
"""Columns of single words, which a narrow terminal would otherwise cut."""

INTRODUCTION: Final = (
    "A patient case in Clinic24 needs a clinician now. bakjour looks up in the roster who is on duty, pages "
    "that person on handset or phone, and tells Clinic24 what became of it. All of this happens now, on this "
    "machine, between processes that talk over real connections."
)
READING_WIDTH: Final = 92
FLOW: Final = (
    "Clinic24 ────────TCP───────▶ bakjour ──ESPA 4.4.4─▶ DECT system ─▶ handsets",
    "   └───MQTT──▶ broker ────────┘  └─────SMPP 3.4───▶ SMS centre ──▶ phones",
)


class ScreenView:
    """Implements `view.View` with rich; `reactor` is the clock of the pictures."""

    def __init__(self, reactor: Any, console: Console | None = None) -> None:
        self._reactor = reactor
        self._console = console or Console(highlight=False)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._roster: Roster | None = None
        self._open: list[Story] = []
        self._status = ""
        self._blink = False
        self._frame: IDelayedCall | None = None

    def status(self, text: str) -> None:
        if self._frame is None:
            self._introduce()
            self._live.start()
            self._draw()
        self._status = text
        self._show()

    def begin(self, roster: Roster, at: datetime) -> None:
        self._roster = roster
        self._live.console.print(Text(f"On duty now, {roster.local(at):%A %d %B %H:%M}", "bold"))
        table = _plain_table("Unit", "Shift", "Doctor", "Nurse")
        for row in words.on_duty(roster, at):
            table.add_row(*map(Text, row))
        self._live.console.print(table)

    def changed(self, story: Story, what: str) -> None:
        if what == "sent":
            self._open.append(story)
        elif what == "ended":
            self._open.remove(story)
            self._live.console.print(self._card(story))
        self._show()

    def stray(self, text: str) -> None:
        self._live.console.print(Text(f"✗ {text}", "bold red"))

    def summary(self, stories: Sequence[Story], strays: Sequence[str], verdict: str, good: bool) -> None:
        self._stop()
        if stories:
            self._console.print(self._table(stories[-SUMMARY_ROWS:]))
        for sort, right, total in words.counts(stories):
            mark = Text("✓", "green") if right == total else Text("✗", "bold red")
            self._console.print(Text("  ").append(mark).append(f" {right} of {total}  {sort}"))
        for story in stories:
            if story.ended is not None and not story.good:
                self._console.print(Text(f"  ✗ event {story.scene.number}: {words.faults(story)}", "red"))
        for text in strays:
            self._console.print(Text(f"  ✗ {text}", "bold red"))
        style = "bold green" if good else "bold red"
        self._console.print(Text(f"\n{verdict[:1].upper()}{verdict[1:]}", style))

    def farewell(self, text: str) -> None:
        self._stop()
        self._console.print(Text(text, "dim"))

    # --- inside

    def _introduce(self) -> None:
        self._console.print(Text("\nbakjour", "bold").append("  the demo", "dim"), "")
        self._console.print(INTRODUCTION, width=min(READING_WIDTH, self._console.width))
        self._console.print("")
        for line in FLOW:
            self._console.print(Text("  " + line, "cyan"))
        self._console.print("")

    def _draw(self) -> None:
        self._blink = not self._blink
        self._show()
        self._frame = self._reactor.callLater(FRAME_SECONDS, self._draw)

    def _show(self) -> None:
        self._live.update(self._picture(), refresh=True)

    def _picture(self) -> RenderableType:
        status = Text(self._status, "dim")
        status.truncate(self._console.width - ECHO_WIDTH, overflow="ellipsis")
        cards_drawn: list[RenderableType] = [status]
        room = self._console.height - 2
        for story in reversed(self._open):
            drawn = self._card(story)
            room -= len(self._console.render_lines(drawn))
            if room < 0 and len(cards_drawn) > 1:
                break
            cards_drawn.insert(0, drawn)
        return Group(*cards_drawn)

    def _card(self, story: Story) -> RenderableType:
        assert self._roster is not None
        return cards.card(story, self._roster, self._console.width, self._blink)

    def _stop(self) -> None:
        if self._frame is not None and self._frame.active():
            self._frame.cancel()
        self._live.stop()

    def _table(self, stories: Sequence[Story]) -> Table:
        assert self._roster is not None
        table = _plain_table("", "Event", "Unit", "Reached", "Outcome", "")
        for story in stories:
            failed = story.ended is not None and not story.good
            table.add_row(*_row(story, self._roster), style="red" if failed else "")
        return table


def _plain_table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column, no_wrap=column in NEVER_WRAPPED)
    return table


def _row(story: Story, roster: Roster) -> tuple[Text, ...]:
    scene = story.scene
    cells = (str(scene.number), words.what(scene), words.where(scene, roster), words.reached(story))
    return (*map(Text, cells), Text(words.fate(story)), Text(words.seconds(story), justify="right"))
