"""Octets of an ESPA 4.4.4 line, explained: link control and blocks field by field, and whole logs.

Rules: the octet after ETX is the check character, whatever it is. A block with a fault is shown field by
field all the same, with what exactly is wrong (`protocols.espa444.diagnosis`). A line that was read as 8 bits
though it has 7 and a parity is shown without bit 7, and that is told.
"""

from functools import partial

from gateway.cli.explained import Explained, raw_ascii, spaced, text_of
from protocols.capture import Direction
from protocols.espa444.diagnosis import Diagnosis, parity_in_bit_7
from protocols.espa444.listening import Heard, Listener
from protocols.espa444.pasted import Pasted
from protocols.espa444.pieces import Kind
from protocols.espa444.records import ETX, RS, STX, US, RecordId
from protocols.espa444.words import HEADERS, RECORDS, value_words

SKIPPED = b"\r\n\0\x7f"
"""Octets that lines are full of between blocks, and that mean nothing."""

ARROWS = {Direction.SENT: "→", Direction.RECEIVED: "←", None: ""}
MASKED = (
    "every octet has even parity in its bit 7: a 7E line read through a port set to 8 bits. "
    "Shown without bit 7; set the port to 7E1, or mask7 = true"
)


def explain_espa(octets: bytes, charset: str | None) -> Explained:
    """Everything that stands in the octets. Never raises."""
    found = Explained()
    listener = _listener(octets, charset, found)
    for one in [*listener.feed(octets), *listener.flush()]:
        if one.kind in (Kind.BLOCK, Kind.STUMP):
            _block(one, charset, found)
        elif one.kind is Kind.NOISE:
            _noise(one.raw, "", found)
        else:
            found.add(one.kind.value, spaced(one.raw), one.meaning)
    return found


def explain_log(pasted: Pasted, charset: str | None) -> Explained:
    """A log: one line for each thing that was said; faults and notes name their row. Never raises."""
    found = Explained(notes=list(pasted.faults))
    listener = _listener(b"".join(chunk.data for chunk in pasted.chunks), charset, found)
    for chunk in pasted.chunks:
        row = f"row {chunk.row}"
        for one in listener.feed(chunk.data, chunk.direction, chunk.at):
            _say(one, chunk.stamp or row, row, found)
    for one in listener.flush():
        _say(one, "end", "end", found)
    return found


def _listener(octets: bytes, charset: str | None, found: Explained) -> Listener:
    mask7 = parity_in_bit_7(octets)
    if mask7:
        found.notes.append(MASKED)
    return Listener(partial(text_of, charset=charset), mask7=mask7)


def _say(one: Heard, when: str, row: str, found: Explained) -> None:
    found.add(f"{when} {ARROWS[one.direction]}".rstrip(), one.text, one.meaning)
    if one.kind is Kind.NOISE:
        _noise(one.raw, f"{row}: ", found)
    _judge(one.diagnosis, f"{row}: ", found)


def _noise(raw: bytes, where: str, found: Explained) -> None:
    harmless = sorted({octet for octet in raw if octet in SKIPPED})
    found.notes += [f"{where}octet {octet:02x} between blocks, which means nothing" for octet in harmless]
    others = bytes(octet for octet in raw if octet not in SKIPPED)
    if others:
        found.faults.append(f"{where}octet {spaced(others)} belongs to no block and no link control")


def _judge(diagnosis: Diagnosis | None, where: str, found: Explained) -> None:
    if diagnosis is not None:
        found.faults += [where + fault for fault in diagnosis.faults]
        found.notes += [where + note for note in diagnosis.notes]


def _block(one: Heard, charset: str | None, found: Explained) -> None:
    """One block from its SOH, field by field."""
    complete = one.kind is Kind.BLOCK
    body = one.raw[1:-2] if complete else one.raw[1:].removesuffix(bytes((ETX,)))
    found.add("SOH", spaced(one.raw[:1]), "block begins")
    _header(body, found)
    _records(body[2:], charset, found)
    if complete or one.raw[-1] == ETX:
        found.add("ETX", spaced(bytes((ETX,))), "block ends")
    if complete and one.diagnosis is not None:
        stands, needed = one.raw[-1], one.diagnosis.needed
        found.add("BCC", f"{stands:02x}", "right" if needed == stands else f"{needed:02x} is expected")
    _judge(one.diagnosis, "", found)


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
        name = RECORDS.get(number)
        if name is None:
            found.notes.append(f"unknown record {number}")
        value = text_of(data, charset if number == RecordId.TEXT else None)
        found.add(f"record {number} ({name or 'not known'})", value, value_words(number, value))
