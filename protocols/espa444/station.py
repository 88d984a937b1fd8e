"""What both stations share: the session contract, timers, tokens, echo, and the walk through the table.

Rules: everything goes through `_input`, which looks up the table, runs the cell's action and enters the
state that it names. Deadlines are done in their own order, at their own time. A received block waits for
its answer under a token that is void as soon as the state ANSWERING is left.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from protocols.espa444 import framing
from protocols.espa444.config import LineConfig
from protocols.espa444.events import BlockReceived, Counters, LinkAnswer
from protocols.espa444.records import ACK, EOT, NAK, Block, BlockFault
from protocols.espa444.tables import FORBID, IGNORE, Input, StateT, Table
from protocols.session import LocalProtocolError, Token

CommandT = TypeVar("CommandT")
EventT = TypeVar("EventT")

MAX_ECHO = 4 * 512
"""Bytes of our own that may still come back; a line that returns nothing must not keep more."""

_NAK_PREFIX = {"2": Input.NAK_BUSY, "3": Input.NAK_INVALID}
_NAK_COUNTER = {
    Input.NAK_ERROR: "naks_error",
    Input.NAK_BUSY: "naks_busy",
    Input.NAK_INVALID: "naks_invalid",
}
_FAULT_COUNTER = {
    BlockFault.BCC: "bcc_errors",
    BlockFault.STRUCTURE: "structure_errors",
    BlockFault.TIMEOUT: "broken_blocks",
    BlockFault.TOO_LONG: "broken_blocks",
}
_ANSWER_BYTES = {
    LinkAnswer.ACK: bytes((ACK,)),
    LinkAnswer.NAK_BUSY: bytes((0x32, NAK)),
    LinkAnswer.NAK_INVALID: bytes((0x33, NAK)),
}
_NAK_DAMAGED = bytes((0x31, NAK))


@dataclass(frozen=True, slots=True)
class CommonStates(Generic[StateT]):
    """The states that both tables have, under which what is shared here happens."""

    start: StateT
    answering: StateT
    rejecting: StateT


class Station(ABC, Generic[StateT, CommandT, EventT]):
    """Base of both stations; see `protocols.session` for what its public methods promise."""

    def __init__(
        self, config: LineConfig, table: Table[StateT], states: CommonStates[StateT], now: float
    ) -> None:
        self._line_config = config
        self._table = table
        self._states = states
        self._state = states.start
        self._framer = framing.Framer(
            addresses=config.addresses,
            mask7=config.mask7,
            accept_masked_bcc=config.accept_masked_bcc and not config.mask7,
            t_block=config.t_block,
            t_char=config.t_char,
        )
        self._out = bytearray()
        self._echo = bytearray()
        self._events: list[EventT] = []
        self._timer: float | None = None
        self._span = 0.0
        self._quiet: float | None = None
        self._token: Token | None = None
        self._last_token = 0
        self._session_number = 0
        self._counters = Counters()
        self._last_control: int | None = None
        self._pending_answer = LinkAnswer.NAK_BUSY
        self._received_block: Block | None = None
        self.close_reason: str | None = None
        self.accepting = True
        """Set to False while there is no room for what the peer sends; selections are answered NAK 2."""
        self._now = now
        self._enter(states.start, now)

    @property
    def state(self) -> StateT:
        """For people and tests."""
        return self._state

    @property
    def counters(self) -> Counters:
        """A copy of the counters since the session began."""
        return replace(self._counters, bytes_ignored=self._framer.dropped)

    def receive_data(self, data: bytes, now: float) -> list[EventT]:
        self._run_due(now, inclusive=False)
        data = self._without_echo(data)
        if data and self._state is self._states.rejecting:
            self._quiet = now + self._line_config.t_quiet
        for frame in self._framer.feed(data, now):
            self._on_frame(frame, now)
        self._settle(now)
        return self._take_events()

    def receive_eof(self, now: float) -> list[EventT]:
        self._run_due(now, inclusive=False)
        self.close_reason = self.close_reason or "connection closed"
        self._input(Input.EOF, now)
        return self._take_events()

    def answer(self, token: Token, answer: LinkAnswer, now: float) -> None:
        self._run_due(now, inclusive=False)
        if token != self._token:
            raise LocalProtocolError(f"token {token} is not open: answered, overdue, or its session is over")
        self._pending_answer = answer
        self._input(Input.ANSWER, now)

    @abstractmethod
    def send(self, command: CommandT, now: float) -> None:
        """See `protocols.session`."""

    def data_to_send(self) -> bytes:
        data = bytes(self._out)
        self._out.clear()
        return data

    def sent(self, now: float) -> None:
        if self._timer is not None:
            self._timer = max(self._timer, now + self._span)

    def next_deadline(self) -> float | None:
        deadlines = [at for at, _ in self._deadlines()]
        if self._events:
            # What came due inside `send` or `answer` waits for a tick to be handed out.
            deadlines.append(self._now)
        return min(deadlines, default=None)

    def tick(self, now: float) -> list[EventT]:
        self._run_due(now, inclusive=True)
        return self._take_events()

    @abstractmethod
    def _span_of(self, state: StateT, now: float) -> float | None:
        """How long the timer of `state` runs when it is entered at `now`; None for a state without one."""

    @abstractmethod
    def _enq(self, address: str, now: float) -> Input:
        """Which input an ENQ to `address` is."""

    @abstractmethod
    def _settle(self, now: float) -> None:
        """Leave the states that last only until everything that one read brought is seen."""

    @abstractmethod
    def _received_event(self, event: BlockReceived) -> EventT:
        """The event as one of this station's."""

    def _deadlines(self) -> list[tuple[float, Input | None]]:
        """What is timed, in the order in which equal deadlines are done; None stands for the framer."""
        timed = [
            (self._framer.deadline, None),
            (self._quiet, Input.QUIET),
            (self._timer, Input.TIMER),
        ]
        return [(at, kind) for at, kind in timed if at is not None]

    def _run_due(self, now: float, *, inclusive: bool) -> None:
        self._now = now
        while deadlines := self._deadlines():
            at, kind = min(deadlines, key=lambda item: item[0])
            if at > now or (at == now and not inclusive):
                return
            if kind is None:
                for frame in self._framer.expire(at):
                    self._on_frame(frame, at)
            else:
                self._input(kind, at)

    def _on_frame(self, frame: framing.Frame, now: float) -> None:
        match frame:
            case framing.Eot():
                self._last_control = EOT
                self._input(Input.EOT, now)
                return
            case framing.Ack():
                kind = Input.ACK
            case framing.Nak(prefix):
                kind = _NAK_PREFIX.get(prefix or "", Input.NAK_ERROR)
                self._count(_NAK_COUNTER[kind])
            case framing.Enq(address):
                kind = self._enq(address, now)
            case framing.BlockOk(block):
                wanted = block.header in self._line_config.wanted_headers
                kind = Input.BLOCK if wanted else Input.UNWANTED
                self._received_block = block
            case framing.BlockBad(reason):
                self._count(_FAULT_COUNTER[reason])
                kind = Input.BAD_BLOCK
        self._last_control = None
        self._input(kind, now)

    def _input(self, kind: Input, now: float) -> None:
        if kind is Input.QUIET:
            self._quiet = None
        transition = self._table[self._state, kind]
        if transition.action == FORBID:
            raise LocalProtocolError(f"{kind.value} is not allowed in state {self._state.value}")
        target = None if transition.action == IGNORE else getattr(self, f"_do_{transition.action}")(now)
        state = transition.to[0] if target is None else target
        assert state in transition.to, f"{self._state} × {kind}: {state} is not in the table"
        if state is not self._state or transition.restart:
            self._enter(state, now)
        elif kind is Input.TIMER:
            self._timer = None

    def _enter(self, state: StateT, now: float) -> None:
        if state is not self._state:
            self._quiet = now + self._line_config.t_quiet if state is self._states.rejecting else None
        if state is not self._states.answering:
            self._token = None
        self._state = state
        span = self._span_of(state, now)
        self._span = span or 0.0
        self._timer = None if span is None else now + span

    def _write(self, data: bytes) -> None:
        self._out += data
        self._last_control = EOT if data[-1] == EOT else None
        if self._line_config.discard_echo:
            self._echo += data
            del self._echo[:-MAX_ECHO]

    def _without_echo(self, data: bytes) -> bytes:
        if not self._echo:
            return data
        same = 0
        for ours, theirs in zip(self._echo, data, strict=False):
            if ours != theirs:
                # Not our echo, or a damaged one: whatever comes from here on is judged for itself.
                self._echo.clear()
                return data[same:]
            same += 1
        del self._echo[:same]
        return data[same:]

    def _count(self, name: str, by: int = 1) -> None:
        setattr(self._counters, name, getattr(self._counters, name) + by)

    def _take_events(self) -> list[EventT]:
        events, self._events = self._events, []
        return events

    def _do_received(self, now: float) -> None:
        assert self._received_block is not None
        self._count("blocks_received")
        self._last_token += 1
        self._token = Token(self._last_token)
        event = BlockReceived(self._token, self._received_block, self._session_number)
        self._events.append(self._received_event(event))

    def _do_give_answer(self, now: float) -> None:
        if self._pending_answer is not LinkAnswer.ACK:
            self._count("naks_sent")
        self._write(_ANSWER_BYTES[self._pending_answer])

    def _do_no_answer(self, now: float) -> None:
        self._pending_answer = LinkAnswer.NAK_BUSY
        self._do_give_answer(now)

    def _do_refuse(self, now: float) -> None:
        self._pending_answer = LinkAnswer.NAK_INVALID
        self._do_give_answer(now)

    def _do_reject(self, now: float) -> None:
        self._count("naks_sent")
        self._write(_NAK_DAMAGED)
