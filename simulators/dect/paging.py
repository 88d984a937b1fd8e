"""A simulated DECT paging system: takes ESPA calls, pages handsets, reports what became of each.

Rules, as real systems do: ACK means that a call is queued, nothing more; the queue goes by priority, then
by arrival; a call to an unknown extension is taken and reported absent; a reset call with the same
address and text takes the message back. Time comes from the clock alone.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from twisted.internet.interfaces import IReactorTime

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
from simulators.dect.handset import Answer, Handset, HandsetState, Owner, Refusal, Shown
from simulators.dect.link import Link, Role
from simulators.dect.transmitter import Call, Transmitter, read_call

REMEMBERED = 500
"""Calls of which the last status is kept for status requests."""
AIR_SECONDS = 0.5
"""Time on the air of one transmission."""
SEARCH_SECONDS = 12.0
"""Until a handset that does not answer counts as absent; 12 s is documented for one real system."""
SOUNDS = {1: "alarm", 2: "urgent", 3: "normal"}
"""How a handset sounds by priority."""

Event = Mapping[str, object]


class StatusMode(StrEnum):
    """When what became of a call is reported."""

    AUTOMATIC = "automatic"
    REQUEST = "request"
    NONE = "none"


_REFUSALS = {
    Refusal.BUSY: CallStatus.BUSY,
    Refusal.OFF: CallStatus.ABSENT,
    Refusal.OUT_OF_RANGE: CallStatus.ABSENT,
    Refusal.MEMORY_FULL: CallStatus.FAULT,
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
        trailing_rs: bool = False,
        faults: Faults | None = None,
        air_seconds: float = AIR_SECONDS,
        search_seconds: float = SEARCH_SECONDS,
    ) -> None:
        self.faults = faults or Faults()
        self.status_mode = status_mode
        self._clock = clock
        self._on_event = on_event
        self._charset = CHARSETS[charset]
        self._search_seconds = search_seconds
        self._transmitter = Transmitter(clock, air_seconds, self._transmitted)
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
            trailing_rs=trailing_rs,
        )

    def handset(self, extension: str) -> Handset:
        """The handset with this extension. Raises KeyError if there is none."""
        return self.handsets[extension]

    @property
    def queued(self) -> int:
        """Calls that wait for the transmitter."""
        return self._transmitter.queued

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
        self._transmitter.stop()
        for call in self._searching:
            call.cancel()
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
        call = read_call(block, extension, self._charset)
        if block.value(RecordId.CALL_TYPE) == CallType.RESET:
            self._reset(call)
            return LinkAnswer.ACK
        if self._transmitter.full:
            self._tell("refused", reason="queue full", extension=extension)
            return LinkAnswer.NAK_BUSY
        self._tell("call", extension=extension, text=call.text, priority=call.priority, beep=call.beep)
        self._remember(call)
        self._report(call, CallStatus.IN_QUEUE)
        self._transmitter.put(call)
        return LinkAnswer.ACK

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

    def _transmitted(self, call: Call) -> None:
        if self._transmitter_failed:
            self._report(call, CallStatus.FAULT)
        else:
            self._deliver(call)

    def _deliver(self, call: Call) -> None:
        handset = self.handsets.get(call.extension)
        if handset is None:
            self._report(call, CallStatus.ABSENT)
            return
        shown = handset.show(call.text, call.priority, call.beep, call)
        if shown is Refusal.OUT_OF_RANGE:
            self._searching.append(call)
            call.timer = self._clock.callLater(self._search_seconds, self._not_found, call)
        elif isinstance(shown, Refusal):
            self._report(call, _REFUSALS[shown])
        else:
            sound = SOUNDS.get(shown.priority, "normal") if shown.beep else "none"
            details = {"text": shown.text, "priority": shown.priority, "beep": shown.beep, "sound": sound}
            self._tell("shown", extension=call.extension, **details)
            self._report(call, CallStatus.PAGED)

    def _not_found(self, call: Call) -> None:
        call.timer = None
        self._searching.remove(call)
        self._report(call, CallStatus.ABSENT)

    def _moved(self, handset: Handset) -> None:
        self._tell("handset", extension=handset.extension, state=handset.state.value)
        if handset.state is HandsetState.OUT_OF_RANGE:
            return
        for call in [call for call in self._searching if call.extension == handset.extension]:
            call.cancel()
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

        removed = self._transmitter.remove(same)
        if (handset := self.handsets.get(reset.extension)) is not None:
            removed += handset.remove(same)
        for call in [call for call in self._searching if same(call)]:
            call.cancel()
            self._searching.remove(call)
            removed += 1
        self._tell("removed", extension=reset.extension, text=reset.text, messages=removed)
        if removed:
            self._report(reset, CallStatus.TERMINATED)
