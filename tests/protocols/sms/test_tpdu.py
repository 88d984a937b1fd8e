"""Transfer PDUs, judged by the vectors and by themselves both ways."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.session import LocalProtocolError
from protocols.sms import gsm7, segments, tpdu
from protocols.sms.address import Address, write_centre

VECTORS: dict[str, dict[str, Any]] = {
    vector["name"]: vector
    for vector in json.loads(
        (Path(__file__).parents[2] / "vectors" / "sms_tpdu.json").read_text(encoding="utf-8")
    )
}
# name → service centre, the other number, the text (or its beginning), which part: read from the labels.
TOLD: dict[str, tuple[str | None, str, str, tuple[int, int, int] | None]] = {
    "submit_gsm_aao_gammu": ("+46705008999", "+46701740605", "Larm sal 4: å ä ö €", None),
    "submit_concat_2of2_gammu_smsd": ("+46705008999", "+46701740605", " Långt larm", (0x74, 2, 2)),
    "submit_concat_2of2_smstools": ("", "+46701740605", " Långt larm", (0xFA, 2, 2)),
    "submit_gsm_kannel_at": ("", "+46701740605", "Larm åäö €", None),
    "submit_flash_kannel_at": ("", "46701740605", "FLASH", None),
    "deliver_gsm_alnum_osmomsc": (None, "Sjukhus@", "Larm sal 4: å ä ö Å Ä Ö é € [x]", None),
    "deliver_ucs2_osmomsc": (None, "Sjukhus@", "Ω larm 日本", None),
    "deliver_concat_1of2_osmomsc": (None, "Sjukhus@", "L" * 153, (0x53, 2, 1)),
    "deliver_ucs2_zte": ("+34607003110", "+34610789702", "中兴通讯", None),
    "deliver_negative_tz": ("+550310000010", "+7588", "Oi, seguem os dados", None),
    "deliver_alnum_odd_fonic": ("+491760000443", "FONIC", "Lieber FONIC Kunde", None),
    "deliver_alnum_even_tim": ("+393358824000", "www.tim.it", "Maxxi Alice 100", None),
    "deliver_concat_euro_2of2": ("+491722270142", "12220", "rhalten möchten", (25, 2, 2)),
    "status_report_no_smsc": ("", "50131", "", None),
    "submit_ucs2_japanese": ("+34646456456", "+34616585119", "あ叶葉", None),
    "submit_concat_1of3": ("", "655345678", "Or walk with Kings", (0x88, 3, 1)),
    "deliver_cmt_gammu": ("+48798423250", "+48694405877", "Test", None),
    "deliver_readme_smspdudecoder": ("+46705008999", "+46705930301", "TEST", None),
    "deliver_vivo_dcs": ("+550101102019", "VIVO", "Voce tem 1 nova(s)", None),
    "status_report_replaced": ("+46705008999", "+46701740605", "", None),
    "status_report_forwarded_unconfirmed": ("+46705008999", "+46701740605", "", None),
}
KINDS = {"submit": tpdu.Submit, "deliver": tpdu.Deliver, "status": tpdu.StatusReport}


def octets_of(name: str) -> bytes:
    return bytes.fromhex(VECTORS[name]["hex"])


@pytest.mark.parametrize("name", VECTORS)
def test_vector(name: str) -> None:
    """Every vector is read as its label says, and a SUBMIT is written as it stood."""
    decoded = tpdu.decode(octets_of(name))
    centre, number, text, part = TOLD[name]
    assert decoded.faults == ()
    assert (decoded.smsc.shown if decoded.smsc is not None else None) == centre
    message = decoded.tpdu
    assert type(message) is KINDS[name.partition("_")[0]]
    if isinstance(message, tpdu.StatusReport):
        expect = VECTORS[name]["expect"]
        assert (message.reference, message.status) == (expect["mr"], expect["st"])
        assert message.recipient.shown == number
        return
    other = message.originator if isinstance(message, tpdu.Deliver) else message.destination
    assert other.shown == number
    assert message.data.text.startswith(text)
    found = segments.part_of(message.data.header)
    assert (found and (found.reference, found.total, found.number)) == part
    if isinstance(message, tpdu.Submit):
        octets = octets_of(name)
        assert tpdu.encode_submit(message) == octets[1 + octets[0] :]


@pytest.mark.parametrize("name", VECTORS)
def test_vector_without_its_centre_and_cut(name: str) -> None:
    """Without the centre's address the same PDU is found; cut anywhere, or with a tail, it is told."""
    octets = octets_of(name)
    decoded = tpdu.decode(octets)
    bare = octets if decoded.smsc is None else octets[1 + octets[0] :]
    assert tpdu.decode(bare).tpdu == decoded.tpdu
    assert tpdu.decode(bare).smsc is None
    for length in range(1, len(bare)):
        assert tpdu.decode_tpdu(bare[:length])[1] != ()
    if not isinstance(decoded.tpdu, tpdu.StatusReport):
        assert "after the user data" in tpdu.decode_tpdu(bare + b"\0")[1][0]


