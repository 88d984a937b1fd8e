"""A simulated DECT paging system: takes ESPA calls, pages handsets, reports what became of each.

Rules, as real systems do: ACK means that a call is queued, nothing more; the queue goes by priority, then
by arrival; a call to an unknown extension is taken and reported absent; a reset call with the same
address and text takes the message back. Time comes from the clock alone.
"""

import heapq
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from protocols.espa444 import (
    CHARSETS,
    Block,
    CallStatus,
    CallType,
    Header,
    LinkAnswer,
    RecordId,
    identity,
    status_of,
    transmitter_failure,
)
from simulators.dect.faults import Faults
from simulators.dect.handset import Answer, Handset, HandsetState, Outcome, Owner, Shown
from simulators.dect.link import Link, Role

QUEUE_LIMIT = 100
"""Calls that wait for the transmitter; more are answered NAK 2."""
REMEMBERED = 500
"""Calls of which the last status is kept for status requests."""
AIR_SECONDS = 0.5
"""Time on the air of one transmission."""
SEARCH_SECONDS = 12.0
"""Until a handset that does not answer counts as absent; 12 s is documented for one real system."""
LOWEST_PRIORITY = 3
"""What a call without record 6 gets."""
DEFAULT_BEEPS = {1: 3, 2: 2, 3: 1}
"""Beep code by priority, for calls without record 3."""
SOUNDS = {1: "alarm", 2: "urgent", 3: "normal"}
"""How a handset sounds by priority."""

Event = Mapping[str, object]


class StatusMode(StrEnum):
    """When what became of a call is reported."""

    AUTOMATIC = "automatic"
    REQUEST = "request"
    NONE = "none"


@dataclass(slots=True)
class Call:
    """One call in the system."""

    block: Block
    extension: str
    text: str
    priority: int
    beep: int
    transmissions: int
    status: CallStatus = CallStatus.IN_QUEUE
    timer: IDelayedCall | None = field(default=None, repr=False)


_OUTCOMES = {
    Outcome.SHOWN: CallStatus.PAGED,
    Outcome.BUSY: CallStatus.BUSY,
    Outcome.OFF: CallStatus.ABSENT,
    Outcome.FULL: CallStatus.FAULT,
}
_ANSWERS = {Answer.ACCEPT: CallStatus.ACKNOWLEDGED, Answer.DECLINE: CallStatus.TERMINATED}


