"""The half of the control station that owns the line: polls, what the peer sends, silence, strangers.

Rules: a due poll goes before the next call, so that a stream of calls cannot keep the answers of people
waiting. The line is DOWN after `silent_limit` silent answers in a row, and up with the first answer.
Whoever else polls or selects on it is another control station: we stay silent until it rests.
"""

from abc import abstractmethod

from protocols.espa444.config import ControlConfig, LeadEot
from protocols.espa444.control_table import CONTROL_TABLE, ControlState
from protocols.espa444.events import (
    BlockReceived,
    ControlEvent,
    DownReason,
    ForeignControlStation,
    LineDown,
    LineUp,
    LinkAnswer,
    SendCall,
)
from protocols.espa444.records import ACK, ENQ, EOT, NAK
from protocols.espa444.station import CommonStates, Station
from protocols.espa444.tables import Input

FOREIGN_REST = 1.0
"""Seconds of rest after another control station's EOT before we speak again."""

_S = ControlState


class PollingStation(Station[ControlState, SendCall, ControlEvent]):
    """Everything of the control station but the calls."""

    def __init__(self, config: ControlConfig, now: float) -> None:
        self._config = config
        self._poll_due = now
        self._late_until = now
        self._silent = 0
        self._pause = config.t_retry
        self._line_up: bool | None = None
        super().__init__(config, CONTROL_TABLE, CommonStates(_S.IDLE, _S.ANSWERING, _S.REJECTING), now)

    @property
    def line_up(self) -> bool | None:
        """Whether the peer answers; None before its first answer on this connection."""
        return self._line_up

    @abstractmethod
    def _do_free(self, now: float) -> ControlState:
        """The line is ours and at rest: a call that waits goes first."""

    @abstractmethod
    def _call_interrupted(self) -> None:
        """Somebody else has spoken in the middle of our selection or block."""

    @abstractmethod
    def _call_lost(self) -> None:
        """The line is down: the call that is held fails."""

    def _span_of(self, state: ControlState, now: float) -> float | None:
        config = self._config
        spans = {
            _S.IDLE: max(self._poll_due - now, 0.0) if config.idle_poll else None,
            _S.BACKOFF: self._pause,
            _S.SELECTING: config.t_select,
            _S.SENT: config.t_ack,
            _S.RESENDING: 0.0,
            _S.CLOSING: 0.0,
            _S.POLLING: config.t_reply,
            _S.PROBING: config.t_reply,
            _S.ANSWERING: config.t_answer,
            _S.DOWN: config.down_interval,
            _S.CLOSED: None,
        }
        return spans.get(state, config.t_regain)

    def _enq(self, address: str, now: float) -> Input:
        if address == self._config.own_address:
            return Input.LATE_ENQ_OWN if now < self._late_until else Input.ENQ_OWN
        return Input.ENQ_PEER if address == self._config.peer_address else Input.ENQ_OTHER

    def _received_event(self, event: BlockReceived) -> ControlEvent:
        return event

    def _do_poll(self, now: float) -> None:
        self._count("polls")
        self._write(self._lead() + self._config.peer_address.encode("ascii") + bytes((ENQ,)))

    def _do_probe(self, now: float) -> ControlState:
        if not self._config.idle_poll:
            return _S.IDLE  # a device that cannot take polls is probed by the next call
        self._do_poll(now)
        return _S.PROBING

    def _do_nothing_to_say(self, now: float) -> ControlState:
        self._alive()
        self._poll_due = now + self._config.poll_interval
        return self._do_free(now)

    def _do_confused(self, now: float) -> ControlState:
        self._eot()
        return self._do_nothing_to_say(now)

    def _do_silent_poll(self, now: float) -> ControlState:
        self._eot()
        self._late_until = now + self._config.t_regain
        self._poll_due = now + self._config.poll_interval
        return self._go_down(DownReason.SILENT) if self._is_silent() else self._do_free(now)

    def _do_silent_probe(self, now: float) -> None:
        self._eot()
        self._late_until = now + self._config.t_regain
        self._is_silent()

    def _do_accept(self, now: float) -> None:
        self._alive()
        self._session_number += 1
        self._poll_due = now + self._config.poll_interval
        self._write(bytes((ACK,)) if self.accepting else bytes((0x32, NAK)))

    def _do_give_answer(self, now: float) -> None:
        super()._do_give_answer(now)
        if self._pending_answer is LinkAnswer.ACK:
            self._poll_due = now  # who had one thing to say may have more

    def _do_overhear(self, now: float) -> None:
        self._alive()

    def _do_regain(self, now: float) -> ControlState:
        self._eot()
        self._poll_due = now + self._config.poll_interval
        return self._do_free(now)

    def _do_foreign(self, now: float) -> None:
        self._count("foreign")
        self._events.append(ForeignControlStation())
        self._call_interrupted()

    def _do_foreign_again(self, now: float) -> None:
        self._count("foreign")
        if self._state is _S.PROBING:
            self._events.append(ForeignControlStation())

    def _do_foreign_rest(self, now: float) -> None:
        self._quiet = now + FOREIGN_REST

    def _do_foreign_goes_on(self, now: float) -> None:
        self._quiet = None

    def _do_down_foreign(self, now: float) -> ControlState:
        return self._go_down(DownReason.FOREIGN)

    def _lead(self) -> bytes:
        wanted = self._config.lead_eot
        needed = wanted is LeadEot.NEEDED and self._last_control != EOT
        return bytes((EOT,)) if needed or wanted is LeadEot.ALWAYS else b""

    def _eot(self) -> None:
        self._write(bytes((EOT,)))

    def _alive(self) -> None:
        self._silent = 0
        if not self._line_up:
            self._line_up = True
            self._events.append(LineUp())

    def _is_silent(self) -> bool:
        self._count("silent_answers")
        self._silent += 1
        return self._silent >= self._config.silent_limit

    def _go_down(self, reason: DownReason) -> ControlState:
        self._call_lost()
        if self._line_up is not False:
            self._line_up = False
            self._events.append(LineDown(reason))
        return _S.DOWN
