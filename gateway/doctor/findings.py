"""What the doctor has found, and the `[[carrier]]` section that follows from it.

Rules: a key stands in the section only where it differs from its default or where the finding is certain
enough to be worth reading; what could not be found out is said as a comment, never guessed.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Ours, on the line that was examined."""

    CONTROL = "control"
    POLLED = "polled"


@dataclass(slots=True)
class Findings:
    """Filled step by step. None: not found out."""

    role: Role | None = None
    own_address: str = "1"
    peer_address: str = "2"
    lead_eot: str = "needed"
    answers_polls: bool | None = None
    takes_selections: bool | None = None
    trailing_rs: bool | None = None
    """Taken with the RS before ETX, which some send."""
    needs_trailing_rs: bool = False
    needs_extra_cr: bool = False
    charsets: dict[str, bool] = field(default_factory=dict)
    """Whether a block with such text was acknowledged."""
    charset: str | None = None
    """What a person has read on the handset."""
    reports_status: bool | None = None
    pages_us: bool = False
    """It has selected us: a system that pages through the gateway, and no paging system."""
    echoes: bool = False
    masked: bool = False
    slowest: float = 0.0
    said: list[str] = field(default_factory=list)
    """Each finding in words, in the order of the examination."""

    def say(self, words: str) -> None:
        """One finding more."""
        self.said.append(words)


@dataclass(frozen=True, slots=True)
class Where:
    """How the line is reached: the keys of the section."""

    endpoint: str | None
    listen: str | None
    baud: int | None
    format: str | None


SLOW = 1.0
"""Seconds of an answer from which on `select_timeout` is written longer than its default."""


def section(found: Findings, where: Where) -> str:
    """The `[[carrier]]` table, or for a system that pages through us the `[[source]]` table, with what was
    found as comments above it."""
    rows = ["# Written by `bakjour line doctor`. What it found:"]
    rows += [f"# - {words}" for words in found.said]
    if found.role is None:
        return "\n".join([*rows, "# No section can be written: nobody to speak with was found."]) + "\n"
    if found.pages_us:
        rows += ["", "[[source]]", 'name = "nurse-call"', 'type = "espa444"']
    else:
        rows += ["", "[[carrier]]", 'name = "dect"', 'type = "espa444"', 'serves = "extension"']
    rows += [f"{name} = {_toml(value)}" for name, value in _keys(found, where) if value is not None]
    return "\n".join([*rows, *_open_questions(found)]) + "\n"


def _keys(found: Findings, where: Where) -> list[tuple[str, str | int | float | bool | None]]:
    slow = found.slowest > SLOW
    return [
        ("endpoint", where.endpoint),
        ("listen", where.listen),
        ("baud", where.baud),
        ("format", where.format),
        ("role", found.role),
        ("own_address", found.own_address),
        ("peer_address", found.peer_address),
        ("charset", found.charset or _first_taken(found)),
        ("lead_eot", found.lead_eot if found.lead_eot != "needed" else None),
        ("trailing_rs", found.needs_trailing_rs or None),
        ("extra_cr", found.needs_extra_cr or None),
        ("discard_echo", found.echoes or None),
        ("mask7", found.masked or None),
        ("status_mode", None if found.reports_status in (None, True) else "none"),
        ("select_timeout", round(found.slowest * 2 + 0.5, 1) if slow else None),
    ]


def _first_taken(found: Findings) -> str:
    return next((name for name, taken in found.charsets.items() if taken and name != "ascii-translit"), "se7")


def _open_questions(found: Findings) -> list[str]:
    rows = []
    if found.role is Role.POLLED and not found.pages_us:
        rows.append("# a system that pages through the gateway (nurse call, fire) is a [[source]] instead")
    if found.charset is None:
        rows.append("# charset: nobody has read å ä ö on a handset yet; `--send-test NUMBER` sends messages")
    if found.reports_status is None:
        rows.append('# status_mode: not found out; "automatic" is assumed')
    elif not found.reports_status:
        rows.append('# status_mode: no status came within some seconds of the test; ask for "request" mode')
    return rows


def _toml(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)
