"""Whole SMPP PDUs from octets and to octets, by the descriptions in `layouts`.

Rules: lengths are looked at before anything else. A request that does not follow its
description raises `PduError`, which knows the status to answer. A response never raises: what the peer
said is in its status, so a body that is missing, a lone NUL or broken becomes empty fields and a fault.
"""

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from construct import ConstructError, StreamError

from protocols.session import LocalProtocolError, RemoteProtocolError
from protocols.smpp import pdu, status
from protocols.smpp.commands import RESPONSE_BIT, Command, command_name, is_response
from protocols.smpp.layouts import HEADER_ONLY, LAYOUTS, STRUCTS, UNREAD, Layout
from protocols.smpp.tlv import Tag, find, read_tlvs, write_tlvs

HEADER = struct.Struct(">IIII")


class PduError(RemoteProtocolError):
    """A request whose body breaks the specification; `reply` is the command_status to answer it with."""

    def __init__(self, reason: str, command_id: int, sequence: int, reply: int) -> None:
        super().__init__(reason)
        self.command_id = command_id
        self.sequence = sequence
        self.reply = reply


_COMMAND_OF: Mapping[type, Command] = MappingProxyType(
    {
        pdu.Outbind: Command.OUTBIND,
        pdu.SubmitSm: Command.SUBMIT_SM,
        pdu.SubmitSmResp: Command.SUBMIT_SM_RESP,
        pdu.DeliverSm: Command.DELIVER_SM,
        pdu.DeliverSmResp: Command.DELIVER_SM_RESP,
        pdu.DataSm: Command.DATA_SM,
        pdu.DataSmResp: Command.DATA_SM_RESP,
        pdu.QuerySm: Command.QUERY_SM,
        pdu.QuerySmResp: Command.QUERY_SM_RESP,
        pdu.CancelSm: Command.CANCEL_SM,
        pdu.ReplaceSm: Command.REPLACE_SM,
        pdu.AlertNotification: Command.ALERT_NOTIFICATION,
    }
)

# Which status names the field that is wrong (clause 5.1.3); anything else is a wrong command length.
_REPLIES: Mapping[str, int] = MappingProxyType(
    {
        "system_id": status.RINVSYSID,
        "password": status.RINVPASWD,
        "system_type": status.RINVSYSTYP,
        "service_type": status.RINVSERTYP,
        "source_addr": status.RINVSRCADR,
        "destination_addr": status.RINVDSTADR,
        "schedule_delivery_time": status.RINVSCHED,
        "validity_period": status.RINVEXPIRY,
        "short_message": status.RINVMSGLEN,
        "message_id": status.RINVMSGID,
    }
)


def command_of(body: pdu.Body) -> int:
    """The command_id that a body goes out with."""
    if isinstance(body, pdu.Plain | pdu.Raw):
        return body.command_id
    if isinstance(body, pdu.Bind):
        return int(body.mode)
    if isinstance(body, pdu.BindResp):
        return body.mode | RESPONSE_BIT
    return int(_COMMAND_OF[type(body)])


def decode(frame: bytes) -> pdu.Frame:
    """One whole PDU, header included, as `framing` cuts it.

    Raises PduError for a request that cannot be read: unknown command (reply RINVCMDID) or a broken field.
    Raises RemoteProtocolError if command_length is not the frame's length.
    """
    if len(frame) < HEADER.size:
        raise RemoteProtocolError(f"{len(frame)} octets, but a header has {HEADER.size}")
    length, command_id, command_status, sequence = HEADER.unpack_from(frame)
    if length != len(frame):
        raise RemoteProtocolError(f"command_length {length}, but {len(frame)} octets")
    rest = frame[HEADER.size :]
    if command_id in HEADER_ONLY:
        notes = (f"{len(rest)} octet(s) after the header of {command_name(command_id)}",) if rest else ()
        return pdu.Frame(command_id, command_status, sequence, pdu.Plain(command_id), notes=notes)
    if command_id in UNREAD:
        return pdu.Frame(command_id, command_status, sequence, pdu.Raw(command_id, rest))
    layout = LAYOUTS.get(command_id)
    if layout is None and is_response(command_id):
        return pdu.Frame(
            command_id, command_status, sequence, pdu.Raw(command_id, rest), ("unknown response",)
        )
    if layout is None:
        reason = f"unknown command {command_name(command_id)}"
        raise PduError(reason, command_id, sequence, status.RINVCMDID)
    if is_response(command_id):
        body, faults = _response(layout, command_id, command_status, rest)
        return pdu.Frame(command_id, command_status, sequence, body, faults)
    body, faults = _request(layout, command_id, sequence, rest)
    return pdu.Frame(command_id, command_status, sequence, body, faults, notes_of(body))


