"""What comes out of the process that prepares an import, on the reactor's thread.

Rules: what it laid down comes in its order, then the end. A process that is to be stopped is stopped also if
it begins only afterwards.
"""

from subprocess import Popen

from twisted.internet.defer import Deferred, DeferredQueue
from twisted.python.failure import Failure

from gateway.replies import RosterImported
from gateway.roster.prepared import Head, Laid


class Coming:
    """One process's."""

    def __init__(self) -> None:
        self.ended: Deferred[None] = Deferred()
        """Fires when nothing more comes, whatever was the end."""
        self._queue: DeferredQueue[Head | Laid | None] = DeferredQueue()
        self._process: Popen[bytes] | None = None
        self._stopped = False
        self._result: RosterImported | Failure | None = None

    def began(self, process: "Popen[bytes]") -> None:
        """It runs."""
        self._process = process
        if self._stopped:
            process.terminate()

    def put(self, laid: Head | Laid) -> None:
        """It laid something down."""
        self._queue.put(laid)

    def end(self, result: RosterImported | Failure) -> None:
        """It has ended, and this came of it."""
        self._result = result
        self._process = None
        self._queue.put(None)
        self.ended.callback(None)

    def stop(self) -> None:
        """End it before its time."""
        self._stopped = True
        if self._process is not None:
            self._process.terminate()

    def get(self) -> "Deferred[Head | Laid | None]":
        """What comes next; None: nothing more."""
        return self._queue.get()

    def following(self) -> "Deferred[Laid | None]":
        """The next batch; None after the last. Fails as the process did."""
        return Deferred.fromCoroutine(self._following())

    async def _following(self) -> Laid | None:
        laid = await self._queue.get()
        assert not isinstance(laid, Head)
        if laid is None:
            self.told()
        return laid

    def told(self) -> RosterImported:
        """What is to be told of it, once it has ended. Raises what the process failed with."""
        if isinstance(self._result, Failure):
            self._result.raiseException()
        assert isinstance(self._result, RosterImported)
        return self._result
