"""What the control station does where the tables leave a choice, byte for byte."""

import pytest

from protocols.espa444 import (
    BlockReceived,
    CallFailed,
    CallTaken,
    ControlConfig,
    ControlState,
    ControlStation,
    DownReason,
    FailReason,
    ForeignControlStation,
    LeadEot,
    LineDown,
    LineUp,
    LinkAnswer,
    SendCall,
    call_block,
    encode,
    status_of,
)
from protocols.espa444.records import CallStatus
from protocols.session import LocalProtocolError

CALL = call_block("20117", b"Larm")
RAW = encode(CALL)
STATUS = status_of(CALL, CallStatus.ACKNOWLEDGED)
SELECT = b"1\x052\x05"
NO_POLL = ControlConfig(idle_poll=False)


def in_session(config: ControlConfig = NO_POLL, at: float = 0.0) -> ControlStation:
    """A station whose call 7 has been sent and waits for its ACK."""
    station = ControlStation(config, 0.0)
    station.send(SendCall(7, CALL), at)
    assert station.data_to_send().endswith(SELECT)
    assert station.receive_data(b"\x06", at) == [LineUp()]
    assert station.data_to_send() == RAW
    return station


def test_call_taken() -> None:
    """Select, block, ACK: the call is taken and the session closed with EOT."""
    station = in_session()
    assert not station.ready
    assert station.receive_data(b"\x06", 0.1) == [CallTaken(7)]
    assert station.data_to_send() == b"\x04"
    assert station.ready
    assert station.line_up


def test_peer_that_closes_itself_gets_no_second_eot() -> None:
    """ACK and EOT in one breath, as digimat answers: we send none of our own."""
    station = in_session()
    assert station.receive_data(b"\x06\x04", 0.1) == [CallTaken(7)]
    assert station.data_to_send() == b""
    assert station.state is ControlState.IDLE


@pytest.mark.parametrize("nak", [b"2\x15", b"\x15", b"1\x15", b"3\x15", b"9\x15"])
def test_refused_selection_is_busy(nak: bytes) -> None:
    """Any NAK to the selection: EOT, busy, and no selection again before T_retry."""
    station = ControlStation(NO_POLL, 0.0)
    station.send(SendCall(7, CALL), 0.0)
    station.data_to_send()
    assert station.receive_data(nak, 0.1) == [LineUp(), CallFailed(7, FailReason.BUSY)]
    assert station.data_to_send() == b"\x04"
    station.send(SendCall(8, CALL), 0.2)
    assert station.data_to_send() == b""
    station.tick(1.1)
    assert station.data_to_send() == SELECT


def test_nak_2_and_nak_3_after_the_block() -> None:
    """Busy may be tried again, invalid must not."""
    busy, invalid = in_session(), in_session()
    assert busy.receive_data(b"2\x15", 0.1) == [CallFailed(7, FailReason.BUSY)]
    assert invalid.receive_data(b"3\x15", 0.1) == [CallFailed(7, FailReason.INVALID)]
    assert busy.data_to_send() == invalid.data_to_send() == b"\x04"
    assert invalid.state is ControlState.IDLE


def test_nak_1_resends_twice_then_fails() -> None:
    """Three sends in all; every one was refused, so nothing can have been shown."""
    station = in_session()
    for _ in range(2):
        assert station.receive_data(b"1\x15", 0.1) == []
        assert station.data_to_send() == RAW
    assert station.receive_data(b"\x15", 0.2) == [CallFailed(7, FailReason.LINE_ERROR)]
    assert station.data_to_send() == b"\x04"
    assert station.counters.resends == 2
    assert station.counters.naks_error == 3


def test_nak_followed_by_eot_opens_a_new_session() -> None:
    """A station that closes after its NAK gets the resend in a new session."""
    station = in_session()
    assert station.receive_data(b"1\x15\x04", 0.1) == []
    assert station.data_to_send() == b""
    station.tick(1.1)
    assert station.data_to_send() == SELECT
    station.receive_data(b"\x06", 1.2)
    assert station.data_to_send() == RAW
    assert station.receive_data(b"\x06", 1.3) == [CallTaken(7)]


def test_silence_after_the_block_is_unknown() -> None:
    """Three sends without an answer: the outcome is unknown, the call may have been shown."""
    station = in_session()
    assert station.tick(3.0) == []
    assert station.tick(6.0) == []
    assert station.data_to_send() == RAW * 2
    assert station.tick(9.0) == [CallFailed(7, FailReason.UNKNOWN, maybe_shown=True)]
    assert station.data_to_send() == b"\x04"


