"""The writer of the running gateway: groups, order, full disks, and its death."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
import pytest_twisted  # type: ignore[import-untyped]
from twisted.internet import reactor
from twisted.internet.defer import Deferred, DeferredList

from gateway.model import Alert, OutcomeWord, Step
from gateway.ports import StoreUnavailable
from gateway.store import alerts, history, meta, threaded
from gateway.store.migrations import open_store
from gateway.store.reserve import Reserve
from gateway.store.threaded import ThreadedWriter

PAGE_COUNT = "PRAGMA page_count"


class Bench:
    """A writer whose thread can be held, so that what is asked meanwhile is one batch."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.statements: list[str] = []
        self.told_full: list[str] = []
        self.reserve = Reserve(path, size=1 << 16)
        self.reserve.create()
        self.writer = ThreadedWriter(reactor, self._open, self.reserve, lambda: self.told_full.append("full"))  # type: ignore[arg-type]

    def _open(self) -> sqlite3.Connection:
        conn = open_store(self.path)
        conn.set_trace_callback(self.statements.append)
        return conn

    def hold(self) -> Callable[[], None]:
        """Keep the thread busy; returns what lets it go on."""
        begun, go_on = threading.Event(), threading.Event()

        def work(conn: sqlite3.Connection) -> None:
            begun.set()
            go_on.wait()

        self.writer.run(work)
        begun.wait()
        return go_on.set

    def stored(self) -> list[str]:
        with closing(open_store(self.path)) as conn:
            return [key for (key,) in conn.execute("SELECT key FROM meta ORDER BY key")]


@pytest.fixture
def bench(path: Path) -> Iterator[Bench]:
    bench = Bench(path)
    bench.writer.start()
    yield bench
    pytest_twisted.blockon(bench.writer.stop())


async def failure_of(done: "Deferred[object]") -> BaseException:
    with pytest.raises(BaseException) as raised:
        await done
    return raised.value


async def test_many_callers_one_commit(bench: Bench) -> None:
    """What queued up while the thread was busy is one transaction, answered in order on the reactor."""
    go_on = bench.hold()
    order: list[int] = []
    runs = [bench.writer.run(meta.put, f"{number:03}", "x") for number in range(100)]
    for number, done in enumerate(runs):
        done.addCallback(lambda _, number: order.append(number), number)
    go_on()
    await DeferredList(runs, fireOnOneErrback=True)
    assert order == list(range(100))
    assert bench.statements.count("COMMIT") == 2  # the one that was held, and all of these
    assert len(bench.stored()) == 100


async def test_a_batch_is_bounded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction has more than MAX_BATCH members."""
    monkeypatch.setattr(threaded, "MAX_BATCH", 10)
    go_on = bench.hold()
    runs = [bench.writer.run(meta.put, str(number), "x") for number in range(25)]
    go_on()
    await DeferredList(runs, fireOnOneErrback=True)
    assert bench.statements.count("COMMIT") == 1 + 3


async def test_the_queue_is_bounded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would wait behind MAX_WAITING is refused at once, and the rest is stored."""
    monkeypatch.setattr(threaded, "MAX_WAITING", 2)
    go_on = bench.hold()
    first, second = (bench.writer.run(meta.put, key, "x") for key in "ab")
    assert isinstance(await failure_of(bench.writer.run(meta.put, "c", "x")), StoreUnavailable)
    go_on()
    await first
    await second
    assert bench.stored() == ["a", "b"]


async def test_outcomes_have_no_holes_after_failed_work(
    bench: Bench, make_alert: Callable[..., Alert], make_step: Callable[..., Step]
) -> None:
    """Work that fails in the middle of a batch leaves no hole in the numbers of the outcomes."""
    stored = await bench.writer.run(alerts.accept, make_alert(), ())
    sent = make_step(OutcomeWord.SENT)

    def fail(conn: sqlite3.Connection) -> None:
        alerts.save(conn, stored.alert, [sent, sent])
        raise ValueError

    go_on = bench.hold()
    good = [bench.writer.run(alerts.save, stored.alert, [sent])]
    bad = bench.writer.run(fail)
    good += [bench.writer.run(alerts.save, stored.alert, [sent, sent])]
    go_on()
    assert isinstance(await failure_of(bad), ValueError)  # type: ignore[arg-type]
    seqs = [outcome.seq for done in good for outcome in (await done).outcomes]
    assert seqs == [1, 2, 3]
    assert await bench.writer.run(history.last_seq) == 3


async def test_a_full_disk_gives_the_reserve_back(bench: Bench) -> None:
    """The first "disk full" deletes the reserve and tells it once; what fits is stored, the rest refused."""

    def fill(conn: sqlite3.Connection) -> None:
        conn.execute(f"PRAGMA max_page_count = {conn.execute(PAGE_COUNT).fetchone()[0] + 10}")

    await bench.writer.run(fill)
    go_on = bench.hold()
    small = bench.writer.run(meta.put, "small", "x")
    big = [bench.writer.run(meta.put, key, "x" * 500_000) for key in "ab"]
    go_on()
    await small
    assert [type(await failure_of(done)) for done in big] == [StoreUnavailable] * 2  # type: ignore[arg-type]
    assert bench.told_full == ["full"]
    assert not bench.reserve.path.exists()
    assert bench.stored() == ["small"]


async def test_its_death_is_told(bench: Bench) -> None:
    """If the thread ends unasked, `died` fires and everyone who waits or comes later is told to try again."""
    go_on = bench.hold()
    before = bench.writer.run(meta.put, "a", "x")

    def die(conn: sqlite3.Connection) -> None:
        raise SystemExit("out of the blue")

    runs = [bench.writer.run(die)]
    go_on()
    error = await bench.writer.died
    assert isinstance(error, SystemExit)
    runs += [bench.writer.run(meta.put, "b", "x")]
    for done in (before, *runs):
        assert isinstance(await failure_of(done), StoreUnavailable)  # type: ignore[arg-type]
    assert bench.stored() == []


async def test_stop_drains(bench: Bench) -> None:
    """What was asked for before the stop is committed; what comes after it is refused; it never "died"."""
    go_on = bench.hold()
    before = bench.writer.run(meta.put, "a", "x")
    stopped = bench.writer.stop()
    after = bench.writer.run(meta.put, "b", "x")
    go_on()
    await stopped
    assert before.called
    assert isinstance(await failure_of(after), StoreUnavailable)  # type: ignore[arg-type]
    assert bench.stored() == ["a"]
    assert not bench.writer.died.called


async def test_it_beats(bench: Bench) -> None:
    """Every turn of the thread moves its beat."""
    before = bench.writer.beat()
    await bench.writer.run(meta.put, "a", "x")
    assert bench.writer.beat() > before


def test_a_store_that_does_not_open_is_told_at_the_start(tmp_path: Path) -> None:
    """`start` raises what went wrong, and leaves no thread behind."""
    path = tmp_path / "missing" / "bakjour.db"
    writer = ThreadedWriter(reactor, partial(open_store, path), Reserve(path), lambda: None)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        writer.start()
    assert all(thread.name != "store writer" for thread in threading.enumerate())
