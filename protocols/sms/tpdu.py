"""SMS transfer PDUs (3GPP TS 23.040 clause 9.2): SUBMIT, DELIVER and STATUS-REPORT, read and written.

Rules: reading takes what is there and tells the rest as faults, so a PDU that is cut still shows who it is
from. The message type says the direction: 0 and 2 come from the service centre, 1 goes to it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from protocols.session import LocalProtocolError
from protocols.sms import gsm7, ucs2
from protocols.sms.address import (
    Address,
    ServiceTime,
    read_address,
    read_time,
    write_address,
    write_time,
)
from protocols.sms.octets import Octets

DELIVER, SUBMIT, STATUS_REPORT, RESERVED = 0, 1, 2, 3
"""TP-MTI (clause 9.2.3.1), by the direction that the PDU has with us."""
UDHI = 0x40
SRR = 0x20
VPF_RELATIVE = 0x10

USER_DATA_MAX = 140
"""Octets of user data in one PDU, header included (clause 9.2.3.24)."""


@dataclass(frozen=True, slots=True)
class UserData:
    """TP-DCS and TP-UD. `length` is TP-UDL as it stood; `octets` are unpacked septets in the GSM alphabet."""

    data_coding: int
    length: int
    header: bytes
    octets: bytes

    @property
    def text(self) -> str:
        """What a phone shows; octets of an 8-bit coding one character each."""
        kind = alphabet(self.data_coding)
        if kind == "gsm7":
            return gsm7.decode(self.octets)
        return ucs2.decode(self.octets) if kind == "ucs2" else self.octets.decode("latin-1")


@dataclass(frozen=True, slots=True)
class Deliver:
    """SMS-DELIVER: a message that came in."""

    originator: Address
    protocol_id: int
    sent: ServiceTime
    data: UserData
    more_to_come: bool = False
    status_report: bool = False


@dataclass(frozen=True, slots=True)
class Submit:
    """SMS-SUBMIT: a message that goes out. `validity` is TP-VP as octets, b"" for none."""

    destination: Address
    data: UserData
    reference: int = 0
    protocol_id: int = 0
    validity: bytes = b""
    status_report: bool = False
    reject_duplicates: bool = False


@dataclass(frozen=True, slots=True)
class StatusReport:
    """SMS-STATUS-REPORT: what became of the SUBMIT with this reference (8 bits, it wraps)."""

    reference: int
    recipient: Address
    sent: ServiceTime
    discharged: ServiceTime
    status: int

    @property
    def outcome(self) -> str:
        """delivered, unconfirmed, replaced, trying, failed or gave up (TP-ST, clause 9.2.3.15)."""
        if self.status <= 0x02:
            return ("delivered", "unconfirmed", "replaced")[self.status]
        band = self.status >> 5 & 0x03
        # 03–1F are reserved or the centre's own: no proof of delivery.
        return ("unconfirmed", "trying", "failed", "gave up")[band] if self.status < 0x80 else "failed"


Tpdu = Deliver | Submit | StatusReport


@dataclass(frozen=True, slots=True)
class Decoded:
    """One PDU. `smsc` is the service centre's address that led it, None if none did."""

    tpdu: Tpdu
    smsc: Address | None
    faults: tuple[str, ...]


def alphabet(data_coding: int) -> str:
    """gsm7, ucs2 or octets of a TP-DCS (3GPP TS 23.038 clause 4); a reserved coding is read as gsm7."""
    group = data_coding >> 4
    if group < 0x8:
        return ("gsm7", "octets", "ucs2", "gsm7")[data_coding >> 2 & 0x03]
    if group == 0xE:
        return "ucs2"
    return "octets" if group == 0xF and data_coding & 0x04 else "gsm7"


def decode_tpdu(octets: bytes) -> tuple[Tpdu, tuple[str, ...]]:
    """A PDU without a service centre's address, and what was wrong with it. Never raises."""
    source = Octets(octets)
    first = source.octet("TP-MTI")
    kind = first & 0x03
    tpdu = _READERS[kind](source, first)
    if kind == RESERVED:
        source.faults.insert(0, "TP-MTI 3 is reserved")
    if source.left and kind != STATUS_REPORT:
        source.faults.append(
            f"{source.left} octet(s) after the user data: {source.take(source.left, '').hex()}"
        )
    return tpdu, tuple(source.faults)


def decode(octets: bytes) -> Decoded:
    """A PDU with or without the service centre's address before it, whichever reads with fewer faults."""
    bare, faults = decode_tpdu(octets)
    plain = Decoded(bare, None, faults)
    length = octets[0] if octets else 0
    typed = length == 0 or (2 <= length <= 11 and len(octets) > length + 1 and octets[1] & 0x80)
    if not typed:
        return plain
    tpdu, led_faults = decode_tpdu(octets[1 + length :])
    source = Octets(octets[1 : 1 + length])
    smsc = read_address(source, 2 * (length - 1)) if length else Address("", 0x80)
    led = Decoded(tpdu, smsc, led_faults)
    return plain if len(faults) < len(led_faults) else led


def _deliver(source: Octets, first: int) -> Deliver:
    originator = read_address(source, source.octet("address length"))
    protocol_id, data_coding = source.octet("TP-PID"), source.octet("TP-DCS")
    sent = read_time(source)
    data = _user_data(source, data_coding, bool(first & UDHI))
    return Deliver(originator, protocol_id, sent, data, not first & 0x04, bool(first & 0x20))


