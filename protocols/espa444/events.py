"""What goes into and comes out of the two stations: commands, events, answers, counters.

Rules: a link ACK is `taken`, never delivered; a failure says whether the block may have been shown all
the same, because a repeat of such a call must be marked as one.
"""

from dataclasses import dataclass
from enum import Enum

from protocols.espa444.records import Block
from protocols.session import Token


class FailReason(Enum):
    """Why a block did not get through."""

    BUSY = "the station is busy (NAK 2, or refused at selection): try later"
    INVALID = "the station does not accept the content (NAK 3): do not repeat it"
    LINE_ERROR = "the station is alive, but the block could not be brought over intact"
    SILENT = "no answer to the selection: nothing was sent"
    UNKNOWN = "sent, but nothing proves that it was or was not taken: it may have been shown"
    LINE_DOWN = "the line is down: nothing was sent"


class DownReason(Enum):
    """Why a line counts as down."""

    SILENT = "the station does not answer"
    FOREIGN = "another control station uses the line"
    CONNECTION_LOST = "the connection is closed"


class LinkAnswer(Enum):
    """What to answer a received block with."""

    ACK = "ack"
    NAK_BUSY = "nak 2"
    NAK_INVALID = "nak 3"


@dataclass(frozen=True, slots=True)
class SendCall:
    """Command: bring `block` to the peer. One at a time; `ref` is the caller's own and only echoed."""

    ref: int
    block: Block


@dataclass(frozen=True, slots=True)
class SendBlock:
    """Command: queue `block` until the station is polled."""

    ref: int
    block: Block


@dataclass(frozen=True, slots=True)
class CallTaken:
    """The link ACK of the block: received without error. It does not mean transmitted or shown."""

    ref: int


@dataclass(frozen=True, slots=True)
class CallFailed:
    """The end of one try. `maybe_shown`: some send of it had no answer, so it may have been shown."""

    ref: int
    reason: FailReason
    maybe_shown: bool = False


@dataclass(frozen=True, slots=True)
class BlockTaken:
    """The control station ACKed a queued block."""

    ref: int


@dataclass(frozen=True, slots=True)
class BlockFailed:
    """A queued block is given up, and is no longer queued."""

    ref: int
    reason: FailReason
    maybe_shown: bool = False


@dataclass(frozen=True, slots=True)
class BlockReceived:
    """A block that waits for its durable answer. `session` counts selections: the same bytes within one
    session are a resend."""

    token: Token
    block: Block
    session: int


@dataclass(frozen=True, slots=True)
class LineUp:
    """The peer has answered a control station, for the first time or again; or it has polled or selected a
    polled station for the first time."""


@dataclass(frozen=True, slots=True)
class LineDown:
    """The line cannot be used; the station goes on trying."""

    reason: DownReason


@dataclass(frozen=True, slots=True)
class ForeignControlStation:
    """Somebody else polls or selects on our line: a configuration fault. (An undiscarded echo looks so.)"""


@dataclass(frozen=True, slots=True)
class PollLost:
    """No poll and no selection for T_lost: nobody can reach anybody over this line. What is queued fails."""


@dataclass(frozen=True, slots=True)
class PollBack:
    """Polled or selected again after PollLost."""


ControlEvent = CallTaken | CallFailed | BlockReceived | LineUp | LineDown | ForeignControlStation
PolledEvent = BlockTaken | BlockFailed | BlockReceived | LineUp | PollLost | PollBack


@dataclass(slots=True)
class Counters:
    """What happened on one line since the session began; a session hands out copies."""

    blocks_sent: int = 0
    blocks_taken: int = 0
    blocks_received: int = 0
    resends: int = 0
    naks_error: int = 0
    naks_busy: int = 0
    naks_invalid: int = 0
    naks_sent: int = 0
    bcc_errors: int = 0
    structure_errors: int = 0
    broken_blocks: int = 0
    silent_answers: int = 0
    polls: int = 0
    selections: int = 0
    foreign: int = 0
    bytes_ignored: int = 0
