"""What a simulated Clinic24 tells: people (rich on a terminal, plain lines elsewhere) or programs (JSON).

Rule: a line for each thing that happens, a summary at the end; without a terminal nothing is wrapped or cut.
"""

import json
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from protocols.clinic24 import times
from simulators.clinic24_fates import Fate, Happening


class Report:
    """Prints happenings and the summary to standard output."""

    def __init__(self, as_json: bool) -> None:
        self._console = None if as_json else Console(highlight=False, soft_wrap=True)
        self._as_json = as_json

    def happening(self, happening: Happening) -> None:
        """Tell one thing that happened."""
        if self._as_json:
            self._print_json(_members(happening))
        else:
            style = _STYLES.get(_word(happening), "")
            self._print(f"{_now()[11:23]}  {happening.what:<14} {_text(happening)}", style)

    def summary(self, fates: Sequence[Fate], good: bool) -> None:
        """Tell what became of every line; `good` is whether each got the answer that it should."""
        counts = Counter(_status(fate) for fate in fates)
        if self._as_json:
            self._print_json({"what": "summary", "lines": len(fates), **counts, "good": good})
            return
        if self._console is not None and self._console.is_terminal:
            self._console.print(_table(fates))
        else:
            for fate in fates:
                self._print("  ".join(_row(fate)))
        told = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
        self._print(f"{len(fates)} lines: {told or 'nothing sent'}", "bold green" if good else "bold red")

    def _print(self, text: str, style: str = "") -> None:
        assert self._console is not None
        self._console.print(text, style=style, markup=False)

    def _print_json(self, members: dict[str, Any]) -> None:
        print(json.dumps({"at": _now(), **members}, ensure_ascii=False), flush=True)


_STYLES = {
    "accepted": "green",
    "acknowledged": "bold green",
    "delivered": "cyan",
    "read": "cyan",
    "rejected": "red",
    "retry": "yellow",
    "lost": "yellow",
    "unreachable": "red",
    "refused": "red",
    "failed": "bold red",
    "expired": "bold red",
    "no_receiver": "bold red",
}


def _now() -> str:
    return times.render(time.time_ns() // 1_000_000)


def _status(fate: Fate) -> str:
    if fate.answer is None:
        return "unanswered" if fate.sent else "not_sent"
    return fate.answer.status.value


def _word(happening: Happening) -> str:
    if happening.answer is not None:
        return happening.answer.status.value
    return happening.what if happening.outcome is None else happening.outcome.status


def _members(happening: Happening) -> dict[str, Any]:
    members: dict[str, Any] = {"what": happening.what}
    if happening.answer is not None:
        members |= msgspec.to_builtins(happening.answer)
    elif happening.outcome is not None:
        told = msgspec.to_builtins(happening.outcome) | {"outcome_at": times.render(happening.outcome.at)}
        members |= {
            name: value for name, value in told.items() if name != "at" and value not in (None, False)
        }
    elif happening.fate is not None:
        source, identity = happening.fate.planned.identity
        members |= {"source": source, "id": identity, "raw": happening.fate.planned.raw}
    if happening.detail is not None:
        members["detail"] = happening.detail
    return members


def _text(happening: Happening) -> str:
    answer, outcome, fate = happening.answer, happening.outcome, happening.fate
    if answer is not None:
        faults = [f"{fault.path or 'line'} {fault.message}" for fault in (*answer.errors, *answer.warnings)]
        alert = f"alert {answer.alert}" if answer.alert else ""
        return "  ".join(part for part in (answer.id or "(no id)", answer.status, alert, *faults) if part)
    if outcome is not None:
        parts = (outcome.id, outcome.scope, outcome.status, outcome.receiver, outcome.carrier, outcome.reason)
        return "  ".join(part for part in parts if part)
    described = None if fate is None else _described(fate)
    return "  ".join(part for part in (described, happening.detail) if part)


def _described(fate: Fate) -> str:
    event = fate.planned.event
    if event is None:
        return fate.planned.identity[1] or f"{len(fate.planned.data)} bytes as they are"
    priority = "–" if event.priority is None else event.priority
    kind = event.kind.removeprefix("clinic24.")
    return f"{event.id}  {kind}  {event.unit}  {event.profession}  prio {priority}"


def _row(fate: Fate) -> tuple[str, str, str, str]:
    last = fate.outcomes[-1] if fate.outcomes else None
    became = "" if last is None else f"{last.status} {last.receiver or ''} {last.carrier or ''}".strip()
    return _described(fate), _status(fate), became, "" if fate.good else "not as it should be"


def _table(fates: Sequence[Fate]) -> Table:
    table = Table("sent", "answer", "became", "", title="What became of each line")
    for fate in fates:
        table.add_row(*_row(fate), style="" if fate.good else "red")
    return table
