"""Clinic24 over TCP: answers, half-close, faults that stay on their connection, outcomes to subscribers."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock as Time
from zope.interface import implementer

from gateway.clock import Clock
from gateway.model import OutcomeWord
from gateway.outbox import Outbox
from gateway.sources import tcp
from gateway.sources.tcp import TcpSource
from gateway.store.values import StoredOutcome
from protocols.clinic24.lines import LINE_LENGTH, UNANSWERED
from protocols.clinic24.messages import Answer, AnswerStatus, rejection
from simulators.network import Network

NOW = 1_795_000_000_000


def outcome(seq: int, **changes: Any) -> StoredOutcome:
    values: dict[str, Any] = {
        "seq": seq,
        "scope": "page",
        "alert": 1,
        "source": "clinic24",
        "event": "e1",
        "status": OutcomeWord.SENT,
        "receiver": "Anna Berg",
        "carrier": "dect",
        "at": NOW,
        "final": False,
        "late": False,
        "proof": None,
        "reason": None,
    }
    return StoredOutcome(**(values | changes))


def event_line(number: str = "e1", **data: Any) -> bytes:
    root = {
        "specversion": "1.0",
        "id": number,
        "source": "clinic24",
        "type": "clinic24.visit.triaged",
        "data": {"unit": "hc-a", "profession": "nurse", "priority": 2, **data},
    }
    return json.dumps(root).encode() + b"\n"


class FakeIntake:
    """Answers at once, or when the test says; raises if told to."""

    def __init__(self) -> None:
        self.hold = False
        self.raises: Exception | None = None
        self.waiting: list[tuple[Any, Deferred[Answer]]] = []
        self.ways: list[str] = []

    def event(self, event: Any, way: str) -> "Deferred[Answer]":
        self.ways.append(way)
        if self.raises is not None:
            raise self.raises
        if self.hold:
            self.waiting.append((event, Deferred()))
            return self.waiting[-1][1]
        return succeed(self._accepted(event))

    def refused(self, fault: Any, way: str) -> "Deferred[Answer]":
        return succeed(rejection(fault))

    def release(self, order: Callable[[list[Any]], Any] = iter) -> None:
        waiting, self.waiting = self.waiting, []
        for event, told in order(waiting):
            told.callback(self._accepted(event))

    def _accepted(self, event: Any) -> Answer:
        return Answer(source=event.source, id=event.id, status=AnswerStatus.ACCEPTED, alert="1")


@implementer(IHalfCloseableProtocol)
class Client(Protocol):
    """Whoever sends; may stop reading."""

    def __init__(self) -> None:
        self.data = b""
        self.ended = False
        self.lost = False

    def dataReceived(self, data: bytes) -> None:
        self.data += data

    def readConnectionLost(self) -> None:
        self.ended = True
        self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Our own half is closed."""

    def connectionLost(self, reason: Any = None) -> None:
        self.lost = True

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.data.splitlines()]


class Bench:
    """The source, its network and its outbox."""

    def __init__(self) -> None:
        self.time = Time()
        clock = Clock(self.time, lambda: NOW)
        self.network = Network(self.time)
        self.intake = FakeIntake()
        self.stored: list[StoredOutcome] = []
        self.outbox = Outbox(
            lambda since, limit: [one for one in self.stored if one.seq > since][:limit],
            lambda: self.stored[-1].seq if self.stored else 0,
        )
        self.source = TcpSource(
            "clinic24",
            self.network.server("in"),
            clock,
            self.intake,
            self.outbox,  # type: ignore[arg-type]
        )
        Deferred.fromCoroutine(self.source.listen())

    def connect(self) -> Client:
        factory = Factory.forProtocol(Client)
        factory.noisy = False
        client = self.network.open("in", factory)
        self.run()
        assert isinstance(client, Client)
        return client

    def run(self, seconds: float = 0.1) -> None:
        for _ in range(20):
            self.time.advance(seconds / 20)

    def publish(self, *outcomes: StoredOutcome) -> None:
        """Committed, then told."""
        self.stored += outcomes
        self.outbox.publish(outcomes)
        self.run()


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.source.stop()
    made.run()
    made.network.cut("in")
    made.run()
    assert made.time.getDelayedCalls() == []


