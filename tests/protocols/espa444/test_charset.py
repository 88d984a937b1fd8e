"""Character sets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.espa444 import CHARSETS, EIGHT_BIT_CHARSETS
from protocols.espa444.records import has_control

NAMES = sorted(CHARSETS)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("se7", b"V}rd 4 }{| ][\\"),
        ("dk7", b"V}rd 4 }{| ][\\"),
        ("de7", b"Vard 4 a{| A[\\"),
        ("ascii-translit", b"Vaard 4 aaaeoe AAAEOE"),
        ("latin-1", "Vård 4 åäö ÅÄÖ".encode("latin-1")),
        ("utf-8", "Vård 4 åäö ÅÄÖ".encode()),
    ],
)
def test_swedish_text(name: str, data: bytes) -> None:
    """The text of vectors C02 and C03 in every set."""
    assert CHARSETS[name].encode("Vård 4 åäö ÅÄÖ") == data
    assert CHARSETS[name].length("Vård 4 åäö ÅÄÖ") == len(data)


@pytest.mark.parametrize("name", ["se7", "latin-1", "utf-8"])
def test_swedish_comes_back(name: str) -> None:
    """Where å, ä and ö have a place, decoding gives the text back."""
    assert CHARSETS[name].decode(CHARSETS[name].encode("Läkare på Öppenvård Å4")) == "Läkare på Öppenvård Å4"


def test_decomposed_letters_are_letters() -> None:
    """An å that was typed as a and ring is an å on the line."""
    assert CHARSETS["se7"].encode("Va\u030ard") == b"V}rd"


def test_what_a_set_lacks_is_spelt() -> None:
    """Brackets that se7 gave to letters, dashes, other letters and the unspeakable."""
    assert CHARSETS["se7"].encode("[x] {y} – é ü € 中 \u00a0|") == b"(x) (y) - e u EUR ?  /"
    assert CHARSETS["ascii-translit"].encode("Ärende VÅRD") == b"Aerende VAARD"


@given(st.text(max_size=60), st.sampled_from(NAMES))
def test_no_control_byte_ever(text: str, name: str) -> None:
    """Whatever the text, no byte of it can break a block, and 7-bit sets stay in 7 bits."""
    data = CHARSETS[name].encode(text)
    assert not has_control(data)
    assert name in EIGHT_BIT_CHARSETS or max(data, default=0) < 0x80
    assert CHARSETS[name].length(text) == len(data)


@given(st.binary(max_size=60), st.sampled_from(NAMES))
def test_decoding_never_fails(data: bytes, name: str) -> None:
    """Bytes of any kind come out as some text."""
    assert isinstance(CHARSETS[name].decode(data), str)
