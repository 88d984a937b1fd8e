"""Lines: what each does to bytes, and what none may do."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.lines import MAX_GAP_SECONDS, Fragmenting, Garbling, Late, Line, Lossy, Plain

MAKERS: dict[str, Callable[[], Line]] = {
    "plain": Plain,
    "fragmenting": lambda: Fragmenting(7),
    "late": lambda: Late(1.5),
    "lossy": lambda: Lossy(7, 0.3),
    "garbling": lambda: Garbling(7, 0.3),
}
FAITHFUL = ("plain", "fragmenting", "late")

writes = st.lists(st.tuples(st.binary(max_size=200), st.floats(0, 0.01)), max_size=8)


def carry_all(line: Line, chunks: list[tuple[bytes, float]]) -> tuple[list[tuple[float, bytes]], float]:
    now, arrived = 0.0, []
    for data, pause in chunks:
        now += pause
        carried = line.carry(data, now)
        assert all(at >= now and piece for at, piece in carried)
        arrived += carried
    return arrived, now


@pytest.mark.parametrize("name", MAKERS)
@settings(max_examples=40, deadline=None)
@given(writes)
def test_order(name: str, chunks: list[tuple[bytes, float]]) -> None:
    """Arrival times never fall, over all calls, and nothing arrives before it was written or empty."""
    arrived, _ = carry_all(MAKERS[name](), chunks)
    times = [at for at, _ in arrived]
    assert times == sorted(times)


@pytest.mark.parametrize("name", FAITHFUL)
@settings(max_examples=40, deadline=None)
@given(writes)
def test_faithful_lines_change_nothing(name: str, chunks: list[tuple[bytes, float]]) -> None:
    """A plain, a fragmenting and a late line bring exactly the bytes that were written."""
    arrived, _ = carry_all(MAKERS[name](), chunks)
    assert b"".join(piece for _, piece in arrived) == b"".join(data for data, _ in chunks)


@pytest.mark.parametrize("name", MAKERS)
def test_a_seed_repeats(name: str) -> None:
    """The same seed and the same writes give the same arrivals."""
    chunks = [(bytes(range(256)), 0.0), (b"again", 0.001)]
    assert carry_all(MAKERS[name](), chunks) == carry_all(MAKERS[name](), chunks)


def test_fragmenting_splits() -> None:
    """A long write comes in several pieces, in little time even at 64 KiB."""
    arrived = Fragmenting(1).carry(b"x" * 65536, 0.0)
    assert 8 < len(arrived) < 200
    assert arrived[-1][0] < 200 * MAX_GAP_SECONDS


def test_late_is_late_by_its_seconds() -> None:
    """A late line adds its seconds and says so for an end of file."""
    line = Late(2.0)
    assert line.carry(b"ab", 5.0) == [(7.0, b"ab")]
    assert line.delay == 2.0


@pytest.mark.parametrize(("rate", "least", "most"), [(0.0, 1000, 1000), (0.5, 400, 600), (1.0, 0, 0)])
def test_lossy_loses_by_its_rate(rate: float, least: int, most: int) -> None:
    """A lossy line loses about its rate of the bytes and alters none."""
    kept = b"".join(piece for _, piece in Lossy(3, rate).carry(b"x" * 1000, 0.0))
    assert least <= len(kept) <= most
    assert set(kept) <= {ord("x")}


@pytest.mark.parametrize(("rate", "least", "most"), [(0.0, 0, 0), (0.5, 400, 600), (1.0, 1000, 1000)])
def test_garbling_turns_one_bit_over(rate: float, least: int, most: int) -> None:
    """A garbling line keeps the length and turns exactly one bit over in about its rate of the bytes."""
    ((_, garbled),) = Garbling(3, rate).carry(bytes(1000), 0.0)
    assert len(garbled) == 1000
    wrong = [byte for byte in garbled if byte]
    assert least <= len(wrong) <= most
    assert all(byte.bit_count() == 1 for byte in wrong)