def test_each_event_gets_one_answer_line(bench: Bench) -> None:
    """With source and id as sent; in any order; by the name of the source."""
    client = bench.connect()
    bench.intake.hold = True
    client.transport.write(event_line("a") + event_line("b"))
    bench.run()
    assert client.lines == []
    bench.intake.release(reversed)
    bench.run()
    assert [(line["id"], line["status"], line["alert"]) for line in client.lines] == [
        ("b", "accepted", "1"),
        ("a", "accepted", "1"),
    ]
    assert bench.intake.ways == ["clinic24"] * 2
    assert bench.source.state().counters["events"] == 2


def test_a_line_that_is_no_event_is_rejected_and_the_connection_goes_on(bench: Bench) -> None:
    """Garbage, a wrong type, an empty line and CR LF between two right events."""
    client = bench.connect()
    client.transport.write(event_line("a").replace(b"\n", b"\r\n") + b"\n\nnonsense\n[]\n" + event_line("b"))
    bench.run()
    assert [line["status"] for line in client.lines] == ["accepted", "rejected", "rejected", "accepted"]
    assert "id" not in client.lines[1]
    assert not client.ended
    assert bench.source.state().counters["refused"] == 2


def test_an_over_long_line_is_answered_and_closes_only_its_own_connection(bench: Bench) -> None:
    """The neighbour goes on."""
    long, neighbour = bench.connect(), bench.connect()
    long.transport.write(b"x" * (LINE_LENGTH + 10))
    bench.run()
    assert [line["status"] for line in long.lines] == ["rejected"]
    assert long.lost
    neighbour.transport.write(event_line())
    bench.run()
    assert [line["status"] for line in neighbour.lines] == ["accepted"]


def test_half_a_line_then_silence_costs_nobody_anything(bench: Bench) -> None:
    """Its neighbours are served, and it may go on after an hour."""
    slow, neighbour = bench.connect(), bench.connect()
    slow.transport.write(event_line("slow")[:30])
    bench.run()
    neighbour.transport.write(event_line("fast"))
    bench.run(3600)
    assert [line["id"] for line in neighbour.lines] == ["fast"]
    slow.transport.write(event_line("slow")[30:])
    bench.run()
    assert [line["id"] for line in slow.lines] == ["slow"]


def test_a_sender_that_half_closes_still_gets_its_answers(bench: Bench) -> None:
    """As with `nc -N`: the answers come, then the connection is closed."""
    client = bench.connect()
    bench.intake.hold = True
    client.transport.write(event_line("a"))
    client.transport.loseWriteConnection()
    bench.run()
    assert not client.ended
    bench.intake.release()
    bench.run()
    assert [line["id"] for line in client.lines] == ["a"]
    assert client.ended


def test_an_answer_for_a_sender_that_is_gone_is_dropped_quietly(bench: Bench) -> None:
    """The event goes on; nobody else notices."""
    client, neighbour = bench.connect(), bench.connect()
    bench.intake.hold = True
    client.transport.write(event_line("a"))
    bench.run()
    client.transport.abortConnection()
    bench.run()
    bench.intake.release()
    neighbour.transport.write(event_line("b"))
    bench.run()
    bench.intake.release()
    bench.run()
    assert [line["id"] for line in neighbour.lines] == ["b"]


def test_an_intake_that_fails_leaves_the_neighbours_alone(bench: Bench) -> None:
    """A bug while one event is taken costs at most that connection."""
    client, neighbour = bench.connect(), bench.connect()
    bench.intake.raises = RuntimeError("a bug")
    client.transport.write(event_line("a"))
    with pytest.raises(RuntimeError, match="a bug"):
        bench.run()
    bench.intake.raises = None
    neighbour.transport.write(event_line("b"))
    bench.run()
    assert [line["id"] for line in neighbour.lines] == ["b"]


