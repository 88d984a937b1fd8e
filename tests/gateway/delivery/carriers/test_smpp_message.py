"""A page as submit_sm: numbers, validity, alphabets, parts, references, flash."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.config.lines import SmppCarrier
from gateway.delivery.carriers.smpp_message import (
    MAX_SEPTETS,
    flash,
    measure,
    reference,
    reported_numbers,
    sender,
    submits,
)
from gateway.delivery.carriers.smpp_text import max_text, measure_parts
from gateway.ports import Order
from protocols.session import LocalProtocolError
from protocols.smpp.pdu import UDHI, SubmitSm
from protocols.smpp.text import read_text
from protocols.smpp.tlv import Tag, find
from protocols.sms import gsm7, ucs2

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


def submit_sm(order: Order, chosen: SmppCarrier, now: int) -> SubmitSm:
    """The one PDU of an attempt of one part."""
    (only,) = submits(order, chosen, now)
    return only


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
    """replace_if_present is 0; the reference is the page's: a repeat has the same, another page another."""
    first, repeat = (submit_sm(order(attempt=number, alert=7), settings(), NOW) for number in (5, 6))
    assert first.replace_if_present_flag == 0
    assert find(first.tlvs, Tag.USER_MESSAGE_REFERENCE) == reference(7, 0).to_bytes(2, "big")
    assert first.tlvs == repeat.tlvs
    assert submit_sm(order(alert=8), settings(), NOW).tlvs != first.tlvs
    assert submit_sm(order(alert=7, page=1), settings(), NOW).tlvs != first.tlvs


def test_references_of_a_day_differ_also_in_their_low_octet(order: Make) -> None:
    """Some centres echo no more than that: 256 alerts in a row are told apart by it."""
    assert len({reference(alert, 0) & 0xFF for alert in range(1000, 1256)}) == 256
    assert len({reference(alert, 0) for alert in range(0x10000)}) == 0x10000


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


def test_an_address_without_a_country_code_is_ours() -> None:
    """By its type of number or its zero; 00 stands for +."""
    assert sender("701740605", 2, "SE") == "+46701740605"
    assert sender("0701740605", 0, "SE") == "+46701740605"
    assert sender("0046701740605", 0, "SE") == "+46701740605"
    assert sender("46701740605", 1, "SE") == "+46701740605"


LONG = "Prio 2 Triage HC Sätra " + "åäö€[]" * 40
"""A text of several parts, with characters that cost two septets."""


def joined(messages: list[SubmitSm], by: str) -> str:
    """The parts as a phone joins them, each octet count in its limits."""
    read = [read_text(message) for message in messages]
    assert [(one.part.number, one.part.total) for one in read if one.part] == [
        (number, len(messages)) for number in range(1, len(messages) + 1)
    ]
    assert len({one.part.reference for one in read if one.part}) == 1
    for message, one in zip(messages, read, strict=True):
        assert len(message.short_message) - len(one.header) <= {"udh8": 153, "udh16": 152, "sar": 153}[by]
        assert not message.short_message.endswith(b"\x1b"), "an escape pair is cut"
        assert message.esm_class == (UDHI if by.startswith("udh") else 0)
    return "".join(one.text for one in read)


@pytest.mark.parametrize("by", ["udh8", "udh16", "sar"])
def test_a_long_text_goes_in_parts_of_one_reference(order: Make, by: str) -> None:
    """By 8-bit or 16-bit header or by parameters; each part has its own user_message_reference."""
    chosen = settings(max_parts=4, long_messages=by)
    messages = submits(order(text=LONG), chosen, NOW)
    assert joined(messages, by) == LONG
    echoed = {find(message.tlvs, Tag.USER_MESSAGE_REFERENCE) for message in messages}
    assert len(echoed) == len(messages) > 1
    again = submits(order(attempt=2, text=LONG), chosen, NOW)
    assert again == messages, "the same text in the same parts, so that a phone can join two tries"
    marked = submits(order(text=f"(upprepat) {LONG}"), chosen, NOW)
    tied = [read_text(one[0]).part for one in (messages, marked)]
    assert tied[0] is not None
    assert tied[1] is not None
    assert tied[0].reference != tied[1].reference, "parts of two texts must not be joined"


def test_a_long_text_may_go_whole_as_payload(order: Make) -> None:
    """message_payload instead of short_message, and nothing of it is cut."""
    (message,) = submits(order(text=LONG), settings(max_parts=4, long_messages="payload"), NOW)
    assert message.short_message == b""
    assert read_text(message).text == LONG
    (short,) = submits(order(), settings(max_parts=4, long_messages="payload"), NOW)
    assert short.short_message
    assert find(short.tlvs, Tag.MESSAGE_PAYLOAD) is None


