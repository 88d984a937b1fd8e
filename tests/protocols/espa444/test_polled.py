"""What the polled station does where its table leaves a choice, byte for byte."""

import pytest

from protocols.espa444 import (
    BlockFailed,
    BlockReceived,
    BlockTaken,
    FailReason,
    LineUp,
    LinkAnswer,
    PollBack,
    PolledConfig,
    PolledState,
    PolledStation,
    PollLost,
    SendBlock,
    call_block,
    encode,
    status_of,
)
from protocols.espa444.polled import MAX_QUEUE
from protocols.espa444.records import CallStatus
from protocols.session import LocalProtocolError

CALL = call_block("20117", b"Larm")
RAW = encode(CALL)
STATUS = status_of(CALL, CallStatus.PAGED)
STATUS_RAW = encode(STATUS)
SELECT = b"1\x052\x05"


def station(*queued: int, **options: object) -> PolledStation:
    polled = PolledStation(PolledConfig(**options), 0.0)  # type: ignore[arg-type]
    for ref in queued:
        polled.send(SendBlock(ref, STATUS), 0.0)
    return polled


def sent_once(*queued: int, **options: object) -> PolledStation:
    """A station whose first block is out and waits for its ACK."""
    polled = station(*queued, **options)
    polled.receive_data(b"\x042\x05", 0.0)
    assert polled.data_to_send() == b"1\x05"
    polled.receive_data(b"\x06", 0.0)
    assert polled.data_to_send() == STATUS_RAW
    return polled


def test_poll_and_selection_are_told_apart() -> None:
    """The same two bytes: a poll after EOT or at the start, a selection after an ENQ to another."""
    polled = station()
    polled.receive_data(b"2\x05", 0.0)
    assert polled.data_to_send() == b"\x04"
    polled.receive_data(SELECT, 0.1)
    assert polled.data_to_send() == b"\x06"
    polled.receive_data(b"\x042\x05", 0.2)
    assert polled.data_to_send() == b"\x04"
    polled.receive_data(b"1\x05\x042\x05", 0.3)
    assert polled.data_to_send() == b"\x04"


def test_call_is_acknowledged_by_its_token_only() -> None:
    """Nothing before the owner's answer; each answer has its bytes; sessions are counted."""
    polled = station()
    for number, (answer, data) in enumerate(
        [(LinkAnswer.ACK, b"\x06"), (LinkAnswer.NAK_BUSY, b"2\x15"), (LinkAnswer.NAK_INVALID, b"3\x15")], 1
    ):
        polled.receive_data(b"\x04" + SELECT, float(number))
        polled.data_to_send()
        [event] = polled.receive_data(RAW, float(number))
        assert isinstance(event, BlockReceived)
        assert (event.block, event.session) == (CALL, number)
        assert polled.data_to_send() == b""
        polled.answer(event.token, answer, number + 1.9)
        assert polled.data_to_send() == data


def test_token_ends_with_its_session() -> None:
    """After EOT, a new selection, a second block or 2 s the earlier token is refused."""
    for after in (b"\x04", b"1\x05", RAW):
        polled = station()
        polled.receive_data(SELECT, 0.0)
        [event] = polled.receive_data(RAW, 0.0)
        assert isinstance(event, BlockReceived)
        polled.receive_data(after, 0.1)
        with pytest.raises(LocalProtocolError):
            polled.answer(event.token, LinkAnswer.ACK, 0.2)
    polled = station()
    polled.receive_data(SELECT, 0.0)
    polled.receive_data(RAW, 0.0)
    polled.data_to_send()
    polled.tick(2.0)
    assert polled.data_to_send() == b"2\x15"


def test_damaged_block_is_refused_after_quiet() -> None:
    """NAK 1 after 75 ms of silence; the resend in the same session is taken."""
    polled = station()
    polled.receive_data(SELECT + RAW[:-1] + b"\x00", 0.0)
    assert polled.data_to_send() == b"\x06"
    polled.tick(0.075)
    assert polled.data_to_send() == b"1\x15"
    assert len(polled.receive_data(RAW, 0.1)) == 1


def test_block_that_stops_in_the_middle_is_refused() -> None:
    """After T_block without a byte, NAK 1."""
    polled = station()
    polled.receive_data(SELECT + RAW[:9], 0.0)
    polled.data_to_send()
    polled.tick(3.075)
    assert polled.data_to_send() == b"1\x15"


def test_unwanted_header_is_nak_3() -> None:
    """Status sent to a paging station that does not want it."""
    polled = station()
    polled.receive_data(SELECT + STATUS_RAW, 0.0)
    assert polled.data_to_send() == b"\x063\x15"


def test_others_are_left_alone() -> None:
    """A block between two other stations is no business of ours, nor is our poll inside it."""
    polled = station()
    assert polled.receive_data(b"1\x053\x05" + RAW + b"2\x05", 0.0) == [LineUp()]
    assert polled.data_to_send() == b""
    polled.receive_data(b"\x042\x05", 0.1)
    assert polled.data_to_send() == b"\x04"


def test_full_station_refuses_selections() -> None:
    """NAK 2 to a selection while the owner has no room; polls are answered."""
    polled = station()
    polled.accepting = False
    polled.receive_data(SELECT, 0.0)
    assert polled.data_to_send() == b"2\x15"
    polled.receive_data(b"\x042\x05", 0.1)
    assert polled.data_to_send() == b"\x04"


