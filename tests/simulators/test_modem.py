"""The simulated modem: what it says to commands, what it does wrong, and the network behind it."""

from collections.abc import Sequence
from typing import Any

import pytest
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock

from protocols.session import LocalProtocolError, Token
from protocols.sms import segments, tpdu
from protocols.sms.address import Address
from simulators.modem.device import Modem
from simulators.modem.port import CommandLine, PduGiven, Port, SetEcho
from simulators.modem.radio import validity_seconds
from simulators.modem.state import Life, Sim, Traits
from simulators.modem.storage import SENT
from simulators.network import Network
from simulators.smsc.happenings import Happening
from simulators.smsc.phones import Manner

ANNA = "46701740605"


class Terminal(Protocol):
    """A person at a terminal: types, and reads what came since."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.seen = b""

    def dataReceived(self, data: bytes) -> None:
        self.seen += data

    def types(self, text: str, seconds: float = 0.1) -> str:
        """What the modem said to this, without blank lines."""
        self.seen = b""
        self.transport.write(text.encode())
        self.world.run(seconds)
        return self.read()

    def read(self) -> str:
        seen, self.seen = self.seen, b""
        return " | ".join(line for line in seen.decode().replace("\r", "\n").split("\n") if line.strip())


class World:
    """A modem and a terminal."""

    def __init__(self, **more: Any) -> None:
        self.clock = Clock()
        self.told: list[Happening] = []
        traits = Traits(**{"echo": False} | more.pop("traits", {}))
        self.modem = Modem(self.clock, self.told.append, traits=traits, **more)
        self.network = Network(self.clock)
        self.network.listen("modem", self.modem.factory)
        self.terminal = Terminal(self)
        self.network.client("modem").connect(Factory.forProtocol(lambda: self.terminal))
        self.run(0.1)

    def run(self, seconds: float) -> None:
        end = self.clock.seconds() + seconds
        while self.clock.seconds() < end - 1e-9:
            self.clock.advance(0.05)

    def events(self) -> list[str]:
        return [happening.event for happening in self.told]

    def submit(self, text: str = "Larm", number: str = ANNA, seconds: float = 1.2, **more: Any) -> str:
        """Send a message by AT+CMGS."""
        said = ""
        for part in segments.split(text, 7):
            data = tpdu.UserData(part.data_coding, 0, part.header, part.octets)
            octets = tpdu.encode_submit(
                tpdu.Submit(Address(number), data, **({"validity": b"\x02", "status_report": True} | more))
            )
            assert self.terminal.types(f"AT+CMGS={len(octets)}\r") == "> "
            said = self.terminal.types(f"00{octets.hex()}\x1a", seconds)
        return said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("AT", "OK"),
        ("at", "OK"),
        ("ATZ", "OK"),
        ("ATI", "bakjour simulated modem | OK"),
        ("AT+CPIN?", "+CPIN: READY | OK"),
        ("AT+CREG?", "+CREG: 0,1 | OK"),
        ("AT+CSQ", "+CSQ: 20,99 | OK"),
        ("AT+CSCA?", '+CSCA: "+46705008999",145 | OK'),
        ('AT+CSCA="+46700000000"', "OK"),
        ("AT+CMGF=0", "OK"),
        ("AT+CMGF=1", "+CMS ERROR: 303"),
        ("AT+CMGF?", "+CMGF: 0 | OK"),
        ("AT+CSMS=1", "+CSMS: 1,1,1 | OK"),
        ("AT+CSMS=7", "+CMS ERROR: 303"),
        ("AT+CNMI=2,1,0,1,0", "OK"),
        ("AT+CNMI=2,9", "+CMS ERROR: 303"),
        ("AT+CNMI=x", "+CMS ERROR: 302"),
        ("AT+CNMI?", "+CNMI: 2,0,0,0,0 | OK"),
        ("AT+CPMS?", '+CPMS: "SM",0,20,"SM",0,20,"SM",0,20 | OK'),
        ('AT+CPMS="XX"', "+CMS ERROR: 302"),
        ("AT+CMGR=3", "+CMS ERROR: 321"),
        ("AT+CMGD=3", "OK"),
        ("AT+CNMA", "+CMS ERROR: 340"),
        ("AT+CMGS=x", "+CMS ERROR: 304"),
        ("AT+CFUN?", "+CFUN: 1 | OK"),
        ("AT+COPS?", '+COPS: 0,2,"24001" | OK'),
        ("AT+CMEE=?", "+CMEE: (0-2) | OK"),
        ("AT+CMEE=1;+CREG=2;", "OK"),
        ('AT+CSCA="1;2";+CSCA?', '+CSCA: "1;2",129 | OK'),
        ("AT+CSQ;+NOTHING", "ERROR"),
        ("AT+NOTHING", "ERROR"),
        ("HELP", "ERROR"),
    ],
)
def test_commands(typed: str, said: str) -> None:
    """What programs ask is answered as the specifications say."""
    assert World().terminal.types(typed + "\r") == said


def test_echo_and_editing() -> None:
    """Echo until ATE0; a backspace takes back; what is longer than any line is dropped."""
    world = World(traits={"echo": True})
    assert world.terminal.types("ATX\x08\r") == "ATX\x08 | OK"
    assert world.terminal.types("ATE0\r") == "ATE0 | OK"
    assert world.terminal.types("AT" + "X" * 3000 + "\rAT\r") == "ERROR | OK"
    assert world.terminal.types("\r\n\r") == ""


def test_a_message_and_its_report() -> None:
    """Prompt, reference, the phone's screen, the report; ESC leaves the prompt."""
    world = World()
    assert world.terminal.types("AT+CSMS=1\r").endswith("OK")
    world.terminal.types("AT+CNMI=2,1,0,1,0\r")
    assert world.terminal.types("AT+CMGS=23\r") == "> "
    assert world.terminal.types("0011\x1b") == "OK"
    assert world.submit("Larm åäö €") == "+CMGS: 1 | OK"
    assert world.modem.radio.phone("+" + ANNA).screen == "Larm åäö €"
    world.run(1.0)
    report = world.terminal.read()
    assert report.startswith("+CDS: 25 | 0791")
    assert world.terminal.types("AT+CNMA\r") == "OK"
    assert world.submit("x" * 200).endswith("+CMGS: 3 | OK")
    assert world.modem.radio.phone(ANNA).screen == "x" * 200
    assert "submitted" in world.events()