def test_too_many_open_events_are_not_read_until_answers_have_gone_out(bench: Bench) -> None:
    """Memory stays bounded, nothing is lost: all are answered in the end."""
    client = bench.connect()
    bench.intake.hold = True
    client.transport.write(b"".join(event_line(str(number)) for number in range(UNANSWERED + 50)))
    bench.run()
    assert len(bench.intake.waiting) == UNANSWERED
    for _ in range(3):
        bench.intake.release()
        bench.run()
    assert len(client.lines) == UNANSWERED + 50


def test_a_connection_over_the_limit_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that stand keep their memory."""
    monkeypatch.setattr(tcp, "CONNECTIONS_MOST", 2)
    first, _, third = bench.connect(), bench.connect(), bench.connect()
    assert third.lost
    first.transport.write(event_line())
    bench.run()
    assert len(first.lines) == 1
    assert bench.source.state().counters["connections_refused"] == 1


def test_a_subscriber_hears_every_new_outcome(bench: Bench) -> None:
    """Without `since`: from now on, in the contract's words; who did not subscribe hears nothing."""
    bench.stored = [outcome(1)]
    client, other = bench.connect(), bench.connect()
    client.transport.write(b'{"subscribe": "status"}\n')
    bench.run()
    bench.publish(outcome(2, status=OutcomeWord.DELIVERED))
    bench.publish(
        outcome(3, scope="alert", status=OutcomeWord.EXPIRED, final=True, receiver=None, carrier=None)
    )
    assert [line["seq"] for line in client.lines] == [2, 3]
    first, last = client.lines
    assert first == {
        "seq": 2,
        "scope": "page",
        "alert": "1",
        "source": "clinic24",
        "id": "e1",
        "status": "delivered",
        "receiver": "Anna Berg",
        "carrier": "dect",
        "at": first["at"],
    }
    assert first["at"].endswith("Z")
    assert last["final"] is True
    assert other.lines == []


def test_a_subscriber_catches_up_from_where_it_was(bench: Bench) -> None:
    """`since`: everything after it from the store, then live, without a hole and without a repeat."""
    bench.stored = [outcome(seq) for seq in range(1, 1204)]
    client = bench.connect()
    client.transport.write(b'{"subscribe": "status", "since": 3}\n')
    bench.run()
    bench.publish(outcome(1204))
    assert [line["seq"] for line in client.lines] == list(range(4, 1205))


def test_a_slow_subscriber_is_not_buffered_and_misses_nothing(bench: Bench) -> None:
    """While it does not read, memory holds no line for it; when it reads, the store tells the rest."""
    client, quick = bench.connect(), bench.connect()
    for one in (client, quick):
        one.transport.write(b'{"subscribe": "status"}\n')
    bench.run()
    client.transport.pauseProducing()
    for start in range(1, 4001, 500):
        bench.publish(*[outcome(seq, reason="x" * 100) for seq in range(start, start + 500)])
    (pair, _) = bench.network.connections("in")
    assert pair[1]._out.bytes_under_way < 400_000
    assert [line["seq"] for line in quick.lines] == list(range(1, 4001))
    client.transport.resumeProducing()
    bench.run()
    bench.publish(outcome(4001))
    assert [line["seq"] for line in client.lines] == list(range(1, 4002))


def test_a_subscriber_that_leaves_is_forgotten(bench: Bench) -> None:
    """Nothing is told to a closed connection, and the outbox holds nothing for it."""
    client = bench.connect()
    client.transport.write(b'{"subscribe": "status"}\n')
    bench.run()
    client.transport.loseConnection()
    bench.run()
    bench.publish(outcome(1))
    assert bench.outbox._subscriptions == []


def test_a_second_subscription_is_refused(bench: Bench) -> None:
    """One a connection: no outcome comes twice."""
    client = bench.connect()
    client.transport.write(b'{"subscribe": "status"}\n{"subscribe": "status"}\n')
    bench.run()
    bench.publish(outcome(1))
    assert [line.get("status") for line in client.lines] == ["rejected", "sent"]


def test_stopped_it_listens_no_more_and_closes_what_stands(bench: Bench) -> None:
    """`lines` says so."""
    client = bench.connect()
    assert bench.source.state().up
    bench.source.stop()
    bench.run()
    assert client.ended
    assert not bench.source.state().up
