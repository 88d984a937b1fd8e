"""One process at a time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.store.lock import StoreLock, StoreLocked

HOLDER = """
import sys
from pathlib import Path
from gateway.store.lock import StoreLock
StoreLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_holder_is_refused_by_name(path: Path) -> None:
    """Whoever comes second is told which process holds the store, and where the lock is."""
    with StoreLock(path), pytest.raises(StoreLocked) as refused:
        StoreLock(path).acquire()
    assert f"process {os.getpid()}" in str(refused.value)
    assert "bakjour.db.lock" in str(refused.value)


def test_released_it_is_free(path: Path) -> None:
    """A lock that was let go can be taken, and letting go twice does no harm."""
    lock = StoreLock(path)
    lock.acquire()
    lock.release()
    lock.release()
    with StoreLock(path):
        pass


def test_it_ends_with_its_process(path: Path) -> None:
    """A holder that was killed leaves the store free, whatever its file says."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(StoreLocked, match=f"process {holder.pid}"):
            StoreLock(path).acquire()
        holder.kill()
        holder.wait()
    with StoreLock(path):
        pass
