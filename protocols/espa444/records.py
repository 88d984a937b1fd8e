"""Blocks and records of ESPA 4.4.4 (clause 4), as values and as bytes.

    SOH header STX id US data [RS id US data]… [RS] ETX BCC

Rules: values are compared as bytes ('1' is not '01'), record order is kept, and no control byte stands in
header, identifier or data. BCC is the XOR of every byte after SOH up to and including ETX; it may equal
any control character. The layout is construct's and does not leave this module.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import reduce
from operator import xor
from typing import Any

from construct import Bytes, Const, ConstructError, GreedyBytes, Int8ub, Struct, Terminated, this

from protocols.session import LocalProtocolError, RemoteProtocolError

SOH, STX, ETX, EOT, ENQ, ACK, NAK, RS, US = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x15, 0x1E, 0x1F
CR = 0x0D

MAX_BLOCK = 512
"""Bytes from SOH to ETX: twice what the longest call of clause 4 can take; more is noise."""
MAX_ADDRESS = 16
"""Characters of record 1 (clause 4.3.1)."""
MAX_TEXT = 128
"""Characters of record 2 (clause 4.3.2)."""


class Header(StrEnum):
    """Block types (clause 4.2)."""

    CALL = "1"
    STATUS = "2"
    STATUS_REQUEST = "3"
    SUBSCRIBER_CALL = "4"
    OTHER = "5"


ERICSSON_HEADERS = frozenset({"7", "9"})
"""Licence request and module key number of Ericsson's dialect, which Ascom Unite CM answers with NAK 3."""


class RecordId(StrEnum):
    """Record types (clause 4.3), and those that Ericsson and Ascom add."""

    ADDRESS = "1"
    TEXT = "2"
    BEEP = "3"
    CALL_TYPE = "4"
    TRANSMISSIONS = "5"
    PRIORITY = "6"
    CALL_STATUS = "7"
    SYSTEM_STATUS = "8"
    ASCOM_ID = "9"
    MAILBOX = "A"
    INFOPAGE = "C"
    ASCOM_RUNNING_NUMBER = "D"


class CallType(StrEnum):
    """Record 4 (clause 4.3.4), and what Ericsson and Ascom add from 5 on."""

    RESET = "1"
    SPEECH = "2"
    STANDARD = "3"
    REMOTE_ACKNOWLEDGE = "5"
    ERASE = "6"
    CORDLESS_PHONE = "7"


class Priority(StrEnum):
    """Record 6."""

    EMERGENCY = "1"
    HIGH = "2"
    NORMAL = "3"


class CallStatus(StrEnum):
    """Record 7."""

    BUSY = "1"
    IN_QUEUE = "2"
    PAGED = "3"
    ABSENT = "4"
    TERMINATED = "5"
    ACKNOWLEDGED = "6"
    SPEECH_OPEN = "7"
    SPEECH_OPEN_PAGED = "71"
    SPEECH_OPEN_ABSENT = "72"
    FAULT = "8"


TRANSMITTER_FAILURE = "1"
"""The one value of record 8."""


class BccMode(StrEnum):
    """How the check character is sent on an 8-bit line; on a 7-bit line both are the same."""

    FULL = "full"
    MASK = "mask"


class BlockFault(Enum):
    """What can be wrong with a received block."""

    BCC = "check character differs"
    STRUCTURE = "structure is not that of clause 4"
    TIMEOUT = "stopped in the middle"
    TOO_LONG = "longer than a block can be"


