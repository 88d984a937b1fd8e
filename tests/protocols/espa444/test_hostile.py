"""Anything may arrive at any time: no session raises, none grows, and a late tick changes nothing."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.espa444 import (
    BlockReceived,
    ControlConfig,
    ControlStation,
    LinkAnswer,
    PolledConfig,
    PolledStation,
    SendBlock,
    SendCall,
    call_block,
    encode,
    status_of,
)
from protocols.espa444.records import CallStatus
from protocols.espa444.station import MAX_ECHO
from protocols.session import LocalProtocolError

CALL = call_block("20117", b"Larm")
STATUS = status_of(CALL, CallStatus.PAGED)
WORDS = (
    *(b"\x04", b"\x06", b"\x15", b"1\x15", b"2\x15", b"3\x15", b"1\x05", b"2\x05", b"3\x05", b"1\x052\x05"),
    *(
        encode(CALL),
        encode(STATUS),
        encode(CALL)[:-1] + b"\x00",
        encode(CALL)[:7],
        b"\x01",
        b"\x03",
        b"A\r\n",
    ),
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from((0.0, 0.01, 0.05, 0.1, 0.5, 1.0, 2.0, 2.5, 3.0, 7.0, 31.0)),
        st.one_of(st.sampled_from(WORDS), st.binary(max_size=12), st.sampled_from(("send", "answer"))),
    ),
    max_size=40,
)


def stations() -> list[Any]:
    return [
        ControlStation(ControlConfig(), 0.0),
        ControlStation(ControlConfig(idle_poll=False, multi_block=True, discard_echo=True), 0.0),
        PolledStation(PolledConfig(), 0.0),
        PolledStation(PolledConfig(multi_block=True, select_window=0.5, mask7=False), 0.0),
    ]


def act(station: Any, what: Any, tokens: list[Any], now: float) -> list[Any]:
    try:
        if what == "send":
            station.send((SendCall if isinstance(station, ControlStation) else SendBlock)(1, CALL), now)
        elif what == "answer" and tokens:
            station.answer(tokens[-1], LinkAnswer.ACK, now)
        elif isinstance(what, bytes):
            return list(station.receive_data(what, now))
    except LocalProtocolError:
        return ["refused"]
    return []


def play(station: Any, steps: list[tuple[float, Any]], in_time: bool) -> tuple[list[Any], bytes]:
    """Events and bytes of `steps`, with a tick at every deadline or with none but the last."""
    now, events, out, tokens = 0.0, [], b"", []
    for wait, what in [*steps, (100.0, b"")]:
        now += wait
        while in_time and (deadline := station.next_deadline()) is not None and deadline < now:
            events += station.tick(deadline)
        new = act(station, what, tokens, now)
        events += new
        tokens += [e.token for e in events if isinstance(e, BlockReceived)]
        out += station.data_to_send()
    events += station.tick(now)
    return [e for e in events if e != "refused"], out + station.data_to_send()


@settings(max_examples=150, deadline=None)
@given(STEPS, st.integers(0, 3))
def test_late_tick_is_a_tick_in_time(steps: list[tuple[float, Any]], which: int) -> None:
    """The same input without any tick in between gives the same events and the same bytes."""
    assert play(stations()[which], steps, in_time=True) == play(stations()[which], steps, in_time=False)


@pytest.mark.parametrize("which", range(4))
def test_garbage_neither_raises_nor_grows(which: int) -> None:
    """A megabyte of random bytes and words in random chunks; memory stays where it was."""
    station, chance, now = stations()[which], random.Random(which), 0.0
    for _ in range(6000):
        now += chance.choice((0.0, 0.001, 0.2, 4.0))
        data = chance.choice(WORDS) if chance.random() < 0.5 else chance.randbytes(chance.randint(0, 300))
        for event in station.receive_data(data, now):
            if isinstance(event, BlockReceived) and chance.random() < 0.5:
                station.answer(event.token, LinkAnswer.ACK, now)
        station.data_to_send()
        if chance.random() < 0.1:
            act(station, "send", [], now)
    assert len(station._framer._buffer) <= 512
    assert len(station._echo) <= MAX_ECHO
    assert station._events == []
    assert station.close_reason is None


@pytest.mark.parametrize("which", range(4))
def test_half_a_block_then_silence(which: int) -> None:
    """A block that never ends leaves the station as it was after the timers."""
    station = stations()[which]
    station.receive_data(b"\x01" + b"1" * 300, 0.0)
    station.tick(60.0)
    assert station._framer._buffer == b""
    assert station.counters.broken_blocks == 1