def _request(layout: Layout, command_id: int, sequence: int, rest: bytes) -> tuple[pdu.Body, tuple[str, ...]]:
    try:
        return _fields(layout, command_id, rest)
    except ConstructError as error:
        field = failed_field(error)
        reply = _REPLIES.get(field, status.RINVCMDLEN)
        reason = f"{command_name(command_id)}: {field or 'body'} cannot be read: {says(error)}"
        raise PduError(reason, command_id, sequence, reply) from error


def _response(
    layout: Layout, command_id: int, command_status: int, rest: bytes
) -> tuple[pdu.Body, tuple[str, ...]]:
    if not rest or (rest == b"\0" and command_status):
        return layout.make(), ()
    try:
        return _fields(layout, command_id, rest)
    except ConstructError as error:
        if b"\0" not in rest and layout.names == ("message_id",):
            name = rest.decode("latin-1")
            return layout.make(message_id=name), (f"{command_name(command_id)}: message_id without NUL",)
        return layout.make(), (f"{command_name(command_id)}: body cannot be read: {says(error)}",)


def _fields(layout: Layout, command_id: int, rest: bytes) -> tuple[pdu.Body, tuple[str, ...]]:
    parsed = STRUCTS[command_id].parse(rest)
    fields: dict[str, Any] = {name: parsed[name] for name in layout.names}
    tail: bytes = parsed.tail
    if not layout.optional:
        stray = (f"{len(tail)} octet(s) after the last field",)
        return layout.make(**fields), stray if tail else ()
    tlvs, faults = read_tlvs(tail)
    return layout.make(**fields, tlvs=tlvs), faults


def notes_of(body: pdu.Body) -> tuple[str, ...]:
    """Harmless oddities of a request, in words."""
    if (
        isinstance(body, pdu.ShortMessage)
        and body.short_message
        and find(body.tlvs, Tag.MESSAGE_PAYLOAD) is not None
    ):
        return ("short_message and message_payload are both there; message_payload counts",)
    return ()


def failed_field(error: ConstructError) -> str:
    """The name of the field at which construct stopped, "" if it does not say."""
    return str(error.path or "").rpartition("-> ")[2].strip()


def says(error: ConstructError) -> str:
    """What construct found, in words for a person."""
    if isinstance(error, StreamError):
        return "the octets end before it does"
    lines = [line for line in str(error).splitlines() if line and not line.startswith("Error in path")]
    return lines[0] if lines else type(error).__name__


def encode(body: pdu.Body, sequence: int, command_status: int = 0) -> bytes:
    """The octets of one PDU. Raises LocalProtocolError, naming the field, for a value that does not fit."""
    command_id = command_of(body)
    octets = _encode_body(body, command_id, command_status)
    try:
        return HEADER.pack(HEADER.size + len(octets), command_id, command_status, sequence) + octets
    except struct.error as error:
        raise LocalProtocolError(f"{command_name(command_id)}: {error}") from error


def _encode_body(body: pdu.Body, command_id: int, command_status: int) -> bytes:
    if isinstance(body, pdu.Plain):
        return b""
    if isinstance(body, pdu.Raw):
        return body.body
    # An error response has no body (clauses 4.1.2, 4.4.2); deliver_sm_resp keeps its unused message_id.
    if command_status and is_response(command_id) and command_id != Command.DELIVER_SM_RESP:
        return b""
    layout = LAYOUTS[command_id]
    values: dict[str, Any] = {name: getattr(body, name) for name in layout.names}
    values["tail"] = write_tlvs(getattr(body, "tlvs", ()))
    try:
        return bytes(STRUCTS[command_id].build(values))
    except ConstructError as error:
        raise LocalProtocolError(
            f"{command_name(command_id)}: {failed_field(error)}: {says(error)}"
        ) from error


def refusal(command_id: int, sequence: int, code: int) -> bytes | None:
    """The error response to a request: its own, or generic_nack where it has none or the code is RINVCMDID.

    None for a request that has no answer at all (clauses 4.1.7, 4.12).
    """
    if command_id in (Command.ALERT_NOTIFICATION, Command.OUTBIND):
        return None
    response = command_id | RESPONSE_BIT
    body: pdu.Body = pdu.Plain(Command.GENERIC_NACK)
    if code != status.RINVCMDID and response in LAYOUTS:
        body = LAYOUTS[response].make()
    elif code != status.RINVCMDID and response in HEADER_ONLY:
        body = pdu.Plain(response)
    return encode(body, sequence, code)
