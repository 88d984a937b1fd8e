"""Calls, cancellations and status reports as blocks: which records each carries.

Rules: there is no message identity in ESPA 4.4.4. A status and a cancellation name their call by repeating
its address, text and beep code, so those three records are always taken over unchanged.
"""

from protocols.espa444.records import (
    MAX_ADDRESS,
    MAX_TEXT,
    TRANSMITTER_FAILURE,
    Block,
    CallStatus,
    CallType,
    Header,
    Priority,
    Record,
    RecordId,
    encode,
)
from protocols.session import LocalProtocolError

IDENTITY = (RecordId.ADDRESS, RecordId.TEXT, RecordId.BEEP)
"""The records by which a call is known again."""


def call_block(
    address: str,
    text: bytes,
    *,
    priority: Priority = Priority.NORMAL,
    beep: int = 1,
    call_type: CallType = CallType.STANDARD,
    transmissions: int | None = None,
) -> Block:
    """A call to a pager (header 1); `text` already converted by a charset, `beep` 1–9.

    Raises LocalProtocolError for an address over 16 characters, a text over 128 bytes, a beep code or a
    number of transmissions that is reserved (clause 4.3).
    """
    if not 1 <= len(address) <= MAX_ADDRESS or not address.isascii():
        raise LocalProtocolError(f"address {address!r}: 1–{MAX_ADDRESS} ASCII characters are allowed")
    if len(text) > MAX_TEXT:
        raise LocalProtocolError(f"text of {len(text)} bytes: at most {MAX_TEXT} are allowed")
    if not 1 <= beep <= 9:
        raise LocalProtocolError(f"beep code {beep}: 1–9 are allowed")
    if transmissions is not None and transmissions < 1:
        raise LocalProtocolError(f"{transmissions} transmissions: 1 or more are allowed")
    records = [
        Record(RecordId.ADDRESS, address.encode("ascii")),
        Record(RecordId.TEXT, text),
        Record(RecordId.BEEP, b"%d" % beep),
        Record(RecordId.CALL_TYPE, call_type.encode("ascii")),
    ]
    if transmissions is not None:
        records.append(Record(RecordId.TRANSMISSIONS, b"%d" % transmissions))
    records.append(Record(RecordId.PRIORITY, priority.encode("ascii")))
    return Block(Header.CALL, tuple(records))


def reset_of(call: Block) -> Block:
    """The block that takes `call` back: the same records, call type 1."""
    reset = Record(RecordId.CALL_TYPE, CallType.RESET.encode("ascii"))
    kept = (record for record in call.records if record.id != RecordId.TRANSMISSIONS)
    records = tuple(reset if record.id == RecordId.CALL_TYPE else record for record in kept)
    return Block(call.header, records if reset in records else (*records, reset))


def without_control_bcc(call: Block, *, trailing_rs: bool = False) -> Block:
    """`call`, with a blank more at the end of its text where its check character were a control character.

    A work-around for receivers that take such a one for what it looks like. A text of full length stays.
    """
    check = encode(call, trailing_rs=trailing_rs)[-1]
    text = call.get(RecordId.TEXT)
    if not (check < 0x20 or check == 0x7F) or text is None or len(text) >= MAX_TEXT:
        return call
    longer = Record(RecordId.TEXT, text + b" ")
    return Block(call.header, tuple(longer if one.id == RecordId.TEXT else one for one in call.records))


def status_of(call: Block, status: CallStatus) -> Block:
    """What became of `call`: header 2, its identity, record 7."""
    return Block(Header.STATUS, (*identity(call), Record(RecordId.CALL_STATUS, status.encode("ascii"))))


def status_request(call: Block) -> Block:
    """Asks what became of `call`: header 3 and the same records."""
    return Block(Header.STATUS_REQUEST, call.records)


def transmitter_failure() -> Block:
    """The paging system cannot transmit: header 2, record 8."""
    return Block(Header.STATUS, (Record(RecordId.SYSTEM_STATUS, TRANSMITTER_FAILURE.encode("ascii")),))


def identity(block: Block) -> tuple[Record, ...]:
    """The records of `block` by which a call is known again, in the order of the line."""
    return tuple(record for record in block.records if record.id in IDENTITY)
