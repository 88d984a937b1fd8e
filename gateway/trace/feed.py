"""From the taps to whoever traces over the control socket.

Rules: one row is what one read or write carried. What happens to a reader that does not keep up is the
control socket's matter: the gateway never waits for one.
"""

from collections.abc import Callable

from gateway import replies, requests
from gateway.clock import Clock
from gateway.requests import Refused, Why
from gateway.trace.taps import Passed, TappedLine, Taps
from protocols.clinic24 import times

Tell = Callable[[replies.TraceRow], None]


class TraceFeed:
    """Begins traces; `begin` is what `control.ControlServer` is given."""

    def __init__(self, taps: Taps, clock: Clock) -> None:
        self._taps = taps
        self._clock = clock

    def begin(self, asked: requests.Trace, tell: Tell) -> tuple[replies.TraceBegun, Callable[[], None]]:
        """Tell of every row from now on; returns what is traced and what ends it. Raises Refused."""
        lines = self._wanted(asked.line)
        hear = _hearer(self._clock, tell)
        ends = [line.listen(hear) for line in lines]

        def end() -> None:
            for one in ends:
                one()

        traced = tuple(replies.TracedLine(line.name, line.kind, dict(line.settings)) for line in lines)
        began = times.render(self._clock.now())
        return replies.TraceBegun(began, self._clock.delays.seconds(), traced), end

    def _wanted(self, name: str | None) -> list[TappedLine]:
        if name is None:
            return list(self._taps.lines.values())
        line = self._taps.lines.get(name)
        if line is None:
            known = ", ".join(self._taps.lines) or "none"
            raise Refused(Why.NOT_FOUND, f"no line {name[:64]!r} can be traced; those that can: {known}")
        return [line]


def _hearer(clock: Clock, tell: Tell) -> Callable[[Passed], None]:
    def hear(passed: Passed) -> None:
        at = times.render(clock.now())
        tell(
            replies.TraceRow(
                passed.line, passed.connection, passed.direction, at, passed.at, passed.data.hex()
            )
        )

    return hear
