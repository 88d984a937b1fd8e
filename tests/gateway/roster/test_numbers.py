"""Numbers of receivers, and how a log shows them."""

import pytest

from gateway.model import NumberKind
from gateway.roster.numbers import Number, NumberError, mask, parse_number


@pytest.mark.parametrize("text", ["20117", "00000", " 20117 "])
def test_extension(text: str) -> None:
    """Exactly five digits are an extension and stay text, leading zeros too."""
    assert parse_number(text, "SE") == Number(text.strip(), NumberKind.EXTENSION)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("070-174 06 05", "SE"),
        ("+46701740605", "SE"),
        ("0046 70 174 06 05", "SE"),
        ("+46 (0)70-1740605", "NO"),
    ],
)
def test_mobile(text: str, region: str) -> None:
    """A mobile is kept as E.164, however it is written."""
    assert parse_number(text, region) == Number("+46701740605", NumberKind.MOBILE)


@pytest.mark.parametrize(
    "text",
    [
        "2011",
        "201170",
        "",
        "abc",
        "+46",
        "08-123 456 78",
        "+467017406xx",
        "+46701740605;ext=5",
        "٢٠١١٧",
        "1" * 50,
        "+999701740605",
    ],
)
def test_unfit_numbers(text: str) -> None:
    """Anything else is refused with what is allowed, and the refusal does not repeat the number."""
    with pytest.raises(NumberError, match="allowed: an extension of exactly 5 digits") as refused:
        parse_number(text, "SE")
    assert not text or text not in str(refused.value).replace("+46701740605", "")


def test_any_number() -> None:
    """A number that is no mobile is taken if IT vouches for it, but never one that cannot exist."""
    assert parse_number("08-123 456 78", "SE", any_number=True).text == "+46812345678"
    with pytest.raises(NumberError):
        parse_number("+46", "SE", any_number=True)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+46701740605", "+46•••0605"),
        ("+4520123456", "+45•••3456"),
        ("20117", "•••17"),
        ("", "•••"),
        ("+", "+•••"),
        ("+1", "+•••1"),
    ],
)
def test_mask(number: str, shown: str) -> None:
    """A log shows the country code and at most the last four digits."""
    assert mask(number) == shown
