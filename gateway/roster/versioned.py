"""Tables that are written in versions, and their statements.

Rules: a row is seen by a generation g if since <= g < until. An import writes its rows and hides others under
the next generation, in short steps and unseen, and one change of `roster_meta.generation` makes all of it
seen. What an import replaces is named by its owner (a slot, a unit with its aliases): rows of one owner are
hidden and added together. SQL is made here from names of ours, never from data.
"""

from collections.abc import Sequence

FOREVER = 2**63 - 1
"""Later than any instant, and than any generation: what has no end."""


class Versioned:
    """One such table: `owner` columns name what is replaced together, `columns` are all but the versions."""

    def __init__(self, name: str, owner: Sequence[str], columns: Sequence[str]) -> None:
        listed = ", ".join(columns)
        one = " AND ".join(f"{column} = ?" for column in owner)
        some = "rowid > ? AND rowid <= ?"
        # ruff: noqa: S608 (the names are the literals below)
        self.name = name
        self.owner = tuple(owner)
        self.columns = tuple(columns)
        self.add = (
            f"INSERT INTO {name} ({listed}, since, until) VALUES ({', '.join('?' * (len(columns) + 2))})"
        )
        self.hide = f"UPDATE {name} SET until = ? WHERE {one} AND since <= ? AND until > ?"
        self.purge = f"DELETE FROM {name} WHERE {one} AND until <= ?"
        # Of clearing up.
        self.last = f"SELECT coalesce(max(rowid), 0) FROM {name}"
        self.sweep_some = f"DELETE FROM {name} WHERE {some} AND (since > ? OR until <= ?)"
        self.unhide_some = (
            f"UPDATE {name} SET until = {FOREVER} WHERE {some} AND until > ? AND until < {FOREVER}"
        )


AREA = Versioned("area_version", ["id"], ["id", "name", "fallback"])
UNIT = Versioned("unit_version", ["id"], ["id", "area", "name", "fallback", "one_way", "longest_ms"])
ALIAS = Versioned("unit_alias_version", ["unit"], ["unit", "position", "alias"])
RECEIVER = Versioned(
    "receiver_version",
    ["id"],
    ["id", "name", "kind", "number", "number_kind", "backup", "backup_kind", "any_number", "former"],
)
RECEIVER_UNIT = Versioned("receiver_unit_version", ["receiver"], ["receiver", "position", "unit"])
SHIFT = Versioned(
    "shift_version",
    ["unit", "name"],
    ["unit", "name", "from_time", "to_time", "weekdays", "valid_from", "valid_to"],
)
ADMINISTRATOR = Versioned(
    "administrator_version", ["username"], ["username", "name", "phone", "email", "units"]
)
FRAME_TABLES = (AREA, UNIT, ALIAS, RECEIVER, RECEIVER_UNIT, SHIFT, ADMINISTRATOR)
"""What views without `_version` show of the generation that is seen."""
