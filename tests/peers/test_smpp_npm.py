"""npm's `smpp`, which others wrote: our carrier against its centre, our centre used by its client.

Its packages are pinned by hash in `npm/package-lock.json` and installed into a temporary folder.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import clientFromString
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from gateway.clock import Clock
from gateway.config import SmppCarrier as Settings
from gateway.delivery.carriers.smpp import SmppCarrier
from gateway.delivery.carriers.smpp_message import reference
from gateway.model import Attempt
from gateway.ports import Order, Report, ReportWord
from simulators.smsc.centre import SmsCentre
from simulators.smsc.manners import Manners
from simulators.smsc.phones import Manner

pytestmark = pytest.mark.peer
NUMBER = "+46701740605"
TEXTS = {
    "plain": "Prio 2 Triage HC Sätra åäöÅÄÖé €[]{}~^|\\ Svara 1=ja 2=nej (10)",
    "wide": "Prio 2 Triage för физиотерапевт 🚑 (11)",
    "long": "Prio 2 Överlämning " + "åäö€[] " * 40 + "(12)",
    "long and wide": "Prio 2 " + "физиотерапевт 🚑 " * 10 + "(13)",
}


@pytest.fixture(scope="session")
def npm(installed: Callable[[str], Path]) -> Path:
    """A folder in which node finds `smpp`."""
    return installed("npm")


class Node:
    """A program of node that says one JSON object a line; it ends when its input is closed."""

    def __init__(self, folder: Path, program: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            ["node", program, *arguments],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def next(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "node has ended"
        return dict(json.loads(line))

    def rest(self) -> list[dict[str, Any]]:
        """Close its input and take what it says until it ends."""
        out, _ = self._process.communicate(timeout=10)
        return [json.loads(line) for line in out.splitlines()]

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


@pytest.fixture
def nodes() -> Iterator[list[Node]]:
    started: list[Node] = []
    yield started
    for node in started:
        node.end()


@dataclass
class Core:
    """What the carrier tells."""

    told: list[Any] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    written: list[tuple[str, str]] = field(default_factory=list)

    def taken(self, carrier: str, attempt: int, ref: str | None) -> None:
        self.told.append((attempt, ref))

    def failed(self, carrier: str, attempt: int, kind: Any, reason: str) -> None:
        self.told.append((attempt, kind, reason))

    def reported(self, report: Report) -> "Deferred[None]":
        self.reports.append(report)
        return succeed(None)

    def received(self, carrier: str, number: str, text: str, written_at: int | None) -> "Deferred[None]":
        self.written.append((number, text))
        return succeed(None)

    def changed(self, carrier: str) -> None: ...

    def raise_alarm(self, key: str, text: str) -> None: ...

    def tell(self, key: str, text: str) -> None: ...

    def clear_alarm(self, key: str) -> None: ...

    def notice(self, key: str, text: str) -> None: ...


async def until(what: Any, seconds: float = 8.0) -> None:
    for _ in range(round(seconds / 0.02)):
        if what():
            return
        await deferLater(reactor, 0.02)
    raise AssertionError("it did not happen")


@pytest.mark.reactor(seconds=30)
@pytest.mark.parametrize("form", ["udh8", "udh16", "sar", "payload"])
async def test_our_carrier_uses_its_centre(npm: Path, nodes: list[Node], form: str) -> None:
    """It binds, sends every text, hears receipts and answers, says good-bye; node reads the same."""
    nodes.append(Node(npm, "smpp_server.js"))
    (node,) = nodes
    port = (await deferToThread(node.next))["port"]
    values = {
        "type": "smpp",
        "name": "sms",
        "serves": "mobile",
        "endpoint": f"tcp:host=127.0.0.1:port={port}",
        "system_id": "bakjour",
        "password": "secret",
        "source_address": "+46701740699",
        "max_parts": 4,
        "long_messages": form,
        "flash_numbers": [NUMBER],
        "bind_mode": "separate" if form == "udh16" else "transceiver",
    }
    settings = Settings.model_validate(values)
    core, clock = Core(), Clock(reactor, lambda: 1_795_000_000_000)
    site = clientFromString(reactor, settings.sites[0])
    carrier = SmppCarrier(settings, [site], clock, core, core, core, "SE")
    carrier.start()
    try:
        await until(carrier.free)
        for attempt, text in enumerate(TEXTS.values(), 1):
            carrier.send(Order(attempt, attempt, 0, NUMBER, text, 2, 1_795_000_900_000))
            await until(lambda count=attempt: len(core.told) == count)
            await until(lambda: carrier.free() >= 2)
        # npm's node delivers both over the bind that submitted; a transmitter gets nothing.
        if form != "udh16":
            await until(lambda: len(core.written) >= len(TEXTS))
            await deferLater(reactor, 0.2)
    finally:
        await carrier.stop()
        await deferLater(reactor, 0.1)
    judged(await deferToThread(node.rest), core, form)


def judged(said: list[dict[str, Any]], core: Core, form: str) -> None:
    """What node read is what we meant."""
    assert not [event for event in said if event["event"] == "error"]
    assert said[0] | {"event": ""} == {
        "event": "",
        "system_id": "bakjour",
        "password": "secret",
        "version": 0x34,
    }
    submits = [event for event in said if event["event"] == "submit_sm"]
    kept = [event for event in submits if event["registered_delivery"] == 1]
    assert len(submits) == len(kept) + len(TEXTS), "each page has its flash, once"
    assert [event["data_coding"] for event in submits if not event["registered_delivery"]][:2] == [0xF0, 0x18]
    by_page: dict[int, str] = {}
    references = {reference(page, 0, part): page for page in range(1, 5) for part in range(4)}
    for event in kept:
        page = references[event["reference"]]
        by_page[page] = by_page.get(page, "") + event["text"]
        assert (event["destination"], event["source"], event["replace"]) == ("46701740605", "46701740699", 0)
        assert event["priority"] == 2
    assert list(by_page.values()) == list(TEXTS.values())
    assert all(
        event["header"] == (form in ("udh8", "udh16")) for event in kept if event["reference"] == 3 * 37
    )
    assert said[-1]["event"] == "unbind"
    if form == "udh16":
        return
    assert {event["status"] for event in said if event["event"].endswith("answered")} == {0}
    assert core.written == [(NUMBER, "ok")] * len(kept)
    assert len(core.reports) == len(kept)
    first = Attempt(1, 1, 0, "sms", NUMBER, TEXTS["plain"], 0, core.told[0][1])
    assert core.reports[0].word is ReportWord.DELIVERED
    assert core.reports[0].matches(first)


@pytest.mark.reactor(seconds=20)
async def test_our_centre_serves_its_client(npm: Path, nodes: list[Node]) -> None:
    """It binds, sends, is refused, gets receipt and reply, tests the link, and unbinds."""
    centre = SmsCentre(reactor, manners=Manners(receipt_delay=0.05), password="pw")
    centre.phone("46701740614").manner = Manner.BARRED
    port = reactor.listenTCP(0, centre.factory, interface="127.0.0.1")
    try:
        nodes.append(Node(npm, "smpp_client.js", str(port.getHost().port)))
        await until(lambda: centre.phone("46701740605").screen is not None)
        centre.phone("46701740605").reply("1 åäö")
        said = await deferToThread(nodes[0].rest)
    finally:
        await port.stopListening()
        centre.stop()
    events = {event["event"]: event for event in said}
    assert events["bound"] == {"event": "bound", "status": 0, "system_id": "BAKJOURSIM"}
    assert events["refused"]["status"] == 0x0B
    assert events["enquire_link"]["status"] == events["unbound"]["status"] == 0
    texts = sorted(event["text"] for event in said if event["event"] == "deliver_sm")
    assert texts[0] == "1 åäö"
    assert texts[1].startswith("id:1001 sub:001")
    assert centre.phone("46701740605").screen == "Larm HC Sätra €"
    assert centre.phone("46701740606").screen == "åäö €[]~ " * 40
