"""Octets of an ESPA 4.4.4 line, explained: link control and blocks, as far as they can be read.

Rules: the octet after ETX is the check character, whatever it is. A block with a fault is shown field by
field all the same, by the same structure that the receiver demands (clause 4).
"""

from gateway.cli.explained import Explained, raw_ascii, spaced, text_of
from protocols.espa444 import BlockError, BlockFault, records
from protocols.espa444.records import ACK, ENQ, EOT, ETX, NAK, RS, SOH, STX, US, RecordId, bcc_of, decode

HEADERS = {
    "1": "call to pager",
    "2": "status information",
    "3": "status request",
    "4": "call to subscriber line",
    "5": "other, the manufacturer's",
}
RECORDS = {
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
VALUES: dict[str, type[records.CallType | records.Priority | records.CallStatus]] = {
    RecordId.CALL_TYPE: records.CallType,
    RecordId.PRIORITY: records.Priority,
    RecordId.CALL_STATUS: records.CallStatus,
}
NAKS = {"1": "transmission error", "2": "busy", "3": "invalid message"}
SKIPPED = b"\r\n\0\x7f"
"""Octets that lines are full of between blocks, and that mean nothing."""


def explain_espa(octets: bytes, charset: str | None) -> Explained:
    """Everything that stands in the octets. Never raises."""
    found = Explained()
    at = 0
    while at < len(octets):
        at = _block(octets, at, charset, found) if octets[at] == SOH else _control(octets, at, found)
    return found


def _control(octets: bytes, at: int, found: Explained) -> int:
    """One link control sequence; returns where the next thing begins."""
    octet = octets[at]
    following = octets[at + 1] if at + 1 < len(octets) else None
    if octet == EOT:
        found.add("EOT", spaced(octets[at : at + 1]), "the transaction ends")
    elif octet == ACK:
        found.add("ACK", spaced(octets[at : at + 1]), "taken")
    elif octet == NAK:
        found.add("NAK", spaced(octets[at : at + 1]), "refused, without a reason")
    elif following == ENQ:
        found.add(
            "ENQ", spaced(octets[at : at + 2]), f"polls or selects station {raw_ascii(octets[at : at + 1])}"
        )
        return at + 2
    elif following == NAK:
        reason = NAKS.get(chr(octet), "reason not known")
        found.add("NAK", spaced(octets[at : at + 2]), f"refused: {reason}")
        return at + 2
    elif octet in SKIPPED:
        found.notes.append(f"octet {octet:02x} between blocks, which means nothing")
    else:
        found.faults.append(f"octet {octet:02x} belongs to no block and no link control")
    return at + 1


def _block(octets: bytes, start: int, charset: str | None, found: Explained) -> int:
    """One block from its SOH; returns where the next thing begins."""
    etx = octets.find(ETX, start)
    end = len(octets) if etx < 0 else min(etx + 2, len(octets))
    block = octets[start:end]
    complete = etx >= 0 and end == etx + 2
    body = block[1:-2] if complete else block[1:].removesuffix(bytes((ETX,)))
    found.add("SOH", spaced(block[:1]), "block begins")
    _header(body, found)
    _records(body[2:], charset, found)
    if etx >= 0:
        found.add("ETX", spaced(bytes((ETX,))), "block ends")
    if not complete:
        missing = "its check character" if etx >= 0 else "ETX and check character"
        found.faults.append(f"incomplete: {missing} missing")
        return end
    _check_character(block, found)
    return end


def _header(body: bytes, found: Explained) -> None:
    if not body:
        return
    header = raw_ascii(body[:1])
    meaning = HEADERS.get(header, "not known")
    found.add("header", header, meaning)
    if header not in HEADERS:
        found.notes.append(f"unknown header type {header}")
    if body[1:2]:
        found.add("STX", spaced(body[1:2]), "text begins" if body[1] == STX else "STX (02) is expected here")


def _records(text: bytes, charset: str | None, found: Explained) -> None:
    pieces = text.split(bytes((RS,))) if text else []
    if len(pieces) > 1 and not pieces[-1]:
        pieces.pop()
        found.notes.append("a record separator stands before ETX, as clause 4.1 draws it")
    for piece in pieces:
        identifier, separator, data = piece[:1], piece[1:2], piece[2:]
        if separator != bytes((US,)):
            found.add("record", raw_ascii(piece), "not identifier, US, data")
            continue
        number = raw_ascii(identifier)
        name = RECORDS.get(RecordId(number)) if number in set(RecordId) else None
        if name is None:
            found.notes.append(f"unknown record {number}")
        value = text_of(data, charset if number == RecordId.TEXT else None)
        found.add(f"record {number} ({name or 'not known'})", value, _meaning(number, value))


def _meaning(number: str, value: str) -> str:
    words = VALUES.get(number)
    if words is None or value not in set(words):
        return ""
    return words(value).name.lower().replace("_", " ")


def _check_character(block: bytes, found: Explained) -> None:
    expected, stands = bcc_of(block[1:-1]), block[-1]
    found.add("BCC", f"{stands:02x}", "right" if expected == stands else f"{expected:02x} is expected")
    if expected & 0x7F == stands != expected:
        found.notes.append("the check character is right when masked to 7 bits")
    try:
        decode(block)
    except BlockError as error:
        what = "BCC" if error.kind is BlockFault.BCC else "structure"
        found.faults.append(f"bad {what}: {error}")
