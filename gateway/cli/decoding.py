"""`decode`: octets of a wire, explained field by field."""

import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

from gateway.cli.common import FAILED, WRONG_USE, fail, say
from gateway.cli.explain_espa import explain_espa, explain_log
from gateway.cli.explain_smpp import explain_smpp
from gateway.cli.explain_tpdu import explain_tpdu
from gateway.cli.explained import TEXT_OF, Explained
from protocols.espa444.pasted import read_pasted

MAX_HEX = 1 << 20
"""Characters that are read: more than any block or PDU, and any paste of a terminal."""


class Wire(StrEnum):
    """What can be decoded."""

    ESPA444 = "espa444"
    SMPP = "smpp"
    TPDU = "tpdu"


EXPLAIN: dict[Wire, Callable[[bytes, str | None], Explained]] = {
    Wire.ESPA444: explain_espa,
    Wire.SMPP: explain_smpp,
    Wire.TPDU: explain_tpdu,
}


def decode(
    wire: Annotated[Wire, typer.Argument(help="The protocol.")],
    digits: Annotated[
        list[str],
        typer.Argument(
            metavar="HEX",
            help="Hex digits, blanks or not; - reads stdin. espa444: also a pasted log.",
        ),
    ],
    charset: Annotated[
        str | None,
        typer.Option("--charset", help=f"Show text by this: {', '.join(TEXT_OF)}. Default: raw ASCII."),
    ] = None,
) -> None:
    """Explain bytes field by field. Exit 1 if they break the protocol's rules.

    Without a terminal: one line a field, `name: value`, and behind a tab what the value means.
    espa444 also reads logs: times, arrows (C→, ←S, TX, RX), hex, <SOH> names, hex dumps, captures of `trace`.

    \b
    Example:
      bakjour decode espa444 01 31 02 31 1F 31 32 33 1E 35 1F 33 1E 36 1F 33 03 2D
    """
    if charset is not None and charset not in TEXT_OF:
        fail(f"--charset: {charset!r} is not known; allowed: {', '.join(TEXT_OF)}", WRONG_USE)
    text = sys.stdin.read(MAX_HEX) if digits == ["-"] else " ".join(digits)
    if len(text) >= MAX_HEX:
        fail(f"more than {MAX_HEX} characters", WRONG_USE)
    explained = _explain_log(text, charset) if wire is Wire.ESPA444 else None
    explained = explained or EXPLAIN[wire](_octets(text), charset)
    if sys.stdout.isatty():
        _show_table(explained)
    else:
        for one in explained.fields:
            say(f"{one.name}: {one.value}\t{one.meaning}".rstrip("\t"))
    for line in (
        *(f"fault: {fault}" for fault in explained.faults),
        *(f"note: {one}" for one in explained.notes),
    ):
        _say_wrapped(line)
    if explained.faults:
        raise typer.Exit(FAILED)


def _explain_log(text: str, charset: str | None) -> Explained | None:
    """What a pasted log says; None if the text holds hex digits and no more, or nothing that can be read."""
    pasted = read_pasted(text)
    if pasted.is_log:
        return explain_log(pasted, charset)
    if not pasted.chunks:
        return None
    explained = explain_espa(b"".join(chunk.data for chunk in pasted.chunks), charset)
    explained.notes[:0] = pasted.faults
    return explained


def _octets(text: str) -> bytes:
    joined = "".join(text.split())
    try:
        octets = bytes.fromhex(joined)
    except ValueError:
        wrong = next((sign for sign in joined if sign not in "0123456789abcdefABCDEF"), None)
        reason = "an odd number of hex digits" if wrong is None else f"{wrong!r} is no hex digit"
        fail(f"HEX: {reason}", WRONG_USE)
    if not octets:
        fail("HEX: there are no octets", WRONG_USE)
    return octets


def _say_wrapped(line: str) -> None:
    """A fault or note; on a terminal broken between words."""
    if not sys.stdout.isatty():
        say(line)
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    Console(highlight=False).print(Text(line, "bold red" if line.startswith("fault") else ""))


def _show_table(explained: Explained) -> None:
    from rich import box  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table("field", "value", "meaning", box=box.SIMPLE_HEAD, pad_edge=False)
    for one in explained.fields:
        table.add_row(Text(one.name), Text(one.value, overflow="fold"), Text(one.meaning))
    Console().print(table)
