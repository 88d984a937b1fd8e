"""What the bytes of a line say, protocol by protocol, as they pass: for the terminal and for captures.

Rules: a view follows one connection in both directions, in any chunking, and never raises: it shows what a
peer says, sense or nonsense. What is incomplete is held back; memory is bounded.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from struct import unpack_from
from typing import Protocol

from gateway.cli.explain_smpp import explain_smpp
from gateway.cli.explained import raw_ascii, text_of
from protocols.capture import Direction
from protocols.espa444.listening import Heard, Listener
from protocols.espa444.pieces import Kind

MAX_PDU = 64 * 1024
"""Bytes of one SMPP PDU; a longer one is none, and the line is shown as bytes from there on."""

MAX_LINE = 64 * 1024
"""Characters of a line of text that are waited for."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said: its bytes as people read them, what they mean, and what is wrong with them."""

    direction: Direction
    text: str
    meaning: str
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    idle: bool = False
    """Part of an idle line's poll, which says nothing."""


class View(Protocol):
    """Reads one connection."""

    def feed(self, direction: Direction, data: bytes, at: float) -> list[Said]:
        """What has been said with these bytes, which passed at `at` seconds."""

    def flush(self) -> list[Said]:
        """What was begun and will not be ended."""


class EspaView:
    """ESPA 4.4.4; display messages by the line's character set."""

    def __init__(self, settings: Mapping[str, str], charset: str | None) -> None:
        text = partial(text_of, charset=charset or settings.get("charset"))
        self._listener = Listener(text, mask7=settings.get("masks") == "true")

    def feed(self, direction: Direction, data: bytes, at: float) -> list[Said]:
        return [_heard(one) for one in self._listener.feed(data, direction, at)]

    def flush(self) -> list[Said]:
        return [_heard(one) for one in self._listener.flush()]


def _heard(one: Heard) -> Said:
    assert one.direction is not None
    notes = one.diagnosis.notes if one.diagnosis is not None else ()
    bcc = "; BCC right" if one.kind is Kind.BLOCK and not one.faults else ""
    return Said(one.direction, one.text, one.meaning + bcc, one.faults, notes, one.idle)


class SmppView:
    """SMPP 3.4: one PDU, one thing said."""

    SHOWN = (
        *("sequence_number", "command_status", "system_id"),
        *("source_addr", "destination_addr", "message_id"),
    )

    def __init__(self, settings: Mapping[str, str], charset: str | None) -> None:
        self._charset = charset
        self._held = dict.fromkeys(Direction, b"")

    def feed(self, direction: Direction, data: bytes, at: float) -> list[Said]:
        held = self._held[direction] + data
        said = []
        while len(held) >= 4:
            (length,) = unpack_from(">I", held)
            if not 16 <= length <= MAX_PDU:
                said.append(Said(direction, held.hex(" "), "no PDU", (f"command_length {length}",)))
                held = b""
            elif len(held) < length:
                break
            else:
                said.append(self._pdu(direction, held[:length]))
                held = held[length:]
        self._held[direction] = held
        return said

    def flush(self) -> list[Said]:
        said = [
            Said(way, held.hex(" "), "a PDU without its end", ("incomplete",))
            for way, held in self._held.items()
            if held
        ]
        self._held = dict.fromkeys(Direction, b"")
        return said

    def _pdu(self, direction: Direction, pdu: bytes) -> Said:
        explained = explain_smpp(pdu, self._charset)
        values = {one.name: one.value for one in explained.fields}
        parts = [f"{name} {values[name]}" for name in self.SHOWN if values.get(name)]
        text = values.get("short_message text", values.get("message_payload text"))
        parts += [f"“{text}”"] if text is not None else []
        name = values.get("command_id", "unknown PDU")
        return Said(
            direction,
            name,
            ", ".join(parts),
            tuple(explained.faults),
            idle=name.startswith("enquire_link"),
        )


class TextView:
    """Lines of text: Clinic24 over TCP, AT commands."""

    def __init__(self, settings: Mapping[str, str], charset: str | None) -> None:
        self._held = dict.fromkeys(Direction, b"")

    def feed(self, direction: Direction, data: bytes, at: float) -> list[Said]:
        *lines, rest = (self._held[direction] + data).replace(b"\r", b"\n").split(b"\n")
        if len(rest) > MAX_LINE:
            lines, rest = [*lines, rest], b""
        self._held[direction] = rest
        return [Said(direction, _text(line), "") for line in lines if line]

    def flush(self) -> list[Said]:
        said = [Said(way, _text(held), "without a line end") for way, held in self._held.items() if held]
        self._held = dict.fromkeys(Direction, b"")
        return said


def _text(line: bytes) -> str:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return raw_ascii(line)
    return "".join(sign if sign.isprintable() else raw_ascii(sign.encode("utf-8")) for sign in text)


_VIEWS: dict[str, Callable[[Mapping[str, str], str | None], View]] = {
    "espa444": EspaView,
    "smpp": SmppView,
}


def view_for(kind: str, settings: Mapping[str, str], charset: str | None = None) -> View:
    """The view of a new connection of a line, by its protocol; `charset` overrides the line's own."""
    return _VIEWS.get(kind, TextView)(settings, charset)
