"""What people see of a modem: its line, its SIM, its network, its signal; and when that is an alarm.

Rules: the line is up when a message could go now. A SIM that needs a person is an alarm at once, a weak
signal once it is weak and until it is clearly better, all else when the line has been down for a while.
"""

from gateway.delivery.carriers.line import Line
from gateway.ports import Alarms
from protocols.sms.modem.events import ModemStatus, Sim
from protocols.sms.modem.tables import State

WEAK_DBM, GOOD_DBM = -103, -99
"""At -103 dBm (+CSQ 5) messages begin to fail, -109 is the edge; the gap keeps the alarm from flickering."""

NEEDS_A_PERSON = {
    Sim.MISSING: "there is no SIM, or the modem does not see it",
    Sim.PIN_WANTED: "the SIM wants a PIN; write pin_file or pin_env into the configuration",
    Sim.PIN_REFUSED: "the SIM refused the PIN; it is not tried again, for three wrong ones lock it: correct "
    "the configuration, or enter the PIN by hand in a phone and take it off",
    Sim.PUK_WANTED: "the SIM is locked after three wrong PINs and wants its PUK, in a phone",
    Sim.FAILED: "the SIM cannot be used",
}

ABSENT = {
    State.WAKING: "the modem does not answer",
    State.SETTLING: "the modem begins to answer",
    State.SETTING_UP: "the modem is set up",
    State.RESETTING: "the modem does not answer and is reset",
    State.CLOSED: "the line to the modem is gone",
}


class ModemWatch:
    """Turns a modem's state into the line's."""

    def __init__(self, line: Line, alarms: Alarms) -> None:
        self._line = line
        self._alarms = alarms
        self._sim_alarmed = False
        self._weak = False

    def show(self, status: ModemStatus, state: State) -> None:
        """Something is new."""
        self._show_sim(status.sim)
        self._show_signal(status.signal)
        if status.ready:
            self._line.up(f"{status.registration.value}, {_signal(status.signal)}")
        else:
            self._line.down(_why(status, state))

    def _show_sim(self, sim: Sim) -> None:
        key = f"sim:{self._line.name}"
        wrong = NEEDS_A_PERSON.get(sim)
        if wrong is not None:
            self._alarms.raise_alarm(key, f"line {self._line.name}: {wrong}")
            self._sim_alarmed = True
        elif sim is Sim.READY and self._sim_alarmed:
            self._alarms.clear_alarm(key)
            self._sim_alarmed = False

    def _show_signal(self, signal: int | None) -> None:
        if signal is None:
            return
        key = f"signal:{self._line.name}"
        if signal <= WEAK_DBM and not self._weak:
            self._weak = True
            text = f"line {self._line.name}: the signal is weak, {signal} dBm; move the antenna"
            self._alarms.raise_alarm(key, text)
        elif signal >= GOOD_DBM and self._weak:
            self._weak = False
            self._alarms.clear_alarm(key)


def _signal(dbm: int | None) -> str:
    return "signal unknown" if dbm is None else f"signal {dbm} dBm"


def _why(status: ModemStatus, state: State) -> str:
    absent = ABSENT.get(state)
    if absent is not None:
        return absent
    if status.sim is not Sim.READY:
        return str(status.sim.value)
    return f"{status.registration.value}, {_signal(status.signal)}"
