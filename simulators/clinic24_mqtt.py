"""Clinic24 as the gateway meets it over MQTT: publishes events, hears answers and outcomes on topics.

Rules:
- an event has arrived when the broker has acknowledged it. What has no PUBACK when the connection is lost is
  published again; a raw line is not, for a spoilt one may be what ends the connection;
- with a response topic (MQTT 5) answers are taken from there and known by their correlation data; otherwise
  from the status topic, where those to other senders with equal ids cannot be told from ours;
- at most IN_FLIGHT are without PUBACK, the rest waits here;
- it says what happens by `Happening`s and prints nothing.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from twisted.application.internet import backoffPolicy
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater

from protocols.clinic24.messages import Answer, Outcome, decode_message
from protocols.session import RemoteProtocolError
from simulators.clinic24_fates import Fate, Fates, Happening
from simulators.clinic24_plan import Planned
from simulators.mqtt_client import IN_FLIGHT, Broker, Connection, Letter, connect

FIRST_PAUSE: Final = 0.5
LAST_PAUSE: Final = 5.0
"""Seconds between two attempts to connect: a broker that is started again is back in no more."""


EVENTS: Final = "clinic24/events"
STATUS: Final = "clinic24/status"
"""The topics that a gateway uses unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Topics:
    """Where events go, and where the gateway tells answers and outcomes."""

    events: str = EVENTS
    status: str = STATUS
    response: str | None = None

    @property
    def heard(self) -> list[str]:
        """What is subscribed to."""
        return [self.status] if self.response is None else [self.status, self.response]


class MqttClinic24:
    """One Clinic24 at one broker; the connection is made again whenever it is lost."""

    def __init__(
        self,
        clock: IReactorTime,
        broker: Broker,
        topics: Topics,
        on_happening: Callable[[Happening], None] = lambda happening: None,
    ) -> None:
        self._clock = clock
        self._broker = broker
        self._topics = topics
        self._tell = on_happening
        self._fates = Fates(clock, self._transmit, on_happening)
        self._connection: Connection | None = None
        self._waiting: deque[Fate] = deque()
        self._flying: dict[int, Fate] = {}
        self._marked: dict[bytes, Fate] = {}
        self._life: Deferred[None] | None = None

    @property
    def fates(self) -> list[Fate]:
        """All that was to be sent, in order."""
        return self._fates.all

    def start(self) -> None:
        """Connect, and stay connected."""
        self._life = Deferred.fromCoroutine(self._live())

    def stop(self) -> Deferred[None]:
        """Disconnect; what was not answered stays so."""
        self._fates.stop()
        self._connection = None
        life, self._life = self._life, None
        if life is None:
            return succeed(None)
        stopped: Deferred[None] = Deferred()
        life.addBoth(lambda _: stopped.callback(None))
        life.cancel()
        return stopped

    def send(self, planned: Planned) -> Fate:
        """Publish a line without its line end now, or as soon as there is a connection."""
        return self._fates.add(planned)

    # --- the owner of the connection

    def connected(self, connection: Connection) -> None:
        self._connection = connection
        self._tell(Happening("connected"))
        self._fill()

    def received(self, topic: str, payload: bytes, correlation: bytes | None) -> None:
        try:
            message = decode_message(payload)
        except RemoteProtocolError as error:
            self._tell(Happening("not_understood", detail=str(error)))
            return
        if isinstance(message, Outcome):
            self._fates.became(message)
        elif topic == self._topics.response:
            self._answered(self._marked.get(correlation or b""), message)
        elif self._topics.response is None:
            self._answered(self._fates.waiting_for(message), message)

    def acknowledged(self, mid: int, refusal: str | None) -> None:
        fate = self._flying.pop(mid, None)
        if fate is not None and refusal is not None:
            self._tell(Happening("refused", fate, detail=refusal))
        self._fill()

    # --- inside

    async def _live(self) -> None:
        pause = backoffPolicy(FIRST_PAUSE, LAST_PAUSE)
        failures = 0
        while True:
            try:
                await connect(self._broker, self._topics.heard, self)
            except Exception as fault:
                if self._life is None:
                    return
                if self._connection is not None:
                    self._lost(str(fault) or repr(fault))
                    failures = 0
                elif not failures:  # the very first attempt: told once
                    self._tell(Happening("unreachable", detail=str(fault) or repr(fault)))
            failures += 1
            await deferLater(self._clock, pause(failures))

    def _lost(self, reason: str) -> None:
        self._connection = None
        unacknowledged = [fate for fate in self._flying.values() if not fate.planned.raw]
        self._flying.clear()
        self._waiting.extendleft(reversed(unacknowledged))
        self._tell(Happening("lost", detail=reason))

    def _transmit(self, fate: Fate) -> None:
        self._waiting.append(fate)
        self._fill()

    def _fill(self) -> None:
        while self._connection is not None and self._waiting and len(self._flying) < IN_FLIGHT:
            fate = self._waiting.popleft()
            self._flying[self._connection.send(self._letter(fate))] = fate
            self._fates.transmitted(fate)

    def _letter(self, fate: Fate) -> Letter:
        event = fate.planned.data.rstrip(b"\r\n")
        if self._topics.response is None:
            return Letter(self._topics.events, event)
        mark = f"{self._broker.client_id}:{fate.number}".encode()
        self._marked[mark] = fate
        return Letter(self._topics.events, event, self._topics.response, mark)

    def _answered(self, fate: Fate | None, answer: Answer) -> None:
        """An event that was published again, its PUBACK lost, is answered again: the first answer counts."""
        if fate is not None and fate.answer is None:
            self._fates.answered(fate, answer)
