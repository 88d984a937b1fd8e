"""P9: calls a second over an ESPA 4.4.4 line, by the gateway's own carrier, over what the line allows.

The line with exact byte times is simulated on a clock of its own, so that the ratio is the carrier's use of
the line and nothing else; over TCP, without line time, it is the carrier's own speed, in a process of its own
against a station that costs next to nothing. Idle polls are on, as they are at a site.
"""

import asyncio
import os
import sys
from typing import Any

from bench import gateway_process
from bench.figures import Line, figure
from bench.house import House
from protocols.espa444 import PolledConfig, PolledStation, call_block, encode
from protocols.espa444.records import ENQ, EOT, SOH
from simulators.lines import Line as WireLine

BAUD, BITS = 9600, 10
"""7E1: start, seven bits, parity, stop."""
BYTE_SECONDS = BITS / BAUD
AROUND = 7
"""Bytes of a call beside its block: `1 ENQ 2 ENQ`, ACK, ACK, EOT."""
TEXTS = (40, 128)
NUMBER = "20117"
CALLS_OVER_TCP = 4_000
WITHIN = 60.0


class Timed(WireLine):
    """Carries each byte in its time, one after the other."""

    def __init__(self) -> None:
        self._free = 0.0

    def carry(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        """See `simulators.lines.Line`."""
        self._free = max(self._free, now)
        arrivals = []
        for byte in data:
            self._free += BYTE_SECONDS
            arrivals.append((self._free, bytes((byte,))))
        return arrivals


async def measure(house: House) -> list[Line | str]:
    """P9 on the line with both lengths of text, and over TCP."""
    calls = max(10, round(house.scale.seconds * 40))
    lines: list[Line | str] = []
    for length in TEXTS:
        most = 1 / (BYTE_SECONDS * (AROUND + len(_block(length))))
        rate = await asyncio.to_thread(line_calls_per_second, length, calls)
        detail = f"{rate:.2f} calls/s, the line allows {most:.2f} (9600 7E1, {length} characters)"
        name = f"calls/s ÷ line arithmetic, {length} characters"
        lines.append(Line("p9", name, figure([rate / most]), 0.90, 0.97, False, detail))
    amount = CALLS_OVER_TCP if house.scale.seconds > 1 else 200
    rounds = [await tcp_calls_per_second(house, amount) for _ in range(house.scale.rounds)]
    spent = figure([spent / amount * 1e6 for _, spent in rounds])
    detail = (
        f"{amount} calls a round, {TEXTS[0]} characters; {spent} µs of processor time a call, start included"
    )
    rates = figure([rate for rate, _ in rounds])
    lines.append(Line("p9", "calls/s over TCP", rates, 1_000, 2_500, False, detail))
    return lines


def _block(length: int) -> bytes:
    return encode(call_block(NUMBER, text(0, length).encode("ascii")))


def text(number: int, length: int) -> str:
    """The text of a call: no two in a row are the same."""
    return f"{number:06} ".ljust(length, "x")


def line_calls_per_second(length: int, calls: int) -> float:
    """On the simulated line; exact, whatever else this machine does."""
    from twisted.internet.task import Clock  # noqa: PLC0415 (asyncio's measures need none of it)

    from bench.espa_caller import Caller, station_factory  # noqa: PLC0415
    from simulators.network import Network  # noqa: PLC0415

    clock = Clock()
    network = Network(clock)
    network.listen("dect", station_factory(clock, lambda now: PolledStation(PolledConfig(), now)))
    network.set_lines("dect", to_server=Timed(), to_client=Timed())
    caller = Caller(clock, network.client("dect"), length, calls, baud=BAUD)
    caller.start()
    while not caller.done:
        # To the next thing that happens, and no further: a step of a fixed size would round every byte up.
        clock.advance(max(min(call.getTime() for call in clock.getDelayedCalls()) - clock.seconds(), 0.0))
    seconds = caller.seconds
    caller.stop()
    return calls / seconds


class Station(asyncio.Protocol):
    """A paging station that costs next to nothing: answers polls, selections and blocks by their looks."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if data[0] == SOH or data.count(ENQ) == 2:
            self._transport.write(b"\x06")
        elif data[-1] == ENQ:
            self._transport.write(bytes((EOT,)))


async def tcp_calls_per_second(house: House, calls: int) -> tuple[float, float]:
    """Over loopback, from the first call to the last link ACK; and the caller's seconds of processor time."""
    server = await asyncio.get_running_loop().create_server(Station, "127.0.0.1", 0)
    port = int(server.sockets[0].getsockname()[1])
    command = (sys.executable, "-m", "bench.espa_caller", str(port), str(calls))
    with (house.folder / "gateway.log").open("ab") as log:
        process: Any = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=log, env=gateway_process.environment()
        )
    gateway_process.pin(process.pid)
    try:
        out, _ = await asyncio.wait_for(process.communicate(), WITHIN)
    finally:
        await gateway_process.end(process)
        server.close()
    assert process.returncode == 0, f"the caller failed; see gateway.log in {os.fspath(house.folder)}"
    seconds, spent = map(float, out.splitlines()[-1].split())
    return calls / seconds, spent