def test_a_report_that_nobody_confirms() -> None:
    """Without +CNMA in time nothing comes directly any more; a refused one comes again."""
    world = World()
    world.terminal.types("AT+CSMS=1\r")
    world.terminal.types("AT+CNMI=2,2,0,1,0\r")
    world.submit()
    world.run(1.0)
    world.terminal.read()
    assert world.terminal.types("AT+CNMA=2\r") == "OK"
    world.run(1.1)
    assert world.terminal.read().startswith("+CDS: 25")
    world.run(16.0)
    assert world.terminal.types("AT+CNMI?\r") == "+CNMI: 2,1,0,0,0 | OK"
    assert "unconfirmed" in world.events()


def test_messages_in() -> None:
    """A reply is stored and announced, or comes directly; it can be listed, read once, deleted."""
    world = World()
    world.terminal.types("AT+CNMI=2,1,0,2,0\r")
    phone = world.modem.radio.phone(ANNA)
    phone.reply("ok", world.modem.radio.own_number)
    world.run(0.1)
    assert world.terminal.read() == '+CMTI: "SM",1'
    listed = world.terminal.types("AT+CMGL=4\r")
    assert listed.startswith("+CMGL: 1,0,,21 | 0791")
    assert world.terminal.types("AT+CMGL=0\r") == "OK"
    assert world.terminal.types("AT+CMGR=1\r").startswith("+CMGR: 1,,21")
    assert world.terminal.types("AT+CMGD=1\r") == "OK"
    assert world.terminal.types("AT+CMGD=?\r") == "+CMGD: (),(0-4) | OK"
    world.terminal.types("AT+CNMI=2,2\r")
    phone.reply("nej", world.modem.radio.own_number)
    world.run(0.1)
    assert world.terminal.read().startswith("+CMT: ,")
    world.submit()
    world.run(1.0)
    assert world.terminal.read() == '+CDSI: "SR",1'


def test_a_full_memory() -> None:
    """What finds no room waits in the network until there is some."""
    world = World()
    world.modem.settings.news = [2, 1, 0, 0, 0]
    for place in range(20):
        world.modem.memories["SM"].put(b"\0\0", SENT if place else 0)
    world.modem.radio.phone(ANNA).reply("ok", world.modem.radio.own_number)
    world.run(0.1)
    assert "held" in world.events()
    assert world.terminal.types("AT+CMGD=1,3\r", 0.3) == 'OK | +CMTI: "SM",2'


def test_pin() -> None:
    """Until the PIN nothing but the SIM's own commands; three wrong ones want the PUK."""
    world = World(pin="1234")
    assert world.terminal.types("AT+CMGF=0\r") == "ERROR"
    world.terminal.types("AT+CMEE=1\r")
    assert world.terminal.types("AT+CMGF=0\r") == "+CME ERROR: 11"
    assert world.terminal.types("AT+CREG?\r") == "+CREG: 0,0 | OK"
    assert world.terminal.types('AT+CPIN="1234"\r') == "OK"
    assert world.terminal.types('AT+CPIN="1234"\r') == "+CME ERROR: 3"
    world.modem.restart()
    world.run(5.1)
    assert world.terminal.read() == "RDY"
    world.terminal.types("AT+CMEE=2\r")
    for _ in range(3):
        assert world.terminal.types('AT+CPIN="0000"\r') == "+CME ERROR: incorrect password"
    assert world.terminal.types("AT+CPIN?\r") == "+CPIN: SIM PUK | OK"
    assert world.terminal.types("AT+CSQ\r").endswith("OK")
    world.modem.sim = Sim.MISSING
    assert world.terminal.types("AT+CPIN?\r") == "+CME ERROR: SIM not inserted"


