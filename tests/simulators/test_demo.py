"""The demo itself: real processes on real loopback connections, and none of them left behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "simulators", "demo"]
DEADLINE = 150.0
"""Seconds for a whole run: it takes about ten, and many times that beside a whole suite on two cores."""

pytestmark = pytest.mark.process


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the demo to its end, its temporary folder below `tmp_path`."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def children_of(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + DEADLINE
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline, "processes are left behind"
        time.sleep(0.05)  # of other processes only the system's table can be asked


@contextmanager
def started(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A demo whose gateway is being started: the process and its children."""
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen([*COMMAND], env=environment, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if "starting the gateway" in line:
                break
        try:
            children = children_of(demo.pid)
            assert len(children) >= 2
            yield demo, children
        finally:
            demo.kill()


def test_every_event_reaches_what_it_must(tmp_path: Path) -> None:
    """The first events of a cycle, of all four kinds, reach their devices, and the exit code is 0."""
    done = run(tmp_path, "--events", "5", "--rate", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert len(re.findall(r"^#\d +ended +as it should be", done.stdout, re.M)) == 5
    assert "all 5 events reached what they had to" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_device_that_is_off_fails_the_demo(tmp_path: Path) -> None:
    """With every device switched off, the exit code is 1, and each event that reached nobody is named."""
    numbers = ["20117", "20118", "20119", "20120", "20999"]
    numbers += [f"+4670174060{last}" for last in (5, 6, 7, 8)]
    off = [argument for number in numbers for argument in ("--off", number)]
    done = run(tmp_path, "--events", "2", "--rate", "2", "--patience", "4", *off)
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"^#1 +failed +.*not shown on \d{5} \(", done.stdout, re.M)
    assert re.search(r"^#2 +failed +.*not shown on \+46•••\d{4} \(", done.stdout, re.M)
    assert "2 of 2 events did not reach" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_device_is_refused(tmp_path: Path) -> None:
    """A device that is not in the roster cannot be switched off: exit 1, and it is named."""
    done = run(tmp_path, "--off", "12345")
    assert done.returncode == 1
    assert "--off: no device has the number 12345" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_signal_leaves_nothing_behind(tmp_path: Path) -> None:
    """SIGTERM at any time ends every process and removes the folder; the exit code is 1."""
    with started(tmp_path) as (demo, children):
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(DEADLINE) == 1
        assert not any(Path(f"/proc/{pid}").exists() for pid in children)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_process_that_dies_fails_the_demo(tmp_path: Path) -> None:
    """A simulator that is killed ends the demo with exit 1, and is named; the others are ended."""
    with started(tmp_path) as (demo, children):
        dect = next(pid for pid in children if b"dect" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(dect, signal.SIGKILL)
        assert demo.stdout is not None
        told = demo.stdout.read()
        assert demo.wait(DEADLINE) == 1
        assert "the DECT system ended by itself with signal 9" in told
        assert not any(Path(f"/proc/{pid}").exists() for pid in children)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel ends the children")
def test_kill_leaves_no_process_behind(tmp_path: Path) -> None:
    """A demo that is killed without a word takes its processes with it."""
    with started(tmp_path) as (demo, children):
        demo.kill()
        demo.wait(DEADLINE)
        wait_until_gone(children)
