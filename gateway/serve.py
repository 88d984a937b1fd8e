"""The parts of a gateway that runs: store, thread, listeners, pages, watchdog; their beginning and their end.

Rules: they end in the order in which nothing accepted is lost. The death of the store's thread ends the
process with exit 1, so that the service manager starts it anew. `running` is the process around them.
"""

import gc
import sqlite3
import time
from typing import TYPE_CHECKING

from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IStreamClientEndpoint, IStreamServerEndpoint
from twisted.internet.threads import deferToThread
from twisted.python.failure import Failure

from gateway.app import Gateway
from gateway.clock import Clock
from gateway.config import Config
from gateway.config.sections import WebSection
from gateway.control import ControlServer, socket_path
from gateway.desk import Desk
from gateway.endpoints import client, server
from gateway.logs import get_logger
from gateway.operations import Operations
from gateway.pagesdesk import PagesDesk
from gateway.roster.index import open_roster
from gateway.roster.wall import load_zone
from gateway.rosterfiles import RosterFiles
from gateway.store.connection import open_reader, tx
from gateway.store.migrations import open_store
from gateway.store.reserve import Reserve
from gateway.store.threaded import ThreadedWriter
from gateway.supervision.loops import Loop
from gateway.supervision.notify import Notifier
from gateway.trace.feed import TraceFeed

if TYPE_CHECKING:
    from gateway.web.service import WebService

STORE_HANGS_AFTER = 30.0
"""Seconds without a turn of the store's thread after which /healthz fails: longer than any disk stalls that
heals by itself, shorter than a service manager's patience."""

log = get_logger("serve")


class _Network:
    """Implements `app.Endpoints` over the reactor."""

    def __init__(self, reactor: object) -> None:
        self._reactor = reactor

    def client(self, description: str) -> IStreamClientEndpoint:
        return client(self._reactor, description)

    def server(self, description: str) -> IStreamServerEndpoint:
        return server(self._reactor, description)


