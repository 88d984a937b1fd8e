"""The way to a DECT or pager system over ESPA 4.4.4, as the control station of the line.

Rules: the link ACK of a call means `taken`, no more. What became of it comes back, if at all, as a status
block that repeats address, text and beep code; it is acknowledged to the system only after the commit. One
call is under way at a time, and pages go before cancellations.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import asdict

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.python.failure import Failure

from gateway.clock import Clock
from gateway.config import EspaCarrier as Settings
from gateway.delivery.carriers.espa444_status import read_status
from gateway.delivery.carriers.line import Line
from gateway.logs import get_logger
from gateway.model import Attempt, Proof
from gateway.ports import Alarms, Capabilities, CarrierEvents, FailureKind, LineState, Order, Report
from protocols import espa444
from protocols.session import LocalProtocolError
from protocols.transport import Pump, PumpFactory

RECALLS_MOST = 200
"""Cancellations that wait for a free line; beyond it the oldest is dropped, for a page is worth more."""

FAILURES = {
    espa444.FailReason.BUSY: FailureKind.TEMPORARY,
    espa444.FailReason.INVALID: FailureKind.REFUSED,
    espa444.FailReason.LINE_ERROR: FailureKind.TEMPORARY,
    espa444.FailReason.SILENT: FailureKind.TEMPORARY,
    espa444.FailReason.UNKNOWN: FailureKind.IN_DOUBT,
    espa444.FailReason.LINE_DOWN: FailureKind.TEMPORARY,
}

log = get_logger("espa444")

EspaPump = Pump[espa444.SendCall, espa444.LinkAnswer, espa444.ControlEvent]


class Espa444Carrier:
    """Implements `ports.Carrier` and is the owner of the pump."""

    def __init__(
        self,
        settings: Settings,
        endpoint: IStreamClientEndpoint,
        clock: Clock,
        events: CarrierEvents,
        alarms: Alarms,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._endpoint = endpoint
        self._clock = clock
        self._events = events
        self._alarms = alarms
        self._charset = espa444.CHARSETS[settings.charset]
        self._config = _station_config(settings)
        self._line = Line(settings.name, settings.type, clock, alarms)
        self._pump: EspaPump | None = None
        self._station: espa444.ControlStation | None = None
        self._recalls: deque[espa444.Block] = deque(maxlen=RECALLS_MOST)
        self.capabilities = Capabilities(
            serves=settings.serves,
            best_proof=_best_proof(settings),
            can_answer=settings.answers,
            can_cancel=True,
            max_text=settings.max_text,
            measure=self._charset.length,
        )

    def start(self) -> None:
        """Connect, and stay connected."""
        self._line.start(self._endpoint, PumpFactory(self._make_pump))

    def stop(self) -> "Deferred[object]":
        """Close everything; fires when it is closed."""
        return self._line.stop()

    # --- ports.Carrier

    def free(self) -> int:
        """See `ports.Carrier`."""
        return 1 if self._station is not None and self._station.ready else 0

    def send(self, order: Order) -> None:
        """See `ports.Carrier`."""
        try:
            block = self._call(order.number, order.text, order.priority)
            if self._pump is None:
                raise LocalProtocolError("the line is not connected")
            self._pump.send(espa444.SendCall(order.attempt, block))
        except LocalProtocolError as error:
            kind = FailureKind.TEMPORARY if self.free() == 0 else FailureKind.REFUSED
            self._clock.delays.callLater(0, self._events.failed, self.name, order.attempt, kind, str(error))

    def recall(self, attempt: Attempt, priority: int) -> None:
        """See `ports.Carrier`: a reset call with the same address, text and beep code."""
        try:
            self._recalls.append(espa444.reset_of(self._call(attempt.number, attempt.text, priority)))
        except LocalProtocolError as error:
            log.warning("a call cannot be taken back", attempt=attempt.id, reason=str(error))
        self._send_recall()

    def state(self) -> LineState:
        """See `ports.Carrier`."""
        return self._line.state(asdict(self._station.counters) if self._station is not None else None)

    # --- protocols.transport.Owner

    def connected(self, pump: EspaPump) -> None:
        """The connection stands; the line is up when the station answers."""
        assert isinstance(pump.session, espa444.ControlStation)
        self._pump, self._station = pump, pump.session
        self._line.count("connections")
        if not self._settings.idle_poll:
            self._line.up("connected; not polled, so that nobody knows more")
        self._clock.delays.callLater(0, self._events.changed, self.name)

    def received(self, pump: EspaPump, events: Sequence[espa444.ControlEvent]) -> None:
        """What one read or tick of the line brought."""
        for event in events:
            self._one(pump, event)
        self._events.changed(self.name)
        self._send_recall()

    def disconnected(self, pump: EspaPump, reason: str) -> None:
        """The connection is gone; the station has said what became of the call under way."""
        if pump is self._pump:
            self._pump = self._station = None
            self._line.down(reason)

    # --- inside

    def _make_pump(self) -> EspaPump:
        def station(now: float) -> espa444.ControlStation:
            return espa444.ControlStation(self._config, now)

        return Pump(station, self, self._clock.delays, self._settings.byte_seconds)

    def _call(self, number: str, text: str, priority: int) -> espa444.Block:
        return espa444.call_block(
            number,
            self._charset.encode(text),
            priority=espa444.Priority(str(self._settings.priority_map[priority])),
            beep=self._settings.beep_map[priority],
        )

    def _one(self, pump: EspaPump, event: espa444.ControlEvent) -> None:
        match event:
            case espa444.CallTaken(ref) if ref > 0:
                self._line.count("taken")
                self._events.taken(self.name, ref, None)
            case espa444.CallFailed(ref, reason, maybe_shown) if ref > 0:
                self._line.count("failed")
                kind = FAILURES[reason]
                if maybe_shown and kind is FailureKind.TEMPORARY:
                    kind = FailureKind.IN_DOUBT
                self._events.failed(self.name, ref, kind, reason.value)
            case espa444.BlockReceived():
                self._status(pump, event)
            case espa444.LineUp():
                self._line.up("the station answers")
            case espa444.LineDown(reason):
                self._line.down(reason.value)
            case espa444.ForeignControlStation():
                text = f"line {self.name}: another control station polls or selects on it"
                self._alarms.tell(f"foreign:{self.name}", text)
            case _:
                """The end of a cancellation: nobody waits for it."""

    def _status(self, pump: EspaPump, event: espa444.BlockReceived) -> None:
        status = read_status(event.block, self._charset, paged_means=self._settings.paged_means)
        if status.fault is not None:
            self._alarms.tell(f"system:{self.name}", f"line {self.name}: {status.fault}")
        if status.word is None:
            self._answer(pump, event, espa444.LinkAnswer.ACK)
            return
        report = Report(self.name, (status.address,), status.word, status.detail, status.is_about)
        told = self._events.reported(report)
        told.addCallbacks(
            lambda _: self._answer(pump, event, espa444.LinkAnswer.ACK),
            lambda failure: self._not_stored(pump, event, failure),
        )

    def _not_stored(self, pump: EspaPump, event: espa444.BlockReceived, failure: Failure) -> None:
        log.error("a status was not stored", line=self.name, reason=failure.getErrorMessage())
        self._answer(pump, event, espa444.LinkAnswer.NAK_BUSY)

    def _answer(self, pump: EspaPump, event: espa444.BlockReceived, answer: espa444.LinkAnswer) -> None:
        try:
            pump.answer(event.token, answer)
        except LocalProtocolError as error:
            # Too late or the connection is gone: the system has had NAK 2 or nothing, and reports again.
            log.info("a status could not be answered in time", line=self.name, reason=str(error))

    def _send_recall(self) -> None:
        if self._recalls and self._pump is not None and self.free():
            try:
                self._pump.send(espa444.SendCall(0, self._recalls.popleft()))
            except LocalProtocolError as error:
                log.warning("a call was not taken back", line=self.name, reason=str(error))


def _best_proof(settings: Settings) -> Proof:
    if settings.status_mode == "none" or settings.paged_means == "sent":
        return Proof.SENT
    return Proof.DELIVERED


def _station_config(settings: Settings) -> espa444.ControlConfig:
    return espa444.ControlConfig(
        own_address=settings.own_address,
        peer_address=settings.peer_address,
        retries=settings.retries,
        t_select=settings.select_timeout,
        t_reply=settings.select_timeout,
        t_ack=settings.ack_timeout,
        t_retry=settings.retry_delay,
        t_regain=settings.regain_timeout,
        multi_block=settings.multi_block,
        trailing_rs=settings.trailing_rs,
        extra_cr=settings.extra_cr,
        bcc=espa444.BccMode(settings.bcc),
        mask7=settings.masks,
        discard_echo=settings.discard_echo,
        lead_eot=espa444.LeadEot(settings.lead_eot),
        idle_poll=settings.idle_poll,
        poll_interval=settings.poll_interval,
        silent_limit=settings.silent_limit,
    )
