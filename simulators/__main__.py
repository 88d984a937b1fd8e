"""`bakjour-sim`: simulated devices, run by hand.

Rule: a command's module is imported only when it is asked for, or for the list of all; one that cannot be
imported is named on standard error and takes no other with it.
"""

import sys
from importlib import import_module
from typing import Final

import typer

COMMANDS: Final = {
    "clinic24": "simulators.clinic24_command",
    "dect": "simulators.dect_command",
    "demo": "simulators.demo.command",
    "modem": "simulators.modem_command",
    "smsc": "simulators.smsc_command",
}
"""Name of each subcommand and the module whose function `command` it is."""


def main() -> None:
    """Run the subcommand that the command line names."""
    build(sys.argv[1:])()


def build(arguments: list[str]) -> typer.Typer:
    """Return the application with the subcommand that `arguments` name, or with all of them."""
    app = typer.Typer(
        help="Simulated devices around the gateway: Clinic24, DECT system, SMS centre, modem.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_keep_names)
    named = [name for name in COMMANDS if name in arguments[:1]]
    for name in named or COMMANDS:
        try:
            app.command(name)(import_module(COMMANDS[name]).command)
        except ImportError as error:
            print(f"bakjour-sim {name} cannot be loaded: {error}", file=sys.stderr)
    return app


def _keep_names() -> None:
    """Without a callback, typer would take a single command as the whole program."""


if __name__ == "__main__":
    main()
