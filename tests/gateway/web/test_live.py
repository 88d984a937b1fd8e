"""Live events: what one browser does, another sees; no queue grows, and every stream ends."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred

from gateway.accounts.model import Change
from gateway.audit.reading import head
from gateway.bridge import from_asyncio
from gateway.replies import ImportProgress
from gateway.web import live
from gateway.web.live import LiveHub, TooManyStreams, framed

SLOTS = "/api/roster/units/hc-andersberg/slots"
WISH = {"slots": [{"shift": "Dag", "date": "2026-11-25", "role": "nurse", "receivers": ["bo"]}]}


class Listener:
    """A browser that reads a stream, as far as a test wants."""

    def __init__(
        self, hub: LiveHub, alive: Callable[[], bool] = lambda: True, *, registers: bool = False
    ) -> None:
        self.events: list[tuple[str, Any]] = []
        self.beats = 0
        self.stream = hub.listen(registers=registers)
        self.ended: Deferred[None] = from_asyncio(self._read(alive))

    async def _read(self, alive: Callable[[], bool]) -> None:
        async for octets in self.stream.events({"revision": 1}, alive):
            if octets.startswith(b":"):
                self.beats += 1
                continue
            kind, data, _, _ = octets.decode().split("\n")
            self.events.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.events]


async def turns(count: int = 5) -> None:
    """Let the loop run what is due."""

    async def sleep() -> None:
        for _ in range(count):
            await asyncio.sleep(0)

    await from_asyncio(sleep())


async def test_an_edit_shows_at_once(house: Any) -> None:
    """Unit, slot, people, version, by whom and when; and no second event for the same edit."""
    house.pages._revision = house.pages.book.revision()
    listener = Listener(house.pages.live)
    await turns()
    karin = await house.browser("ke12345")
    made = (await karin.ask("PUT", SLOTS, WISH)).json
    house.pages._look()
    await turns()
    assert listener.kinds == ["hello", "slot"]
    told = listener.events[1][1]
    assert (told["unit"], told["shift"], told["date"], told["role"]) == (
        "hc-andersberg",
        "Dag",
        "2026-11-25",
        "nurse",
    )
    assert told["receivers"] == [{"id": "bo", "name": "Bo Ek"}]
    assert (told["by"], told["by_name"], told["change"]) == ("ke12345", "Karin Ek", made["change"])
    assert told["version"] == made["slots"][0]["version"]
    house.pages.live.stop()
    await listener.ended


async def test_an_import_shows_within_a_look(house: Any) -> None:
    """By the roster's revision, which every way of changing it raises."""
    house.pages._revision = house.pages.book.revision()
    listener = Listener(house.pages.live)
    await turns()
    it = await house.browser("it")
    body = {"table": "area", "entry": {"id": "ny", "name": "Ny"}}
    await it.ask("POST", "/api/register/entries", body)
    house.pages._look()
    house.pages._look()
    await turns()
    assert listener.kinds == ["hello", "roster"]
    assert live.BEAT > 1 >= 2 * 0.5  # twice the look is within a second
    house.pages.live.stop()
    await listener.ended


async def test_accounts_and_keys_show_to_it(house: Any) -> None:
    """Whatever way one is changed the record grows, and that is told to IT alone."""
    others, its = Listener(house.pages.live), Listener(house.pages.live, registers=True)
    house.pages._record = head(house.pages.desk.reader).seq
    await turns()
    house.run(house.desk.accounts.change("reader", "console", Change(name="Rut Lys")))
    house.pages._look()
    house.pages._look()
    await turns()
    assert (others.kinds.count("record"), its.kinds.count("record")) == (0, 1)
    house.pages.live.stop()
    await others.ended
    await its.ended


async def test_an_import_tells_it_how_far_it_is(house: Any) -> None:
    """By whom, the stage, how much is done, and of how much; nobody else is told."""
    others, its = Listener(house.pages.live), Listener(house.pages.live, registers=True)
    await turns()
    for heard in list(house.files.heard):
        heard(ImportProgress("it", "check", 3, 10))
    await turns()
    assert "import" not in others.kinds
    assert its.events[-1] == ("import", {"by": "it", "stage": "check", "done": 3, "total": 10})
    house.pages.live.stop()
    await others.ended
    await its.ended


async def test_outcomes_show(house: Any) -> None:
    """What becomes of an alert, in the words of every wire."""
    listener = Listener(house.pages.live)
    house.pages._outcomes.resume()
    await turns()
    unit, anna = house.pages.book.unit("hc-andersberg"), house.pages.book.receiver("anna")
    number = house.run(house.pages.tests.send([anna], unit, None, "it"))
    house.done(house.gateway.cancel(number, "it"))
    await turns()
    assert (listener.events[-1][0], listener.events[-1][1]["status"]) == ("outcome", "cancelled")
    assert listener.events[-1][1]["alert"] == str(number)
    house.pages.live.stop()
    await listener.ended


async def test_a_stream_over_http(house: Any) -> None:
    """The route needs a right, and ends when the gateway stops."""
    assert (await (await house.browser()).ask("GET", "/api/live")).status == 401
    events = await house.browser()
    events.key = house.keys["events"]
    assert (await events.ask("GET", "/api/live")).status == 403
    reader = await house.browser("reader")
    waiting = Deferred.fromCoroutine(reader.ask("GET", "/api/live"))
    await turns(20)
    assert len(house.pages.live) == 1
    house.pages.stop()
    reply = await waiting
    assert reply.header("content-type").startswith("text/event-stream")
    assert [line for line in reply.body.decode().split("\n") if line.startswith("event")] == [
        "event: hello",
        "event: bye",
    ]
    assert len(house.pages.live) == 0
    assert (await reader.ask("GET", "/api/live")).status == 503


async def test_a_slow_browser_is_told_that_it_lost(monkeypatch: Any) -> None:
    """Its queue never grows: what waited makes way for one word, and the next events follow."""
    hub = LiveHub()
    stream = hub.listen()
    for number in range(live.WAITING_MOST + 1):
        hub.publish("slot", {"n": number})
    assert stream._waiting.qsize() == 1
    hub.publish("slot", {"n": -1})
    hub.stop()
    got: list[bytes] = []

    async def read() -> None:
        async for octets in stream.events({}, lambda: True):
            got.append(octets)

    await from_asyncio(read())
    assert [one.partition(b"\n")[0] for one in got] == [
        b"event: hello",
        b"event: lost",
        b"event: slot",
        b"event: bye",
    ]


async def test_beats_and_the_end_of_a_session(monkeypatch: Any) -> None:
    """Silence is filled with signs of life; a session that is over ends its stream."""
    monkeypatch.setattr(live, "BEAT", 0.02)
    hub = LiveHub()
    logged_in = [True, True, False]
    listener = Listener(hub, lambda: logged_in.pop(0))
    await listener.ended
    assert listener.beats == 2
    assert listener.events[-1] == ("bye", {"why": "session"})
    assert len(hub) == 0


async def test_streams_are_bounded(monkeypatch: Any) -> None:
    """One more than allowed is refused, and one that ends makes room."""
    monkeypatch.setattr(live, "STREAMS_MOST", 2)
    hub = LiveHub()
    first, _ = hub.listen(), hub.listen()
    try:
        hub.listen()
    except TooManyStreams:
        pass
    else:
        raise AssertionError
    hub.drop(first)
    hub.listen()


def test_an_event_is_one_frame() -> None:
    """Line ends in names stay inside the JSON."""
    assert framed("slot", {"name": "a\nb"}) == b'event: slot\ndata: {"name":"a\\nb"}\n\n'
