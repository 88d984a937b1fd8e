"""Figures with their noise.

Rules: a measure is the median of its rounds and is shown with the smallest and the largest; what is compared
comes out of the same run, round by round where both are measured in each. An absolute figure stands only
beside the ratio that it went into.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

ROUNDS = 5
"""At least: single figures on shared cores were seen to move by 3.5 times."""


@dataclass(frozen=True, slots=True)
class Figure:
    """The rounds of one measure, in one unit."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The figure itself."""
        return median(self.values)

    def __str__(self) -> str:
        low, high = min(self.values), max(self.values)
        return f"{short(self.median)} ({short(low)}–{short(high)})"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report; `must` and `aim` are the goals, `at_most` says on which side of them to be."""

    name: str
    what: str
    ratio: Figure
    must: float
    aim: float
    at_most: bool
    detail: str

    def __str__(self) -> str:
        sign = "≤" if self.at_most else "≥"
        goals = f"must {sign} {short(self.must)}, aim {sign} {short(self.aim)}"
        return f"{self.name:4} {self.ratio}  {self.what}  [{goals}: {self._verdict()}]\n     {self.detail}"

    def _verdict(self) -> str:
        value = self.ratio.median
        if value <= self.aim if self.at_most else value >= self.aim:
            return "aim reached"
        return "must reached" if (value <= self.must if self.at_most else value >= self.must) else "SHORT"


def figure(values: Sequence[float]) -> Figure:
    """The measure of these rounds."""
    return Figure(tuple(values))


def ratios(above: Sequence[float], below: Sequence[float]) -> Figure:
    """Round by round: what changed for both at once, as a neighbour on the same cores, falls out."""
    return Figure(tuple(over / under for over, under in zip(above, below, strict=True)))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of all are not above."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def short(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
