"""The fuzz targets: they keep their promises on what is known, and would notice if one were broken."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz import espa444
from fuzz.espa444 import ANSWER, SEND, TARGETS, WAITS, steps

VECTORS = [
    bytes.fromhex(vector["hex"])
    for vector in json.loads((Path(__file__).parents[1] / "vectors" / "espa444.json").read_text("utf-8"))
]
FOUND: list[str] = []
"""Inputs in hex by which a fuzzer has broken a promise once; they are mended and stay so."""


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_vectors_and_what_was_found(target: Callable[[bytes], None]) -> None:
    """Nothing breaks on what is known."""
    for data in [b"", *VECTORS, *map(bytes.fromhex, FOUND)]:
        target(data)
        for which in range(4):
            target(bytes((which, 0, 4)) + b"\x041\x05" + b"2\x05" + bytes((0, len(data) % 250)) + data)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300))
def test_anything(target: Callable[[bytes], None], data: bytes) -> None:
    """Nor on anything else."""
    target(data)


def test_script() -> None:
    """Input is read as waits, bytes and commands."""
    assert list(steps(bytes((3, 2)) + b"2\x05" + bytes((5, SEND, 0, ANSWER, 1)))) == [
        (WAITS[3], b"2\x05"),
        (WAITS[5], SEND),
        (WAITS[0], ANSWER),
    ]


def test_a_broken_promise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A station that differs when its tick is late does not pass."""
    ticked = [False]

    def play(station: Any, script: Any, *, ticks: bool) -> Any:
        ticked[0] = not ticked[0]
        return ticked[0]

    monkeypatch.setattr(espa444, "play", play)
    with pytest.raises(AssertionError, match="late tick"):
        espa444.fuzz_stations(b"\x00")
