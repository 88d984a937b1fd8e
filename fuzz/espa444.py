"""What is fuzzed of ESPA 4.4.4: both stations, and everything that reads bytes or text for people.

Rules: a target takes bytes and raises only if a promise is broken: a station raises nothing but its own
errors and nothing at all for what the peer says, its memory stays bounded, a late tick is as one in time, and
a block that was taken is one that would be taken again. Targets need no atheris: the tests run them over the
vectors.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from gateway.cli.explain_espa import explain_espa, explain_log
from protocols.capture import CaptureError, read_capture
from protocols.espa444 import (
    MAX_BLOCK,
    Block,
    BlockError,
    BlockReceived,
    ControlConfig,
    ControlStation,
    LinkAnswer,
    PolledConfig,
    PolledStation,
    SendBlock,
    SendCall,
    call_block,
    decode,
    encode,
)
from protocols.espa444.diagnosis import diagnose
from protocols.espa444.framing import BlockOk, Framer
from protocols.espa444.pasted import read_pasted
from protocols.espa444.station import MAX_ECHO
from protocols.session import LocalProtocolError

CALL = call_block("20117", b"Larm")
WAITS = (0.0, 0.001, 0.05, 0.1, 0.5, 1.0, 2.5, 3.0, 11.0, 31.0)
ANSWERS = tuple(LinkAnswer)
SEND, ANSWER = 0xFE, 0xFF
"""Lengths that mean a command instead of bytes from the peer."""

Step = tuple[float, bytes | int]


def stations() -> tuple[Any, ...]:
    """The kinds of stations that are fuzzed."""
    return (
        ControlStation(ControlConfig(), 0.0),
        ControlStation(ControlConfig(idle_poll=False, multi_block=True, discard_echo=True), 0.0),
        PolledStation(PolledConfig(), 0.0),
        PolledStation(PolledConfig(multi_block=True, select_window=0.5, mask7=False), 0.0),
    )


def steps(data: bytes) -> Iterator[Step]:
    """Input as a script: a wait, then a command or so many bytes of the peer's."""
    at = 0
    while at + 1 < len(data):
        wait, length = WAITS[data[at] % len(WAITS)], data[at + 1]
        at += 2
        if length >= SEND:
            yield wait, length
        else:
            yield wait, data[at : at + length]
            at += length


def fuzz_stations(data: bytes) -> None:
    """One station, one script, twice: with every tick in time, and with none."""
    if not data:
        return
    which, script = data[0] % len(stations()), list(steps(data[1:]))
    in_time = play(stations()[which], script, ticks=True)
    late = play(stations()[which], script, ticks=False)
    assert in_time == late, "a late tick differs from one in time"


def play(station: Any, script: list[Step], *, ticks: bool) -> tuple[list[Any], bytes]:
    """Events and bytes of a script."""
    now, events, out, tokens = 0.0, [], b"", []
    for wait, what in [*script, (100.0, b"")]:
        now += wait
        while ticks and (deadline := station.next_deadline()) is not None and deadline < now:
            events += station.tick(deadline)
        if isinstance(what, bytes):
            heard = station.receive_data(what, now)
            events += heard
            tokens += [event.token for event in heard if isinstance(event, BlockReceived)]
        else:
            with suppress(LocalProtocolError):
                _command(station, what, tokens, now)
        out += station.data_to_send()
        bounded(station)
    events += station.tick(now)
    return events, out + station.data_to_send()


def _command(station: Any, what: int, tokens: list[Any], now: float) -> None:
    if what == SEND:
        station.send((SendCall if isinstance(station, ControlStation) else SendBlock)(1, CALL), now)
    elif tokens:
        station.answer(tokens[-1], ANSWERS[len(tokens) % len(ANSWERS)], now)


def bounded(station: Any) -> None:
    """What a station keeps has a limit, whatever has come."""
    assert len(station._framer._buffer) <= MAX_BLOCK + 1
    assert len(station._echo) <= MAX_ECHO
    assert len(station._out) == 0
    assert station.close_reason is None


def fuzz_blocks(data: bytes) -> None:
    """The byte layer: what is taken as a block is one, and written again it is taken again."""
    for options in ({}, {"mask7": True}):
        for frame in Framer(**options).feed(data, 0.0):
            if isinstance(frame, BlockOk):
                _same(frame.block)
    with suppress(BlockError):
        _same(decode(data))
    if len(data) > 2:
        diagnose(data)


def _same(block: Block) -> None:
    # Identifiers above 7E are read, for a line may carry them, but never written.
    with suppress(LocalProtocolError):
        assert decode(encode(block)) == block


def fuzz_readers(data: bytes) -> None:
    """Everything that reads for people: bytes, pasted logs, captures. Each field is one line."""
    text = data.decode("utf-8", "replace")
    pasted = read_pasted(text)
    for explained in (explain_espa(data, "se7"), explain_log(pasted, None)):
        assert all(field.value.isprintable() for field in explained.fields)
    with suppress(CaptureError):
        read_capture(text)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "espa444-stations": fuzz_stations,
    "espa444-blocks": fuzz_blocks,
    "espa444-readers": fuzz_readers,
}
"""By the name that `python -m fuzz` takes."""
