"""Copies a shift to other dates: what would come to stand where, and the edits that do it. Pure.

Rules: a shift keeps its wall time on every date, over a change of the clocks too, for only names and dates
are copied. Staffing is copied as people see it: everybody who is staffed or assigned. With the assignments,
both roles are copied, an empty one as well.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812

from gateway.model import Role
from gateway.roster.editing_values import EMPTY, SlotEdit, version_of
from gateway.roster.slots import Held, SlotKey


@dataclass(frozen=True, slots=True)
class Target:
    """One slot of a copy: what stands there, and what would."""

    edit: SlotEdit
    stands: tuple[str, ...]
    version: str  # of what stands

    @property
    def does(self) -> str:
        """add, replace, or same."""
        if self.stands == self.edit.receivers:
            return "same"
        return "replace" if self.stands else "add"


def source_keys(unit: str, shift: str, day: Date) -> tuple[SlotKey, ...]:
    """Every slot of a shift: its staffing and both roles."""
    return tuple(SlotKey(unit, shift, day, role) for role in (None, *Role))


def staffed(standing: Mapping[SlotKey, Held | None], unit: str, shift: str, day: Date) -> tuple[str, ...]:
    """Everybody who works a shift: the staffing's order first, then who is assigned without it."""
    names: dict[str, None] = {}
    for key in source_keys(unit, shift, day):
        held = standing.get(key)
        names.update(dict.fromkeys(() if held is None else held.receivers))
    return tuple(names)


def targets(
    standing: Mapping[SlotKey, Held | None],
    source: tuple[str, str, Date],
    dates: Sequence[Date],
    seen: Mapping[SlotKey, str],
    *,
    assignments: bool,
) -> Iterator[Target]:
    """What copying the source (unit, shift, date) does at each date.

    `standing` holds every slot of source and dates. `seen` are the versions that the author of the copy was
    shown; a slot that is not among them is taken for empty.
    """
    unit, shift, day = source
    people = staffed(standing, unit, shift, day)
    for other in dict.fromkeys(dates):
        if other == day:
            continue
        for key in source_keys(unit, shift, other):
            if key.role is not None and not assignments:
                continue
            wanted = people
            if key.role is not None:
                held = standing.get(key._replace(date=day))
                wanted = () if held is None else held.receivers
            stands = standing.get(key)
            edit = SlotEdit(key, wanted, seen.get(key, EMPTY))
            yield Target(edit, () if stands is None else stands.receivers, version_of(stands))
