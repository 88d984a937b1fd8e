"""What a modem says, as lines: responses, news, and the prompt that no line end follows.

Rules (3GPP TS 27.005 and 27.007, V.250 clause 5.7): CR and LF both end a line, empty ones are nothing; ">" at
the beginning of a line is the prompt, with or without its blank. A line that announces a PDU takes the next
line with it. Nothing raises; a line is never longer than LINE_MAX, so memory is bounded whatever arrives.
"""

import re
from dataclasses import dataclass

LINE_MAX = 1_024
"""Characters: the longest PDU that there is takes 376 in hexadecimal."""

_NOISE = b" \t\0\x1a\x1b"
"""What stands around a line and is none of it: blanks, bytes of a start or of a broken character, our own
Ctrl-Z and ESC if the modem echoes."""

_ANNOUNCES = re.compile(r"\+(CMT|CDS|CMGR|CMGL|CBM):.*?\d+$")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `pdu` holds the octets of the line after it where it announced one and one came."""

    text: str
    pdu: bytes | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """The modem waits for a PDU, or for ESC."""


@dataclass(frozen=True, slots=True)
class Overlong:
    """A line longer than LINE_MAX was dropped."""


Said = Line | Prompt | Overlong


class LineReader:
    """Cuts what arrives, in any chunking."""

    def __init__(self) -> None:
        self._rest: bytes | None = b""  # None: the line is overlong and dropped to its end
        self._announced: str | None = None

    def feed(self, data: bytes) -> list[Said]:
        """Everything that `data` completes, in order."""
        said: list[Said] = []
        *lines, rest = data.replace(b"\r", b"\n").split(b"\n")
        for line in lines:
            self._extend(line, said)
            self._end(said)
        self._extend(rest, said)
        return said

    def _extend(self, piece: bytes, said: list[Said]) -> None:
        if self._rest is None:
            return
        self._rest = (self._rest + piece).lstrip(_NOISE)
        while self._rest.startswith(b">"):
            said.append(Prompt())
            self._rest = self._rest[1:].lstrip(_NOISE)
        if len(self._rest) > LINE_MAX:
            self._rest = None
            said.append(Overlong())

    def _end(self, said: list[Said]) -> None:
        text = "" if self._rest is None else self._rest.rstrip(_NOISE).decode("ascii", "replace")
        self._rest = b""
        if not text:
            return
        announced, self._announced = self._announced, None
        if announced is not None:
            if _HEX.fullmatch(text):
                said.append(Line(announced, bytes.fromhex(text)))
                return
            said.append(Line(announced))
        if _ANNOUNCES.fullmatch(text):
            self._announced = text
        else:
            said.append(Line(text))
