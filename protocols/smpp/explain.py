"""A PDU field by field, for people: as far as it can be read, whatever is wrong with it.

Rule: nothing raises. `faults` are what `bakjour decode` ends with exit 1 for; `notes` are worth saying only.
"""

from dataclasses import dataclass
from io import BytesIO

from construct import ConstructError

from protocols.session import RemoteProtocolError
from protocols.smpp import wire
from protocols.smpp.commands import command_name, is_response
from protocols.smpp.framing import LENGTH_MAX, LENGTH_MIN
from protocols.smpp.layouts import HEADER_ONLY, LAYOUTS, UNREAD, Layout
from protocols.smpp.status import NAMES, status_name
from protocols.smpp.tlv import read_tlvs, tag_name

FieldValue = int | str | bytes


@dataclass(frozen=True, slots=True)
class Explained:
    """What stood in the octets, in their order; TLVs are named by their tag."""

    fields: tuple[tuple[str, FieldValue], ...]
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def explain(octets: bytes) -> Explained:
    """One PDU, complete or not; octets after its command_length are a fault, and are not read."""
    if len(octets) < wire.HEADER.size:
        return Explained((), (f"incomplete: {len(octets)} octets, a header has {wire.HEADER.size}",), ())
    length, command_id, command_status, sequence = wire.HEADER.unpack_from(octets)
    fields: list[tuple[str, FieldValue]] = [
        ("command_length", length),
        ("command_id", command_name(command_id)),
        ("command_status", status_name(command_status)),
        ("sequence_number", sequence),
    ]
    notes = [] if command_status in NAMES else [f"unknown command_status {status_name(command_status)}"]
    faults = _length_faults(length, len(octets))
    if LENGTH_MIN <= length <= LENGTH_MAX:
        frame = octets[:length]
        body, body_faults, body_notes = _body(command_id, frame[wire.HEADER.size :])
        fields += body
        faults += body_faults
        notes += body_notes
        notes += _decoded_notes(frame)
    return Explained(tuple(fields), tuple(faults), tuple(notes))


def _length_faults(length: int, there: int) -> list[str]:
    if not LENGTH_MIN <= length <= LENGTH_MAX:
        return [f"command_length {length}: allowed are {LENGTH_MIN} to {LENGTH_MAX}"]
    if there < length:
        return [f"incomplete: command_length {length}, but {there} octets"]
    if there > length:
        return [f"{there - length} octet(s) after the PDU"]
    return []


_Parts = tuple[list[tuple[str, FieldValue]], list[str], list[str]]


def _body(command_id: int, rest: bytes) -> _Parts:
    layout = LAYOUTS.get(command_id)
    if layout is not None:
        return _fields(layout, is_response(command_id), rest)
    if command_id in HEADER_ONLY:
        return [], [], [f"{len(rest)} octet(s) after the header: {rest.hex()}"] if rest else []
    faults = [] if command_id in UNREAD else [f"unknown command {command_name(command_id)}"]
    return [("body", rest)], faults, []


def _fields(layout: Layout, response: bool, rest: bytes) -> _Parts:
    if response and rest in (b"", b"\0"):
        return [(layout.names[0], "")] if rest else [], [], []
    fields: list[tuple[str, FieldValue]] = []
    stream = BytesIO(rest)
    for field in layout.fields:
        start = stream.tell()
        try:
            value = field.parse_stream(stream)
        except ConstructError as error:
            fault = f"{field.name} cannot be read: {wire.says(error)}"
            return [*fields, (field.name, rest[start:])], [fault], []
        if field.name == "short_message":
            fields.append(("sm_length", len(value)))
        fields.append((field.name, value))
    tail = rest[stream.tell() :]
    if not layout.optional:
        return fields, [f"{len(tail)} octet(s) after the last field: {tail.hex()}"] if tail else [], []
    tlvs, faults = read_tlvs(tail)
    fields += [(tag_name(tag) or f"0x{tag:04x}", value) for tag, value in tlvs]
    unknown = [f"unknown TLV 0x{tag:04x}" for tag, _ in tlvs if tag_name(tag) is None]
    return fields, list(faults), unknown


def _decoded_notes(frame: bytes) -> list[str]:
    try:
        decoded = wire.decode(frame)
    except RemoteProtocolError:
        return []
    return [note for note in decoded.notes if "after the header" not in note]