def test_times() -> None:
    """A time stamp has its zone, a negative one too, and nonsense is no instant."""
    early = tpdu.decode(octets_of("deliver_negative_tz")).tpdu
    assert isinstance(early, tpdu.Deliver)
    assert early.sent.instant is not None
    assert early.sent.instant.astimezone(UTC) == datetime(2010, 9, 11, 18, 10, 11, tzinfo=UTC)
    nonsense, faults = tpdu.decode_tpdu(bytes.fromhex("040b911097") + b"\xff" * 30)
    assert isinstance(nonsense, tpdu.Deliver)
    assert nonsense.sent.instant is None
    assert faults


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (0x00, "delivered"),
        (0x01, "unconfirmed"),
        (0x02, "replaced"),
        (0x10, "unconfirmed"),
        (0x20, "trying"),
        (0x3F, "trying"),
        (0x41, "failed"),
        (0x46, "failed"),
        (0x60, "gave up"),
        (0x80, "failed"),
    ],
)
def test_status_bands(status: int, outcome: str) -> None:
    """Only 00 is delivered; 20–3F goes on, 40–5F and 60–7F have ended."""
    octets = bytes.fromhex("06050b916407710406f5") + bytes.fromhex("10101506100004") * 2 + bytes([status])
    report, faults = tpdu.decode_tpdu(octets)
    assert isinstance(report, tpdu.StatusReport)
    assert (report.outcome, faults) == (outcome, ())


@pytest.mark.parametrize(
    ("coding", "name"),
    [
        *((0x00, "gsm7"), (0x04, "octets"), (0x08, "ucs2"), (0x10, "gsm7"), (0x18, "ucs2"), (0x48, "ucs2")),
        *((0xC8, "gsm7"), (0xD0, "gsm7"), (0xE0, "ucs2"), (0xF0, "gsm7"), (0xF4, "octets"), (0x91, "gsm7")),
    ],
)
def test_alphabets(coding: int, name: str) -> None:
    """The coding groups of TP-DCS choose the alphabet; not its low bits alone."""
    assert tpdu.alphabet(coding) == name


@pytest.mark.parametrize(
    ("seconds", "octet"),
    [
        (0, 0),
        (600, 1),
        (900, 2),
        (43_200, 143),
        (46_800, 145),
        (86_400, 167),
        (172_800, 168),
        (86_400 * 31, 196),
        (86_400 * 35, 197),
        (86_400 * 4_000, 255),
    ],
)
def test_relative_validity(seconds: float, octet: int) -> None:
    """TP-VP is never longer than asked for, but for its shortest step."""
    assert tpdu.relative_validity(seconds) == octet


NUMBER = st.text(st.sampled_from("0123456789"), min_size=1, max_size=20)


