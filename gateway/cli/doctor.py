"""`line doctor`: examine an unknown device on an ESPA 4.4.4 line, and write the `[[carrier]]` section to use.

Rules: what is done now, and with --wire every byte, goes to stderr; the section, with the findings as
comments, is the result and goes to stdout. Nobody is paged without --send-test. The gateway must not hold the
line.
"""

import sys
import time
from typing import Annotated, Any

import typer

from gateway import endpoints, serial
from gateway.cli.common import FAILED, WRONG_USE, complain, fail, say
from gateway.doctor.findings import Findings, Where, section
from protocols.espa444 import MAX_ADDRESS

CONNECT_SECONDS = 10.0
"""Until a device that we connect to must answer."""
LISTEN_SECONDS = 120.0
"""Until a device that connects to us must have come: some try once a minute."""

line = typer.Typer(help="Lines to devices.", no_args_is_help=True, rich_markup_mode=None)


@line.callback()
def lines() -> None:
    """Lines to devices."""


@line.command()
def doctor(
    endpoint: Annotated[
        str | None,
        typer.Option("--endpoint", help="We connect: tcp:host=10.0.0.9:port=4444, serial:/dev/ttyUSB0"),
    ] = None,
    listen: Annotated[
        str | None, typer.Option("--listen", help="The device connects: tcp:4444:interface=10.0.0.2")
    ] = None,
    baud: Annotated[int | None, typer.Option("--baud", help="Of a serial line; default 9600.")] = None,
    character: Annotated[
        str | None, typer.Option("--format", help="Of a serial line: 7E1 7E2 8N1 8E1; default 7E1.")
    ] = None,
    own: Annotated[str, typer.Option("--own-address", help="Ours, one digit.")] = "1",
    peer: Annotated[
        str | None, typer.Option("--peer-address", help="The device's, one digit; default: whoever answers.")
    ] = None,
    number: Annotated[
        str | None, typer.Option("--send-test", metavar="NUMBER", help="Page this number with marked tests.")
    ] = None,
    wire: Annotated[bool, typer.Option("--wire", help="Show everything that is said.")] = False,
) -> None:
    """Find out how a device on an ESPA 4.4.4 line wants to be spoken to, and write its [[carrier]] section.

    It listens first, then polls and selects; it pages nobody unless --send-test names a number. Stop the
    gateway, or take its carrier out, before: a line has one control station. Exit 1 if nobody was found.

    \b
    Example:
      bakjour line doctor --endpoint serial:/dev/ttyUSB0 --baud 9600 --format 7E1 --send-test 20117
    """
    where = _where(endpoint, listen, baud, character)
    for option, value in (("--own-address", own), ("--peer-address", peer)):
        if value is not None and (len(value) != 1 or value not in "0123456789"):
            fail(f"{option}: {value!r}; allowed: one digit", WRONG_USE)
    if number is not None and not (0 < len(number) <= MAX_ADDRESS and number.isascii() and number.isalnum()):
        fail(f"--send-test: {number!r}; allowed: 1 to {MAX_ADDRESS} letters and digits", WRONG_USE)
    found = _examine(where, own, peer, number, wire)
    _ask_a_person(found)
    say(section(found, where).rstrip("\n"))
    if found.role is None:
        raise typer.Exit(FAILED)


def _where(endpoint: str | None, listen: str | None, baud: int | None, character: str | None) -> Where:
    if (endpoint is None) == (listen is None):
        fail("--endpoint or --listen: one of them", WRONG_USE)
    fault = endpoints.client_fault(endpoint) if endpoint is not None else endpoints.server_fault(listen or "")
    if fault is not None:
        fail(f"{'--endpoint' if endpoint is not None else '--listen'}: {fault}", WRONG_USE)
    is_serial = endpoint is not None and serial.is_serial(endpoint)
    if not is_serial and character is not None:
        fail("--format: only for a serial line; over TCP the port server has it", WRONG_USE)
    if is_serial:
        baud, character = baud or 9600, character or "7E1"
        try:
            serial.SerialLine(baud, character)
        except ValueError as error:
            fail(str(error), WRONG_USE)
    return Where(endpoint, listen, baud, character)


def _examine(where: Where, own: str, peer: str | None, number: str | None, wire: bool) -> Findings:
    from twisted.internet import reactor as installed  # noqa: PLC0415 (the import installs one)

    from gateway.doctor.visit import Visit, pay  # noqa: PLC0415

    reactor: Any = installed
    reactor.seconds = time.monotonic  # the system's clock may be set meanwhile
    result: list[Any] = []

    def over(outcome: Any) -> None:
        result.append(outcome)
        reactor.callLater(0, reactor.stop)

    def begin() -> None:
        patience = CONNECT_SECONDS if where.endpoint is not None else LISTEN_SECONDS
        pay(reactor, Visit(where, own, peer, number, patience, wire), complain).addBoth(over)

    reactor.callWhenRunning(begin)
    reactor.run()
    if not result:
        raise typer.Exit(FAILED)  # Ctrl-C
    if not isinstance(result[0], Findings):
        fail(f"the line cannot be examined: {result[0].getErrorMessage()}")
    return result[0]


def _ask_a_person(found: Findings) -> None:
    """Who has a handset in the hand knows which message was right; without a terminal nobody is asked."""
    taken = [name for name, is_taken in found.charsets.items() if is_taken]
    if not taken or not sys.stdin.isatty():
        return
    complain("Which of the messages on the handset shows å ä ö Å Ä Ö rightly?")
    chosen = typer.prompt(f"{', '.join(taken)}, or none", default="none", err=True)
    if chosen in taken:
        found.charset = chosen
        found.say(f"on the handset å ä ö stood rightly with {chosen}")
    else:
        found.say("on the handset no message showed å ä ö rightly, or nobody looked")
