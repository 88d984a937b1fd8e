"""The SMS centre's end of an SMPP connection: lets an ESME bind, takes its messages, delivers to it.

Rules: those of `protocols.session` and `link`. Who may bind and what becomes of a message is the owner's to
say, by token; a message that breaks the specification is answered here and never reaches the owner.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from protocols.session import LocalProtocolError, Token
from protocols.smpp import events, fast, pdu, status, wire
from protocols.smpp.commands import BindMode, Command
from protocols.smpp.events import SmscEvent
from protocols.smpp.link import Link, Step
from protocols.smpp.tables import SMSC, Action, Input, State
from protocols.smpp.timing import Timing
from protocols.smpp.tlv import Tag, Tlv
from protocols.smpp.window import Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class SmscConfig:
    """How the centre calls itself in bind_resp (15 characters) and how long it waits for what."""

    system_id: str = "SMSC"
    interface_version: int = 0x34
    timing: Timing = field(default_factory=lambda: Timing(opening=30.0))


_BINDS = frozenset(map(int, BindMode))
_MESSAGES: Mapping[int, Input] = {
    **dict.fromkeys(_BINDS, Input.BIND),
    Command.SUBMIT_SM: Input.MESSAGE,
    Command.DATA_SM: Input.MESSAGE,
    Command.DELIVER_SM_RESP: Input.RESPONSE,
    Command.DATA_SM_RESP: Input.RESPONSE,
}
_REFUSALS: Mapping[int, int] = {
    Command.QUERY_SM: status.RQUERYFAIL,
    Command.CANCEL_SM: status.RCANCELFAIL,
    Command.REPLACE_SM: status.RREPLACEFAIL,
}


class Smsc(Link[SmscEvent]):
    """One connection of an ESME, seen from the SMS centre."""

    def __init__(self, config: SmscConfig, now: float) -> None:
        super().__init__(SMSC, config.timing, _MESSAGES, now)
        self._config = config
        self._mode: BindMode | None = None
        self._acts |= {
            Action.ASK_OWNER_BIND: self._ask_owner,
            Action.REFUSE_SECOND_BIND: self._refuse_second_bind,
            Action.ACCEPT_BIND: self._accept_bind,
            Action.REFUSE_BIND: lambda step: self._close("bind refused"),
        }

    @property
    def mode(self) -> BindMode | None:
        """What the ESME asked to be bound as; None before it asked."""
        return self._mode

    @property
    def free(self) -> int:
        """How many deliveries may go out now; 0 unless the ESME is bound to receive."""
        if self._state is not State.BOUND or self._mode is None or not self._mode.receives:
            return 0
        return max(0, self._timing.window - len(self._window))

    def send(self, command: events.Deliver | events.Unbind, now: float) -> None:
        """Raises LocalProtocolError unless bound to receive, with room in the window and fields that fit."""
        if isinstance(command, events.Unbind):
            self._ask(Input.ASK_UNBIND, now)
            self._step(Input.ASK_UNBIND, now)
            return
        self._ask(Input.SEND, now)
        if self.free == 0:
            raise LocalProtocolError(f"the window of {self._timing.window} is full, or not bound to receive")
        sequence = self._window.next_sequence()
        self._out.append(wire.encode(command.message, sequence))
        self._window.enter(sequence, command.ref, now)

    def answer(self, token: Token, answer: events.BindAnswer | events.SubmitAnswer, now: float) -> None:
        """Answer a BindRequested or a SubmitReceived. Raises LocalProtocolError for the wrong kind."""
        self._advance(now)
        waiting = self._inbox.peek(token)
        if (waiting.command_id in _BINDS) is not isinstance(answer, events.BindAnswer):
            raise LocalProtocolError(f"token {token} wants the other kind of answer")
        octets = self._octets(waiting, answer)
        self._inbox.take(token)
        self._out.append(octets)
        if isinstance(answer, events.BindAnswer):
            self._step(Input.REFUSE_BIND if answer.status else Input.ACCEPT_BIND, now)

    def _octets(self, waiting: Waiting, answer: events.BindAnswer | events.SubmitAnswer) -> bytes:
        if isinstance(answer, events.BindAnswer):
            version = Tlv(Tag.SC_INTERFACE_VERSION, bytes([self._config.interface_version]))
            name = answer.system_id or self._config.system_id
            body = pdu.BindResp(BindMode(waiting.command_id), name, (version,))
            return wire.encode(body, waiting.sequence, answer.status)
        if waiting.command_id == Command.DATA_SM:
            return wire.encode(pdu.DataSmResp(answer.message_id), waiting.sequence, answer.status)
        return fast.encode_submit_sm_resp(answer.message_id, waiting.sequence, answer.status)

    def _classify(self, given: Input, frame: pdu.Frame) -> Input:
        bound = self._state in (State.BOUND, State.UNBINDING)
        if given is Input.MESSAGE and bound and self._refusal(frame) != status.ROK:
            return Input.OTHER_REQUEST
        return given

    def _refusal(self, frame: pdu.Frame) -> int:
        if not isinstance(frame.body, pdu.SubmitSm | pdu.DataSm):
            return _REFUSALS.get(frame.command_id, status.RINVCMDID)
        if self._mode is not None and not self._mode.transmits:
            return status.RINVBNDSTS
        if frame.faults:
            return status.RINVOPTPARSTREAM
        # The one note there is: a text in short_message and another in message_payload.
        return status.ROPTPARNOTALLWD if frame.notes else status.ROK

    def _accept_bind(self, step: Step) -> None:
        self._heard = step.now

    def _ask_owner(self, step: Step) -> None:
        assert step.frame is not None
        assert isinstance(step.frame.body, pdu.Bind)
        self._mode = step.frame.body.mode
        token = self._inbox.put(step.frame.command_id, step.frame.sequence, step.now)
        self._events.append(events.BindRequested(token, step.frame.body))

    def _refuse_second_bind(self, step: Step) -> None:
        assert step.frame is not None
        self._refuse(step.frame.command_id, step.frame.sequence, status.RALYBND)

    @property
    def _busy(self) -> int:
        return status.RTHROTTLED

    def _received(self, token: Token, body: pdu.Body) -> None:
        assert isinstance(body, pdu.SubmitSm | pdu.DataSm)
        self._events.append(events.SubmitReceived(token, body))

    def _settled(self, settled: tuple[int, bool], code: int, body: pdu.Body) -> None:
        self._events.append(events.DeliverAnswered(settled[0], code))

    def _in_doubt(self, ref: int) -> None:
        self._events.append(events.DeliverInDoubt(ref))

    def _lapse(self, waiting: Waiting, at: float) -> None:
        self._refuse(waiting.command_id, waiting.sequence, status.RSYSERR)
        if waiting.command_id in _BINDS:
            self._step(Input.REFUSE_BIND, at)

    def _peer_unbound(self) -> None:
        self._events.append(events.PeerUnbound())

    def _fault(self, reason: str) -> None:
        self._events.append(events.PeerFault(reason))
