"""The way to mobile phones through a GSM modem of our own: it works when the Internet does not.

Rules: `+CMGS` means `taken`, no more; a status report moves the page and is confirmed to the network, or
deleted from the modem, only after its commit. One message is under way at a time; one that is refused makes
way for the next at once, and the core tries it again later. A message without an answer is in doubt. No
status report is a normal outcome; the ladder runs on our own clock.
"""

from collections import OrderedDict
from collections.abc import Sequence

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.python.failure import Failure

from gateway.clock import Clock
from gateway.config import GsmModemCarrier as Settings
from gateway.delivery.carriers.gsm_modem_message import WORDS, about, submit
from gateway.delivery.carriers.gsm_modem_pin import RefusedPin
from gateway.delivery.carriers.gsm_modem_watch import ModemWatch
from gateway.delivery.carriers.line import Line
from gateway.delivery.carriers.smpp_message import MAX_SEPTETS, measure, reported_numbers, sender
from gateway.logs import get_logger
from gateway.model import Attempt, Proof
from gateway.ports import Alarms, Capabilities, CarrierEvents, FailureKind, LineState, Order, Replies, Report
from protocols.session import LocalProtocolError, Token
from protocols.sms.modem import events as e
from protocols.sms.modem.errors import ErrorClass, ModemError
from protocols.sms.modem.session import ModemSession
from protocols.sms.segments import part_of
from protocols.sms.tpdu import Deliver
from protocols.transport import Pump, PumpFactory

UNKNOWN_TRIES = 3
"""Tries of a page that the modem refuses without a reason that is known: some do so for a dead number."""

TRIED_MOST = 256
"""Pages whose tries are counted; the oldest makes way."""

FAILURES = {
    ErrorClass.TEMPORARY: FailureKind.TEMPORARY,
    ErrorClass.MODEM: FailureKind.TEMPORARY,
    ErrorClass.MEMORY_FULL: FailureKind.TEMPORARY,
    ErrorClass.UNKNOWN: FailureKind.TEMPORARY,
    ErrorClass.NUMBER: FailureKind.REFUSED,
    ErrorClass.OURS: FailureKind.REFUSED,
}

log = get_logger("gsm-modem")

ModemPump = Pump[e.SendSms, bool, e.ModemEvent]


