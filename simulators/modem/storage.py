"""The memories of a simulated modem: numbered places, each for one message with its state."""

from dataclasses import dataclass

UNREAD, READ, UNSENT, SENT = range(4)
"""<stat> of +CMGL and +CMGR in PDU mode (27.005 clause 3.1)."""


@dataclass(slots=True)
class Stored:
    """One message, with its service centre's address."""

    stat: int
    octets: bytes


class Memory:
    """One of SM, ME and SR."""

    def __init__(self, places: int) -> None:
        self.places = places
        self._stored: dict[int, Stored] = {}

    def __len__(self) -> int:
        return len(self._stored)

    def put(self, octets: bytes, stat: int = UNREAD) -> int | None:
        """The place that a message got, None if there is no room. Places count from 1."""
        free = next((place for place in range(1, self.places + 1) if place not in self._stored), None)
        if free is not None:
            self._stored[free] = Stored(stat, octets)
        return free

    def get(self, place: int) -> Stored | None:
        """What lies there."""
        return self._stored.get(place)

    def drop(self, place: int) -> bool:
        """Whether something lay there."""
        return self._stored.pop(place, None) is not None

    def items(self) -> list[tuple[int, Stored]]:
        """Everything, by place."""
        return sorted(self._stored.items())
