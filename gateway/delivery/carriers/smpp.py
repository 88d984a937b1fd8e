"""The way to mobile phones over SMPP 3.4: one account at an operator, bound at one site or several.

Rules: a response with status 0 means `taken`, no more; a receipt moves the page and is answered to the centre
only after its commit, and so is what a phone writes back. A response that does not come leaves the message in
doubt: it is sent again, marked, with the same reference. No receipt is a normal outcome; the ladder runs on
our own clock. What one bind learns counts for all, for receipts and answers come over any of them.
"""

from collections.abc import Sequence

from twisted.internet.defer import Deferred, gatherResults, maybeDeferred
from twisted.internet.interfaces import IStreamClientEndpoint

from gateway.clock import Clock
from gateway.config import SmppCarrier as Settings
from gateway.delivery.carriers import smpp_message, smpp_text
from gateway.delivery.carriers.pace import Pace
from gateway.delivery.carriers.smpp_incoming import Incoming
from gateway.delivery.carriers.smpp_judge import Judge
from gateway.delivery.carriers.smpp_link import SmppLink, SmppPump
from gateway.delivery.carriers.smpp_parts import Failure, Sending, UnderWay
from gateway.logs import get_logger
from gateway.model import Attempt, Proof
from gateway.ports import Alarms, Capabilities, CarrierEvents, FailureKind, LineState, Order, Replies
from protocols.session import LocalProtocolError
from protocols.smpp import events as e
from protocols.smpp import status
from protocols.smpp.commands import BindMode
from protocols.smpp.esme import EsmeConfig
from protocols.smpp.timing import Timing

log = get_logger("smpp")