class GsmModemCarrier:
    """Implements `ports.Carrier` and is the owner of the pump."""

    def __init__(
        self,
        settings: Settings,
        endpoint: IStreamClientEndpoint,
        clock: Clock,
        events: CarrierEvents,
        replies: Replies,
        alarms: Alarms,
        region: str,
        pin: RefusedPin,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._endpoint = endpoint
        self._clock = clock
        self._events = events
        self._replies = replies
        self._alarms = alarms
        self._region = region
        self._pin = pin
        self._line = Line(settings.name, settings.type, clock, alarms)
        self._watch = ModemWatch(self._line, alarms)
        self._pump: ModemPump | None = None
        self._session: ModemSession | None = None
        self._order: Order | None = None
        self._parked: list[tuple[ModemPump, e.ReportReceived]] = []
        self._sent: dict[int, tuple[int, str]] = {}  # at most 256, for a reference has 8 bits
        self._tried: OrderedDict[tuple[int, int], int] = OrderedDict()
        self.capabilities = Capabilities(
            serves=settings.serves,
            best_proof=Proof.DELIVERED if settings.receipts else Proof.SENT,
            can_answer=settings.can_answer,
            can_cancel=False,
            max_text=MAX_SEPTETS,
            measure=measure,
        )

    def start(self) -> None:
        """Connect, and stay connected."""
        self._pin.recall()
        self._line.start(self._endpoint, PumpFactory(self._make_pump))

    def stop(self) -> "Deferred[object]":
        """Close everything; fires when it is closed."""
        return self._line.stop()

    # --- ports.Carrier

    def free(self) -> int:
        """See `ports.Carrier`: one while the modem can send and does not."""
        return 0 if self._session is None else self._session.free

    def send(self, order: Order) -> None:
        """See `ports.Carrier`."""
        try:
            message = submit(order, self._settings, self._clock.now())
            if self._pump is None:
                raise LocalProtocolError("the modem is not connected")
            self._pump.send(e.SendSms(order.attempt, message))
        except LocalProtocolError as error:
            kind = FailureKind.TEMPORARY if self.free() == 0 else FailureKind.CONTENT
            self._clock.delays.callLater(0, self._events.failed, self.name, order.attempt, kind, str(error))
            return
        self._order = order

    def recall(self, attempt: Attempt, priority: int) -> None:
        """An SMS that a phone has cannot be taken back; `capabilities` says so."""

    def state(self) -> LineState:
        """See `ports.Carrier`."""
        return self._line.state({"under_way": 0 if self._order is None else 1})

    # --- protocols.transport.Owner

    def connected(self, pump: ModemPump) -> None:
        """The line is open; it is up when the modem is set up and stands in a network."""
        assert isinstance(pump.session, ModemSession)
        self._pump, self._session = pump, pump.session
        self._line.count("connections")

    def received(self, pump: ModemPump, events: Sequence[e.ModemEvent]) -> None:
        """What one read or tick of the line brought."""
        for event in events:
            self._one(pump, event)
        self._events.changed(self.name)

    def disconnected(self, pump: ModemPump, reason: str) -> None:
        """The line is gone; the session has said what became of the message under way."""
        if pump is self._pump:
            self._pump = self._session = None
            self._parked.clear()
            self._line.down(reason)

    # --- what a phone sent

    def message_received(self, message: Deliver) -> "Deferred[None]":
        """One message, or one part of one, that somebody sent to the modem's number.

        It is deleted from the modem when the Deferred fires, and comes again later when it fails. Of a long
        message the first part is read: an answer is one word.
        """
        self._line.count("messages_from_phones")
        part = part_of(message.data.header)
        if not self._settings.answers or (part is not None and part.number > 1):
            return succeed(None)
        number = sender(message.originator.number, message.originator.kind >> 4 & 7, self._region)
        written = message.sent.instant
        written_at = None if written is None else round(written.timestamp() * 1000)
        return self._replies.received(self.name, number, message.data.text, written_at)

    # --- inside

    def _make_pump(self) -> ModemPump:
        config = e.ModemConfig(
            pin="" if self._pin.refused else self._settings.secret,
            pin_refused=self._pin.refused,
            centre=self._settings.smsc,
            poll=self._settings.poll_interval,
            send=self._settings.send_timeout,
        )
        return Pump(
            lambda now: ModemSession(config, now), self, self._clock.delays, self._settings.byte_seconds
        )

    def _one(self, pump: ModemPump, event: e.ModemEvent) -> None:
        match event:
            case e.StatusChanged(status):
                assert isinstance(pump.session, ModemSession)
                self._watch.show(status, pump.session.state)
            case e.SmsTaken(ref, reference):
                self._taken(ref, reference)
            case e.SmsFailed():
                self._failed(event)
            case e.ReportReceived():
                self._reported(pump, event)
            case e.SmsReceived(token, message):
                self._answer_when(self.message_received(message), pump, token)
            case e.PinRefused():
                self._pin.refuse()
            case e.PinAccepted():
                self._pin.accept()
            case e.PeerFault(reason):
                self._line.count("modem_faults")
                log.warning("the modem", line=self.name, reason=reason)

    def _taken(self, ref: int, reference: int | None) -> None:
        self._line.count("taken")
        if self._order is not None and self._order.attempt == ref:
            self._tried.pop((self._order.alert, self._order.page), None)
            if reference is not None:
                self._sent[reference] = (ref, self._order.number)
        self._events.taken(self.name, ref, None if reference is None else str(reference))
        self._end()

    def _failed(self, event: e.SmsFailed) -> None:
        kind = FailureKind.IN_DOUBT if event.maybe_sent else FailureKind.TEMPORARY
        self._line.count("in_doubt" if event.maybe_sent else "failed")
        if event.error is not None:
            kind = self._judge(event.error)
        self._events.failed(self.name, event.ref, kind, event.reason)
        self._end()

    def _judge(self, error: ModemError) -> FailureKind:
        """What a refusal means for the page; one that concerns us all is told to people."""
        if error.kind is ErrorClass.OURS:
            text = f"line {self.name}: the modem's subscription or settings are refused: {error}"
            self._alarms.tell(f"account:{self.name}", text)
        if error.kind is ErrorClass.UNKNOWN and self._order is not None:
            page = (self._order.alert, self._order.page)
            self._tried[page] = tries = self._tried.pop(page, 0) + 1
            if len(self._tried) > TRIED_MOST:
                self._tried.popitem(last=False)
            if tries >= UNKNOWN_TRIES:
                return FailureKind.REFUSED
        return FAILURES[error.kind]

    def _end(self) -> None:
        """Nothing is under way: reports that overtook their `+CMGS` can be told now."""
        self._order = None
        parked, self._parked = self._parked, []
        for pump, event in parked:
            self._report(pump, event)

    def _reported(self, pump: ModemPump, event: e.ReportReceived) -> None:
        self._line.count("receipts")
        number = None if self._order is None else self._order.number
        if number is not None and number in self._numbers(event):
            self._parked.append((pump, event))
        else:
            self._report(pump, event)

    def _numbers(self, event: e.ReportReceived) -> tuple[str, ...]:
        return reported_numbers((event.report.recipient.shown,), self._region)

    def _report(self, pump: ModemPump, event: e.ReportReceived) -> None:
        report, numbers = event.report, self._numbers(event)
        word = WORDS[report.outcome]
        detail = f"status report: {report.outcome} (0x{report.status:02X})"
        matches = about(report, numbers, self._sent, self._clock.now())
        told = self._events.reported(Report(self.name, numbers, word, detail, matches))
        self._answer_when(told, pump, event.token)

    def _answer_when(self, told: "Deferred[None]", pump: ModemPump, token: Token) -> None:
        told.addCallbacks(
            lambda _: self._answer(pump, token, stored=True),
            lambda failure: self._not_stored(pump, token, failure),
        )

    def _not_stored(self, pump: ModemPump, token: Token, failure: Failure) -> None:
        log.error("what came was not stored", line=self.name, reason=failure.getErrorMessage())
        self._answer(pump, token, stored=False)

    def _answer(self, pump: ModemPump, token: Token, *, stored: bool) -> None:
        try:
            pump.answer(token, stored)
        except LocalProtocolError as error:
            # The line is gone: what is stored in the modem is found again, the network repeats the rest.
            log.info("the modem could not be answered", line=self.name, reason=str(error))
