"""The ladder of an alert: its receivers in order, each with every route that the configuration has for him.

Pure. A receiver's routes are his number over each carrier that serves its kind, in the order of the
configuration, then his backup number likewise. A receiver whom no carrier serves keeps his rung without a
route, so that the timeline shows that he was passed by.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.model import NumberKind, Origin, Route, Rung
from gateway.ports import Capabilities
from gateway.roster.values import Receiver, Words


@dataclass(frozen=True, slots=True)
class Way:
    """A carrier as the ladder sees it."""

    carrier: str
    capabilities: Capabilities


def rung(receiver: Receiver, origin: Origin, reason: Words, ways: Sequence[Way]) -> Rung:
    """One receiver of a ladder."""
    return Rung(receiver.id, receiver.name, origin, reason.sv, reason.en, tuple(_routes(receiver, ways)))


def _routes(receiver: Receiver, ways: Sequence[Way]) -> Iterable[Route]:
    numbers: list[tuple[NumberKind | None, str | None]] = [
        (receiver.number_kind, receiver.number),
        (receiver.backup_kind, receiver.backup),
    ]
    for kind, number in numbers:
        for way in ways:
            if number is not None and way.capabilities.serves is kind:
                yield Route(way.carrier, number, way.capabilities.can_answer, way.capabilities.best_proof)
