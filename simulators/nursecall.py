"""A simulated nurse-call or fire system: pages through the gateway over ESPA 4.4.4, hears what became of it.

Rules: it is the control station of its line unless told otherwise. Calls go out one after the other, in
order; each ends taken or with the reason why not. Every status is acknowledged, and told to the call that it
names.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from twisted.internet.interfaces import IProtocolFactory, IReactorTime

from protocols.espa444 import (
    CHARSETS,
    EIGHT_BIT_CHARSETS,
    Block,
    BlockFailed,
    BlockReceived,
    BlockTaken,
    CallFailed,
    CallTaken,
    CallType,
    ControlConfig,
    ControlEvent,
    ControlStation,
    FailReason,
    Header,
    LinkAnswer,
    PolledConfig,
    PolledEvent,
    PolledStation,
    Priority,
    RecordId,
    SendBlock,
    SendCall,
    call_block,
    identity,
    reset_of,
    status_request,
)
from protocols.session import LocalProtocolError
from protocols.transport import Pump, PumpFactory

Event = ControlEvent | PolledEvent
LinePump = Pump[Any, LinkAnswer, Event]


@dataclass(eq=False)
class Placed:
    """One block that was sent: `failed` says why it was not taken; `statuses` are record 7, in order."""

    block: Block
    taken: bool = False
    failed: FailReason | None = None
    statuses: list[str] = field(default_factory=list)


class NurseCall:
    """The system. `factory` is the Twisted factory of its line, to connect or to listen with."""

    def __init__(
        self,
        clock: IReactorTime,
        *,
        polled: bool = False,
        address: str = "1",
        peer_address: str = "2",
        charset: str = "se7",
    ) -> None:
        self._charset = CHARSETS[charset]
        self._polled = polled
        mask7 = charset not in EIGHT_BIT_CHARSETS
        wanted = frozenset({Header.STATUS.value})
        self._control = ControlConfig(
            own_address=address, peer_address=peer_address, wanted_headers=wanted, mask7=mask7
        )
        self._slave = PolledConfig(
            own_address=address, peer_address=peer_address, wanted_headers=wanted, mask7=mask7
        )
        self._pump: LinePump | None = None
        self._waiting: deque[Placed] = deque()
        self._under_way: Placed | None = None
        self.placed: list[Placed] = []
        self.factory: IProtocolFactory = PumpFactory(lambda: Pump(self._session, self, clock))

    def calls(
        self,
        address: str,
        text: str = "",
        *,
        priority: Priority = Priority.NORMAL,
        beep: int = 1,
        call_type: CallType = CallType.STANDARD,
    ) -> Placed:
        """Page somebody."""
        encoded = self._charset.encode(text)
        return self.sends(call_block(address, encoded, priority=priority, beep=beep, call_type=call_type))

    def takes_back(self, call: Placed) -> Placed:
        """The reset call of a call."""
        return self.sends(reset_of(call.block))

    def asks(self, call: Placed) -> Placed:
        """The status request about a call."""
        return self.sends(status_request(call.block))

    def sends(self, block: Block) -> Placed:
        """Any block."""
        placed = Placed(block)
        self.placed.append(placed)
        self._waiting.append(placed)
        self._next()
        return placed

    def closes(self) -> None:
        """Drop the connection."""
        if self._pump is not None:
            self._pump.abort()

    # --- protocols.transport.Owner

    def connected(self, pump: LinePump) -> None:
        self._pump = pump
        self._next()

    def received(self, pump: LinePump, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case CallTaken() | BlockTaken():
                    self._end().taken = True
                case CallFailed(_, reason) | BlockFailed(_, reason):
                    self._end().failed = reason
                case BlockReceived(token, block):
                    self._hear(block)
                    pump.answer(token, LinkAnswer.ACK)
        self._next()

    def disconnected(self, pump: LinePump, reason: str) -> None:
        if pump is self._pump:
            self._pump = None

    def _session(self, now: float) -> Any:
        return PolledStation(self._slave, now) if self._polled else ControlStation(self._control, now)

    def _end(self) -> Placed:
        placed, self._under_way = self._under_way, None
        assert placed is not None
        return placed

    def _hear(self, block: Block) -> None:
        status = block.value(RecordId.CALL_STATUS) or ""
        for placed in reversed(self.placed):
            pages = placed.block.value(RecordId.CALL_TYPE) != CallType.RESET
            if pages and placed.block.header == Header.CALL and identity(placed.block) == identity(block):
                placed.statuses.append(status)
                return

    def _next(self) -> None:
        if self._pump is None or self._under_way is not None or not self._waiting:
            return
        command = SendBlock if self._polled else SendCall
        try:
            self._pump.send(command(1, self._waiting[0].block))
        except LocalProtocolError:
            return  # the line is down; its first answer comes back here
        self._under_way = self._waiting.popleft()
