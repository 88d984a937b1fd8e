"""Things to do after a while, which all end with the centre."""

from collections.abc import Callable

from twisted.internet.interfaces import IDelayedCall, IReactorTime


class Later:
    """Delayed calls on one clock; `stop` cancels what has not happened."""

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._calls: set[IDelayedCall] = set()

    def __call__(self, delay: float, do: Callable[[], None]) -> None:
        """Do it after `delay` seconds; at once, within this call, if that is 0."""
        if delay <= 0:
            do()
            return

        def happen() -> None:
            self._calls.discard(call)
            do()

        call = self._clock.callLater(delay, happen)
        self._calls.add(call)

    def stop(self) -> None:
        """Nothing more happens."""
        for call in self._calls:
            call.cancel()
        self._calls.clear()
