"""The commands of set-up and supervision: in which order, and what the answers to them mean.

Rules: a PIN is given once, and again only after the SIM was ready by it (a modem that restarted wants it so).
What cannot be had (reports, confirmation, the centre's number) never keeps a message from being sent; a SIM
that is not ready, and PDU mode refused, do.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from enum import Enum

from protocols.sms.modem import commands, reading
from protocols.sms.modem.box import Box
from protocols.sms.modem.commands import Command, Kind, Place
from protocols.sms.modem.errors import PUK_WANTED, SIM_BUSY, SIM_MISSING, WRONG_PIN, ModemError
from protocols.sms.modem.events import (
    ModemConfig,
    ModemEvent,
    ModemStatus,
    PeerFault,
    PinAccepted,
    PinRefused,
    Registration,
    Sim,
)
from protocols.sms.modem.lines import Line
from protocols.sms.modem.tables import Input

_CMS_OFFSET = 300
"""+CMS ERROR numbers SIM troubles as +CME ERROR does, 300 higher."""
_SIM_ERRORS = {SIM_MISSING: Sim.MISSING, 11: Sim.PIN_WANTED, PUK_WANTED: Sim.PUK_WANTED, SIM_BUSY: Sim.BUSY}


class _Pin(Enum):
    UNUSED = "unused"
    GIVEN = "given"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Upkeep:
    """What is known of one modem, and what is to be asked next."""

    def __init__(self, config: ModemConfig, box: Box, events: list[ModemEvent]) -> None:
        self.status = ModemStatus()
        self.complete = False
        """Whether the set-up came to its end."""
        self._config = config
        self._box = box
        self._events = events
        self._script: deque[Command] = deque()
        self._pin = _Pin.REFUSED if config.pin_refused else _Pin.UNUSED
        self._sim = Sim.BUSY
        self._memory = ""
        self._used = 0
        self._reports: Command | None = None
        self._registers: dict[str, Registration] = {}
        self._readers: dict[Kind, Callable[[Command, Line], None]] = {
            Kind.SIM: self._read_sim,
            Kind.REGISTRATION: self._read_registration,
            Kind.SIGNAL: self._read_signal,
            Kind.CENTRE: self._read_centre,
            Kind.MEMORIES: self._read_memories,
            Kind.COUNT: self._read_count,
            Kind.LIST: self._read_listed,
            Kind.CLEAR: self._read_listed,
            Kind.READ: self._read_stored,
        }
        self._enders: dict[Kind, Callable[[Command, ModemError | None], Input | None]] = {
            Kind.SIM: self._sim_ended,
            Kind.PIN: self._pin_ended,
            Kind.SERVICE: self._service_ended,
            Kind.REPORTS: self._reports_ended,
            Kind.MEMORIES: self._memories_ended,
            Kind.SELECT: self._select_ended,
            Kind.COUNT: self._select_ended,
            Kind.LIST: self._list_ended,
            Kind.CLEAR: self._list_ended,
            Kind.DELETE: self._delete_ended,
        }

    def begin(self) -> Command:
        """The first command of the set-up."""
        self.complete = False
        self._script = deque(commands.SET_UP)
        return self._script.popleft()

    def next(self) -> Command:
        """The next one; there is one unless `ended` said DONE."""
        return self._script.popleft()

    def poll(self) -> None:
        """Queue what is asked again and again; a modem that restarted unseen is set right by it too."""
        asked = [commands.PING, commands.SIM, *commands.STATE, commands.PDU_MODE]
        asked += [] if self.status.centre else [commands.CENTRE]
        asked += [] if self._reports is None else [self._reports]
        for command in asked:
            self._box.queue(command)
        self._box.look()

    def lost(self) -> None:
        """The modem begins again or is gone: what was asked has no answer any more."""
        self.complete = False
        if self._pin in (_Pin.GIVEN, _Pin.ACCEPTED):
            self._refuse_pin()

    def read(self, command: Command, line: Line) -> None:
        """One information line."""
        reader = self._readers.get(command.kind)
        if reader is not None:
            reader(command, line)

    def ended(self, command: Command, error: ModemError | None) -> Input:
        """What the end of a command means for the session."""
        ender = self._enders.get(command.kind)
        given = None if ender is None else ender(command, error)
        if given is not None:
            return given
        if error is not None and command.needed:
            self._events.append(PeerFault(f"the modem refuses {command.text}: {error}"))
            return Input.ERROR
        if self.complete or self._script:
            return Input.OK
        self.complete = True
        return Input.DONE

    # --- SIM and PIN

    def _read_sim(self, command: Command, line: Line) -> None:
        self._sim = reading.sim(line.text)

    def _sim_ended(self, command: Command, error: ModemError | None) -> Input | None:
        if error is not None and error.code == WRONG_PIN:
            self._refuse_pin()  # late: the OK before it was the answer to something else
            return Input.NO_SIM
        # An OK without a word is an answer to something else: asked again soon.
        sim, self._sim = self._sim if error is None else _sim_error(error), Sim.BUSY
        if sim is Sim.PIN_WANTED:
            sim = {_Pin.ACCEPTED: Sim.BUSY, _Pin.UNUSED: sim}.get(self._pin, Sim.PIN_REFUSED)
        if sim is Sim.PIN_WANTED and self._config.pin and not self.complete:
            self._pin = _Pin.GIVEN
            self._script.extendleft((commands.SIM, commands.pin(self._config.pin)))
            return None
        self.status = replace(self.status, sim=sim)
        if sim is not Sim.READY:
            return Input.NO_SIM
        if self._pin is _Pin.ACCEPTED:
            self._pin = _Pin.UNUSED
            self._events.append(PinAccepted())
        return None

    def _pin_ended(self, command: Command, error: ModemError | None) -> Input | None:
        if error is None:
            self._pin = _Pin.ACCEPTED
            return None
        if error.code in (SIM_BUSY, SIM_BUSY + _CMS_OFFSET):
            self._pin = _Pin.UNUSED  # the SIM has not looked at it
            self.status = replace(self.status, sim=Sim.BUSY)
        else:
            self._refuse_pin()
        return Input.NO_SIM

    def _refuse_pin(self) -> None:
        self._pin = _Pin.REFUSED
        self.status = replace(self.status, sim=Sim.PIN_REFUSED)
        self._events.append(PinRefused())

    # --- network

    def _read_registration(self, command: Command, line: Line) -> None:
        self._registers[command.awaits] = reading.registration(line.text)
        self.status = replace(self.status, registration=reading.better(self._registers.values()))

    def _read_signal(self, command: Command, line: Line) -> None:
        self.status = replace(self.status, signal=reading.signal(line.text))

    def _read_centre(self, command: Command, line: Line) -> None:
        self.status = replace(self.status, centre=reading.fields(line.text)[0][: reading.NUMBER_MAX])

    # --- how messages come

    def _service_ended(self, command: Command, error: ModemError | None) -> Input | None:
        self._box.confirms = error is None
        return None

    def _reports_ended(self, command: Command, error: ModemError | None) -> Input | None:
        if error is None:
            self._reports = command
        elif not self.complete and command == commands.REPORTS_DIRECT:
            self._script.appendleft(commands.REPORTS_STORED)
        elif not self.complete:
            self._reports = None
            self._events.append(PeerFault(f"the modem gives no status reports: {error}"))
        return None

    def _read_memories(self, command: Command, line: Line) -> None:
        self._memory = reading.memories(line.text)

    def _memories_ended(self, command: Command, error: ModemError | None) -> Input | None:
        named = [self._memory] if error is None and self._memory else []
        reports = ["SR"] if self._reports == commands.REPORTS_STORED else []
        self._box.memories = tuple(named + reports)
        return None

    # --- what is stored

    def _read_count(self, command: Command, line: Line) -> None:
        self._used = reading.number(reading.fields(line.text)[0]) or 0

    def _select_ended(self, command: Command, error: ModemError | None) -> Input | None:
        assert command.place is not None
        used, self._used = self._used, 0
        if error is not None:
            self._box.forget(command.place.memory)
            return None
        self._box.selected = command.place.memory
        if command.kind is Kind.COUNT:
            self._box.counted(command.place.memory, used)
        return None

    def _read_listed(self, command: Command, line: Line) -> None:
        assert command.place is not None
        found = reading.listed(line.text)
        if found is not None:
            self._box.listed(Place(command.place.memory, found[0]), found[1], line, command)

    def _list_ended(self, command: Command, error: ModemError | None) -> Input | None:
        if error is None:
            self._box.list_ends(command)
        return None

    def _delete_ended(self, command: Command, error: ModemError | None) -> Input | None:
        assert command.place is not None
        self._box.deleted(command.place)
        return None

    def _read_stored(self, command: Command, line: Line) -> None:
        assert command.place is not None
        self._box.read_found(command.place, line)


def _sim_error(error: ModemError) -> Sim:
    code = -1 if error.code is None else error.code
    return _SIM_ERRORS.get(code - _CMS_OFFSET if code >= _CMS_OFFSET else code, Sim.FAILED)
