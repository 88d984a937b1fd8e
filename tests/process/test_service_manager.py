"""The process as a service manager starts it: it hears when we are ready, alive, and stopping."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from gateway.config import parse
from gateway.serve import Serve
from gateway.supervision.notify import Notifier

PATIENCE = 60.0  # seconds; a loaded machine takes its time to import
CONFIG = '[store]\npath = "b.db"\n'


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """The manager's end of the socket `notify` in the test's folder."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(PATIENCE)
        yield heard


@pytest.mark.process
def test_ready_alive_stopping(manager: socket.socket, tmp_path: Path) -> None:
    """READY=1 comes when everything listens, WATCHDOG=1 again and again, STOPPING=1 at SIGTERM; exit 0."""
    (tmp_path / "bakjour.toml").write_text(CONFIG)
    environment = os.environ | {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "300000"}
    command = [sys.executable, "-m", "gateway", "serve", "--config", str(tmp_path / "bakjour.toml")]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as gateway:
        try:
            assert [manager.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]
            gateway.send_signal(signal.SIGTERM)
            while (last := manager.recv(100)) == b"WATCHDOG=1":
                """One or two more may be under way."""
            assert last == b"STOPPING=1"
            assert gateway.wait(PATIENCE) == 0
        finally:
            gateway.kill()


def test_no_sign_of_life_from_the_sick(
    manager: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the loop or the store's writer hangs no WATCHDOG=1 is sent, so the manager starts us anew."""
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "300000"}, os.getpid())
    clock = SimpleNamespace(seconds=lambda: 1000.0)
    serve = Serve(parse(CONFIG.encode(), tmp_path, {}), clock, notifier)
    manager.setblocking(False)
    monkeypatch.setattr(serve, "healthy", lambda: False)
    serve._show_life()
    with pytest.raises(BlockingIOError):
        manager.recv(100)
    monkeypatch.setattr(serve, "healthy", lambda: True)
    serve._show_life()
    assert manager.recv(100) == b"WATCHDOG=1"
