"""The control station: brings calls to the peer, over a line that it owns (clause 3).

Rules: exactly one call is under way. It ends in one event, `CallTaken` or `CallFailed`, whatever happens,
and the failure says whether the block may have been shown. After a silent or late peer the line rests,
so that a late ACK cannot be taken for the answer to the next call.
"""

from dataclasses import dataclass

from protocols.espa444.config import ControlConfig
from protocols.espa444.control_table import ControlState
from protocols.espa444.events import CallFailed, CallTaken, DownReason, FailReason, SendCall
from protocols.espa444.polling import PollingStation
from protocols.espa444.records import ENQ, encode
from protocols.espa444.tables import Input
from protocols.session import LocalProtocolError

MAX_REFUSED_SELECTIONS = 3
"""Selections of one call that the peer takes for a poll before the try is given up."""
STALE_WAIT = 1.0
"""Seconds after a silent or late peer before the next selection: its late ACK must not count for that."""

_S = ControlState


@dataclass(slots=True)
class _Call:
    ref: int
    data: bytes
    refused: int = 0
    sends: int = 0
    unproven: int = 0


class ControlStation(PollingStation):
    """Control station over one connection; a session as `protocols.session` describes it."""

    def __init__(self, config: ControlConfig, now: float) -> None:
        self._call: _Call | None = None
        self._offered: _Call | None = None
        super().__init__(config, now)

    @property
    def ready(self) -> bool:
        """Whether `send` would take a call. It may have to wait for a poll or a pause to end."""
        if self._state is _S.CLOSING and not self._config.multi_block:
            return False
        return self._call is None and self._state not in (_S.DOWN, _S.PROBING, _S.CLOSED)

    def send(self, command: SendCall, now: float) -> None:
        """Bring a block to the peer. Raises LocalProtocolError if not `ready` or the block is none."""
        data = encode(
            command.block,
            trailing_rs=self._config.trailing_rs,
            extra_cr=self._config.extra_cr,
            bcc=self._config.bcc,
        )
        self._run_due(now, inclusive=False)
        if self._state is _S.IDLE and self._config.idle_poll and self._poll_due <= now:
            # A due poll goes first, also where the next call comes before its timer could run: a stream of
            # calls would otherwise keep every answer waiting.
            self._input(Input.TIMER, now)
        if not self.ready:
            raise LocalProtocolError(f"no call can be taken in state {self._state.value}")
        self._offered = _Call(command.ref, data)
        self._input(Input.SEND, now)

    def _settle(self, now: float) -> None:
        # A peer that closes by itself does so in the same breath; only now is it known that it did not.
        closing = self._state is _S.CLOSING and not self._config.multi_block
        if closing or self._state is _S.RESENDING:
            self._input(Input.TIMER, now)

    # What the cells of the table do. Each returns the state, where there is a choice.

    def _do_hold(self, now: float) -> None:
        self._call, self._offered = self._offered, None

    def _do_select(self, now: float) -> None:
        self._do_hold(now)
        self._select()

    def _do_free(self, now: float) -> ControlState:
        if self._call is None:
            return _S.IDLE
        self._select()
        return _S.SELECTING

    def _do_send_block(self, now: float) -> None:
        assert self._call is not None
        self._alive()
        self._call.refused = 0
        self._send_block(self._call)

    def _do_next_block(self, now: float) -> None:
        self._do_hold(now)
        self._do_send_block(now)

    def _do_resend(self, now: float) -> None:
        assert self._call is not None
        self._send_block(self._call)

    def _do_busy(self, now: float) -> None:
        self._alive()
        self._eot()
        self._fail(FailReason.BUSY)
        self._pause = self._config.t_retry

    def _do_taken_for_poll(self, now: float) -> None:
        self._alive()
        self._refused()
        self._pause = self._config.t_retry

    def _do_crossed(self, now: float) -> None:
        self._refused()
        self._do_accept(now)

    def _do_silent_selection(self, now: float) -> ControlState:
        self._eot()
        self._fail(FailReason.SILENT)
        return self._rest_or_down()

    def _do_taken(self, now: float) -> ControlState:
        assert self._call is not None
        call, self._call = self._call, None
        self._alive()
        self._count("blocks_taken")
        self._events.append(CallTaken(call.ref))
        if not call.unproven:
            return _S.CLOSING
        # An earlier send may be acknowledged yet: nothing may be under way when that comes.
        self._eot()
        self._pause = max(self._config.t_retry, STALE_WAIT)
        return _S.BACKOFF

    def _do_end_session(self, now: float) -> ControlState:
        self._eot()
        return self._do_free(now)

    def _do_damaged(self, now: float) -> ControlState:
        assert self._call is not None
        self._alive()
        if self._call.sends <= self._config.retries:
            return _S.RESENDING
        self._eot()
        self._fail(FailReason.LINE_ERROR)
        return _S.IDLE

    def _do_invalid(self, now: float) -> None:
        self._alive()
        self._eot()
        self._fail(FailReason.INVALID)

    def _do_closed_after_nak(self, now: float) -> None:
        self._pause = self._config.t_retry

    def _do_closed_unproven(self, now: float) -> None:
        self._alive()
        self._unproven()
        self._pause = max(self._config.t_retry, STALE_WAIT)

    def _do_unanswered(self, now: float) -> ControlState:
        self._unproven()
        if self._call is not None:
            self._send_block(self._call)
            return _S.SENT
        self._eot()
        return self._rest_or_down()

    def _do_close(self, now: float) -> None:
        if self._call is not None and self._state is _S.SENT:
            self._call.unproven += 1
        self._go_down(DownReason.CONNECTION_LOST)

    def _call_interrupted(self) -> None:
        if self._state is _S.SENT:
            self._unproven()
        elif self._state is _S.SELECTING:
            self._refused()

    def _call_lost(self) -> None:
        if self._call is not None:
            self._fail(FailReason.LINE_DOWN)

    def _select(self) -> None:
        self._count("selections")
        own, peer = self._config.own_address.encode("ascii"), self._config.peer_address.encode("ascii")
        # In one write: some stations take the second address for a poll when it comes 500 ms later.
        self._write(self._lead() + own + bytes((ENQ,)) + peer + bytes((ENQ,)))

    def _send_block(self, call: _Call) -> None:
        call.sends += 1
        self._count("blocks_sent" if call.sends == 1 else "resends")
        self._write(call.data)

    def _rest_or_down(self) -> ControlState:
        self._pause = max(self._config.t_retry, STALE_WAIT)
        return self._go_down(DownReason.SILENT) if self._is_silent() else _S.BACKOFF

    def _refused(self) -> None:
        assert self._call is not None
        self._call.refused += 1
        if self._call.refused >= MAX_REFUSED_SELECTIONS:
            self._fail(FailReason.LINE_ERROR)

    def _unproven(self) -> None:
        assert self._call is not None
        self._call.unproven += 1
        if self._call.sends > self._config.retries:
            self._fail(FailReason.UNKNOWN)

    def _fail(self, reason: FailReason) -> None:
        assert self._call is not None
        call, self._call = self._call, None
        if call.unproven and reason in (FailReason.SILENT, FailReason.LINE_DOWN):
            reason = FailReason.UNKNOWN
        self._events.append(CallFailed(call.ref, reason, maybe_shown=call.unproven > 0))
