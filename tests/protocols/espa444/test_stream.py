"""A stream of calls, each given in the moment in which the one before is acknowledged."""

from itertools import pairwise

from protocols.espa444 import CallTaken, ControlConfig, ControlStation, SendCall, call_block

BYTE = 10 / 9600
CALL = call_block("20117", b"Larm")


def test_a_stream_of_calls_does_not_keep_answers_waiting() -> None:
    """A poll that is due goes before the next call, also while our last EOT is still on the line."""
    station, now, polls, ref = (
        ControlStation(ControlConfig(idle_poll=True, poll_interval=1.0), 0.0),
        0.0,
        [],
        0,
    )
    station.send(SendCall(ref, CALL), now)
    while now < 10.0:
        out = station.data_to_send()
        now += len(out) * BYTE
        station.sent(now)
        if out.endswith(b"2\x05") and b"1\x05" not in out:
            polls.append(now)
            events = station.receive_data(b"\x04", now)
        elif out:
            events = station.receive_data(b"\x06", now)
        else:
            now = station.next_deadline() or now
            events = station.tick(now)
        if any(isinstance(event, CallTaken) for event in events):
            # As the pump does: what is ready is written before its owner hears of anything.
            station.sent(now + len(station.data_to_send()) * BYTE)
            ref += 1
            station.send(SendCall(ref, CALL), now)
    assert ref > 50
    assert all(later - earlier < 1.2 for earlier, later in pairwise(polls))
    assert len(polls) >= 9
