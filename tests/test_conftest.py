"""The suite's own rules, shown on a small suite in a process of its own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SUITE = """
import time
import pytest
from twisted.internet import reactor, task
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol

async def test_coroutine_fails():
    await task.deferLater(reactor, 0)
    assert False, "seen"

@pytest.mark.reactor(seconds=0.05)
async def test_hangs():
    await Deferred()

async def test_after_the_hang_passes():
    await task.deferLater(reactor, 0)

def test_leaks_a_call():
    reactor.callLater(3600, print)

def test_leaks_a_listener():
    reactor.listenTCP(0, Factory.forProtocol(Protocol), interface="127.0.0.1")

def test_after_the_leaks_passes():
    pass

async def test_closes_its_listener_passes():
    port = reactor.listenTCP(0, Factory.forProtocol(Protocol), interface="127.0.0.1")
    await port.stopListening()

def test_clock_passes():
    assert abs(reactor.seconds() - time.monotonic()) < 1
"""

SKIPPING = """
import pytest

def test_skips():
    pytest.skip("no mosquitto here")

@pytest.mark.xfail
def test_known():
    assert False
"""


def run(folder: Path, suite: str, ci: bool) -> subprocess.CompletedProcess[str]:
    shutil.copy(Path(__file__).with_name("conftest.py"), folder)
    (folder / "test_small.py").write_text(suite)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --reactor=asyncio -p no:asyncio -p no:anyio\n")
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "--color=no", str(folder)],
        cwd=folder,
        env=environment | ({"CI": "true"} if ci else {}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.process
def test_hangs_and_leaks(tmp_path: Path) -> None:
    """A coroutine test is run and timed out, a leak fails the test that leaks, and the next one passes."""
    done = run(tmp_path, SUITE, ci=False)
    outcomes = dict(re.findall(r"::(\w+) (PASSED|FAILED)", done.stdout))
    wrong = {name for name, outcome in outcomes.items() if (outcome == "PASSED") != name.endswith("_passes")}
    assert wrong == {"test_leaks_a_call", "test_leaks_a_listener"}, done.stdout
    errors = re.findall(r"^ERROR .*::(\w+) - (.*)$", done.stdout, re.MULTILINE)
    assert {name for name, _ in errors} == wrong
    assert all("left behind by the test" in why for _, why in errors)
    assert "TimeoutError" in done.stdout


@pytest.mark.process
@pytest.mark.parametrize(("ci", "code"), [(False, 0), (True, 1)])
def test_skips(tmp_path: Path, ci: bool, code: int) -> None:
    """A skip is listed with its reason and fails the run under CI; an expected failure does neither."""
    done = run(tmp_path, SKIPPING, ci)
    assert "test_small.py::test_skips: no mosquitto here" in done.stdout
    assert "test_known:" not in done.stdout
    assert done.returncode == code, done.stdout
