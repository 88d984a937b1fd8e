"""The space that a full disk gives back."""

import errno
import os
from pathlib import Path

import pytest

from gateway.store.reserve import Reserve


def test_takes_the_space_and_gives_it_back_once(path: Path) -> None:
    """The file really holds its blocks, and is given back once."""
    reserve = Reserve(path, size=1 << 20)
    assert reserve.create()
    assert reserve.path.name == "bakjour.db.reserve"
    assert reserve.path.stat().st_blocks * 512 >= 1 << 20
    assert reserve.release()
    assert not reserve.path.exists()
    assert not reserve.release()


def test_is_made_again_whole(path: Path) -> None:
    """A start finds the file of the last one and keeps it."""
    reserve = Reserve(path, size=1 << 16)
    assert reserve.create()
    assert reserve.create()
    assert reserve.path.stat().st_size == 1 << 16


def test_a_disk_without_room_does_not_stop_the_start(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room for it nothing is left half made, and the caller is told."""

    def full(descriptor: int, offset: int, size: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    reserve = Reserve(path)
    assert not reserve.create()
    assert not reserve.path.exists()
