"""The processes that the demo starts: their lines, their end, and that none outlives it.

Rules: every process is ended by its own id. On Linux the kernel ends it too should the demo be killed without
a word. It has a process group of its own, so that Ctrl-C reaches the demo alone, which ends the others in
order. What is kept of its output is bounded.
"""

import os
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

READY_SECONDS: Final = 60.0
"""Each takes one or two; a machine that installs in the background may take ten times as long."""

STOP_SECONDS: Final = 5.0
"""From SIGTERM to SIGKILL: the gateway closes its lines and its store in well under one."""

ERROR_LINES: Final = 200
LINE_BYTES: Final = 1 << 20
"""A longer line of output is cut: no line of ours comes near."""

# prctl(PR_SET_PDEATHSIG, SIGTERM) before the program; the check closes the gap in which the parent may end.
_LAUNCH: Final = """
import os, sys
os.setpgid(0, 0)
if sys.platform == "linux":
    import ctypes
    ctypes.CDLL(None).prctl(1, 15)
    if os.getppid() != int(sys.argv[1]):
        sys.exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""


class Trouble(Exception):  # noqa: N818 (it is what the person at the terminal reads)
    """The demo cannot go on; the message says why, with what the process in question wrote."""


class Child(ProcessProtocol):
    """One process of `python -m …`. `on_line` gets each line of its standard output."""

    def __init__(self, name: str, on_line: Callable[[str], None] = lambda line: None) -> None:
        self.name = name
        self.on_line = on_line
        self.on_end: Callable[[Child], None] = lambda child: None
        self.lines: deque[str] = deque(maxlen=ERROR_LINES)
        self.errors: deque[str] = deque(maxlen=ERROR_LINES)
        self.exit_code: int | None = None
        self.ending = ""
        self.ended: Deferred[None] = Deferred()
        self._rests = {1: b"", 2: b""}
        self._waiting: list[tuple[Callable[[str], bool], Deferred[str]]] = []

    @property
    def running(self) -> bool:
        """Whether it has begun and not ended."""
        return self.transport is not None and not self.ended.called

    def start(self, reactor: Any, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Run this Python with these arguments."""
        program = [sys.executable, *arguments]
        command = [sys.executable, "-I", "-c", _LAUNCH, str(os.getpid()), *program]
        reactor.spawnProcess(self, sys.executable, command, dict(environment))

    async def line(self, reactor: Any, wanted: Callable[[str], bool], seconds: float) -> str:
        """The first line that is wanted. Raises Trouble if it does not come in time, or the process ends."""
        for line in self.lines:
            if wanted(line):
                return line
        waiting: Deferred[str] = Deferred()
        self._waiting.append((wanted, waiting))
        waiting.addTimeout(seconds, reactor)
        try:
            return await waiting
        except TimeoutError:
            raise Trouble(self.told(f"is not ready after {seconds:.0f} s")) from None

    async def done(self, reactor: Any, seconds: float) -> list[str]:
        """Its output, once it has ended. Raises Trouble if it fails or takes longer."""
        finished: Deferred[None] = Deferred()
        self.ended.chainDeferred(finished)
        finished.addTimeout(seconds, reactor)
        try:
            await finished
        except TimeoutError:
            raise Trouble(self.told(f"has not ended after {seconds:.0f} s")) from None
        if self.exit_code != 0:
            raise Trouble(self.told(f"failed with {self.ending}"))
        return list(self.lines)

    async def stop(self, reactor: Any) -> None:
        """SIGTERM, then SIGKILL; returns when it is gone."""
        if not self.running:
            return
        self.on_end = lambda child: None
        gone: Deferred[None] = Deferred()
        self.ended.chainDeferred(gone)
        self._signal("TERM")
        killing = reactor.callLater(STOP_SECONDS, self._signal, "KILL")
        await gone
        if killing.active():
            killing.cancel()

    def kill(self) -> None:
        """The last resort, without a reactor."""
        if self.running:
            self._signal("KILL")

    def told(self, what: str) -> str:
        """What happened, with the last of what the process wrote to standard error."""
        return "\n    ".join([f"{self.name} {what}", *list(self.errors)[-20:]])

    # --- ProcessProtocol

    def childDataReceived(self, childFD: int, data: bytes) -> None:
        *lines, rest = (self._rests[childFD] + data).split(b"\n")
        self._rests[childFD] = rest[-LINE_BYTES:]
        for line in lines:
            self._read(childFD, line.decode("utf-8", "replace"))

    def processEnded(self, reason: Failure) -> None:
        for stream, rest in self._rests.items():
            if rest:
                self._read(stream, rest.decode("utf-8", "replace"))
        self.exit_code = getattr(reason.value, "exitCode", None)
        killed = getattr(reason.value, "signal", None)
        self.ending = f"signal {killed}" if killed else f"exit code {self.exit_code}"
        waiting, self._waiting = self._waiting, []
        for _, deferred in waiting:
            deferred.errback(Trouble(self.told(f"ended with {self.ending}")))
        self.ended.callback(None)
        self.on_end(self)

    def _read(self, stream: int, line: str) -> None:
        if stream == 2:
            self.errors.append(line)
            return
        self.lines.append(line)
        for waiting in [one for one in self._waiting if one[0](line)]:
            self._waiting.remove(waiting)
            waiting[1].callback(line)
        self.on_line(line)

    def _signal(self, name: str) -> None:
        try:
            assert self.transport is not None
            self.transport.signalProcess(name)
        except ProcessExitedAlready:
            """It was faster."""
