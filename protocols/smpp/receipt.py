"""What a delivery receipt says (SMPP 3.4 appendix B, and what is sent in its place).

Rules: every key is looked for by itself, in any order; what stands in the TLVs wins over the text, but all
ids are kept. Text is read whatever data_coding claims, for some centres copy the original's. A state that
is not known is UNKNOWN, never a guess. Raw forms are kept as they came.
"""

import re
from dataclasses import dataclass
from enum import Enum

from protocols.smpp.pdu import UDHI, DataSm, DeliverSm
from protocols.smpp.receipt_ids import keys
from protocols.smpp.tlv import Tag, find

RECEIPT_TYPES = frozenset({0x04, 0x08, 0x10, 0x20})
"""esm_class bits 5–2 of a receipt, an acknowledgement by the phone or its user, an interim notice."""
INTERMEDIATE = 0x20
_TYPE_BITS = 0x3C
TEXT_MAX = 1_024
"""Octets of a receipt's text that are looked at; the longest seen is under 300."""
UCS2_LOOK = 40
"""Octets by which UCS2 is known: the keys come first and are ASCII, so every other octet is 0."""


class State(Enum):
    """message_state by its name in appendix B; SCHEDULED and SKIPPED are of SMPP 5.0."""

    DELIVRD = "DELIVRD"
    EXPIRED = "EXPIRED"
    DELETED = "DELETED"
    UNDELIV = "UNDELIV"
    REJECTD = "REJECTD"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    UNKNOWN = "UNKNOWN"
    ACCEPTD = "ACCEPTD"
    ENROUTE = "ENROUTE"
    BUFFRED = "BUFFRED"
    ACKED = "ACKED"
    SCHEDULED = "SCHEDULED"

    @property
    def final(self) -> bool:
        """Whether the centre has finished with the message. UNKNOWN is not: something may still come."""
        return self in _FINAL


_FINAL = frozenset(
    {State.DELIVRD, State.EXPIRED, State.DELETED, State.UNDELIV, State.REJECTD, State.FAILED, State.SKIPPED}
)
_BY_NUMBER = {
    0: State.SCHEDULED,
    1: State.ENROUTE,
    2: State.DELIVRD,
    3: State.EXPIRED,
    4: State.DELETED,
    5: State.UNDELIV,
    6: State.ACCEPTD,
    7: State.UNKNOWN,
    8: State.REJECTD,
    9: State.SKIPPED,
}
_SPELLINGS = {
    **{state.value: state for state in State},
    "DELIVERED": State.DELIVRD,
    "DELIVERD": State.DELIVRD,
    "UNDELIVERED": State.UNDELIV,
    "UNDELIVERABLE": State.UNDELIV,
    "UNDELIVRD": State.UNDELIV,
    "REJECTED": State.REJECTD,
    "ACCEPTED": State.ACCEPTD,
    "BUFFERD": State.BUFFRED,
    "BUFFERED": State.BUFFRED,
    "SCHEDULD": State.SCHEDULED,
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt. `ids` are raw, that of the TLV first; `numbers` are its source and destination address.

    `error` is the text's err as it stood; `network_error` is the TLV's octets. `final` is False for an
    interim notice unless it says that the message was delivered.
    """

    ids: tuple[str, ...]
    state: State
    final: bool
    numbers: tuple[str, str]
    esm_type: int
    error: str | None = None
    network_error: bytes | None = None
    reference: int | None = None
    submit_date: str | None = None
    done_date: str | None = None
    text: str | None = None

    @property
    def delivered(self) -> bool:
        """Whether the centre says that the phone has it; only a person's answer proves more."""
        return self.state is State.DELIVRD

    @property
    def keys(self) -> frozenset[str]:
        """The key sets of all ids together."""
        return frozenset().union(*(keys(raw_id) for raw_id in self.ids))


def parse_receipt(message: DeliverSm | DataSm) -> Receipt | None:
    """The receipt in a deliver_sm or data_sm; None for a message that somebody wrote."""
    esm_type = message.esm_class & _TYPE_BITS
    tlv_id = find(message.tlvs, Tag.RECEIPTED_MESSAGE_ID)
    text = _text(message)
    named = _value(_ID, text) is not None and _value(_STAT, text) is not None
    if esm_type not in RECEIPT_TYPES and tlv_id is None and not named:
        return None
    state = _state(find(message.tlvs, Tag.MESSAGE_STATE), text, esm_type)
    return Receipt(
        ids=_ids(tlv_id, _value(_ID, text)),
        state=state,
        final=state.final and (esm_type != INTERMEDIATE or state is State.DELIVRD),
        numbers=(message.source_addr, message.destination_addr),
        esm_type=esm_type,
        error=_value(_ERR, text),
        network_error=find(message.tlvs, Tag.NETWORK_ERROR_CODE),
        reference=_reference(find(message.tlvs, Tag.USER_MESSAGE_REFERENCE)),
        submit_date=_value(_SUBMITTED, text),
        done_date=_value(_DONE, text),
        text=text or None,
    )


# "id:" may be glued to its value or not; an empty one must not swallow the next key.
_ID = re.compile(r"\bid:(?:([^\s,;]+)|\s+([^\s:,;]+)(?=[\s,;]|$))", re.IGNORECASE)
_STAT = re.compile(r"\bstat:\s*([a-z]+)", re.IGNORECASE)
_ERR = re.compile(r"\berr:([^\s,;]+)", re.IGNORECASE)
_SUBMITTED = re.compile(r"\bsubmit[ _]?date:\s*([^\s,;]+)", re.IGNORECASE)
_DONE = re.compile(r"\bdone[ _]?date:\s*([^\s,;]+)", re.IGNORECASE)
_ECHO = re.compile(r"\btext:", re.IGNORECASE)


def _value(pattern: re.Pattern[str], text: str) -> str | None:
    """The key's value before the echo of the message; only if it is not there, the last one behind it."""
    echo = _ECHO.search(text)
    head = text if echo is None else text[: echo.start()]
    found = pattern.search(head)
    if found is None and echo is not None:
        for found in pattern.finditer(text, echo.end()):  # noqa: B007  the last one is meant
            pass
    return None if found is None else next((group for group in found.groups() if group), None)


def _ids(tlv_id: bytes | None, text_id: str | None) -> tuple[str, ...]:
    found = [] if tlv_id is None else [tlv_id.partition(b"\0")[0].decode("latin-1").strip()]
    found.append((text_id or "").strip())
    return tuple(dict.fromkeys(raw_id for raw_id in found if raw_id))


def _state(tlv_state: bytes | None, text: str, esm_type: int) -> State:
    if tlv_state and tlv_state[-1] in _BY_NUMBER:
        return _BY_NUMBER[tlv_state[-1]]
    word = _value(_STAT, text)
    if word is None and esm_type == INTERMEDIATE:
        return State.ENROUTE
    return _SPELLINGS.get((word or "").upper(), State.UNKNOWN)


def _reference(value: bytes | None) -> int | None:
    return int.from_bytes(value, "big") if value and len(value) <= 4 else None


def _text(message: DeliverSm | DataSm) -> str:
    octets = message.message[:TEXT_MAX]
    if message.esm_class & UDHI and octets and octets[0] < len(octets) and octets[:3].lower() != b"id:":
        octets = octets[1 + octets[0] :]
    for first, wide in ((0, "utf-16-be"), (1, "utf-16-le")):
        high = octets[first:UCS2_LOOK:2]
        if high.count(0) * 2 > len(high):
            return octets.decode(wide, "replace").strip("\0 \ufeff")
    return octets.decode("latin-1").strip("\0 ")
