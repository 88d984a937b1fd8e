"""The values in a modem's lines. Nothing raises: what cannot be read is None or unknown."""

import re
from collections.abc import Iterable

from protocols.sms.modem.commands import Place
from protocols.sms.modem.events import Registration, Sim

RESTART_NEWS = frozenset({"RDY", "^SYSSTART", "+CFUN: 1", "START"})
"""What modems of several makers say once they have started."""

STATE_NEWS = ("+CREG:", "+CEREG:", "+CPIN:", "+CFUN:", "^SIMST:")
"""What modems of several makers say when SIM or network changed."""

DIRECT_NEWS = ("+CMT:", "+CDS:")
"""What announces a message that the modem did not store."""

_SIM = {
    "READY": Sim.READY,
    "SIM PIN": Sim.PIN_WANTED,
    "SIM PUK": Sim.PUK_WANTED,
    "NOT INSERTED": Sim.MISSING,
    "NOT READY": Sim.BUSY,
}
_REGISTRATION = {
    0: Registration.OFF,
    1: Registration.HOME,
    2: Registration.SEARCHING,
    3: Registration.DENIED,
    5: Registration.ROAMING,
    6: Registration.HOME,  # short messages only
    7: Registration.ROAMING,  # short messages only
    8: Registration.EMERGENCY,
}
_ORDER = list(Registration)

NUMBER_MAX = 24
"""Characters of a number that a modem tells: 20 digits and a "+"."""

_PLACE = re.compile(r'\+C(?:MTI|DSI): *"(\w{2})" *, *(\d{1,5})')
_LISTED = re.compile(r"\+CMGL: *(\d{1,5}) *, *(\d)\b.*")
_NUMBER = re.compile(r"[0-9]{1,10}")
_STATE = re.compile(r"[0-9]{1,2}")


def fields(text: str) -> list[str]:
    """What stands between the commas after the name, without quotes and blanks."""
    return [field.strip().strip('"') for field in text.partition(":")[2].split(",")]


def number(field: str) -> int | None:
    """A whole number, if it is one."""
    return int(field) if _NUMBER.fullmatch(field) else None


def sim(text: str) -> Sim:
    """+CPIN: what the SIM waits for (27.007 clause 8.3)."""
    return _SIM.get(text.partition(":")[2].strip().strip('"').upper(), Sim.FAILED)


def registration(text: str) -> Registration:
    """+CREG or +CEREG, as an answer (<n>,<stat>,…) or as news (<stat>,"<area>",…) (27.007 clause 7.2)."""
    told = text.partition(":")[2].split(",")
    # The area code of news is quoted, or at least four digits long.
    answer = len(told) > 1 and _STATE.fullmatch(told[1].strip()) is not None
    state = number(told[1 if answer else 0].strip())
    return Registration.UNKNOWN if state is None else _REGISTRATION.get(state, Registration.UNKNOWN)


def better(registers: Iterable[Registration]) -> Registration:
    """What counts of several registers: the members stand from the worst to the best."""
    return max(registers, key=_ORDER.index, default=Registration.UNKNOWN)


def signal(text: str) -> int | None:
    """+CSQ in dBm (27.007 clause 8.5); 100 to 191 is what modems of later generations use."""
    strength = number(fields(text)[0])
    if strength is None:
        return None
    if 0 <= strength <= 31:
        return -113 + 2 * strength
    return -116 + strength - 100 if 100 <= strength <= 191 else None


def announced(text: str) -> int | None:
    """The length of the TPDU that follows +CMT, +CDS, +CMGR or +CMGL, in octets."""
    return number(re.split("[:,]", text)[-1].strip())


def place(text: str) -> Place | None:
    """+CMTI or +CDSI: where the modem has put something."""
    found = _PLACE.match(text)
    return None if found is None else Place(found[1], int(found[2]))


def listed(text: str) -> tuple[int, bool] | None:
    """+CMGL: the index, and whether it was received (rather than written here)."""
    found = _LISTED.match(text)
    return None if found is None else (int(found[1]), found[2] in "01")


def memories(text: str) -> str:
    """+CPMS?: the memory that messages are received into, the third; else the first."""
    named = [field for field in fields(text) if re.fullmatch(r"[A-Z]{2}", field)]
    return (named[2:3] or named[:1] or [""])[0]