def test_busy_after_silence_says_that_it_may_have_been_shown() -> None:
    """NAK 2 answers the second send; what became of the first is not known."""
    station = in_session()
    station.tick(3.0)
    assert station.receive_data(b"2\x15", 3.5) == [CallFailed(7, FailReason.BUSY, maybe_shown=True)]


def test_late_ack_is_not_taken_for_the_next_call() -> None:
    """ACKs of two sends of one call: the second comes while nothing is under way."""
    station = in_session()
    station.tick(3.0)
    assert station.receive_data(b"\x06", 3.1) == [CallTaken(7)]
    station.send(SendCall(8, CALL), 3.2)
    station.data_to_send()
    assert station.receive_data(b"\x06", 3.3) == []
    assert station.data_to_send() == b""
    station.tick(4.1)
    assert station.data_to_send() == b"\x04" + SELECT


def test_eot_instead_of_ack_is_unproven_and_tried_in_a_new_session() -> None:
    """The peer closes without an answer, three times: unknown."""
    station = in_session()
    now = 0.1
    for _ in range(2):
        assert station.receive_data(b"\x04", now) == []
        now += 1.0
        station.tick(now)
        station.receive_data(b"\x06", now)
    assert station.receive_data(b"\x04", now) == [CallFailed(7, FailReason.UNKNOWN, maybe_shown=True)]


def test_selection_taken_for_a_poll_is_tried_three_times() -> None:
    """EOT to the selection: again after T_retry; after the third the try fails, nothing was sent."""
    station = ControlStation(NO_POLL, 0.0)
    station.send(SendCall(7, CALL), 0.0)
    now, events = 0.0, []
    for _ in range(3):
        assert station.data_to_send().endswith(SELECT)
        events += station.receive_data(b"\x04", now)
        now += 1.0
        station.tick(now)
    assert events == [LineUp(), CallFailed(7, FailReason.LINE_ERROR)]


def test_peer_that_answers_a_selection_by_selecting_us_is_heard_first() -> None:
    """It took the selection for a poll and has status: that is received, then the call goes out."""
    station = ControlStation(NO_POLL, 0.0)
    station.send(SendCall(7, CALL), 0.0)
    station.data_to_send()
    station.receive_data(b"1\x05", 0.1)
    assert station.data_to_send() == b"\x06"
    [event] = station.receive_data(encode(STATUS), 0.2)
    assert isinstance(event, BlockReceived)
    station.answer(event.token, LinkAnswer.ACK, 0.3)
    assert station.data_to_send() == b"\x06"
    station.receive_data(b"\x04", 0.4)
    assert station.data_to_send() == SELECT


def test_three_silent_selections_take_the_line_down() -> None:
    """Silent: nothing was sent; after the third the line is down and no call is taken."""
    station = ControlStation(NO_POLL, 0.0)
    events = []
    now = 0.1
    for ref in range(3):
        station.send(SendCall(ref, CALL), now)
        now += 3.6
        events += station.tick(now - 0.1)
        station.data_to_send()
    assert CallFailed(0, FailReason.SILENT) in events
    assert LineDown(DownReason.SILENT) in events
    assert not station.ready
    with pytest.raises(LocalProtocolError):
        station.send(SendCall(9, CALL), now)


def test_down_line_comes_back_with_the_first_answer() -> None:
    """A line that is down is polled every 5 s; the first EOT brings it up."""
    station = ControlStation(ControlConfig(), 0.0)
    events = station.tick(9.5)
    assert events == [LineDown(DownReason.SILENT)]
    station.data_to_send()
    station.tick(14.5)
    assert station.data_to_send() == b"2\x05"
    assert station.receive_data(b"\x04", 14.6) == [LineUp()]
    assert station.ready


def test_without_idle_poll_the_next_call_is_the_probe() -> None:
    """A device that cannot be polled is tried again with a call, and no poll is ever sent."""
    station = ControlStation(NO_POLL, 0.0)
    now = 0.0
    for ref in range(3):
        station.send(SendCall(ref, CALL), now)
        now += 4.0
        station.tick(now)
    assert not station.ready
    station.tick(now + 5.0)
    station.data_to_send()
    assert station.ready
    station.send(SendCall(9, CALL), now + 5.0)
    assert station.data_to_send() == SELECT
    assert station.receive_data(b"\x06", now + 5.1) == [LineUp()]
    assert station.counters.polls == 0


