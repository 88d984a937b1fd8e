"""What both ends of an SMPP connection have in common: the table's turn of the crank, and the timers.

Rules: the tables in `tables` decide, a session only does what a cell says. Any PDU of the peer proves the
link, so enquire_link goes out only after silence.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Generic, NamedTuple, TypeVar

from protocols.session import LocalProtocolError, Token
from protocols.smpp import fast, pdu, status, wire
from protocols.smpp.commands import Command, command_name, is_response
from protocols.smpp.framing import Framer
from protocols.smpp.tables import Action, Input, State, Table
from protocols.smpp.timing import Timing
from protocols.smpp.window import Inbox, Waiting, Window

EventT = TypeVar("EventT")


class Step(NamedTuple):
    """What one cell is done with; a tuple, for one is made for each PDU."""

    given: Input
    now: float
    frame: pdu.Frame | None = None


class _Timer(Enum):
    OPENING = Input.OPENING_LATE
    LINK = Input.LINK_LATE
    UNBIND = Input.UNBIND_LATE
    ENQUIRE = "enquire"
    RESPONSE = "response"
    ANSWER = "answer"


_INPUTS: Mapping[int, Input] = {
    Command.ENQUIRE_LINK: Input.ENQUIRE,
    Command.ENQUIRE_LINK_RESP: Input.ENQUIRE_RESP,
    Command.UNBIND: Input.UNBIND,
    Command.UNBIND_RESP: Input.UNBIND_RESP,
    Command.GENERIC_NACK: Input.NACK,
}
_REASONS = {
    Input.ASK_UNBIND: "unbound before the bind was answered",
    Input.UNBIND: "the peer unbound",
    Input.UNBIND_RESP: "unbound",
    Input.OPENING_LATE: "no bind in time",
    Input.LINK_LATE: "no enquire_link_resp in time",
    Input.UNBIND_LATE: "no unbind_resp in time",
    Input.GONE: "the connection is closed",
}


class Link(ABC, Generic[EventT]):
    """One end; a subclass knows what its messages and events are."""

    def __init__(self, table: Table, timing: Timing, messages: Mapping[int, Input], now: float) -> None:
        self.close_reason: str | None = None
        self._table = table
        self._timing = timing
        self._inputs: Mapping[int, Input] = {**_INPUTS, **messages}
        self._state = State.OPEN
        self._since = self._heard = self._latest = now
        self._enquiry: float | None = None
        self._framer = Framer()
        self._out: list[bytes] = []
        self._events: list[EventT] = []
        self._window = Window(timing.response)
        self._inbox = Inbox(timing.answer_within)
        self._acts: dict[Action, Callable[[Step], None]] = {
            Action.IGNORE: lambda step: None,
            Action.SEND_UNBIND: lambda step: self._request(pdu.Plain(Command.UNBIND)),
            Action.HAND_OVER: self._hand_over,
            Action.SETTLE: self._settle,
            Action.ANSWER_ENQUIRE: self._answer_enquire,
            Action.ANSWER_UNBIND: self._answer_unbind,
            Action.REFUSE_MESSAGE: self._refuse_message,
            Action.REFUSE_REQUEST: self._refuse_request,
            Action.REPORT_STRAY: self._report_stray,
            Action.END: self._end,
            Action.NACK_LENGTH: self._nack_length,
        }

    @property
    def state(self) -> State:
        """Where the session stands."""
        return self._state

    def receive_data(self, data: bytes, now: float) -> list[EventT]:
        """Everything that one read brought, in one go; what was due by `now` comes before it."""
        self._advance(now)
        for frame in self._framer.feed(data):
            if self._state is State.CLOSED:
                break
            self._heard, self._enquiry = now, None
            self._receive(frame, now)
        if self._framer.fault is not None:
            self._step(Input.BROKEN, now)
        return self._take()

    def receive_eof(self, now: float) -> list[EventT]:
        """The connection is over; what was in the window is in doubt."""
        self._advance(now)
        self._step(Input.GONE, now)
        return self._take()

    def data_to_send(self) -> bytes:
        """What is ready, joined."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def sent(self, now: float) -> None:
        """Nothing here waits for the last octet to leave: a network takes no time that we count."""

    def next_deadline(self) -> float | None:
        """The earliest of all timers, or at once if an event waits to be taken."""
        if self._events:
            return self._latest
        due = self._due()
        return None if due is None else due[0]

    def tick(self, now: float) -> list[EventT]:
        """Whatever is due by `now`, each as at its own time."""
        self._advance(now)
        return self._take()

    def _take(self) -> list[EventT]:
        events, self._events = self._events, []
        return events

    def _step(self, given: Input, now: float, frame: pdu.Frame | None = None) -> None:
        """One cell of the table."""
        action, after = self._table[self._state, given]
        if after is not self._state:
            self._state, self._since = after, now
        self._acts[action](Step(given, now, frame))

    def _ask(self, given: Input, now: float) -> None:
        """Raises LocalProtocolError where the table forbids what our side asks for."""
        self._advance(now)
        if self._table[self._state, given][0] is Action.FORBID:
            raise LocalProtocolError(f"cannot {given.value} while {self._state.value}")

    def _receive(self, frame: bytes, now: float) -> None:
        try:
            decoded = fast.decode(frame)
        except wire.PduError as error:
            self._fault(str(error))
            self._refuse(error.command_id, error.sequence, error.reply)
            return
        for fault in decoded.faults:
            self._fault(f"{command_name(decoded.command_id)}: {fault}")
        given = self._inputs.get(decoded.command_id)
        if given is None:
            given = Input.OTHER_RESPONSE if is_response(decoded.command_id) else Input.OTHER_REQUEST
        self._step(self._classify(given, decoded), now, decoded)

    def _request(self, body: pdu.Body) -> None:
        sequence = self._window.next_sequence()
        self._out.append(wire.encode(body, sequence))
        self._window.use(sequence)

    def _refuse(self, command_id: int, sequence: int, code: int) -> None:
        octets = wire.refusal(command_id, sequence, code)
        if octets is not None:
            self._out.append(octets)

    def _hand_over(self, step: Step) -> None:
        assert step.frame is not None
        if self._inbox.full:
            self._refuse(step.frame.command_id, step.frame.sequence, self._busy)
        else:
            token = self._inbox.put(step.frame.command_id, step.frame.sequence, step.now)
            self._received(token, step.frame.body)

    def _settle(self, step: Step) -> None:
        assert step.frame is not None
        settled = self._window.settle(step.frame.sequence)
        if settled is None:
            self._report_stray(step)
            return
        code = step.frame.status
        if step.frame.command_id == Command.GENERIC_NACK and code == status.ROK:
            # Seen in a peer's tests; a nack refuses whatever it says, and must never look like a yes.
            code = status.RUNKNOWNERR
        self._settled(settled, code, step.frame.body)

    def _answer_enquire(self, step: Step) -> None:
        assert step.frame is not None
        self._out.append(wire.encode(pdu.Plain(Command.ENQUIRE_LINK_RESP), step.frame.sequence))

    def _answer_unbind(self, step: Step) -> None:
        assert step.frame is not None
        self._out.append(wire.encode(pdu.Plain(Command.UNBIND_RESP), step.frame.sequence))
        self._peer_unbound()
        self._end(step)

    def _refuse_message(self, step: Step) -> None:
        assert step.frame is not None
        self._refuse(step.frame.command_id, step.frame.sequence, status.RINVBNDSTS)

    def _refuse_request(self, step: Step) -> None:
        assert step.frame is not None
        self._refuse(step.frame.command_id, step.frame.sequence, self._refusal(step.frame))

    def _report_stray(self, step: Step) -> None:
        assert step.frame is not None
        said = f"{command_name(step.frame.command_id)} {status.status_name(step.frame.status)}"
        self._fault(f"{said} to sequence_number {step.frame.sequence}, which nothing waits for")

    def _nack_length(self, step: Step) -> None:
        reason = str(self._framer.fault)
        self._out.append(wire.encode(pdu.Plain(Command.GENERIC_NACK), 0, status.RINVCMDLEN))
        self._fault(reason)
        self._close(reason)

    def _end(self, step: Step) -> None:
        if step.given in (Input.OPENING_LATE, Input.LINK_LATE, Input.UNBIND_LATE):
            self._fault(_REASONS[step.given])
        self._close(_REASONS[step.given])

    def _close(self, reason: str) -> None:
        for ref in self._window.clear():
            self._in_doubt(ref)
        self._inbox.clear()
        self.close_reason = reason

    def _due(self) -> tuple[float, _Timer] | None:
        timers: list[tuple[float, _Timer]] = []
        if self._state is State.OPEN or self._state is State.BINDING:
            timers.append((self._since + self._timing.opening, _Timer.OPENING))
        elif self._state is State.BOUND and self._enquiry is None:
            timers.append((self._heard + self._timing.enquire_link, _Timer.ENQUIRE))
        elif self._state is State.BOUND and self._enquiry is not None:
            timers.append((self._enquiry, _Timer.LINK))
        elif self._state is State.UNBINDING:
            timers.append((self._since + self._timing.unbind, _Timer.UNBIND))
        response, answer = self._window.deadline(), self._inbox.deadline()
        if response is not None:
            timers.append((response, _Timer.RESPONSE))
        if answer is not None:
            timers.append((answer, _Timer.ANSWER))
        return min(timers, key=lambda timer: timer[0], default=None)

    def _advance(self, now: float) -> None:
        if now == self._latest:
            return  # all timers run for more than no time, so nothing new can be due
        self._latest = max(self._latest, now)
        while (due := self._due()) is not None and due[0] <= now:
            self._fire(*due)

    def _fire(self, at: float, timer: _Timer) -> None:
        if isinstance(timer.value, Input):
            self._step(timer.value, at)
        elif timer is _Timer.ENQUIRE:
            self._request(pdu.Plain(Command.ENQUIRE_LINK))
            self._enquiry = at + self._timing.enquire_reply
        elif timer is _Timer.RESPONSE:
            self._in_doubt(self._window.lapse())
        else:
            self._lapse(self._inbox.lapse(), at)

    @property
    @abstractmethod
    def _busy(self) -> int:
        """The status for one message too many."""

    @abstractmethod
    def _refusal(self, frame: pdu.Frame) -> int:
        """The status for a request that this end does not serve."""

    @abstractmethod
    def _classify(self, given: Input, frame: pdu.Frame) -> Input:
        """Tell apart what the command_id alone does not."""

    @abstractmethod
    def _received(self, token: Token, body: pdu.Body) -> None: ...

    @abstractmethod
    def _settled(self, settled: tuple[int, bool], code: int, body: pdu.Body) -> None: ...

    @abstractmethod
    def _in_doubt(self, ref: int) -> None: ...

    @abstractmethod
    def _lapse(self, waiting: Waiting, at: float) -> None: ...

    @abstractmethod
    def _peer_unbound(self) -> None: ...

    @abstractmethod
    def _fault(self, reason: str) -> None: ...
