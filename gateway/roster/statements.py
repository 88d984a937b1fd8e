"""The roster's SQL, in the subset that SQLite and PostgreSQL share.

Rules: a row of `assignment` or `staffing` is seen by a generation g if since <= g < until.
"""

META = "SELECT revision, generation, filling, zone, tz_version FROM roster_meta WHERE id = 1"
UNIT = "SELECT id, area, name, fallback, one_way, longest_ms FROM unit WHERE id = ?"
UNIT_OF_ALIAS = "SELECT unit FROM unit_alias WHERE alias = ?"
ALIASES = "SELECT alias FROM unit_alias WHERE unit = ? ORDER BY position"
AREA = "SELECT id, name, fallback FROM area WHERE id = ?"
RECEIVER = """
SELECT id, name, kind, number, number_kind, backup, backup_kind, any_number, former FROM receiver WHERE id = ?
"""
UNITS_OF_RECEIVER = "SELECT unit FROM receiver_unit WHERE receiver = ? ORDER BY position"

ON_DUTY = """
SELECT shift, date, from_time, to_time, start_ms, end_ms, receiver, made_by, made_at FROM assignment
WHERE unit = ? AND role = ? AND start_ms > ? AND start_ms <= ? AND end_ms > ? AND since <= ? AND until > ?
ORDER BY start_ms DESC, shift, date, position
"""
NEXT_START = """
SELECT start_ms FROM assignment
WHERE unit = ? AND role = ? AND start_ms > ? AND since <= ? AND until > ? ORDER BY start_ms LIMIT 1
"""
