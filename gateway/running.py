"""The process of `bakjour serve`: its limits, its reactor, the store's lock, signals, the exit code.

Rules: the store's lock is taken before anything is opened. SIGTERM and SIGINT stop cleanly with exit 0. The
clock of the reactor is monotonic: a step of the system's clock must not freeze a timer.
"""

import gc
import os
import resource
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from twisted.internet import asyncioreactor
from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError, ReactorAlreadyInstalledError
from twisted.python.failure import Failure

from gateway.config import Config
from gateway.logs import get_logger, observe_twisted
from gateway.serve import Serve
from gateway.store.connection import StoreNotDurable
from gateway.store.lock import StoreLock, StoreLocked
from gateway.store.migrations import StoreTooNew
from gateway.supervision.notify import Notifier

SWITCH_INTERVAL = 0.0005
"""Seconds after which a thread that computes lets another one run. The store's thread gives the interpreter
up in every statement, some ten times an event, and would wait up to Python's 5 ms to get it back."""

COLLECT_AFTER = (50_000, 20, 100)
"""Thresholds of the cyclic garbage collector. Values here hardly ever form cycles; at Python's 700 it looked
through the cached roster again and again, for a third of all time under load."""

DESCRIPTORS = 65_536
"""File descriptors wanted: 10,000 connections meet the usual limit of 1,024."""

EXPECTED = (StoreNotDurable, StoreTooNew, CannotListenError, OSError, sqlite3.Error)
"""What may stand in the way of a start and is the site's to mend: told in words, without a trace."""

log = get_logger("serve")


def run(config: Config) -> int:
    """Run the gateway until it is told to stop; returns the exit code."""
    _raise_descriptors()
    sys.setswitchinterval(SWITCH_INTERVAL)
    gc.set_threshold(*COLLECT_AFTER)
    reactor = _install_reactor()
    observe_twisted()
    lock = StoreLock(config.store.path)
    try:
        lock.acquire()
    except (StoreLocked, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    serve = Serve(config, reactor, Notifier(os.environ, os.getpid()))
    try:
        reactor.callWhenRunning(_begin, serve)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _ending(reactor, serve))
        reactor.run(installSignalHandlers=False)  # type: ignore[no-untyped-call]
    finally:
        lock.release()
    return serve.exit_code


def _ending(reactor: AsyncioSelectorReactor, serve: Serve) -> Callable[[int, object], None]:
    def told(signum: int, frame: object) -> None:
        reactor.callFromThread(serve.end, 0)  # type: ignore[no-untyped-call]

    return told


def _begin(serve: Serve) -> None:
    started = Deferred.fromCoroutine(serve.start())
    started.addErrback(_not_started, serve)


def _not_started(failure: Failure, serve: Serve) -> None:
    if isinstance(failure.value, EXPECTED):
        print(f"bakjour cannot start: {failure.getErrorMessage()}", file=sys.stderr)
    else:
        log.critical("the start failed", reason=failure.getTraceback())
    serve.end(1)


def _install_reactor() -> AsyncioSelectorReactor:
    with suppress(ReactorAlreadyInstalledError):
        asyncioreactor.install()  # type: ignore[no-untyped-call]
    from twisted.internet import reactor  # noqa: PLC0415 - importing it installs one

    assert isinstance(reactor, AsyncioSelectorReactor)
    reactor.seconds = time.monotonic
    return reactor


def _raise_descriptors() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        log.info("raised the limit of open files", before=soft, now=wanted)
