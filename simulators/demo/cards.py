"""Draws one story: the event, who is paged and why, the screen of the device, and what came of it.

Left to right as it happens; on a narrow terminal the device stands beside event and receiver, and the outcome
below. Rules: colour says nothing that a word or a sign does not say too; text from a wire is never markup.
"""

from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from simulators.demo import words
from simulators.demo.duty import Roster, masked
from simulators.demo.scenes import Twist
from simulators.demo.story import Screen, Story

WIDE: Final = 108
"""Columns from which everything stands side by side."""

DEVICE_WIDTH: Final = 32
OUTCOME_WIDTH: Final = 20
PRIORITY_STYLES: Final = {1: "bold white on red", 2: "black on yellow", 3: "black on cyan"}
LOW_PRIORITY: Final = "black on bright_black"
SOUNDS: Final = {"alarm": "♪♪♪", "urgent": "♪♪", "normal": "♪", "none": ""}
GOOD_STYLE: Final = dict.fromkeys(("acknowledged", "delivered"), "bold green")
BAD_WORDS: Final = {"declined", "expired", "failed", "no_receiver", "retry"}
INDENT: Final = (0, 0, 0, 4)
WAITING: Final = "…"


def card(story: Story, roster: Roster, width: int, blink: bool) -> RenderableType:
    """The story as it stands; `blink` is the phase in which a device that waits for its owner is bright."""
    event, who, outcome = _event(story, roster), _who(story), _outcome(story)
    screens = story.screens or ([story.alarm_screen] if story.alarm_screen else [])
    devices = Group(*(_device(story, screen, blink) for screen in screens))
    below: list[RenderableType] = []
    if width >= WIDE:
        cells = _grid((event, 0), (who, 0), (devices, DEVICE_WIDTH), (Group(*outcome), OUTCOME_WIDTH))
    else:
        left = Group(event, Padding(who, INDENT))
        cells = _grid((left, 0), (devices, DEVICE_WIDTH if screens else 1))
        below.append(Padding(Text("  ").join(outcome), INDENT))
    if story.ended is not None and not story.good:
        below.append(Padding(Text(f"✗ {words.faults(story)}", "bold red"), INDENT))
    return Group(cells, *below, Text())


def _grid(*cells: tuple[RenderableType, int]) -> Table:
    """Cells side by side, each with its width; those of width 0 share what is left."""
    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    for _, width in cells:
        grid.add_column(ratio=None if width else 1, width=width or None)
    grid.add_row(*(cell for cell, _ in cells))
    return grid


def priority_chip(story: Story) -> Text:
    """The priority as a label."""
    event = story.scene.event
    if event is None:
        return Text()
    counted = story.scene.priority if event.priority is None else event.priority
    return Text().append(f" {words.priority(story.scene)} ", PRIORITY_STYLES.get(counted, LOW_PRIORITY))


def _event(story: Story, roster: Roster) -> RenderableType:
    scene = story.scene
    title = Text(f"{scene.number:>3} ", "bold").append(words.what(scene), "bold")
    if scene.event is None:
        lines = [Text(scene.planned.data.decode("utf-8", "replace").strip(), "dim")]
    else:
        lines = [
            priority_chip(story).append(f"  {scene.event.case}", "dim"),
            Text(words.where(scene, roster)),
            Text(words.asks(scene)),
        ]
    return Group(title, Padding(Group(*lines, Text(f"{story.wall} {words.way(scene)}", "dim")), INDENT))


def _who(story: Story) -> RenderableType:
    why, twist = story.why, story.scene.twist
    lines = []
    if why is not None:
        name = why.receiver
        lines = [Text(why.reason.rstrip(".")), Text(words.carrier(why), "dim")]
    elif twist in (Twist.NOT_ALERTING, Twist.DUPLICATE):
        name = "nobody"
    else:
        name = "the switchboard" if twist is Twist.MALFORMED else WAITING
    if story.scene.note:
        lines.append(Text(story.scene.note, "cyan"))
    return Group(Text("→ ", "bold").append(name), Padding(Group(*lines), (0, 0, 0, 2)))


def _device(story: Story, screen: Screen, blink: bool) -> RenderableType:
    is_phone = screen.beep is None
    waits = story.ended is None and not story.pressed
    pressed = "✓ OK" if story.pressed or screen is story.alarm_screen else "OK"
    sound = f" · beep {screen.beep} {SOUNDS.get(screen.sound, '')}".rstrip()
    number = masked(screen.device)
    return Panel(
        Text(screen.text, "bold" if waits else ""),
        title=Text(f"SMS {number}" if is_phone else f"DECT {number}{sound}"),
        subtitle=Text("●" if is_phone else f"[{pressed}]"),
        title_align="left",
        subtitle_align="center" if is_phone else "right",
        box=box.HEAVY if is_phone else box.ROUNDED,
        border_style="green" if not waits else "bold yellow" if blink else "yellow",
        width=DEVICE_WIDTH,
    )


def _outcome(story: Story) -> list[Text]:
    lines = [_word(one) for one in story.statuses]
    if "cancelled" in story.statuses:
        lines[-1].append(" taken", "dim")
    lines.append(Text(WAITING if story.ended is None else words.seconds(story), "dim"))
    return lines


def _word(status: str) -> Text:
    if status in BAD_WORDS:
        return Text(f"✗ {status}", "bold red")
    return Text("✓ ", "green").append(status, GOOD_STYLE.get(status, "default"))
