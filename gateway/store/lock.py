"""The lock beside the store: one process at a time may write.

`serve` holds it for as long as it runs; a command holds it while it works on a store that no gateway
serves. The kernel lets it go with the process, however that ends; the file stays, because deleting it would
let two processes hold "the" lock on two files.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self


class StoreLocked(Exception):  # noqa: N818 - named for what is the case
    """Another process holds the store; the message names it."""


class StoreLock:
    """The lock of the store at `store`; a context manager, or `acquire` and `release`."""

    def __init__(self, store: Path) -> None:
        self.path = store.with_name(f"{store.name}.lock")
        self._store = store
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock or raise StoreLocked at once. Raises OSError if the lock file cannot be written."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise StoreLocked(
                f"the store {self._store} is in use by process {holder} (lock file {self.path})"
            ) from None
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        # On a full disk the lock holds all the same; only the name of its holder is lost.
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let the lock go; harmless if it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
