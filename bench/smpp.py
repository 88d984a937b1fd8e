"""P8: our SMPP client over npm's `smpp`, window 100; and our codec over those of smpplib and smpp34.

Both clients are processes of their own that talk to the same centre, in turns. npm's packages are those that
the tests pin by hash; without node, or without a registry, only the codecs are measured.
"""

import asyncio
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import smpp34
import smpplib.client  # type: ignore[import-untyped]
import smpplib.smpp  # type: ignore[import-untyped]

from bench.centre import Centre
from bench.figures import Line, figure, ratios
from bench.gateway_process import environment
from bench.house import House
from protocols.smpp import fast
from protocols.smpp.pdu import SubmitSm
from protocols.smpp.tlv import Tag, Tlv

WINDOW = 100
MESSAGES = 20_000
"""Of a round; npm's client needs a second for them."""

CODEC_TURNS = 2_000
PINNED = Path(__file__).parents[1] / "tests" / "peers" / "npm"
CLIENT = Path(__file__).with_name("smpp_client.js")
MISSING = "node with npm, or a registry, is not there"

MESSAGE = SubmitSm(
    "46701740605",
    b"Prio 2 Triage HC Andersberg A-1042 ring 20300 Svara 1=ja 2=nej (10)",
    "46701740699",
    source_addr_ton=1,
    source_addr_npi=1,
    dest_addr_ton=1,
    dest_addr_npi=1,
    registered_delivery=1,
    validity_period="000000003000000R",
    tlvs=(Tlv(Tag.USER_MESSAGE_REFERENCE, b"\x12\x34"),),
)


async def measure(house: House) -> list[Line | str]:
    """P8, or why there is none, and the codecs."""
    lines = _codecs(house.scale.rounds)
    folder = await _npm(house.folder / "npm")
    if folder is None:
        return [f"p8   skipped: {MISSING}", *lines]
    messages = min(MESSAGES, house.scale.events * 4)
    ours: list[float] = []
    theirs: list[float] = []
    centre = Centre()
    port = str(await centre.start())
    try:
        for _ in range(house.scale.rounds):
            ours.append(await _rate(sys.executable, "-m", "bench.smpp_client", port, str(messages)))
            theirs.append(await _rate("node", str(folder / CLIENT.name), port, str(messages)))
    finally:
        await centre.stop()
    detail = f"{figure(ours)} messages/s over {figure(theirs)}"
    return [
        Line("p8", f"SMPP client ÷ npm smpp, window {WINDOW}", ratios(ours, theirs), 3, 8, False, detail),
        *lines,
    ]


async def _rate(*command: str) -> float:
    process = await asyncio.create_subprocess_exec(
        *command, str(WINDOW), stdout=asyncio.subprocess.PIPE, env=environment()
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return float(said)


async def _npm(folder: Path) -> Path | None:
    """A folder in which node finds `smpp`; None if it cannot be had."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return None
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240 (nothing else runs meanwhile)
    for file in (*PINNED.glob("package*.json"), CLIENT):
        shutil.copy(file, folder)
    process = await asyncio.create_subprocess_exec(
        *(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"),
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return folder if await process.wait() == 0 else None


def _codecs(rounds: int) -> list[Line | str]:
    """Encoding and decoding one submit_sm of a page, ours over each of the others'."""
    octets = fast.encode_submit_sm(MESSAGE, 7)
    client = smpplib.client.Client("127.0.0.1", 1)
    theirs = smpp34.decode(octets)
    assert isinstance(theirs, smpp34.SubmitSm)
    encoders: dict[str, Callable[[], object]] = {
        "ours": lambda: fast.encode_submit_sm(MESSAGE, 7),
        "smpplib": lambda: _smpplib(client).generate(),
        "smpp34": theirs.encode,
    }
    decoders: dict[str, Callable[[], object]] = {
        "ours": lambda: fast.decode(octets),
        "smpplib": lambda: smpplib.smpp.parse_pdu(octets, client=client, allow_unknown_opt_params=True),
        "smpp34": lambda: smpp34.decode(octets),
    }
    return [
        f"     codec, {what}: {_compared(ways, rounds)}"
        for what, ways in (("encode", encoders), ("decode", decoders))
    ]


def _smpplib(client: smpplib.client.Client) -> Any:
    return smpplib.smpp.make_pdu(
        "submit_sm",
        client=client,
        source_addr_ton=1,
        source_addr_npi=1,
        source_addr=MESSAGE.source_addr,
        dest_addr_ton=1,
        dest_addr_npi=1,
        destination_addr=MESSAGE.destination_addr,
        short_message=MESSAGE.short_message,
        registered_delivery=1,
        validity_period=MESSAGE.validity_period,
        user_message_reference=0x1234,
    )


def _compared(ways: dict[str, Callable[[], object]], rounds: int) -> str:
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = perf_counter()
            for _ in range(CODEC_TURNS):
                way()
            times[name].append((perf_counter() - began) / CODEC_TURNS * 1e6)
    ours = times["ours"]
    others = [f"{ratios(times[name], ours)} times as fast as {name}" for name in times if name != "ours"]
    return f"{figure(ours)} µs; {', '.join(others)}"
