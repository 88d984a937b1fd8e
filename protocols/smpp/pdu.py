"""SMPP PDUs as frozen values: what the codec gives and takes.

Rules: text fields hold one character per octet (ISO 8859-1), so nothing is lost or invented on the way;
`short_message` and TLV values stay octets, because only data_coding and the operator know their alphabet.
Defaults are those that a plain message wants. command_status and sequence_number belong to `Frame`.
"""

from dataclasses import dataclass, field

from protocols.smpp.commands import BindMode
from protocols.smpp.tlv import Tag, Tlv, find

UDHI = 0x40
"""esm_class bit: the message begins with a user data header (clause 5.2.12)."""


@dataclass(frozen=True, slots=True)
class Bind:
    """bind_receiver, bind_transmitter or bind_transceiver (clauses 4.1.1–4.1.5)."""

    mode: BindMode
    system_id: str
    password: str = field(default="", repr=False)
    system_type: str = ""
    interface_version: int = 0x34
    addr_ton: int = 0
    addr_npi: int = 0
    address_range: str = ""
    tlvs: tuple[Tlv, ...] = ()


@dataclass(frozen=True, slots=True)
class BindResp:
    """The answer to a bind; `system_id` is the SMS centre's own."""

    mode: BindMode
    system_id: str = ""
    tlvs: tuple[Tlv, ...] = ()


@dataclass(frozen=True, slots=True)
class Outbind:
    """The SMS centre asks an ESME to bind as receiver (clause 4.1.7)."""

    system_id: str
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """The fields that submit_sm and deliver_sm share (clauses 4.4.1, 4.6.1)."""

    destination_addr: str
    short_message: bytes = b""
    source_addr: str = ""
    service_type: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    dest_addr_ton: int = 0
    dest_addr_npi: int = 0
    esm_class: int = 0
    protocol_id: int = 0
    priority_flag: int = 0
    schedule_delivery_time: str = ""
    validity_period: str = ""
    registered_delivery: int = 0
    replace_if_present_flag: int = 0
    data_coding: int = 0
    sm_default_msg_id: int = 0
    tlvs: tuple[Tlv, ...] = ()

    @property
    def message(self) -> bytes:
        """The message's octets, header included: message_payload if it is there, else short_message."""
        payload = find(self.tlvs, Tag.MESSAGE_PAYLOAD)
        return self.short_message if payload is None else payload


@dataclass(frozen=True, slots=True)
class SubmitSm(ShortMessage):
    """A message from an ESME to a phone."""


@dataclass(frozen=True, slots=True)
class DeliverSm(ShortMessage):
    """A message from a phone, or a receipt, to an ESME."""


@dataclass(frozen=True, slots=True)
class DataSm:
    """data_sm (clause 4.7.1), either way; its text is always in message_payload."""

    destination_addr: str
    source_addr: str = ""
    service_type: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    dest_addr_ton: int = 0
    dest_addr_npi: int = 0
    esm_class: int = 0
    registered_delivery: int = 0
    data_coding: int = 0
    tlvs: tuple[Tlv, ...] = ()

    @property
    def message(self) -> bytes:
        """The message's octets, header included; b"" without message_payload."""
        return find(self.tlvs, Tag.MESSAGE_PAYLOAD) or b""


@dataclass(frozen=True, slots=True)
class SubmitSmResp:
    """The SMS centre's answer to submit_sm; `message_id` is "" in an error."""

    message_id: str = ""
    tlvs: tuple[Tlv, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliverSmResp:
    """The ESME's answer to deliver_sm; its message_id is unused and stays empty (clause 4.6.2)."""

    message_id: str = ""
    tlvs: tuple[Tlv, ...] = ()


@dataclass(frozen=True, slots=True)
class DataSmResp:
    """The answer to data_sm."""

    message_id: str = ""
    tlvs: tuple[Tlv, ...] = ()


@dataclass(frozen=True, slots=True)
class QuerySm:
    """Asks what became of a message (clause 4.8.1)."""

    message_id: str
    source_addr: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0


@dataclass(frozen=True, slots=True)
class QuerySmResp:
    """What became of a message; `message_state` as in clause 5.2.28."""

    message_id: str = ""
    final_date: str = ""
    message_state: int = 0
    error_code: int = 0


@dataclass(frozen=True, slots=True)
class CancelSm:
    """Withdraws a message that is not delivered yet (clause 4.9.1)."""

    destination_addr: str = ""
    message_id: str = ""
    service_type: str = ""
    source_addr: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    dest_addr_ton: int = 0
    dest_addr_npi: int = 0


@dataclass(frozen=True, slots=True)
class ReplaceSm:
    """Replaces a message that is not delivered yet (clause 4.10.1); read, never sent by us."""

    message_id: str
    short_message: bytes = b""
    source_addr: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    schedule_delivery_time: str = ""
    validity_period: str = ""
    registered_delivery: int = 0
    sm_default_msg_id: int = 0


@dataclass(frozen=True, slots=True)
class AlertNotification:
    """A phone that was unreachable is there again (clause 4.12.1); nobody answers it."""

    source_addr: str = ""
    esme_addr: str = ""
    source_addr_ton: int = 0
    source_addr_npi: int = 0
    esme_addr_ton: int = 0
    esme_addr_npi: int = 0
    tlvs: tuple[Tlv, ...] = ()


@dataclass(frozen=True, slots=True)
class Plain:
    """A PDU that is all header: unbind, enquire_link, their answers, generic_nack, cancel_sm_resp …"""

    command_id: int


@dataclass(frozen=True, slots=True)
class Raw:
    """A known command whose body we have no use for, kept as it came (submit_multi and its answer)."""

    command_id: int
    body: bytes = b""


Body = (
    Bind
    | BindResp
    | Outbind
    | SubmitSm
    | DeliverSm
    | DataSm
    | SubmitSmResp
    | DeliverSmResp
    | DataSmResp
    | QuerySm
    | QuerySmResp
    | CancelSm
    | ReplaceSm
    | AlertNotification
    | Plain
    | Raw
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded PDU.

    `faults` break the specification but lost nothing that matters (an overrunning TLV, a missing NUL);
    `notes` are oddities that are seen in the field and are harmless. Both are for people.
    """

    command_id: int
    status: int
    sequence: int
    body: Body
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
