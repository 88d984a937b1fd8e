"""One end of the line to a GSM modem: wakes it, sets it up, sends one message at a time, reads what comes.

Rules: those of `protocols.session`; `tables` decides, this only does what a cell says. A message under way
ends in exactly one SmsTaken or SmsFailed, whatever the modem does. Messages go before every other command but
the confirmation of what came. A PIN is given once: if it is refused, or its answer is lost, PinRefused says
so, and whoever makes the next session must not give it again.
"""

from dataclasses import dataclass, replace

from protocols.session import LocalProtocolError, Token
from protocols.sms import tpdu
from protocols.sms.address import write_centre
from protocols.sms.modem import commands, reading
from protocols.sms.modem.box import Box
from protocols.sms.modem.commands import Command, Kind
from protocols.sms.modem.errors import ErrorClass, read_error
from protocols.sms.modem.events import (
    ModemConfig,
    ModemEvent,
    ModemStatus,
    PeerFault,
    SendSms,
    Sim,
    SmsFailed,
    SmsTaken,
    StatusChanged,
)
from protocols.sms.modem.lines import Line, Overlong, Said
from protocols.sms.modem.machine import Machine, Step
from protocols.sms.modem.tables import OPERATIONAL, TABLE, Action, Input, State
from protocols.sms.modem.upkeep import Upkeep

PING_EVERY = 2.0
"""Seconds between two AT to a modem that does not answer."""

BUSY_AGAIN = 2.0
"""Seconds until a SIM that was busy is asked again: after its PIN it takes a few."""


@dataclass(slots=True)
class _Message:
    ref: int
    octets: bytes  # the service centre's address, then the TPDU
    length: int  # octets of the TPDU alone
    reference: int | None = None


