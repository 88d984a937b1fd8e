"""`bakjour-sim modem`: a GSM modem behind a pseudo-terminal, with a network and phones, run by hand."""

import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Annotated, Any, Final

import typer

from simulators.modem.device import Modem
from simulators.modem.pty import Pty
from simulators.modem.state import Sim, Traits
from simulators.smsc.happenings import Happening
from simulators.smsc.phones import Manner

LINE_MAX: Final = 4_096
"""Octets of one typed line."""

MANNERS: Final = ", ".join(manner.value for manner in Manner)
ORDERS: Final = "hang, restart, signal N, registration N, sim out, sim in"


def command(
    pty: Annotated[Path, typer.Option(help="Where the modem's device is linked")],
    pin: Annotated[str, typer.Option(help="What the SIM wants; without it none")] = "",
    number: Annotated[str, typer.Option(help="The SIM's own number")] = "+46701740699",
    centre: Annotated[str, typer.Option(help="The SMS centre that the SIM knows")] = "+46705008999",
    phone: Annotated[
        list[str] | None, typer.Option(help=f"A phone that behaves, NUMBER=MANNER: {MANNERS}")
    ] = None,
    error: Annotated[
        list[str] | None, typer.Option(help="A number that is refused, NUMBER=CODE of +CMS ERROR")
    ] = None,
    signal: Annotated[int, typer.Option(min=0, max=199, help="What +CSQ says")] = 20,
    registration: Annotated[int, typer.Option(min=0, max=8, help="What +CREG says")] = 1,
    send_delay: Annotated[float, typer.Option(min=0, help="Seconds that the network takes")] = 1.0,
    report_delay: Annotated[float, typer.Option(min=0, help="Seconds to each status report")] = 1.0,
    response_delay: Annotated[float, typer.Option(min=0, help="Seconds to each response")] = 0.0,
    echo: Annotated[bool, typer.Option(help="Echo until ATE0")] = True,
    direct_reports: Annotated[bool, typer.Option(help="Take +CNMI with ds=1")] = True,
    confirms: Annotated[bool, typer.Option(help="Know +CSMS=1 and +CNMA")] = True,
    hears_reset: Annotated[bool, typer.Option(help="Wake by AT+CFUN=1,1 when it hangs")] = True,
    auto_reply: Annotated[str, typer.Option(help="What every phone answers to every message, like 1")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per thing that happens")] = False,
) -> None:
    """Run a GSM modem until it is stopped.

    A line "NUMBER TEXT" on standard input is what the person with that phone sends; other lines are orders:
    hang, restart, signal N, registration N, sim out, sim in.
    """
    from twisted.internet import reactor as installed  # noqa: PLC0415 (the import installs one)

    reactor: Any = installed
    reactor.seconds = time.monotonic  # wall time by default: a clock that is set back would freeze the run
    modem: Modem

    def tell(happening: Happening) -> None:
        print(happening.as_json() if as_json else happening.as_line(), flush=True)
        if auto_reply and happening.event == "shown":
            modem.radio.phone(str(happening.details["number"])).reply(auto_reply, number)

    traits = Traits(
        echo=echo,
        direct_reports=direct_reports,
        confirms=confirms,
        hears_reset=hears_reset,
        response_delay=response_delay,
    )
    beginning = datetime.now(UTC) - timedelta(seconds=reactor.seconds())
    modem = Modem(reactor, tell, pin=pin, number=number, centre=centre, traits=traits, beginning=beginning)
    air = modem.radio.air
    air.stat, air.rssi, air.send_delay, air.report_delay = registration, signal, send_delay, report_delay
    _set_phones(modem, phone or [], error or [])
    raise typer.Exit(_run(reactor, modem, pty))


def obey(modem: Modem, line: str) -> None:
    """Do what a typed line says. Raises ValueError for what is no order."""
    match line.split():
        case ["hang"]:
            modem.hang()
        case ["restart"]:
            modem.restart()
        case ["signal", value] if value.isdigit():
            modem.radio.air.rssi = int(value)
        case ["registration", value] if value.isdigit():
            modem.radio.air.stat = int(value)
        case ["sim", "out"]:
            modem.sim = Sim.MISSING
        case ["sim", "in"]:
            modem.sim = Sim.PIN if modem.pin else Sim.READY
        case [who, *words] if who.lstrip("+").isdigit() and words:
            modem.radio.phone(who).reply(line.split(maxsplit=1)[1].strip(), modem.radio.own_number)
        case _:
            raise ValueError(f"{line.strip()!r}: NUMBER TEXT, or one of {ORDERS}")


def _set_phones(modem: Modem, phones: list[str], errors: list[str]) -> None:
    for told in phones:
        name, _, manner = told.partition("=")
        try:
            modem.radio.phone(name).manner = Manner(manner)
        except ValueError:
            raise typer.BadParameter(
                f"{told!r}: NUMBER=MANNER, one of {MANNERS}", param_hint="--phone"
            ) from None
    for told in errors:
        name, _, code = told.partition("=")
        if not code.isdigit():
            raise typer.BadParameter(f"{told!r}: NUMBER=CODE", param_hint="--error")
        modem.radio.errors[name.removeprefix("+")] = int(code)


def _run(reactor: Any, modem: Modem, path: Path) -> int:
    try:
        line = Pty(reactor, path, modem.pump())
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    modem.tell("listening", {"path": str(path), "device": line.device})
    Thread(target=_read_orders, args=(reactor, modem), daemon=True).start()
    reactor.addSystemEventTrigger("before", "shutdown", modem.stop)
    reactor.addSystemEventTrigger("before", "shutdown", line.loseConnection)
    reactor.run()
    return 0


def _read_orders(reactor: Any, modem: Modem) -> None:
    """Runs in a thread of its own: Twisted's way would make the terminal, and so print, non-blocking."""

    def do(line: str) -> None:
        try:
            obey(modem, line)
        except ValueError as error:
            print(error, file=sys.stderr)

    with suppress(OSError), open(0, "rb", buffering=0, closefd=False) as typed:
        for line in iter(lambda: typed.readline(LINE_MAX), b""):
            reactor.callFromThread(do, line.decode("utf-8", "replace"))


if __name__ == "__main__":
    typer.run(command)
