"""What is wrong with a roster, told to the person who wrote it.

Rules: every fault at once; each says where (`receiver[2].number`, counted from 0), what is wrong and what is
allowed.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong: where, and what is allowed there."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class RosterFaults(Exception):  # noqa: N818 (a collection of faults)
    """The roster cannot be taken; nothing of it was. `faults` holds every reason in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))
