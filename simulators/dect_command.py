"""`bakjour-sim dect`: a DECT paging system with handsets, for people to connect a gateway to."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Annotated, Any

import typer
from rich.console import Console
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IListeningPort, IStreamServerEndpoint

from protocols.espa444 import CHARSETS
from simulators.dect import (
    PROFILES,
    Answer,
    Event,
    Faults,
    HandsetState,
    Owner,
    PagingSystem,
    Role,
    StatusMode,
)
from simulators.dect.hand import Hand
from simulators.modem.pty import Pty

LINE_MAX = 200
"""Characters of a typed line; the longest that means anything has forty."""

_STYLES = {"shown": "bold green", "answered": "bold cyan", "refused": "yellow", "report_lost": "bold red"}
_STYLES |= {"not_understood": "bold red", "screen": "bold"}
_STYLES |= {"connected": "dim", "disconnected": "dim", "poll_lost": "bold red", "removed": "magenta"}


def command(
    listen: Annotated[
        str | None, typer.Option(help="Where the line is, like tcp:4444:interface=127.0.0.1")
    ] = None,
    pty: Annotated[Path | None, typer.Option(help="Or a pseudo-terminal, linked here")] = None,
    profile: Annotated[str, typer.Option(help="Habits of: " + ", ".join(PROFILES))] = "spec",
    handsets: Annotated[str, typer.Option(help="Extensions, with commas")] = "20117,20118",
    address: Annotated[str, typer.Option(help="Our ESPA address")] = "2",
    peer_address: Annotated[str, typer.Option(help="The other side's ESPA address")] = "1",
    role: Annotated[Role, typer.Option(help="Who owns the line")] = Role.POLLED,
    charset: Annotated[str, typer.Option(help=" | ".join(CHARSETS))] = "se7",
    status: Annotated[
        StatusMode | None, typer.Option(help="When status is reported; default: automatic")
    ] = None,
    answer: Annotated[Answer, typer.Option(help="What owners do with a message")] = Answer.ACCEPT,
    answer_delay: Annotated[float, typer.Option(min=0, help="Seconds until they do it")] = 5.0,
    state: Annotated[
        list[str] | None, typer.Option(help="EXTENSION=STATE: " + ", ".join(HandsetState))
    ] = None,
    reply_delay: Annotated[float, typer.Option(min=0, help="Seconds before anything is said")] = 0.0,
    drop_acks: Annotated[int, typer.Option(min=0, help="Lose this many ACKs")] = 0,
    nak_1: Annotated[int, typer.Option("--nak-1", min=0, help="Refuse this many blocks as damaged")] = 0,
    nak_2: Annotated[int, typer.Option("--nak-2", min=0, help="… as busy")] = 0,
    nak_3: Annotated[int, typer.Option("--nak-3", min=0, help="… as invalid")] = 0,
    corrupt: Annotated[int, typer.Option(min=0, help="Damage this many of our own blocks")] = 0,
    eot_after_ack: Annotated[bool, typer.Option(help="Close every session ourselves")] = False,
    bare_nak: Annotated[bool, typer.Option(help="NAK without error identifier")] = False,
    silent: Annotated[bool, typer.Option(help="Say nothing at all")] = False,
    select_window: Annotated[
        float | None, typer.Option(min=0, help="Seconds between the two addresses of a selection")
    ] = None,
    trailing_cr: Annotated[bool | None, typer.Option(help="CR after our blocks")] = None,
    transmitter_failure: Annotated[bool, typer.Option(help="Nothing goes on the air")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per thing that happens")] = False,
) -> None:
    """A DECT paging system: takes ESPA 4.4.4 calls, shows them on handsets, reports what became of each.

    What is typed while it runs is done: "20117 off", "20117 accept", "nak_2 3", "transmitter off", "show".
    """
    from twisted.internet import reactor as installed  # noqa: PLC0415 (the import installs one)

    reactor: Any = installed
    reactor.seconds = (
        time.monotonic
    )  # wall time by default: a clock that is set back would freeze every timer
    if charset not in CHARSETS:
        raise typer.BadParameter(f"{charset!r}; allowed: {', '.join(CHARSETS)}", param_hint="--charset")
    if profile not in PROFILES:
        raise typer.BadParameter(f"{profile!r}; allowed: {', '.join(PROFILES)}", param_hint="--profile")
    if (listen is None) == (pty is None):
        raise typer.BadParameter("one of them is needed", param_hint="--listen, --pty")
    tell = printer(as_json)
    faults = PROFILES[profile].faults()
    asked = Faults(reply_delay, drop_acks, nak_1, nak_2, nak_3, corrupt, eot_after_ack, bare_nak, silent)
    asked_options = {"status_mode": status, "select_window": select_window, "trailing_cr": trailing_cr}
    options: dict[str, Any] = dict(PROFILES[profile].options)
    options |= {name: value for name, value in asked_options.items() if value is not None}
    system = PagingSystem(
        reactor,
        extensions_of(handsets),
        tell,
        role=role,
        address=_address(address, "--address"),
        peer_address=_address(peer_address, "--peer-address"),
        charset=charset,
        owner=Owner(answer, answer_delay),
        faults=faults.and_also(asked),
        **options,
    )
    set_states(system, state or [])
    system.transmitter_failed = transmitter_failure
    Thread(target=_read_hand, args=(reactor, Hand(system, tell)), daemon=True).start()
    if pty is not None:
        raise typer.Exit(_run_pty(reactor, system, pty, tell))
    assert listen is not None
    try:
        endpoint: IStreamServerEndpoint = serverFromString(reactor, listen)  # type: ignore[no-untyped-call]
    except (ValueError, TypeError) as error:
        raise typer.BadParameter(f"no server endpoint: {error}", param_hint="--listen") from None
    code = run(reactor, endpoint.listen(system.link), listen, tell)
    system.stop()
    raise typer.Exit(code)


def run(reactor: Any, listening: Any, endpoint: str, tell: Callable[[Event], None]) -> int:
    """Turn the reactor until it is stopped; 1 if the endpoint cannot be listened on."""
    failed: list[str] = []

    def cannot(failure: Any) -> None:
        failed.append(failure.getErrorMessage())
        reactor.callWhenRunning(reactor.stop)

    def listens(port: IListeningPort) -> None:
        tell({"event": "listening", "endpoint": endpoint, "port": getattr(port.getHost(), "port", None)})

    listening.addCallbacks(listens, cannot)
    reactor.run()
    for message in failed:
        typer.echo(f"cannot listen on {endpoint}: {message}", err=True)
    return 1 if failed else 0


def _run_pty(reactor: Any, system: PagingSystem, path: Path, tell: Callable[[Event], None]) -> int:
    """Turn the reactor with the line on a pseudo-terminal; 1 if it cannot be linked."""
    try:
        line = Pty(reactor, path, system.link.buildProtocol(None))
    except OSError as error:
        typer.echo(f"cannot link {path}: {error}", err=True)
        return 1
    tell({"event": "listening", "endpoint": str(path), "device": line.device})
    reactor.addSystemEventTrigger("before", "shutdown", system.stop)
    reactor.addSystemEventTrigger("before", "shutdown", line.loseConnection)
    reactor.run()
    return 0


def _read_hand(reactor: Any, hand: Hand) -> None:
    """Runs in a thread of its own: Twisted's way would make the terminal, and so print, non-blocking."""
    with suppress(OSError), open(0, "rb", buffering=0, closefd=False) as typed:
        for line in iter(lambda: typed.readline(LINE_MAX), b""):
            reactor.callFromThread(hand.type, line.decode("utf-8", "replace"))


