"""The simulated Clinic24 against a small gateway end, over the network in memory."""

from collections.abc import Callable, Sequence

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from protocols.clinic24.lines import EventReceived, EventRefused, EventServer, ServerEvent, SubscribeReceived
from protocols.clinic24.messages import Answer, AnswerStatus, Outcome, rejection
from protocols.transport import Pump, PumpFactory
from simulators.clinic24 import Clinic24
from simulators.clinic24_command import drive
from simulators.clinic24_fates import RETRY_SECONDS, Happening
from simulators.clinic24_plan import plan_event, plan_random, plan_raw
from simulators.lines import Fragmenting
from simulators.network import Network

PLAN = plan_random(1, 6, 2.0, ["hc", "kir"], "run", 1795521900000)


class Gateway:
    """Answers each event with the next status of `says` (the last one goes on), and tells one outcome."""

    def __init__(self, *says: AnswerStatus | None) -> None:
        self.says = list(says)
        self.got: list[ServerEvent] = []
        self.since: list[int | None] = []
        self.pump: Pump | None = None
        self.seq = 0

    def connected(self, pump: Pump) -> None:
        self.pump = pump

    def received(self, pump: Pump, events: Sequence[ServerEvent]) -> None:
        for event in events:
            self.got.append(event)
            if isinstance(event, SubscribeReceived):
                self.since.append(event.since)
            elif isinstance(event, EventRefused):
                pump.answer(event.token, rejection(event.fault))
            else:
                self._answer(pump, event)

    def _answer(self, pump: Pump, got: EventReceived) -> None:
        status = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if status is None:
            return
        event = got.event
        pump.answer(got.token, Answer(source=event.source, id=event.id, status=status, alert="4"))
        if status is AnswerStatus.ACCEPTED:
            self.seq += 1
            pump.send(Outcome(self.seq, "alert", "4", event.source, event.id, "acknowledged", 0, final=True))

    def disconnected(self, pump: Pump, reason: str) -> None:
        self.pump = None

    def ids(self) -> list[str]:
        return [got.event.id for got in self.got if isinstance(got, EventReceived)]


class Scene:
    """A Clinic24 and a gateway on one clock."""

    def __init__(self, *says: AnswerStatus | None) -> None:
        self.clock = Clock()
        self.network = Network(self.clock)
        self.gateway = Gateway(*(says or (AnswerStatus.ACCEPTED,)))
        self.network.listen(
            "gateway", PumpFactory(lambda: Pump(lambda _: EventServer(), self.gateway, self.clock))
        )
        self.happened: list[Happening] = []
        self.clinic = Clinic24(self.clock, self.network.client("gateway"), self.happened.append)

    def words(self) -> list[str]:
        return [happening.what for happening in self.happened]

    def stop(self) -> None:
        stopped = self.clinic.stop()
        self.clock.advance(0)
        assert stopped.called


@pytest.fixture
def scene() -> Callable[..., Scene]:
    return Scene


def test_sends_and_hears(scene: Callable[..., Scene]) -> None:
    """An event is sent, answered, and its outcome is told; the outcomes are asked for first."""
    play = scene()
    fate = play.clinic.send(PLAN[0])
    assert fate.waiting
    play.clinic.start()
    play.clock.advance(0)
    assert play.gateway.since == [None]
    assert play.words() == ["connected", "sent", "answer", "outcome"]
    assert (fate.waiting, fate.closed, fate.good) == (False, True, True)
    play.stop()


def test_repeats_on_retry(scene: Callable[..., Scene]) -> None:
    """An event answered `retry` is sent again with the same id until it has another answer."""
    play = scene(AnswerStatus.RETRY, AnswerStatus.RETRY, AnswerStatus.DUPLICATE)
    fate = play.clinic.send(PLAN[0])
    play.clinic.start()
    play.clock.pump([RETRY_SECONDS / 2] * 6)
    assert play.gateway.ids() == ["run-1"] * 3
    assert fate.sent == 3
    assert (fate.waiting, fate.closed, fate.good) == (False, True, True)
    play.stop()


def test_repeats_after_a_lost_connection(scene: Callable[..., Scene]) -> None:
    """What had no answer when the connection was lost is sent again; what had one is not."""
    play = scene(AnswerStatus.ACCEPTED, None, AnswerStatus.ACCEPTED)
    for planned in PLAN[:2]:
        play.clinic.send(planned)
    play.clinic.start()
    play.clock.advance(0)
    play.network.cut("gateway")
    play.clock.pump([0.5] * 10)
    assert play.gateway.ids() == ["run-1", "run-2", "run-2"]
    assert play.gateway.since == [None, 1]
    assert all(fate.good for fate in play.clinic.fates)
    assert play.words().count("lost") == 1
    play.stop()


