"""Addresses and time stamps of 3GPP TS 23.040 (clauses 9.1.2.5 and 9.2.3.11): nibbles the wrong way round.

Rule: a time stamp is kept as it stood and turned into an instant only on request, for centres send nonsense.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from protocols.session import LocalProtocolError
from protocols.sms import gsm7
from protocols.sms.octets import Octets

_DIGITS = "0123456789*#abc"
_ALPHANUMERIC = 0x50
DIGITS_MAX = 20
"""Semi-octets of an address (clause 9.1.2.5)."""


@dataclass(frozen=True, slots=True)
class Address:
    """`number` without "+"; `kind` is the type-of-address octet, 0x91 international, 0x81 unknown."""

    number: str
    kind: int = 0x91

    @property
    def shown(self) -> str:
        """With "+" if it is international."""
        return f"+{self.number}" if self.kind & 0x70 == 0x10 else self.number


@dataclass(frozen=True, slots=True)
class ServiceTime:
    """Seven octets, nibbles swapped back: YYMMDDhhmmss and the zone's raw octet."""

    digits: str
    zone: int

    @property
    def instant(self) -> datetime | None:
        """With its offset from UTC; None if the digits are no time."""
        quarters = (self.zone & 0x07) * 10 + (self.zone >> 4)
        offset = timedelta(minutes=-15 * quarters if self.zone & 0x08 else 15 * quarters)
        try:
            naive = datetime.strptime(self.digits, "%y%m%d%H%M%S")  # noqa: DTZ007  the zone is beside it
            return naive.replace(tzinfo=timezone(offset))
        except ValueError:
            return None


def read_address(source: Octets, semi_octets: int) -> Address:
    """Type of address and digits, or a name of septets (type 0x50)."""
    if semi_octets > DIGITS_MAX:
        source.faults.append(f"address of {semi_octets} digits, at most {DIGITS_MAX}")
    kind = source.octet("type of address")
    octets = source.take((semi_octets + 1) // 2, "address")
    if kind & 0x70 == _ALPHANUMERIC:
        return Address(gsm7.decode(gsm7.unpack(octets, semi_octets * 4 // 7)), kind)
    nibbles = [nibble for octet in octets for nibble in (octet & 0x0F, octet >> 4)][:semi_octets]
    return Address("".join(_DIGITS[nibble] for nibble in nibbles if nibble < 0x0F), kind)


def write_address(address: Address) -> bytes:
    """Length in semi-octets, type and value. Raises LocalProtocolError for what no digit stands for."""
    if address.kind & 0x70 == _ALPHANUMERIC:
        if not gsm7.encodable(address.number):
            raise LocalProtocolError("a name may hold characters of the GSM alphabet only")
        septets = gsm7.encode(address.number)
        value, length = gsm7.pack(septets), (7 * len(septets) + 3) // 4
    else:
        if not all(letter in _DIGITS for letter in address.number):
            raise LocalProtocolError("an address may hold 0–9, *, #, a, b and c only")
        nibbles = [_DIGITS.index(letter) for letter in address.number]
        length = len(nibbles)
        nibbles += [0x0F] * (length % 2)
        value = bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))
    if length > DIGITS_MAX:
        raise LocalProtocolError(f"an address of {length} digits, at most {DIGITS_MAX}")
    return bytes([length, address.kind]) + value


def read_time(source: Octets) -> ServiceTime:
    """Seven octets; missing ones leave fewer digits."""
    octets = source.take(7, "time stamp")
    digits = "".join(f"{octet & 0x0F:x}{octet >> 4:x}" for octet in octets[:6])
    return ServiceTime(digits, octets[6] if len(octets) == 7 else 0)


def write_time(instant: datetime) -> bytes:
    """Seven octets of an instant with its offset from UTC, in quarters of an hour."""
    offset = instant.utcoffset() or timedelta()
    quarters = abs(int(offset.total_seconds())) // 900
    zone = quarters % 10 << 4 | quarters // 10 | (0x08 if offset < timedelta() else 0)
    digits = instant.strftime("%y%m%d%H%M%S")
    pairs = zip(digits[::2], digits[1::2], strict=True)
    return bytes([*(int(low) | int(high) << 4 for low, high in pairs), zone])


def write_centre(number: str) -> bytes:
    """The service centre's address that leads a PDU at a modem (3GPP TS 27.005 clause 3.1).

    Its length counts octets, the type's included; "" is the length 0: the centre that the SIM knows. A "+"
    makes it international. Raises LocalProtocolError for what no digit stands for.
    """
    if not number:
        return b"\x00"
    kind = 0x91 if number.startswith("+") else 0x81
    coded = write_address(Address(number.removeprefix("+"), kind))[1:]
    return bytes([len(coded)]) + coded