class ModemSession(Machine):
    """One connection to a modem, from the first AT to its end."""

    def __init__(self, config: ModemConfig, now: float) -> None:
        super().__init__(now)
        self._config = config
        self._told = ModemStatus()
        self._box = Box(self._events)
        self._upkeep = Upkeep(config, self._box, self._events)
        self._command: Command | None = None
        self._message: _Message | None = None
        self._doubted: int | None = None
        self._acts = {
            Action.IGNORE: lambda step: None,
            Action.PING: self._ping,
            Action.SETTLE: lambda step: None,
            Action.SET_UP: lambda step: self._begin(self._upkeep.begin(), step.now),
            Action.NEXT: lambda step: self._begin(self._upkeep.next(), step.now),
            Action.READ: self._read,
            Action.REPORT_READY: self._report_ready,
            Action.REST: self._rest,
            Action.ACCEPT: lambda step: None,
            Action.ASK_PROMPT: self._ask_prompt,
            Action.GIVE_PDU: self._give_pdu,
            Action.SUCCEED: self._succeed,
            Action.FAIL: self._fail,
            Action.ASK: self._ask,
            Action.POLL: self._poll,
            Action.NOTE_NEWS: self._note_news,
            Action.LEAVE_PROMPT: self._start_over,
            Action.START_OVER: self._start_over,
            Action.RESET: self._reset,
            Action.END: self._end,
        }
        self._wake(now)

    @property
    def status(self) -> ModemStatus:
        """What is known of the modem."""
        status = self._upkeep.status
        return replace(status, ready=self._state in OPERATIONAL and status.registration.usable)

    @property
    def free(self) -> int:
        """1 if a message would be taken now, else 0."""
        may = TABLE[self._state, Input.SEND][0] is not Action.FORBID
        return 1 if may and self.status.ready and self._message is None else 0

    def send(self, command: SendSms, now: float) -> None:
        """Raises LocalProtocolError unless `free`, and for a message that no PDU can hold."""
        self._advance(now)
        if not self.free:
            why = "a message is under way" if self._message is not None else self._state.value
            raise LocalProtocolError(f"cannot {Input.SEND.value}: {why}")
        octets = tpdu.encode_submit(command.submit)
        self._message = _Message(command.ref, write_centre(self._config.centre) + octets, len(octets))
        self._step(Input.SEND, now)
        self._work(now)

    def sent(self, now: float) -> None:
        """Nothing here waits for the last byte: every time is far longer than a command on the line."""

    def answer(self, token: Token, answer: bool, now: float) -> None:
        """True once it is stored: only then is it confirmed or deleted. Raises LocalProtocolError."""
        self._advance(now)
        self._box.answer(token, stored=answer)
        self._work(now)

    # --- what is under way

    def _hear(self, said: Said, now: float) -> None:
        if isinstance(said, Overlong):
            self._events.append(PeerFault("a line that is longer than any PDU"))
        elif not isinstance(said, Line):
            self._step(Input.PROMPT, now)
        elif said.text == "OK" or read_error(said.text) is not None:
            self._ended(said, now)
        elif self._awaited(said.text):
            self._step(Input.INFO, now, said)
        elif said.text in reading.RESTART_NEWS:
            self._step(Input.RESTARTED, now, said)
        else:
            self._step(Input.NEWS, now, said)

    def _ended(self, line: Line, now: float) -> None:
        error = read_error(line.text)
        given = Input.OK if error is None else Input.ERROR
        if given is Input.OK and self._state is State.SENDING and not self._has_reference:
            # It belongs to something older: "taken" must never rest on less than a +CMGS.
            given = Input.NEWS
        if self._command is not None and self._state in (State.SETTING_UP, State.ASKING):
            given = self._upkeep.ended(self._command, error)
        self._step(given, now, line, error)

    @property
    def _has_reference(self) -> bool:
        return self._message is not None and self._message.reference is not None

    def _awaited(self, text: str) -> bool:
        return (
            self._command is not None and self._command.awaits != "" and text.startswith(self._command.awaits)
        )

    def _work(self, now: float) -> None:
        if self._state is not State.IDLE:
            return
        urgent = bool(self._box.jobs) and self._box.jobs[0].urgent
        if self._message is not None and not urgent:
            self._step(Input.SUBMIT, now)
        elif self._box.jobs:
            self._step(Input.ASK, now)

    def _news(self) -> bool:
        return bool(self._events) or self.status != self._told

    def _take(self) -> list[ModemEvent]:
        events = self._events.copy()
        self._events.clear()
        if self.status != self._told:
            self._told = self.status
            events.append(StatusChanged(self._told))
        return events

    def _say(self, text: str) -> None:
        self._out.append(text.encode("ascii") + b"\r")

    def _begin(self, command: Command, now: float) -> None:
        self._command = command
        self._late_at = now + command.within
        self._say(command.text)

    # --- actions: waking, set-up, supervision

    def _wake(self, now: float) -> None:
        # It may wait for a PDU since before we came: then AT would be part of a message.
        self._out.append(commands.ESCAPE + b"\r")
        self._say("AT")
        self._ping_at = now + PING_EVERY

    def _ping(self, step: Step) -> None:
        self._say("AT")
        self._ping_at = step.now + PING_EVERY

    def _start_over(self, step: Step) -> None:
        if step.given is Input.LATE and self._command is not None:
            self._events.append(PeerFault(f"no answer in time ({self._command.kind.value})"))
        self._fail_message("the modem did not answer", maybe_sent=step.before is State.SENDING)
        self._command = None
        self._upkeep.lost()
        self._box.clear()
        self._wake(step.now)

    def _report_ready(self, step: Step) -> None:
        self._command = None
        self._poll_at = step.now + self._config.poll
        self._box.look()

    def _rest(self, step: Step) -> None:
        self._command = None
        self._fail_message("the modem cannot be used")
        self._box.clear()
        if self._upkeep.status.sim is Sim.BUSY:
            self._late_at = step.now + BUSY_AGAIN

    def _poll(self, step: Step) -> None:
        self._poll_at = step.now + self._config.poll
        self._upkeep.poll()

    def _ask(self, step: Step) -> None:
        command = self._box.next()
        assert command is not None
        if command.kind in (Kind.LIST, Kind.CLEAR):
            self._box.list_begins()
        self._begin(command, step.now)

    def _read(self, step: Step) -> None:
        assert step.line is not None
        assert self._command is not None
        if self._command.kind is Kind.SUBMIT and self._message is not None:
            self._message.reference = reading.number(reading.fields(step.line.text)[0])
        else:
            self._upkeep.read(self._command, step.line)

    # --- actions: messages

    def _ask_prompt(self, step: Step) -> None:
        assert self._message is not None
        self._doubted = None
        self._begin(commands.submit(self._message.length), step.now)

    def _give_pdu(self, step: Step) -> None:
        assert self._message is not None
        self._out.append(self._message.octets.hex().upper().encode("ascii") + commands.CTRL_Z)
        self._late_at = step.now + self._config.send

    def _succeed(self, step: Step) -> None:
        message, self._message, self._command = self._message, None, None
        assert message is not None
        self._events.append(SmsTaken(message.ref, message.reference))

    def _fail(self, step: Step) -> None:
        message, self._message, self._command = self._message, None, None
        assert message is not None
        assert step.error is not None
        self._events.append(SmsFailed(message.ref, str(step.error), step.error))
        if step.error.kind is ErrorClass.MEMORY_FULL:
            self._box.make_room()
        elif step.error.kind is ErrorClass.MODEM or step.error.no_network:
            self._poll_at = step.now

    def _fail_message(self, reason: str, *, maybe_sent: bool = False) -> None:
        message, self._message = self._message, None
        if message is None:
            return
        if message.reference is not None:
            self._events.append(SmsTaken(message.ref, message.reference))
            return
        self._doubted = message.ref if maybe_sent else None
        self._events.append(SmsFailed(message.ref, reason, maybe_sent=maybe_sent))

    # --- actions: news and ends

    def _note_news(self, step: Step) -> None:
        assert step.line is not None
        text = step.line.text
        place = reading.place(text)
        if place is not None:
            self._box.announced(place)
        elif text.startswith(reading.DIRECT_NEWS):
            self._box.came_directly(step.line)
        elif text.startswith("+CMGS:") and self._doubted is not None:
            reference = reading.number(reading.fields(text)[0])
            self._events.append(SmsTaken(self._doubted, reference, late=True))
            self._doubted = None
        elif text.startswith(reading.STATE_NEWS):
            self._poll_at = step.now

    def _reset(self, step: Step) -> None:
        self._events.append(PeerFault("the modem does not answer: reset"))
        self._say("AT+CFUN=1,1")

    def _end(self, step: Step) -> None:
        self._fail_message("the line is gone", maybe_sent=step.before is State.SENDING)
        self._command = None
        self._upkeep.lost()
        self._box.close()
        gone = step.given is Input.GONE
        self.close_reason = "the line is gone" if gone else "the modem did not answer and was reset"
