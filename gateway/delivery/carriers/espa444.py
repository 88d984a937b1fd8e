"""The way to a DECT or pager system over ESPA 4.4.4, as control station or as a polled station.

Rules: the link ACK of a call means `taken`, no more. What became of it comes back, if at all, as a status
block that repeats address, text and beep code; it is acknowledged to the system only after the commit. Pages
go before cancellations, and those before status requests. As a polled station we are heard only when the
paging system polls: a call that it has not fetched when the poll is lost goes another way.
"""

from collections import deque

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IStreamClientEndpoint, IStreamServerEndpoint
from twisted.python.failure import Failure

from gateway.clock import Clock
from gateway.config import EspaCarrier as Settings
from gateway.delivery.carriers.espa444_calls import Calls, Stage
from gateway.delivery.carriers.espa444_link import EspaLink, GiveAnswer
from gateway.delivery.carriers.espa444_status import Status, read_status
from gateway.logs import get_logger
from gateway.model import Attempt, Proof
from gateway.ports import Alarms, Capabilities, CarrierEvents, FailureKind, LineState, Order, Report
from protocols import espa444
from protocols.session import LocalProtocolError

RECALLS_MOST = 200
"""Cancellations that wait for a free line; beyond it the oldest is dropped, for a page is worth more."""

RECALL = 0
"""The line's reference of a cancellation; attempts count from 1, a status request is its attempt below 0."""

LOOK_AGAIN = 0.25
"""Seconds until a status request that found the line taken is tried again."""

FAILURES = {
    espa444.FailReason.BUSY: FailureKind.TEMPORARY,
    espa444.FailReason.INVALID: FailureKind.REFUSED,
    espa444.FailReason.LINE_ERROR: FailureKind.TEMPORARY,
    espa444.FailReason.SILENT: FailureKind.TEMPORARY,
    espa444.FailReason.UNKNOWN: FailureKind.IN_DOUBT,
    espa444.FailReason.LINE_DOWN: FailureKind.TEMPORARY,
}

log = get_logger("espa444")