def test_status_is_acknowledged_by_its_token_only() -> None:
    """No ACK before the answer, one after it, and the token is used up."""
    station = ControlStation(ControlConfig(), 0.0)
    station.tick(0.0)
    assert station.data_to_send() == b"\x042\x05"
    station.receive_data(b"1\x05", 0.1)
    assert station.data_to_send() == b"\x06"
    [event] = station.receive_data(encode(STATUS), 0.2)
    assert event == BlockReceived(event.token, STATUS, 1)
    assert station.data_to_send() == b""
    station.answer(event.token, LinkAnswer.ACK, 1.0)
    assert station.data_to_send() == b"\x06"
    with pytest.raises(LocalProtocolError):
        station.answer(event.token, LinkAnswer.ACK, 1.1)
    station.receive_data(b"\x04", 1.2)
    station.tick(1.2)
    assert station.data_to_send() == b"2\x05", "who had something to say is asked again at once"


def test_answer_that_is_too_late() -> None:
    """After 2 s the station says NAK 2 itself and refuses the token."""
    station = ControlStation(ControlConfig(), 0.0)
    station.tick(0.0)
    station.receive_data(b"1\x05", 0.0)
    [_, event] = [None, *station.receive_data(encode(STATUS), 0.0)]
    station.data_to_send()
    station.tick(2.0)
    assert station.data_to_send() == b"2\x15"
    assert event is not None
    with pytest.raises(LocalProtocolError):
        station.answer(event.token, LinkAnswer.ACK, 2.0)  # type: ignore[union-attr]


def test_unwanted_and_damaged_blocks_from_the_peer() -> None:
    """A call from the pager is NAK 3; damage is NAK 1, and only when the line has been quiet."""
    station = ControlStation(ControlConfig(), 0.0)
    station.tick(0.0)
    station.receive_data(b"1\x05", 0.0)
    station.data_to_send()
    station.receive_data(RAW, 0.1)
    assert station.data_to_send() == b"3\x15"
    station.receive_data(encode(STATUS)[:-1] + b"\x00", 0.2)
    station.receive_data(b"tail", 0.25)
    station.tick(0.3)
    assert station.data_to_send() == b""
    station.tick(0.325)
    assert station.data_to_send() == b"1\x15"
    assert station.counters.bcc_errors == 1


def test_silent_master_loses_the_line() -> None:
    """Ten seconds after the last valid transaction the control station takes the line back."""
    station = ControlStation(ControlConfig(), 0.0)
    station.tick(0.0)
    station.receive_data(b"1\x05", 1.0)
    station.data_to_send()
    station.tick(10.9)
    assert station.data_to_send() == b""
    station.tick(11.0)
    assert station.data_to_send() == b"\x04"


def test_no_room_refuses_the_peer() -> None:
    """While the owner takes nothing, a selection is answered NAK 2."""
    station = ControlStation(ControlConfig(), 0.0)
    station.accepting = False
    station.tick(0.0)
    station.data_to_send()
    station.receive_data(b"1\x05", 0.1)
    assert station.data_to_send() == b"2\x15"


def test_foreign_control_station() -> None:
    """Somebody polls our peer: an alarm, silence until it rests for a second, then the held call."""
    station = ControlStation(NO_POLL, 0.0)
    assert station.receive_data(b"2\x05", 0.0) == [ForeignControlStation()]
    station.send(SendCall(7, CALL), 0.1)
    station.receive_data(b"\x04", 0.2)
    station.receive_data(b"2\x05", 0.5)
    station.receive_data(b"\x04", 0.6)
    station.tick(1.59)
    assert station.data_to_send() == b""
    station.tick(1.6)
    assert station.data_to_send() == SELECT


def test_foreign_control_station_that_does_not_rest_takes_the_line_down() -> None:
    """After ten seconds without a rest the line is down, and the call that was held has failed."""
    station = ControlStation(NO_POLL, 0.0)
    station.receive_data(b"2\x05", 0.0)
    station.send(SendCall(7, CALL), 0.1)
    events = []
    for step in range(1, 21):
        events += station.receive_data(b"\x042\x05", step * 0.5)
    events += station.tick(10.0)
    assert events == [CallFailed(7, FailReason.LINE_DOWN), LineDown(DownReason.FOREIGN)]


def test_late_answer_to_a_poll_is_heard() -> None:
    """A peer that selects us within 10 s of a poll that timed out is no stranger."""
    station = ControlStation(ControlConfig(poll_interval=30.0), 0.0)
    station.tick(2.5)
    assert station.data_to_send() == b"\x042\x05\x04"
    assert station.receive_data(b"1\x05", 3.0) == [LineUp()]
    assert station.data_to_send() == b"\x06"


def test_third_station_on_the_line_is_left_alone() -> None:
    """The peer, polled, selects somebody else: we wait for its EOT."""
    station = ControlStation(ControlConfig(), 0.0)
    station.tick(0.0)
    station.data_to_send()
    station.receive_data(b"3\x05\x06" + RAW + b"\x06", 0.1)
    assert station.data_to_send() == b""
    station.receive_data(b"\x04", 0.2)
    assert station.state is ControlState.IDLE


