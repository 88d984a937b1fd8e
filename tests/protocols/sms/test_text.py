"""The GSM alphabet, UCS2, and the splitting of long texts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.session import LocalProtocolError
from protocols.sms import gsm7, segments, ucs2

ALPHABET = "".join(sorted(gsm7._COSTS))
GSM_TEXT = st.text(st.sampled_from(ALPHABET), max_size=400)
ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)


def test_swedish_letters_cost_one() -> None:
    """åäöÅÄÖé take one septet each, € and brackets two, at the codes of the table."""
    assert gsm7.encode("åäöÅÄÖé") == bytes.fromhex("0f7b7c0e5b5c05")
    assert gsm7.septets("åäöÅÄÖé") == 7
    assert gsm7.encode("€[x]") == bytes.fromhex("1b651b3c781b3e")
    assert gsm7.septets("€[]{}\\~^|\f") == 20
    assert len(ALPHABET) == 137


def test_transliteration() -> None:
    """What people type and the table lacks is written in its nearest form, composed letters included."""
    assert gsm7.transliterate("’Bo’ – “ok” ç … a\u030a \u00a0É") == "'Bo' - \"ok\" c ... å  É"
    assert gsm7.transliterate(ALPHABET) == ALPHABET
    for letters in gsm7.TRANSLITERATION.values():
        assert gsm7.encodable(letters)
    assert segments.coding("“Larm”") == segments.GSM7_CODING
    assert segments.coding("Larm 🚨") == segments.UCS2_CODING


def test_strict_encoding_says_where() -> None:
    """A character that the table lacks is refused with its place."""
    with pytest.raises(UnicodeEncodeError) as caught:
        gsm7.encode("ab\u65e5")
    assert caught.value.start == 2
    with pytest.raises(UnicodeEncodeError):
        gsm7.encode("\x1b")


def test_decoding_never_raises() -> None:
    """Unknown extension codes, lone escapes and octets that are no septets show as something."""
    assert gsm7.decode(bytes.fromhex("1b65")) == "€"
    assert gsm7.decode(bytes.fromhex("1b7a611b")) == "za "
    assert gsm7.decode(bytes.fromhex("1b1be5")) == " \ufffd"


@settings(max_examples=100, deadline=None)
@given(GSM_TEXT)
def test_gsm_round_trip(text: str) -> None:
    """Every text of the alphabet comes back, and takes the septets that were counted."""
    octets = gsm7.encode(text)
    assert gsm7.decode(octets) == text
    assert len(octets) == gsm7.septets(text)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=160).map(lambda octets: bytes(octet & 0x7F for octet in octets)), st.integers(0, 6))
def test_packing_round_trip(septets: bytes, fill: int) -> None:
    """Packed septets come back, wherever the first one begins."""
    assert gsm7.unpack(gsm7.pack(septets, fill), len(septets), fill) == septets


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_ucs2(octets: bytes) -> None:
    """UCS2 never raises, drops a byte order mark, and counts surrogate pairs as two."""
    ucs2.decode(octets)
    assert ucs2.decode(b"\xfe\xff\x00a") == "a"
    assert ucs2.decode(b"\x00a\xd8\x3d") == "a\ufffd"
    assert ucs2.units("å🚨") == 3


@settings(max_examples=150, deadline=None)
@given(st.one_of(GSM_TEXT, ANY_TEXT), st.sampled_from([8, 16]))
def test_splitting(text: str, bits: int) -> None:
    """Parts join to the text, fill their limit, end in no pair, and are numbered in order."""
    parts = segments.split(text, 0x2A, bits)
    gsm = segments.coding(text) == segments.GSM7_CODING
    decode = gsm7.decode if gsm else ucs2.decode
    shown = "".join(decode(part.octets) for part in parts)
    assert shown == (gsm7.transliterate(text) if gsm else text).removeprefix("" if gsm else "\ufeff")
    limit = (segments.GSM7_LIMITS if gsm else segments.UCS2_LIMITS)[bits if len(parts) > 1 else 0]
    for number, part in enumerate(parts, 1):
        units = len(part.octets) if gsm else len(part.octets) // 2
        assert units <= limit
        if number < len(parts):
            assert units >= limit - 1
            assert segments.part_of(part.header) == segments.Part(0x2A, len(parts), number)
        assert gsm7.decode(part.octets).count("\ufffd") == 0 or not gsm


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("x" * 160, [160]),
        ("x" * 161, [153, 8]),
        ("€" * 80, [160]),
        ("€" * 81, [152, 10]),
        ("日" * 70, [140]),
        ("日" * 71, [134, 8]),
        ("🚨" * 35, [140]),
        ("🚨" * 36, [132, 12]),
        ("", [0]),
    ],
)
def test_sizes(text: str, sizes: list[int]) -> None:
    """160/153 septets and 70/67 units, a pair never cut."""
    assert [len(part.octets) for part in segments.split(text)] == sizes


def test_headers() -> None:
    """8- and 16-bit references have their own element; others and broken ones are no part."""
    assert segments.concatenation(0x2A, 2, 1) == bytes.fromhex("0500032a0201")
    assert segments.concatenation(0x12A, 2, 1, 16) == bytes.fromhex("060804012a0201")
    assert segments.part_of(bytes.fromhex("0b0504158a00000003740202")) == segments.Part(0x74, 2, 2)
    for broken in ("", "05", "0500032a0200", "0500032a0203", "0400032a02", "050003"):
        assert segments.part_of(bytes.fromhex(broken)) is None
    with pytest.raises(LocalProtocolError, match="300"):
        segments.split("x", 300)
    with pytest.raises(LocalProtocolError, match="255"):
        segments.split("x" * 40_000)


@settings(max_examples=100, deadline=None)
@given(ANY_TEXT, st.integers(3, 170))
def test_cut(text: str, limit: int) -> None:
    """A cut text takes no more than the limit and shows that it was cut; a shorter one is left whole."""
    short = segments.cut(text, limit)
    assert segments.septets(short) <= limit
    whole = gsm7.transliterate(text)
    assert short == whole or (short.endswith("...") and whole.startswith(short[:-3].rstrip()))
