"""Every deviation of the field's receipts, by its number in the list of facts, through the carrier.

Each line: the id of the response, and receipts that must be read as news of that very message.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.delivery.carriers.smpp_message import reference
from gateway.ports import ReportWord
from protocols.smpp import events as smpp
from protocols.smpp import wire
from protocols.smpp.commands import Command
from protocols.smpp.pdu import DataSm, DeliverSm, Raw
from protocols.smpp.tlv import Tag, Tlv

Make = Callable[..., Any]
PHONE, DIGITS, OURS = "+46701740605", "46701740605", "46701740699"
DATES = "submit date:2611241200 done date:2611241201"
DELIVERED, FAILED, NOTED = ReportWord.DELIVERED, ReportWord.FAILED, ReportWord.NOTED


def text(body: str | bytes, *tlvs: Tlv, esm: int = 4, coding: int = 0) -> DeliverSm:
    octets = body if isinstance(body, bytes) else body.encode("latin-1")
    return DeliverSm(OURS, octets, DIGITS, esm_class=esm, data_coding=coding, tlvs=tlvs)


def id_tlv(name: bytes) -> Tlv:
    return Tlv(Tag.RECEIPTED_MESSAGE_ID, name)


def state_tlv(number: int) -> Tlv:
    return Tlv(Tag.MESSAGE_STATE, bytes([number]))


def overrun() -> Raw:
    whole = wire.encode(text(f"id:7 sub:001 {DATES} stat:DELIVRD err:000 text:"), 1)[wire.HEADER.size :]
    return Raw(Command.DELIVER_SM, whole + b"\x14\x03\x00\x20(null)")


@dataclass(frozen=True)
class Seen:
    """A deviation: its number, the response's id, the receipt, what it means."""

    number: int
    response: str
    receipt: Any
    word: ReportWord = DELIVERED


SEEN = [
    Seen(1, "7", text(f"id:7 {DATES} stat:DELIVRD err:000 text:x")),
    Seen(2, "7", text(f"id:7 sub:001 dlvrd:001 {DATES} stat:DELIVRD err:000")),
    Seen(2, "7", text(f"id:7 sub:001 dlvrd:001 {DATES} stat:DELIVRD err:000 text:")),
    Seen(2, "7", text(f"id:7 sub:001 dlvrd:001 {DATES} stat:DELIVRD err:000 Text:hej")),
    Seen(3, "7", text(f"err:000 text:hej stat:UNDELIV {DATES} id:7"), FAILED),
    Seen(4, "7", text("id:7 submit date:261124120001 done date:20261124120159 stat:DELIVRD err:000")),
    Seen(4, "7", text("id:7 submit date:180711070003912+ done date:0000000000 stat:DELIVRD err:000")),
    Seen(4, "7", text("id:7 submit date:YYMMDDhhmm done date:YYMMDDhhmm stat:DELIVRD err:000")),
    Seen(5, "7", text("id:7 submit date:2611241300 done date:2611241201 stat:DELIVRD err:000")),
    Seen(6, "7", text(f"id:7 {DATES} stat:FAILED err:001"), FAILED),
    Seen(6, "7", text(f"id:7 {DATES} stat:ACKED err:000"), NOTED),
    Seen(6, "7", text(f"id:7 {DATES} stat:BUFFRED err:000"), NOTED),
    Seen(6, "7", text(f"id:7 {DATES} stat:BUFFERD err:000"), NOTED),
    Seen(7, "7", text(f"id:7 {DATES} stat:UNDELIV err:1"), FAILED),
    Seen(7, "7", text(f"id:7 {DATES} stat:UNDELIV err:0027"), FAILED),
    Seen(7, "7", text(f"id:7 {DATES} stat:UNDELIV err:21b"), FAILED),
    Seen(7, "7", text(f"id:7 {DATES} stat:UNDELIV err:nul"), FAILED),
    Seen(7, "7", text(f"id:7 {DATES} stat:UNDELIV err:-1"), FAILED),
    Seen(8, "d5f1a1c2-7e31-4b9e", text(f"id:d5f1a1c2-7e31-4b9e {DATES} stat:DELIVRD err:000")),
    Seen(8, "SAR-88-2-1", text(f"id:SAR-88-2-1 {DATES} stat:DELIVRD err:000")),
    Seen(9, "6aad5", text(f"id:0000436949 {DATES} stat:DELIVRD err:000")),
    Seen(9, "436949", text(f"id:6AAD5 {DATES} stat:DELIVRD err:000")),
    Seen(9, "00012", text(f"id:12 {DATES} stat:DELIVRD err:000")),
    Seen(9, "AbC-1", text(f"id:abc-1 {DATES} stat:DELIVRD err:000")),
    Seen(9, "1234567890123456789012", text(f"id:1234567890123456789012 {DATES} stat:DELIVRD err:000")),
    Seen(10, "6aad5", text(f"id:0000436949 {DATES} stat:DELIVRD err:000", id_tlv(b"6aad5\0"))),
    Seen(10, "0416342074", text(f"id:0416342074 {DATES} stat:DELIVRD err:000", id_tlv(b"18d0e03a\0"))),
    Seen(11, "7", text(f"id:7 {DATES} stat:DELIVRD err:000".encode("utf-16-be"), coding=8)),
    Seen(12, "7", text(f"id:7 {DATES} stat:DELIVRD err:000", coding=8)),
    Seen(13, "7", text(f"id:7 {DATES} stat:DELIVRD err:000 text:".encode() + bytes(range(0x80, 0x100)))),
    Seen(13, "7", text(f"id:7 {DATES} stat:DELIVRD err:000 text:0053006100740072006100e5")),
    Seen(14, "7", text(b"", Tlv(Tag.MESSAGE_PAYLOAD, f"id:7 {DATES} stat:DELIVRD err:000\0".encode()))),
    Seen(15, "7", text(b"", id_tlv(b"7"), state_tlv(2))),
    Seen(15, "7", text("stat:DELIVRD err:000", id_tlv(b"7\0"))),
    Seen(15, "7", text(b"", id_tlv(b"7\0")), NOTED),
    Seen(16, "7", DataSm(OURS, DIGITS, esm_class=4, tlvs=(id_tlv(b"7\0"), state_tlv(2)))),
    Seen(17, "7", text(f"id:7 {DATES} stat:DELIVRD err:000", esm=0)),
    Seen(17, "7", text(f"id:7 {DATES} stat:ENROUTE err:000", esm=0x20), NOTED),
    Seen(17, "7", text(b"\x05\x00\x03\x01\x01\x01" + f"id:7 {DATES} stat:DELIVRD".encode(), esm=0x44)),
    Seen(
        18, "7", text(f"id:7 {DATES} stat:DELIVRD", Tlv(0x1403, b"x"), Tlv(0x0426, b"\1"), Tlv(0x1454, b""))
    ),
    Seen(18, "7", overrun()),
]


