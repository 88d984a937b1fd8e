"""The session and the simulated modem joined by good and bad lines: nothing lost, no false "taken"."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from twisted.internet.task import Clock

from protocols.sms.modem import events as e
from protocols.sms.modem.session import ModemSession
from protocols.transport import Pump, PumpFactory
from simulators.lines import Fragmenting, Garbling, Late, Line, Lossy, Plain
from simulators.modem.device import Modem
from simulators.modem.state import Traits
from simulators.network import Network

Lines = Callable[[int], tuple[Line, Line]]
GOOD: dict[str, Lines] = {
    "plain": lambda seed: (Plain(), Plain()),
    "fragmenting": lambda seed: (Fragmenting(seed), Fragmenting(seed + 1)),
    "late": lambda seed: (Late(0.4), Late(0.6)),
}
BAD: dict[str, Lines] = {
    "lossy": lambda seed: (Lossy(seed, 0.002), Lossy(seed + 1, 0.002)),
    "garbling": lambda seed: (Garbling(seed, 0.002), Garbling(seed + 1, 0.002)),
    "very late": lambda seed: (Late(6.0), Late(6.0)),
}
TRAITS = {
    "usual": {},
    "plain old": {"confirms": False, "direct_reports": False},
}
MESSAGES = 12


class World:
    """A modem on a line, opened again whenever it closes, and whoever uses it."""

    def __init__(self, lines: tuple[Line, Line], submit: Callable[..., Any], **traits: bool) -> None:
        self.clock = Clock()
        self.shown: Counter[str] = Counter()
        self.events: list[e.ModemEvent] = []
        self._submit = submit
        self.modem = Modem(self.clock, self._happened, traits=Traits(**traits))
        self.network = Network(self.clock)
        self.network.listen("modem", self.modem.factory)
        self.network.set_lines("modem", to_server=lines[0], to_client=lines[1])
        self._opens()
        self.run(0.1)

    def _opens(self) -> None:
        made = PumpFactory(lambda: Pump(lambda now: ModemSession(e.ModemConfig(), now), self, self.clock))
        self.network.client("modem").connect(made)

    def _happened(self, happening: Any) -> None:
        if happening.event == "shown":
            self.shown[str(happening.details["text"])] += 1

    def connected(self, pump: Any) -> None:
        self.pump = pump

    def received(self, pump: Any, events: Sequence[e.ModemEvent]) -> None:
        self.events += events
        for event in events:
            if isinstance(event, e.ReportReceived | e.SmsReceived):
                pump.answer(event.token, True)

    def disconnected(self, pump: Any, reason: str) -> None:
        self.clock.callLater(1.0, self._opens)

    def run(self, seconds: float) -> None:
        end = self.clock.seconds() + seconds
        while self.clock.seconds() < end:
            self.clock.advance(0.1)

    def send(self, ref: int) -> bool:
        """Send as soon as it can be; False if it never could."""
        for _ in range(400):
            if self.pump.session.free:
                self.pump.send(e.SendSms(ref, self._submit(text=f"Larm {ref}")))
                return True
            self.run(1.0)
        return False

    def ends(self) -> dict[int, list[Any]]:
        ends: dict[int, list[Any]] = {}
        for event in self.events:
            if isinstance(event, e.SmsTaken | e.SmsFailed):
                ends.setdefault(event.ref, []).append(event)
        return ends


@pytest.mark.parametrize("traits", TRAITS)
@pytest.mark.parametrize("name", GOOD)
def test_good_lines_carry_everything_once(submit: Callable[..., Any], name: str, traits: str) -> None:
    """Fragments and a delay: every message once, every report, every message that came in."""
    world = World(GOOD[name](7), submit, **TRAITS[traits])
    for ref in range(MESSAGES):
        assert world.send(ref)
    world.run(10.0)
    world.modem.radio.phone("46701740605").reply("ok", "46701740699")
    world.run(40.0)
    assert world.shown == {f"Larm {ref}": 1 for ref in range(MESSAGES)}
    assert [type(end) for ends in world.ends().values() for end in ends] == [e.SmsTaken] * MESSAGES
    taken = [event.reference for event in world.events if isinstance(event, e.SmsTaken)]
    reports = [event.report.reference for event in world.events if isinstance(event, e.ReportReceived)]
    assert sorted(reports) == sorted(taken)
    assert [event.message.data.text for event in world.events if isinstance(event, e.SmsReceived)] == ["ok"]
    assert not [event for event in world.events if isinstance(event, e.PeerFault)]
    assert not any(len(memory) for memory in world.modem.memories.values()), "what is stored is deleted"


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", BAD)
def test_bad_lines_never_lie(submit: Callable[..., Any], name: str, seed: int) -> None:
    """Every message ends in one event, or in doubt and then taken; what is surely not sent was not shown."""
    world = World(BAD[name](seed * 10), submit)
    sent = [ref for ref in range(6) if world.send(ref)]
    world.run(120.0)
    ends = world.ends()
    assert sorted(ends) == sent
    arrived = {ref: world.shown[f"Larm {ref}"] for ref in sent}
    for ref, told in ends.items():
        first, *later = told
        assert [type(end) for end in later] in ([], [e.SmsTaken])
        assert not later or (isinstance(first, e.SmsFailed) and first.maybe_sent)
        if name != "garbling" and isinstance(told[-1], e.SmsTaken):
            assert arrived[ref] == 1, "a text may be garbled on its way; lost it must not be"
        if isinstance(first, e.SmsFailed) and not first.maybe_sent:
            assert arrived[ref] == 0


def test_a_modem_that_hangs_is_reset_and_goes_on(submit: Callable[..., Any]) -> None:
    """A modem that hangs is reset by AT+CFUN=1,1, the line opened again, and the next message goes."""
    world = World((Plain(), Plain()), submit)
    assert world.send(1)
    world.run(5.0)
    world.modem.hang()
    world.run(60.0)
    assert world.send(2)
    world.run(10.0)
    assert world.shown == {"Larm 1": 1, "Larm 2": 1}


def test_a_message_that_was_not_fetched_is_found_again(submit: Callable[..., Any]) -> None:
    """What came while nobody was connected is fetched at the next set-up."""
    world = World((Plain(), Plain()), submit)
    world.run(5.0)
    world.network.refuse("modem")
    world.network.cut("modem")
    world.run(0.1)
    world.modem.radio.phone("46701740605").reply("1", "46701740699")
    world.network.allow("modem")
    world.run(10.0)
    assert [event.message.data.text for event in world.events if isinstance(event, e.SmsReceived)] == ["1"]


def test_a_modem_that_stopped_handing_over_is_set_right(submit: Callable[..., Any]) -> None:
    """A report confirmed too late makes a modem hand over nothing more; supervision sets it again."""
    world = World((Plain(), Plain()), submit)
    world.run(5.0)
    world.modem.settings.news = [2, 0, 0, 0, 0]
    world.run(20.0)
    assert world.modem.settings.news == [2, 1, 0, 1, 0]
