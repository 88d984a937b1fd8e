"""What a transition table of this package is, and what all stations may meet.

Rules: a table has a cell for every state and every input, the forbidden and the ignored ones included,
and building it fails otherwise. A cell names the action (a method of the station) and every state it may
lead to; an action that leads elsewhere is a fault of the program. Each state has one timer, which starts
when the state is entered, starts again where a cell says so, and dies with the state.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

StateT = TypeVar("StateT", bound=Enum)


class Input(Enum):
    """Everything that can happen to a station."""

    SEND = "command: send"
    ANSWER = "command: answer"
    ACK = "ACK"
    NAK_ERROR = "NAK 1, bare or unknown"
    NAK_BUSY = "NAK 2"
    NAK_INVALID = "NAK 3"
    EOT = "EOT"
    ENQ_OWN = "ENQ to us"
    LATE_ENQ_OWN = "ENQ to us, late answer to our poll"
    ENQ_PEER = "ENQ to the peer"
    ENQ_OTHER = "ENQ to a third station"
    BLOCK = "block, wanted"
    UNWANTED = "block, header not wanted"
    BAD_BLOCK = "block, damaged"
    TIMER = "the state's timer"
    QUIET = "the line has been quiet"
    LOST = "T_lost: not polled"
    EOF = "connection closed"


COMMANDS = (Input.SEND, Input.ANSWER)
ANSWERS = (Input.ACK, Input.NAK_ERROR, Input.NAK_BUSY, Input.NAK_INVALID)
BLOCKS = (Input.BLOCK, Input.UNWANTED, Input.BAD_BLOCK)
ENQS = (Input.ENQ_OWN, Input.LATE_ENQ_OWN, Input.ENQ_PEER, Input.ENQ_OTHER)

IGNORE = "ignore"
FORBID = "forbid"


@dataclass(frozen=True, slots=True)
class Transition(Generic[StateT]):
    """One cell: `action` and where it may lead. `restart` starts the timer anew if the state stays."""

    action: str
    to: tuple[StateT, ...]
    restart: bool = False


Table = Mapping[tuple[StateT, Input], Transition[StateT]]


@dataclass(frozen=True, slots=True)
class Cells(Generic[StateT]):
    """The same cell for several inputs of one row, as `build` takes them. No `to`: the state stays."""

    inputs: tuple[Input, ...]
    action: str
    to: tuple[StateT, ...] = ()
    restart: bool = False


def build(rows: Mapping[StateT, tuple[Cells[StateT], ...]], inputs: frozenset[Input]) -> Table[StateT]:
    """The table of `rows`. Raises ValueError for a cell that is missing, doubled or not of this machine."""
    table: dict[tuple[StateT, Input], Transition[StateT]] = {}
    for state, row in rows.items():
        for cells in row:
            for kind in cells.inputs:
                if (state, kind) in table or kind not in inputs:
                    raise ValueError(f"{state} × {kind}: doubled, or no input of this machine")
                table[state, kind] = Transition(cells.action, cells.to or (state,), cells.restart)
        missing = inputs - {kind for at, kind in table if at is state}
        if missing:
            raise ValueError(f"{state}: no cell for {sorted(kind.value for kind in missing)}")
    return table
