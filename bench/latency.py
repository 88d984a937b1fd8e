"""P5: how long after its due time a message is at the SMS centre, at 100 a second, ours over Kannel's."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from itertools import count
from time import perf_counter

from bench import kannel
from bench.centre import Centre
from bench.figures import Line, figure, percentile, ratios
from bench.house import House
from bench.load import Steady, event
from bench.rosters import unit_name

ARRIVES_WITHIN = 20.0
_CASE = re.compile(rb"C24-(\d{8})")


async def measure(house: House) -> list[Line | str]:
    """P5 at the median and at the 99th percentile, or why there is none."""
    ours: list[list[float]] = []
    theirs: list[list[float]] = []
    async with kannel.running(house.folder, "spool") as other:
        if other is None:
            return [f"p5   skipped: {kannel.MISSING}"]
        async with house.standing(house.store()) as (running, centre):
            sender = await Steady.connect(running.port)
            links = [await kannel.Link.connect(other.port) for _ in range(8)]
            numbers = count()
            for _ in range(house.scale.rounds):
                ours.append(await _round(house, centre, numbers, _event_sender(house, sender)))
                theirs.append(await _round(house, other.centre, numbers, _message_sender(links)))
            sender.close()
            for link in links:
                link.close()
    lines: list[Line | str] = []
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        us, them = ([percentile(one, share) * 1000 for one in some] for some in (ours, theirs))
        detail = f"{figure(us)} ms over {figure(them)} ms"
        lines.append(Line("p5", f"{name} at 100/s ÷ Kannel, spool", ratios(us, them), 3, 2, True, detail))
    return lines


async def _round(
    house: House, centre: Centre, numbers: "count[int]", give: Callable[[int], Awaitable[None]]
) -> list[float]:
    """Give a message at each due time; seconds from then to its arrival, of all."""
    scale = house.scale
    amount = max(1, round(scale.rate * scale.seconds))
    due: dict[int, float] = {}
    late: list[float] = []

    def seen(pdu: bytes, at: float) -> None:
        found = _CASE.search(pdu)
        if found is not None and int(found[1]) in due:
            late.append(at - due.pop(int(found[1])))

    centre.seen = seen
    wanted = centre.taken + amount
    began = perf_counter()
    giving = []
    for place in range(amount):
        at = began + place / scale.rate
        await asyncio.sleep(max(0.0, at - perf_counter()))
        number = next(numbers)
        due[number] = at
        giving.append(asyncio.ensure_future(give(number)))
    await asyncio.gather(*giving)
    await centre.until(wanted, ARRIVES_WITHIN)
    centre.seen = None
    return late


def _event_sender(house: House, sender: Steady) -> Callable[[int], Awaitable[None]]:
    async def give(number: int) -> None:
        sender.send(event(f"due-{number:08}", unit_name(number % house.scale.units)))

    return give


def _message_sender(links: list[kannel.Link]) -> Callable[[int], Awaitable[None]]:
    free: asyncio.Queue[kannel.Link] = asyncio.Queue()
    for link in links:
        free.put_nowait(link)

    async def give(number: int) -> None:
        link = await free.get()
        await link.request(f"C24-{number:08}")
        free.put_nowait(link)

    return give
