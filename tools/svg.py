"""Draws a machine as SVG: every state a card, with a line for each thing that can happen in it.

Rules: no library and no font is needed, and the same machine gives the same bytes. A state has one colour
wherever it is named, so that the eye finds where an arrow leads. The text is measured by a guess that is on
the wide side: whichever font is there, nothing runs out of its card.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

from tools.machines import Machine, State, Way

GAP = 20
MARGIN = 24
HEAD = 34
LINE = 17
PAD = 12
TOP = 104


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns of a card stand, in pixels from its left, and how many characters they hold."""

    columns: int
    card: int
    input_chars: int
    action_at: int
    action_chars: int
    target_at: int
    note_chars: int
    input_at: int = 14
    note_at: int = 104

    @property
    def width(self) -> int:
        """Of the whole drawing."""
        return 2 * MARGIN + self.columns * (self.card + GAP) - GAP


WITH_ACTIONS = Layout(2, 480, 24, 192, 19, 356, 50)
MOVES_ONLY = Layout(3, 318, 19, 0, 1, 190, 27, note_at=104)
"""Where no cell has an action."""

FONT = "'DejaVu Sans', Verdana, Arial, sans-serif"
BOLD = ' font-weight="bold"'
INK, SOFT, RULE, PAPER = "#1c2733", "#5d6b7a", "#dfe5ea", "#ffffff"
HUES = (212, 30, 145, 285, 0, 185, 55, 325, 100, 250, 15, 165, 230, 75, 305)
"""One a state, neighbours far apart."""


@dataclass(slots=True)
class Drawing:
    """The elements so far; `colours` gives each state its hue."""

    layout: Layout
    colours: dict[str, int]
    parts: list[str]

    def text(self, x: float, y: float, words: str, size: int = 12, colour: str = INK, more: str = "") -> None:
        """One line of text with its baseline at `y`."""
        self.parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{colour}"{more}>{escape(words)}</text>'
        )

    def box(self, x: float, y: float, width: float, height: float, fill: str, more: str = "") -> None:
        """A rectangle."""
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}"{more}/>'
        )

    def rule(self, x: float, y: float) -> None:
        """A line between two rows of a card."""
        self.box(x + 14, y, self.layout.card - 28, 1, RULE)

    def chip(self, x: float, y: float, state: str) -> None:
        """The name of a state on its colour, in a line with its baseline at `y`."""
        self.box(x, y - 12, self.layout.card - self.layout.target_at - PAD, 16, self.tint(state), ' rx="4"')
        self.text(x + 6, y, state, 11, self.shade(state), BOLD)

    def tint(self, state: str) -> str:
        """The light colour of a state."""
        return f"hsl({self.colours[state]}, 62%, 88%)"

    def shade(self, state: str) -> str:
        """Its dark colour, for words on the light one."""
        return f"hsl({self.colours[state]}, 70%, 22%)"


def draw(machine: Machine) -> str:
    """The whole drawing of one machine."""
    acts = any(way.action for state in machine.states for way in state.ways)
    layout = WITH_ACTIONS if acts else MOVES_ONLY
    hues = {state.name: HUES[place % len(HUES)] for place, state in enumerate(machine.states)}
    drawing = Drawing(layout, hues, [])
    _title(drawing, machine, acts)
    bottoms = [float(TOP)] * layout.columns
    for state in machine.states:
        column = bottoms.index(min(bottoms))
        x = MARGIN + column * (layout.card + GAP)
        bottoms[column] += _card(drawing, machine, state, x, bottoms[column]) + GAP
    width, height = layout.width, max(bottoms) + MARGIN - GAP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height:g}" '
            f'viewBox="0 0 {width} {height:g}" font-family="{FONT}">',
            f"<title>{escape(machine.title)}</title>",
            f'<rect width="{width}" height="{height:g}" fill="{PAPER}"/>',
            *drawing.parts,
            "</svg>\n",
        ]
    )