class PagingSystem:
    """The device. `link` is the Twisted factory of its ESPA line; `on_event` hears of everything."""

    def __init__(
        self,
        clock: IReactorTime,
        extensions: Iterable[str],
        on_event: Callable[[Event], None] = lambda event: None,
        *,
        role: Role = Role.POLLED,
        address: str = "2",
        peer_address: str = "1",
        charset: str = "se7",
        status_mode: StatusMode = StatusMode.AUTOMATIC,
        owner: Owner | None = None,
        select_window: float | None = None,
        trailing_cr: bool = False,
        air_seconds: float = AIR_SECONDS,
        search_seconds: float = SEARCH_SECONDS,
    ) -> None:
        self.faults = Faults()
        self.status_mode = status_mode
        self._clock = clock
        self._on_event = on_event
        self._charset = CHARSETS[charset]
        self._air_seconds = air_seconds
        self._search_seconds = search_seconds
        self._queue: list[tuple[int, int, Call]] = []
        self._order = count()
        self._on_air: Call | None = None
        self._searching: list[Call] = []
        self._remembered: OrderedDict[object, Call] = OrderedDict()
        self._transmitter_failed = False
        owner = owner or Owner()
        self.handsets = {
            extension: Handset(
                clock, extension, Owner(owner.answer, owner.delay), self._answered, self._moved
            )
            for extension in extensions
        }
        self.link = Link(
            clock,
            self._take,
            self._tell,
            self.faults,
            role=role,
            address=address,
            peer_address=peer_address,
            charset=charset,
            select_window=select_window,
            trailing_cr=trailing_cr,
        )

    def handset(self, extension: str) -> Handset:
        """The handset with this extension. Raises KeyError if there is none."""
        return self.handsets[extension]

    @property
    def queued(self) -> int:
        """Calls that wait for the transmitter."""
        return len(self._queue)

    @property
    def transmitter_failed(self) -> bool:
        """Whether nothing goes on the air; setting it reports 8=1, and calls are then reported faulty."""
        return self._transmitter_failed

    @transmitter_failed.setter
    def transmitter_failed(self, failed: bool) -> None:
        if failed and not self._transmitter_failed:
            self._tell("transmitter_failure")
            self.link.report(transmitter_failure())
        self._transmitter_failed = failed

    def stop(self) -> None:
        """Drop the connection and forget every timer."""
        self.link.close()
        on_air = [self._on_air] if self._on_air is not None else []
        for call in [*on_air, *self._searching]:
            self._cancel(call)
        for handset in self.handsets.values():
            handset.stop()

    def _tell(self, event: str, **details: object) -> None:
        self._on_event({"event": event, "at": round(self._clock.seconds(), 3), **details})

    def _take(self, block: Block) -> LinkAnswer:
        """What the line answers to a block; the call is queued by then."""
        if block.header == Header.STATUS_REQUEST:
            return self._status_request(block)
        extension = block.value(RecordId.ADDRESS)
        if not extension:
            self._tell("refused", reason="no call address")
            return LinkAnswer.NAK_INVALID
        call = self._call(block, extension)
        if block.value(RecordId.CALL_TYPE) == CallType.RESET:
            self._reset(call)
            return LinkAnswer.ACK
        if len(self._queue) >= QUEUE_LIMIT:
            self._tell("refused", reason="queue full", extension=extension)
            return LinkAnswer.NAK_BUSY
        self._tell("call", extension=extension, text=call.text, priority=call.priority, beep=call.beep)
        self._remember(call)
        heapq.heappush(self._queue, (call.priority, next(self._order), call))
        self._report(call, CallStatus.IN_QUEUE)
        self._transmit()
        return LinkAnswer.ACK

    def _call(self, block: Block, extension: str) -> Call:
        priority = _number(block.value(RecordId.PRIORITY), LOWEST_PRIORITY)
        return Call(
            block,
            extension,
            self._charset.decode(block.get(RecordId.TEXT) or b""),
            priority,
            _number(block.value(RecordId.BEEP), DEFAULT_BEEPS.get(priority, 1)),
            _number(block.value(RecordId.TRANSMISSIONS), 1),
        )

    def _status_request(self, block: Block) -> LinkAnswer:
        call = self._remembered.get(identity(block))
        if call is None:
            return LinkAnswer.NAK_INVALID
        if self.status_mode is not StatusMode.NONE:
            self.link.report(status_of(call.block, call.status))
        return LinkAnswer.ACK

    def _remember(self, call: Call) -> None:
        self._remembered[identity(call.block)] = call
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)

    def _report(self, call: Call, status: CallStatus) -> None:
        call.status = status
        self._tell("status", extension=call.extension, status=status.value, meaning=status.name.lower())
        if self.status_mode is StatusMode.AUTOMATIC:
            self.link.report(status_of(call.block, status))

    def _transmit(self) -> None:
        if self._on_air is not None or not self._queue:
            return
        _, _, call = heapq.heappop(self._queue)
        self._on_air = call
        call.timer = self._clock.callLater(self._air_seconds * call.transmissions, self._transmitted)

    def _transmitted(self) -> None:
        call, self._on_air = self._on_air, None
        assert call is not None
        call.timer = None
        if self._transmitter_failed:
            self._report(call, CallStatus.FAULT)
        else:
            self._deliver(call)
        self._transmit()

    def _deliver(self, call: Call) -> None:
        handset = self.handsets.get(call.extension)
        outcome = Outcome.OFF if handset is None else handset.show(call.text, call.priority, call.beep, call)
        if handset is not None and outcome is Outcome.OUT_OF_RANGE:
            self._searching.append(call)
            call.timer = self._clock.callLater(self._search_seconds, self._not_found, call)
            return
        if handset is not None and outcome is Outcome.SHOWN:
            shown = next(one for one in reversed(handset.screen) if one.text == call.text)
            self._tell(
                "shown",
                extension=call.extension,
                text=call.text,
                priority=call.priority,
                beep=shown.beep,
                sound=SOUNDS.get(call.priority, "normal") if shown.beep else "none",
            )
        self._report(call, _OUTCOMES[outcome])

    def _not_found(self, call: Call) -> None:
        call.timer = None
        self._searching.remove(call)
        self._report(call, CallStatus.ABSENT)

    def _moved(self, handset: Handset) -> None:
        self._tell("handset", extension=handset.extension, state=handset.state.value)
        if handset.state is HandsetState.OUT_OF_RANGE:
            return
        for call in [call for call in self._searching if call.extension == handset.extension]:
            self._cancel(call)
            self._searching.remove(call)
            self._deliver(call)

    def _answered(self, handset: Handset, shown: Shown, call: object, answer: Answer) -> None:
        assert isinstance(call, Call)
        self._tell("answered", extension=handset.extension, text=shown.text, answer=answer.value)
        self._report(call, _ANSWERS[answer])

    def _reset(self, reset: Call) -> None:
        def same(call: object) -> bool:
            assert isinstance(call, Call)
            return (call.extension, call.text) == (reset.extension, reset.text)

        handset = self.handsets.get(reset.extension)
        removed = handset.remove(same) if handset is not None else 0
        kept = [entry for entry in self._queue if not same(entry[2])]
        removed += len(self._queue) - len(kept)
        heapq.heapify(kept)
        self._queue = kept
        for call in [call for call in self._searching if same(call)]:
            self._cancel(call)
            self._searching.remove(call)
            removed += 1
        if self._on_air is not None and same(self._on_air):
            self._cancel(self._on_air)
            self._on_air = None
            removed += 1
            self._transmit()
        self._tell("removed", extension=reset.extension, text=reset.text, messages=removed)
        if removed:
            self._report(reset, CallStatus.TERMINATED)

    def _cancel(self, call: Call) -> None:
        if call.timer is not None and call.timer.active():
            call.timer.cancel()
        call.timer = None


def _number(text: str | None, default: int) -> int:
    """The value of a record that is a digit; what is reserved (0) or none means the default."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and int(text) else default
