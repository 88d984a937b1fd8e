"""Whole transactions of real lines and of the proposal, both ends played by our stations."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from protocols.espa444 import (
    BlockReceived,
    CallFailed,
    CallTaken,
    ControlConfig,
    ControlStation,
    FailReason,
    LinkAnswer,
    PolledConfig,
    PolledStation,
    SendBlock,
    SendCall,
    decode,
    encode,
)

_VECTORS = Path(__file__).parents[2] / "vectors" / "espa444.json"
RAW = {v["id"]: bytes.fromhex(v["hex"]) for v in json.loads(_VECTORS.read_text(encoding="utf-8"))}
QUIET = ControlConfig(idle_poll=False)


def test_l1_idle_line(join: Callable[..., Any]) -> None:
    """L1: polls and EOTs alternate, and the control station adds no EOT of its own."""
    line = join(control=ControlConfig(poll_interval=1.0))
    line.run(3.5)
    assert line.wire[1:] == [("S", b"\x04"), *[("C", b"2\x05"), ("S", b"\x04")] * 3]


def test_l2_six_calls_in_a_row(join: Callable[..., Any]) -> None:
    """L2: each call its own session, then the idle line again."""
    line = join(control=QUIET)
    line.run(0.1)
    for number in range(1, 7):
        line.control.send(SendCall(number, decode(RAW[f"O0{number}"])), line.now)
        line.run(0.01)
    line.wire[0] = ("C", line.wire[0][1].removeprefix(b"\x04"))
    expected = []
    for number in range(1, 7):
        expected += [
            ("C", b"1\x052\x05"),
            ("S", b"\x06"),
            ("C", RAW[f"O0{number}"]),
            ("S", b"\x06"),
            ("C", b"\x04"),
        ]
    assert line.wire == expected
    assert [type(event) for event in line.control_events[1:]] == [CallTaken] * 6


def test_l3_selection_in_two_writes() -> None:
    """L3: `1 ENQ` and `2 ENQ` apart, as a fire panel sends them, is a selection all the same."""
    station = PolledStation(PolledConfig(), 0.0)
    station.receive_data(b"1\x05", 0.0)
    station.receive_data(b"2\x05", 0.3)
    assert station.data_to_send() == b"\x06"
    [event] = station.receive_data(RAW["V08"], 0.4)
    assert isinstance(event, BlockReceived)
    assert event.block == decode(RAW["V08"])


def test_l4_selection_after_eot_in_one_write() -> None:
    """L4: `EOT 1 ENQ 2 ENQ` selects."""
    station = PolledStation(PolledConfig(), 0.0)
    station.receive_data(b"\x041\x052\x05", 0.0)
    assert station.data_to_send() == b"\x06"


def test_l5_second_block_resent() -> None:
    """L5: two blocks in one session, the second damaged once."""
    station = ControlStation(ControlConfig(idle_poll=False, multi_block=True), 0.0)
    station.send(SendCall(1, decode(RAW["O01"])), 0.0)
    assert station.data_to_send() == b"\x041\x052\x05"
    station.receive_data(b"\x06", 0.0)
    assert station.data_to_send() == RAW["O01"]
    station.receive_data(b"\x06", 0.0)
    station.send(SendCall(2, decode(RAW["O02"])), 0.0)
    assert station.data_to_send() == RAW["O02"]
    station.receive_data(b"1\x15", 0.0)
    assert station.data_to_send() == RAW["O02"]
    assert station.receive_data(b"\x06", 0.0) == [CallTaken(2)]
    station.tick(0.0)
    assert station.data_to_send() == b"\x04"


def test_l6_pager_reports_status(join: Callable[..., Any]) -> None:
    """L6: polled, the pager selects us, sends its status and closes."""
    line = join()
    line.polled.send(SendBlock(1, decode(RAW["V03"])), 0.0)
    line.run(0.5)
    assert line.wire[:6] == [
        ("C", b"\x042\x05"), ("S", b"1\x05"), ("C", b"\x06"), ("S", RAW["V03"]), ("C", b"\x06"),
        ("S", b"\x04"),
    ]  # fmt: skip
    assert line.control_events[1].block == decode(RAW["V03"])


def test_l7_busy_at_selection(join: Callable[..., Any]) -> None:
    """L7: NAK 2 to the selection, EOT, and the call has failed as busy."""
    line = join(control=QUIET)
    line.polled.accepting = False
    line.control.send(SendCall(1, decode(RAW["V05"])), 0.0)
    line.run(0.5)
    assert line.wire == [("C", b"\x041\x052\x05"), ("S", b"2\x15"), ("C", b"\x04")]
    assert line.control_events[1:] == [CallFailed(1, FailReason.BUSY)]


def test_l8_self_poll_without_a_selection() -> None:
    """L8: `1 ENQ EOT` asks nothing of us; the poll after it is one."""
    station = PolledStation(PolledConfig(), 0.0)
    station.receive_data(b"1\x05\x04", 0.0)
    assert station.data_to_send() == b""
    station.receive_data(b"2\x05", 0.1)
    assert station.data_to_send() == b"\x04"


def test_l9_station_that_closes_by_itself() -> None:
    """L9: `ACK EOT` ends the call; `NAK 1 EOT` leads to a resend in a new session."""
    station = ControlStation(QUIET, 0.0)
    station.send(SendCall(1, decode(RAW["V12"])), 0.0)
    station.data_to_send()
    station.receive_data(b"\x06", 0.0)
    assert station.data_to_send() == RAW["V12"]
    station.receive_data(b"1\x15\x04", 0.1)
    station.tick(1.1)
    assert station.data_to_send() == b"1\x052\x05"
    station.receive_data(b"\x06", 1.1)
    station.data_to_send()
    assert station.receive_data(b"\x06\x04", 1.2) == [CallTaken(1)]
    assert station.data_to_send() == b""


def test_l10_bare_nak_and_the_500_ms_window() -> None:
    """L10: a bare NAK is a resend; a selection that came too late for the window is tried again."""
    station = ControlStation(QUIET, 0.0)
    station.send(SendCall(1, decode(RAW["V12"])), 0.0)
    station.data_to_send()
    assert station.receive_data(b"\x04", 0.6)[1:] == []
    station.tick(1.6)
    assert station.data_to_send() == b"1\x052\x05"
    station.receive_data(b"\x06", 1.7)
    station.data_to_send()
    station.receive_data(b"\x15", 1.8)
    assert station.data_to_send() == RAW["V12"]


def test_answers_of_the_receiving_owner_reach_the_sender(join: Callable[..., Any]) -> None:
    """NAK 2 and NAK 3 given by the owner are busy and invalid at the other end."""
    for answer, reason in (
        (LinkAnswer.NAK_BUSY, FailReason.BUSY),
        (LinkAnswer.NAK_INVALID, FailReason.INVALID),
    ):
        line = join(control=QUIET)
        line.answer = lambda _, answer=answer: answer
        line.control.send(SendCall(1, decode(RAW["V05"])), 0.0)
        line.run(1.0)
        assert line.control_events[1:] == [CallFailed(1, reason)]
    line = join(control=QUIET)
    line.answer = lambda _: None
    line.control.send(SendCall(1, decode(RAW["V05"])), 0.0)
    line.run(2.5)
    assert line.control_events[1:] == [CallFailed(1, FailReason.BUSY)]


def test_7_bit_line_through_an_8_bit_port() -> None:
    """With mask7, a block that carries its parity in bit 7 is taken."""
    station = PolledStation(PolledConfig(mask7=True), 0.0)
    parity = bytes(byte | (0x80 if byte.bit_count() % 2 else 0) for byte in b"1\x052\x05" + RAW["V01"])
    _up, event = station.receive_data(parity, 0.0)
    assert isinstance(event, BlockReceived)
    assert encode(event.block) == RAW["V01"]
