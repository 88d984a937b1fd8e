"""The numbers that people are paged on.

Rules: exactly five digits are an extension and stay text. Anything else is a phone number: parsed with the
region of the configuration, required to be a valid mobile unless IT vouches for it (`any_number`), and kept
as E.164. A log shows a number only through `mask`.
"""

from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from gateway.model import NumberKind

EXTENSION_DIGITS = 5
MAX_LENGTH = 40  # characters as written: E.164 has 15 digits, the rest is blanks, brackets and slack
SHOWN_DIGITS = 4  # enough to tell two numbers apart, too few to call one

_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_ALLOWED = "allowed: an extension of exactly 5 digits, or a mobile number such as +46701740605"


class NumberError(ValueError):
    """A number that cannot be used; the text says what is allowed and never repeats the number."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is stored, and what it reaches."""

    text: str
    kind: NumberKind


def parse_number(text: str, region: str, any_number: bool = False) -> Number:
    """The number that was written. `region` is a country code such as SE. NumberError if it is unfit."""
    written = text.strip()
    if len(written) == EXTENSION_DIGITS and written.isascii() and written.isdigit():
        return Number(written, NumberKind.EXTENSION)
    if len(written) > MAX_LENGTH:
        raise NumberError(f"is longer than {MAX_LENGTH} characters; {_ALLOWED}")
    if any(one.isalpha() for one in written):
        # The library would read a letter as the digit on its key: a slip would become another's number.
        raise NumberError(f"holds letters; {_ALLOWED}")
    try:
        found = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        raise NumberError(f"is no phone number; {_ALLOWED}") from None
    if found.extension:
        raise NumberError(f"has an extension behind the number, which no carrier can dial; {_ALLOWED}")
    if any_number:
        if not phonenumbers.is_possible_number(found):
            raise NumberError(f"has a length that no phone number has; {_ALLOWED}")
    elif not phonenumbers.is_valid_number(found) or phonenumbers.number_type(found) not in _MOBILE:
        raise NumberError(f"is no valid mobile number; {_ALLOWED} (any_number = true takes any phone number)")
    return Number(phonenumbers.format_number(found, PhoneNumberFormat.E164), NumberKind.MOBILE)


def mask(number: str) -> str:
    """The number for a log: country code and the last four digits; of a short one half its digits at most."""
    shown = number[-min(SHOWN_DIGITS, len(number) // 2) :] if len(number) > 1 else ""
    country = ""
    if number.startswith("+"):
        try:
            country = f"+{phonenumbers.parse(number, None).country_code}"
        except phonenumbers.NumberParseException:
            country = "+"
    return f"{country}•••{shown}"