def _title(drawing: Drawing, machine: Machine, acts: bool) -> None:
    drawing.text(MARGIN, 42, machine.title, 22, INK, BOLD)
    drawing.text(MARGIN, 64, machine.about, 13, SOFT)
    columns = (
        "what comes in, what is done, the state after it" if acts else "what comes in, the state after it"
    )
    key = f"{columns} · forbidden: {machine.forbidden} · {machine.code}"
    drawing.text(MARGIN, 84, key, 11, SOFT)


def _card(drawing: Drawing, machine: Machine, state: State, x: float, y: float) -> float:
    """Draw a state's card; returns its height."""
    layout = drawing.layout
    notes = _notes(state, machine.idle, layout)
    heights = [_height(way, layout) for way in state.ways] + [_note_height(lines) for _, lines in notes]
    height = HEAD + sum(heights) + PAD / 2
    edge = f' rx="8" stroke="hsl({drawing.colours[state.name]}, 35%, 60%)"'
    drawing.box(x, y, layout.card, height, PAPER, edge)
    _head(drawing, machine, state, x, y)
    at = y + HEAD
    for way in state.ways:
        if at > y + HEAD:
            drawing.rule(x, at - 1)
        _way(drawing, way, x, at)
        at += _height(way, layout)
    for word, lines in notes:
        if at > y + HEAD:
            drawing.rule(x, at - 1)
        drawing.text(x + layout.input_at, at + LINE, word, 11, SOFT, ' font-style="italic"')
        for place, line in enumerate(lines):
            drawing.text(x + layout.note_at, at + LINE * (place + 1), line, 11, SOFT)
        at += _note_height(lines)
    return height


def _head(drawing: Drawing, machine: Machine, state: State, x: float, y: float) -> None:
    card, shade = drawing.layout.card, drawing.shade(state.name)
    outline = f"M{x:g} {y + HEAD - 4:g}v-22a8 8 0 0 1 8-8h{card - 16}a8 8 0 0 1 8 8v22z"
    drawing.parts.append(f'<path d="{outline}" fill="{drawing.tint(state.name)}"/>')
    drawing.text(x + 14, y + 20, state.name, 14, shade, BOLD)
    mark = ""
    if state.name == machine.start:
        mark = "begins here"
    elif not any(set(way.to) - {state.name} for way in state.ways):
        mark = "ends here"
    if mark:
        drawing.text(x + card - 14, y + 20, mark, 11, shade, ' text-anchor="end"')


def _way(drawing: Drawing, way: Way, x: float, y: float) -> None:
    layout = drawing.layout
    for place, line in enumerate(_listed(way.inputs, layout.input_chars)):
        drawing.text(x + layout.input_at, y + LINE * (place + 1), line)
    for place, line in enumerate(wrap(way.action, layout.action_chars)):
        drawing.text(x + layout.action_at, y + LINE * (place + 1), line, 12, SOFT)
    for place, target in enumerate(way.to):
        baseline = y + LINE * (place + 1)
        drawing.text(x + layout.target_at - 19, baseline, "or" if place else "→", 11, SOFT)
        drawing.chip(x + layout.target_at, baseline, target)


def _height(way: Way, layout: Layout) -> float:
    inputs, action = _listed(way.inputs, layout.input_chars), wrap(way.action, layout.action_chars)
    return LINE * max(len(inputs), len(action), len(way.to)) + PAD / 2 + 1


def _notes(state: State, idle: str, layout: Layout) -> list[tuple[str, list[str]]]:
    told = ((idle, state.ignored), ("forbidden", state.forbidden))
    return [(word, _listed(names, layout.note_chars)) for word, names in told if names]


def _note_height(lines: Sequence[str]) -> float:
    return LINE * len(lines) + PAD / 2 + 1


def _listed(names: Sequence[str], width: int) -> list[str]:
    """The names with dots between them, in lines; a name that fits a line is not broken."""
    lines: list[str] = []
    for name in names:
        if lines and len(lines[-1]) + len(name) + 3 <= width:
            lines[-1] += f" · {name}"
        else:
            lines += wrap(name, width)
    return lines