class Espa444Carrier:
    """Implements `ports.Carrier` and owns its line."""

    def __init__(
        self,
        settings: Settings,
        endpoint: IStreamClientEndpoint | IStreamServerEndpoint,
        clock: Clock,
        events: CarrierEvents,
        alarms: Alarms,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._clock = clock
        self._events = events
        self._alarms = alarms
        self._charset = espa444.CHARSETS[settings.charset]
        wanted = frozenset({espa444.Header.STATUS.value})
        self._link = EspaLink(settings, wanted, endpoint, clock, alarms, self)
        self._calls = Calls(
            until_end=settings.active_until == "end",
            asks=settings.status_mode == "request" and settings.status_comes,
        )
        self._recalls: deque[espa444.Block] = deque(maxlen=RECALLS_MOST)
        self._aside: int | None = None  # reference of the cancellation or request that is under way
        self._timer: IDelayedCall | None = None
        self.capabilities = Capabilities(
            serves=settings.serves,
            best_proof=_best_proof(settings),
            can_answer=settings.answers,
            can_cancel=True,
            max_text=settings.max_text,
            measure=self._charset.length,
        )

    def start(self) -> None:
        """Connect or listen, and stay so."""
        self._link.start()

    def stop(self) -> "Deferred[object]":
        """Close everything; fires when it is closed."""
        self._no_timer()
        return self._link.stop()

    # --- ports.Carrier

    def free(self) -> int:
        """See `ports.Carrier`. A control station has one call under way, a polled one queues them all."""
        if not self._link.ready:
            return 0
        room = self._settings.max_active - self._calls.holding(self._clock.delays.seconds())
        return max(0, min(room, 1) if self._settings.role == "control" else room)

    def send(self, order: Order) -> None:
        """See `ports.Carrier`."""
        try:
            block = self._call(order.number, order.text, order.priority)
            self._link.send(order.attempt, block)
        except LocalProtocolError as error:
            kind = FailureKind.REFUSED if self._link.ready else FailureKind.TEMPORARY
            self._clock.delays.callLater(0, self._events.failed, self.name, order.attempt, kind, str(error))
        else:
            self._calls.begin(order, block, self._clock.delays.seconds())

    def recall(self, attempt: Attempt, priority: int) -> None:
        """See `ports.Carrier`: a reset call with the same address, text and beep code."""
        self._calls.end(attempt.id)
        try:
            self._recalls.append(espa444.reset_of(self._call(attempt.number, attempt.text, priority)))
        except LocalProtocolError as error:
            log.warning("a call cannot be taken back", attempt=attempt.id, reason=str(error))
        self._send_aside()

    def state(self) -> LineState:
        """See `ports.Carrier`."""
        return self._link.state()

    # --- LinkOwner

    def line_taken(self, ref: int) -> None:
        """The link ACK of a block."""
        if ref == self._aside:
            self._aside = None
        if ref > RECALL:
            self._link.line.count("taken")
            self._calls.taken(ref, self._clock.delays.seconds())
            self._events.taken(self.name, ref, None)

    def line_failed(self, ref: int, reason: espa444.FailReason, maybe_shown: bool) -> None:
        """The end of one try."""
        if ref == self._aside:
            self._aside = None
        if ref > RECALL:
            self._link.line.count("failed")
            kind = FAILURES[reason]
            if maybe_shown and kind is FailureKind.TEMPORARY:
                kind = FailureKind.IN_DOUBT
            self._calls.failed(ref, kind is FailureKind.IN_DOUBT)
            self._events.failed(self.name, ref, kind, reason.value)
        elif ref < RECALL and reason is espa444.FailReason.INVALID:
            # It does not know the call, or no status requests: to ask again would change nothing.
            self._link.line.count("requests_refused")
            self._calls.end(-ref)

    def line_received(self, event: espa444.BlockReceived, session: str, answer: GiveAnswer) -> None:
        """A status; nothing else is wanted."""
        status = read_status(event.block, self._charset, self._settings.paged_proves)
        if status.fault is not None:
            self._alarms.tell(f"system:{self.name}", f"line {self.name}: {status.fault}")
        if status.word is None:
            answer(espa444.LinkAnswer.ACK)
            return
        self._learn(event.block, status)
        report = Report(self.name, (status.address,), status.word, status.detail, status.is_about)
        told = self._events.reported(report)
        told.addCallbacks(
            lambda _: answer(espa444.LinkAnswer.ACK), lambda failure: self._not_stored(answer, failure)
        )

    def line_changed(self) -> None:
        """The core has its turn first: pages go before all else."""
        self._events.changed(self.name)
        self._send_aside()
        self._arm()

    # --- inside

    def _call(self, number: str, text: str, priority: int) -> espa444.Block:
        block = espa444.call_block(
            number,
            self._charset.encode(text),
            priority=espa444.Priority(str(self._settings.priority_map[priority])),
            beep=self._settings.beep_map[priority],
            transmissions=self._settings.transmissions,
        )
        if self._settings.bcc_avoid:
            block = espa444.without_control_bcc(block, trailing_rs=self._settings.trailing_rs)
        return block

    def _learn(self, block: espa444.Block, status: Status) -> None:
        """What a status tells the line itself: a lost ACK is made good, a slot becomes free."""
        calls = self._calls.about(block)
        doubted = [call for call in calls if call.stage is Stage.DOUBTED]
        if status.proves_taken and len({call.page for call in doubted}) == 1:
            last = doubted[-1].attempt
            self._calls.taken(last, self._clock.delays.seconds())
            self._events.taken(self.name, last, None)
        if status.ends:
            for call in calls:
                self._calls.end(call.attempt)

    def _not_stored(self, answer: GiveAnswer, failure: Failure) -> None:
        log.error("a status was not stored", line=self.name, reason=failure.getErrorMessage())
        answer(espa444.LinkAnswer.NAK_BUSY)

    def _send_aside(self) -> None:
        """A cancellation, else a status request that is due; one at a time."""
        if self._aside is not None or not self._link.ready:
            return
        now = self._clock.delays.seconds()
        if self._recalls:
            self._bring(RECALL, self._recalls.popleft())
        elif (call := self._calls.to_ask(now, self._clock.now())) is not None:
            self._calls.asked(call, now)
            self._bring(-call.attempt, espa444.status_request(call.block))

    def _bring(self, ref: int, block: espa444.Block) -> None:
        try:
            self._link.send(ref, block)
        except LocalProtocolError as error:
            log.warning("a cancellation or request was not sent", line=self.name, reason=str(error))
        else:
            self._aside = ref
            self._link.line.count("recalls" if ref == RECALL else "requests")

    def _arm(self) -> None:
        """Look again when a slot becomes free by time, or a status request is due."""
        now = self._clock.delays.seconds()
        at = self._calls.next_time(now)
        self._no_timer()
        if at is not None and (at > now or (self._link.ready and self._aside is None)):
            self._timer = self._clock.delays.callLater(max(at - now, LOOK_AGAIN), self.line_changed)

    def _no_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None


def _best_proof(settings: Settings) -> Proof:
    if not settings.status_comes or settings.paged_proves == "sent":
        return Proof.SENT
    return Proof.DELIVERED