class SmppCarrier:
    """Implements `ports.Carrier` over its binds. `endpoints` are those of `settings.sites`."""

    def __init__(
        self,
        settings: Settings,
        endpoints: Sequence[IStreamClientEndpoint],
        clock: Clock,
        events: CarrierEvents,
        replies: Replies,
        alarms: Alarms,
        region: str,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._clock = clock
        self._events = events
        self._parts = settings.parts_most
        self._pace = Pace(clock.delays, settings.rate, lambda: events.changed(self.name), self._parts)
        self._judge = Judge(self.name, settings.classes, self._pace, clock, alarms)
        self._counters: dict[str, int] = {"taken": 0, "failed": 0}
        self._under_way = UnderWay()
        self._flashes: set[int] = set()
        self._incoming = Incoming(settings, region, self._under_way, events, replies, self._count)
        self._links = [
            SmppLink(name, f"account:{self.name}", config, endpoint, clock, alarms, self)
            for name, config, endpoint in _binds(settings, endpoints)
        ]
        one_part = settings.max_parts == 1 and settings.plain_alphabet != "latin-1"
        self.capabilities = Capabilities(
            serves=settings.serves,
            best_proof=Proof.DELIVERED if settings.registered_delivery == 1 else Proof.SENT,
            can_answer=settings.answers,
            can_cancel=False,
            max_text=smpp_text.max_text(settings),
            measure=smpp_message.measure if one_part else smpp_text.measure_parts(settings),
        )

    def start(self) -> None:
        """Connect, and stay connected."""
        for link in self._links:
            link.start()

    def stop(self) -> "Deferred[object]":
        """Close everything; fires when it is closed."""
        self._pace.stop()
        stopping = [link.stop() for link in self._links]
        return maybeDeferred(lambda: gatherResults(stopping, consumeErrors=True))

    # --- ports.Carrier

    def free(self) -> int:
        """See `ports.Carrier`: room in the windows, within the rate, and not while throttled or barred."""
        if self._judge.barred is not None:
            return 0
        room = sum(link.free // self._parts for link in self._links)
        return min(room, self._pace.free() // self._parts) if room else 0

    def send(self, order: Order) -> None:
        """See `ports.Carrier`."""
        link = max(self._links, key=lambda one: one.free)
        try:
            if link.free < self._parts:
                raise LocalProtocolError("the SMS centre is not bound, or has no room")
            messages = smpp_message.submits(order, self._settings, self._clock.now())
        except LocalProtocolError as error:
            kind = FailureKind.TEMPORARY if link.free < self._parts else FailureKind.CONTENT
            self._clock.delays.callLater(0, self._events.failed, self.name, order.attempt, kind, str(error))
            return
        sending = self._under_way.begin(order, len(messages))
        numbers = [self._under_way.number(sending, part) for part in range(len(messages))]
        for number, message in zip(numbers, messages, strict=True):
            try:
                link.send(number, message)
            except LocalProtocolError as error:
                failure = Failure(FailureKind.CONTENT, str(error))
                settled = self._under_way.answered(number, None, failure)
                self._clock.delays.callLater(0, self._settle, settled)
            else:
                self._pace.spend()

    def recall(self, attempt: Attempt, priority: int) -> None:
        """An SMS that a phone has cannot be taken back; `capabilities` says so."""

    def state(self) -> LineState:
        """See `ports.Carrier`: up while messages can leave over one of the binds."""
        states = [link.state() for link in self._links]
        up = any(link.is_up and link.transmits for link in self._links)
        detail = states[0].detail
        if len(states) > 1:
            detail = "; ".join(f"{state.name}: {state.detail}" for state in states)
        barred = self._judge.barred
        counters = dict(self._counters)
        for state in states:
            for what, count in state.counters.items():
                counters[what] = counters.get(what, 0) + count
        counters["under_way"] = len(self._under_way)
        return LineState(self.name, self._settings.type, up and barred is None, barred or detail, counters)

    # --- smpp_link.Owner

    def happened(self, pump: SmppPump, event: e.EsmeEvent) -> None:
        """See `smpp_link.Owner`."""
        match event:
            case e.SubmitAnswered(number) if number in self._flashes:
                self._flashes.discard(number)
                self._count("flash" if self._judge.accepts(event.status) else "flash_failed")
            case e.SubmitInDoubt(number) if number in self._flashes:
                self._flashes.discard(number)
                self._count("flash_failed")
            case e.SubmitAnswered():
                self._answered(pump, event)
            case e.SubmitInDoubt(number):
                self._settle(self._under_way.in_doubt(number, "no response from the SMS centre"))
            case e.DeliverReceived():
                self._incoming.came(pump, event)

    def moved(self) -> None:
        """See `smpp_link.Owner`."""
        self._events.changed(self.name)

    def lost(self, pump: SmppPump) -> None:
        """See `smpp_link.Owner`."""
        self._incoming.lost(pump)

    # --- inside

    def _answered(self, pump: SmppPump, event: e.SubmitAnswered) -> None:
        if self._judge.accepts(event.status):
            self._settle(self._under_way.answered(event.ref, event.message_id, None))
            return
        kind = self._judge.judge(self._under_way.order(event.ref), event.status)
        if event.status == status.RINVBNDSTS:
            for link in self._links:
                if link.has(pump):
                    link.rebind()
        failure = Failure(kind, f"SMPP {status.status_name(event.status)}")
        self._settle(self._under_way.answered(event.ref, None, failure))

    def _settle(self, sending: Sending | None) -> None:
        """An attempt has all its responses, or will not get them: tell it, and what waited for it."""
        if sending is None:
            return
        order, failure = sending.order, sending.failure
        if failure is None:
            self._count("taken")
            self._judge.forget(order)
            self._events.taken(self.name, order.attempt, sending.identity)
            self._flash(order)
        else:
            self._count("in_doubt" if failure.kind is FailureKind.IN_DOUBT else "failed")
            self._events.failed(self.name, order.attempt, failure.kind, failure.reason)
        self._incoming.settled(order.attempt)

    def _flash(self, order: Order) -> None:
        """The same page as flash, where the receiver wants it, once the one that is kept is taken."""
        if order.alert == 0 or order.number not in self._settings.flash_numbers:
            return
        link = max(self._links, key=lambda one: one.free)
        if not link.free or not self._pace.free():
            self._count("flash_skipped")
            return
        number = self._under_way.next_number()
        try:
            link.send(number, smpp_message.flash(order, self._settings, self._clock.now()))
        except LocalProtocolError as error:
            self._count("flash_failed")
            log.warning("no flash", line=self.name, reason=str(error))
            return
        self._pace.spend()
        self._flashes.add(number)

    def _count(self, what: str) -> None:
        self._counters[what] = self._counters.get(what, 0) + 1


def _binds(
    settings: Settings, endpoints: Sequence[IStreamClientEndpoint]
) -> list[tuple[str, EsmeConfig, IStreamClientEndpoint]]:
    """Each bind with the name of its line: the carrier's alone, or with its site and its direction."""
    modes = {"": BindMode.TRANSCEIVER}
    if settings.bind_mode == "separate":
        modes = {"-tx": BindMode.TRANSMITTER, "-rx": BindMode.RECEIVER}
    timing = Timing(
        window=settings.window, enquire_link=settings.enquire_link, response=settings.response_timeout
    )
    return [
        (
            settings.name + (f"/{site}" if len(endpoints) > 1 else "") + way,
            EsmeConfig(
                system_id=settings.system_id,
                password=settings.secret,
                system_type=settings.system_type,
                mode=mode,
                timing=timing,
            ),
            endpoint,
        )
        for site, endpoint in enumerate(endpoints, 1)
        for way, mode in modes.items()
    ]
