"""Takes octets one field after the other, for descriptions that go by what they have just read.

Rule: nothing raises; a field that is cut gives what is there, zeros or nothing, and is told once.
"""


class Octets:
    """A reading position, and the faults so far."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._position = 0
        self.faults: list[str] = []

    @property
    def left(self) -> int:
        """Octets not taken."""
        return len(self._octets) - self._position

    def octet(self, name: str) -> int:
        """One octet; 0 if there is none."""
        taken = self.take(1, name)
        return taken[0] if taken else 0

    def take(self, count: int, name: str) -> bytes:
        """`count` octets, fewer if there are not so many."""
        taken = self._octets[self._position : self._position + count]
        self._position += len(taken)
        if len(taken) < count and not any("the PDU ends" in fault for fault in self.faults):
            self.faults.append(f"the PDU ends in {name}: {count} octet(s) wanted, {len(taken)} there")
        return taken