class Serve:
    """One run of the gateway as a process; `exit_code` says how it ended."""

    def __init__(self, config: Config, reactor: AsyncioSelectorReactor, notifier: Notifier) -> None:
        self.exit_code = 0
        self._config = config
        self._reactor = reactor
        self._notifier = notifier
        self._watchdog: Loop | None = None
        self._path = config.store.path
        self._zone = load_zone(config.gateway.timezone)
        self._reserve = Reserve(self._path)
        self._writer = ThreadedWriter(reactor, self._open_store, self._reserve, self._disk_was_full)
        self._reader: sqlite3.Connection | None = None
        self._gateway: Gateway | None = None
        self._control: ControlServer | None = None
        self._web: WebService | None = None
        self._pages: PagesDesk | None = None
        self._files: RosterFiles | None = None
        self._stopping = False

    async def start(self) -> None:
        """Open, take up what is open, listen. Says one line for each address on stdout."""
        self._writer.start()
        self._writer.died.addCallback(self._writer_died)
        reserved = self._reserve.create()
        self._reader = open_reader(self._path)
        clock = Clock(self._reactor, lambda: time.time_ns() // 1_000_000)
        gateway = self._gateway = Gateway(
            self._config, clock, self._writer, self._reader, _Network(self._reactor)
        )
        if not reserved:
            gateway.alarms.tell("reserve", "the disk has no room for the store's reserve file")
        files = self._files = RosterFiles(
            self._path,
            self._config.gateway.region,
            self._zone,
            self._writer,
            clock.now,
            deferToThread,
            self._reactor.callFromThread,
        )
        files.start()
        desk = Desk(self._config, clock, self._writer, self._reader, deferToThread)
        pages = self._pages = PagesDesk(self._config, clock, self._writer, gateway, desk, files)
        operations = Operations(
            self._config,
            self._writer,
            self._reader,
            gateway.who,
            files,
            gateway.lines,
            clock.now,
            desk.handlers(files),
        )
        addresses = await gateway.start()
        pages.start()
        traces = TraceFeed(gateway.taps, clock)
        self._control = ControlServer(
            self._reactor, socket_path(self._path), operations.ask, traces.begin, files.heard
        )
        self._control.start()
        if self._config.web is not None:
            addresses.append(await self._start_web(gateway, operations, pages, self._config.web))
        for address in addresses:
            print(f"listening {address}", flush=True)
        print("ready", flush=True)
        self._notifier.ready()
        if self._notifier.interval is not None:
            self._watchdog = Loop(
                "the watchdog", self._notifier.interval, self._show_life, self._reactor, gateway.alarms
            )
            self._watchdog.start()
        gc.collect()
        gc.freeze()  # what lives as long as the process need not be looked at again

    async def stop(self) -> None:
        """End what has been started, in the order in which nothing accepted is lost."""
        if self._stopping:
            return
        self._stopping = True
        self._notifier.stopping()
        if self._watchdog is not None:
            self._watchdog.stop()
        if self._files is not None:
            self._files.stop()
        if self._pages is not None:
            self._pages.stop()
        if self._web is not None:
            await self._web.stop()
        if self._gateway is not None:
            await self._gateway.stop()
        if self._control is not None:
            await self._control.stop()
        if self._reader is not None:
            self._reader.close()  # before the writer's, which then removes the log behind it
        await self._writer.stop()
        if self._reactor.running:
            self._reactor.stop()  # type: ignore[no-untyped-call]

    def end(self, exit_code: int) -> None:
        """Stop with this exit code."""
        self.exit_code = max(self.exit_code, exit_code)
        Deferred.fromCoroutine(self.stop()).addErrback(self._stop_failed)

    def healthy(self) -> bool:
        """Whether the loop and the store's writer turn."""
        now = self._reactor.seconds()
        turned = self._gateway.turned_at() if self._gateway is not None else now
        return now - self._writer.beat() < STORE_HANGS_AFTER and now - turned < STORE_HANGS_AFTER

    def _show_life(self) -> None:
        """The manager restarts a process that shows none: one that turns without its store is not alive."""
        if self.healthy():
            self._notifier.alive()

    async def _start_web(
        self, gateway: Gateway, operations: Operations, pages: PagesDesk, web: WebSection
    ) -> str:
        # Imported only here: without [web] the libraries cost neither memory nor start time.
        from gateway.supervision.metrics import GatewayCollector, registry  # noqa: PLC0415
        from gateway.web.api import create_app  # noqa: PLC0415
        from gateway.web.service import WebService  # noqa: PLC0415
        from gateway.web.services import Services  # noqa: PLC0415

        collector = GatewayCollector(
            gateway.lines,
            gateway.intake.counts,
            gateway.dispatcher.queued,
            lambda: len(gateway.alarms.standing()),
        )
        services = Services(
            operations=operations,
            submit=gateway.intake.document,
            acknowledge=gateway.acknowledge,
            cancel=gateway.cancel,
            healthy=self.healthy,
            readiness=gateway.readiness,
            metrics=registry(collector),
            pages=pages,
            behind_proxy=web.behind_proxy,
            secure_cookies=web.secure_cookies,
        )
        self._web = WebService(create_app(services), web.listen)
        await self._web.start()
        assert self._web.ended is not None
        self._web.ended.addBoth(self._web_ended)
        return f"web: {self._web.address}"

    def _open_store(self) -> sqlite3.Connection:
        connection = open_store(self._path)
        with tx(connection):
            open_roster(connection, self._zone)
        return connection

    def _web_ended(self, result: object) -> object:
        if not self._stopping:
            log.error("the web listener ended by itself", result=str(result))
            self.end(1)
        return None if isinstance(result, Failure) else result

    def _disk_was_full(self) -> None:
        if self._gateway is not None:
            self._gateway.alarms.raise_alarm("disk", "the disk is full: the reserve file was given back")

    def _writer_died(self, error: BaseException) -> None:
        log.critical("the store's thread died; the process ends", reason=repr(error))
        self.end(1)

    def _stop_failed(self, failure: Failure) -> None:
        log.error("stopping failed", reason=failure.getTraceback())
        self.exit_code = 1
        if self._reactor.running:
            self._reactor.stop()  # type: ignore[no-untyped-call]
