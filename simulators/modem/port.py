"""The line of an AT modem from its own end: command lines, PDUs after a prompt, echo.

Rules: those of `protocols.session`, with nothing timed and nothing answered by itself. A command ends with CR
(V.250 clause 5.2.1), a PDU with Ctrl-Z or ESC. What is longer than LINE_MAX is dropped.
"""

from dataclasses import dataclass
from enum import Enum

from protocols.session import LocalProtocolError, Token

LINE_MAX = 1_024
"""Octets of one line; the longest PDU takes 376."""

_CR, _BACKSPACE, _CTRL_Z, _ESC = 0x0D, 0x08, 0x1A, 0x1B


@dataclass(frozen=True, slots=True)
class Say:
    """Octets that the modem says."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class ExpectPdu:
    """The prompt: what comes next is a PDU."""


@dataclass(frozen=True, slots=True)
class SetEcho:
    """ATE1 and ATE0."""

    on: bool


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One command line, without its CR."""

    text: str


@dataclass(frozen=True, slots=True)
class PduGiven:
    """What came after the prompt; None if it ended with ESC."""

    text: str | None


class Mode(Enum):
    """How what comes is read."""

    COMMAND = "command"
    PDU = "pdu"


PortCommand = Say | ExpectPdu | SetEcho
PortEvent = CommandLine | PduGiven


class Port:
    """One connection to a modem."""

    close_reason: str | None = None

    def __init__(self, *, echo: bool) -> None:
        self._mode = Mode.COMMAND
        self._echo = echo
        self._line = bytearray()
        self._out: list[bytes] = []

    def receive_data(self, data: bytes, now: float) -> list[PortEvent]:
        """Command lines and PDUs that `data` completes."""
        events: list[PortEvent] = []
        if self._echo:
            self._out.append(data)
        for octet in data:
            if self._mode is Mode.COMMAND:
                self._in_command(octet, events)
            else:
                self._in_pdu(octet, events)
        return events

    def receive_eof(self, now: float) -> list[PortEvent]:
        """Nothing comes of half a line."""
        return []

    def send(self, command: PortCommand, now: float) -> None:
        """Say something, or change how the line is read."""
        match command:
            case Say(octets):
                self._out.append(octets)
            case ExpectPdu():
                self._mode = Mode.PDU
                self._line.clear()
                self._out.append(b"\r\n> ")
            case SetEcho(on):
                self._echo = on

    def answer(self, token: Token, answer: None, now: float) -> None:
        """Nothing here waits for an answer by token."""
        raise LocalProtocolError("no token is ever open here")

    def data_to_send(self) -> bytes:
        """What is ready, joined."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def sent(self, now: float) -> None:
        """Nothing is timed."""

    def next_deadline(self) -> float | None:
        """Nothing is timed."""
        return None

    def tick(self, now: float) -> list[PortEvent]:
        """Nothing is timed."""
        return []

    def _in_command(self, octet: int, events: list[PortEvent]) -> None:
        if octet == _CR:
            text = self._line.decode("latin-1").strip()
            self._line.clear()
            if text:
                events.append(CommandLine(text))
        elif octet == _BACKSPACE:
            del self._line[-1:]
        elif octet >= 0x20 and len(self._line) < LINE_MAX:
            self._line.append(octet)

    def _in_pdu(self, octet: int, events: list[PortEvent]) -> None:
        if octet in (_CTRL_Z, _ESC):
            text = self._line.decode("latin-1").strip() if octet == _CTRL_Z else None
            self._line.clear()
            self._mode = Mode.COMMAND
            events.append(PduGiven(text))
        elif octet > 0x20 and len(self._line) < LINE_MAX:
            self._line.append(octet)
