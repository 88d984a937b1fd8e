"""The space that a full disk gives back: a file beside the store that is deleted at the first "disk full".

It buys the time to close open alerts and to raise the alarm; it is made again at the next start.
"""

import os
from contextlib import suppress
from pathlib import Path

RESERVE_BYTES = 32 * 1024 * 1024
"""Room for some ten thousand more events with their steps: hours at a hospital's rate, in which people who
were alarmed can make room."""


class Reserve:
    """The reserve file of the store at `store`."""

    def __init__(self, store: Path, size: int = RESERVE_BYTES) -> None:
        self.path = store.with_name(f"{store.name}.reserve")
        self._size = size

    def create(self) -> bool:
        """Take the space. False if the disk has no room for it: we start all the same, and it is told."""
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return False
        try:
            # Really taken, block by block; a file that is only long would give nothing back.
            os.posix_fallocate(descriptor, 0, self._size)
        except OSError:
            self.release()
            return False
        finally:
            os.close(descriptor)
        return True

    def release(self) -> bool:
        """Give the space back. False if it was given back before."""
        with suppress(OSError):
            self.path.unlink()
            return True
        return False
