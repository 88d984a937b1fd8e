"""P6, P12 and P13: a long queue, and what the gateway weighs and how long it starts, empty and full."""

import asyncio
import sys
from dataclasses import dataclass, field
from time import perf_counter

from bench.centre import Centre
from bench.figures import Line, figure, ratios
from bench.gateway_process import WEB, cpu_seconds, environment, pin, resident
from bench.house import House
from bench.load import Steady, event
from bench.rosters import unit_name

WINDOW = 10
DELAY = 0.02
ARRIVES_WITHIN = 30.0
BETWEEN = 0.5
"""Seconds between two urgent events."""

SETTLED = 3.0
"""Seconds after which the memory of a gateway with nothing to do does not move any more."""

TAKEN_UP_WITHIN = 90.0
RESTS = 0.05  # seconds of processor time in a second
URGENT = 90_000_000  # numbers that no other event has

WEB_MODULES = ", gateway.web.api, gateway.web.service, gateway.web.services, gateway.supervision.metrics"
LIST = """
import sys
import gateway.cli.main, gateway.cli.process, gateway.serve, gateway.logs{web}
own = {{"gateway", "protocols", "__main__"}}
print(" ".join(name for name in sys.modules if name.split(".")[0] not in own))
"""

IMPORT = """
import importlib, sys
for name in sys.argv[1].split():
    try:
        importlib.import_module(name)
    except ImportError:
        pass  # made by another module while it was loaded
print(int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20)
"""


async def urgent(house: House) -> list[Line | str]:
    """P6: messages that the centre gets between an urgent event and its own message, over the window."""
    scale = house.scale
    before: list[float] = []
    waits: list[float] = []
    async with house.standing(house.store(queued=scale.queued), window=WINDOW, delay=DELAY) as (
        running,
        centre,
    ):
        sender = await Steady.connect(running.port)
        await centre.until(WINDOW * 2, ARRIVES_WITHIN)
        for turn in range(scale.rounds):
            await asyncio.sleep(BETWEEN)
            overtaken, seconds = await _overtaken(centre, sender, turn)
            before.append(overtaken / WINDOW)
            waits.append(seconds * 1000)
        sender.close()
    what = f"messages before an urgent one, behind {scale.queued:,} queued ÷ window {WINDOW}"
    detail = f"{figure(waits)} ms to the centre, which answers after {DELAY * 1000:.0f} ms"
    return [Line("p6", what, figure(before), 1, 1, True, detail)]


async def _overtaken(centre: Centre, sender: Steady, turn: int) -> tuple[int, float]:
    """Messages from the answer of an urgent event to its own message, and seconds from event to message."""
    mark = f"C24-{URGENT + turn:08}".encode()
    found: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    others: list[float] = []
    answers: list[float] = []

    def seen(pdu: bytes, at: float) -> None:
        if not found.done():
            found.set_result(at) if mark in pdu else others.append(at)

    centre.seen, sender.answered = seen, answers.append
    began = perf_counter()
    sender.send(event(f"urgent-{URGENT + turn}", unit_name(turn), priority=1))
    at = await asyncio.wait_for(found, ARRIVES_WITHIN)
    centre.seen = sender.answered = None
    answered = min(answers, default=at)
    return sum(other > answered for other in others), at - began


@dataclass(slots=True)
class _Idle:
    """A gateway that does nothing, and a process that imports what it has loaded."""

    kind: str  # what is said behind the goal's words
    more: str  # of the configuration
    bare: list[float] = field(default_factory=list)
    imports: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)

    async def measure(self, house: House, libraries: str) -> None:
        """One round."""
        memory, seconds = await _import(libraries)
        self.bare.append(memory)
        self.imports.append(seconds)
        async with house.standing(house.store(large=False), more=self.more) as (running, _):
            self.starts.append(running.started_in)
            await asyncio.sleep(SETTLED)
            self.idle.append(running.resident())

    def lines(self) -> list[Line | str]:
        """P12 and P13, idle."""
        memory = f"{figure(self.idle)} MB over {figure(self.bare)} MB"
        seconds = f"{figure(self.starts)} s over {figure(self.imports)} s"
        held, started = ratios(self.idle, self.bare), ratios(self.starts, self.imports)
        return [
            Line("p12", f"memory idle ÷ its libraries{self.kind}", held, 1.3, 1.15, True, memory),
            Line(
                "p13",
                f"start to listening ÷ importing its libraries{self.kind}",
                started,
                2.5,
                1.5,
                True,
                seconds,
            ),
        ]


async def weight(house: House) -> list[Line | str]:
    """P12 and P13: memory and start, over importing the same libraries, empty and full."""
    scale = house.scale
    libraries, with_web = await _libraries(""), await _libraries(WEB_MODULES)
    plain, web = _Idle("", ""), _Idle(", [web]", WEB)
    full: list[float] = []
    full_starts: list[float] = []
    for _ in range(scale.rounds):
        await plain.measure(house, libraries)
        await web.measure(house, with_web)
        store = house.store(queued=scale.queued)
        async with house.standing(store, window=1, delay=ARRIVES_WITHIN) as (running, _):
            full_starts.append(running.started_in)
            full.append(await _when_settled(running.process.pid))
    more = [two - one for one, two in zip(plain.idle, full, strict=True)]
    what = f"MB more with {scale.queued:,} queued and {scale.assignments:,} assignments"
    seconds = f"{figure(full_starts)} s over {figure(plain.starts)} s"
    started = ratios(full_starts, plain.starts)
    return [
        *plain.lines(),
        *web.lines(),
        Line("p12", what, figure(more), 100, 60, True, f"{figure(full)} MB in all"),
        Line("p13", "start with the queue ÷ empty", started, 2, 1.3, True, seconds),
    ]


async def _when_settled(pid: int) -> float:
    """Resident memory in MB once the process has taken up its queue and rests."""
    loop = asyncio.get_running_loop()
    until = loop.time() + TAKEN_UP_WITHIN
    used = cpu_seconds(pid)
    while loop.time() < until:
        await asyncio.sleep(1.0)
        before, used = used, cpu_seconds(pid)
        if used - before < RESTS:
            break
    return resident(pid)


async def _libraries(web: str) -> str:
    """Every module that a gateway has loaded and that is not of this project, by name."""
    return (await _python(LIST.format(web=web))).strip()


async def _import(libraries: str) -> tuple[float, float]:
    """Memory in MB and seconds of a process that imports these modules and does no more."""
    began = perf_counter()
    said = await _python(IMPORT, libraries)
    return float(said), perf_counter() - began


async def _python(program: str, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, *arguments, stdout=asyncio.subprocess.PIPE, env=environment()
    )
    pin(process.pid)
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode()
