"""Command ids of SMPP 3.4 (clause 5.1.2.1) and how a request and its response belong together.

Rule: a response has the id of its request with bit 31 set; generic_nack answers any request.
"""

from enum import IntEnum

RESPONSE_BIT = 0x80000000


class Command(IntEnum):
    """command_id values that this package knows by name."""

    BIND_RECEIVER = 0x00000001
    BIND_TRANSMITTER = 0x00000002
    QUERY_SM = 0x00000003
    SUBMIT_SM = 0x00000004
    DELIVER_SM = 0x00000005
    UNBIND = 0x00000006
    REPLACE_SM = 0x00000007
    CANCEL_SM = 0x00000008
    BIND_TRANSCEIVER = 0x00000009
    OUTBIND = 0x0000000B
    ENQUIRE_LINK = 0x00000015
    SUBMIT_MULTI = 0x00000021
    ALERT_NOTIFICATION = 0x00000102
    DATA_SM = 0x00000103
    GENERIC_NACK = 0x80000000
    BIND_RECEIVER_RESP = 0x80000001
    BIND_TRANSMITTER_RESP = 0x80000002
    QUERY_SM_RESP = 0x80000003
    SUBMIT_SM_RESP = 0x80000004
    DELIVER_SM_RESP = 0x80000005
    UNBIND_RESP = 0x80000006
    REPLACE_SM_RESP = 0x80000007
    CANCEL_SM_RESP = 0x80000008
    BIND_TRANSCEIVER_RESP = 0x80000009
    ENQUIRE_LINK_RESP = 0x80000015
    SUBMIT_MULTI_RESP = 0x80000021
    DATA_SM_RESP = 0x80000103


class BindMode(IntEnum):
    """What a bound ESME may do; the value is the command_id of the bind request."""

    RECEIVER = Command.BIND_RECEIVER
    TRANSMITTER = Command.BIND_TRANSMITTER
    TRANSCEIVER = Command.BIND_TRANSCEIVER

    @property
    def transmits(self) -> bool:
        """Whether messages may be submitted over this bind."""
        return self is not BindMode.RECEIVER

    @property
    def receives(self) -> bool:
        """Whether the SMS centre may deliver over this bind."""
        return self is not BindMode.TRANSMITTER


def command_name(command_id: int) -> str:
    """The specification's name of a command_id, or "0x00000099" for one that is not known."""
    try:
        return Command(command_id).name.lower()
    except ValueError:
        return f"0x{command_id:08x}"


def is_response(command_id: int) -> bool:
    """Whether a PDU with this id answers another; such a PDU is never answered itself."""
    return bool(command_id & RESPONSE_BIT)
