"""The words for what a block says (clauses 4.2 and 4.3), for people: decode, trace, captures.

Rule: a value that the proposal does not name is shown as it stands, never guessed at.
"""

from collections.abc import Callable

from protocols.espa444.records import (
    TRANSMITTER_FAILURE,
    Block,
    CallStatus,
    CallType,
    Header,
    Priority,
    RecordId,
)

HEADERS: dict[str, str] = {
    Header.CALL: "call to pager",
    Header.STATUS: "status information",
    Header.STATUS_REQUEST: "status request",
    Header.SUBSCRIBER_CALL: "call to subscriber line",
    Header.OTHER: "other, the manufacturer's",
}
RECORDS: dict[str, str] = {
    RecordId.ADDRESS: "call address",
    RecordId.TEXT: "display message",
    RecordId.BEEP: "beep coding",
    RecordId.CALL_TYPE: "call type",
    RecordId.TRANSMISSIONS: "number of transmissions",
    RecordId.PRIORITY: "priority",
    RecordId.CALL_STATUS: "call status",
    RecordId.SYSTEM_STATUS: "system status",
    RecordId.ASCOM_ID: "id (Ascom)",
    RecordId.ASCOM_RUNNING_NUMBER: "running number (Ascom)",
}
VALUES: dict[str, dict[str, str]] = {
    RecordId.CALL_TYPE: {
        CallType.RESET: "reset (cancel)",
        CallType.SPEECH: "speech call",
        CallType.STANDARD: "standard call",
    },
    RecordId.PRIORITY: {
        Priority.EMERGENCY: "alarm (emergency)",
        Priority.HIGH: "high",
        Priority.NORMAL: "normal",
    },
    RecordId.CALL_STATUS: {
        CallStatus.BUSY: "busy",
        CallStatus.IN_QUEUE: "in queue",
        CallStatus.PAGED: "paged",
        CallStatus.ABSENT: "absent",
        CallStatus.TERMINATED: "call terminated",
        CallStatus.ACKNOWLEDGED: "acknowledged by the called party",
        CallStatus.SPEECH_OPEN: "speech channel open",
        CallStatus.SPEECH_OPEN_PAGED: "speech channel open, paged",
        CallStatus.SPEECH_OPEN_ABSENT: "speech channel open, absent",
        CallStatus.FAULT: "fault indication",
    },
    RecordId.SYSTEM_STATUS: {TRANSMITTER_FAILURE: "transmitter failure"},
}
NAKS = {"1": "transmission error", "2": "busy", "3": "invalid message"}

_SHORT: dict[str, str] = {
    RecordId.BEEP: "beep",
    RecordId.TRANSMISSIONS: "transmissions",
    RecordId.PRIORITY: "priority",
}
_SHORT |= {RecordId.CALL_TYPE: "type", RecordId.CALL_STATUS: "status", RecordId.SYSTEM_STATUS: "system"}


def value_words(record: str, value: str) -> str:
    """What a record's value means; empty where the proposal does not say."""
    return VALUES.get(record, {}).get(value, "")


def in_words(block: Block, text_of: Callable[[bytes], str]) -> str:
    """A block in one line; `text_of` gives the display message by the character set of the site."""
    parts = [HEADERS.get(block.header, f"header {block.header}")]
    for record in block.records:
        value = record.data.decode("latin-1")
        if record.id == RecordId.ADDRESS:
            parts.append(f"address {value}")
        elif record.id == RecordId.TEXT:
            parts.append(f"“{text_of(record.data)}”")
        else:
            words = value_words(record.id, value)
            name = _SHORT.get(record.id, f"record {record.id}")
            parts.append(f"{name} {value}" + (f" ({words})" if words else ""))
    return parts[0] + ": " + ", ".join(parts[1:])
