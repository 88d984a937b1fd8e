"""`key add`, `key list`, `key revoke`: who may use the HTTP interface."""

from typing import Annotated

import typer

from gateway import replies, requests
from gateway.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, ask, complain, say, show, show_rows
from gateway.store.keys import Scope

key = typer.Typer(help="Keys of the HTTP interface.", no_args_is_help=True)


@key.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is.")],
    scope: Annotated[Scope, typer.Option("--scope", help="What it opens; admin opens everything.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Make an API key and print it, this once.

    \b
    Example:
      bakjour key add clinic24 --scope events
    """
    made: replies.NewKey = ask(config, requests.AddKey(name, scope))
    say(made.key)
    complain("keep it: it is not shown again")


@key.command("list")
def list_(as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """List every key that was ever made, without the key itself.

    \b
    Example:
      bakjour key list
    """
    found: tuple[replies.KeyEntry, ...] = ask(config, requests.ListKeys())
    rows = [(one.name, one.scope.value, one.created_at, one.revoked_at or "good") for one in found]
    show(found, as_json=as_json, plain=lambda: show_rows(("name", "scope", "made", "revoked"), rows))


@key.command("revoke")
def revoke(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Make a key worthless, at once.

    \b
    Example:
      bakjour key revoke clinic24
    """
    ask(config, requests.RevokeKey(name))
    complain(f"the key {name} is revoked")
