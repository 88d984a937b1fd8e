"""What a trace covers before anybody sees it."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.trace.secrets import cover_for
from protocols.smpp.explain import explain

BIND = bytes.fromhex("00000024 00000009 00000000 00000001") + b"bakjour\0hemlig\0\0\x34\x00\x00\0"
OUTBIND = bytes.fromhex("0000001e 0000000b 00000000 00000002") + b"center\0geheim\0"
SUBMIT = bytes.fromhex("00000010 00000015 00000000 00000003")


@pytest.mark.parametrize(("pdu", "password"), [(BIND, b"hemlig"), (OUTBIND, b"geheim")])
def test_password_is_covered_and_nothing_else(pdu: bytes, password: bytes) -> None:
    """Asterisks stand in its place, so that the PDU is read as before."""
    covered = cover_for("smpp")(pdu)
    assert covered == pdu.replace(password, b"*" * len(password))
    assert explain(covered).faults == explain(pdu).faults


@settings(max_examples=60)
@given(st.lists(st.sampled_from((BIND, OUTBIND, SUBMIT)), max_size=6), st.randoms())
def test_in_any_chunking(pdus: list[bytes], chance: random.Random) -> None:
    """However the bytes come, no letter of it passes."""
    data = b"".join(pdus)
    cover, at, out = cover_for("smpp"), 0, b""
    while at < len(data):
        step = chance.randint(1, 20)
        out += cover(data[at : at + step])
        at += step
    assert out == data.replace(b"hemlig", b"******").replace(b"geheim", b"******")


@settings(max_examples=100)
@given(st.lists(st.binary(max_size=40), max_size=10))
def test_nonsense_keeps_its_length(chunks: list[bytes]) -> None:
    """Whatever comes, nothing raises and as many bytes leave as came."""
    cover = cover_for("smpp")
    assert [len(cover(chunk)) for chunk in chunks] == [len(chunk) for chunk in chunks]


@pytest.mark.parametrize(
    ("data", "covered"),
    [
        (b'AT+CPIN="1234"\r', b'AT+CPIN="****"\r'),
        (b'AT+CPIN="12345678","1234"\r', b'AT+CPIN="********","****"\r'),
        (b"AT+CPIN?\r", b"AT+CPIN?\r"),
        (b"AT+CMGS=23\r", b"AT+CMGS=23\r"),
    ],
)
def test_pin_is_covered(data: bytes, covered: bytes) -> None:
    """Of a modem the PIN, and no number beside it."""
    assert cover_for("gsm-modem")(data) == covered


def test_espa_is_shown_as_it_is() -> None:
    """A line cannot be judged without its bytes."""
    assert cover_for("espa444")(b"1\x052\x05") == b"1\x052\x05"
