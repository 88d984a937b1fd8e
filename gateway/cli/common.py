"""What every command needs: the configuration, the way to the gateway, and how results are shown."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec
import typer

from gateway.config import Config, ConfigFaults, load
from gateway.replies import ImportProgress
from gateway.requests import ImportRoster, Refused, Request, Why

FAILED = 1
WRONG_USE = 2

ConfigOption = Annotated[
    Path,
    typer.Option("--config", envvar="BAKJOUR_CONFIG", help="Configuration file.", show_default=True),
]
DEFAULT_CONFIG = Path("bakjour.toml")
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

INSTANTS = {"at", "accepted", "raised", "cleared", "made", "revoked"}
"""Columns of instants: on a terminal without year and milliseconds, and never broken, for half an instant
reads as another."""

Tell = Callable[[ImportProgress], None]
Rows = Sequence[Sequence[str]]


def say(text: str = "") -> None:
    """A line of the result."""
    typer.echo(text)


def complain(text: str) -> None:
    """A line for whoever runs the command; never part of the result."""
    typer.echo(text, err=True)


def fail(text: str, code: int = FAILED) -> NoReturn:
    """End the command."""
    complain(text)
    raise typer.Exit(code)


def configuration(path: Path) -> Config:
    """The configuration, or the end of the command with every fault."""
    try:
        return load(path, os.environ)
    except ConfigFaults as faults:
        for fault in faults.faults:
            complain(str(fault))
        if not path.exists():
            complain("`bakjour init` writes one; --config or BAKJOUR_CONFIG names another")
        fail(f"{path}: {len(faults.faults)} fault(s)", WRONG_USE)


def ask(path: Path, request: Request, tell: Tell = lambda _: None) -> Any:
    """Put a request to the running gateway, or carry it out on its store if none runs.

    `tell` hears how far an import is. Ends the command if it was refused.
    """
    config = configuration(path)
    try:
        return reach(config, request, tell)
    except Refused as refused:
        for place, message in refused.faults:
            complain(f"{place}: {message}" if place else message)
        # A roster file with faults is not a wrong way to call the command.
        wrong_use = refused.why is Why.INVALID and not isinstance(request, ImportRoster)
        fail(refused.message, WRONG_USE if wrong_use else FAILED)


def reach(config: Config, request: Request, tell: Tell = lambda _: None) -> Any:
    """The reply to a request. Raises Refused."""
    from gateway import asking, control, local  # noqa: PLC0415 (Twisted and SQLite take a moment)

    try:
        return asking.ask(control.socket_path(config.store.path), request, tell=tell)
    except asking.NoGateway:
        return local.ask(config, request, tell)
    except OSError as error:
        raise Refused(Why.UNAVAILABLE, f"the gateway does not answer: {error}") from error


def show_json(value: object) -> None:
    """The result as JSON."""
    say(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def show_rows(columns: Sequence[str], rows: Rows) -> None:
    """A table on a terminal; otherwise one line a row, columns separated by tabs."""
    if not sys.stdout.isatty():
        for row in rows:
            say("\t".join(row))
        return
    from rich import box  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415 (text as it is: a name may look like markup)

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in INSTANTS)
    for row in rows:
        cells = (
            _short(cell) if column in INSTANTS else cell for column, cell in zip(columns, row, strict=True)
        )
        table.add_row(*map(Text, cells))
    Console().print(table)


def _short(instant: str) -> str:
    """`2026-11-24T12:05:01.337Z` as `11-24 12:05:01Z`; other words as they are."""
    return f"{instant[5:10]} {instant[11:19]}Z" if instant.endswith("Z") else instant


def show(value: object, *, as_json: bool, plain: Callable[[], None]) -> None:
    """The result as JSON, or as `plain` prints it."""
    if as_json:
        show_json(value)
    else:
        plain()


def text(value: object) -> str:
    """A cell: nothing for what is missing."""
    return "" if value is None else str(value)
