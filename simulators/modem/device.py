"""The simulated modem: its SIM, its life, its memories, and what it says unasked.

Rules: one program uses it at a time, the one that connected last; what it has stored outlives connections
and restarts. Everything that it does wrong is asked for: by `Traits`, by `hang`, by `radio`.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import Factory

from protocols.sms import tpdu
from protocols.sms.address import write_centre
from protocols.transport import Pump, PumpFactory
from simulators.modem.commands import run
from simulators.modem.port import CommandLine, ExpectPdu, PduGiven, Port, PortCommand, PortEvent, Say, SetEcho
from simulators.modem.radio import Radio
from simulators.modem.state import Life, Settings, Sim, Traits
from simulators.modem.storage import Memory
from simulators.smsc.happenings import Detail, Happening
from simulators.smsc.later import Later

BEGINNING = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""Where the modem's wall clock stands when its monotonic one is 0, unless told otherwise."""

SIM_PLACES = 20
"""Messages that a SIM holds; real ones hold 10 to 50."""

HELD_MAX = 100
"""Messages that wait in the network for room in the modem; the oldest goes first."""

ModemPump = Pump[PortCommand, None, PortEvent]


class Modem:
    """One modem. `radio` is the network behind it, `traits` may be changed at any time."""

    def __init__(
        self,
        clock: IReactorTime,
        on_event: Callable[[Happening], None] = lambda happening: None,
        *,
        pin: str = "",
        number: str = "46701740699",
        centre: str = "+46705008999",
        traits: Traits | None = None,
        beginning: datetime = BEGINNING,
    ) -> None:
        self.traits = traits or Traits()
        self.settings = Settings()
        self.memories = {"SM": Memory(SIM_PLACES), "ME": Memory(SIM_PLACES), "SR": Memory(SIM_PLACES)}
        self.pin, self.centre = pin, centre
        self.sim = Sim.PIN if pin else Sim.READY
        self.wrong_pins = 0
        self.life = Life.RUNNING
        self._clock, self._tell, self._beginning = clock, on_event, beginning
        self.later = Later(clock)
        self.radio = Radio(number.removeprefix("+"), self.later, self.wall, self.tell)
        self.radio.deliver = self._deliver
        self.radio.report = self._report
        self._pump: ModemPump | None = None
        self._announced = 0
        self._unconfirmed: list[tuple[str, bytes]] = []
        self._held: list[Callable[[], bool]] = []

    @property
    def factory(self) -> Factory:
        """Serves whoever connects; the last one has the modem."""
        return PumpFactory(self.pump)

    def pump(self) -> ModemPump:
        """One connection to it."""
        return Pump(lambda now: Port(echo=self.traits.echo), self, self._clock)

    def wall(self) -> datetime:
        """The network's clock, UTC."""
        return self._beginning + timedelta(seconds=self._clock.seconds())

    def tell(self, event: str, details: dict[str, Detail]) -> None:
        """Say to people what happens."""
        self._tell(Happening(event, self._clock.seconds(), details))

    def hang(self) -> None:
        """Answer nothing any more."""
        self.life = Life.HUNG
        self.tell("hung", {})

    def restart(self) -> None:
        """As by AT+CFUN=1,1 or a loss of power: settings are lost, the SIM wants its PIN again."""
        self.life = Life.BOOTING
        self.settings = Settings()
        self._unconfirmed.clear()
        if self.sim is Sim.READY and self.pin:
            self.sim = Sim.PIN
        self.tell("restarted", {})
        self.later(self.traits.boot_seconds, self._booted)

    def stop(self) -> None:
        """Nothing more happens."""
        self.later.stop()

    # --- protocols.transport.Owner

    def connected(self, pump: ModemPump) -> None:
        """A program opened the line."""
        self._pump = pump
        self.tell("opened", {})

    def received(self, pump: ModemPump, events: Sequence[PortEvent]) -> None:
        """Command lines and PDUs."""
        for event in events:
            if isinstance(event, PduGiven):
                self._pdu(event.text)
            elif isinstance(event, CommandLine) and self._hears(event.text):
                run(self, event.text)

    def disconnected(self, pump: ModemPump, reason: str) -> None:
        """It closed it."""
        if pump is self._pump:
            self._pump = None
        self.tell("closed", {})

    # --- saying

    def say(self, *lines: str) -> None:
        """Lines of a response, after the modem's delay."""
        octets = b"".join(b"\r\n" + line.encode("ascii") + b"\r\n" for line in lines)
        self.later(self.traits.response_delay, lambda: self._send(Say(octets)))

    def set_echo(self, on: bool) -> None:
        """ATE."""
        self._send(SetEcho(on))

    def ask_pdu(self, announced: int) -> None:
        """+CMGS: the prompt."""
        self._announced = announced
        self.later(self.traits.response_delay, lambda: self._send(ExpectPdu()))

    def confirmed(self, *, stored: bool) -> bool:
        """+CNMA; whether anything waited for it. What was refused comes again."""
        if not self._unconfirmed:
            return False
        name, octets = self._unconfirmed.pop(0)
        if not stored:
            self.later(1.0, lambda: self._direct(name, octets))
        return True

    def room(self) -> None:
        """A place became free: what waits in the network for it comes."""
        self._held = [held for held in self._held if not held()]

    def _send(self, command: PortCommand) -> None:
        if self._pump is not None:
            self._pump.send(command)

    # --- life

    def _hears(self, text: str) -> bool:
        if self.life is Life.HUNG and self.traits.hears_reset and text.upper() == "AT+CFUN=1,1":
            self.restart()
            return False
        return self.life is Life.RUNNING

    def _booted(self) -> None:
        self.life = Life.RUNNING
        self._send(SetEcho(self.traits.echo))
        self._send(Say(b"\r\nRDY\r\n"))

    # --- messages out

    def _pdu(self, text: str | None) -> None:
        if self.life is not Life.RUNNING:
            return
        if text is None:
            self.say("OK")
            return
        try:
            octets = bytes.fromhex(text)
        except ValueError:
            octets = b""
        centre = octets[0] if octets else 0
        message, faults = tpdu.decode_tpdu(octets[1 + centre :])
        wrong = len(octets) - 1 - centre != self._announced
        if wrong or faults or not isinstance(message, tpdu.Submit):
            self.tell("bad_pdu", {"reason": "; ".join(faults) or "not as long as announced"})
            self.say("+CMS ERROR: 304")
            return
        self.life = Life.SENDING
        self.radio.submit(message, self._answered)

    def _answered(self, *lines: str) -> None:
        """The network has answered; without lines the modem forgets to say so."""
        if self.life is Life.SENDING:
            self.life = Life.RUNNING
            if lines:
                self.say(*lines)

    # --- messages in

    def _deliver(self, octets: bytes) -> None:
        pdu = write_centre(self.centre) + octets
        if self.settings.news[1] >= 2:
            self._direct("+CMT", pdu)
        else:
            self._store(self.settings.memories[2], pdu, "+CMTI", announce=self.settings.news[1] == 1)

    def _report(self, octets: bytes) -> None:
        pdu = write_centre(self.centre) + octets
        if self.settings.news[3] == 1:
            self._direct("+CDS", pdu)
        elif self.settings.news[3] == 2:
            self._store("SR", pdu, "+CDSI", announce=True)

    def _direct(self, name: str, pdu: bytes) -> None:
        length = len(pdu) - 1 - pdu[0]
        announced = f"{name}: ,{length}" if name == "+CMT" else f"{name}: {length}"
        self._news(f"{announced}\r\n{pdu.hex().upper()}")
        if self.settings.service == 1:
            entry = (name, pdu)
            self._unconfirmed.append(entry)
            self.later(self.traits.confirm_within, lambda: self._unheard(entry))

    def _unheard(self, entry: tuple[str, bytes]) -> None:
        """27.005 clause 3.4.4: without +CNMA in time nothing is handed over directly any more."""
        if any(waiting is entry for waiting in self._unconfirmed):
            self._unconfirmed.clear()
            self.settings.news[1] = min(self.settings.news[1], 1)
            self.settings.news[3] = 0
            self.tell("unconfirmed", {})

    def _store(self, memory: str, pdu: bytes, news: str, *, announce: bool) -> None:
        def put() -> bool:
            place = self.memories[memory].put(pdu)
            if place is None:
                return False
            self.tell("stored", {"memory": memory, "place": place})
            if announce:
                self._news(f'{news}: "{memory}",{place}')
            return True

        if not put():
            self.tell("held", {"memory": memory})
            self._held.append(put)
            del self._held[:-HELD_MAX]

    def _news(self, text: str) -> None:
        if self.life in (Life.RUNNING, Life.SENDING):
            self._send(Say(b"\r\n" + text.encode("ascii") + b"\r\n"))
