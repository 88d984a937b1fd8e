"""A session around one of our correct stations that bends what comes out of it.

So the habits and faults of real stations can be played without a second station full of flags; `faults` says
which there are.
"""

from collections import deque
from dataclasses import dataclass

from protocols.espa444 import (
    BlockReceived,
    ControlEvent,
    ControlStation,
    LinkAnswer,
    PolledEvent,
    PolledStation,
    SendBlock,
    SendCall,
)
from protocols.espa444.records import ACK, ENQ, EOT, NAK, SOH, Block
from protocols.session import Token
from simulators.dect.faults import Faults
from simulators.dect.judging import DAMAGED, Judge

StationEvent = PolledEvent | ControlEvent


@dataclass(frozen=True, slots=True)
class Report:
    """Command: bring a block to the other side, whichever role we have."""

    ref: int
    block: Block


class FaultySession:
    """A session around a station; see `protocols.session` for what its methods promise."""

    def __init__(self, station: PolledStation | ControlStation, faults: Faults, now: float) -> None:
        self.station = station
        self._faults = faults
        self._now = now
        self._held: deque[tuple[float, bytes]] = deque()
        self._judge = Judge(faults)

    @property
    def close_reason(self) -> str | None:
        return self.station.close_reason

    def receive_data(self, data: bytes, now: float) -> list[StationEvent]:
        self._now = now
        if self._faults.eot_kills and data[:1] == bytes((EOT,)) and data.count(ENQ) > 1:
            data = data[:1]
        self._judge.hear(data)
        events: list[StationEvent] = []
        for event in self.station.receive_data(data, now):
            answer = self._judge.verdict(event.block) if isinstance(event, BlockReceived) else None
            if answer is None or not isinstance(event, BlockReceived):
                events.append(event)
            else:
                self._say(self.station.data_to_send())
                self.station.answer(event.token, LinkAnswer.NAK_INVALID, now)
                self.station.data_to_send()
                self._say(self._bent_answer(answer))
        return events

    def receive_eof(self, now: float) -> list[StationEvent]:
        self._now = now
        return [*self.station.receive_eof(now)]

    def send(self, command: Report, now: float) -> None:
        self._now = now
        if isinstance(self.station, ControlStation):
            self.station.send(SendCall(command.ref, command.block), now)
        else:
            self.station.send(SendBlock(command.ref, command.block), now)

    def answer(self, token: Token, answer: LinkAnswer, now: float) -> None:
        self._now = now
        self._say(self.station.data_to_send())
        self.station.answer(token, answer, now)
        self._say(self._bent_answer(self.station.data_to_send()))

    def data_to_send(self) -> bytes:
        said = self.station.data_to_send()
        # The station refuses what is damaged by itself, after a rest; that is an answer to a block too.
        self._say(self._bent_answer(said) if said == DAMAGED else said)
        out = b""
        while self._held and self._held[0][0] <= self._now:
            out += self._held.popleft()[1]
        return out

    def sent(self, now: float) -> None:
        self.station.sent(now)

    def next_deadline(self) -> float | None:
        deadlines = [self._held[0][0]] if self._held else []
        if (deadline := self.station.next_deadline()) is not None:
            deadlines.append(deadline)
        return min(deadlines, default=None)

    def tick(self, now: float) -> list[StationEvent]:
        self._now = now
        return [*self.station.tick(now)]

    def _bent_answer(self, answer: bytes) -> bytes:
        """The answer to a block, as it shall look."""
        if answer == bytes((ACK,)) and self._faults.drop_acks > 0:
            self._faults.drop_acks -= 1
            return b""
        if not answer or not self._faults.eot_after_ack:
            return answer
        # For the station within the session is over too; nothing was under way but the answer.
        self.station.receive_data(bytes((EOT,)), self._now)
        return answer + bytes((EOT,))

    def _say(self, data: bytes) -> None:
        if not data or self._faults.silent:
            return
        if self._faults.bare_nak and data[1:2] == bytes((NAK,)):
            data = data[1:]
        if data[0] == SOH and self._faults.corrupt > 0:
            self._faults.corrupt -= 1
            middle = len(data) // 2
            data = data[:middle] + bytes((data[middle] ^ 0x01,)) + data[middle + 1 :]
        self._held.append((self._now + self._faults.reply_delay, data))
