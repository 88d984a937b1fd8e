"""A capture from a site, replayed against our stations: each in its role, with the other side as it was.

The sample was taken with `bakjour trace --write` from a gateway and a simulated DECT system that refused a
block as damaged, one as busy, and damaged a report of its own.
"""

from pathlib import Path
from typing import Any

import pytest

from protocols.capture import Direction, read_capture
from protocols.espa444 import ControlConfig, ControlStation, PolledConfig, PolledStation

SAMPLE = read_capture((Path(__file__).parents[2] / "captures" / "dect-line.cap").read_text("utf-8"))


def test_our_control_station_says_what_was_said(replay: Any) -> None:
    """Fed with what the DECT system said, it says byte for byte what the gateway said then."""
    station = ControlStation(ControlConfig(), SAMPLE.rows[0].at)
    replayed = replay(SAMPLE, station, Direction.SENT)
    assert replayed.said == replayed.captured
    counters = station.counters
    assert (counters.blocks_taken, counters.resends) == (3, 1)
    assert (counters.naks_error, counters.naks_busy, counters.bcc_errors) == (1, 1, 1)


def test_our_polled_station_says_what_was_said(replay: Any) -> None:
    """Fed with what the gateway said, it answers byte for byte as the DECT system did, faults on purpose
    aside."""
    station = PolledStation(PolledConfig(), SAMPLE.rows[0].at)
    replayed = replay(SAMPLE, station, Direction.RECEIVED)
    damaged = [row.data for row in SAMPLE.rows if b"Anddrs" in row.data]
    assert len(damaged) == 1
    whole = replayed.captured.replace(damaged[0], damaged[0].replace(b"Anddrs", b"Anders"), 1)
    taken = whole.replace(b"1\x15", b"\x06", 1)
    assert replayed.said == taken
    assert (station.counters.blocks_taken, station.counters.resends) == (9, 1)


@pytest.mark.parametrize("role", [Direction.SENT, Direction.RECEIVED])
def test_a_station_that_answers_otherwise_is_found(replay: Any, role: Direction) -> None:
    """The replay is no formality: with another address nothing agrees."""
    start = SAMPLE.rows[0].at
    station = (
        ControlStation(ControlConfig(peer_address="3"), start)
        if role is Direction.SENT
        else PolledStation(PolledConfig(own_address="3"), start)
    )
    replayed = replay(SAMPLE, station, role)
    assert replayed.said != replayed.captured
