"""The ESME's end of an SMPP connection: binds by itself, submits through a window, hands over what comes.

Rules: those of `protocols.session` and `link`. `deliver_sm_resp` goes out only by `answer`, after the
caller's commit; if that takes too long RX_T_APPN makes the SMS centre keep the message and send it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from protocols.session import LocalProtocolError, Token
from protocols.smpp import events, fast, pdu, status, wire
from protocols.smpp.commands import RESPONSE_BIT, BindMode, Command
from protocols.smpp.events import EsmeEvent
from protocols.smpp.link import Link, Step
from protocols.smpp.tables import ESME, Action, Input, State
from protocols.smpp.timing import Timing
from protocols.smpp.tlv import Tag, find
from protocols.smpp.window import Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class EsmeConfig:
    """How to bind. Lengths are checked when the bind is encoded: system_id 15, password 8, system_type 12."""

    system_id: str
    password: str = field(default="", repr=False)
    system_type: str = ""
    mode: BindMode = BindMode.TRANSCEIVER
    interface_version: int = 0x34
    addr_ton: int = 0
    addr_npi: int = 0
    address_range: str = ""
    timing: Timing = field(default_factory=Timing)

    @property
    def bind(self) -> pdu.Bind:
        """The bind request."""
        return pdu.Bind(
            mode=self.mode,
            system_id=self.system_id,
            password=self.password,
            system_type=self.system_type,
            interface_version=self.interface_version,
            addr_ton=self.addr_ton,
            addr_npi=self.addr_npi,
            address_range=self.address_range,
        )


_MESSAGES: Mapping[int, Input] = {
    Command.DELIVER_SM: Input.MESSAGE,
    Command.DATA_SM: Input.MESSAGE,
    Command.SUBMIT_SM_RESP: Input.RESPONSE,
    Command.ALERT_NOTIFICATION: Input.NOTICE,
    Command.OUTBIND: Input.NOTICE,
    **{mode | RESPONSE_BIT: Input.BIND_OK for mode in BindMode},
}


class Esme(Link[EsmeEvent]):
    """One bind of an ESME, from the connection to its end. Raises LocalProtocolError for a bad config."""

    def __init__(self, config: EsmeConfig, now: float) -> None:
        super().__init__(ESME, config.timing, _MESSAGES, now)
        self._config = config
        self._acts |= {
            Action.SEND_BIND: lambda step: self._request(config.bind),
            Action.REPORT_BOUND: self._report_bound,
            Action.REPORT_BIND_FAILED: self._report_bind_failed,
            Action.REPORT_NOTICE: self._report_notice,
        }
        self._step(Input.START, now)

    @property
    def free(self) -> int:
        """How many messages may be submitted now; 0 unless bound to transmit."""
        if self._state is not State.BOUND or not self._config.mode.transmits:
            return 0
        return max(0, self._timing.window - len(self._window))

    def send(self, command: events.Submit | events.Unbind, now: float) -> None:
        """Raises LocalProtocolError unless bound, with room in the window and fields that fit."""
        if isinstance(command, events.Unbind):
            self._ask(Input.ASK_UNBIND, now)
            self._step(Input.ASK_UNBIND, now)
            return
        self._ask(Input.SEND, now)
        if self.free == 0:
            mode = self._config.mode.name.lower()
            raise LocalProtocolError(f"the window of {self._timing.window} is full, or bound as {mode} only")
        sequence = self._window.next_sequence()
        self._out.append(fast.encode_submit_sm(command.message, sequence))
        self._window.enter(sequence, command.ref, now)

    def answer(self, token: Token, answer: int, now: float) -> None:
        """Answer a DeliverReceived with a command_status; 0 only once the message is stored."""
        self._advance(now)
        self._reply(self._inbox.peek(token), answer)
        self._inbox.take(token)

    def _receive(self, frame: bytes, now: float) -> None:
        """A response to a message in the window takes the short way; everything else takes the table's."""
        answer = fast.submit_answer(frame)
        if answer is not None and self._table[self._state, Input.RESPONSE][0] is Action.SETTLE:
            code, sequence, message_id = answer
            settled = self._window.settle(sequence)
            if settled is not None:
                self._events.append(events.SubmitAnswered(settled[0], code, message_id, settled[1]))
                return
        super()._receive(frame, now)

    def _reply(self, waiting: Waiting, code: int) -> None:
        data = waiting.command_id == Command.DATA_SM
        body = pdu.DataSmResp() if data else pdu.DeliverSmResp()
        self._out.append(wire.encode(body, waiting.sequence, code))

    def _classify(self, given: Input, frame: pdu.Frame) -> Input:
        if given is Input.BIND_OK and frame.status != status.ROK:
            return Input.BIND_REFUSED
        return given

    def _report_bound(self, step: Step) -> None:
        assert step.frame is not None
        assert isinstance(step.frame.body, pdu.BindResp)
        version = find(step.frame.body.tlvs, Tag.SC_INTERFACE_VERSION)
        self._events.append(events.Bound(step.frame.body.system_id, version[0] if version else None))

    def _report_bind_failed(self, step: Step) -> None:
        if step.frame is None:
            reason, code = f"no answer to the bind: {step.given.value}", None
        else:
            code = step.frame.status
            reason = f"bind refused: {status.status_name(code)}"
        self._events.append(events.BindFailed(code, reason))
        self._close(reason)

    def _report_notice(self, step: Step) -> None:
        assert step.frame is not None
        assert isinstance(step.frame.body, pdu.AlertNotification | pdu.Outbind)
        self._events.append(events.PeerNotice(step.frame.body))

    @property
    def _busy(self) -> int:
        return status.RX_T_APPN

    def _refusal(self, frame: pdu.Frame) -> int:
        return status.RINVCMDID

    def _received(self, token: Token, body: pdu.Body) -> None:
        assert isinstance(body, pdu.DeliverSm | pdu.DataSm)
        self._events.append(events.DeliverReceived(token, body))

    def _settled(self, settled: tuple[int, bool], code: int, body: pdu.Body) -> None:
        ref, late = settled
        message_id = body.message_id if isinstance(body, pdu.SubmitSmResp) else ""
        self._events.append(events.SubmitAnswered(ref, code, message_id, late))

    def _in_doubt(self, ref: int) -> None:
        self._events.append(events.SubmitInDoubt(ref))

    def _lapse(self, waiting: Waiting, at: float) -> None:
        self._reply(waiting, status.RX_T_APPN)

    def _peer_unbound(self) -> None:
        self._events.append(events.PeerUnbound())

    def _fault(self, reason: str) -> None:
        self._events.append(events.PeerFault(reason))
