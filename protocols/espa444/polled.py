"""The polled station: a paging system, or the gateway where the other side is control station (clause 3).

Rules: it speaks only when polled or selected. Queued blocks keep their order and leave one session after
the other; each ends in one event, `BlockTaken` or `BlockFailed`. A received block is acknowledged only by
the owner's answer, that is after it has been stored.
"""

from collections import deque
from dataclasses import dataclass

from protocols.espa444.config import PolledConfig
from protocols.espa444.events import (
    BlockFailed,
    BlockReceived,
    BlockTaken,
    FailReason,
    LineUp,
    PollBack,
    PolledEvent,
    PollLost,
    SendBlock,
)
from protocols.espa444.polled_table import POLLED_TABLE, PolledState
from protocols.espa444.records import ACK, ENQ, EOT, NAK, encode
from protocols.espa444.station import CommonStates, Station
from protocols.espa444.tables import Input
from protocols.session import LocalProtocolError

MAX_QUEUE = 1000
"""Blocks waiting for a poll: at one a second a quarter of an hour; more are stale before they leave."""

_S = PolledState


@dataclass(slots=True)
class _Item:
    ref: int
    data: bytes
    sends: int = 0
    unproven: int = 0


class PolledStation(Station[PolledState, SendBlock, PolledEvent]):
    """Polled station over one connection; a session as `protocols.session` describes it."""

    def __init__(self, config: PolledConfig, now: float) -> None:
        self._config = config
        self._queue: deque[_Item] = deque()
        self._offered: _Item | None = None
        self._lost_at: float | None = now + config.t_lost
        self._line_up: bool | None = None
        super().__init__(config, POLLED_TABLE, CommonStates(_S.WAIT, _S.ANSWERING, _S.REJECTING), now)

    @property
    def line_up(self) -> bool | None:
        """Whether we are polled; None before the first poll or selection on this connection."""
        return self._line_up

    @property
    def queued(self) -> int:
        """Blocks that wait for a poll."""
        return len(self._queue)

    def send(self, command: SendBlock, now: float) -> None:
        """Queue a block. Raises LocalProtocolError if the queue is full or the block is none."""
        data = encode(
            command.block,
            trailing_rs=self._config.trailing_rs,
            extra_cr=self._config.extra_cr,
            bcc=self._config.bcc,
        )
        self._run_due(now, inclusive=False)
        if len(self._queue) >= MAX_QUEUE:
            raise LocalProtocolError(f"{MAX_QUEUE} blocks wait for a poll already")
        self._offered = _Item(command.ref, data)
        self._input(Input.SEND, now)

    def _span_of(self, state: PolledState, now: float) -> float | None:
        config = self._config
        return {
            _S.OTHER: config.select_window,
            _S.SLAVE: config.t_message,
            _S.ANSWERING: config.t_answer,
            _S.REJECTING: config.t_message,
            _S.SELECTING: config.t_select,
            _S.SENT: config.t_ack,
        }.get(state)

    def _deadlines(self) -> list[tuple[float, Input | None]]:
        timed = super()._deadlines()
        return timed if self._lost_at is None else [*timed, (self._lost_at, Input.LOST)]

    def _enq(self, address: str, now: float) -> Input:
        if address != self._config.own_address:
            return Input.ENQ_OTHER
        if not self._line_up:
            self._events.append(LineUp() if self._line_up is None else PollBack())
            self._line_up = True
        self._lost_at = now + self._config.t_lost
        return Input.ENQ_OWN

    def _settle(self, now: float) -> None:
        """This table has no state that ends with the read."""

    def _received_event(self, event: BlockReceived) -> PolledEvent:
        return event

    # What the cells of the table do. Each returns the state, where there is a choice.

    def _do_queue(self, now: float) -> None:
        assert self._offered is not None
        self._queue.append(self._offered)
        self._offered = None

    def _do_polled(self, now: float) -> PolledState:
        self._count("polls")
        if not self._queue:
            self._eot()
            return _S.WAIT
        self._write(self._config.peer_address.encode("ascii") + bytes((ENQ,)))
        return _S.SELECTING

    def _do_selected(self, now: float) -> PolledState:
        self._count("selections")
        self._session_number += 1
        if self.accepting:
            self._write(bytes((ACK,)))
            return _S.SLAVE
        self._count("naks_sent")
        self._write(bytes((0x32, NAK)))
        return _S.WAIT

    def _do_not_selected(self, now: float) -> None:
        self._eot()

    def _do_send_block(self, now: float) -> None:
        item = self._queue[0]
        item.sends += 1
        self._count("blocks_sent" if item.sends == 1 else "resends")
        self._write(item.data)

    def _do_taken(self, now: float) -> PolledState:
        item = self._queue.popleft()
        self._count("blocks_taken")
        self._events.append(BlockTaken(item.ref))
        # After a resend a second ACK may be under way; it must not count for the next block.
        if self._config.multi_block and self._queue and not item.unproven:
            self._do_send_block(now)
            return _S.SENT
        self._eot()
        return _S.WAIT

    def _do_damaged(self, now: float) -> PolledState:
        return self._resend_or_fail(now, FailReason.LINE_ERROR)

    def _do_unanswered(self, now: float) -> PolledState:
        self._count("silent_answers")
        self._queue[0].unproven += 1
        return self._resend_or_fail(now, FailReason.UNKNOWN)

    def _do_busy(self, now: float) -> None:
        self._eot()
        self._fail(FailReason.BUSY)

    def _do_invalid(self, now: float) -> None:
        self._eot()
        self._fail(FailReason.INVALID)

    def _do_regained(self, now: float) -> None:
        self._queue[0].unproven += 1
        if self._queue[0].sends > self._config.retries:
            self._fail(FailReason.UNKNOWN)

    def _do_regained_by_poll(self, now: float) -> PolledState:
        self._do_regained(now)
        return self._do_polled(now)

    def _do_lost(self, now: float) -> None:
        self._line_up = False
        self._events.append(PollLost())
        self._fail_all()

    def _do_close(self, now: float) -> None:
        self._line_up = False
        self._fail_all()

    def _fail_all(self) -> None:
        """Nobody fetches what is queued: its owner decides anew, for it may be stale when somebody does."""
        self._lost_at = None
        if self._queue and self._state is _S.SENT:
            self._queue[0].unproven += 1
        while self._queue:
            self._fail(FailReason.UNKNOWN if self._queue[0].unproven else FailReason.LINE_DOWN)

    def _resend_or_fail(self, now: float, reason: FailReason) -> PolledState:
        if self._queue[0].sends <= self._config.retries:
            self._do_send_block(now)
            return _S.SENT
        self._eot()
        self._fail(reason)
        return _S.WAIT

    def _fail(self, reason: FailReason) -> None:
        item = self._queue.popleft()
        self._events.append(BlockFailed(item.ref, reason, maybe_shown=item.unproven > 0))

    def _eot(self) -> None:
        self._write(bytes((EOT,)))
