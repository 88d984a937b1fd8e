"""A page as submit_sm: numbers, times, references, and flash beside it.

Sources: SMPP 3.4 clause 4.4.1; numbers, validity and references by the project's facts on SMS centres. Rules:
replace_if_present is always 0, for a second alarm must never replace the first; a message is not worth
delivering after the page's own end; a repeat of a page carries the same user_message_reference as before, so
that the centre's receipt for either names the page; a flash is sent beside a message that is kept, never
alone.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil

import phonenumbers

from gateway.config import SmppCarrier as Settings
from gateway.delivery.carriers import smpp_text
from gateway.ports import Order
from protocols.smpp.pdu import UDHI, SubmitSm
from protocols.smpp.tlv import Tag, Tlv
from protocols.sms import gsm7, segments, ucs2

MAX_SEPTETS = segments.GSM7_LIMITS[0]
"""Septets of an SMS in one part (3GPP 23.038); a UCS2 text is measured in their measure."""

MAX_UCS2 = segments.UCS2_LIMITS[0]
"""UTF-16 units of an SMS in one part."""

SHORT_NUMBER = 6
"""Digits up to which a source number is a short code (TON 3): operators' own are 5 or 6 long."""

NATIONAL = 2
"""Type of number of an address without its country code (clause 5.2.5)."""

REFERENCES = 0x10000
"""user_message_reference has 16 bits (clause 5.3.2.17)."""

ALERT_STRIDE, PART_STRIDE = 37, 101
"""Odd, so that 256 alerts in a row differ also in the low octet, which is all that some centres echo."""

DISPLAY = 1
"""dest_addr_subunit: to the display of the phone (clause 5.3.2.1)."""

FLASH_CODINGS = {"f0": 0xF0, "10": 0x10}
FLASH_UCS2 = 0x18


def measure(text: str) -> int:
    """How much of an SMS the text takes, in septets; a text that needs UCS2 in proportion."""
    near = gsm7.transliterate(text)
    if gsm7.encodable(near):
        return gsm7.septets(near)
    return ceil(len(ucs2.encode(text)) / 2 * MAX_SEPTETS / MAX_UCS2)


def reference(alert: int, page: int, part: int = 0) -> int:
    """The user_message_reference of one part of a page, in every attempt at it."""
    return (alert * ALERT_STRIDE + page + part * PART_STRIDE) % REFERENCES


def submits(order: Order, settings: Settings, now: int) -> list[SubmitSm]:
    """The PDUs of one attempt, in order: digits without "+", TON 1 NPI 1; plain, without what may be refused.

    Raises LocalProtocolError for a text that takes more parts than a page may.
    """
    page = order.alert != 0  # else a line that nobody follows
    ton, npi, source = _sender(order, settings)
    priority = 0 if order.plain else settings.priority_map[order.priority]
    validity = "" if order.plain else _validity(settings.validity, order.expires_at, now)
    # Built in one go: a page is made thousands of times a second, and each copy costs as much as this.
    return [
        SubmitSm(
            destination_addr=order.number.removeprefix("+"),
            short_message=part.octets,
            source_addr=source,
            source_addr_ton=ton,
            source_addr_npi=npi,
            dest_addr_ton=1,
            dest_addr_npi=1,
            esm_class=UDHI if part.headed else 0,
            priority_flag=priority,
            validity_period=validity,
            registered_delivery=settings.registered_delivery if page else 0,
            data_coding=part.data_coding,
            tlvs=part.tlvs if order.plain or not page else (*part.tlvs, _reference(order, number)),
        )
        for number, part in enumerate(smpp_text.parts(order.text, settings, plain=order.plain))
    ]


def flash(order: Order, settings: Settings, now: int) -> SubmitSm:
    """The page once more as a message of class 0, which is shown at once and mostly not kept."""
    coding, octets = smpp_text.one_part(order.text, settings)
    wide = coding == segments.UCS2_CODING
    tlvs: tuple[Tlv, ...] = ()
    if settings.flash_form == "subunit":
        tlvs = (Tlv(Tag.DEST_ADDR_SUBUNIT, bytes([DISPLAY])),)
    else:
        coding = FLASH_UCS2 if wide else FLASH_CODINGS[settings.flash_form]
    ton, npi, source = _sender(order, settings)
    return SubmitSm(
        destination_addr=order.number.removeprefix("+"),
        short_message=octets,
        source_addr=source,
        source_addr_ton=ton,
        source_addr_npi=npi,
        dest_addr_ton=1,
        dest_addr_npi=1,
        priority_flag=settings.priority_map[order.priority],
        validity_period=_validity(settings.validity, order.expires_at, now),
        data_coding=coding,
        tlvs=tlvs,
    )


def reported_numbers(numbers: Sequence[str], region: str) -> tuple[str, ...]:
    """The addresses of a receipt as the roster writes numbers; both, for some centres do not swap them."""
    return tuple(dict.fromkeys(sender(number, 0, region) for number in numbers if number))


def sender(number: str, ton: int, region: str) -> str:
    """An address as the roster writes numbers; without a country code, by its type or zero, it is ours."""
    digits = number.strip().removeprefix("+")
    if ton == NATIONAL or (digits.startswith("0") and not digits.startswith("00")):
        try:
            parsed = phonenumbers.parse(digits, region)
        except phonenumbers.NumberParseException:
            return f"+{digits}"
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return f"+{digits.removeprefix('00')}"


def _sender(order: Order, settings: Settings) -> tuple[int, int, str]:
    """The sender's TON, NPI and address; in the plainest form a numeric one, or none: the centre's own."""
    address = settings.source_address
    if order.plain and settings.plain_address is not None:
        address = settings.plain_address
    elif order.plain and settings.sender_is_name:
        address = ""
    return _source(address)


def _source(address: str) -> tuple[int, int, str]:
    """TON, NPI and address of the sender (clauses 5.2.5, 5.2.6)."""
    if not address:
        return 0, 0, ""
    if address.startswith("+"):
        return 1, 1, address.removeprefix("+")
    if address.isdigit():
        return (3, 0, address) if len(address) <= SHORT_NUMBER else (2, 1, address)
    return 5, 0, address


def _validity(form: str, expires_at: int, now: int) -> str:
    """validity_period (clause 7.1.1), relative or absolute UTC; empty: the centre's own."""
    if form == "relative":
        minutes, seconds = divmod(max(60, (expires_at - now) // 1000), 60)
        hours, minutes = divmod(minutes, 60)
        return f"000000{hours:02}{minutes:02}{seconds:02}000R"
    if form == "absolute":
        return datetime.fromtimestamp(expires_at / 1000, UTC).strftime("%y%m%d%H%M%S000+")
    return ""


def _reference(order: Order, part: int) -> Tlv:
    number = reference(order.alert, order.page, part)
    return Tlv(Tag.USER_MESSAGE_REFERENCE, number.to_bytes(2, "big"))
