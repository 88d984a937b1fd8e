"""`roster import`, `roster export`, `who`: the people and the one resolver."""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, BinaryIO

import typer

from gateway import replies, requests
from gateway.cli.common import (
    DEFAULT_CONFIG,
    WRONG_USE,
    ConfigOption,
    JsonOption,
    ask,
    complain,
    fail,
    say,
    show,
    show_rows,
    text,
)
from gateway.cli.progress import shown_progress
from gateway.requests import RosterForm

roster = typer.Typer(help="The roster as a file.", no_args_is_help=True)


@roster.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="TOML, or .csv; - reads TOML from stdin.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Make the file the whole truth; lists every deletion.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="The deletions of --replace are meant.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Merge a roster file into the roster, all or nothing.

    \b
    Example:
      bakjour roster import roster.toml --dry-run
    """
    form = RosterForm.CSV if file.suffix.casefold() == ".csv" else RosterForm.TOML
    with _opened(file) as source, shown_progress() as tell:
        request = requests.ImportRoster("", dry_run, replace, yes, form, file=source.fileno(), progress=True)
        imported: replies.RosterImported = ask(config, request, tell)
    for change in imported.changes:
        say(change)
    if imported.count > len(imported.changes):
        say(f"and {imported.count - len(imported.changes)} more")
    verb = "changed" if imported.applied else "would change"
    complain(f"{imported.count} entries {verb}")


@roster.command("export")
def export(
    form: Annotated[
        RosterForm, typer.Option("--format", help="TOML, or CSV for large ones.")
    ] = RosterForm.TOML,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print the whole roster as a file; importing it again changes nothing.

    \b
    Example:
      bakjour roster export > roster.toml
    """
    exported: replies.RosterText = ask(config, requests.ExportRoster(form))
    typer.echo(exported.text, nl=False)


def who(
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="A unit's id or alias.")],
    profession: Annotated[str, typer.Argument(metavar="PROFESSION", help="As an event names it.")],
    kind: Annotated[
        str, typer.Option("--kind", help="triaged, consultation, escalated or handover.")
    ] = "triaged",
    priority: Annotated[int, typer.Option("--priority", help="1 (most urgent) to 5.")] = 2,
    at: Annotated[
        str | None, typer.Option("--at", help="Local wall time, or RFC 3339 with offset; default now.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show who would be paged, in order and why. Exit 0: somebody, 1: nobody.

    \b
    Example:
      bakjour who hc-andersberg nurse --priority 3 --at 2026-11-24T13:05
    """
    answer: replies.WhoAnswer = ask(config, requests.AskWho(unit, profession, kind, priority, at))
    show(answer, as_json=as_json, plain=lambda: _show_who(answer))
    if not answer.receivers:
        raise typer.Exit(1)


def _show_who(answer: replies.WhoAnswer) -> None:
    rows = [
        (
            str(place),
            one.name,
            one.number,
            text(one.backup),
            one.origin.value,
            " ".join(reason.en for reason in one.reasons),
        )
        for place, one in enumerate(answer.receivers, 1)
    ]
    show_rows(("", "receiver", "number", "backup", "as", "because"), rows)
    for step in answer.steps:
        say(f"why: {step.en}")


def _opened(file: Path) -> BinaryIO:
    """The file, or standard input as one."""
    try:
        if str(file) != "-":
            return file.open("rb")
        kept: BinaryIO = TemporaryFile()  # noqa: SIM115 (who asked closes it)
        shutil.copyfileobj(sys.stdin.buffer, kept)
        kept.flush()
    except OSError as error:
        fail(f"{file}: {error.strerror}", WRONG_USE)
    return kept
