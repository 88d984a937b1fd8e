"""The two stations joined by good and bad lines: nothing lost in silence, nothing taken for another."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from protocols.espa444 import (
    BlockFailed,
    BlockReceived,
    BlockTaken,
    CallFailed,
    CallTaken,
    LineUp,
    PolledConfig,
    SendBlock,
    SendCall,
    call_block,
    status_of,
)
from protocols.espa444.records import CallStatus
from simulators.lines import Fragmenting, Garbling, Late, Line, Lossy, Plain

Lines = Callable[[int], tuple[Line, Line]]
GOOD: dict[str, Lines] = {
    "plain": lambda seed: (Plain(), Plain()),
    "fragmenting": lambda seed: (Fragmenting(seed), Fragmenting(seed + 1)),
    "late": lambda seed: (Late(0.4), Late(0.6)),
}
BAD: dict[str, Lines] = {
    "lossy": lambda seed: (Lossy(seed, 0.01), Lossy(seed + 1, 0.01)),
    "garbling": lambda seed: (Garbling(seed, 0.01), Garbling(seed + 1, 0.01)),
    "very late": lambda seed: (Late(1.7), Late(1.9)),
}
CALLS = 20


def talk(line: Any) -> None:
    """20 calls down and a status for each up, each call after the end of the one before."""
    for ref in range(CALLS):
        for _ in range(60):
            if line.control.ready:
                break
            line.run(1.0)
        call = call_block(f"{20000 + ref}", text_of(ref))
        line.control.send(SendCall(ref, call), line.now)
        line.polled.send(SendBlock(ref, status_of(call, CallStatus.PAGED)), line.now)
        line.run(0.2)
    line.run(400.0)


def text_of(ref: int) -> bytes:
    """A letter a call: digits that stand in the address too could be lost in pairs, unseen by the XOR."""
    return b"Larm %c" % (ord("A") + ref)


def received(events: list[Any]) -> Counter[int]:
    """How often each call arrived; an XOR does not see every double error, so either record may name it."""
    refs: Counter[int] = Counter()
    for event in events:
        if isinstance(event, BlockReceived):
            address, text = event.block.get("1"), event.block.get("2")
            refs.update(
                ref for ref in range(CALLS) if address == b"%d" % (20000 + ref) or text == text_of(ref)
            )
    return refs


@pytest.mark.parametrize("name", GOOD)
def test_good_lines_carry_everything_once(join: Callable[..., Any], name: str) -> None:
    """Fragments and a delay within the timers: each call and each status exactly once, in order."""
    line = join(*GOOD[name](7))
    talk(line)
    taken = [event.ref for event in line.control_events if isinstance(event, CallTaken)]
    assert taken == list(range(CALLS))
    addresses = [b"%d" % (20000 + ref) for ref in range(CALLS)]
    assert [e.block.get("1") for e in line.polled_events if isinstance(e, BlockReceived)] == addresses
    assert received(line.control_events) == Counter(range(CALLS))
    assert [type(e) for e in line.control_events].count(LineUp) == 1
    assert line.control.counters.resends == line.control.counters.bcc_errors == 0


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", BAD)
def test_bad_lines_never_lie(join: Callable[..., Any], name: str, seed: int) -> None:
    """Every call ends in one event; taken means received, and what was not sent was not received."""
    line = join(*BAD[name](seed * 10))
    talk(line)
    ends = Counter(e.ref for e in line.control_events if isinstance(e, (CallTaken, CallFailed)))
    assert ends == Counter(range(CALLS))
    arrived = received(line.polled_events)
    for event in line.control_events:
        if isinstance(event, CallTaken):
            assert arrived[event.ref] >= 1
        if isinstance(event, CallFailed) and not event.maybe_shown:
            assert arrived[event.ref] == 0
    status = received(line.control_events)
    for event in line.polled_events:
        if isinstance(event, BlockTaken):
            assert status[event.ref] >= 1
        if isinstance(event, BlockFailed) and not event.maybe_shown:
            assert status[event.ref] == 0


def test_line_that_goes_dead_and_comes_back(join: Callable[..., Any]) -> None:
    """Both ends notice a dead line, and both notice that it is back, without being told."""
    line = join(polled=PolledConfig(t_lost=10.0))
    line.run(5.0)
    line.down = Lossy(1, 1.0)
    line.run(60.0)
    line.down = Plain()
    line.run(10.0)
    names = [type(event).__name__ for event in line.control_events + line.polled_events]
    assert names == ["LineUp", "LineDown", "LineUp", "LineUp", "PollLost", "PollBack"]
