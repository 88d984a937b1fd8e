"""The record's SQL. A filter is put together from the parts below, never from what a user wrote."""

COLUMNS = "seq, at, who, action, unit, subject, change_id, before, after, why, prev, hash"

HEAD = "SELECT seq, hash FROM audit_head WHERE id = 1"
SET_HEAD = "UPDATE audit_head SET seq = ?, hash = ? WHERE id = 1"
ADD = f"INSERT INTO audit ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608

AFTER = f"SELECT {COLUMNS} FROM audit WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608
OF_CHANGE = f"SELECT {COLUMNS} FROM audit WHERE change_id = ? ORDER BY seq"  # noqa: S608
LAST_OF_SUBJECT = f"SELECT {COLUMNS} FROM audit WHERE subject = ? ORDER BY seq DESC LIMIT 1"  # noqa: S608
HASH_OF = "SELECT hash FROM audit WHERE seq = ?"
FIRST_KEPT = "SELECT seq FROM audit WHERE at >= ? ORDER BY seq LIMIT 1"
FIRST = "SELECT coalesce(min(seq), 0) FROM audit"
REMOVE_UPTO = "DELETE FROM audit WHERE seq <= ?"

CONDITIONS = {
    "unit": "unit = ?",
    "who": "who = ?",
    "action": "action = ?",
    "subject": "subject = ?",
    "since": "at >= ?",
    "until": "at < ?",
    "change": "change_id = ?",
}


def listing(names: tuple[str, ...], *, newest_first: bool) -> str:
    """The statement that lists rows by these conditions, beyond a row and up to a number of rows."""
    beyond, order = ("seq < ?", "DESC") if newest_first else ("seq > ?", "ASC")
    where = " AND ".join([beyond, *(CONDITIONS[name] for name in names)])
    return f"SELECT {COLUMNS} FROM audit WHERE {where} ORDER BY seq {order} LIMIT ?"  # noqa: S608
