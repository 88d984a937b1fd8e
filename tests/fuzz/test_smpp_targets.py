"""The SMPP fuzz targets: they keep their promises on what is known, and notice a broken one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz import smpp
from fuzz.espa444 import ANSWER, SEND
from fuzz.smpp import TARGETS

VECTORS = [
    bytes.fromhex(vector["hex"])
    for vector in json.loads((Path(__file__).parents[1] / "vectors" / "smpp34.json").read_text("utf-8"))
]
FOUND: list[str] = []
"""Inputs in hex by which a fuzzer has broken a promise once; they are mended and stay so."""


def scripts(octets: bytes) -> list[bytes]:
    """The octets from the peer, after and before commands of ours, at each of the four sessions."""
    part = octets[: SEND - 1]
    return [
        bytes((which, 0, SEND, 2, len(part))) + part + bytes((0, ANSWER, 8, 0, 0, SEND)) for which in range(4)
    ]


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_vectors_and_what_was_found(target: Callable[[bytes], None]) -> None:
    """Nothing breaks on what is known."""
    for data in [b"", *VECTORS, *map(bytes.fromhex, FOUND)]:
        target(data)
        for script in scripts(data):
            target(script)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300))
def test_anything(target: Callable[[bytes], None], data: bytes) -> None:
    """Nor on anything else."""
    target(data)


def test_a_broken_promise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fast path that reads something else does not pass."""
    read: Any = smpp.wire.decode

    def wrong(frame: bytes) -> Any:
        return read(frame[:4] + frame[4:8] + b"\0\0\0\x08" + frame[12:])

    monkeypatch.setattr(smpp.fast, "decode", wrong)
    with pytest.raises(AssertionError, match="fast path"):
        smpp.fuzz_pdus(VECTORS[2])