def test_retry_while_disconnected(scene: Callable[..., Scene]) -> None:
    """A repeat that comes due without a connection waits for the next one."""
    play = scene(AnswerStatus.RETRY, AnswerStatus.ACCEPTED)
    fate = play.clinic.send(PLAN[0])
    play.clinic.start()
    play.clock.advance(0)
    play.network.refuse("gateway")
    play.network.cut("gateway")
    play.clock.pump([0.5] * 10)
    assert fate.sent == 1
    play.network.allow("gateway")
    play.clock.pump([0.5] * 40)
    assert fate.sent == 2
    assert fate.good
    play.stop()


def test_raw_lines_are_answered_and_not_repeated(scene: Callable[..., Scene]) -> None:
    """A spoilt line finds its answer though it has no id, and is not sent again after a lost connection."""
    play = scene(None)
    broken = play.clinic.send(plan_raw(b"broken\n", expect=AnswerStatus.REJECTED))
    half = play.clinic.send(plan_raw(b'{"half'))
    play.clinic.start()
    play.clock.advance(0)
    assert broken.good
    assert half.waiting
    play.network.cut("gateway")
    play.clock.pump([0.5] * 10)
    assert (broken.sent, half.sent) == (1, 1)
    play.stop()


def test_hang_up(scene: Callable[..., Scene]) -> None:
    """After a half-close the answers still come."""
    play = scene(None)
    fate = play.clinic.send(PLAN[0])
    play.clinic.start()
    play.clock.advance(0)
    play.clinic.hang_up()
    play.clock.advance(0)
    token = next(got.token for got in play.gateway.got if isinstance(got, EventReceived))
    identity = plan_event(PLAN[0].event).identity
    play.gateway.pump.answer(token, Answer(source=identity[0], id=identity[1], status=AnswerStatus.IGNORED))
    play.clock.advance(0)
    assert fate.good
    play.stop()


def test_unreachable(scene: Callable[..., Scene]) -> None:
    """A gateway that is not there is told once, and found when it comes."""
    play = scene()
    play.network.refuse("gateway")
    play.clinic.send(PLAN[0])
    play.clinic.start()
    play.clock.pump([0.5] * 10)
    assert play.words() == ["unreachable"]
    play.network.allow("gateway")
    play.clock.pump([0.5] * 60)
    assert play.clinic.fates[0].good
    play.stop()


def test_answers_and_outcomes_of_others(scene: Callable[..., Scene]) -> None:
    """An answer that nothing waits for is told as not understood; another sender's outcome only counts on."""
    play = scene()
    play.clinic.start()
    play.clock.advance(0)
    play.gateway.pump.send(Outcome(17, "page", "9", "other", "x", "sent", 0))
    play.gateway.pump.transport.write(b'{"id":"x","status":"accepted"}\nhello\n')
    play.clock.advance(0)
    assert play.words() == ["connected", "not_understood", "not_understood"]
    play.network.cut("gateway")
    play.clock.pump([0.5] * 10)
    assert play.gateway.since == [None, 17]
    play.stop()


def test_drive(scene: Callable[..., Scene]) -> None:
    """A run sends each line at its time, over a fragmenting line too, and ends when all is closed."""
    play = scene()
    play.network.set_lines("gateway", to_server=Fragmenting(5), to_client=Fragmenting(6))
    done = Deferred.fromCoroutine(drive(play.clock, play.clinic, PLAN, 30.0, 5.0))
    play.clock.pump([0.01] * 30)
    assert play.gateway.ids() == ["run-1"]
    play.clock.pump([0.01] * 400)
    assert play.gateway.ids() == [planned.identity[1] for planned in PLAN]
    assert done.called
    assert all(fate.good and fate.closed for fate in play.clinic.fates)


@pytest.mark.parametrize(("says", "ends"), [(None, 32.6), (AnswerStatus.ACCEPTED, 2.6)])
def test_drive_does_not_wait_for_ever(
    scene: Callable[..., Scene], says: AnswerStatus | None, ends: float
) -> None:
    """A run ends after its patience without answers, and its wait without outcomes."""
    play = scene(says)
    done = Deferred.fromCoroutine(drive(play.clock, play.clinic, PLAN, 30.0, 0.0))
    play.clock.pump([0.1] * 24)
    assert not done.called
    play.clock.pump([0.1] * round((ends - 2.4) * 10 + 2))
    assert done.called
    assert all(fate.good for fate in play.clinic.fates) == (says is not None)
