"""The way to mobile phones over SMPP 3.4: one bind as transceiver to an operator's SMS centre.

Rules: a response with status 0 means `taken`, no more; a receipt moves the page and is answered to the centre
only after its commit. A response that does not come leaves the message in doubt: it is sent again, marked.
No receipt is a normal outcome; the ladder runs on our own clock. What people write back is acknowledged to
the centre and counted, but not read in this version, so no text asks for an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.python.failure import Failure

from gateway.clock import Clock
from gateway.config import SmppCarrier as Settings
from gateway.delivery.carriers.line import Line
from gateway.delivery.carriers.pace import Pace
from gateway.delivery.carriers.smpp_message import (
    MAX_SEPTETS,
    about,
    measure,
    names,
    reported_numbers,
    submit_sm,
)
from gateway.logs import get_logger
from gateway.model import Attempt, Proof
from gateway.ports import (
    Alarms,
    Capabilities,
    CarrierEvents,
    FailureKind,
    LineState,
    Order,
    Report,
    ReportWord,
)
from protocols.session import LocalProtocolError
from protocols.smpp import events as e
from protocols.smpp import status
from protocols.smpp.esme import Esme, EsmeConfig
from protocols.smpp.receipt import Receipt, parse_receipt
from protocols.smpp.status import StatusClass
from protocols.smpp.timing import Timing
from protocols.transport import Pump, PumpFactory

THROTTLE_PAUSE = 1.0
"""Seconds without a submit after the centre has said that it is too much; Kannel waits as long."""

FAILURES = {
    StatusClass.THROTTLE: FailureKind.TEMPORARY,
    StatusClass.TEMPORARY: FailureKind.TEMPORARY,
    StatusClass.SESSION: FailureKind.TEMPORARY,
    StatusClass.PERMANENT_RECEIVER: FailureKind.REFUSED,
    StatusClass.PERMANENT_CONTENT: FailureKind.CONTENT,
}

log = get_logger("smpp")

SmppPump = Pump[e.Submit | e.Unbind, int, e.EsmeEvent]


@dataclass(slots=True)
class _Parked:
    """A receipt that may have overtaken the responses that it waits for."""

    pump: SmppPump
    event: e.DeliverReceived
    receipt: Receipt
    waits_for: set[int]  # attempts


class SmppCarrier:
    """Implements `ports.Carrier` and is the owner of the pump."""

    def __init__(
        self,
        settings: Settings,
        endpoint: IStreamClientEndpoint,
        clock: Clock,
        events: CarrierEvents,
        alarms: Alarms,
        region: str,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._endpoint = endpoint
        self._clock = clock
        self._events = events
        self._alarms = alarms
        self._region = region
        self._config = _esme_config(settings)
        self._line = Line(settings.name, settings.type, clock, alarms)
        self._pace = Pace(clock.delays, settings.rate, lambda: events.changed(self.name))
        self._pump: SmppPump | None = None
        self._esme: Esme | None = None
        self._under_way: dict[int, Order] = {}
        self._parked: list[_Parked] = []
        self.capabilities = Capabilities(
            serves=settings.serves,
            best_proof=Proof.DELIVERED if settings.registered_delivery == 1 else Proof.SENT,
            can_answer=False,
            can_cancel=False,
            max_text=MAX_SEPTETS,
            measure=measure,
        )

    def start(self) -> None:
        """Connect, and stay connected."""
        self._line.start(self._endpoint, PumpFactory(self._make_pump))

    def stop(self) -> "Deferred[object]":
        """Close everything; fires when it is closed."""
        self._pace.stop()
        return self._line.stop()

    # --- ports.Carrier

    def free(self) -> int:
        """See `ports.Carrier`: room in the window, within the rate, and not while throttled."""
        if self._esme is None:
            return 0
        return min(self._esme.free, self._pace.free())

    def send(self, order: Order) -> None:
        """See `ports.Carrier`."""
        try:
            message = submit_sm(order, self._settings, self._clock.now())
            if self._pump is None:
                raise LocalProtocolError("the SMS centre is not connected")
            self._pump.send(e.Submit(order.attempt, message))
        except LocalProtocolError as error:
            kind = FailureKind.TEMPORARY if self.free() == 0 else FailureKind.CONTENT
            self._clock.delays.callLater(0, self._events.failed, self.name, order.attempt, kind, str(error))
            return
        self._pace.spend()
        self._under_way[order.attempt] = order

    def recall(self, attempt: Attempt, priority: int) -> None:
        """An SMS that a phone has cannot be taken back; `capabilities` says so."""

    def state(self) -> LineState:
        """See `ports.Carrier`."""
        return self._line.state({"under_way": len(self._under_way)})

    # --- protocols.transport.Owner

    def connected(self, pump: SmppPump) -> None:
        """The connection stands; the line is up when the bind is answered."""
        assert isinstance(pump.session, Esme)
        self._pump, self._esme = pump, pump.session
        self._line.count("connections")

    def received(self, pump: SmppPump, events: Sequence[e.EsmeEvent]) -> None:
        """What one read or tick of the line brought."""
        for event in events:
            self._one(pump, event)
        self._events.changed(self.name)

    def disconnected(self, pump: SmppPump, reason: str) -> None:
        """The connection is gone; the session has said what is in doubt."""
        if pump is self._pump:
            self._pump = self._esme = None
            self._parked.clear()
            self._line.down(reason)

    # --- inside

    def _make_pump(self) -> SmppPump:
        def esme(now: float) -> Esme:
            return Esme(self._config, now)

        return Pump(esme, self, self._clock.delays)

    def _one(self, pump: SmppPump, event: e.EsmeEvent) -> None:
        match event:
            case e.Bound(system_id):
                self._line.up(f"bound to {system_id or 'the SMS centre'}")
            case e.BindFailed(_, reason):
                self._line.down(reason)
            case e.SubmitAnswered():
                self._answered(event)
            case e.SubmitInDoubt(ref):
                self._line.count("in_doubt")
                self._end(ref)
                reason = "no response from the SMS centre"
                self._events.failed(self.name, ref, FailureKind.IN_DOUBT, reason)
            case e.DeliverReceived():
                self._delivered(pump, event)
            case e.PeerUnbound():
                self._line.down("the SMS centre said good-bye")
            case e.PeerFault(reason):
                self._line.count("peer_faults")
                log.warning("the SMS centre broke the protocol", line=self.name, reason=reason)
            case e.PeerNotice():
                self._line.count("notices")

    def _answered(self, event: e.SubmitAnswered) -> None:
        kind = status.classify(event.status)
        if kind is StatusClass.THROTTLE:
            # Before the news, for they free the slot, and the next page would go out at once.
            self._pace.pause(THROTTLE_PAUSE)
        if kind is StatusClass.ACCEPTED:
            self._line.count("taken")
            self._events.taken(self.name, event.ref, event.message_id or None)
        else:
            self._line.count("failed")
            self._events.failed(
                self.name, event.ref, FAILURES[kind], f"SMPP {status.status_name(event.status)}"
            )
        if kind is StatusClass.SESSION:
            name = status.status_name(event.status)
            self._alarms.tell(f"account:{self.name}", f"line {self.name}: the account is refused with {name}")
        self._end(event.ref)

    def _end(self, ref: int) -> None:
        """The message has its answer: receipts that waited for no other can be told now."""
        self._under_way.pop(ref, None)
        parked, self._parked = self._parked, []
        for one in parked:
            one.waits_for.discard(ref)
            if one.waits_for:
                self._parked.append(one)
            else:
                self._report(one.pump, one.event, one.receipt)

    def _delivered(self, pump: SmppPump, event: e.DeliverReceived) -> None:
        receipt = parse_receipt(event.message)
        if receipt is None:
            self._line.count("messages_from_phones")
            self._answer(pump, event, status.ROK)
            return
        self._line.count("receipts")
        waits_for = self._overtaken(receipt)
        if waits_for:
            self._parked.append(_Parked(pump, event, receipt, waits_for))
        else:
            self._report(pump, event, receipt)

    def _overtaken(self, receipt: Receipt) -> set[int]:
        """The messages under way without a response, to its number, that this may be the receipt of.

        None of them if the receipt names our own reference: then it need not wait.
        """
        numbers = reported_numbers(receipt.numbers, self._region)
        there = {order.attempt for order in self._under_way.values() if order.number in numbers}
        return set() if any(names(receipt, attempt) for attempt in there) else there

    def _report(self, pump: SmppPump, event: e.DeliverReceived, receipt: Receipt) -> None:
        if receipt.delivered:
            word = ReportWord.DELIVERED
        else:
            word = ReportWord.FAILED if receipt.final else ReportWord.NOTED
        detail = f"receipt: {receipt.state.value}" + (f", error {receipt.error}" if receipt.error else "")
        numbers = reported_numbers(receipt.numbers, self._region)
        report = Report(self.name, numbers, word, detail, about(receipt))
        self._events.reported(report).addCallbacks(
            lambda _: self._answer(pump, event, status.ROK),
            lambda failure: self._not_stored(pump, event, failure),
        )

    def _not_stored(self, pump: SmppPump, event: e.DeliverReceived, failure: Failure) -> None:
        log.error("a receipt was not stored", line=self.name, reason=failure.getErrorMessage())
        self._answer(pump, event, status.RX_T_APPN)

    def _answer(self, pump: SmppPump, event: e.DeliverReceived, code: int) -> None:
        try:
            pump.answer(event.token, code)
        except LocalProtocolError as error:
            # Too late, or the connection is gone: the centre keeps the receipt and sends it again.
            log.info("a receipt could not be answered in time", line=self.name, reason=str(error))


def _esme_config(settings: Settings) -> EsmeConfig:
    timing = Timing(
        window=settings.window, enquire_link=settings.enquire_link, response=settings.response_timeout
    )
    return EsmeConfig(
        system_id=settings.system_id,
        password=settings.secret,
        system_type=settings.system_type,
        timing=timing,
    )
