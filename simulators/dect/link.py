"""The paging system's end of the ESPA line: which connection is the line, and what waits to be reported.

Rules: the newest connection wins, for an old one may be a dead peer's. Reports go out one after the
other, in order, and survive a lost connection; one that fails too often is dropped, and that is told.
"""

from collections import deque
from collections.abc import Callable, Sequence
from enum import StrEnum

from twisted.internet.interfaces import IAddress, IReactorTime
from twisted.internet.protocol import Factory

from protocols.espa444 import (
    EIGHT_BIT_CHARSETS,
    Block,
    BlockFailed,
    BlockReceived,
    BlockTaken,
    CallFailed,
    CallTaken,
    ControlConfig,
    ControlStation,
    FailReason,
    Header,
    LineDown,
    LineUp,
    LinkAnswer,
    PollBack,
    PolledConfig,
    PolledStation,
    PollLost,
)
from protocols.session import LocalProtocolError
from protocols.transport import Pump
from simulators.dect.faults import Faults
from simulators.dect.habits import FaultySession, Report, StationEvent

MAX_REPORTS = 1000
"""Reports that wait for the line; the oldest goes when there are more."""
MAX_TRIES = 5
"""Times that one report is offered before it is dropped."""

WANTED = frozenset({Header.CALL, Header.STATUS_REQUEST})

LinkPump = Pump[Report, LinkAnswer, StationEvent]
Tell = Callable[..., None]


class Role(StrEnum):
    """Who owns the line: usually the other side."""

    POLLED = "polled"
    CONTROL = "control"


class Link(Factory):
    """Twisted factory of the line; `take` is asked what to answer to each block."""

    noisy = False

    def __init__(
        self,
        clock: IReactorTime,
        take: Callable[[Block], LinkAnswer],
        tell: Tell,
        faults: Faults,
        *,
        role: Role,
        address: str,
        peer_address: str,
        charset: str,
        select_window: float | None,
        trailing_cr: bool,
        trailing_rs: bool,
    ) -> None:
        self._clock = clock
        self._take = take
        self._tell = tell
        self._faults = faults
        self._role = role
        self._polled = PolledConfig(
            own_address=address,
            peer_address=peer_address,
            wanted_headers=WANTED,
            mask7=charset not in EIGHT_BIT_CHARSETS,
            select_window=select_window,
            extra_cr=trailing_cr,
            trailing_rs=trailing_rs,
        )
        self._control = ControlConfig(
            own_address=address,
            peer_address=peer_address,
            wanted_headers=WANTED,
            mask7=charset not in EIGHT_BIT_CHARSETS,
            extra_cr=trailing_cr,
            trailing_rs=trailing_rs,
        )
        self._pump: LinkPump | None = None
        self._reports: deque[Block] = deque()
        self._tries = 0
        self._under_way = False

    @property
    def connected_to_peer(self) -> bool:
        """Whether a connection stands."""
        return self._pump is not None

    @property
    def waiting(self) -> int:
        """Reports that the other side has not taken yet."""
        return len(self._reports)

    def report(self, block: Block) -> None:
        """Bring `block` to the other side as soon as it lets us."""
        if len(self._reports) >= MAX_REPORTS:
            self._tell("report_lost", reason="too many wait")
            del self._reports[1 if self._under_way else 0]
        self._reports.append(block)
        self._next()

    def close(self) -> None:
        """Drop the connection, if there is one."""
        if self._pump is not None:
            self._pump.abort()

    def buildProtocol(self, addr: IAddress | None) -> LinkPump:
        return Pump(self._session, self, self._clock)

    def connected(self, pump: LinkPump) -> None:
        old, self._pump = self._pump, pump
        self._under_way = False
        if old is not None:
            old.abort()
        self._tell("connected", instead_of_another=old is not None)
        self._next()

    def received(self, pump: LinkPump, events: Sequence[StationEvent]) -> None:
        if pump is self._pump:
            for event in events:
                self._on_event(pump, event)

    def disconnected(self, pump: LinkPump, reason: str) -> None:
        if pump is self._pump:
            self._pump = None
            self._under_way = False
            self._tell("disconnected", reason=reason)

    def _session(self, now: float) -> FaultySession:
        if self._role is Role.CONTROL:
            return FaultySession(ControlStation(self._control, now), self._faults, now)
        return FaultySession(PolledStation(self._polled, now), self._faults, now)

    def _on_event(self, pump: LinkPump, event: StationEvent) -> None:
        match event:
            case BlockReceived(token, block):
                pump.answer(token, self._take(block))
            case BlockTaken() | CallTaken():
                self._under_way = False
                self._reports.popleft()
                self._tries = 0
                self._next()
            case BlockFailed(_, reason) | CallFailed(_, reason):
                self._under_way = False
                self._failed(reason)
            case LineUp():
                self._next()
            case PollBack():
                self._tell("poll_back")
                self._next()
            case PollLost() | LineDown():
                self._tell("poll_lost" if isinstance(event, PollLost) else "line_down")
            case _:
                self._tell("foreign_control_station")

    def _failed(self, reason: FailReason) -> None:
        if reason is FailReason.LINE_DOWN:
            return  # it waits for the line
        self._tries += 1
        if reason is FailReason.INVALID or self._tries >= MAX_TRIES:
            self._reports.popleft()
            self._tries = 0
            self._tell("report_lost", reason=reason.value)
        self._next()

    def _next(self) -> None:
        if self._pump is None or self._under_way or not self._reports:
            return
        try:
            self._pump.send(Report(0, self._reports[0]))
        except LocalProtocolError:
            return  # a control station whose line is down; LineUp comes back here
        self._under_way = True
