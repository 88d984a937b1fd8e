"""The simulated SMS centre: phones, receipts in every dialect, and what it does wrong on purpose."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock

from protocols.session import Token
from protocols.smpp import events, status
from protocols.smpp.commands import BindMode
from protocols.smpp.esme import Esme, EsmeConfig
from protocols.smpp.pdu import DataSm, DeliverSm, SubmitSm
from protocols.smpp.receipt import Receipt, State, parse_receipt
from protocols.smpp.receipt_ids import keys
from protocols.smpp.text import read_text
from protocols.smpp.tlv import Tag, Tlv
from protocols.sms.segments import split
from protocols.transport import Pump, PumpFactory
from simulators.network import Network
from simulators.smsc.centre import SmsCentre
from simulators.smsc.dialects import DIALECTS
from simulators.smsc.happenings import Happening
from simulators.smsc.manners import Manners
from simulators.smsc.phones import Manner

ANNA = "46701740605"
US = "46701740699"


class Gateway:
    """An ESME that notes everything and answers deliveries with `code`, None for not at all."""

    def __init__(self, world: "World", mode: BindMode = BindMode.TRANSCEIVER, password: str = "") -> None:
        self.config = EsmeConfig(system_id="bakjour", password=password, mode=mode)
        self.told: list[Any] = []
        self.code: int | None = 0
        self.reason: str | None = None
        self.pump: Pump[Any, Any, Any]
        factory = PumpFactory(lambda: Pump(lambda now: Esme(self.config, now), self, world.clock))
        world.network.client("smsc").connect(factory)
        world.run()

    def connected(self, pump: Pump[Any, Any, Any]) -> None:
        self.pump = pump

    def received(self, pump: Pump[Any, Any, Any], told: Sequence[Any]) -> None:
        self.told += told
        for event in told:
            if isinstance(event, events.DeliverReceived) and self.code is not None:
                pump.answer(Token(event.token), self.code)

    def disconnected(self, pump: Pump[Any, Any, Any], reason: str) -> None:
        self.reason = reason

    def submit(self, number: str, text: str, ref: int = 1, **more: Any) -> None:
        for part in split(text, ref):
            message = SubmitSm(
                number,
                part.header + part.octets,
                US,
                esm_class=0x40 if part.header else 0,
                data_coding=part.data_coding,
                **({"registered_delivery": 1} | more),
            )
            self.pump.send(events.Submit(ref, message))

    def answers(self) -> list[tuple[int, str]]:
        return [
            (event.status, event.message_id)
            for event in self.told
            if isinstance(event, events.SubmitAnswered)
        ]

    def delivered(self) -> list[DeliverSm | DataSm]:
        return [event.message for event in self.told if isinstance(event, events.DeliverReceived)]

    def receipts(self) -> list[Receipt]:
        return [found for message in self.delivered() if (found := parse_receipt(message)) is not None]


class World:
    """A centre and a network on one clock."""

    def __init__(self, **more: Any) -> None:
        self.clock = Clock()
        self.network = Network(self.clock)
        self.happened: list[Happening] = []
        self.centre = SmsCentre(self.clock, self.happened.append, **more)
        self.network.listen("smsc", self.centre.factory)

    def run(self, seconds: float = 0.0) -> None:
        self.clock.pump([0.0] * 8)
        step = 0.25
        for _ in range(int(seconds / step)):
            self.clock.pump([step, 0.0, 0.0, 0.0])

    def names(self) -> list[str]:
        return [happening.event for happening in self.happened]


def test_a_message_shows_and_its_receipt_comes() -> None:
    """Text with åäö€ stands on the screen, and the receipt has the id of the response."""
    world = World()
    gateway = Gateway(world)
    gateway.submit("+" + ANNA, "Larm åäö € 1")
    world.run()
    phone = world.centre.phone(ANNA)
    assert (phone.screen, phone.inbox[0].source) == ("Larm åäö € 1", US)
    assert gateway.receipts() == []
    world.run(2)
    assert gateway.answers() == [(0, "1001")]
    (receipt,) = gateway.receipts()
    assert (receipt.ids, receipt.state, receipt.numbers) == (("1001",), State.DELIVRD, ("+" + ANNA, US))
    assert "receipt_answered" in world.names()
    assert all(happening.as_json().startswith('{"event"') for happening in world.happened)
    assert all(happening.as_line() for happening in world.happened)


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("manner", [Manner.ON, Manner.REJECTS])
def test_dialects(name: str, manner: Manner) -> None:
    """A receipt in every dialect is read and matched to its message."""
    world = World(dialect=name)
    world.centre.phone(ANNA).manner = manner
    gateway = Gateway(world)
    for ref in (1, 2):
        tlvs = (Tlv(Tag.USER_MESSAGE_REFERENCE, (0x1200 + ref).to_bytes(2, "big")),)
        gateway.submit(ANNA, f"Larm {ref}", ref, tlvs=tlvs)
        world.run(0.5)
    world.run(3)
    sent = {ref: answer[1] for ref, answer in enumerate(gateway.answers(), 1)}
    receipts = gateway.receipts()
    assert len(receipts) == 2
    for ref, receipt in enumerate(receipts, 1):
        assert receipt.state is (State.DELIVRD if manner is Manner.ON else State.UNDELIV)
        assert meant(receipt, sent) == {ref}
    assert not [event for event in gateway.told if isinstance(event, events.PeerFault)] or name == "overrun"


def meant(receipt: Receipt, sent: dict[int, str]) -> set[int]:
    """The messages that a receipt can be of: its ids decide, and where they do not, our reference."""
    by_id = {ref for ref, message_id in sent.items() if not receipt.keys.isdisjoint(keys(message_id))}
    by_reference = {ref for ref in sent if receipt.reference in (0x1200 + ref, ref)}
    return by_id & by_reference or by_id or by_reference


@pytest.mark.parametrize("text", ["Larm " * 60, "Larm € " * 50, "日本 🚨 " * 40])
def test_long_messages(text: str) -> None:
    """The parts of a long message show as one, with one receipt each."""
    world = World()
    gateway = Gateway(world)
    gateway.submit(ANNA, text)
    world.run(2)
    assert [shown.text for shown in world.centre.phone(ANNA).inbox] == [text]
    assert len(gateway.receipts()) == len(split(text, 1)) > 1


def test_sar_parts_in_any_order() -> None:
    """Parts by SAR parameters are joined too, whichever comes first."""
    world = World()
    gateway = Gateway(world)
    for number, text in ((2, "två"), (1, "ett ")):
        tlvs = (Tlv(0x020C, b"\0\7"), Tlv(0x020E, b"\2"), Tlv(0x020F, bytes([number])))
        gateway.submit(ANNA, text, tlvs=tlvs)
    world.run()
    assert world.centre.phone(ANNA).screen == "ett två"


@pytest.mark.parametrize(
    ("manner", "code", "state"),
    [
        (Manner.FULL, status.RMSGQFUL, None),
        (Manner.BARRED, status.RINVDSTADR, None),
        (Manner.OFF, 0, None),
        (Manner.EXPIRES, 0, State.EXPIRED),
        (Manner.REJECTS, 0, State.UNDELIV),
    ],
)
def test_numbers_that_behave(manner: Manner, code: int, state: State | None) -> None:
    """A number that is off, full, barred or given up shows nothing and says so in its way."""
    world = World()
    world.centre.phone(ANNA).manner = manner
    gateway = Gateway(world)
    gateway.submit(ANNA, "Larm")
    world.run(5)
    assert gateway.answers()[0][0] == code
    assert [receipt.state for receipt in gateway.receipts()] == ([state] if state else [])
    assert world.centre.phone(ANNA).screen is None


def test_off_and_on_again_and_expired() -> None:
    """A phone that is off gets its message when it is on, unless the validity has passed before."""
    world = World()
    phone = world.centre.phone(ANNA)
    phone.manner = Manner.OFF
    gateway = Gateway(world)
    gateway.submit(ANNA, "kort", 1, validity_period="000000010000000R", registered_delivery=0x11)
    gateway.submit(ANNA, "kvarts", 2, validity_period="000000001500000R")
    gateway.submit(ANNA, "lång", 3)
    world.run(20)
    assert [receipt.state for receipt in gateway.receipts()] == [State.ENROUTE]
    world.run(15 * 60)
    phone.turn_on()
    world.run(2)
    assert [shown.text for shown in phone.inbox] == ["kort", "lång"]
    states = sorted(receipt.state.value for receipt in gateway.receipts())
    assert states == ["DELIVRD", "DELIVRD", "ENROUTE", "EXPIRED"]


def test_slow_phone() -> None:
    """A slow phone shows and reports a minute later."""
    world = World()
    world.centre.phone(ANNA).manner = Manner.SLOW
    gateway = Gateway(world)
    gateway.submit(ANNA, "Larm")
    world.run(59)
    assert world.centre.phone(ANNA).screen is None
    world.run(3)
    assert world.centre.phone(ANNA).screen == "Larm"
    assert len(gateway.receipts()) == 1


def test_receipts_asked_for() -> None:
    """registered_delivery 0 asks for no receipt, 2 only for failures."""
    world = World()
    world.centre.phone("46701740614").manner = Manner.REJECTS
    gateway = Gateway(world)
    gateway.submit(ANNA, "a", 1, registered_delivery=0)
    gateway.submit(ANNA, "b", 2, registered_delivery=2)
    gateway.submit("46701740614", "c", 3, registered_delivery=2)
    world.run(3)
    assert [receipt.state for receipt in gateway.receipts()] == [State.UNDELIV]


def test_receipt_before_response() -> None:
    """The receipt may come before the response it belongs to."""
    world = World(manners=Manners(receipt_first=True))
    gateway = Gateway(world)
    gateway.submit(ANNA, "Larm")
    world.run(3)
    kinds = [type(event) for event in gateway.told]
    assert kinds.index(events.DeliverReceived) < kinds.index(events.SubmitAnswered)
    assert gateway.receipts()[0].keys & keys(gateway.answers()[0][1])


def test_refusals_and_silence() -> None:
    """Scripted answers come first, then what is set for everybody; a silent centre leaves doubt."""
    world = World()
    gateway = Gateway(world)
    world.centre.next_answers.extend([status.RTHROTTLED, 0x410, None])
    for ref in range(4):
        gateway.submit(ANNA, f"Larm {ref}", ref)
    world.run(12)
    assert [code for code, _ in gateway.answers()] == [status.RTHROTTLED, 0x410, 0]
    assert [event.ref for event in gateway.told if isinstance(event, events.SubmitInDoubt)] == [2]
    assert [shown.text for shown in world.centre.phone(ANNA).inbox] == ["Larm 2", "Larm 3"]
    world.centre.manners = replace(world.centre.manners, refuse=status.RSYSERR)
    gateway.submit(ANNA, "Larm", 9)
    world.run()
    assert gateway.answers()[-1] == (status.RSYSERR, "")


def test_rate_and_delay() -> None:
    """Above its rate the centre throttles, and it answers no sooner than it is told to."""
    world = World(manners=Manners(rate=2, response_delay=0.5))
    gateway = Gateway(world)
    for ref in range(4):
        gateway.submit(ANNA, "Larm", ref)
    world.run(0.25)
    assert gateway.answers() == []
    world.run(0.5)
    assert [code for code, _ in gateway.answers()] == [0, 0, status.RTHROTTLED, status.RTHROTTLED]


def test_replies() -> None:
    """What the person answers comes to whoever wrote, in parts if it is long."""
    world = World()
    gateway = Gateway(world)
    phone = world.centre.phone(ANNA)
    with pytest.raises(ValueError, match="nothing has come"):
        phone.reply("1")
    gateway.submit(ANNA, "Larm 17", registered_delivery=0)
    world.run()
    phone.reply("1")
    phone.reply("åäö " * 60)
    world.run()
    first, *parts = gateway.delivered()
    assert (read_text(first).text, first.source_addr, first.destination_addr) == ("1", ANNA, US)
    assert parse_receipt(first) is None
    assert "".join(read_text(part).text for part in parts) == "åäö " * 60
    phone.reply("1", to="46700000000")
    assert world.names()[-1] == "dropped"


def test_deliveries_are_repeated_until_answered() -> None:
    """A receipt that is refused or not answered comes again, also over the next connection."""
    world = World()
    gateway = Gateway(world)
    gateway.code = status.RX_T_APPN
    gateway.submit(ANNA, "Larm")
    world.run(2)
    assert len(gateway.receipts()) == 1
    world.run(6)
    assert len(gateway.receipts()) == 2
    gateway.code = None
    world.run(6)
    world.network.cut("smsc")
    world.run()
    assert gateway.reason is not None
    again = Gateway(world)
    world.run(10)
    assert [receipt.ids for receipt in again.receipts()] == [("1001",)]
    world.run(20)
    assert len(again.receipts()) == 1


def test_receipts_wait_for_a_receiver() -> None:
    """With separate binds, receipts go over the one that receives, however late it is bound."""
    world = World()
    sender = Gateway(world, BindMode.TRANSMITTER)
    for ref in range(20):
        sender.submit(ANNA, "Larm", ref)
        world.run()
    world.run(3)
    assert sender.receipts() == []
    receiver = Gateway(world, BindMode.RECEIVER)
    world.run(1)
    assert len(receiver.receipts()) == 20


def test_binds() -> None:
    """A wrong password, an unknown system_id and a scripted refusal are answered by their status."""
    for more, code in (({"password": "hemlig"}, status.RINVPASWD), ({"system_ids": ["x"]}, status.RINVSYSID)):
        world = World(**more)
        gateway = Gateway(world)
        assert [event.status for event in gateway.told] == [code]
        assert gateway.reason is not None
    world = World(password="hemlig")
    world.centre.bind_status = status.RALYBND
    assert [event.status for event in Gateway(world, password="hemlig").told] == [status.RALYBND]
    world.centre.bind_status = 0
    assert isinstance(Gateway(world, password="hemlig").told[0], events.Bound)
    assert len(world.centre.bound("bakjour")) == 1


def test_unbinds() -> None:
    """The centre may say good-bye, on purpose or at random, or cut the line."""
    world = World()
    first = Gateway(world)
    world.centre.unbind_all()
    world.run()
    assert isinstance(first.told[-1], events.PeerUnbound)
    world.centre.manners = Manners(unbind_share=1.0)
    second = Gateway(world)
    second.submit(ANNA, "Larm")
    world.run()
    assert [type(event) for event in second.told[1:]] == [events.SubmitAnswered, events.PeerUnbound]
    third = Gateway(world)
    world.centre.drop_all()
    world.run()
    assert third.reason is not None
    assert world.centre.connections == []
    world.centre.stop()


def test_garbage_beside_others() -> None:
    """A connection that speaks no SMPP is closed; the others go on."""
    world = World()
    gateway = Gateway(world)

    class Shouting(Protocol):
        def connectionMade(self) -> None:
            self.transport.write(b"GET / HTTP/1.1\r\n\r\n")

    world.network.open("smsc", PumpFactory(Shouting))
    world.run(1)
    assert "fault" in world.names()
    gateway.submit(ANNA, "Larm")
    world.run()
    assert world.centre.phone(ANNA).screen == "Larm"


def test_unknown_dialect() -> None:
    """A dialect that there is not is refused with those that there are."""
    with pytest.raises(ValueError, match="standard"):
        SmsCentre(Clock(), dialect="klingon")
