"""In which other units the people of one unit stand at the same time. Reads; raises sqlite3.Error.

Rules: only who holds a role stands somewhere: being staffed pages nobody. Whoever holds a role's phone
(`ReceiverKind.ROLE`) may answer for several units; that is what it is for, and the caller's to leave out.
"""

import sqlite3
from collections.abc import Collection, Sequence

from gateway.roster import statements
from gateway.roster.index import read_meta


class Elsewhere:
    """What `names` hold outside of `unit` between two instants (UTC ms)."""

    def __init__(
        self, connection: sqlite3.Connection, unit: str, names: Collection[str], since: int, until: int
    ) -> None:
        self._connection = connection
        self._units: dict[str, str | None] = {}
        (longest,) = connection.execute(statements.LONGEST_ANYWHERE).fetchone()
        generation = read_meta(connection).generation
        self._others: dict[str, list[tuple[int, int, str]]] = {}
        for name in names:
            parameters = (name, since - longest, until, generation, generation)
            rows = connection.execute(statements.ON_ANYWHERE, parameters).fetchall()
            self._others[name] = [(row[4], row[5], row[0]) for row in rows if row[0] != unit]

    def units(self, name: str, start: int, end: int) -> Sequence[str]:
        """The names of those units, for one person and a half-open span."""
        held = [unit for begins, ends, unit in self._others.get(name, ()) if begins < end and ends > start]
        named = (self._name(unit) for unit in dict.fromkeys(held))
        return [name for name in named if name is not None]

    def _name(self, unit: str) -> str | None:
        if unit not in self._units:
            row = self._connection.execute(statements.UNIT, (unit,)).fetchone()
            self._units[unit] = None if row is None else row[2]
        return self._units[unit]