class BlockError(RemoteProtocolError):
    """A block that must be answered with NAK 1; the text says which byte."""

    def __init__(self, kind: BlockFault, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Record:
    """One record: `id` a single character, `data` as it stands on the line (see `charset`)."""

    id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """One block: `header` a single character, at least one record, in the order of the line."""

    header: str
    records: tuple[Record, ...]

    def get(self, record_id: str) -> bytes | None:
        """Data of the first record with this identifier; None if there is none."""
        return next((record.data for record in self.records if record.id == record_id), None)

    def value(self, record_id: str) -> str | None:
        """The same as text, for values that are digits; bytes above 7F come out as Latin-1."""
        data = self.get(record_id)
        return None if data is None else data.decode("latin-1")


_CONTROL = bytes((*range(0x20), 0x7F))

_RECORD = Struct("id" / Bytes(1), Const(bytes((US,))), "data" / GreedyBytes)
_FRAME = Struct(
    Const(bytes((SOH,))),
    "header" / Bytes(1),
    Const(bytes((STX,))),
    # Its length comes from the framing, which ended the block at the first ETX.
    "body" / Bytes(this._params.body_length),
    Const(bytes((ETX,))),
    "bcc" / Int8ub,
    Terminated,
)
_AROUND_BODY = 5
"""Bytes of a block beside its body: SOH, header, STX, ETX, BCC."""


def bcc_of(after_soh: bytes) -> int:
    """XOR over everything after SOH up to and including ETX (clause 4.1)."""
    return reduce(xor, after_soh, 0)


def encode(
    block: Block, *, trailing_rs: bool = False, extra_cr: bool = False, bcc: BccMode = BccMode.FULL
) -> bytes:
    """Bytes of `block` from SOH to the check character. Raises LocalProtocolError if it cannot be sent."""
    if not block.records:
        raise LocalProtocolError("a block needs at least one record")
    body = bytes((RS,)).join(_encode_record(record) for record in block.records)
    body += bytes((RS,)) if trailing_rs else b""
    header = _identifier(block.header, "header")
    check = bcc_of(header + bytes((STX,)) + body + bytes((ETX,)))
    check &= 0x7F if bcc is BccMode.MASK else 0xFF
    raw: bytes = _FRAME.build({"header": header, "body": body, "bcc": check}, body_length=len(body))
    if len(raw) - 1 > MAX_BLOCK:
        raise LocalProtocolError(f"a block of {len(raw)} bytes; at most {MAX_BLOCK} are allowed")
    return raw + (bytes((CR,)) if extra_cr else b"")


def decode(raw: bytes, *, accept_masked_bcc: bool = False) -> Block:
    """The block in `raw`, SOH to check character and nothing else.

    `accept_masked_bcc` also takes the check character of a sender that masks it to 7 bits although its
    text has 8; the price is that an error in bit 7 alone then goes unseen. Raises BlockError.
    """
    expected = bcc_of(raw[1:-1])
    masked = accept_masked_bcc and expected >= 0x80 and raw[-1:] == bytes((expected & 0x7F,))
    if raw[-1:] != bytes((expected,)) and not masked:
        raise BlockError(BlockFault.BCC, f"check character {raw[-1:].hex()}, {expected:02x} expected")
    try:
        frame: Any = _FRAME.parse(raw, body_length=max(len(raw) - _AROUND_BODY, 0))
    except ConstructError as error:
        message = f"not SOH, header, STX, records, ETX: {raw[:4].hex(' ')} … {raw[-2:].hex(' ')}"
        raise BlockError(BlockFault.STRUCTURE, message) from error
    if has_control(frame.header):
        raise BlockError(BlockFault.STRUCTURE, f"header {frame.header.hex()} is a control byte")
    pieces: list[bytes] = frame.body.split(bytes((RS,)))
    if len(pieces) > 1 and not pieces[-1]:
        pieces.pop()  # the trailing RS that clause 4.1 draws and its own examples lack
    return Block(frame.header.decode("latin-1"), tuple(_decode_record(piece) for piece in pieces))


def has_control(data: bytes) -> bool:
    """Whether a byte stands in `data` that would break the structure (00–1F, 7F)."""
    return len(data.translate(None, _CONTROL)) != len(data)


def _decode_record(piece: bytes) -> Record:
    try:
        record: Any = _RECORD.parse(piece)
    except ConstructError as error:
        message = f"record '{piece.hex(' ')}' is not identifier, US, data"
        raise BlockError(BlockFault.STRUCTURE, message) from error
    if has_control(record.id + record.data):
        raise BlockError(BlockFault.STRUCTURE, f"control byte in record '{piece.hex(' ')}'")
    return Record(record.id.decode("latin-1"), bytes(record.data))


def _encode_record(record: Record) -> bytes:
    if has_control(record.data):
        raise LocalProtocolError(f"record {record.id} holds a control byte: {record.data.hex(' ')}")
    raw: bytes = _RECORD.build({"id": _identifier(record.id, "record identifier"), "data": record.data})
    return raw


def _identifier(text: str, what: str) -> bytes:
    if len(text) != 1 or not "\x20" <= text <= "\x7e":
        raise LocalProtocolError(f"{what} {text!r}: one printable ASCII character is allowed")
    return text.encode("ascii")
