"""The transition tables of the code as plain values that can be drawn.

Rules: nothing is written here that a table says, so that a drawing cannot differ from the code; what a table
does not say (its title, a line of introduction, where the machine begins) stands in `machines`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from gateway.delivery.pages import PAGE_TABLE, PageInput
from gateway.model import PageState
from protocols.clinic24 import states as clinic24
from protocols.espa444 import tables as espa444
from protocols.espa444.control_table import CONTROL_TABLE, ControlState
from protocols.espa444.polled_table import POLLED_TABLE, PolledState
from protocols.smpp import tables as smpp
from protocols.sms.modem import tables as modem


@dataclass(frozen=True, slots=True)
class Way:
    """What some inputs do in one state: an action, unless moving is all, and where that may lead."""

    inputs: tuple[str, ...]
    action: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """One state with its ways, and the inputs that change nothing there or must not come."""

    name: str
    ways: tuple[Way, ...]
    ignored: tuple[str, ...]
    forbidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Machine:
    """One table. `name` is that of its drawing; `idle` is the word for inputs that change no state, and
    `forbidden` says what a forbidden one comes to."""

    name: str
    title: str
    about: str
    code: str
    start: str
    forbidden: str
    states: tuple[State, ...]
    idle: str = "ignored"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, whichever table it comes from. Without `to` it is forbidden; `idle` ones change nothing."""

    action: str = ""
    to: tuple[Enum, ...] = ()
    idle: bool = False


def machines() -> tuple[Machine, ...]:
    """Every machine of the project that is a table."""
    return (
        Machine(
            name="page",
            title="The life of a page",
            about="One page to one receiver over one route. Late reports never move it backwards.",
            code="gateway/delivery/pages.py",
            start=_named(PageState.QUEUED),
            forbidden="noted in the timeline, changes nothing",
            states=_states(PageState, PageInput, {key: Cell("", (to,)) for key, to in PAGE_TABLE.items()}),
        ),
        Machine(
            name="espa444-control",
            title="ESPA 4.4.4: the control station",
            about="Our end of the line to a DECT or pager system: it polls, selects and sends calls.",
            code="protocols/espa444/control_table.py",
            start=_named(ControlState.IDLE),
            forbidden="LocalProtocolError, changes nothing",
            states=_states(ControlState, espa444.Input, _of_espa444(CONTROL_TABLE)),
        ),
        Machine(
            name="espa444-polled",
            title="ESPA 4.4.4: the polled station",
            about="The other end: it speaks when it is polled and takes calls when it is selected.",
            code="protocols/espa444/polled_table.py",
            start=_named(PolledState.WAIT),
            forbidden="LocalProtocolError, changes nothing",
            states=_states(PolledState, espa444.Input, _of_espa444(POLLED_TABLE)),
        ),
        _smpp(
            "esme", "the gateway's end (ESME)", "It binds, submits messages and takes receipts.", smpp.ESME
        ),
        _smpp("smsc", "the SMS centre's end", "It lets in, takes messages and delivers receipts.", smpp.SMSC),
        Machine(
            name="gsm-modem",
            title="GSM modem: our end",
            about="One command at a time, from waking the modem to a message that it has taken.",
            code="protocols/sms/modem/tables.py",
            start=_named(modem.State.WAKING),
            forbidden="LocalProtocolError, changes nothing",
            states=_states(modem.State, modem.Input, _of_actions(modem.TABLE)),
        ),
        Machine(
            name="clinic24",
            title="Clinic24 over TCP: the gateway's end",
            about="What a connection is for, and what still has to go out before it is closed.",
            code="protocols/clinic24/states.py",
            start=_named(clinic24.State.READING),
            forbidden="ours: LocalProtocolError; the peer's: refused; changes nothing",
            states=_states(
                clinic24.State,
                clinic24.Input,
                {key: Cell("", (to,), idle=key[0] is to) for key, to in clinic24.TRANSITIONS.items()},
            ),
            idle="state stays",
        ),
    )


def _smpp(end: str, words: str, about: str, table: smpp.Table) -> Machine:
    return Machine(
        name=f"smpp-{end}",
        title=f"SMPP 3.4: {words}",
        about=about,
        code="protocols/smpp/tables.py",
        start=_named(smpp.State.OPEN),
        forbidden="LocalProtocolError, changes nothing",
        states=_states(smpp.State, smpp.Input, _of_actions(table)),
    )


def _of_espa444(table: "espa444.Table[Any]") -> dict[tuple[Any, Any], Cell]:
    cells = {}
    for (state, given), cell in table.items():
        if cell.action == espa444.FORBID:
            continue
        still = cell.action == espa444.IGNORE
        action = "" if still else cell.action.replace("_", " ")
        cells[state, given] = Cell(action, cell.to, idle=still and cell.to == (state,))
    return cells


def _of_actions(table: Mapping[tuple[Any, Any], tuple[Enum, Enum]]) -> dict[tuple[Any, Any], Cell]:
    """A table whose cells are an action and a state, with actions named IGNORE and FORBID."""
    return {
        key: Cell(str(action.value), (to,), idle=action.name == "IGNORE")
        for key, (action, to) in table.items()
        if action.name != "FORBID"
    }


def _states(
    states: Iterable[Enum], inputs: Iterable[Enum], cells: Mapping[tuple[Any, Any], Cell]
) -> tuple[State, ...]:
    """The rows of a table; inputs that do the same in a state are told together."""
    used = [given for given in inputs if any(given is one for _, one in cells)]
    made = []
    for state in states:
        ways: dict[tuple[str, tuple[Enum, ...]], list[str]] = {}
        ignored, forbidden = [], []
        for given in used:
            cell = cells.get((state, given), Cell())
            if not cell.to:
                forbidden.append(str(given.value))
            elif cell.idle:
                ignored.append(str(given.value))
            else:
                ways.setdefault((cell.action, cell.to), []).append(str(given.value))
        listed = tuple(
            Way(tuple(names), action, tuple(map(_named, to))) for (action, to), names in ways.items()
        )
        made.append(State(_named(state), listed, tuple(ignored), tuple(forbidden)))
    return tuple(made)


def _named(state: Enum) -> str:
    return state.name.lower().replace("_", " ")