def printer(as_json: bool) -> Callable[[Event], None]:
    """Prints events to standard output: JSON for programs, readable lines for people."""
    console = Console(highlight=False, soft_wrap=True)

    def print_json(event: Event) -> None:
        print(json.dumps(event, ensure_ascii=False), flush=True)

    def print_line(event: Event) -> None:
        details = "  ".join(f"{name}={value}" for name, value in event.items() if name not in ("event", "at"))
        name = str(event["event"])
        console.print(f"{name:<12} {details}", style=_STYLES.get(name, ""), markup=False)

    return print_json if as_json else print_line


def extensions_of(handsets: str) -> list[str]:
    """The extensions of a list with commas. Raises BadParameter for an empty or doubled one."""
    extensions = [extension.strip() for extension in handsets.split(",")]
    if not all(extensions) or len(set(extensions)) != len(extensions):
        raise typer.BadParameter(f"{handsets!r}: an empty or doubled extension", param_hint="--handsets")
    return extensions


def set_states(system: PagingSystem, states: list[str]) -> None:
    """Put handsets into the states that EXTENSION=STATE names. Raises BadParameter for an unknown one."""
    for item in states:
        extension, _, name = item.partition("=")
        if extension not in system.handsets or name not in set(HandsetState):
            allowed = f"{', '.join(system.handsets)} = {', '.join(HandsetState)}"
            raise typer.BadParameter(f"{item!r}; allowed: {allowed}", param_hint="--state")
        system.handset(extension).state = HandsetState(name)


def _address(address: str, option: str) -> str:
    if len(address) != 1 or address not in "0123456789":
        raise typer.BadParameter(f"{address!r}; allowed: one digit", param_hint=option)
    return address
