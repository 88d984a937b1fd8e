"""The composition root: the only place that constructs services, and that knows them all.

`Gateway` is the whole product without its process: no thread, no signal, no file is opened here. Who runs it
(`gateway.serve`, a test under a fake clock) brings the clock, the writer, the reader and the endpoints.
"""

import sqlite3
from dataclasses import replace
from functools import partial
from typing import Protocol

from twisted.internet.defer import Deferred, fail, gatherResults, maybeDeferred, succeed
from twisted.internet.interfaces import IStreamClientEndpoint, IStreamServerEndpoint

from gateway.clock import DRIFT_LIMIT, Clock
from gateway.config import Carrier as CarrierSettings
from gateway.config import Config
from gateway.config import Source as SourceSettings
from gateway.delivery import events as e
from gateway.delivery.answer_words import AnswerLines
from gateway.delivery.answers import Answers
from gateway.delivery.dispatcher import Dispatcher
from gateway.delivery.keeper import Keeper
from gateway.delivery.scribe import Scribe
from gateway.delivery.tracker import Tracker
from gateway.intake import Intake
from gateway.lines import make_carrier, make_source, words
from gateway.logs import get_logger
from gateway.model import Alert, NumberKind, Origin, OutcomeWord, Role, Rung
from gateway.news import News
from gateway.operators import AS_LAST_RESORT, Operators
from gateway.outbox import Outbox
from gateway.pager import Pager
from gateway.ports import LineState, Readiness, Writer
from gateway.requests import Refused, Why
from gateway.roster.addressed import Addressed
from gateway.roster.book import RosterBook
from gateway.roster.resolve import Resolution
from gateway.roster.who import Who
from gateway.routing.ladder import Way
from gateway.sources.joints import Joints
from gateway.store import alarm_log, alerts, history
from gateway.store.values import Accepted, Duplicate
from gateway.supervision.alarms import AlarmBoard
from gateway.supervision.forgetting import Forgetting
from gateway.supervision.loops import Loop
from gateway.trace.taps import Taps, settings_for_trace
from protocols.clinic24.event import Event

WATCH_INTERVAL = 1.0
"""Seconds between two looks at clocks and store."""

STORE_QUIET = 10_000
"""ms without a refused commit after which the store counts as mended."""

PROFESSIONS_MOST = 1000
"""Professions remembered in memory; there are some dozens, and the store knows the rest."""

ATTEMPT_GAP = 1000
"""Numbers of attempts left out at a start: some may have been given while the store was away, and a late
receipt must not find another attempt under its number."""

log = get_logger("app")


class Endpoints(Protocol):
    """Where connections come from: the network, or a test's memory."""

    def client(self, description: str) -> IStreamClientEndpoint:
        """The endpoint that a carrier connects to."""

    def server(self, description: str) -> IStreamServerEndpoint:
        """The endpoint that a source listens on."""


