"""`bakjour-sim demo`: everything at once, live, on this machine."""

import signal
import sys
from typing import Annotated, Any, Final

import typer
from twisted.internet.defer import Deferred
from twisted.internet.error import ReactorNotRunning
from twisted.logger import ILogObserver, LogEvent, globalLogBeginner
from zope.interface import provider

from simulators import mqtt_reactor
from simulators.demo.director import Director
from simulators.demo.scenes import SCENES_MOST
from simulators.demo.view import LineView, View

EVENTS: Final = 20
"""Of a demo that ends by itself: one whole cycle of scenes."""

RATE: Final = 1.5
WATCHED_RATE: Final = 0.5
"""Events a second; half as many when somebody watches and nothing waits for the end."""


def command(
    events: Annotated[
        int | None, typer.Option(min=1, max=SCENES_MOST, help="How many events; default 20, or no end")
    ] = None,
    ends: Annotated[bool, typer.Option("--exit", help="End after the last event")] = False,
    rate: Annotated[
        float | None, typer.Option(min=0.05, max=2, help="Events a second; the DECT system sends two")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same events")] = 1,
    off: Annotated[
        list[str] | None,
        typer.Option(help="Number of a handset or phone that is switched off, so that the demo must fail"),
    ] = None,
    patience: Annotated[float, typer.Option(min=1, help="Seconds that each event may take")] = 20.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per thing that happens")] = False,
) -> None:
    """Start gateway, MQTT broker, DECT system and SMS centre, send events through all of them, and show it.

    On a terminal it goes on until Ctrl-C; with --exit, or without a terminal, it ends by itself.
    Exit 0: every event reached what it had to reach, and nothing was shown anywhere else. Otherwise exit 1.
    """
    reactor = mqtt_reactor.install()
    watched = sys.stdout.isatty() and not as_json
    exits = ends or not watched
    director = Director(
        reactor,
        _view(reactor, watched, as_json),
        count=events or (EVENTS if exits else SCENES_MOST),
        exits=exits,
        rate=rate or (RATE if exits else WATCHED_RATE),
        seed=seed,
        off=off or [],
        patience=patience,
    )
    raise typer.Exit(run(reactor, director))


def run(reactor: Any, director: Director) -> int:
    """Turn the reactor until the demo has ended; returns the exit code."""

    @provider(ILogObserver)
    def observe(event: LogEvent) -> None:
        """An exception that Twisted caught for us is a fault of the demo, and fails it."""
        failure = event.get("log_failure")
        if failure is not None and not failure.check(ReactorNotRunning):  # Ctrl-C twice
            director.fail(failure.getTraceback())

    globalLogBeginner.beginLoggingTo([observe], redirectStandardIO=False, discardBuffer=True)
    reactor.addSystemEventTrigger("before", "shutdown", lambda: Deferred.fromCoroutine(director.end()))
    reactor.callWhenRunning(director.start)
    reactor.callWhenRunning(signal.signal, signal.SIGHUP, lambda *_: reactor.callFromThread(reactor.stop))
    try:
        reactor.run()
    finally:
        for child in director.stage.children:
            child.kill()
    return 0 if director.passed else 1


def _view(reactor: Any, watched: bool, as_json: bool) -> View:
    if not watched:
        return LineView(as_json)
    from simulators.demo.screen_view import ScreenView  # noqa: PLC0415 (rich only where it is seen)

    return ScreenView(reactor)
