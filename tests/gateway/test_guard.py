"""The patient-data guard: what it must find, and what it must let through."""

import random

import phonenumbers
import pytest

from gateway.guard import callback_holds_identity_number, holds_identity_number


def check_digit(nine: str) -> str:
    total = 0
    for place, digit in enumerate(nine):
        doubled = int(digit) * (2 - place % 2)
        total += doubled // 10 + doubled % 10
    return nine + str(-total % 10)


PERSON = check_digit("121212121")  # 12 December, born 1912 or 2012
COORDINATION = check_digit("701063239")  # 3 October + 60


@pytest.mark.parametrize("ten", [PERSON, COORDINATION], ids=["personnummer", "samordningsnummer"])
@pytest.mark.parametrize("century", ["", "18", "19", "20"])
@pytest.mark.parametrize("mark", ["", "-", "+", " ", ".", "_", "/", ":", " - "])
@pytest.mark.parametrize("around", ["{}", "A-{}", "{}X", "Ärende {} igen", "a:{}/7"])
def test_an_identity_number_is_found_however_it_is_written(
    ten: str, century: str, mark: str, around: str
) -> None:
    """With and without century, with any mark before the last four, inside other text."""
    assert holds_identity_number(around.format(f"{century}{ten[:6]}{mark}{ten[6:]}"))


@pytest.mark.parametrize(
    "text",
    [
        "A-1042",
        "20300",
        PERSON[:9] + str((int(PERSON[9]) + 1) % 10),  # wrong check digit
        check_digit("121312121"),  # month 13
        check_digit("121232121"),  # day 32
        check_digit("121292121"),  # day 92: beyond 31 + 60
        "17" + PERSON,  # no century of anybody alive
        "9" + PERSON,  # eleven digits
        PERSON + "1",
        "",
    ],
)
def test_what_is_none_is_let_through(text: str) -> None:
    """A wrong check digit, an impossible date or more digits around it make it something else."""
    assert not holds_identity_number(text)


def test_no_phone_number_as_people_write_it_is_taken_for_one() -> None:
    """Thousands of valid Swedish numbers in the usual forms: every one goes through as a call-back."""
    dice = random.Random(7)
    seen = 0
    for _ in range(1500):
        national = "0" + dice.choice(["70", "72", "73", "76", "79", "8", "26", "31"])
        national += "".join(dice.choice("0123456789") for _ in range(dice.choice([6, 7])))
        number = phonenumbers.parse(national, "SE")
        if not phonenumbers.is_valid_number(number):
            continue
        seen += 1
        for form in range(4):  # E.164, international, national, RFC 3966
            text = phonenumbers.format_number(number, form).removeprefix("tel:")
            assert not callback_holds_identity_number(text, "SE"), text
        assert not callback_holds_identity_number(national, "SE"), national
    assert seen > 300


def test_a_phone_number_whose_digits_are_an_identity_number_is_a_phone_number() -> None:
    """In `callback`, a valid number with its leading 0 is what the member is for; with a hyphen it is not."""
    ten = next(
        number
        for number in (check_digit(f"0701{day}{serial:03}") for day in range(61, 92) for serial in range(100))
        if phonenumbers.is_valid_number(phonenumbers.parse(number, "SE"))
    )
    assert holds_identity_number(ten)
    assert not callback_holds_identity_number(ten, "SE")
    assert callback_holds_identity_number(f"{ten[:6]}-{ten[6:]}", "SE")


@pytest.mark.parametrize(
    "text", [PERSON, f"{PERSON[:6]}-{PERSON[6:]}", f"19{PERSON}", f"19{PERSON[:6]} {PERSON[6:]}"]
)
def test_an_identity_number_is_found_in_a_callback(text: str) -> None:
    """Without a leading 0 or + it is no telephone number."""
    assert callback_holds_identity_number(text, "SE")


@pytest.mark.parametrize(
    "text", ["20300", "+46701740605", "070-174 06 05", "08-123 456 78", "0046 70 174 06 05"]
)
def test_ordinary_callbacks_go_through(text: str) -> None:
    """Extensions and numbers in every usual form."""
    assert not callback_holds_identity_number(text, "SE")
