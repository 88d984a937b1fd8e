"""`alerts`, `lines`, `refusals`, `alarms`: what the gateway has done, and how it is."""

from typing import Annotated

import typer

from gateway import replies, requests
from gateway.cli.common import (
    DEFAULT_CONFIG,
    FAILED,
    ConfigOption,
    JsonOption,
    ask,
    say,
    show,
    show_rows,
    text,
)

CALLS = "espa444/"
"""How the source of an alert begins that another system's call became (`gateway.alerts.source_of_line`)."""

LimitOption = Annotated[
    int, typer.Option("--limit", min=1, max=requests.MAX_LIMIT, help="Rows at most, the newest first.")
]


def alerts(
    alert: Annotated[str | None, typer.Argument(metavar="[ID]", help="One alert's whole timeline.")] = None,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that are open.")] = False,
    limit: LimitOption = requests.DEFAULT_LIMIT,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """List alerts, or show one alert's whole timeline.

    \b
    Example:
      bakjour alerts 17 --json
    """
    if alert is not None:
        detail: replies.AlertDetail = ask(config, requests.ShowAlert(alert))
        show(detail, as_json=as_json, plain=lambda: _show_alert(detail))
        return
    found: tuple[replies.AlertSummary, ...] = ask(config, requests.ListAlerts(limit, open_only))
    columns = ("alert", "accepted", "status", "prio", "kind", "unit", "case", "paged")
    rows = [
        (
            one.alert,
            one.accepted_at,
            one.status if not one.open else f"open: {one.status}",
            str(one.priority),
            _kind(one),
            one.unit,
            text(one.case),
            ", ".join(one.receivers),
        )
        for one in found
    ]
    show(found, as_json=as_json, plain=lambda: show_rows(columns, rows))


def lines(as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Show state and counters of every source and carrier. Exit 1 if no gateway runs.

    \b
    Example:
      bakjour lines
    """
    found: tuple[replies.Line, ...] = ask(config, requests.ListLines())
    rows = [
        (
            one.name,
            one.kind,
            "up" if one.up else "DOWN",
            one.detail,
            " ".join(f"{name}={count}" for name, count in one.counters.items()),
        )
        for one in found
    ]
    columns = ("line", "type", "state", "detail", "counters")
    show(found, as_json=as_json, plain=lambda: show_rows(columns, rows))


def refusals(
    limit: LimitOption = requests.DEFAULT_LIMIT,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """List the events that became no alert, and why.

    \b
    Example:
      bakjour refusals --limit 10
    """
    found: tuple[replies.RefusalEntry, ...] = ask(config, requests.ListRefusals(limit))
    rows = [
        (
            one.at,
            one.status,
            one.way,
            text(one.source),
            text(one.id),
            "; ".join(f"{path}: {message}" for path, message in one.errors),
        )
        for one in found
    ]
    columns = ("at", "status", "way", "source", "id", "why")
    show(found, as_json=as_json, plain=lambda: show_rows(columns, rows))


def alarms(
    standing: Annotated[
        bool, typer.Option("--standing", help="Only what is wrong now; exit 1 if any.")
    ] = False,
    limit: LimitOption = requests.DEFAULT_LIMIT,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """List the technical alarms.

    \b
    Example:
      bakjour alarms --standing
    """
    found: tuple[replies.AlarmEntry, ...] = ask(config, requests.ListAlarms(limit, standing))
    rows = [(one.raised_at, one.cleared_at or "stands", str(one.count), one.key, one.text) for one in found]
    columns = ("raised", "cleared", "times", "key", "what")
    show(found, as_json=as_json, plain=lambda: show_rows(columns, rows))
    if standing and found:
        raise typer.Exit(FAILED)


def _kind(one: replies.AlertSummary) -> str:
    """In a word; what is of no kind is an alarm about the gateway itself, or a call of another system."""
    if one.kind is not None:
        return one.kind.name.lower()
    return "call" if one.source.startswith(CALLS) else "alarm"


def _show_alert(detail: replies.AlertDetail) -> None:
    for name, value in (
        ("alert", detail.alert),
        ("event", f"{detail.source} {detail.id}"),
        ("kind", _kind(detail) if detail.kind is None else detail.kind.value),
        ("unit", detail.unit),
        ("priority", str(detail.priority)),
        ("case", text(detail.case)),
        ("status", f"open: {detail.status}" if detail.open else detail.status),
        ("proof", detail.proof.value),
        ("expires", detail.expires_at),
    ):
        say(f"{name}: {value}")
    rows = [
        (
            entry.at,
            entry.scope,
            text(entry.status),
            entry.text,
            text(entry.receiver),
            text(entry.carrier),
            text(entry.reason),
        )
        for entry in detail.timeline
    ]
    show_rows(("at", "scope", "outcome", "what", "receiver", "carrier", "reason"), rows)
