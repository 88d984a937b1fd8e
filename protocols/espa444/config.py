"""What differs from one installation to the next, for the sessions (transport and texts are elsewhere).

Rules: everything about a line is the site's, so every number here is a key; the defaults are those that
the most equipment agrees with. Times are seconds and start when the last byte has left the line.
"""

from dataclasses import dataclass
from enum import StrEnum

from protocols.espa444.framing import DEFAULT_ADDRESSES, T_BLOCK, T_CHAR
from protocols.espa444.records import BccMode, Header


class LeadEot(StrEnum):
    """Whether an EOT goes out before a poll or a selection."""

    NEEDED = "needed"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineConfig:
    """What both ends of a line need to know."""

    own_address: str = "1"
    """One character; 1 is recommended for the telephone or computer system, 2 for paging (clause 3.1)."""
    peer_address: str = "2"
    addresses: bytes = DEFAULT_ADDRESSES
    """Every address that may stand on the line; others before an ENQ are noise."""
    wanted_headers: frozenset[str] = frozenset({Header.STATUS})
    """Blocks that come out as events; the rest is answered NAK 3."""
    retries: int = 2
    """Resends of a block after its first send (clause 3.5 is ambiguous; more is harmless)."""
    t_select: float = 2.5
    """For the answer to a selection."""
    t_ack: float = 3.0
    """For the answer to a block, after its last byte."""
    t_answer: float = 2.0
    """For our own durable answer to a received block; then NAK 2, before the peer's T_ack ends."""
    t_quiet: float = 0.075
    """Of silence before a NAK 1, so that it does not collide with the rest of the damaged block."""
    t_block: float = T_BLOCK
    t_char: float = T_CHAR
    multi_block: bool = False
    """Several blocks in one session, as clause 3.4 allows and much equipment does not."""
    trailing_rs: bool = False
    extra_cr: bool = False
    bcc: BccMode = BccMode.FULL
    accept_masked_bcc: bool = True
    """On 8-bit lines only: also take check characters masked to 7 bits (see `records.decode`)."""
    mask7: bool = True
    """Drop bit 7 of what arrives: right for 7E1, 7E2 and 7-bit charsets, wrong for Latin-1 and UTF-8."""
    discard_echo: bool = False
    """A two-wire RS-485 line hears itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlConfig(LineConfig):
    """A control station: it owns the line, polls and selects."""

    lead_eot: LeadEot = LeadEot.NEEDED
    idle_poll: bool = True
    """Off for devices that cannot handle it; then neither status nor a dead line is seen between calls."""
    poll_interval: float = 1.0
    """0.15–30 s are seen in the field."""
    down_interval: float = 5.0
    """Between two polls of a line that is DOWN."""
    t_reply: float = 2.5
    """For the answer to a poll."""
    t_retry: float = 1.0
    """After a busy station, 0–10 s."""
    t_regain: float = 10.0
    """Without a valid transaction the control station takes the line back (the one timer of clause 3.7)."""
    silent_limit: int = 3
    """Silent answers in a row before the line counts as DOWN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolledConfig(LineConfig):
    """A polled station: it speaks when polled, and takes what is sent to it."""

    own_address: str = "2"
    peer_address: str = "1"
    wanted_headers: frozenset[str] = frozenset({Header.CALL, Header.STATUS_REQUEST, Header.SUBSCRIBER_CALL})
    t_message: float = 15.0
    """For the next block of a session; the control station regains the line at 10 s before that."""
    t_lost: float = 30.0
    """Without poll or selection before people are told."""
    select_window: float | None = None
    """Some stations take their own address as a selection only this soon after the other's (0.5 s)."""
