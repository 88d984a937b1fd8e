"""Carries one request out on a store that no gateway serves, for a command that finds no control socket.

Rules: the store's lock is held while it works, so a gateway that starts meanwhile refuses, and so does this
while one runs. Only requests that write may make a new store. No reactor is needed: the writer commits on the
caller's thread.
"""

import sqlite3
import time
from collections.abc import Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock as Time
from twisted.python.failure import Failure

from gateway import requests
from gateway.clock import Clock
from gateway.config import Config
from gateway.desk import Desk
from gateway.operations import Operations
from gateway.replies import ImportProgress
from gateway.requests import Refused, Request, Why
from gateway.roster.book import RosterBook
from gateway.roster.index import open_roster
from gateway.roster.wall import load_zone
from gateway.roster.who import Who
from gateway.rosterfiles import RosterFiles
from gateway.store.connection import StoreNotDurable, open_reader, tx
from gateway.store.inline import InlineWriter
from gateway.store.lock import StoreLock, StoreLocked
from gateway.store.migrations import StoreTooNew, open_store

T = TypeVar("T")

MAKES_A_STORE = (requests.ImportRoster, requests.AddKey, requests.AddAccount)
NEEDS_A_GATEWAY = (requests.Ping, requests.ListLines, requests.Trace)


def ask(config: Config, request: Request, tell: Callable[[ImportProgress], None] = lambda _: None) -> Any:
    """Carry a request out; `tell` hears how far an import is.

    Raises Refused, also if the store is missing, locked or cannot be opened.
    """
    store = config.store.path
    if isinstance(request, NEEDS_A_GATEWAY):
        raise Refused(Why.UNAVAILABLE, f"no gateway runs on {store}")
    if not store.exists() and not isinstance(request, MAKES_A_STORE):
        raise Refused(Why.UNAVAILABLE, f"there is no store at {store}; import a roster or start the gateway")
    try:
        with StoreLock(store):
            return _locked(config, request, tell)
    except StoreLocked as error:
        raise Refused(Why.UNAVAILABLE, f"{error}, which does not answer on its control socket") from None
    except (StoreNotDurable, StoreTooNew, sqlite3.Error, OSError) as error:
        raise Refused(Why.UNAVAILABLE, f"the store {store} cannot be used: {error}") from error


def now() -> int:
    """UTC milliseconds by the system's clock."""
    return time.time_ns() // 1_000_000


def _locked(config: Config, request: Request, tell: Callable[[ImportProgress], None]) -> Any:
    zone = load_zone(config.gateway.timezone)
    connection = open_store(config.store.path)
    try:
        with tx(connection):
            open_roster(connection, zone)
        reader = open_reader(config.store.path)
        try:
            writer = InlineWriter(connection)
            files = RosterFiles(config.store.path, config.gateway.region, zone, writer, now, _at_once)
            files.heard.append(tell)
            who = Who(RosterBook(reader), config.routing, config.gateway.catch_all)
            desk = Desk(config, Clock(Time(), now), writer, reader, _at_once)
            more = desk.handlers(files)
            operations = Operations(config, writer, reader, who, files, tuple, now, more)
            return _result(operations.ask(request))
        finally:
            reader.close()
    finally:
        connection.close()


def _at_once(work: Callable[[], T], /) -> Deferred[T]:
    return execute(work)


def _result(deferred: Deferred[Any]) -> Any:
    """The outcome of a Deferred that has fired, as all do over an inline writer."""
    results: list[Any] = []
    deferred.addBoth(results.append)
    (result,) = results
    if isinstance(result, Failure):
        result.raiseException()
    return result
