"""Runs the demo: sets the stage, plays Clinic24, joins what is heard into the book, and ends everything.

Rules: whatever happens (the end, Ctrl-C, SIGTERM, a fault of ours, a process that dies), `end` runs once and
leaves no process and no file.
"""

import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from twisted.internet import task
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import clientFromString

from simulators.clinic24 import Clinic24
from simulators.clinic24_fates import Clinic, Fate, Happening
from simulators.clinic24_mqtt import MqttClinic24, Topics
from simulators.clinic24_plan import Planned
from simulators.demo import broker
from simulators.demo.book import Book
from simulators.demo.children import Child, Trouble
from simulators.demo.gateway_api import ApiFault, GatewayApi
from simulators.demo.scenes import Scenes, Way, plan_taken
from simulators.demo.stage import Stage
from simulators.demo.story import Screen, Story
from simulators.demo.view import View
from simulators.mqtt_client import Broker

LOOK_SECONDS: Final = 0.1
TAKE_SECONDS: Final = 1.0
"""From the receipt until the owner of the phone opens the case in Clinic24."""

SETTLE_SECONDS: Final = 2.0
"""After the last event, for a page that should not come: a call is on the air for half a second."""


class Director:
    """One demo. `count` events, then it ends if `exits`, otherwise it stays until it is stopped."""

    def __init__(
        self,
        reactor: Any,
        view: View,
        *,
        count: int,
        exits: bool,
        rate: float,
        seed: int,
        off: list[str],
        patience: float,
    ) -> None:
        self._reactor = reactor
        self._view = view
        self._count, self._exits, self._rate, self._seed = count, exits, rate, seed
        self._patience = patience
        self._folder = Path(tempfile.mkdtemp(prefix="bakjour-demo-"))
        self.stage = Stage(reactor, self._folder, off, self._on_dect, self._on_smsc)
        self._book: Book | None = None
        self._api: GatewayApi | None = None
        self._clinics: dict[Way, Clinic] = {}
        self._fates: dict[Fate, Story] = {}
        self._taken: set[Story] = set()
        self._run: Deferred[None] | None = None
        self._trouble = ""
        self._ending = False

    def start(self) -> None:
        """Begin; stops the reactor at the end."""
        self._run = Deferred.fromCoroutine(self._play())
        # What fails because it is interrupted at the end is no trouble.
        self._run.addErrback(lambda failure: self.fail("" if self._ending else _words(failure)))
        self._run.addCallback(lambda _: self._stop_reactor())

    def fail(self, trouble: str) -> None:
        """The demo cannot go on."""
        self._trouble = self._trouble or trouble
        self._stop_reactor()

    @property
    def passed(self) -> bool:
        """Whether the exit code is 0: every event that was to be sent reached what it had to."""
        book = self._book
        if book is None or not book.stories or self._trouble or not book.good:
            return False
        return not self._exits or (len(book.stories) == self._count and not book.open)

    async def end(self) -> None:
        """Stop everything, in the order in which nothing complains; the summary comes first."""
        self._ending = True
        if self._run is not None:
            self._run.cancel()
        try:
            self._sum_up()
        finally:
            for clinic in self._clinics.values():
                await clinic.stop()
            for child in self.stage.children:
                await child.stop(self._reactor)
            shutil.rmtree(self._folder, ignore_errors=True)
        self._view.farewell("every process has ended, and the temporary folder is removed")

    # --- the play

    async def _play(self) -> None:
        view = self._view
        for child in (self.stage.gateway, self.stage.dect, self.stage.smsc):
            child.on_end = self._child_ended
        view.status("making a sample roster …")
        roster = await self.stage.make_roster()
        self._book = Book(roster, self._patience, self._changed, view.stray)
        if broker.is_installed():
            view.status("starting the MQTT broker …")
            await self.stage.start_broker()
            self.stage.broker.child.on_end = self._child_ended
        else:
            view.status("no MQTT broker is installed (iotcore): every event goes by TCP")
        view.status("starting the DECT system and the SMS centre …")
        await self.stage.start_devices(roster)
        view.status("starting the gateway …")
        self._api = await self.stage.start_gateway()
        self._connect()
        view.begin(roster, _now())
        view.status(f"the gateway runs by {self.stage.config}; Ctrl-C ends the demo")
        await self._send_all(Scenes(self._seed, self._folder.name, roster, Way.MQTT in self._clinics))
        while self._book.open:
            await self._wait(LOOK_SECONDS)
        await self._wait(SETTLE_SECONDS)
        if not self._exits:
            view.status("all events are done; the processes go on until Ctrl-C")
        while not self._exits:
            await self._wait(LOOK_SECONDS)

    async def _send_all(self, scenes: Scenes) -> None:
        assert self._book is not None
        for _ in range(self._count):
            scene = scenes.next(time.time_ns() // 1_000_000)
            story = self._book.begin(scene, _now(), self._reactor.seconds())
            self._send(scene.planned, story)
            await self._wait(1 / self._rate)

    async def _wait(self, seconds: float) -> None:
        assert self._book is not None
        until = self._reactor.seconds() + seconds
        while (left := until - self._reactor.seconds()) > 0:
            await task.deferLater(self._reactor, min(left, LOOK_SECONDS))
            self._book.give_up(self._reactor.seconds())

    def _connect(self) -> None:
        """Clinic24, once for each way."""
        client = clientFromString(self._reactor, self.stage.events)  # type: ignore[no-untyped-call]
        self._clinics[Way.TCP] = Clinic24(self._reactor, client, self._on_clinic)
        if self.stage.broker.port is not None:
            where = Broker("127.0.0.1", self.stage.broker.port, "clinic24-demo")
            topics = Topics(response="clinic24/answers")
            self._clinics[Way.MQTT] = MqttClinic24(self._reactor, where, topics, self._on_clinic)
        for clinic in self._clinics.values():
            clinic.start()

    def _send(self, planned: Planned, story: Story) -> None:
        self._fates[self._clinics[story.scene.way].send(planned)] = story

    # --- what is heard

    def _on_clinic(self, happening: Happening) -> None:
        if happening.what in ("lost", "unreachable", "refused", "not_understood") and not self._ending:
            self._stray(f"Clinic24: {happening.what}: {happening.detail}")
        if self._book is None or happening.fate not in self._fates:
            return
        story, now = self._fates[happening.fate], self._reactor.seconds()
        if happening.fate.planned != story.scene.planned:
            return  # the answer to the event that closes it; its outcomes tell what came of that
        if happening.answer is not None:
            self._book.answered(story, happening.answer, _now(), now)
            if happening.answer.alert is not None and story.receivers:
                asked = Deferred.fromCoroutine(self._explain(story, happening.answer.alert))
                asked.addErrback(lambda failure: self.fail(_words(failure)))
        elif happening.outcome is not None and story.scene.repeats is None:  # else they are the first one's
            self._book.became(story, happening.outcome, now)
            if story.wants_taking and story not in self._taken:
                self._taken.add(story)
                self._reactor.callLater(TAKE_SECONDS, self._take, story)

    async def _explain(self, story: Story, alert: str) -> None:
        assert self._api is not None
        assert self._book is not None
        try:
            why = await self._api.why(alert)
        except ApiFault as fault:
            self._stray(str(fault))
        else:
            self._book.explained(story, why, self._reactor.seconds())

    def _take(self, story: Story) -> None:
        if not self._ending:
            self._send(plan_taken(story.scene), story)

    def _on_dect(self, event: dict[str, Any]) -> None:
        if self._book is None:
            return
        now = self._reactor.seconds()
        if event["event"] == "shown":
            self._book.shown(Screen(event["extension"], event["text"], now, event["beep"], event["sound"]))
        elif event["event"] == "answered" and event["answer"] == "accept":
            self._book.pressed(event["extension"], event["text"], now)

    def _on_smsc(self, event: dict[str, Any]) -> None:
        if self._book is not None and event["event"] == "shown":
            self._book.shown(Screen(event["number"], event["text"], self._reactor.seconds()))

    def _changed(self, story: Story, what: str) -> None:
        self._view.changed(story, what)

    def _stray(self, text: str) -> None:
        if self._book is not None:
            self._book.report(text)

    # --- the end

    def _child_ended(self, child: Child) -> None:
        self.fail(child.told(f"ended by itself with {child.ending}"))

    def _stop_reactor(self) -> None:
        if not self._ending:
            self._ending = True
            self._reactor.stop()

    def _sum_up(self) -> None:
        book = self._book
        if book is None or not book.stories:
            self._view.summary([], [], self._trouble or "stopped before anything was sent", False)
            return
        verdict = self._trouble or self._verdict(book)
        if not self._trouble and not book.good:
            verdict += "\n" + self.stage.gateway.told("wrote last:")
        self._view.summary(book.stories, book.strays, verdict, self.passed)

    def _verdict(self, book: Book) -> str:
        ended = [story for story in book.stories if story.ended is not None]
        bad = sum(not story.good for story in ended)
        if bad:
            return f"{bad} of {len(ended)} events did not reach what they had to, or reached somebody else"
        if book.strays:
            return "something was shown or happened that no event asked for"
        if not self.passed:
            return (
                f"stopped after {len(book.stories)} of {self._count} events; {len(ended)} had ended, all well"
            )
        return f"all {len(ended)} events reached what they had to, and nothing was shown anywhere else"


def _now() -> datetime:
    return datetime.now(UTC)


def _words(failure: Any) -> str:
    if failure.check(CancelledError):
        return ""
    if failure.check(Trouble):
        return str(failure.value)
    return f"the demo itself failed:\n{failure.getTraceback()}"
