"""Commands by hand: what a person types while the paging system runs, one a line.

    20117 off            a handset's state: in_range out_of_range off in_charger busy silent memory_full
    20117 accept         press OK on the message in front; `decline` presses Reject
    nak_2 3              refuse the next three blocks; every fault of the line has its name and value
    transmitter off      and `transmitter on`
    show                 what the handsets show

Rule: what cannot be meant is told with what is allowed, and changes nothing.
"""

from collections.abc import Callable
from dataclasses import fields

from simulators.dect.faults import Faults
from simulators.dect.handset import HandsetState
from simulators.dect.paging import Event, PagingSystem

PRESSES = ("accept", "decline")
SWITCHES = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


class Hand:
    """Carries out what is typed; `tell` hears of it like of everything that happens."""

    def __init__(self, system: PagingSystem, tell: Callable[[Event], None]) -> None:
        self._system = system
        self._tell = tell

    def type(self, line: str) -> None:
        """One line."""
        words = line.split()
        if not words:
            return
        try:
            self._do(words[0], words[1] if len(words) > 1 else "")
        except (ValueError, LookupError) as error:
            self._tell({"event": "not_understood", "line": line.strip(), "why": str(error)})

    def _do(self, what: str, value: str) -> None:
        if what == "show":
            for extension, handset in self._system.handsets.items():
                texts = [shown.text for shown in handset.screen]
                self._tell(
                    {"event": "screen", "extension": extension, "state": handset.state.value, "texts": texts}
                )
        elif what == "transmitter":
            self._system.transmitter_failed = not _switch(value)
        elif what in self._system.handsets:
            self._handset(what, value)
        else:
            self._fault(what, value)

    def _handset(self, extension: str, value: str) -> None:
        handset = self._system.handset(extension)
        if value in PRESSES:
            (handset.accept if value == "accept" else handset.decline)()
        elif value in set(HandsetState):
            handset.state = HandsetState(value)
        else:
            raise ValueError(f"{value!r}; allowed: {', '.join((*PRESSES, *HandsetState))}")

    def _fault(self, name: str, value: str) -> None:
        known = {one.name: one.type for one in fields(Faults)}
        if name not in known:
            allowed = ["show", "transmitter", *self._system.handsets, *known]
            raise ValueError(f"{name!r}; allowed: {', '.join(allowed)}")
        read = _READ[type(getattr(self._system.faults, name))]
        setattr(self._system.faults, name, read(value))
        self._tell({"event": "fault", "name": name, "value": value})


def _switch(value: str) -> bool:
    if value not in SWITCHES:
        raise ValueError(f"{value!r}; allowed: on, off")
    return SWITCHES[value]


def _count(value: str) -> int:
    if not value.isdigit() or len(value) > 6:
        raise ValueError(f"{value!r}; allowed: a number")
    return int(value)


def _seconds(value: str) -> float:
    seconds = float(value)
    if not 0 <= seconds <= 3600:
        raise ValueError(f"{value!r}; allowed: 0 to 3600 seconds")
    return seconds


_READ: dict[type, Callable[[str], object]] = {
    bool: _switch,
    int: _count,
    float: _seconds,
    str: str,
    bytes: bytes.fromhex,
}
