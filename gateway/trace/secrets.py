"""What nobody may see of the wire, not even its engineer: passwords and PINs are covered with asterisks.

Rules: a cover changes no length, so that what is shown can be decoded. It follows one direction of one
connection, in any chunking. Telephone numbers and texts are not covered here: whoever may open the control
socket may read the store, and a line cannot be judged without its bytes.
"""

import re
from collections.abc import Callable
from struct import Struct

Cover = Callable[[bytes], bytes]

STAR = ord("*")
_HEADER = Struct(">IIII")  # command_length, command_id, command_status, sequence_number (SMPP 3.4, 3.2)
_WITH_PASSWORD = frozenset({0x01, 0x02, 0x09, 0x0B})
"""bind_receiver, bind_transmitter, bind_transceiver, outbind: system_id, then password, each ended by NUL."""

_PIN = re.compile(rb"\+CPIN=[^\r\n]*")


class SmppCover:
    """Covers the second C-octet string of every PDU that carries a password."""

    def __init__(self) -> None:
        self._header = bytearray()
        self._left = 0  # bytes of this PDU's body that have not passed
        self._strings: int | None = None  # ended in this body, where it has a password; else None

    def __call__(self, data: bytes) -> bytes:
        out = bytearray(data)
        at = 0
        while at < len(data):
            if self._left:
                taken = min(self._left, len(data) - at)
                self._body(out, at, at + taken)
                self._left -= taken
            else:
                taken = min(_HEADER.size - len(self._header), len(data) - at)
                self._header += data[at : at + taken]
                self._begin()
            at += taken
        return bytes(out)

    def _begin(self) -> None:
        if len(self._header) == _HEADER.size:
            length, command, _, _ = _HEADER.unpack(self._header)
            self._header.clear()
            self._left = max(length - _HEADER.size, 0)
            self._strings = 0 if command in _WITH_PASSWORD else None

    def _body(self, out: bytearray, start: int, end: int) -> None:
        if self._strings is None:
            return
        for at in range(start, end):
            if out[at] == 0:
                self._strings += 1
            elif self._strings == 1:
                out[at] = STAR


def cover_pin(data: bytes) -> bytes:
    """The digits of `AT+CPIN="1234"`; a command leaves in one write, so no chunking cuts it."""
    return _PIN.sub(lambda found: re.sub(rb"\d", b"*", found[0]), data)


def cover_for(kind: str) -> Cover:
    """The cover for one direction of a new connection, by the line's protocol."""
    if kind == "smpp":
        return SmppCover()
    return cover_pin if kind == "gsm-modem" else bytes
