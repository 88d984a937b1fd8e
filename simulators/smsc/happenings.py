"""What an SMS centre tells of itself: one value per thing that happens, one JSON object per line."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

Detail = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Happening:
    """`event` is one of connected, bound, bind_refused, submitted, shown, waiting, receipt, receipt_answered,
    reply, reply_answered, dropped, unbound, disconnected, fault. `at` is seconds on the centre's clock.
    """

    event: str
    at: float
    details: dict[str, Detail] = field(default_factory=dict)

    def as_json(self) -> str:
        """One line, the event's name first."""
        line = {"event": self.event, "at": round(self.at, 3), **self.details}
        return json.dumps(line, ensure_ascii=False)

    def as_line(self) -> str:
        """One line for people."""
        told = " ".join(
            f"{name}={value!r}" for name, value in self.details.items() if value not in (None, "")
        )
        return f"{self.at:10.3f}  {self.event:17} {told}"


Teller = Callable[[Happening], None]