@settings(max_examples=150, deadline=None)
@given(
    NUMBER,
    st.text(st.sampled_from("abcåäö€[] 1?"), max_size=70),
    st.sampled_from([b"", b"\x02", bytes.fromhex("62114221000040")]),
    st.booleans(),
    st.sampled_from([b"", bytes.fromhex("0500032a0201"), bytes.fromhex("060804012a0201")]),
)
def test_submit_round_trip(number: str, text: str, validity: bytes, report: bool, header: bytes) -> None:
    """Every SUBMIT that may be sent is read back as it was meant, and found among all PDUs."""
    data = tpdu.UserData(0, 0, header, gsm7.encode(text))
    submit = tpdu.Submit(Address(number), data, 5, 0, validity, report)
    decoded, faults = tpdu.decode_tpdu(tpdu.encode_submit(submit))
    assert isinstance(decoded, tpdu.Submit)
    assert faults == ()
    assert (decoded.destination, decoded.data.text, decoded.data.header) == (Address(number), text, header)
    assert (decoded.validity, decoded.status_report) == (validity, report)


@pytest.mark.parametrize(
    ("submit", "what"),
    [
        (tpdu.Submit(Address("1" * 21), tpdu.UserData(0, 0, b"", b"")), "21 digits"),
        (tpdu.Submit(Address("+46"), tpdu.UserData(0, 0, b"", b"")), "0–9"),
        (tpdu.Submit(Address("日", 0xD0), tpdu.UserData(0, 0, b"", b"")), "GSM alphabet"),
        (tpdu.Submit(Address("46"), tpdu.UserData(0, 0, b"", b"x" * 161)), "141 octets"),
        (tpdu.Submit(Address("46"), tpdu.UserData(8, 0, b"", b"x" * 141)), "141 octets"),
        (tpdu.Submit(Address("46"), tpdu.UserData(0, 0, b"", b""), validity=b"\0\0"), "TP-VP"),
        (tpdu.Submit(Address("46"), tpdu.UserData(0, 0, b"", b""), reference=256), "TP-MR"),
    ],
)
def test_what_does_not_fit(submit: tpdu.Submit, what: str) -> None:
    """What no PDU can hold is refused by name."""
    with pytest.raises(LocalProtocolError, match=what):
        tpdu.encode_submit(submit)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_octets(octets: bytes) -> None:
    """No octets make the reading raise, and reading twice gives the same."""
    decoded = tpdu.decode(octets)
    assert tpdu.decode(octets) == decoded
    if isinstance(decoded.tpdu, tpdu.Submit | tpdu.Deliver):
        assert isinstance(decoded.tpdu.data.text, str)


@pytest.mark.parametrize("name", [name for name in VECTORS if not name.startswith("submit")])
def test_what_comes_is_written_as_it_stood(name: str) -> None:
    """A DELIVER and a STATUS-REPORT of the vectors, read and written again, are the same octets."""
    octets = octets_of(name)
    decoded = tpdu.decode(octets)
    bare = octets if decoded.smsc is None else octets[1 + octets[0] :]
    message = decoded.tpdu
    if isinstance(message, tpdu.StatusReport):
        sent, discharged = message.sent.instant, message.discharged.instant
        assert sent is not None
        assert discharged is not None
        written = tpdu.encode_status_report(
            message.reference, message.recipient, sent, discharged, message.status
        )
    else:
        assert isinstance(message, tpdu.Deliver)
        assert message.sent.instant is not None
        written = tpdu.encode_deliver(message, message.sent.instant)
    assert written == bare


def test_what_no_report_can_hold() -> None:
    """References and states have one octet."""
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    for reference, status in ((256, 0), (0, 256), (-1, 0)):
        with pytest.raises(LocalProtocolError, match="one octet"):
            tpdu.encode_status_report(reference, Address("46701740605"), now, now, status)


@pytest.mark.parametrize(
    ("number", "octets"),
    [("", "00"), ("+46705008999", "07916407058099f9"), ("1234", "03812143"), ("+461", "039164f1")],
)
def test_centre(number: str, octets: str) -> None:
    """The service centre that leads a PDU has its length in octets; none is the SIM's own."""
    assert write_centre(number).hex() == octets
