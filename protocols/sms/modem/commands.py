"""The commands that are sent to a modem, what their answers begin with, and how long an answer may take.

Sources: 3GPP TS 27.005 (messages), 27.007 (SIM, network), V.250 (AT, echo). Text mode, and with it +CSCS, is
never used. Times are seconds: a modem answers most commands at once, but a SIM or a full memory takes its
time.
"""

from dataclasses import dataclass
from enum import Enum

QUICK = 5.0
SLOW = 30.0
"""For what touches the SIM or its memory: 25 s are seen at a deletion."""

PROMPT_WITHIN = 10.0

ESCAPE, CTRL_Z = b"\x1b", b"\x1a"


class Kind(Enum):
    """What a command is about, so what its answer means."""

    PLAIN = "plain"  # nothing to read in the answer
    SIM = "SIM"
    PIN = "PIN"
    REGISTRATION = "registration"
    SIGNAL = "signal"
    CENTRE = "centre"
    SERVICE = "service"
    REPORTS = "reports"
    MEMORIES = "memories"
    SELECT = "select"
    COUNT = "count"  # selects too
    LIST = "list"
    CLEAR = "clear"
    READ = "read"
    DELETE = "delete"
    SUBMIT = "submit"


@dataclass(frozen=True, slots=True)
class Place:
    """A message that the modem has stored."""

    memory: str  # SM, ME, SR …; "" is whatever is selected
    index: int


@dataclass(frozen=True, slots=True)
class Command:
    """One line. `awaits` is what its information lines begin with; without `needed` an error passes."""

    kind: Kind
    text: str
    awaits: str = ""
    within: float = QUICK
    needed: bool = False
    urgent: bool = False  # goes before messages
    place: Place | None = None


PING = Command(Kind.PLAIN, "AT")
"""Asked first at every look: a modem that hangs is noticed within QUICK."""
SIM = Command(Kind.SIM, "AT+CPIN?", "+CPIN:", 20.0, needed=True)
CENTRE = Command(Kind.CENTRE, "AT+CSCA?", "+CSCA:", SLOW)
PDU_MODE = Command(Kind.PLAIN, "AT+CMGF=0", needed=True)
REPORTS_DIRECT = Command(Kind.REPORTS, "AT+CNMI=2,1,0,1,0")
"""Messages are stored and announced; status reports come as they are, by +CDS."""
REPORTS_STORED = Command(Kind.REPORTS, "AT+CNMI=2,1,0,2,0")
"""For modems that can only store status reports and announce them by +CDSI."""

STATE = (
    Command(Kind.REGISTRATION, "AT+CREG?", "+CREG:"),
    # A modem in a network of the fourth generation may stand in this register alone.
    Command(Kind.REGISTRATION, "AT+CEREG?", "+CEREG:"),
    Command(Kind.SIGNAL, "AT+CSQ", "+CSQ:"),
)

SET_UP = (
    Command(Kind.PLAIN, "ATE0"),
    Command(Kind.PLAIN, "AT+CMEE=1"),
    SIM,
    *STATE,
    CENTRE,
    PDU_MODE,
    # With phase 2+ what comes directly is confirmed by +CNMA, after our commit; else the network repeats it.
    Command(Kind.SERVICE, "AT+CSMS=1", "+CSMS:"),
    REPORTS_DIRECT,
    Command(Kind.MEMORIES, "AT+CPMS?", "+CPMS:", SLOW),
)


def pin(digits: str) -> Command:
    """Enter the PIN."""
    return Command(Kind.PIN, f'AT+CPIN="{digits}"', within=20.0)


def select(memory: str) -> Command:
    """Read from this memory from now on."""
    return Command(Kind.SELECT, f'AT+CPMS="{memory}"', "+CPMS:", SLOW, place=Place(memory, 0))


def count(memory: str) -> Command:
    """The same, to see from the answer how many messages lie there."""
    return Command(Kind.COUNT, f'AT+CPMS="{memory}"', "+CPMS:", SLOW, place=Place(memory, 0))


def list_all(memory: str, *, clear: bool = False) -> Command:
    """Every message there; with `clear` what is not for us is deleted."""
    kind = Kind.CLEAR if clear else Kind.LIST
    return Command(kind, "AT+CMGL=4", "+CMGL:", SLOW, place=Place(memory, 0))


def read(place: Place) -> Command:
    """One stored message."""
    return Command(Kind.READ, f"AT+CMGR={place.index}", "+CMGR:", SLOW, place=place)


def delete(place: Place) -> Command:
    """Delete one stored message."""
    return Command(Kind.DELETE, f"AT+CMGD={place.index}", within=SLOW, place=place)


def confirm(*, stored: bool) -> Command:
    """Confirm what came directly, or tell the network to try again."""
    return Command(Kind.PLAIN, "AT+CNMA" if stored else "AT+CNMA=2", urgent=True)


def submit(octets: int) -> Command:
    """Ask for the prompt; `octets` are those of the TPDU without the service centre's address."""
    return Command(Kind.SUBMIT, f"AT+CMGS={octets}", "+CMGS:", PROMPT_WITHIN)
