"""Capture files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.capture import (
    Capture,
    CapturedLine,
    CaptureError,
    Direction,
    Row,
    heading,
    is_capture,
    read_capture,
    write_row,
)

BEGAN = "2026-11-24T14:02:11.337Z"
DECT = CapturedLine("dect", "espa444", {"charset": "se7", "masks": "true"})
ROWS = st.lists(
    st.builds(
        Row,
        st.integers(0, 10**9).map(lambda us: us / 1e6),
        st.sampled_from(("dect", "tcp", "line_2")),
        st.integers(1, 10**6),
        st.sampled_from(Direction),
        st.binary(min_size=1, max_size=80),
    ),
    max_size=20,
)


@settings(max_examples=60)
@given(ROWS, st.text(max_size=40))
def test_what_is_written_is_read(rows: list[Row], remark: str) -> None:
    """Lines, times, directions and bytes come back; a remark changes nothing, whatever stands in it."""
    text = heading(BEGAN, [DECT]) + "".join(write_row(row, remark) for row in rows)
    assert is_capture(text)
    assert read_capture(text) == Capture(BEGAN, (DECT,), tuple(rows))


def test_a_file_cut_off_is_good_up_to_its_last_whole_row() -> None:
    """Whoever pulls the plug while it is written loses one row."""
    rows = [Row(number / 10, "dect", 1, Direction.SENT, b"2\x05") for number in range(3)]
    text = heading(BEGAN, [DECT]) + "".join(map(write_row, rows))
    assert read_capture(text[:-4]).rows == tuple(rows[:2])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "row 1"),
        ("# some notes\n", "row 1"),
        (heading(BEGAN, [DECT]) + "0.1 dect/1 > 3\n", "row 4"),
        (heading(BEGAN, [DECT]) + "0.1 dect/1 = 31\n", "row 4"),
        (heading(BEGAN, [DECT]) + "0.1 dect > 31\n", "row 4"),
        (heading(BEGAN, [DECT]) + "soon dect/1 > 31\n", "row 4"),
    ],
)
def test_what_is_no_capture_is_told_with_its_row(text: str, words: str) -> None:
    """The row that cannot be read is named."""
    with pytest.raises(CaptureError, match=words):
        read_capture(text)


def test_a_name_with_blanks_stays_one_column() -> None:
    """A line's name may hold blanks; the file's may not."""
    row = Row(0.0, "nurse call", 1, Direction.RECEIVED, b"\x04")
    capture = read_capture(heading(BEGAN, [CapturedLine("nurse call", "espa444")]) + write_row(row))
    assert capture.rows[0].line == capture.lines[0].name == "nurse_call"
