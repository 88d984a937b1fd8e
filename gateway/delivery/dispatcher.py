"""Gives pages their turn and carries the carriers' news back: the engine between `keeper` and the carriers.

Rules: the most urgent page that is due goes first, on every carrier by itself, and a carrier never holds
more than it has slots for, so that an urgent page waits only for what is in flight. An attempt is stored
before its first byte leaves; its number is ours, so that it has one even while the store is away.
"""

from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.interfaces import IDelayedCall

from gateway.clock import Clock
from gateway.delivery import events as e
from gateway.delivery.flights import Flights
from gateway.delivery.keeper import Keeper
from gateway.delivery.lifecycle import next_due
from gateway.delivery.lines_back import LinesBack
from gateway.delivery.pages import route_of
from gateway.delivery.queue import CarrierQueue, Place
from gateway.delivery.taking_up import TakingUp
from gateway.delivery.telling import tell_people
from gateway.delivery.tracker import Tracker
from gateway.delivery.wakes import Wakes
from gateway.logs import get_logger
from gateway.model import Alert, Attempt, PageState, Route
from gateway.ports import Alarms, Carrier, FailureKind, Order, Report
from gateway.routing.policy import TTL

FAULT_PAUSE = 250
"""ms until an alert is asked again that brought nothing but a fault, or could not be read."""

SHOUT_PRIORITY = 2
"""Of what is said without the store: as urgent as any page to the operators."""

log = get_logger("dispatcher")


def _no_reply(alert: Alert, page: int, carrier: Carrier) -> int | None:
    """Where nothing can be answered by a text."""
    return None