def _submit(source: Octets, first: int) -> Submit:
    reference = source.octet("TP-MR")
    destination = read_address(source, source.octet("address length"))
    protocol_id, data_coding = source.octet("TP-PID"), source.octet("TP-DCS")
    validity = source.take((0, 7, 1, 7)[first >> 3 & 0x03], "TP-VP")
    data = _user_data(source, data_coding, bool(first & UDHI))
    return Submit(destination, data, reference, protocol_id, validity, bool(first & SRR), bool(first & 0x04))


def _status_report(source: Octets, first: int) -> StatusReport:
    reference = source.octet("TP-MR")
    recipient = read_address(source, source.octet("address length"))
    return StatusReport(reference, recipient, read_time(source), read_time(source), source.octet("TP-ST"))


def _user_data(source: Octets, data_coding: int, header_leads: bool) -> UserData:
    length = source.octet("TP-UDL")
    septets = alphabet(data_coding) == "gsm7"
    octets = (7 * length + 7) // 8 if septets else length
    if octets > USER_DATA_MAX:
        source.faults.append(f"TP-UDL {length}: {octets} octets of user data, at most {USER_DATA_MAX}")
    packed = source.take(octets, "TP-UD")
    header = b""
    if header_leads and packed:
        header = packed[: 1 + packed[0]]
        if len(header) < 1 + packed[0]:
            source.faults.append(f"user data header of {packed[0]} octets, but {len(packed) - 1} are there")
    if not septets:
        return UserData(data_coding, length, header, packed[len(header) :])
    fill = -8 * len(header) % 7
    count = length - (8 * len(header) + fill) // 7
    return UserData(data_coding, length, header, gsm7.unpack(packed[len(header) :], max(0, count), fill))


_READERS: Mapping[int, Callable[[Octets, int], Tpdu]] = {
    DELIVER: _deliver,
    SUBMIT: _submit,
    STATUS_REPORT: _status_report,
    RESERVED: _deliver,
}


def encode_submit(submit: Submit) -> bytes:
    """The PDU without a service centre's address; `data.length` is worked out, not taken from the value.

    Raises LocalProtocolError for what does not fit: a number over 20 digits, user data over 140 octets, a
    validity that is neither 0, 1 nor 7 octets.
    """
    if len(submit.validity) not in (0, 1, 7):
        raise LocalProtocolError(f"TP-VP of {len(submit.validity)} octets: allowed are 0, 1 and 7")
    first = SUBMIT | {0: 0x00, 1: VPF_RELATIVE, 7: 0x18}[len(submit.validity)]
    first |= (SRR if submit.status_report else 0) | (UDHI if submit.data.header else 0)
    first |= 0x04 if submit.reject_duplicates else 0
    for name, value in (("TP-MR", submit.reference), ("TP-PID", submit.protocol_id)):
        if not 0 <= value <= 0xFF:
            raise LocalProtocolError(f"{name} {value}: one octet, 0 to 255")
    length, packed = _pack(submit.data)
    head = bytes([first, submit.reference]) + write_address(submit.destination)
    return (
        head
        + bytes([submit.protocol_id, submit.data.data_coding])
        + submit.validity
        + bytes([length])
        + packed
    )


def encode_deliver(deliver: Deliver, instant: datetime) -> bytes:
    """The PDU without a service centre's address, stamped with `instant`, which has its offset from UTC.

    Raises LocalProtocolError for what does not fit, as `encode_submit` does.
    """
    first = DELIVER | (UDHI if deliver.data.header else 0)
    first |= (0 if deliver.more_to_come else 0x04) | (SRR if deliver.status_report else 0)
    length, packed = _pack(deliver.data)
    return (
        bytes([first])
        + write_address(deliver.originator)
        + bytes([deliver.protocol_id, deliver.data.data_coding])
        + write_time(instant)
        + bytes([length])
        + packed
    )


def encode_status_report(
    reference: int, recipient: Address, sent: datetime, discharged: datetime, status: int
) -> bytes:
    """The PDU without a service centre's address. Raises LocalProtocolError for what does not fit."""
    for name, value in (("TP-MR", reference), ("TP-ST", status)):
        if not 0 <= value <= 0xFF:
            raise LocalProtocolError(f"{name} {value}: one octet, 0 to 255")
    head = bytes([STATUS_REPORT | 0x04, reference]) + write_address(recipient)
    return head + write_time(sent) + write_time(discharged) + bytes([status])


def _pack(data: UserData) -> tuple[int, bytes]:
    if alphabet(data.data_coding) == "gsm7":
        fill = -8 * len(data.header) % 7
        length = (8 * len(data.header) + fill) // 7 + len(data.octets)
        packed = data.header + gsm7.pack(data.octets, fill)
    else:
        length = len(data.header) + len(data.octets)
        packed = data.header + data.octets
    if len(packed) > USER_DATA_MAX:
        raise LocalProtocolError(f"{len(packed)} octets of user data, at most {USER_DATA_MAX}")
    return length, packed


def relative_validity(seconds: float) -> int:
    """The TP-VP octet for at most `seconds` (clause 9.2.3.12.1), at least the 5 minutes of its first step."""
    minutes = int(seconds // 60)
    if minutes <= 720:
        return max(0, minutes // 5 - 1)
    if minutes <= 1_440:
        return 143 + (minutes - 720) // 30
    days = minutes // 1_440
    return 166 + min(30, days) if days < 35 else min(255, 192 + days // 7)
