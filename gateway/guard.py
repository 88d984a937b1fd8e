"""The patient-data guard: a personal identity number never gets past the intake.

A Swedish personal identity number (personnummer) or coordination number (samordningsnummer, day + 60) is
YYMMDD-NNNN or YYYYMMDD-NNNN with a check digit (Luhn over the ten digits). It must never stop a page: the
member that holds one is dropped and named.

Rule where both readings are possible: in `callback`, a valid telephone number written with its leading 0 or +
is a telephone number, for that is what the member is for; a hyphen or plus sign before the last four digits
after a six- or eight-digit date makes it an identity number all the same.
"""

import re

import phonenumbers

_CANDIDATE = re.compile(r"(?<!\d)(?P<date>(?:\d{2})?\d{6})(?P<mark>[-+ ._/:()]{0,3})(?P<number>\d{4})(?!\d)")
_CENTURIES = ("18", "19", "20")
_COORDINATION = 60  # added to the day of birth in a coordination number


def holds_identity_number(text: str) -> bool:
    """Whether some part of the text is a personal identity number or coordination number."""
    return any(_is_identity_number(match) for match in _CANDIDATE.finditer(text))


def callback_holds_identity_number(text: str, region: str) -> bool:
    """The same for a call-back number, where a valid telephone number of `region` is none."""
    found = [match for match in _CANDIDATE.finditer(text) if _is_identity_number(match)]
    if not found:
        return False
    if any({"-", "+"} & set(match["mark"]) for match in found):
        return True
    return not (text.strip().startswith(("0", "+")) and _is_telephone_number(text, region))


def _is_identity_number(match: re.Match[str]) -> bool:
    date = match["date"]
    if len(date) == 8:
        if not date.startswith(_CENTURIES):
            return False
        date = date[2:]
    month, day = int(date[2:4]), int(date[4:6])
    if day > _COORDINATION:
        day -= _COORDINATION
    return 1 <= month <= 12 and 1 <= day <= 31 and _luhn(date + match["number"])


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(map(int, digits)):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _is_telephone_number(text: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False
