"""`bakjour-sim smsc`: an SMS centre with phones, run by hand."""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Annotated, Any, Final

import typer
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IListeningPort, IStreamServerEndpoint

from simulators.smsc.centre import SmsCentre
from simulators.smsc.dialects import DIALECTS
from simulators.smsc.happenings import Happening
from simulators.smsc.manners import Manners
from simulators.smsc.phones import Manner

LINE_MAX: Final = 4_096
"""Octets of one typed reply; a long SMS has 255 parts, but nobody types that."""

MANNERS: Final = ", ".join(manner.value for manner in Manner)


def command(
    listen: Annotated[str, typer.Option(help="Where to listen, like tcp:2775:interface=127.0.0.1")],
    password: Annotated[
        str, typer.Option(help="What a bind must give; without it any password will do")
    ] = "",
    system_id: Annotated[list[str] | None, typer.Option(help="Who may bind; without it anybody")] = None,
    dialect: Annotated[
        str, typer.Option(help=f"How ids and receipts are written: {', '.join(DIALECTS)}")
    ] = "standard",
    number: Annotated[
        list[str] | None, typer.Option(help=f"A phone that behaves, NUMBER=MANNER: {MANNERS}")
    ] = None,
    response_delay: Annotated[float, typer.Option(min=0, help="Seconds to each response")] = 0.0,
    receipt_delay: Annotated[float, typer.Option(min=0, help="Seconds to each receipt")] = 1.0,
    rate: Annotated[float, typer.Option(min=0, help="Messages a second before RTHROTTLED; 0: any")] = 0.0,
    receipt_first: Annotated[bool, typer.Option(help="Receipt before the response")] = False,
    lost: Annotated[float, typer.Option(min=0, max=1, help="Share of responses never sent")] = 0.0,
    unbind: Annotated[float, typer.Option(min=0, max=1, help="Share of messages followed by unbind")] = 0.0,
    auto_reply: Annotated[str, typer.Option(help="What every phone answers to every message, like 1")] = "",
    seed: Annotated[int, typer.Option(help="The same seed makes the same losses")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per thing that happens")] = False,
) -> None:
    """Run an SMS centre until it is stopped. Anybody may bind unless told otherwise.

    A line "NUMBER TEXT" on standard input is what the person with that phone answers.
    """
    from twisted.internet import reactor as installed  # noqa: PLC0415 (the import installs one)

    reactor: Any = installed
    reactor.seconds = time.monotonic  # wall time by default: a clock that is set back would freeze the run
    teller = Teller(as_json)
    manners = Manners(
        response_delay=response_delay,
        receipt_delay=receipt_delay,
        rate=rate or None,
        receipt_first=receipt_first,
        lost_share=lost,
        unbind_share=unbind,
    )
    try:
        centre = SmsCentre(
            reactor,
            teller.tell,
            password=password or None,
            system_ids=system_id or None,
            dialect=dialect,
            manners=manners,
            seed=seed,
            beginning=datetime.now(UTC) - timedelta(seconds=reactor.seconds()),
        )
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--dialect") from None
    _set_phones(centre, number or [])
    if auto_reply:
        teller.on_shown = lambda shown: centre.phone(shown).reply(auto_reply)
    raise typer.Exit(_run(reactor, _endpoint(reactor, listen), centre, teller))


class Teller:
    """Prints what happens; `on_shown` is called with the number whose screen changed."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self.on_shown: Callable[[str], None] = lambda number: None

    def tell(self, happening: Happening) -> None:
        print(happening.as_json() if self._as_json else happening.as_line(), flush=True)
        if happening.event == "shown":
            self.on_shown(str(happening.details["number"]))


def _read_replies(reactor: Any, centre: SmsCentre) -> None:
    """Runs in a thread of its own: Twisted's way would make the terminal, and so print, non-blocking."""

    def reply(line: str) -> None:
        number, _, text = line.strip().partition(" ")
        try:
            centre.phone(number).reply(text)
        except ValueError as error:
            print(error, file=sys.stderr)

    with suppress(OSError), open(0, "rb", buffering=0, closefd=False) as typed:
        for line in iter(lambda: typed.readline(LINE_MAX), b""):
            reactor.callFromThread(reply, line.decode("utf-8", "replace"))


def _set_phones(centre: SmsCentre, numbers: list[str]) -> None:
    for told in numbers:
        phone, _, manner = told.partition("=")
        try:
            centre.phone(phone).manner = Manner(manner)
        except ValueError:
            raise typer.BadParameter(
                f"{told!r}: NUMBER=MANNER, one of {MANNERS}", param_hint="--number"
            ) from None


def _endpoint(reactor: Any, description: str) -> IStreamServerEndpoint:
    try:
        endpoint: IStreamServerEndpoint = serverFromString(reactor, description)  # type: ignore[no-untyped-call]
    except (ValueError, TypeError) as error:
        raise typer.BadParameter(f"no server endpoint: {error}", param_hint="--listen") from None
    return endpoint


def _run(reactor: Any, endpoint: IStreamServerEndpoint, centre: SmsCentre, teller: Teller) -> int:
    failed: list[str] = []

    async def start() -> None:
        try:
            port: IListeningPort = await endpoint.listen(centre.factory)
        except CannotListenError as error:
            failed.append(str(error))
            reactor.stop()
            return
        centre.tell("listening", {"address": str(port.getHost().port)})  # type: ignore[attr-defined]
        Thread(target=_read_replies, args=(reactor, centre), daemon=True).start()

    reactor.addSystemEventTrigger("before", "shutdown", centre.stop)
    reactor.callWhenRunning(lambda: Deferred.fromCoroutine(start()))
    reactor.run()
    for reason in failed:
        print(reason, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    typer.run(command)
