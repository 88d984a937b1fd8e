"""Phones: a screen that shows messages, joined from their parts, and a person who may answer.

Rules: a part is shown only with all others of its message; a phone that is off or slow shows later, never
twice. What a phone keeps is bounded.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from protocols.sms.segments import Part

INBOX_MAX = 10_000
"""Messages that a phone keeps; the oldest goes first."""

UNFINISHED_MAX = 50
"""Long messages of which parts are missing; the oldest goes first."""


class Manner(Enum):
    """How a number behaves."""

    ON = "on"
    OFF = "off"  # keeps waiting: no receipt until it is on again or the validity has passed
    EXPIRES = "expires"  # the centre gives up: EXPIRED
    FULL = "full"  # submits are answered RMSGQFUL
    BARRED = "barred"  # submits are answered RINVDSTADR
    SLOW = "slow"  # shows and reports after a minute
    REJECTS = "rejects"  # taken, and then reported UNDELIV


@dataclass(frozen=True, slots=True)
class Shown:
    """What came onto the screen; `at` is seconds on the centre's clock, `flash` a message of class 0."""

    text: str
    at: float
    source: str
    flash: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message, or one part of a longer one, on its way to a phone."""

    text: str
    source: str
    part: Part | None = None
    flash: bool = False


@dataclass(eq=False)
class Phone:
    """One number. `manner` may be changed at any time; `turn_on` shows what waited."""

    number: str
    on_reply: Callable[["Phone", str, str], None]
    manner: Manner = Manner.ON
    inbox: list[Shown] = field(default_factory=list)
    waiting: list[Callable[[], None]] = field(default_factory=list)
    _unfinished: dict[tuple[str, int, int], dict[int, str]] = field(default_factory=dict)

    @property
    def screen(self) -> str | None:
        """The text that came last."""
        return self.inbox[-1].text if self.inbox else None

    def reply(self, text: str, to: str | None = None) -> None:
        """The person answers: to the source of the last message, or to a number.

        Raises ValueError if nothing has come and `to` is not given.
        """
        if to is None and not self.inbox:
            raise ValueError(f"nothing has come to {self.number} that could be answered")
        self.on_reply(self, text, to if to is not None else self.inbox[-1].source)

    def turn_on(self) -> None:
        """Take out of OFF or any other manner; what waited arrives now."""
        self.manner = Manner.ON
        waiting, self.waiting = self.waiting, []
        for arrive in waiting:
            arrive()

    def take(self, incoming: Incoming, at: float) -> Shown | None:
        """Show a message, or keep a part; what came onto the screen."""
        text = incoming.text if incoming.part is None else self._join(incoming, incoming.part)
        if text is None:
            return None
        shown = Shown(text, at, incoming.source, incoming.flash)
        self.inbox.append(shown)
        del self.inbox[:-INBOX_MAX]
        return shown

    def _join(self, incoming: Incoming, part: Part) -> str | None:
        key = (incoming.source, part.reference, part.total)
        parts = self._unfinished.setdefault(key, {})
        parts[part.number] = incoming.text
        if len(parts) == part.total:
            del self._unfinished[key]
            return "".join(parts[number] for number in sorted(parts))
        if len(self._unfinished) > UNFINISHED_MAX:
            del self._unfinished[next(iter(self._unfinished))]
        return None
