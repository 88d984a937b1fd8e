"""How the centre behaves towards everybody: delays, refusals, silence. All off by default."""

from dataclasses import dataclass

from protocols.smpp.status import RTHROTTLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """Seconds and shares (0.0–1.0). A new value takes effect with the next message.

    `silent` never answers a submit, though the message is delivered; `refuse` answers every submit with this
    command_status; `rate` is messages a second, above which submits are answered RTHROTTLED;
    `receipt_first` sends the receipt before the response; `unbind_share` of submits are followed by an
    unbind; `lost_share` of responses are never sent.
    """

    response_delay: float = 0.0
    receipt_delay: float = 1.0
    slow_delay: float = 60.0
    silent: bool = False
    refuse: int = 0
    rate: float | None = None
    receipt_first: bool = False
    unbind_share: float = 0.0
    lost_share: float = 0.0


class Rate:
    """Counts messages of the last second."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def status(self, limit: float | None, now: float) -> int:
        """RTHROTTLED for one message too many, else 0."""
        if limit is None:
            return 0
        self._times = [time for time in self._times if now - time < 1.0]
        if len(self._times) >= limit:
            return RTHROTTLED
        self._times.append(now)
        return 0
