"""The commands of `bakjour`, joined."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from gateway.cli.admin import admin
from gateway.cli.audit import audit
from gateway.cli.common import say
from gateway.cli.decoding import decode
from gateway.cli.doctor import line
from gateway.cli.keys import key
from gateway.cli.looking import alarms, alerts, lines, refusals
from gateway.cli.process import check, init, serve
from gateway.cli.rosters import roster, who
from gateway.cli.sending import send
from gateway.cli.tracing import trace
from gateway.config import Config
from gateway.requests import program_version

app = typer.Typer(
    help="bakjour: a hospital's paging gateway.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for command in (init, check, serve, who, send, alerts, lines, refusals, alarms, decode, trace):
    app.command()(command)
app.add_typer(roster, name="roster")
app.add_typer(key, name="key")
app.add_typer(admin, name="admin")
app.add_typer(audit, name="audit")
app.add_typer(line, name="line")


class Schema(StrEnum):
    """What has a schema."""

    CONFIG = "config"


@app.command()
def schema(
    what: Annotated[Schema, typer.Argument(help="Of what.")] = Schema.CONFIG,
) -> None:
    """Print a JSON Schema.

    \b
    Example:
      bakjour schema config
    """
    assert what is Schema.CONFIG
    say(json.dumps(Config.model_json_schema(), indent=2, ensure_ascii=False))


@app.command()
def version() -> None:
    """Print the version.

    \b
    Example:
      bakjour version
    """
    say(program_version())


def main() -> None:
    """The console script."""
    app(prog_name="bakjour")
