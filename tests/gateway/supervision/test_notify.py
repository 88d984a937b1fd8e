"""What the service manager hears of us, on a socket as it makes one."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.supervision.notify import Notifier

PID = 4711


@pytest.fixture(params=["file", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """The manager's end, and NOTIFY_SOCKET."""
    name = str(tmp_path / "notify") if request.param == "file" else f"@bakjour-test-{tmp_path}"[:100]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(name.replace("@", "\0"))
        heard.setblocking(False)
        yield heard, name


def test_each_message(manager: tuple[socket.socket, str]) -> None:
    """Ready, alive and stopping are one datagram each."""
    heard, name = manager
    notifier = Notifier({"NOTIFY_SOCKET": name}, PID)
    notifier.ready()
    notifier.alive()
    notifier.stopping()
    assert [heard.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_nobody_listens(tmp_path: Path) -> None:
    """Without a manager, or with one that is gone, nothing is sent and nothing raised."""
    for environment in ({}, {"NOTIFY_SOCKET": str(tmp_path / "gone")}):
        Notifier(environment, PID).ready()


@pytest.mark.parametrize(
    ("environment", "interval"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "60000000"}, 20.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "4711"}, 20.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_watchdog(environment: dict[str, str], interval: float | None) -> None:
    """Signs of life are due three times within the manager's patience, if it waits for ours."""
    assert Notifier({"NOTIFY_SOCKET": "/run/notify", **environment}, PID).interval == interval


def test_watchdog_without_socket() -> None:
    """Where there is nobody to tell, none are due."""
    assert Notifier({"WATCHDOG_USEC": "60000000"}, PID).interval is None