def test_selection_window() -> None:
    """A station that waits 500 ms for the second address takes a later one for a poll (L10)."""
    polled = station(select_window=0.5)
    polled.receive_data(b"1\x05", 0.0)
    polled.receive_data(b"2\x05", 0.6)
    assert polled.data_to_send() == b"\x04"


def test_queued_blocks_go_out_one_a_poll() -> None:
    """One block a session, in order; an EOT when nothing is left."""
    polled = sent_once(1, 2)
    assert polled.receive_data(b"\x06", 0.1) == [BlockTaken(1)]
    assert polled.data_to_send() == b"\x04"
    polled.receive_data(b"2\x05", 0.2)
    assert polled.data_to_send() == b"1\x05"
    polled.receive_data(b"\x06\x06", 0.3)
    polled.data_to_send()
    polled.receive_data(b"2\x05", 0.4)
    assert polled.data_to_send() == b"\x04"
    assert polled.queued == 0


def test_several_blocks_a_session() -> None:
    """With multi_block the next follows the ACK; not after a resend, whose second ACK may come yet."""
    polled = sent_once(1, 2, multi_block=True)
    assert polled.receive_data(b"\x06", 0.1) == [BlockTaken(1)]
    assert polled.data_to_send() == STATUS_RAW
    polled = sent_once(1, 2, multi_block=True)
    polled.tick(3.0)
    polled.data_to_send()
    polled.receive_data(b"\x06", 3.1)
    assert polled.data_to_send() == b"\x04"


@pytest.mark.parametrize("answer", [b"2\x15", b"\x15", b"\x04", b"1\x053\x05\x04"])
def test_block_that_could_not_be_offered_stays_queued(answer: bytes) -> None:
    """NAK or EOT to our selection, or somebody else's: the block waits for the next poll."""
    polled = station(1)
    polled.receive_data(b"2\x05", 0.0)
    assert polled.receive_data(answer, 0.1) == []
    polled.data_to_send()
    polled.receive_data(b"\x042\x05", 0.2)
    assert polled.data_to_send() == b"1\x05"


def test_silent_selection_is_closed() -> None:
    """No answer to our selection: EOT, and the block waits."""
    polled = station(1)
    polled.receive_data(b"2\x05", 0.0)
    polled.data_to_send()
    polled.tick(2.5)
    assert polled.data_to_send() == b"\x04"
    assert polled.queued == 1


def test_failures_of_a_sent_block() -> None:
    """NAK 2 and 3 at once; NAK 1 and silence after two resends; each with its reason."""
    assert sent_once(1).receive_data(b"2\x15", 0.1) == [BlockFailed(1, FailReason.BUSY)]
    assert sent_once(1).receive_data(b"3\x15", 0.1) == [BlockFailed(1, FailReason.INVALID)]
    polled = sent_once(1)
    assert polled.receive_data(b"1\x15", 0.1) == polled.receive_data(b"1\x15", 0.2) == []
    assert polled.receive_data(b"1\x15", 0.3) == [BlockFailed(1, FailReason.LINE_ERROR)]
    assert polled.data_to_send() == STATUS_RAW * 2 + b"\x04"
    assert sent_once(1).tick(9.0) == [BlockFailed(1, FailReason.UNKNOWN, maybe_shown=True)]


def test_block_whose_session_is_taken_away_is_sent_again() -> None:
    """EOT or a poll instead of the ACK: kept, three sends in all, then unknown."""
    polled = sent_once(1)
    polled.receive_data(b"2\x05", 0.1)
    assert polled.data_to_send() == b"1\x05"
    polled.receive_data(b"\x06\x042\x05\x06", 0.2)
    assert polled.receive_data(b"\x04", 0.3) == [BlockFailed(1, FailReason.UNKNOWN, maybe_shown=True)]


def test_lost_poll() -> None:
    """30 s without poll or selection is told once; the next one is told too."""
    polled = station()
    assert polled.tick(29.9) == []
    assert polled.tick(30.0) == [PollLost()]
    assert polled.tick(300.0) == []
    assert polled.receive_data(b"2\x05", 301.0) == [PollBack()]
    assert polled.tick(331.0) == [PollLost()]


def test_the_first_poll_is_told_once() -> None:
    """A line that has been polled or selected once is up, and says so once."""
    polled = station()
    assert polled.line_up is None
    assert polled.receive_data(b"2\x05", 0.1) == [LineUp()]
    assert polled.receive_data(b"2\x05", 0.2) == []
    assert polled.line_up is True


def test_what_nobody_fetches_fails() -> None:
    """A lost poll gives what is queued back: a call that waits an hour for a poll would mislead."""
    polled = station(1, 2)
    assert polled.tick(30.0) == [
        PollLost(),
        BlockFailed(1, FailReason.LINE_DOWN),
        BlockFailed(2, FailReason.LINE_DOWN),
    ]
    assert polled.queued == 0


def test_connection_lost_fails_what_is_queued() -> None:
    """What was out is unknown, what waited was not sent."""
    polled = sent_once(1, 2)
    assert polled.receive_eof(0.1) == [
        BlockFailed(1, FailReason.UNKNOWN, maybe_shown=True),
        BlockFailed(2, FailReason.LINE_DOWN),
    ]
    assert polled.state is PolledState.CLOSED
    assert polled.next_deadline() is None
    with pytest.raises(LocalProtocolError):
        polled.send(SendBlock(3, STATUS), 0.2)


def test_queue_is_bounded() -> None:
    """A station that nobody polls takes no more than its bound."""
    polled = station(*range(MAX_QUEUE))
    with pytest.raises(LocalProtocolError):
        polled.send(SendBlock(0, STATUS), 0.0)
