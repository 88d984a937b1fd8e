"""Every cell of both transition tables, the ignored and the forbidden ones included."""

from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest

from protocols.espa444 import (
    CONTROL_TABLE,
    POLLED_TABLE,
    ControlConfig,
    ControlState,
    ControlStation,
    Input,
    LinkAnswer,
    PolledConfig,
    PolledState,
    PolledStation,
    SendBlock,
    SendCall,
    call_block,
    encode,
    status_of,
)
from protocols.espa444.records import CallStatus
from protocols.espa444.tables import COMMANDS, FORBID, IGNORE, Cells, build
from protocols.session import LocalProtocolError, Token

CALL = call_block("20117", b"Larm")
STATUS = status_of(CALL, CallStatus.PAGED)
BAD = encode(STATUS)[:-1] + b"\x00"
C, P = ControlState, PolledState


def control(*steps: bytes | SendCall | float | Input) -> ControlStation:
    """A control station that has gone through `steps`: bytes, commands, ticks and bare inputs."""
    station = ControlStation(ControlConfig(), 0.0)
    station.receive_data(b"", 0.0)
    return run(station, steps)


def polled(*steps: bytes | SendBlock | float | Input) -> PolledStation:
    return run(PolledStation(PolledConfig(select_window=0.5), 0.0), steps)


def run(station: Any, steps: tuple[Any, ...]) -> Any:
    now = 0.0
    for step in steps:
        if isinstance(step, bytes):
            station.receive_data(step, now)
        elif isinstance(step, float):
            now = step
            station.tick(now)
        elif isinstance(step, Input):
            station._input(step, now)
        else:
            station.send(step, now)
    station.data_to_send()
    station._events.clear()
    return station


SEND = SendCall(1, CALL)
REACH_CONTROL: dict[ControlState, Callable[[], ControlStation]] = {
    C.IDLE: lambda: control(0.0, b"\x04"),
    C.BACKOFF: lambda: control(0.0, b"\x04", SEND, b"2\x15"),
    C.SELECTING: lambda: control(0.0, b"\x04", SEND),
    C.SENT: lambda: control(0.0, b"\x04", SEND, b"\x06"),
    C.RESENDING: lambda: control(0.0, b"\x04", SEND, b"\x06", Input.NAK_ERROR),
    C.CLOSING: lambda: control(0.0, b"\x04", SEND, b"\x06", Input.ACK),
    C.POLLING: lambda: control(0.0),
    C.RECEIVING: lambda: control(0.0, b"1\x05"),
    C.ANSWERING: lambda: control(0.0, b"1\x05", encode(STATUS)),
    C.REJECTING: lambda: control(0.0, b"1\x05", BAD),
    C.OVERHEARD: lambda: control(0.0, b"3\x05"),
    C.FOREIGN: lambda: control(0.0, b"\x04", b"2\x05"),
    C.DOWN: lambda: control(0.0, 9.5),
    C.PROBING: lambda: control(0.0, 14.6),
    C.CLOSED: lambda: control(0.0, Input.EOF),
}
REACH_POLLED: dict[PolledState, Callable[[], PolledStation]] = {
    P.WAIT: lambda: polled(b"\x04"),
    P.OTHER: lambda: polled(b"1\x05"),
    P.PASSIVE: lambda: polled(b"1\x053\x05"),
    P.SLAVE: lambda: polled(b"1\x052\x05"),
    P.ANSWERING: lambda: polled(b"1\x052\x05", encode(CALL)),
    P.REJECTING: lambda: polled(b"1\x052\x05", BAD),
    P.SELECTING: lambda: polled(SendBlock(1, STATUS), b"\x042\x05"),
    P.SENT: lambda: polled(SendBlock(1, STATUS), b"\x042\x05\x06"),
    P.CLOSED: lambda: polled(Input.EOF),
}


def cells(table: Any, reach: Any) -> list[Any]:
    return [
        pytest.param(reach[state], state, kind, cell, id=f"{state.value}-{kind.name}")
        for (state, kind), cell in table.items()
    ]


def command(station: Any, kind: Input) -> None:
    if kind is Input.ANSWER:
        station.answer(station._token or Token(99), LinkAnswer.ACK, station._now)
    elif isinstance(station, ControlStation):
        station.send(SendCall(2, CALL), station._now)
    else:
        station.send(SendBlock(2, STATUS), station._now)


@pytest.mark.parametrize(
    ("reach", "state", "kind", "cell"),
    [*cells(CONTROL_TABLE, REACH_CONTROL), *cells(POLLED_TABLE, REACH_POLLED)],
)
def test_cell(reach: Callable[[], Any], state: Enum, kind: Input, cell: Any) -> None:
    """From every state every input leads where its cell says; what is forbidden changes nothing."""
    station = reach()
    assert station.state is state
    station._received_block = STATUS
    before = (station.next_deadline(), station.close_reason)
    multi_block_off = (state, kind) == (C.CLOSING, Input.SEND)
    if cell.action == FORBID or multi_block_off:
        with pytest.raises(LocalProtocolError):
            command(station, kind)
        assert (station.state, station.data_to_send(), station.next_deadline()) == (state, b"", before[0])
        return
    if kind in COMMANDS:
        command(station, kind)
    else:
        station._input(kind, station._now)
    assert station.state in cell.to
    if cell.action == IGNORE:
        assert station.data_to_send() == b""
        assert station._events == []
        assert station.state is cell.to[0]


def test_every_state_can_be_left_or_is_at_rest() -> None:
    """A state that waits for the other side has a timer; rest, third parties and the end have none."""
    timeless = {C.CLOSED, P.CLOSED, P.WAIT, P.PASSIVE}
    for table in (CONTROL_TABLE, POLLED_TABLE):
        for (state, kind), cell in table.items():
            if kind is Input.TIMER and state not in timeless:
                assert cell.action != IGNORE or cell.to != (state,), state


def test_every_state_is_named_as_a_target() -> None:
    """No state of a table is out of reach."""
    for table, start in ((CONTROL_TABLE, C.IDLE), (POLLED_TABLE, P.WAIT)):
        states = {state for state, _ in table}
        targets = {to for (state, _), cell in table.items() for to in cell.to if to is not state}
        assert states - targets <= {start}


def test_a_hole_or_a_double_is_found_when_the_table_is_built() -> None:
    """A table with a missing, a doubled or a foreign cell is no table."""

    class One(Enum):
        ONLY = "only"

    inputs = frozenset({Input.ACK, Input.EOT})
    whole = Cells((Input.ACK, Input.EOT), IGNORE)
    assert len(build({One.ONLY: (whole,)}, inputs)) == 2
    for row in ((Cells((Input.ACK,), IGNORE),), (whole, whole), (whole, Cells((Input.EOF,), IGNORE))):
        with pytest.raises(ValueError, match="ONLY"):
            build({One.ONLY: row}, inputs)
