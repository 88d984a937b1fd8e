"""What a block that another system sends us asks for: a call, its end, or a status.

Sources: ESPA 4.4.4, clauses 4.2 and 4.3; call types from 5 on and records 9 and D are Ericsson's and Ascom's,
as Ascom Unite CM takes them. Rules: a speech call and a call to a subscriber line page somebody all the same,
for we have no speech channel and nobody must go unheard; what we would not do is refused, never ignored.
"""

from dataclasses import dataclass
from enum import Enum, auto

from protocols.espa444 import Block, CallType, Charset, Header, Priority, RecordId, identity

PRIORITIES: dict[str, int] = {Priority.EMERGENCY: 1, Priority.HIGH: 2, Priority.NORMAL: 3}
"""Record 6 to ours."""

WITHOUT_PRIORITY = 3
"""Of a call without record 6 or with a reserved value: normal, as clause 4.3.6 has it."""


class Wish(Enum):
    """What the sender wants."""

    CALL = auto()
    CANCEL = auto()  # call type 1: the call with these records is over
    ERASE = auto()  # Ascom's call type 6: the call with this running number is over
    STATUS = auto()  # header 3: what became of the call with these records?


@dataclass(frozen=True, slots=True)
class Wanted:
    """One block, read. `address` is empty where it has none."""

    wish: Wish
    address: str
    text: str
    priority: int
    running: str | None
    block: Block
    raw: bytes  # the block as we would send it


def read_block(block: Block, raw: bytes, charset: Charset) -> Wanted | None:
    """What a block asks for; None for one that we do not serve."""
    wish = _wish(block)
    if wish is None:
        return None
    return Wanted(
        wish=wish,
        address=block.value(RecordId.ADDRESS) or "",
        text=charset.decode(block.get(RecordId.TEXT) or b""),
        priority=PRIORITIES.get(block.value(RecordId.PRIORITY) or "", WITHOUT_PRIORITY),
        running=block.value(RecordId.ASCOM_RUNNING_NUMBER) or block.value(RecordId.ASCOM_ID) or None,
        block=block,
        raw=raw,
    )


def is_about(named: Block, call: Block) -> bool:
    """Whether a block names this call: the records that it repeats of it are equal."""
    told = {record.id: record.data for record in identity(call)}
    return all(told.get(record.id) == record.data for record in identity(named))


def _wish(block: Block) -> Wish | None:
    if block.header == Header.STATUS_REQUEST:
        return Wish.STATUS
    if block.header not in (Header.CALL, Header.SUBSCRIBER_CALL):
        return None
    kind = block.value(RecordId.CALL_TYPE)
    if kind == CallType.RESET:
        return Wish.CANCEL
    if kind == CallType.REMOTE_ACKNOWLEDGE:
        return None
    if kind == CallType.ERASE:
        numbered = block.get(RecordId.ASCOM_RUNNING_NUMBER) or block.get(RecordId.ASCOM_ID)
        return Wish.ERASE if numbered else None
    return Wish.CALL
