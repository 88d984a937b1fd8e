"""What only the running gateway does for the pages: editing that is told live, coverage, test pages.

Rules: an edit is told to browsers as soon as it is committed; every other change of the roster is noticed by
its revision within `LOOK`, and so are the technical alarms that stand. The record's old rows are removed
once a day.
"""

from collections.abc import Sequence

from twisted.internet.defer import Deferred

from gateway.app import Gateway
from gateway.audit.reading import head
from gateway.clock import Clock
from gateway.config import Config
from gateway.desk import Desk
from gateway.model import Alert, NumberKind, Refusal
from gateway.ports import Writer
from gateway.replies import ImportProgress
from gateway.roster.coverage_guard import CoverageGuard
from gateway.roster.editing_service import Editing
from gateway.roster.editing_values import Edited
from gateway.roster.values import Receiver
from gateway.roster.who import Who
from gateway.rosterfiles import RosterFiles
from gateway.store import alarm_log
from gateway.store.values import StoredOutcome
from gateway.supervision.loops import Loop
from gateway.testpages import TestPages
from gateway.web.live import LiveHub
from gateway.web.told import alarms_told, alert_told, outcome_told, refusal_told, slot_told

LOOK = 0.5
"""Seconds between two looks at the roster's revision and the alarms: both show within a second."""

COVERAGE_LOOK = 15.0
"""Seconds between two looks at the holes that are known; a warning is that late at most."""

PURGE_LOOK = 86_400.0


class PagesDesk:
    """`desk` is shared with the control socket."""

    def __init__(
        self, config: Config, clock: Clock, writer: Writer, gateway: Gateway, desk: Desk, files: RosterFiles
    ) -> None:
        self.desk = desk
        self.files = files
        self.book = gateway.book
        self.who: Who = gateway.who
        self.served: frozenset[NumberKind] = frozenset(way.capabilities.serves for way in gateway.ways)
        self.live = LiveHub()
        self.editing = Editing(writer, desk.reader, desk.zone, desk.now, self._edited)
        self.tests = TestPages(
            clock, writer, desk.reader, gateway.pager, gateway.outbox, gateway.ways, gateway.keeper.get
        )
        self.writer = writer
        self._config = config
        self._outcomes = gateway.outbox.subscribe(self._heard, None)
        files.heard.append(self._imported)
        gateway.news.on_alert.append(self._alerted)
        gateway.news.on_refusal.append(self._refused)
        self._revision = -1
        self._record = -1
        self._alarms: list[alarm_log.LoggedAlarm] = []  # that stood at the last look
        self._guard = CoverageGuard(
            clock,
            writer,
            gateway.alarms,
            gateway.pager,
            gateway.ways,
            desk.zone,
            config.texts.language,
            desk.apart,
            self._warned_people,
            self.unit_name,
            gateway.book.revision,
        )
        self._loops = [
            Loop("the roster's watch", LOOK, self._look, clock.delays, gateway.alarms),
            Loop("the coverage guard", COVERAGE_LOOK, self._guard.look, clock.delays, gateway.alarms),
            Loop("the record's purge", PURGE_LOOK, self._purge, clock.delays, gateway.alarms),
        ]

    def start(self) -> None:
        """Take up test pages, and begin to look."""
        self._revision = self.book.revision()
        self._record = head(self.desk.reader).seq
        self.tests.start()
        self._outcomes.resume()
        for loop in self._loops:
            loop.start()

    def stop(self) -> None:
        """End every stream; before the listener, which waits for them."""
        for loop in self._loops:
            loop.stop()
        self._outcomes.end()
        self.live.stop()

    def unit_name(self, unit: str) -> str:
        """What people call a unit."""
        found = self.book.unit(unit)
        return unit if found is None else found.name

    def _warned_people(self) -> Sequence[Receiver]:
        found = [self.book.receiver(name) for name in self._config.coverage.receivers]
        return [receiver for receiver in found if receiver is not None]

    def _edited(self, edited: Edited) -> None:
        # An edit raises the revision by one; whatever else raised it meanwhile is seen by the next look.
        self._revision += 1
        for event in slot_told(edited, self.book, self.desk.name_of(edited.by)):
            self.live.publish("slot", event)

    def _heard(self, outcomes: Sequence[StoredOutcome]) -> None:
        for outcome in outcomes:
            self.live.publish("outcome", outcome_told(outcome))

    def _alerted(self, alert: Alert) -> None:
        self.live.publish("alert", alert_told(alert))

    def _imported(self, progress: ImportProgress) -> None:
        self.live.publish("import", progress, it_alone=True)

    def _refused(self, refusal: Refusal) -> None:
        self.live.publish("refusal", refusal_told(refusal))

    def _look(self) -> None:
        standing = alarm_log.standing(self.desk.reader)
        if standing != self._alarms:
            self._alarms = standing
            self.live.publish("alarm", alarms_told(standing))
        revision = self.book.revision()
        if revision != self._revision:
            self._revision = revision
            self.live.publish("roster", {"revision": revision})
        record = head(self.desk.reader).seq
        if record != self._record:
            self._record = record
            self.live.publish("record", {"seq": record}, it_alone=True)

    def _purge(self) -> None:
        Deferred.fromCoroutine(self.desk.purge())
