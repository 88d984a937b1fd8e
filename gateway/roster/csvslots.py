"""The lines of a CSV roster that are slots, read quickly: a million of them hold few different cells.

Rules: what a cell may hold is what its model says (`items`), asked once for each text. A line that is unusual
in any way (a cell too many, one that is empty, one that is not allowed) is not read here: the model itself
then says what is wrong with it.
"""

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gateway.roster import items
from gateway.roster.values import Assignment, Staffing

_CELLS: dict[str, TypeAdapter[Any]] = {
    "unit": TypeAdapter(items.Id),
    "shift": TypeAdapter(items.Name),
    "date": TypeAdapter(items.Date),
    "role": TypeAdapter(items.RoleWord),
    "receivers": TypeAdapter(items.Ids),
}

_FILLED = {"assignment": 6, "staffing": 5}
"""Cells of a line of each table that are not empty: all of its keys and `table`."""


class _Judged(dict[str, Any]):
    """What the cells of one column mean, by their text; None: not allowed."""

    def __init__(self, name: str, read: Callable[[str, str], Any]) -> None:
        super().__init__()
        self._name = name
        self._read = read

    def __missing__(self, cell: str) -> Any:
        try:
            value = _CELLS[self._name].validate_python(self._read(self._name, cell))
        except ValidationError:
            value = None
        self[cell] = value
        return value


class Slots:
    """Reads lines with these columns; `read` turns a cell into what the model takes."""

    def __init__(self, columns: Sequence[str], read: Callable[[str, str], Any]) -> None:
        self._width = len(columns)
        self._table = columns.index("table")
        self._places = {name: columns.index(name) for name in _CELLS if name in columns}
        self._judged = {name: _Judged(name, read) for name in _CELLS}
        missing = len(self._places) < len(_CELLS)
        self._last = self._width if missing else max(self._table, *self._places.values())

    def value(self, cells: list[str]) -> Staffing | Assignment | None:
        """The slot that a line is; None: let the model judge it."""
        if not self._last < len(cells) <= self._width:
            return None
        filled = _FILLED.get(cells[self._table])
        if filled is None or len(cells) - cells.count("") != filled:
            return None
        places, judged = self._places, self._judged
        unit = judged["unit"][cells[places["unit"]]]
        shift = judged["shift"][cells[places["shift"]]]
        date = judged["date"][cells[places["date"]]]
        receivers = judged["receivers"][cells[places["receivers"]]]
        if unit is None or shift is None or date is None or not receivers:
            return None
        if filled == _FILLED["staffing"]:
            return Staffing(unit, shift, date, receivers)
        role = judged["role"][cells[places["role"]]]
        return None if role is None else Assignment(unit, shift, date, role, receivers)
