"""`audit verify`, `audit show`: the record of changes."""

from typing import Annotated

import typer

from gateway import replies, requests
from gateway.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, ask, complain, fail, say, show
from gateway.requests import AuditForm

audit = typer.Typer(help="The record of changes.", no_args_is_help=True)


@audit.command("verify")
def verify(
    known: Annotated[
        str | None, typer.Option("--known", help="SEQ:HASH of a head that was noted earlier.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Read the whole record through: any edit, insertion or deletion is found. Exit 0: sound, 1: not.

    \b
    Example:
      bakjour audit verify --known 4711:9f2c…
    """
    found: replies.AuditVerified = ask(config, requests.VerifyAudit(known))
    show(found, as_json=as_json, plain=lambda: _show(found))
    if not found.sound:
        fail(f"the record is not sound: {len(found.findings)} finding(s)")


@audit.command("show")
def show_(
    form: Annotated[AuditForm, typer.Option("--format", help="JSON lines, or CSV.")] = AuditForm.JSONL,
    unit: Annotated[str | None, typer.Option("--unit", help="Only what concerns this unit.")] = None,
    who: Annotated[str | None, typer.Option("--who", help="Only what this user name did.")] = None,
    action: Annotated[str | None, typer.Option("--action", help="Only this, such as slot.set.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="A TIME: only what came then or later.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="A TIME: only what came before.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print the record, the oldest rows first.

    \b
    Example:
      bakjour audit show --unit hc-andersberg --format csv > changes.csv
    """
    after: int | None = 0
    while after is not None:
        asked = requests.ListAudit(form, unit, who, action, since, until, after)
        part: replies.AuditText = ask(config, asked)
        typer.echo(part.text, nl=False)
        after = part.after


def _show(found: replies.AuditVerified) -> None:
    for finding in found.findings:
        complain(finding)
    say(f"{found.rows} rows from {found.first}, head {found.head}")
