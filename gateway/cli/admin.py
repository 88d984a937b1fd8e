"""`admin add`, `admin list`, `admin disable`, `admin enable`, `admin passwd`: accounts of the web pages."""

import getpass
import sys
from typing import Annotated

import typer

from gateway import replies, requests
from gateway.accounts.model import Kind
from gateway.cli.common import (
    DEFAULT_CONFIG,
    WRONG_USE,
    ConfigOption,
    JsonOption,
    ask,
    complain,
    fail,
    show,
    show_rows,
)

admin = typer.Typer(help="Accounts of the web pages.", no_args_is_help=True)

Username = Annotated[str, typer.Argument(metavar="USERNAME", help="As the person logs in, like ab12345.")]


@admin.command("add")
def add(
    username: Username,
    name: Annotated[str | None, typer.Option("--name", help="The person's name; default: USERNAME.")] = None,
    kind: Annotated[
        Kind, typer.Option("--kind", help="it: everything; unit: schedules its units; reader: looks.")
    ] = Kind.IT,
    units: Annotated[
        list[str] | None, typer.Option("--unit", help="With --kind unit: may schedule it; may be repeated.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Make an account; the password comes from a prompt, or from stdin where that is no terminal.

    \b
    Example:
      bakjour admin add ab12345 --name "Karin Ek" --kind unit --unit hc-andersberg
    """
    wanted = tuple(units or ())
    if wanted and kind is not Kind.UNIT:
        fail("--unit belongs to --kind unit", WRONG_USE)
    password = _password()
    ask(config, requests.AddAccount(username, name or username, kind, password, wanted))
    complain(f"the account {username.lower()} is made")


@admin.command("list")
def list_(as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """List every account.

    \b
    Example:
      bakjour admin list
    """
    found: tuple[replies.AccountEntry, ...] = ask(config, requests.ListAccounts())
    rows = [
        (one.username, one.name, one.kind.value, " ".join(one.units), one.created_at, one.disabled_at or "")
        for one in found
    ]
    columns = ("user name", "name", "kind", "units", "made", "disabled")
    show(found, as_json=as_json, plain=lambda: show_rows(columns, rows))


@admin.command("disable")
def disable(username: Username, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Close an account: it is logged out everywhere, and cannot log in.

    \b
    Example:
      bakjour admin disable ab12345
    """
    ask(config, requests.ChangeAccount(username, disabled=True))
    complain(f"the account {username.lower()} is disabled")


@admin.command("enable")
def enable(username: Username, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Open an account that was disabled.

    \b
    Example:
      bakjour admin enable ab12345
    """
    ask(config, requests.ChangeAccount(username, disabled=False))
    complain(f"the account {username.lower()} may log in")


@admin.command("passwd")
def passwd(username: Username, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Set a new password, and log the person out everywhere.

    \b
    Example:
      bakjour admin passwd ab12345
    """
    ask(config, requests.ChangeAccount(username, password=_password()))
    complain(f"the password of {username.lower()} is set")


def _password() -> str:
    """From the terminal, twice; or the first line of stdin."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("password: ")
    if getpass.getpass("once more: ") != password:
        fail("the two are not alike", WRONG_USE)
    return password