def deliver(one: Any, message: Any, ref: int = 1) -> None:
    one.far.pump.send(smpp.Deliver(ref, message))
    one.advance(0.2)


@pytest.mark.parametrize("seen", SEEN, ids=lambda seen: f"{seen.number}-{seen.word}")
def test_it_is_read_as_news_of_its_message_and_of_no_other(
    smsc: Make, order: Make, attempt: Make, seen: Seen
) -> None:
    """Number, id and state are found, and it is answered with 0."""
    one = smsc().start()
    one.answer = lambda event: smpp.SubmitAnswer(0, seen.response)
    one.send(order(1, number=PHONE))
    assert one.core.taken_ == [(1, seen.response)]
    deliver(one, seen.receipt)
    (report,) = one.core.reports
    assert report.word is seen.word
    assert PHONE in report.numbers
    assert report.matches(attempt(number=PHONE, ref=seen.response))
    assert not report.matches(attempt(number=PHONE, ref="8"))
    assert one.answers == [(1, 0)]


def test_19_a_receipt_that_nobody_asked_for_fits_nothing(smsc: Make, attempt: Make) -> None:
    """It is given to the core, which counts it, and answered."""
    one = smsc(registered_delivery=0).start()
    deliver(one, text(f"id:99 {DATES} stat:DELIVRD err:000"))
    (report,) = one.core.reports
    assert not report.matches(attempt(number=PHONE, ref="7"))
    assert one.answers == [(1, 0)]


