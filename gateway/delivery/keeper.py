"""Keeps the open alerts: gives each its events one after the other, stores what they become, then acts.

Rules:

1. The effects of a step run after its commit. If the store cannot commit within `FAIL_OPEN_AFTER`, they run
   all the same and the step is written when the store is back: a repeated page is the safe side, a page that
   waits for a disk is not.
2. Events of one alert never overlap; those that arrive during a commit go into the next one together.
3. A fault in one alert's step costs that page its route (it fails over) and raises an alarm. It touches no
   other alert.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from gateway.clock import Clock
from gateway.delivery import events as e
from gateway.delivery.lifecycle import step
from gateway.logs import get_logger
from gateway.model import Alert, Attempt
from gateway.ports import FailureKind, StoreUnavailable, Writer
from gateway.store.alerts import save
from gateway.store.values import Saved, StoredOutcome

FAIL_OPEN_AFTER = 2.0
"""Seconds that a step waits for its commit before its effects run without it."""

SWEEP = 0.25
"""Seconds between two looks at what could not be committed; the store is asked again at each."""

REMEMBERED = 4096
"""Alerts kept in memory after their last event: news of them mostly comes within seconds."""

log = get_logger("keeper")


@dataclass(slots=True)
class Entry:
    """One event of an alert and what its step made of it, until that is committed."""

    event: e.Event
    told: "Deferred[None]"
    change: e.Change
    acted: bool = False


@dataclass(slots=True)
class Live:
    """An alert with events under way: those not stepped yet, and those not committed yet."""

    alert: Alert
    inbox: deque[tuple[e.Event, "Deferred[None]"]] = field(default_factory=deque)
    entries: list[Entry] = field(default_factory=list)
    committing: bool = False
    waits_since: float = 0.0  # monotonic seconds; the oldest entry's step


class Keeper:
    """The open alerts that something happens to."""

    def __init__(
        self,
        clock: Clock,
        writer: Writer,
        load: Callable[[int], Alert | None],
        act: Callable[[Alert, e.Event, e.Change], None],
        publish: Callable[[Sequence[StoredOutcome]], None],
        fault: Callable[[str, str], None],
    ) -> None:
        self._clock = clock
        self._writer = writer
        self._load = load
        self._act = act
        self._publish = publish
        self._fault = fault
        self._live: dict[int, Live] = {}
        self._recent: OrderedDict[int, Alert] = OrderedDict()
        self._refs: dict[int, str] = {}  # of attempts whose taking is not committed yet
        self._sweeping = False
        self._refused_at = -SWEEP  # monotonic seconds; when the store was last alarmed

    def get(self, number: int) -> Alert | None:
        """The alert as it is now, uncommitted events included."""
        live = self._live.get(number)
        if live is not None:
            return live.alert
        alert = self._recent.get(number)
        return alert if alert is not None else self._load(number)

    def adopt(self, change: e.Change) -> None:
        """Take over an alert that has just been committed, and act on its first step."""
        live = self._live.get(change.alert.id)
        if live is None:
            self._remember(change.alert)
        # Something may have been posted to it between its commit and the news of that.
        self._effects(change.alert if live is None else live.alert, e.Opened(), change)

    def post(self, number: int, event: e.Event) -> "Deferred[None]":
        """Something happened to the alert. Fires at the commit; for an unknown alert at once."""
        told: Deferred[None] = Deferred()
        live = self._live.get(number)
        if live is None:
            alert = self.get(number)
            if alert is None:
                log.warning("event for an alert that is not stored", alert=number, kind=type(event).__name__)
                told.callback(None)
                return told
            live = self._live[number] = Live(alert)
        if isinstance(event, e.Shifted):
            # What waits is stepped by the new time: the alert's own times must have moved before it.
            live.inbox.appendleft((event, told))
        else:
            live.inbox.append((event, told))
        if not live.committing or self._fails_open(live):
            self._work(live)
        return told

    def unsaved(self) -> int:
        """How many alerts act on steps that no commit has taken yet."""
        return sum(1 for live in self._live.values() if self._fails_open(live))

    def uncommitted_attempts(self, carrier: str, number: str) -> list[Attempt]:
        """Attempts that were made while the store was away and that it does not know yet."""
        return [
            entry.change.begun
            for live in self._live.values()
            for entry in live.entries
            if entry.acted and entry.change.begun is not None
            if (entry.change.begun.carrier, entry.change.begun.number) == (carrier, number)
        ]

    def with_ref(self, attempt: Attempt) -> Attempt:
        """The attempt with the carrier's identity for it, also where that is not committed yet."""
        ref = self._refs.get(attempt.id)
        return attempt if ref is None else replace(attempt, ref=ref)

    def _fails_open(self, live: Live) -> bool:
        """Whether this alert has waited long enough for the store."""
        waited = self._clock.delays.seconds() - live.waits_since
        return bool(live.entries) and waited >= FAIL_OPEN_AFTER

    def _work(self, live: Live) -> None:
        while live.inbox:
            event, told = live.inbox.popleft()
            if not live.entries:
                live.waits_since = self._clock.delays.seconds()
            change = self._step(live.alert, event)
            live.alert = change.alert
            live.entries.append(Entry(event, told, change))
            if change.ref is not None:
                self._refs[change.ref[0]] = change.ref[1]
        if self._fails_open(live):
            self._act_on(live, live.entries)
        if not live.committing:
            self._commit(live)

    def _step(self, alert: Alert, event: e.Event) -> e.Change:
        now = self._clock.now()
        try:
            return step(alert, event, now)
        except Exception as fault:
            self._fault(f"fault:{alert.id}", f"alert {alert.id}: {type(event).__name__} failed: {fault!r}")
        page = event.attempt.page if isinstance(event, e.Begun) else getattr(event, "page", None)
        if page is None or isinstance(event, e.Failed):
            return e.Change(alert)
        try:
            return step(alert, e.Failed(page, FailureKind.REFUSED, "internal fault"), now)
        except Exception:  # alarmed already; its deadlines go on asking
            return e.Change(alert)

    def _commit(self, live: Live) -> None:
        entries = tuple(live.entries)
        changes = [entry.change for entry in entries]
        steps = [line for change in changes for line in change.steps]
        attempts = [change.begun for change in changes if change.begun is not None]
        refs = [change.ref for change in changes if change.ref is not None]
        live.committing = True
        work = self._writer.run(save, live.alert, steps, attempts, refs)
        work.addCallbacks(self._committed, self._refused, callbackArgs=(live, entries), errbackArgs=(live,))
        if live.committing:
            self._sweep_soon()

    def _committed(self, saved: Saved, live: Live, entries: tuple[Entry, ...]) -> None:
        live.committing = False
        del live.entries[: len(entries)]
        live.waits_since = self._clock.delays.seconds()
        self._publish(saved.outcomes)
        self._act_on(live, entries)
        for entry in entries:
            if entry.change.ref is not None:
                self._refs.pop(entry.change.ref[0], None)
            entry.told.callback(None)
        if live.inbox or live.entries:
            self._work(live)
        elif not live.committing and self._live.pop(live.alert.id, None) is not None:
            self._remember(live.alert)

    def _refused(self, failure: Failure, live: Live) -> None:
        live.committing = False
        log.error("a step was not committed", alert=live.alert.id, reason=failure.getErrorMessage())
        self._sweep_soon()
        text = f"steps cannot be committed: {failure.getErrorMessage()}"
        if not isinstance(failure.value, StoreUnavailable):
            self._fault(f"fault:{live.alert.id}", text)
        elif self._clock.delays.seconds() - self._refused_at >= SWEEP:
            # Once a sweep, not once an alert: a thousand open alerts would be a storm of alarms.
            self._refused_at = self._clock.delays.seconds()
            self._fault("store", text)

    def _act_on(self, live: Live, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.acted:
                continue
            entry.acted = True
            self._effects(live.alert, entry.event, entry.change)

    def _effects(self, alert: Alert, event: e.Event, change: e.Change) -> None:
        try:
            self._act(alert, event, change)
        except Exception as fault:
            self._fault(f"fault:{alert.id}", f"alert {alert.id}: an effect failed: {fault!r}")

    def _remember(self, alert: Alert) -> None:
        self._recent[alert.id] = alert
        self._recent.move_to_end(alert.id)
        if len(self._recent) > REMEMBERED:
            self._recent.popitem(last=False)

    def _sweep_soon(self) -> None:
        if not self._sweeping:
            self._sweeping = True
            self._clock.delays.callLater(SWEEP, self._sweep)

    def _sweep(self) -> None:
        """Ask the store again for what it refused; act where it was given its time."""
        self._sweeping = False
        for live in [live for live in self._live.values() if live.entries]:
            try:
                if self._fails_open(live) or not live.committing:
                    self._work(live)
            except Exception as fault:  # one alert's fault is not another's; the next sweep tries again
                self._fault(f"fault:{live.alert.id}", f"alert {live.alert.id}: a step failed: {fault!r}")
            if live.entries:
                self._sweep_soon()