class Dispatcher:
    """Implements `ports.CarrierEvents`."""

    def __init__(
        self,
        clock: Clock,
        compose: Callable[[Alert, int, Carrier], str],
        alarms: Alarms,
        reply: Callable[[Alert, int, Carrier], int | None] = _no_reply,
    ) -> None:
        self._clock = clock
        self._compose = compose
        self._alarms = alarms
        self._reply = reply
        self._flights = Flights(1)
        self._lines_back = LinesBack(clock, self._flights.numbers)
        self._taking_up = TakingUp(clock.delays, alarms, self._take_up)
        self._keeper: Keeper
        self._tracker: Tracker
        self._carriers: dict[str, Carrier] = {}
        self._queues: dict[str, CarrierQueue] = {}
        self._wakes = Wakes()
        self._timer: IDelayedCall | None = None
        self._timer_at = 0
        self._stopped = False

    def start(self, keeper: Keeper, tracker: Tracker, carriers: Sequence[Carrier], next_attempt: int) -> None:
        """Join the parts that need each other; nothing is sent before."""
        self._flights = Flights(next_attempt)
        self._lines_back = LinesBack(self._clock, self._flights.numbers)
        self._keeper = keeper
        self._tracker = tracker
        for carrier in carriers:
            self._carriers[carrier.name] = carrier
            self._queues[carrier.name] = CarrierQueue()

    def stop(self) -> None:
        """Begin nothing more; what is in flight is in doubt for whoever starts next."""
        self._stopped = True
        self._taking_up.stop()
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def restore(self, open_alerts: Sequence[int]) -> None:
        """Take up the alerts that the store holds open, in this order."""
        self._taking_up.restore(open_alerts)

    def act(self, alert: Alert, event: e.Event, change: e.Change) -> None:
        """Do what a committed step asks for."""
        if isinstance(event, e.Begun):
            self._flights.turn_over(event.attempt.carrier, event.attempt.id, alert.id, event.attempt.page)
        for page in change.recalls:
            self._recall(alert, page)
        # The same commit may hold its end, or the news that it arrived: then it does not leave any more.
        if change.begun is not None and alert.pages[change.begun.page].state is PageState.SENDING:
            self._send(alert, change.begun)
        elif isinstance(event, e.Begun):
            self._clock.delays.callLater(0, self.changed, event.attempt.carrier)
        self._schedule(alert, event)
        tell_people(alert, change, self._alarms)

    def shift(self, by: int, open_alerts: Sequence[int]) -> None:
        """The wall clock was set: every deadline keeps what remained of it."""
        self._wakes.shift(by)
        for queue in self._queues.values():
            queue.shift(by)
        for number in open_alerts:
            self._post(number, e.Shifted(by))
        self._arm()

    def queued(self) -> dict[str, int]:
        """Pages that wait, by carrier."""
        return {name: len(queue) for name, queue in self._queues.items()}

    def shout(self, routes: Sequence[Route], text: str) -> bool:
        """Send a text over the first route that is free, unstored and unfollowed; False if none is."""
        now = self._clock.now()
        for route in routes:
            carrier = self._carriers.get(route.carrier)
            if carrier is not None and carrier.free():
                number = next(self._flights.numbers)
                carrier.send(Order(number, 0, 0, route.number, text, SHOUT_PRIORITY, now + TTL))
                return True
        return False

    def say(self, carrier: str, number: str, text: str) -> None:
        """Tell a phone what became of its answer, over the carrier that the answer came by."""
        if carrier in self._carriers:
            self._lines_back.put(carrier, number, text)
            self._clock.delays.callLater(0, self.changed, carrier)

    # --- CarrierEvents

    def taken(self, carrier: str, attempt: int, ref: str | None) -> None:
        """See `ports.CarrierEvents`."""
        done = self._flights.taken(attempt)
        if done is not None:
            self._post(done.alert, e.Taken(done.page, attempt, ref))
        else:
            self._lines_back.taken(attempt)
        self.changed(carrier)

    def failed(self, carrier: str, attempt: int, kind: FailureKind, reason: str) -> None:
        """See `ports.CarrierEvents`."""
        done = self._flights.failed(attempt, in_doubt=kind is FailureKind.IN_DOUBT)
        if done is not None:
            self._post(done.alert, e.Failed(done.page, kind, reason))
        elif (again := self._lines_back.failed(attempt, kind)) is not None and not self._stopped:
            self._clock.delays.callLater(again, self.changed, carrier)
        self.changed(carrier)

    def reported(self, report: Report) -> "Deferred[None]":
        """See `ports.CarrierEvents`."""
        return maybeDeferred(self._tracker.reported, report)

    def changed(self, carrier: str) -> None:
        """See `ports.CarrierEvents`."""
        queue, way = self._queues.get(carrier), self._carriers.get(carrier)
        if queue is None or way is None or self._stopped:
            return
        self._lines_back.send(way, way.free() - self._flights.reserved(carrier))
        while way.free() > self._flights.reserved(carrier):
            place = queue.pop(self._clock.now())
            if place is None:
                break
            self._begin(place, way)
        self._arm()

    def _post(self, number: int, event: e.Event) -> None:
        """Tell the keeper, again and again while the alert cannot be read: what happened is not forgotten."""
        try:
            self._keeper.post(number, event)
        except Exception as fault:
            self._alarms.tell(f"fault:{number}", f"alert {number} cannot be read: {fault!r}")
            if not self._stopped:
                self._clock.delays.callLater(FAULT_PAUSE / 1000, self._post, number, event)

    # --- one page's turn

    def _take_up(self, number: int) -> None:
        alert = self._keeper.get(number)
        if alert is None or alert.closed is not None:
            return
        if any(page.state is PageState.SENDING for page in alert.pages):
            self._post(number, e.Restarted())
        else:
            self._schedule(alert)

    def _begin(self, place: Place, way: Carrier) -> None:
        try:
            alert = self._keeper.get(place.alert)
        except Exception as fault:  # the page keeps its place, a little later
            self._alarms.tell(f"fault:{place.alert}", f"alert {place.alert} cannot be read: {fault!r}")
            now = self._clock.now()
            self._queues[way.name].put(place, now + FAULT_PAUSE, now)
            return
        if alert is None or alert.pages[place.page].state is not PageState.QUEUED:
            return
        if alert.expires_at <= self._clock.now():
            return
        # Reserved before anything else happens: an alarm about the text may itself give turns.
        number = self._flights.reserve(way.name, alert.id, place.page)
        if number is None:
            return
        try:
            reply = self._reply(alert, place.page, way)
            text = self._compose(alert, place.page, way)
        except Exception as fault:
            self._flights.turn_over(way.name, number, alert.id, place.page)
            self._alarms.tell(f"fault:{alert.id}", f"alert {alert.id}: no text: {fault!r}")
            self._post(alert.id, e.Failed(place.page, FailureKind.REFUSED, "internal fault"))
            return
        attempt = Attempt(
            id=number,
            alert=alert.id,
            page=place.page,
            carrier=way.name,
            number=route_of(alert, place.page).number,
            text=text,
            begun_at=self._clock.now(),
            reply=reply,
        )
        self._post(alert.id, e.Begun(attempt))

    def _send(self, alert: Alert, attempt: Attempt) -> None:
        self._flights.leaves(attempt)
        order = Order(
            attempt=attempt.id,
            alert=alert.id,
            page=attempt.page,
            number=attempt.number,
            text=attempt.text,
            priority=alert.subject.priority,
            expires_at=alert.expires_at,
            plain=alert.pages[attempt.page].plain,
        )
        try:
            self._carriers[attempt.carrier].send(order)
        except Exception as fault:  # a carrier must not raise; one that does costs this page its route only
            self._alarms.tell(f"carrier:{attempt.carrier}", f"carrier failed to send: {fault!r}")
            reason = "internal fault in the carrier"
            self._clock.delays.callLater(
                0, self.failed, attempt.carrier, attempt.id, FailureKind.REFUSED, reason
            )

    def _recall(self, alert: Alert, page: int) -> None:
        carrier = self._carriers.get(route_of(alert, page).carrier)
        if carrier is None or not carrier.capabilities.can_cancel:
            return
        try:
            for attempt in self._tracker.attempts_of(alert, page):
                carrier.recall(attempt, alert.subject.priority)
        except Exception as fault:  # the alert is over all the same
            self._alarms.tell(f"carrier:{carrier.name}", f"a page was not taken back: {fault!r}")

    # --- time

    def _schedule(self, alert: Alert, event: e.Event | None = None) -> None:
        """Queue what waits for a turn and note when the alert wants to be asked again."""
        touched = set()
        for number, page in enumerate(alert.pages):
            carrier = route_of(alert, number).carrier
            if page.state is PageState.QUEUED and alert.closed is None:
                queue = self._queues.get(carrier)
                if queue is None:
                    self._no_such_carrier(alert, number, carrier)
                    continue
                place = Place(alert.subject.priority, page.opened_at, alert.id, number)
                queue.put(place, page.due_at, self._clock.now())
                touched.add(carrier)
            elif carrier in self._queues:
                self._queues[carrier].forget(alert.id, number)
        due = next_due(alert)
        now = self._clock.now()
        if due is not None and due <= now and isinstance(event, e.Due):
            # A deadline that was met lies ahead; one that a fault left behind must not turn the loop.
            due = now + FAULT_PAUSE
        self._wakes.set(alert.id, due)
        for carrier in touched:
            self.changed(carrier)
        self._arm()

    def _no_such_carrier(self, alert: Alert, page: int, carrier: str) -> None:
        """The configuration lost a carrier that a stored alert still names."""
        reason = f"no carrier {carrier!r} is configured"
        self._alarms.tell(f"carrier:{carrier}", reason)
        self._clock.delays.callLater(0, self._post, alert.id, e.Failed(page, FailureKind.REFUSED, reason))

    def _arm(self) -> None:
        now = self._clock.now()
        wanted = [self._wakes.first(), *(queue.next_due(now) for queue in self._queues.values())]
        times = [at for at in wanted if at is not None]
        if not times or self._stopped:
            return
        at = min(times)
        if self._timer is not None and self._timer.active():
            if at == self._timer_at:
                return
            self._timer.cancel()
        self._timer_at = at
        self._timer = self._clock.delays.callLater(max(0, at - now) / 1000, self._wake)

    def _wake(self) -> None:
        now = self._clock.now()
        while (number := self._wakes.pop(now)) is not None:
            self._post(number, e.Due())
        for carrier in self._queues:
            self.changed(carrier)
        self._arm()
