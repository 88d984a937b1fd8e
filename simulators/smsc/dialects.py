"""How an SMS centre writes message ids and receipts: every deviation of the field, by name.

Rule: a dialect is a row of `DIALECTS`: how the response's id is written, and how the receipt is made.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from protocols.smpp import wire
from protocols.smpp.commands import Command
from protocols.smpp.pdu import DataSm, DeliverSm, Raw
from protocols.smpp.receipt import State
from protocols.smpp.tlv import Tag, Tlv

ReceiptPdu = DeliverSm | DataSm | Raw

_NUMBERS = {
    State.ENROUTE: 1,
    State.DELIVRD: 2,
    State.EXPIRED: 3,
    State.DELETED: 4,
    State.UNDELIV: 5,
    State.ACCEPTD: 6,
    State.UNKNOWN: 7,
    State.REJECTD: 8,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a receipt is about. `source` is the ESME's address, `destination` the phone's."""

    number: int
    source: str
    destination: str
    state: State
    submitted: datetime
    done: datetime
    text: str
    reference: bytes | None = None

    @property
    def error(self) -> str:
        return "000" if self.state in (State.DELIVRD, State.ENROUTE, State.ACCEPTD) else "027"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to write ids and receipts."""

    response_id: Callable[[int], str]
    receipt: Callable[[Facts], ReceiptPdu]


def _text(facts: Facts, message_id: str, date: str = "%y%m%d%H%M", echo: bool = True) -> str:
    good = 1 if facts.state is State.DELIVRD else 0
    dates = f"submit date:{facts.submitted.strftime(date)} done date:{facts.done.strftime(date)}"
    return f"id:{message_id} sub:001 dlvrd:{good:03} {dates} stat:{facts.state.value} err:{facts.error}" + (
        f" text:{facts.text[:20]}" if echo else ""
    )


def _deliver(facts: Facts, text: str = "", *tlvs: Tlv) -> DeliverSm:
    reference = () if facts.reference is None else (Tlv(Tag.USER_MESSAGE_REFERENCE, facts.reference),)
    return DeliverSm(
        facts.source,
        text.encode("latin-1", "replace"),
        facts.destination,
        source_addr_ton=1,
        source_addr_npi=1,
        esm_class=0x20 if facts.state is State.ENROUTE else 0x04,
        tlvs=(*tlvs, *reference),
    )


def _id_tlvs(facts: Facts, message_id: str) -> tuple[Tlv, Tlv]:
    state = Tlv(Tag.MESSAGE_STATE, bytes([_NUMBERS.get(facts.state, 7)]))
    return Tlv(Tag.RECEIPTED_MESSAGE_ID, message_id.encode() + b"\0"), state


def _plain(form: str = "{}", date: str = "%y%m%d%H%M") -> Callable[[Facts], ReceiptPdu]:
    return lambda facts: _deliver(facts, _text(facts, form.format(facts.number), date))


def _changed(change: Callable[[Facts, DeliverSm], ReceiptPdu]) -> Callable[[Facts], ReceiptPdu]:
    return lambda facts: change(facts, _deliver(facts, _text(facts, str(facts.number))))


def _with_tlvs(facts: Facts) -> ReceiptPdu:
    error = Tlv(Tag.NETWORK_ERROR_CODE, b"\x03\x00\x00")
    return _deliver(facts, _text(facts, str(facts.number)), *_id_tlvs(facts, str(facts.number)), error)


def _payload(facts: Facts, message: DeliverSm) -> ReceiptPdu:
    payload = Tlv(Tag.MESSAGE_PAYLOAD, message.short_message + b"\0")
    return replace(message, short_message=b"", tlvs=(*message.tlvs, payload))


def _data_sm(facts: Facts, message: DeliverSm) -> ReceiptPdu:
    payload = Tlv(Tag.MESSAGE_PAYLOAD, message.short_message)
    tlvs = (*message.tlvs, payload, *_id_tlvs(facts, str(facts.number)))
    return DataSm(message.destination_addr, message.source_addr, esm_class=message.esm_class, tlvs=tlvs)


def _ucs2(facts: Facts, message: DeliverSm) -> ReceiptPdu:
    text = _text(facts, str(facts.number), echo=False).encode("utf-16-be")
    return replace(message, short_message=text, data_coding=8)


def _overrun(facts: Facts, message: DeliverSm) -> ReceiptPdu:
    whole = wire.encode(message, 1)[wire.HEADER.size :]
    return Raw(Command.DELIVER_SM, whole + b"\x00\x1e\x00\x20" + str(facts.number).encode())


def _reordered(facts: Facts) -> ReceiptPdu:
    text = f"err:{facts.error} sub:001 text:{facts.text[:20]} stat:{facts.state.value} id:{facts.number}"
    return _deliver(facts, text)


def _bare(facts: Facts) -> ReceiptPdu:
    return _deliver(facts, f"id:{facts.number} stat:{facts.state.value} err:{facts.error}")


def _low_octet(facts: Facts) -> ReceiptPdu:
    reference = None if facts.reference is None else b"\0" + facts.reference[-1:]
    known = replace(facts, reference=reference)
    return _deliver(known, _text(facts, f"{facts.number % 1000:08}"))


DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        "standard": Dialect(str, _plain()),
        "tlvs": Dialect(str, _with_tlvs),
        "tlv-only": Dialect(str, lambda facts: _deliver(facts, "", *_id_tlvs(facts, str(facts.number)))),
        "partial-tlv": Dialect(
            str,
            lambda facts: _deliver(
                facts, f"stat:{facts.state.value} err:{facts.error}", _id_tlvs(facts, str(facts.number))[0]
            ),
        ),
        "hex-response": Dialect("{:x}".format, _plain("{:010}")),
        "hex-receipt": Dialect(str, _plain("{:x}")),
        "two-bases": Dialect(
            "{:x}".format,
            lambda facts: _deliver(
                facts, _text(facts, f"{facts.number:010}"), *_id_tlvs(facts, f"{facts.number:X}")
            ),
        ),
        "leading-zeros": Dialect(str, _plain("{:012}")),
        "letter-case": Dialect("a{:x}f".format, _plain("A{:X}F")),
        "dashes": Dialect("abcd-{}-ef".format, _plain("abcd{}ef")),
        "long-id": Dialect("12345678901234567{:05}".format, _plain("12345678901234567{:05}")),
        "same-id": Dialect(lambda number: "msg_id_not_implemented", _low_octet),
        "bare": Dialect(str, _bare),
        "reordered": Dialect(str, _reordered),
        "seconds": Dialect(str, _plain("{}", "%y%m%d%H%M%S")),
        "placeholders": Dialect(str, _plain("{}", "YYMMDDhhmm")),
        "ucs2": Dialect(str, _changed(_ucs2)),
        "coded-8": Dialect(str, _changed(lambda facts, message: replace(message, data_coding=8))),
        "payload": Dialect(str, _changed(_payload)),
        "data-sm": Dialect(str, _changed(_data_sm)),
        "esm-class-0": Dialect(str, _changed(lambda facts, message: replace(message, esm_class=0))),
        "esm-class-44": Dialect(
            str,
            _changed(
                lambda facts, message: replace(
                    message,
                    esm_class=0x44,
                    short_message=bytes.fromhex("050003010101") + message.short_message,
                )
            ),
        ),
        "vendor-tlvs": Dialect(
            str,
            _changed(
                lambda facts, message: replace(
                    message, tlvs=(Tlv(0x1454, b"\0\0\0\1"), *message.tlvs, Tlv(0x1403, b"(null)\0"))
                )
            ),
        ),
        "overrun": Dialect(str, _changed(_overrun)),
    }
)
