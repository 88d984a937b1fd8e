"""A page as a submit_sm: numbers, validity, text and reference."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.config.lines import SmppCarrier
from gateway.delivery.carriers.smpp_message import MAX_SEPTETS, measure, reported_numbers, submit_sm

NOW = 1_795_000_000_000
Make = Callable[..., Any]


def settings(**changes: Any) -> SmppCarrier:
    values = {
        "type": "smpp",
        "name": "sms",
        "serves": "mobile",
        "endpoint": "tcp:host=127.0.0.1:port=2775",
        "system_id": "bakjour",
        "password": "secret",
        "source_address": "+46701740699",
    }
    return SmppCarrier.model_validate(values | changes, strict=False)


@pytest.mark.parametrize(
    ("sender", "wanted"),
    [
        ("+46701740699", (1, 1, "46701740699")),
        ("71234", (3, 0, "71234")),
        ("0701740699", (2, 1, "0701740699")),
        ("Bakjour", (5, 0, "Bakjour")),
    ],
)
def test_the_sender_has_the_type_of_its_number(
    order: Make, sender: str, wanted: tuple[int, int, str]
) -> None:
    """International, short code, national, or a name."""
    sent = submit_sm(order(), settings(source_address=sender), NOW)
    assert (sent.source_addr_ton, sent.source_addr_npi, sent.source_addr) == wanted


def test_the_message_is_not_worth_delivering_after_the_pages_end(order: Make) -> None:
    """Relative, absolute or left to the centre; never less than a minute."""
    half_an_hour = order(expires_at=NOW + 1_800_000)
    assert submit_sm(half_an_hour, settings(), NOW).validity_period == "000000003000000R"
    assert submit_sm(half_an_hour, settings(validity="none"), NOW).validity_period == ""
    assert submit_sm(half_an_hour, settings(validity="absolute"), NOW).validity_period == "261118113640000+"
    assert submit_sm(order(expires_at=NOW - 5), settings(), NOW).validity_period == "000000000100000R"
    assert submit_sm(order(expires_at=NOW + 5_400_000), settings(), NOW).validity_period == "000000013000000R"


def test_a_second_alarm_never_replaces_the_first_and_each_has_its_reference(order: Make) -> None:
    """replace_if_present is 0; the reference is the attempt's number in 16 bits."""
    sent = submit_sm(order(attempt=0x1_0005), settings(), NOW)
    assert sent.replace_if_present_flag == 0
    assert [tlv.value for tlv in sent.tlvs] == [b"\x00\x05"]


def test_a_text_that_the_alphabet_has_is_plain_and_one_that_it_lacks_is_wide(order: Make) -> None:
    """å ä ö are in GSM 03.38; what is not goes as UCS2 and is measured by it."""
    assert submit_sm(order(text="Åäö"), settings(), NOW).data_coding == 0
    assert measure("Åäö") == 3
    assert measure("€") == 2
    wide = "Ж" * 70
    assert submit_sm(order(text=wide), settings(), NOW).data_coding == 8
    assert measure(wide) == MAX_SEPTETS
    assert measure(wide + "Ж") > MAX_SEPTETS


def test_the_addresses_of_a_receipt_are_read_as_the_roster_writes_them() -> None:
    """With and without +, national with the region's code; both, because some centres do not swap them."""
    assert reported_numbers(("46701740605", "+46701740699"), "SE") == ("+46701740605", "+46701740699")
    assert reported_numbers(("0701740605", "46701740605"), "SE") == ("+46701740605",)
    assert reported_numbers(("", "46701740605"), "SE") == ("+46701740605",)
