"""What every test of the suite stands on.

Rules:
- a coroutine test runs on the real reactor, at most `REACTOR_SECONDS` or the `seconds` of its mark
  `@pytest.mark.reactor(seconds=…)`; its Deferred is timed out, so the reactor goes on for the tests after it;
- a test that leaves a delayed call, a listener or a connection behind fails;
- every skipped test is listed with its reason at the end, and with CI=true a skip fails the run.
"""

import functools
import inspect
import os
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

REACTOR_SECONDS = 5.0
"""A test on real sockets of the loopback is done in far less; longer is a hang."""

SETTLE_TURNS = 50
SETTLE_SECONDS = 0.01
"""A closed socket is reported by the reactor's next turns: half a second until it counts as a leak."""


@dataclass(eq=False)
class Skips:
    """Collects what was skipped in this run, and why."""

    reasons: list[tuple[str, str]] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            where = report.longrepr
            reason = where[2] if isinstance(where, tuple) else str(where)
            self.reasons.append((report.nodeid, reason.removeprefix("Skipped: ")))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.reasons and os.environ.get("CI") == "true" and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.reasons:
            return
        terminalreporter.section("skipped, and why")
        for nodeid, reason in self.reasons:
            terminalreporter.write_line(f"{nodeid}: {reason}")
        if os.environ.get("CI") == "true":
            terminalreporter.write_line("CI=true: a skip is a failure", red=True)


@pytest.hookimpl(trylast=True)  # pytest-twisted installs the reactor in the same hook
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "reactor(seconds): time limit of a coroutine test on the real reactor")
    config.pluginmanager.register(Skips(), "skips")
    from twisted.internet import reactor  # noqa: PLC0415 (an import installs a reactor if none is)

    # Wall time by default: a clock that is stepped back would freeze every timer.
    reactor.seconds = time.monotonic  # type: ignore[attr-defined]


def pytest_itemcollected(item: pytest.Item) -> None:
    if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
        marker = item.get_closest_marker("reactor")
        seconds = REACTOR_SECONDS if marker is None else _seconds_of(*marker.args, **marker.kwargs)
        item.obj = on_reactor(item.obj, seconds)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a hypothesis test as pytest does: pytest-twisted wraps it anew for each of its parameters."""
    if not hasattr(pyfuncitem.obj, "hypothesis"):
        return None
    pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames})
    return True


def _seconds_of(seconds: float) -> float:
    return seconds


def on_reactor(
    test: Callable[..., Coroutine[Deferred[object], object, object]], seconds: float
) -> Callable[..., Deferred[object]]:
    """Return `test` as a function whose Deferred fails with TimeoutError after `seconds`."""

    @functools.wraps(test)
    def run(*args: object, **kwargs: object) -> Deferred[object]:
        from twisted.internet import reactor  # noqa: PLC0415

        return Deferred.fromCoroutine(test(*args, **kwargs)).addTimeout(seconds, reactor)

    return run


@pytest.fixture(autouse=True)
def _leaves_nothing_behind() -> Iterator[None]:
    before = _under_way()
    yield
    for _ in range(SETTLE_TURNS):
        leaked = _under_way() - before
        if not leaked:
            return
        pytest_twisted.blockon(_turn())
    names = sorted(str(one) for one in leaked)
    for one in leaked:
        _end(one)
    pytest.fail("left behind by the test: " + "; ".join(names))


def _turn() -> Deferred[None]:
    from twisted.internet import reactor, task  # noqa: PLC0415

    return task.deferLater(reactor, SETTLE_SECONDS)


def _under_way() -> set[object]:
    from twisted.internet import reactor  # noqa: PLC0415

    own = reactor._internalReaders  # the reactor's wakers; that for child processes comes with the first one
    calls = {call for call in reactor.getDelayedCalls() if call.active()}
    return calls | {*reactor.getReaders(), *reactor.getWriters()} - set(own)


def _end(leaked: object) -> None:
    """Keep a leak from failing the tests after it too."""
    from twisted.internet import reactor  # noqa: PLC0415

    if hasattr(leaked, "cancel"):
        leaked.cancel()
    elif hasattr(leaked, "connectionLost"):
        reactor.removeReader(leaked)
        reactor.removeWriter(leaked)