class Gateway:
    """Everything between the sources and the carriers, joined."""

    def __init__(
        self, config: Config, clock: Clock, writer: Writer, reader: sqlite3.Connection, endpoints: Endpoints
    ) -> None:
        self._config = config
        self._clock = clock
        self._reader = reader
        self._kinds: tuple[int, frozenset[NumberKind]] = (-1, frozenset())
        self._forgetting = Forgetting(clock, writer, reader)
        self._professions: set[str] = set()  # that are known to have been asked for
        self.book = RosterBook(reader)
        self.who = Who(self.book, config.routing, config.gateway.catch_all)
        self.alarms = AlarmBoard(clock, writer)
        self.taps = Taps()
        self.news = News()
        self.outbox = Outbox(
            lambda since, limit: history.outcomes(reader, since, limit), lambda: history.last_seq(reader)
        )
        scribe = Scribe(config, reader, self.alarms)
        self.dispatcher = Dispatcher(clock, scribe.text, self.alarms, scribe.reply)
        act = self.news.after(self.dispatcher.act)
        self.keeper = Keeper(clock, writer, self._load, act, self.outbox.publish, self._fault)
        self._tracker = Tracker(clock, self.keeper, partial(alerts.attempts_to, reader))
        mobile = [carrier.name for carrier in config.serving(NumberKind.MOBILE)]
        self.answers = Answers(
            clock,
            self.keeper,
            AnswerLines(config.texts.language, config.answers.words),
            lambda number, within: [
                one for name in mobile for one in self._tracker.attempts(name, number, within)
            ],
            lambda alert: alerts.attempts_of(reader, alert),
            lambda number: alerts.last_reply(reader, mobile, number),
            self.dispatcher.say,
        )
        scribe.answers = self.answers
        self._carriers = [
            make_carrier(
                settings,
                self._tapped(settings, endpoints),
                clock,
                self.dispatcher,
                self.answers,
                self.alarms,
                config,
            )
            for settings in config.carrier
        ]
        ways = self.ways = tuple(Way(carrier.name, carrier.capabilities) for carrier in self._carriers)
        self.pager = Pager(writer, self._adopt)
        self._operators = Operators(
            clock, writer, ways, self._adopt, self._withdraw, self.dispatcher.shout, config.texts.language
        )
        self.intake = Intake(
            clock,
            writer,
            self.alarms,
            self._ask,
            ways,
            config.gateway.region,
            self._adopt,
            self._close_case,
            self._last_resort,
            self.news.refusal,
        )
        joints = Joints(
            intake=self.intake,
            addressed=Addressed(self.book, reader),
            ways=ways,
            keeper=self.keeper,
            outbox=self.outbox,
            writer=writer,
            reader=reader,
            alarms=self.alarms,
        )
        self._sources = [
            make_source(settings, self._tapped(settings, endpoints), clock, joints)
            for settings in config.source
        ]
        self._watch = Loop("the watch", WATCH_INTERVAL, self._look, clock.delays, self.alarms)

    async def start(self) -> list[str]:
        """Take up what is open, connect, listen; a line for each address. Raises CannotListenError."""
        self.dispatcher.start(
            self.keeper, self._tracker, self._carriers, alerts.last_attempt(self._reader) + ATTEMPT_GAP
        )
        self.dispatcher.restore([number for number, _, _ in alerts.open_ids(self._reader)])
        self.alarms.take_up(alarm_log.standing(self._reader))
        self._know_operators()
        self._watch.start()
        for carrier in self._carriers:
            carrier.start()
        return [f"{source.name}: {words(await source.listen())}" for source in self._sources]

    def stop(self) -> "Deferred[object]":
        """Take nothing more, close every connection; fires when they are closed."""
        self._watch.stop()
        self.dispatcher.stop()
        stopping = [source.stop() for source in self._sources]
        stopping += [carrier.stop() for carrier in self._carriers]
        return maybeDeferred(lambda: gatherResults(stopping, consumeErrors=True))

    # --- what can be asked

    def lines(self) -> list[LineState]:
        """Every source and carrier."""
        return [part.state() for part in self._sources] + [carrier.state() for carrier in self._carriers]

    def readiness(self) -> Readiness:
        """See `ports.Readiness`."""
        lines = self.lines()
        up = {carrier.capabilities.serves for carrier in self._carriers if carrier.state().up}
        missing = sorted(kind.value for kind in self._used_kinds() - up)
        if self.keeper.unsaved():
            return Readiness(False, "the store does not take changes", lines)
        if missing:
            return Readiness(False, f"no carrier is up for: {', '.join(missing)}", lines)
        return Readiness(True, "ready", lines)

    def turned_at(self) -> float:
        """When the watch last turned, in monotonic seconds."""
        return self._watch.turned_at

    def acknowledge(self, number: int, by: str) -> "Deferred[None]":
        """Close an alert by hand, as acknowledged. Fails with Refused."""
        return self._close(number, OutcomeWord.ACKNOWLEDGED, f"acknowledged by {by}")

    def cancel(self, number: int, by: str) -> "Deferred[None]":
        """Close an alert by hand, as cancelled. Fails with Refused."""
        return self._close(number, OutcomeWord.CANCELLED, f"cancelled by {by}")

    # --- joints

    def _tapped(self, settings: CarrierSettings | SourceSettings, endpoints: Endpoints) -> Endpoints:
        return self.taps.on(settings.name, settings.type, settings_for_trace(settings), endpoints)

    def _load(self, number: int) -> Alert | None:
        try:
            return alerts.load(self._reader, number)
        except alerts.UnknownAlert:
            return None

    def _ask(self, event: Event, instant: int) -> Resolution:
        assert event.profession is not None  # the codec lets no alerting event through without
        resolution = self.who.ask(event.unit, event.profession, event.kind, event.priority, instant)
        if resolution.profession is not None and resolution.profession not in self._professions:
            self._first_seen(resolution.profession)
        return resolution

    def _first_seen(self, profession: str) -> None:
        """A profession that nobody asked for before: IT may want to give it a role of its own."""
        if len(self._professions) < PROFESSIONS_MOST:
            self._professions.add(profession)
        key = f"profession:{profession}"
        if not alarm_log.known(self._reader, key):
            self.alarms.notice(key, f"{profession!r} was asked for the first time; it goes to the nurse")

    def _adopt(self, stored: Accepted | Duplicate, opened: e.Change) -> None:
        if isinstance(stored, Accepted):
            self.outbox.publish(stored.outcomes)
            self.keeper.adopt(replace(opened, alert=stored.alert))
            if stored.alert.rungs and stored.alert.rungs[0].origin is Origin.DUTY:
                self.alarms.clear_alarm(f"unit:{stored.alert.subject.unit_name}")

    def _close(self, number: int, word: OutcomeWord, reason: str) -> "Deferred[None]":
        alert = self.keeper.get(number)
        if alert is None:
            return fail(Refused(Why.NOT_FOUND, f"there is no alert {number}"))
        if alert.closed is not None:
            return fail(Refused(Why.CONFLICT, f"alert {number} is closed: {alert.closed}"))
        return self.keeper.post(number, e.Closed(word, reason))

    def _fault(self, key: str, text: str) -> None:
        """What the keeper meets: the store stands refused until it is mended, any other fault happened."""
        if key == "store":
            self.alarms.raise_alarm(key, text)
        else:
            self.alarms.tell(key, text)

    def _withdraw(self, number: int) -> None:
        self.keeper.post(number, e.Closed(OutcomeWord.CANCELLED, "mended"))

    def _close_case(self, event: Event) -> "Deferred[int]":
        if event.case is None:
            return succeed(0)
        duty = self.book.duty(event.unit, Role.NURSE, self._clock.now())
        unit = event.unit if duty is None else duty.unit.id
        numbers = alerts.open_of_case(self._reader, event.source, unit, event.case)
        closing = e.Closed(OutcomeWord.CANCELLED, event.kind.value)
        told = [self.keeper.post(number, closing) for number in numbers]
        return gatherResults(told).addCallback(len)

    def _last_resort(self, unit: str) -> tuple[Rung, ...]:
        """Whom to page when the resolver fails: the operators, who are known without it."""
        log.error("the last resort is paged", unit=unit)
        return self._operators.rungs(Origin.CATCH_ALL, AS_LAST_RESORT)

    def _know_operators(self) -> None:
        names = self._config.alarms.receivers or tuple(filter(None, [self._config.gateway.catch_all]))
        found = [self.book.receiver(name) for name in names]
        self._operators.know([receiver for receiver in found if receiver is not None])
        self.alarms.operators = self._operators

    def _used_kinds(self) -> frozenset[NumberKind]:
        revision = self.book.revision()
        if self._kinds[0] != revision:
            self._kinds = (revision, self.book.number_kinds())
            self._know_operators()
        return self._kinds[1]

    # --- the watch

    def _look(self) -> None:
        self._forgetting.look()
        self.alarms.sweep()
        self._used_kinds()
        if abs(self._clock.drift()) > DRIFT_LIMIT:
            step = self._clock.rebase()
            self.alarms.tell("clock", f"the system's clock was set by {step / 1000:+.1f} s")
            self.dispatcher.shift(step, [number for number, _, _ in alerts.open_ids(self._reader)])
        quiet = self.alarms.quiet_for("store")
        if quiet is not None and quiet >= STORE_QUIET and not self.keeper.unsaved():
            self.alarms.clear_alarm("store")