@pytest.mark.parametrize("by", ["udh8", "udh16", "sar"])
def test_no_surrogate_pair_is_cut(order: Make, by: str) -> None:
    """A text beyond the basic plane goes as UCS2, each part whole."""
    text = "Ж" + "🚑" * 80
    messages = submits(order(text=text), settings(max_parts=8, long_messages=by), NOW)
    read = [read_text(message) for message in messages]
    assert "".join(one.text for one in read) == text
    assert all("\ufffd" not in one.text for one in read)
    assert {message.data_coding for message in messages} == {8}


def test_a_text_of_too_many_parts_is_refused_and_not_sent_in_pieces(order: Make) -> None:
    """More than max_parts allows."""
    with pytest.raises(LocalProtocolError):
        submits(order(text=LONG), settings(), NOW)


@pytest.mark.parametrize(
    "text", ["a" * 160, LONG[:150], "€" * 77, "🚑" * 35, "Ж" * 71, "a" * 305, "é€" * 120]
)
def test_what_measures_within_the_limit_fits_into_the_parts(order: Make, text: str) -> None:
    """`measure` and what is sent agree, for one part and for several."""
    for parts in (1, 2, 3):
        chosen = settings(max_parts=parts)
        measured = measure(text) if parts == 1 else measure_parts(chosen)(text)
        try:
            sent = len(submits(order(text=text), chosen, NOW))
        except LocalProtocolError:
            sent = 99
        assert (measured <= max_text(chosen)) == (sent <= parts)


def test_packed_septets_are_an_option(order: Make) -> None:
    """Eight characters in seven octets; seven spare bits are filled, for zeros would read as @."""
    sent = submit_sm(order(text="abcdefgh"), settings(alphabet="gsm-packed"), NOW)
    assert len(sent.short_message) == 7
    seven = submit_sm(order(text="abcdefg"), settings(alphabet="gsm-packed"), NOW)
    assert gsm7.decode(gsm7.unpack(seven.short_message, 8)) == "abcdefg\r"
    first, _ = submits(order(text="é" * 200), settings(alphabet="gsm-packed", max_parts=2), NOW)
    head = 1 + first.short_message[0]
    assert len(first.short_message) == 140
    assert gsm7.decode(gsm7.unpack(first.short_message[head:], 153, fill=1)) == "é" * 153


def test_latin_1_is_an_option(order: Make) -> None:
    """Under label 3, or under 0 where it is the centre's alphabet; what it lacks goes as UCS2."""
    sent = submit_sm(order(text="Sätra [1]"), settings(data_coding=3), NOW)
    assert (sent.data_coding, sent.short_message) == (3, "Sätra [1]".encode("latin-1"))
    default = submit_sm(order(text="Sätra"), settings(alphabet="latin-1"), NOW)
    assert (default.data_coding, default.short_message) == (0, "Sätra".encode("latin-1"))
    wide = submit_sm(order(text="10 €"), settings(data_coding=3), NOW)
    assert (wide.data_coding, ucs2.decode(wide.short_message)) == (8, "10 €")


def test_the_plainest_form_has_a_numeric_sender_or_none(order: Make) -> None:
    """A name is what a centre refuses first: then the configured number, or the centre's own."""
    named = settings(source_address="Bakjour")
    assert submit_sm(order(plain=True), named, NOW).source_addr == ""
    numbered = settings(source_address="Bakjour", plain_address="71234")
    assert submit_sm(order(plain=True), numbered, NOW).source_addr == "71234"
    assert submit_sm(order(plain=True), settings(), NOW).source_addr == "46701740699"


@pytest.mark.parametrize(
    ("form", "text", "coding"),
    [
        ("f0", "Larm", 0xF0),
        ("10", "Larm", 0x10),
        ("f0", "Жж", 0x18),
        ("subunit", "Larm", 0),
        ("subunit", "Ж", 8),
    ],
)
def test_a_flash_is_of_class_0_in_one_part_without_a_receipt(
    order: Make, form: str, text: str, coding: int
) -> None:
    """By data_coding or dest_addr_subunit; what does not fit into one part is cut."""
    sent = flash(order(text=text), settings(flash_form=form), NOW)
    assert (sent.data_coding, sent.registered_delivery, sent.esm_class) == (coding, 0, 0)
    assert (find(sent.tlvs, Tag.DEST_ADDR_SUBUNIT) == b"\x01") == (form == "subunit")
    assert len(flash(order(text=text * 100), settings(flash_form=form), NOW).short_message) <= 160


def test_a_line_that_is_no_page_asks_for_no_receipt_and_has_no_reference(order: Make) -> None:
    """What became of an answer is told once and not followed."""
    sent = submit_sm(order(alert=0), settings(), NOW)
    assert (sent.registered_delivery, sent.tlvs) == (0, ())
