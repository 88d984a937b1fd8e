"""How long an SMPP session waits for what, and how much it lets be under way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds, and the window in messages; the defaults are what Nordic operators ask for or recommend.

    `opening` is from the connection to the answered bind; `answer_within` is our own time for the durable
    answer to what we received, below the 10 s after which peers give up; None waits for ever.
    Raises ValueError for a window below 1 or a wait that is not longer than 0.
    """

    window: int = 10
    enquire_link: float = 30.0
    enquire_reply: float = 10.0
    response: float = 10.0
    opening: float = 10.0
    unbind: float = 5.0
    answer_within: float | None = 8.0

    def __post_init__(self) -> None:
        waits = (self.enquire_link, self.enquire_reply, self.response, self.opening, self.unbind)
        if self.window < 1 or min(*waits, self.answer_within or 1.0) <= 0 or self.answer_within == 0:
            raise ValueError("a window holds at least 1 message, and every wait is longer than 0 seconds")