def test_20_early_on_another_bind_and_repeated(smsc: Make, order: Make) -> None:
    """Before the response it waits, by whichever bind it came; each repeat is answered."""
    one = smsc(endpoint=None, endpoints=["tcp:host=a:port=1", "tcp:host=b:port=1"])
    one.listen_also("far1")
    one.start()
    first, second = one.far.pumps
    one.answer = lambda event: None
    one.send(order(1, number=PHONE), settle=0.2)
    other = second if one.pump_of_submit() is first else first
    for ref in (1, 2):
        other.send(smpp.Deliver(ref, text(f"id:7 {DATES} stat:DELIVRD err:000")))
    one.advance(0.2)
    assert one.core.reports == []
    assert one.answers == []
    (event,) = one.far.of(smpp.SubmitReceived)
    one.pump_of_submit().answer(event.token, smpp.SubmitAnswer(0, "7"))
    one.advance(0.2)
    assert one.core.taken_ == [(1, "7")]
    assert len(one.core.reports) == 2
    assert one.answers == [(1, 0), (2, 0)]


LONG = "Ж" * 120
"""Two parts."""


def parted(smsc: Make, order: Make, ids: list[str], **settings: Any) -> Any:
    one = smsc(max_parts=2, **settings).start()
    names = iter(ids)
    one.answer = lambda event: smpp.SubmitAnswer(0, next(names))
    one.send(order(1, number=PHONE, text=LONG))
    assert len(one.submits) == 2
    return one


def news(one: Any, attempt: Any) -> list[ReportWord]:
    """What the receipts mean for the page, the attempt's identity being stored after each."""
    words = []
    for report in one.core.reports:
        assert report.matches(attempt[0])
        word, identity = report.progress(attempt[0])
        words.append(word)
        if identity is not None:
            attempt[0] = attempt[1](number=PHONE, ref=identity)
    return words


@pytest.mark.parametrize(
    ("ids", "receipts", "settings", "words"),
    [
        (["1", "2"], ["1", "2"], {}, [NOTED, DELIVERED]),
        (["1", "2"], ["2", "1"], {}, [NOTED, DELIVERED]),
        (["1", "2"], ["1", "1"], {}, [NOTED, NOTED]),
        (["1", "2"], ["1"], {"long_receipts": "one"}, [DELIVERED]),
        (["1", "2"], ["2"], {"long_receipts": "one"}, [DELIVERED]),
        (["", "2"], ["2"], {}, [DELIVERED]),
    ],
)
def test_21_a_long_message_is_delivered_when_its_parts_are(
    smsc: Make,
    order: Make,
    attempt: Make,
    ids: list[str],
    receipts: list[str],
    settings: dict[str, str],
    words: list[ReportWord],
) -> None:
    """A receipt for each part; one for the whole at some operators; or the last part alone has an id."""
    one = parted(smsc, order, ids, **settings)
    ((_, ref),) = one.core.taken_
    for number, name in enumerate(receipts):
        deliver(one, text(f"id:{name} {DATES} stat:DELIVRD err:000"), number)
    assert news(one, [attempt(number=PHONE, ref=ref), attempt]) == words


def test_22_where_all_have_one_id_the_reference_tells(smsc: Make, order: Make, attempt: Make) -> None:
    """By its low octet too; the parts of a page are told apart by theirs."""
    one = parted(smsc, order, ["msg_id_not_implemented"] * 2)
    ((_, ref),) = one.core.taken_
    mine = attempt(number=PHONE, ref=ref)
    other = attempt(alert=2, number=PHONE, ref=ref)
    for part in (0, 1):
        echoed = Tlv(Tag.USER_MESSAGE_REFERENCE, bytes([0, reference(1, 0, part) & 0xFF]))
        deliver(one, text(f"id:0000001{part} {DATES} stat:DELIVRD err:000", echoed), part)
    assert all(report.matches(mine) and not report.matches(other) for report in one.core.reports)
    assert news(one, [mine, attempt]) == [NOTED, DELIVERED]
    same = Tlv(Tag.USER_MESSAGE_REFERENCE, reference(1, 0, 1).to_bytes(2, "big"))
    deliver(one, text(f"id:msg_id_not_implemented {DATES} stat:DELIVRD err:000", same), 3)
    assert one.core.reports[-1].matches(mine)
    assert not one.core.reports[-1].matches(other)


def test_an_id_as_it_was_given_goes_before_one_in_another_base(smsc: Make, attempt: Make) -> None:
    """ "16" is also what "10" is in hexadecimal: the message that has just this id is meant."""
    one = smsc().start()
    deliver(one, text(f"id:16 {DATES} stat:DELIVRD err:000"))
    (report,) = one.core.reports
    same, other = attempt(number=PHONE, ref="16"), attempt(number=PHONE, ref="10")
    assert report.matches(same) > report.matches(other) > 0
