"""The gateway as a process of its own, `python -m gateway serve`, on one core where there are two.

Rules: it listens on loopback alone, on ports of its own choosing; it is stopped by SIGTERM, and killed if it
does not end. Whoever starts one waits for its end.
"""

import asyncio
import os
import re
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from time import perf_counter

READY_WITHIN = 60.0
"""Seconds: a start takes less than two; with a backlog to take up it is still ready at once."""

STOP_WITHIN = 15.0
WINDOW = 1000
"""Of the SMPP carrier: an attempt holds its place in the window from before its commit, so that a narrow
window is a bound on commits a second and nothing else. P7 measures narrow ones."""

CONFIG = """
[store]
path = "{store}"

[[source]]
type = "tcp"
listen = "tcp:0:interface=127.0.0.1"

[[carrier]]
name = "sms"
type = "smpp"
serves = "mobile"
endpoint = "tcp:host=127.0.0.1:port={port}"
system_id = "bench"
password = ""
source_address = "+46701740699"
window = {window}
registered_delivery = 0
"""


WEB = """
[web]
listen = "tcp:0:interface=127.0.0.1"
"""


@dataclass(slots=True)
class Running:
    """A gateway that listens on `port`, for HTTP on `web`; `started_in` is seconds from start to "ready"."""

    process: asyncio.subprocess.Process
    port: int
    started_in: float
    web: int | None = None

    def resident(self) -> float:
        """Resident memory in MB."""
        return resident(self.process.pid)

    async def stop(self) -> None:
        """End it and wait for its end."""
        await end(self.process)


_CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def gateway_cores() -> set[int] | None:
    """The one core that the gateway gets; None where there is only one, or the system cannot tell."""
    return {_CORES[0]} if len(_CORES) > 1 else None


async def serve(folder: Path, store: Path, smpp_port: int, window: int = WINDOW, more: str = "") -> Running:
    """Start a gateway over a store and wait until it is ready; `more` stands in its configuration besides.

    Raises AssertionError if it is not.
    """
    config = folder / "bakjour.toml"
    config.write_text(CONFIG.format(store=store, port=smpp_port, window=window) + more)
    command = (sys.executable, "-m", "gateway", "serve", "--config", str(config))
    with (folder / "gateway.log").open("ab") as log:
        began = perf_counter()
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=log, env=environment()
        )
    pin(process.pid)
    try:
        port, web = await asyncio.wait_for(_ports(process), READY_WITHIN)
    except BaseException:
        await end(process)
        raise
    return Running(process, port, perf_counter() - began, web)


async def _ports(process: asyncio.subprocess.Process) -> tuple[int, int | None]:
    assert process.stdout is not None
    ports: dict[bytes, int] = {}
    while line := await process.stdout.readline():
        found = re.search(rb"listening (tcp|web): .*:(\d+)", line)
        if found is not None:
            ports[found[1]] = int(found[2])
        if line == b"ready\n":
            return ports[b"tcp"], ports.get(b"web")
    raise AssertionError("the gateway did not start; see gateway.log")


async def end(process: asyncio.subprocess.Process) -> None:
    """Stop a process of ours, and kill it if it does not stop."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), STOP_WITHIN)
    except TimeoutError:
        process.kill()
        await process.wait()


def resident(pid: int) -> float:
    """Resident memory of a process in MB (proc(5), VmRSS)."""
    return _memory(pid, "VmRSS")


def peak(pid: int) -> float:
    """The most that a process's resident memory has been, in MB (proc(5), VmHWM); 0 if it has ended."""
    try:
        return _memory(pid, "VmHWM")
    except OSError:
        return 0.0


def _memory(pid: int, what: str) -> float:
    found = re.search(rf"{what}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found is not None else 0.0


def children(pid: int) -> list[int]:
    """The processes that a process has started (proc(5), children)."""
    found = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            found += [int(child) for child in (thread / "children").read_text().split()]
    return found


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used (proc(5), utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pin(pid: int) -> None:
    """Give a process the gateway's core."""
    cores = gateway_cores()
    if cores is not None:
        os.sched_setaffinity(pid, cores)


def free(pid: int) -> None:
    """Let a process and what it starts have every core: where its own processes are part of the measure."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), _CORES)


def environment() -> dict[str, str]:
    """Of a child: compiled modules are kept, as an installation has them."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(Path(gettempdir()) / "bakjour-bench-pycache")}
