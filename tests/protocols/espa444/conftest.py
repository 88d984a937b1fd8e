"""Vectors, and two stations joined by lines without a socket."""

import heapq
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from protocols.capture import Capture, Direction
from protocols.espa444 import (
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
    decode,
)
from protocols.espa444.records import ENQ, EOT
from simulators.lines import Line, Plain

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "espa444.json").read_text(encoding="utf-8")
)
STRUCTURE_FAULTS = {"V06"}
"""Right check character, wrong structure: must be refused all the same."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`vector` runs over all, `good_vector` over those that are blocks."""
    if "good_vector" in metafunc.fixturenames:
        good = [v for v in VECTORS if v["bcc_valid"] and v["id"] not in STRUCTURE_FAULTS]
        metafunc.parametrize("good_vector", good, ids=[v["id"] for v in good])
    if "vector" in metafunc.fixturenames:
        metafunc.parametrize("vector", VECTORS, ids=[v["id"] for v in VECTORS])


@dataclass
class Joined:
    """A control and a polled station, two lines, and the time; received blocks are ACKed at once."""

    control: ControlStation
    polled: PolledStation
    down: Line
    up: Line
    now: float = 0.0
    control_events: list[Any] = field(default_factory=list)
    polled_events: list[Any] = field(default_factory=list)
    wire: list[tuple[str, bytes]] = field(default_factory=list)
    answer: Callable[[BlockReceived], LinkAnswer | None] = lambda _: LinkAnswer.ACK
    _due: list[tuple[float, int, Any, bytes]] = field(default_factory=list)
    _order: Any = field(default_factory=count)

    def run(self, seconds: float) -> None:
        """Let `seconds` pass, with every byte and every timer in their order."""
        end = self.now + seconds
        self._flush()
        while True:
            deadlines = [
                d for d in (self.control.next_deadline(), self.polled.next_deadline()) if d is not None
            ]
            at = min([*deadlines, *(item[0] for item in self._due[:1])], default=end + 1)
            if at > end:
                break
            self.now = max(self.now, at)
            if self._due and self._due[0][0] <= self.now:
                _, _, target, data = heapq.heappop(self._due)
                self._take(target, target.receive_data(data, self.now))
            else:
                for station in (self.control, self.polled):
                    self._take(station, station.tick(self.now))
            self._flush()
        self.now = end

    def _take(self, station: Any, events: list[Any]) -> None:
        (self.control_events if station is self.control else self.polled_events).extend(events)
        for event in events:
            if isinstance(event, BlockReceived) and (answer := self.answer(event)) is not None:
                station.answer(event.token, answer, self.now)

    def _flush(self) -> None:
        for station, line, target, name in (
            (self.control, self.down, self.polled, "C"),
            (self.polled, self.up, self.control, "S"),
        ):
            data = station.data_to_send()
            if not data:
                continue
            self.wire.append((name, data))
            station.sent(self.now)
            for at, piece in line.carry(data, self.now):
                heapq.heappush(self._due, (at, next(self._order), target, piece))


@pytest.fixture
def join() -> Callable[..., Joined]:
    """Builds `Joined` from two lines and, where wanted, two configurations."""

    def build(
        down: Line | None = None,
        up: Line | None = None,
        control: ControlConfig | None = None,
        polled: PolledConfig | None = None,
    ) -> Joined:
        return Joined(
            ControlStation(control or ControlConfig(), 0.0),
            PolledStation(polled or PolledConfig(), 0.0),
            down or Plain(),
            up or Plain(),
        )

    return build


@dataclass
class Replayed:
    """What our station said, and what was said by its side in the capture."""

    said: bytes = b""
    captured: bytes = b""


@pytest.fixture
def replay() -> Callable[..., Replayed]:
    """Plays the rows of a capture against one of our stations, on the clock of the capture.

    `side` is the direction whose bytes the station has to say; those of the other it is fed. Blocks that its
    side sent are ordered when they were, and received blocks get the answer that they got then.
    """

    def play(capture: Capture, station: Any, side: Direction) -> Replayed:
        rows = capture.rows
        result = Replayed(captured=b"".join(row.data for row in rows if row.direction is side))
        # A capture begins on an idle line, where an EOT was said last.
        station.receive_data(bytes((EOT,)), rows[0].at)
        for number, row in enumerate(rows):
            _tick(station, row.at, result)
            own = [later.data for later in rows[number:] if later.direction is side]
            if isinstance(station, ControlStation):
                begins = row.direction is side and row.data.count(ENQ) == 2 and station.ready
            else:
                polled = row.direction is not side and row.data.count(ENQ) == 1
                begins = polled and own[:1] == [b"1" + bytes((ENQ,))]
            if begins:
                command = SendCall if isinstance(station, ControlStation) else SendBlock
                station.send(command(number, _first_block(own)), row.at)
            if row.direction is not side:
                for event in station.receive_data(row.data, row.at):
                    result.said += station.data_to_send()
                    if isinstance(event, BlockReceived):
                        station.answer(event.token, ANSWERS.get(own[0], LinkAnswer.ACK), row.at)
            result.said += station.data_to_send()
        return result

    return play


def _first_block(said: list[bytes]) -> Block:
    """The first of these writes that is a whole block: a damaged one was sent again."""
    for data in said:
        with suppress(BlockError):
            return decode(data)
    raise AssertionError("no block follows")


ANSWERS = {b"\x06": LinkAnswer.ACK, b"2\x15": LinkAnswer.NAK_BUSY, b"3\x15": LinkAnswer.NAK_INVALID}
"""What was said, and the answer that an owner gave to have it said. NAK 1 is the station's own matter: a
whole block that was refused as damaged then is taken now."""


def _tick(station: Any, until: float, result: Replayed) -> None:
    while (deadline := station.next_deadline()) is not None and deadline <= until:
        station.tick(deadline)
        result.said += station.data_to_send()
