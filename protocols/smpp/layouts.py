"""Every SMPP body as a construct description (clauses 4.1–4.12), and which commands have none.

Rules: the descriptions are interpreted, never compiled (compiled ones accept a short_message that is cut),
and end in Terminated. Text is one character per octet. The maxima of the specification hold both ways.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from construct import (
    Adapter,
    Byte,
    Construct,
    GreedyBytes,
    NullTerminated,
    Prefixed,
    Struct,
    Terminated,
    ValidationError,
)

from protocols.smpp import pdu
from protocols.smpp.commands import RESPONSE_BIT, BindMode, Command

SHORT_MESSAGE_MAX = 254
"""Octets in short_message (clause 5.2.22)."""


class _Text(Adapter):  # type: ignore[misc]
    """A C-octet string of at most `maximum` octets, its NUL included."""

    def __init__(self, maximum: int) -> None:
        super().__init__(NullTerminated(GreedyBytes))
        self.maximum = maximum

    def _decode(self, obj: bytes, context: Any, path: str) -> str:
        self._check(len(obj), path)
        return obj.decode("latin-1")

    def _encode(self, obj: str, context: Any, path: str) -> bytes:
        self._check(len(obj), path)
        if "\0" in obj or not all(ord(letter) < 0x100 for letter in obj):
            raise ValidationError(
                "a character that no octet stands for, or NUL", path=path
            )  # may be a password
        return obj.encode("latin-1")

    def _check(self, length: int, path: str) -> None:
        if length >= self.maximum:
            raise ValidationError(f"{length} octets, at most {self.maximum - 1} before the NUL", path=path)


class _ShortMessage(Adapter):  # type: ignore[misc]
    """sm_length and short_message; at most 254 octets when we write it, whatever fits when we read."""

    def __init__(self) -> None:
        super().__init__(Prefixed(Byte, GreedyBytes))

    def _decode(self, obj: bytes, context: Any, path: str) -> bytes:
        return obj

    def _encode(self, obj: bytes, context: Any, path: str) -> bytes:
        if len(obj) > SHORT_MESSAGE_MAX:
            raise ValidationError(f"{len(obj)} octets, at most {SHORT_MESSAGE_MAX}", path=path)
        return obj


def _address(name: str, maximum: int = 21) -> list[Construct]:
    prefix = name.removesuffix("_addr") if name != "destination_addr" else "dest"
    return [f"{prefix}_addr_ton" / Byte, f"{prefix}_addr_npi" / Byte, name / _Text(maximum)]


_BIND = [
    "system_id" / _Text(16),
    "password" / _Text(9),
    "system_type" / _Text(13),
    "interface_version" / Byte,
    "addr_ton" / Byte,
    "addr_npi" / Byte,
    "address_range" / _Text(41),
]
_SHORT = [
    "service_type" / _Text(6),
    *_address("source_addr"),
    *_address("destination_addr"),
    "esm_class" / Byte,
    "protocol_id" / Byte,
    "priority_flag" / Byte,
    "schedule_delivery_time" / _Text(17),
    "validity_period" / _Text(17),
    "registered_delivery" / Byte,
    "replace_if_present_flag" / Byte,
    "data_coding" / Byte,
    "sm_default_msg_id" / Byte,
    "short_message" / _ShortMessage(),
]
_DATA = [
    "service_type" / _Text(6),
    *_address("source_addr", 65),
    *_address("destination_addr", 65),
    "esm_class" / Byte,
    "registered_delivery" / Byte,
    "data_coding" / Byte,
]
_CANCEL = [
    "service_type" / _Text(6),
    "message_id" / _Text(65),
    *_address("source_addr"),
    *_address("destination_addr"),
]
_REPLACE = [
    "message_id" / _Text(65),
    *_address("source_addr"),
    "schedule_delivery_time" / _Text(17),
    "validity_period" / _Text(17),
    "registered_delivery" / Byte,
    "sm_default_msg_id" / Byte,
    "short_message" / _ShortMessage(),
]
_QUERIED = ["message_id" / _Text(65), "final_date" / _Text(17), "message_state" / Byte, "error_code" / Byte]
_ALERT = [*_address("source_addr", 65), *_address("esme_addr", 65)]
_MESSAGE_ID = ["message_id" / _Text(65)]


@dataclass(frozen=True, slots=True)
class Layout:
    """How the body of one command lies on the wire; with `optional` TLVs may follow the fields."""

    fields: tuple[Construct, ...]
    make: Callable[..., pdu.Body]
    optional: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    @property
    def struct(self) -> Construct:
        """The fields, then whatever is left as octets: the TLVs, which are read leniently."""
        return Struct(*self.fields, "tail" / GreedyBytes, Terminated)


def _bind(mode: BindMode) -> Callable[..., pdu.Body]:
    return lambda **fields: pdu.Bind(mode, **fields)


def _bind_resp(mode: BindMode) -> Callable[..., pdu.Body]:
    return lambda **fields: pdu.BindResp(mode, **fields)


LAYOUTS: Mapping[int, Layout] = MappingProxyType(
    {
        **{int(mode): Layout(tuple(_BIND), _bind(mode)) for mode in BindMode},
        **{mode | RESPONSE_BIT: Layout(("system_id" / _Text(16),), _bind_resp(mode)) for mode in BindMode},
        Command.OUTBIND: Layout(
            ("system_id" / _Text(16), "password" / _Text(9)), pdu.Outbind, optional=False
        ),
        Command.SUBMIT_SM: Layout(tuple(_SHORT), pdu.SubmitSm),
        Command.SUBMIT_SM_RESP: Layout(tuple(_MESSAGE_ID), pdu.SubmitSmResp),
        Command.DELIVER_SM: Layout(tuple(_SHORT), pdu.DeliverSm),
        Command.DELIVER_SM_RESP: Layout(tuple(_MESSAGE_ID), pdu.DeliverSmResp),
        Command.DATA_SM: Layout(tuple(_DATA), pdu.DataSm),
        Command.DATA_SM_RESP: Layout(tuple(_MESSAGE_ID), pdu.DataSmResp),
        Command.QUERY_SM: Layout(
            ("message_id" / _Text(65), *_address("source_addr")), pdu.QuerySm, optional=False
        ),
        Command.QUERY_SM_RESP: Layout(tuple(_QUERIED), pdu.QuerySmResp, optional=False),
        Command.CANCEL_SM: Layout(tuple(_CANCEL), pdu.CancelSm, optional=False),
        Command.REPLACE_SM: Layout(tuple(_REPLACE), pdu.ReplaceSm, optional=False),
        Command.ALERT_NOTIFICATION: Layout(tuple(_ALERT), pdu.AlertNotification),
    }
)
STRUCTS: Mapping[int, Construct] = MappingProxyType(
    {command_id: layout.struct for command_id, layout in LAYOUTS.items()}
)

HEADER_ONLY = frozenset(
    {
        Command.UNBIND,
        Command.UNBIND_RESP,
        Command.ENQUIRE_LINK,
        Command.ENQUIRE_LINK_RESP,
        Command.GENERIC_NACK,
        Command.CANCEL_SM_RESP,
        Command.REPLACE_SM_RESP,
    }
)
UNREAD = frozenset({Command.SUBMIT_MULTI, Command.SUBMIT_MULTI_RESP})
"""Known by name only: a pager never sends one message to many (each page has its own fate)."""
