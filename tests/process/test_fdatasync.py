"""Nothing is answered before the disk has it: seen from outside, by strace, in a real `bakjour serve`."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from bench.load import event
from bench.rosters import ZONE, Size, unit_name, write_roster

SECONDS = 60.0
"""Under strace, on a busy machine, a start takes its time."""

CONFIG = """
[store]
path = "store.db"
[[source]]
type = "tcp"
listen = "tcp:0:interface=127.0.0.1"
[[carrier]]
name = "sms"
type = "smpp"
serves = "mobile"
endpoint = "tcp:host=127.0.0.1:port=1"
system_id = "bakjour"
password = ""
source_address = "+46701740699"
"""

TRACED = "trace=recvfrom,sendto,fsync,fdatasync"
ID = re.compile(r'\\"id\\":\\"([a-z]+-\d+)\\"')

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]


@dataclass(frozen=True, slots=True)
class Traced:
    """What the gateway did, in order: ("in", id), ("out", id), ("begin", thread), ("synced", thread)."""

    acts: list[tuple[str, str]]

    def synced_between(self, number: str) -> bool:
        """Whether a sync of the log began after the event had come and ended before it was answered."""
        came, answered = self.acts.index(("in", number)), self.acts.index(("out", number))
        between = self.acts[came:answered]
        begun = {thread for act, thread in between if act == "begin"}
        return any(act == "synced" and thread in begun for act, thread in between)


def read_trace(text: str) -> Traced:
    """Take a trace apart; a call that another thread's came into is written in two lines."""
    acts: list[tuple[str, str]] = []
    under_way: dict[str, str] = {}
    for line in text.splitlines():
        thread, _, call = line.partition(" ")
        call = call.lstrip()
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", call)
        if resumed is None and "-wal>" in call and call.startswith(("fsync(", "fdatasync(")):
            acts.append(("begin", thread))
        if call.endswith("<unfinished ...>"):
            under_way[thread] = call.removesuffix("<unfinished ...>")
            if call.startswith("sendto("):
                acts += [("out", number) for number in ID.findall(call)]  # it may be gone from here on
            continue
        sent_before = resumed is not None and under_way.get(thread, "").startswith("sendto(")
        if resumed is not None:
            call = under_way.pop(thread, "") + resumed[1]
        if call.startswith("recvfrom("):
            acts += [("in", number) for number in ID.findall(call)]
        elif call.startswith("sendto(") and not sent_before:
            acts += [("out", number) for number in ID.findall(call)]
        elif "-wal>" in call and call.endswith("= 0"):
            acts.append(("synced", thread))
    return Traced(acts)


@dataclass(slots=True)
class Gateway:
    """A gateway under strace."""

    process: subprocess.Popen[str]
    port: int
    trace: Path

    def answers(self, *lines: bytes) -> list[bytes]:
        """Send lines in one write and wait for as many answers."""
        with closing(socket.create_connection(("127.0.0.1", self.port), SECONDS)) as link:
            link.sendall(b"".join(lines))
            with closing(link.makefile("rb")) as file:
                return [file.readline() for _ in lines]

    def end(self) -> Traced:
        """Stop it; what it did."""
        os.killpg(self.process.pid, signal.SIGTERM)
        assert self.process.wait(SECONDS) == 0
        return read_trace(self.trace.read_text())


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway with a small roster and no SMS centre, started under strace."""
    write_roster(tmp_path / "store.db", Size(4, 64), datetime.now(ZONE).date())
    (tmp_path / "bakjour.toml").write_text(CONFIG)
    strace = ("strace", "-f", "-y", "-s", "4096", "-o", str(tmp_path / "trace"), "-e", TRACED)
    serve = (sys.executable, "-m", "gateway", "serve", "--config", str(tmp_path / "bakjour.toml"))
    process = subprocess.Popen(
        # `-I4`: strace stays until the gateway has ended, and ends with its exit code.
        (*strace, "-I4", *serve),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        yield Gateway(process, _port(process), tmp_path / "trace")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    port = 0
    for line in process.stdout:
        found = re.match(r"listening tcp: .*:(\d+)$", line)
        port = int(found[1]) if found else port
        if line == "ready\n":
            return port
    pytest.skip("the gateway does not run under strace here")


def test_every_event_is_on_the_disk_before_it_is_answered(gateway: Gateway) -> None:
    """A sync of the log lies between an event's arrival and its answer: one by one, in a burst, refused."""
    singles = [f"single-{number}" for number in range(5)]
    burst = [f"burst-{number}" for number in range(20)]
    for number in singles:
        (answer,) = gateway.answers(event(number, unit_name(0)))
        assert b'"accepted"' in answer
    assert all(b'"accepted"' in one for one in gateway.answers(*(event(n, unit_name(1)) for n in burst)))
    (refused,) = gateway.answers(event("refused-0", "no-such-unit"))
    assert b'"rejected"' in refused
    traced = gateway.end()
    assert [n for n in (*singles, *burst, "refused-0") if not traced.synced_between(n)] == []


def test_the_trace_would_show_an_answer_without_a_sync() -> None:
    """The reader of traces is no yes-man: a sync that began before the event came does not count."""
    come = r'1 recvfrom(9, "{\"id\":\"a-1\"}\n", 65536, 0, NULL, NULL) = 15'
    answered = r'1 sendto(9, "{\"id\":\"a-1\"}\n", 15, 0, NULL, 0) = 15'
    begun, ended = "2 fdatasync(5</store.db-wal> <unfinished ...>", "2 <... fdatasync resumed>) = 0"
    assert read_trace("\n".join((come, begun, ended, answered))).synced_between("a-1")
    assert not read_trace("\n".join((begun, come, ended, answered))).synced_between("a-1")
    assert not read_trace("\n".join((come, begun, answered, ended))).synced_between("a-1")
    assert not read_trace("\n".join((come, answered))).synced_between("a-1")