def test_misbehaviour() -> None:
    """Refusals by number and by turn, no network, swallowed answers, bad PDUs."""
    world = World()
    world.modem.radio.errors[ANNA] = 38
    assert world.submit() == "+CMS ERROR: 38"
    assert world.submit(number="46701740606") == "+CMGS: 1 | OK"
    world.modem.radio.errors.clear()
    world.modem.radio.next_errors.extend([27, None])
    assert world.submit() == "+CMS ERROR: 27"
    assert world.submit() == ""
    assert world.modem.radio.phone(ANNA).screen == "Larm"
    world.modem.radio.air.stat = 2
    assert world.submit() == "+CMS ERROR: 331"
    world.terminal.types("AT+CMGS=9\r")
    assert world.terminal.types("00zz\x1a") == "+CMS ERROR: 304"


@pytest.mark.parametrize(
    ("manner", "said", "status"),
    [
        (Manner.FULL, "+CMS ERROR: 22", None),
        (Manner.BARRED, "+CMS ERROR: 196", None),
        (Manner.REJECTS, "+CMGS: 1 | OK", 0x43),
        (Manner.EXPIRES, "+CMGS: 1 | OK", 0x46),
        (Manner.OFF, "+CMGS: 1 | OK", 0x20),
        (Manner.ON, "+CMGS: 1 | OK", 0x00),
    ],
)
def test_phones(manner: Manner, said: str, status: int | None) -> None:
    """Each manner of a phone has its error or its status."""
    world = World()
    world.modem.radio.phone(ANNA).manner = manner
    assert world.submit() == said
    world.run(1.0)
    reports = [happening.details["status"] for happening in world.told if happening.event == "report"]
    assert reports == ([] if status is None else [status])


def test_a_phone_that_is_off() -> None:
    """It shows what waited when it is on again, unless its time is over."""
    world = World()
    phone = world.modem.radio.phone(ANNA)
    phone.manner = Manner.OFF
    world.submit(validity=b"\x00")
    world.run(400)
    phone.turn_on()
    assert phone.screen is None
    phone.manner = Manner.OFF
    world.submit(validity=b"\x0b")
    phone.turn_on()
    assert phone.screen == "Larm"
    phone.manner = Manner.SLOW
    world.submit("Igen")
    assert phone.screen == "Larm"
    world.run(60)
    assert phone.screen == "Igen"


def test_hangs_and_restarts() -> None:
    """It hangs for good, or until AT+CFUN=1,1; a restart forgets what was set."""
    world = World()
    world.terminal.types("AT+CNMI=2,1,0,1,0\r")
    world.modem.hang()
    assert world.terminal.types("AT\r") == ""
    world.terminal.types("AT+CFUN=1,1\r", 5.2)
    assert world.modem.life is Life.RUNNING
    assert world.terminal.types("AT+CNMI?\r") == "+CNMI: 2,0,0,0,0 | OK"
    assert world.terminal.types("AT+CFUN=1,1\r", 5.2) == "OK | RDY"
    world.modem.traits.hears_reset = False
    world.modem.hang()
    assert world.terminal.types("AT+CFUN=1,1\r", 9.0) == ""
    world.network.cut("modem")
    world.run(0.1)
    assert world.events()[-1] == "closed"
    world.modem.stop()
    assert world.clock.getDelayedCalls() == []


def test_validity() -> None:
    """The octet means what 23.040 says; none means two days."""
    values = {0: 300, 2: 900, 143: 43_200, 144: 45_000, 167: 86_400, 168: 172_800, 197: 5 * 604_800}
    assert {value: validity_seconds(bytes([value])) for value in values} == values
    assert validity_seconds(b"") == 172_800


def test_port_is_a_session() -> None:
    """The line's own end keeps the contract of sessions: any chunking, nothing by token, nothing timed."""
    port = Port(echo=False)
    events: Sequence[Any] = [event for octet in b"AT\r" for event in port.receive_data(bytes([octet]), 0.0)]
    assert events == [CommandLine("AT")]
    port.send(SetEcho(True), 0.0)
    assert port.receive_eof(0.0) == port.tick(1.0) == []
    assert port.next_deadline() is None
    with pytest.raises(LocalProtocolError):
        port.answer(Token(1), None, 0.0)
    assert PduGiven(None).text is None
