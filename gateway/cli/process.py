"""`serve`, `check`, `init`: the gateway itself, and what is done before it runs."""

from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.common import (
    DEFAULT_CONFIG,
    FAILED,
    ConfigOption,
    complain,
    configuration,
    fail,
    say,
)
from gateway.config import Config, Reach, Warned, advise, advise_roster

SAMPLE_DAYS = 14
"""Of the sample roster: long enough to try things out, short enough to be read."""


def serve(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Run the gateway until SIGTERM or SIGINT.

    \b
    Example:
      bakjour serve --config /etc/bakjour/bakjour.toml
    """
    loaded = configuration(config)
    for warned in advise(loaded):
        complain(f"warning: {warned}")
    from gateway import logs  # noqa: PLC0415
    from gateway.running import run  # noqa: PLC0415 (installs the reactor)

    logs.configure()
    raise typer.Exit(run(loaded))


def check(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Validate the configuration; warn of what cannot work.

    Every fault is told at once, with its path and the allowed values. With a store beside it, the roster is
    looked at too.

    \b
    Example:
      bakjour check --config bakjour.toml
    """
    loaded = configuration(config)
    warned = [*advise(loaded), *_of_roster(loaded)]
    for one in warned:
        complain(f"warning: {one}")
    say(f"{config}: no faults, {len(warned)} warning(s)")


def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to write.")] = Path(),
) -> None:
    """Write a commented bakjour.toml and a sample roster; overwrite nothing.

    \b
    Example:
      bakjour init /etc/bakjour
    """
    from gateway.roster.sample import sample  # noqa: PLC0415

    today = datetime.now(UTC).date()
    template = resources.files("gateway.config") / "template.toml"
    files = {
        "bakjour.toml": template.read_text("utf-8"),
        "roster.toml": sample(today, SAMPLE_DAYS),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = [_write(folder / name, content) for name, content in files.items()]
    except OSError as error:
        fail(f"{folder}: {error.strerror}")
    if not any(written):
        fail("nothing was written", FAILED)
    say(f"next: bakjour roster import {folder / 'roster.toml'} --config {folder / 'bakjour.toml'}")


def _write(path: Path, content: str) -> bool:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError:
        complain(f"{path} exists and is left as it is")
        return False
    say(f"wrote {path}")
    return True


def _of_roster(config: Config) -> tuple[Warned, ...]:
    """What the configuration means for the roster in the store, if there is one that can be read."""
    if not config.store.path.exists():
        return ()
    import sqlite3  # noqa: PLC0415

    from gateway.roster.frame import Frame, read_frame  # noqa: PLC0415
    from gateway.store.connection import open_reader  # noqa: PLC0415

    try:
        connection = open_reader(config.store.path)
        try:
            frame: Frame = read_frame(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        return (Warned("store.path", f"the roster in it cannot be read: {error}"),)
    receivers = {
        one.id: Reach(one.id, one.name, tuple(filter(None, (one.number_kind, one.backup_kind))))
        for one in frame.receivers.values()
    }
    units = {
        unit.id: [
            *(one.id for one in frame.receivers.values() if unit.id in one.units),
            *unit.fallback,
            *(frame.areas[unit.area].fallback if unit.area in frame.areas else ()),
        ]
        for unit in frame.units.values()
    }
    return advise_roster(config, receivers, units)
