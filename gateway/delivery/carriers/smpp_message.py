"""A page as a submit_sm, and whose receipt a receipt is.

Sources: SMPP 3.4 clause 4.4.1; numbers, validity and references by the project's facts on SMS centres. Rules:
one part, GSM 03.38 where the alphabet has the text; replace_if_present is always 0, for a second alarm must
never replace the first; the message is not worth delivering after the page's own end.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import ceil

import phonenumbers

from gateway.config import SmppCarrier as Settings
from gateway.model import Attempt
from gateway.ports import Order
from protocols.smpp.pdu import SubmitSm
from protocols.smpp.receipt import Receipt
from protocols.smpp.receipt_ids import keys
from protocols.smpp.tlv import Tag, Tlv
from protocols.sms import gsm7, segments, ucs2

MAX_SEPTETS = 160
"""Septets of an SMS in one part (3GPP 23.038); a UCS2 text is measured in their measure."""

MAX_UCS2 = 70
"""UTF-16 units of an SMS in one part."""

SHORT_NUMBER = 6
"""Digits up to which a source number is a short code (TON 3): operators' own are 5 or 6 long."""

REFERENCES = 0x10000
"""user_message_reference has 16 bits (clause 5.3.2.17)."""


def measure(text: str) -> int:
    """How much of an SMS the text takes, in septets; a text that needs UCS2 in proportion."""
    near = gsm7.transliterate(text)
    if gsm7.encodable(near):
        return gsm7.septets(near)
    return ceil(len(ucs2.encode(text)) / 2 * MAX_SEPTETS / MAX_UCS2)


def submit_sm(order: Order, settings: Settings, now: int) -> SubmitSm:
    """The PDU of one attempt; in its plainest form without what a centre may refuse."""
    coding, octets = _text(order.text, settings, plain=order.plain)
    ton, npi, source = _source(settings.source_address)
    return SubmitSm(
        destination_addr=order.number.removeprefix("+"),
        dest_addr_ton=1,
        dest_addr_npi=1,
        source_addr=source,
        source_addr_ton=ton,
        source_addr_npi=npi,
        short_message=octets,
        data_coding=coding,
        registered_delivery=settings.registered_delivery,
        priority_flag=0 if order.plain else settings.priority_map[order.priority],
        validity_period="" if order.plain else _validity(settings.validity, order.expires_at, now),
        tlvs=() if order.plain else (_reference(order.attempt),),
    )


def about(receipt: Receipt) -> Callable[[Attempt], bool]:
    """Whether an attempt is the one that the receipt is of, as far as its ids and reference tell.

    Ids are compared by their key sets, for centres write them in many ways; where a reference came back it
    must agree, and it alone decides for an attempt whose response is not known.
    """
    wanted = receipt.keys

    def matches(attempt: Attempt) -> bool:
        if attempt.ref is None:
            return names(receipt, attempt.id)
        same = not wanted.isdisjoint(keys(attempt.ref))
        return same and (receipt.reference is None or names(receipt, attempt.id))

    return matches


def names(receipt: Receipt, attempt: int) -> bool:
    """Whether the receipt repeats our own reference for this attempt; some echo its low octet only."""
    number = attempt % REFERENCES
    return receipt.reference in (number, number & 0xFF)


def reported_numbers(numbers: Sequence[str], region: str) -> tuple[str, ...]:
    """The addresses of a receipt as the roster writes numbers; both, for some centres do not swap them."""
    return tuple(dict.fromkeys(_e164(number, region) for number in numbers if number))


def _text(text: str, settings: Settings, *, plain: bool) -> tuple[int, bytes]:
    near = gsm7.transliterate(text)
    if gsm7.encodable(near):
        return 0 if plain else settings.data_coding, gsm7.encode(near)
    if plain:
        return 0, gsm7.encode("".join(letter if gsm7.encodable(letter) else "?" for letter in near))
    return segments.UCS2_CODING, ucs2.encode(text)


def _source(address: str) -> tuple[int, int, str]:
    """TON, NPI and address of the sender (clauses 5.2.5, 5.2.6)."""
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


def _reference(attempt: int) -> Tlv:
    return Tlv(Tag.USER_MESSAGE_REFERENCE, (attempt % REFERENCES).to_bytes(2, "big"))


def _e164(number: str, region: str) -> str:
    digits = number.strip().removeprefix("+")
    if digits.startswith("0"):
        try:
            parsed = phonenumbers.parse(digits, region)
        except phonenumbers.NumberParseException:
            return f"+{digits}"
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return f"+{digits}"
