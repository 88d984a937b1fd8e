"""Optional parameters of SMPP (clause 5.3): tags by name, lenient reading, exact writing.

Rules: an unknown tag is kept as it came; one whose length runs beyond the PDU keeps the octets that are
there; a stray octet at the end is left out. Each of these is told as a fault and loses nothing else,
because a delivery receipt with a broken tail still says what became of a message.
"""

from collections.abc import Iterable
from enum import IntEnum
from struct import Struct
from typing import NamedTuple

from protocols.session import LocalProtocolError

_HEADER = Struct(">HH")
VALUE_MAX = 0xFFFF
"""The length field has 16 bits."""


class Tag(IntEnum):
    """Tags that this package or its users act on, and the usual ones for showing (clause 5.3.2)."""

    DEST_ADDR_SUBUNIT = 0x0005
    DEST_NETWORK_TYPE = 0x0006
    DEST_BEARER_TYPE = 0x0007
    DEST_TELEMATICS_ID = 0x0008
    SOURCE_ADDR_SUBUNIT = 0x000D
    SOURCE_NETWORK_TYPE = 0x000E
    SOURCE_BEARER_TYPE = 0x000F
    SOURCE_TELEMATICS_ID = 0x0010
    QOS_TIME_TO_LIVE = 0x0017
    PAYLOAD_TYPE = 0x0019
    ADDITIONAL_STATUS_INFO_TEXT = 0x001D
    RECEIPTED_MESSAGE_ID = 0x001E
    MS_MSG_WAIT_FACILITIES = 0x0030
    PRIVACY_INDICATOR = 0x0201
    SOURCE_SUBADDRESS = 0x0202
    DEST_SUBADDRESS = 0x0203
    USER_MESSAGE_REFERENCE = 0x0204
    USER_RESPONSE_CODE = 0x0205
    SOURCE_PORT = 0x020A
    DESTINATION_PORT = 0x020B
    SAR_MSG_REF_NUM = 0x020C
    LANGUAGE_INDICATOR = 0x020D
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    SC_INTERFACE_VERSION = 0x0210
    CALLBACK_NUM_PRES_IND = 0x0302
    CALLBACK_NUM_ATAG = 0x0303
    NUMBER_OF_MESSAGES = 0x0304
    CALLBACK_NUM = 0x0381
    DPF_RESULT = 0x0420
    SET_DPF = 0x0421
    MS_AVAILABILITY_STATUS = 0x0422
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    DELIVERY_FAILURE_REASON = 0x0425
    MORE_MESSAGES_TO_SEND = 0x0426
    MESSAGE_STATE = 0x0427
    CONGESTION_STATE = 0x0428
    USSD_SERVICE_OP = 0x0501
    DISPLAY_TIME = 0x1201
    SMS_SIGNAL = 0x1203
    MS_VALIDITY = 0x1204
    ALERT_ON_MESSAGE_DELIVERY = 0x130C
    ITS_REPLY_TYPE = 0x1380
    ITS_SESSION_INFO = 0x1383


_NAMES = {int(tag): tag.name.lower() for tag in Tag}


class Tlv(NamedTuple):
    """One optional parameter; `value` is as it stood on the wire."""

    tag: int
    value: bytes


def tag_name(tag: int) -> str | None:
    """The specification's name of a tag; None for a reserved or vendor tag."""
    return _NAMES.get(tag)


def find(tlvs: Iterable[Tlv], tag: int) -> bytes | None:
    """The value of the first parameter with this tag, or None."""
    for tlv in tlvs:
        if tlv.tag == tag:
            return tlv.value
    return None


def read_tlvs(tail: bytes) -> tuple[tuple[Tlv, ...], tuple[str, ...]]:
    """Everything readable in the optional part of a PDU, and what was wrong with it, in words."""
    found: list[Tlv] = []
    position, end = 0, len(tail)
    while end - position >= _HEADER.size:
        tag, length = _HEADER.unpack_from(tail, position)
        position += _HEADER.size
        found.append(Tlv(tag, tail[position : position + length]))
        if position + length > end:
            return tuple(found), (
                f"TLV 0x{tag:04x} length {length} exceeds the PDU by {position + length - end}",
            )
        position += length
    if position < end:
        return tuple(found), (f"{end - position} stray octet(s) after the last TLV: {tail[position:].hex()}",)
    return tuple(found), ()


def write_tlvs(tlvs: Iterable[Tlv]) -> bytes:
    """The optional part of a PDU. Raises LocalProtocolError for a tag or value that does not fit."""
    parts: list[bytes] = []
    for tag, value in tlvs:
        if not 0 <= tag <= 0xFFFF or len(value) > VALUE_MAX:
            raise LocalProtocolError(f"TLV 0x{tag:04x} of {len(value)} octets: at most {VALUE_MAX}")
        parts += (_HEADER.pack(tag, len(value)), value)
    return b"".join(parts)
