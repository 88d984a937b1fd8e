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


EVERY_DEVICE = ["20117", "20118", "20119", "20120", "20999"]
EVERY_DEVICE += [f"+4670174060{last}" for last in (5, 6, 7, 8)]


class Whole:
    """A demo that runs to its end by itself, its temporary folder below `folder`."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self._files = [folder / "out", folder / "err"]
        with self._files[0].open("wb") as out, self._files[1].open("wb") as err:
            environment = os.environ | {"TMPDIR": str(self.temporary)}
            self._process = subprocess.Popen([*COMMAND, *arguments], env=environment, stdout=out, stderr=err)

    def end(self) -> tuple[int, str, str]:
        """Wait for the end; returns the exit code, standard output and standard error."""
        code = self._process.wait(DEADLINE)
        return code, *(file.read_text("utf-8") for file in self._files)

    def stop(self) -> None:
        """End it if it runs."""
        self._process.terminate()
        self._process.wait(DEADLINE)


@pytest.fixture(scope="module", autouse=True)
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Whole]]:
    """The two demos that take long, started before the first test: they mostly wait while others run."""
    off = [argument for number in EVERY_DEVICE for argument in ("--off", number)]
    runs = {
        "good": Whole(tmp_path_factory.mktemp("good"), "--events", "5", "--rate", "2"),
        "off": Whole(tmp_path_factory.mktemp("off"), "--events", "2", "--rate", "2", "--patience", "3", *off),
    }
    yield runs
    for run in runs.values():
        run.stop()


def children_of(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + DEADLINE
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline, "processes are left behind"
        time.sleep(0.05)  # of other processes only the system's table can be asked


@contextmanager
def started(tmp_path: Path, what: str) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A demo in which `what` is being started: the process and its children, at least three."""
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen([*COMMAND], env=environment, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if f"starting {what}" in line:
                break
        try:
            deadline = time.monotonic() + DEADLINE
            while len(children := children_of(demo.pid)) < 3:
                assert time.monotonic() < deadline, "the children do not come"
                time.sleep(0.01)  # of other processes only the system's table can be asked
            yield demo, children
        finally:
            demo.kill()


def test_an_unknown_device_is_refused(tmp_path: Path) -> None:
    """A device that is not in the roster cannot be switched off: exit 1, and it is named."""
    demo = Whole(tmp_path, "--off", "12345")
    code, out, _ = demo.end()
    assert code == 1
    assert "--off: no device has the number 12345" in out
    assert list(demo.temporary.iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_signal_leaves_nothing_behind(tmp_path: Path) -> None:
    """SIGTERM at any time ends every process and removes the folder; the exit code is 1."""
    with started(tmp_path, "the gateway") as (demo, children):
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(DEADLINE) == 1
        assert not any(Path(f"/proc/{pid}").exists() for pid in children)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_process_that_dies_fails_the_demo(tmp_path: Path) -> None:
    """The broker that is killed ends the demo with exit 1, and is named; the others are ended."""
    with started(tmp_path, "the DECT system") as (demo, children):
        broker = next(pid for pid in children if b"iotcore" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(broker, signal.SIGKILL)
        assert demo.stdout is not None
        told = demo.stdout.read()
        assert demo.wait(DEADLINE) == 1
        assert "the MQTT broker ended by itself with signal 9" in told
        assert not any(Path(f"/proc/{pid}").exists() for pid in children)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel ends the children")
def test_kill_leaves_no_process_behind(tmp_path: Path) -> None:
    """A demo that is killed without a word takes its processes with it."""
    with started(tmp_path, "the DECT system") as (demo, children):
        demo.kill()
        demo.wait(DEADLINE)
        wait_until_gone(children)


def test_every_event_reaches_what_it_must(whole: dict[str, Whole]) -> None:
    """The first events of a cycle, of all four kinds and by both ways, reach their devices: exit 0."""
    code, out, err = whole["good"].end()
    assert code == 0, out + err
    assert err == ""
    assert len(re.findall(r"^#\d +ended +as it should be", out, re.M)) == 5
    assert re.findall(r"^#(\d) +sent .*by MQTT", out, re.M) == ["3"]
    assert "all 5 events reached what they had to" in out
    assert list(whole["good"].temporary.iterdir()) == []


def test_a_device_that_is_off_fails_the_demo(whole: dict[str, Whole]) -> None:
    """With every device switched off, the exit code is 1, and each event that reached nobody is named."""
    code, out, err = whole["off"].end()
    assert code == 1, out + err
    assert re.search(r"^#1 +failed +.*not shown on \d{5} \(", out, re.M)
    assert re.search(r"^#2 +failed +.*not shown on \+46•••\d{4} \(", out, re.M)
    assert "2 of 2 events did not reach" in out
    assert list(whole["off"].temporary.iterdir()) == []
