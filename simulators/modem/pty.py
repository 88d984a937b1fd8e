"""A pseudo-terminal linked at a path, so that any program can open the modem as a serial device.

Rules: both ends stay open here, for a serial line knows no connection: programs come and go, and what one
left unread is the next one's. The terminal is raw; it ignores speed, parity and data bits, as all of them do.
"""

import errno
import os
import tty
from contextlib import suppress
from pathlib import Path

from twisted.internet.abstract import FileDescriptor
from twisted.internet.fdesc import readFromFD, writeToFD
from twisted.internet.interfaces import IProtocol, IReactorFDSet
from twisted.python.failure import Failure


class Pty(FileDescriptor):
    """The transport of our end. Raises OSError if something that is no link stands at `path`."""

    def __init__(self, reactor: IReactorFDSet, path: Path, protocol: IProtocol) -> None:
        super().__init__(reactor)
        self._path = path
        self._protocol = protocol
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        self.device = os.ttyname(self._theirs)
        try:
            self._link()
        except OSError:
            self._close()
            raise
        self.connected = 1
        protocol.makeConnection(self)
        self.startReading()  # type: ignore[no-untyped-call]

    def fileno(self) -> int:
        """Our end."""
        return self._ours

    def doRead(self) -> object:
        """Twisted: there is something to read."""
        return readFromFD(self._ours, self._protocol.dataReceived)  # type: ignore[no-untyped-call]

    def writeSomeData(self, data: bytes) -> int | BaseException:
        """Twisted: there is room to write."""
        written: int | BaseException = writeToFD(self._ours, data)  # type: ignore[no-untyped-call]
        return written

    def connectionLost(self, reason: Failure) -> None:
        """We end; the link goes with us."""
        super().connectionLost(reason)  # type: ignore[no-untyped-call]
        with suppress(OSError):
            if self._path.readlink() == Path(self.device):
                self._path.unlink()
        self._close()
        self._protocol.connectionLost(reason)

    def _link(self) -> None:
        if self._path.is_symlink():
            self._path.unlink()  # left behind by one that was killed
        elif self._path.exists():
            raise FileExistsError(errno.EEXIST, "is no link, so it is left alone", str(self._path))
        self._path.symlink_to(self.device)

    def _close(self) -> None:
        os.close(self._ours)
        os.close(self._theirs)