@pytest.mark.parametrize(
    ("lead", "first", "second"),
    [
        (LeadEot.NEEDED, b"\x042\x05", b"2\x05"),
        (LeadEot.ALWAYS, b"\x042\x05", b"\x042\x05"),
        (LeadEot.NEVER, b"2\x05", b"2\x05"),
    ],
)
def test_leading_eot(lead: LeadEot, first: bytes, second: bytes) -> None:
    """Needed: only when the last control character on the line was no EOT."""
    station = ControlStation(ControlConfig(lead_eot=lead), 0.0)
    station.tick(0.0)
    assert station.data_to_send() == first
    station.receive_data(b"\x04", 0.1)
    station.tick(1.1)
    assert station.data_to_send() == second


def test_due_poll_goes_before_the_next_call() -> None:
    """Calls one after the other do not keep the peer's answers waiting for more than an interval."""
    station = ControlStation(ControlConfig(), 0.0)
    station.tick(0.0)
    station.receive_data(b"\x04", 0.0)
    station.data_to_send()
    sent = []
    for step in range(12):
        now = 0.05 + step * 0.2
        station.send(SendCall(step, CALL), now)
        while data := station.data_to_send():
            sent.append(data)
            if data.endswith(b"\x05"):
                station.receive_data(b"\x06" if data == SELECT else b"\x04", now)
            elif data == RAW:
                station.receive_data(b"\x06", now)
    assert sent.count(RAW) == 12
    assert sent.count(b"2\x05") == 2


def test_several_blocks_in_one_session() -> None:
    """With multi_block a call given at once goes out in the session that stands (L5)."""
    station = in_session(ControlConfig(idle_poll=False, multi_block=True))
    assert station.receive_data(b"\x06", 0.1) == [CallTaken(7)]
    assert station.ready
    station.send(SendCall(8, CALL), 0.1)
    assert station.data_to_send() == RAW
    station.receive_data(b"\x06", 0.2)
    station.tick(0.2)
    assert station.data_to_send() == b"\x04"


def test_connection_lost() -> None:
    """Before the block nothing was sent; after it nobody knows; the line is down either way."""
    before = ControlStation(NO_POLL, 0.0)
    before.send(SendCall(7, CALL), 0.0)
    assert before.receive_eof(0.1) == [
        CallFailed(7, FailReason.LINE_DOWN),
        LineDown(DownReason.CONNECTION_LOST),
    ]
    after = in_session()
    assert after.receive_eof(0.1) == [
        CallFailed(7, FailReason.UNKNOWN, maybe_shown=True),
        LineDown(DownReason.CONNECTION_LOST),
    ]
    assert after.close_reason == "connection closed"
    assert after.receive_eof(0.2) == []
    assert after.receive_data(b"\x06", 0.3) == []
    with pytest.raises(LocalProtocolError):
        after.send(SendCall(8, CALL), 0.4)


def test_timers_start_when_the_last_byte_has_left() -> None:
    """At 300 baud a block is seconds on the line; T_ack begins after it."""
    station = in_session()
    station.sent(6.6)
    assert station.tick(9.5) == []
    assert station.data_to_send() == b""
    station.tick(9.6)
    assert station.data_to_send() == RAW


def test_echo_is_swallowed() -> None:
    """A line that hears itself: our own bytes are not taken for another station's."""
    station = ControlStation(ControlConfig(idle_poll=False, discard_echo=True), 0.0)
    station.send(SendCall(7, CALL), 0.0)
    echo = station.data_to_send()
    assert station.receive_data(echo[:3], 0.0) == []
    assert station.receive_data(echo[3:] + b"\x06", 0.1) == [LineUp()]
    assert station.receive_data(station.data_to_send() + b"\x06", 0.2) == [CallTaken(7)]


def test_only_one_call_at_a_time_and_only_whole_blocks() -> None:
    """A second call, or a block that cannot stand on the line, is refused and changes nothing."""
    station = in_session()
    with pytest.raises(LocalProtocolError):
        station.send(SendCall(8, CALL), 0.0)
    assert station.receive_data(b"\x06", 0.1) == [CallTaken(7)]


def test_options_of_what_is_sent() -> None:
    """Trailing RS and the extra carriage return are sent when the site says so."""
    config = ControlConfig(idle_poll=False, trailing_rs=True, extra_cr=True)
    station = ControlStation(config, 0.0)
    station.send(SendCall(7, CALL), 0.0)
    station.data_to_send()
    station.receive_data(b"\x06", 0.0)
    assert station.data_to_send() == encode(CALL, trailing_rs=True) + b"\r"
