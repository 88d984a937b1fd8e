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
RECEIVER_OF_NUMBER = """
SELECT id FROM receiver WHERE number = ? AND number_kind = 'extension' AND former = 0 ORDER BY id LIMIT 1
"""
UNITS_OF_RECEIVER = "SELECT unit FROM receiver_unit WHERE receiver = ? ORDER BY position"

ON_DUTY = """
SELECT start_ms, shift, date, position, end_ms, from_time, to_time, receiver, made_by, made_at FROM assignment
WHERE unit = ? AND role = ? AND start_ms > ? AND end_ms > ? AND since <= ? AND until > ? ORDER BY start_ms
"""
"""Read in the order of the index, and no further than the first row that begins later."""

RUNNING = """
SELECT DISTINCT shift, date FROM assignment
WHERE unit = ? AND role = ? AND start_ms <= ? AND end_ms > ? AND since <= ? AND until > ?
"""
SHIFT = """
SELECT unit, name, from_time, to_time, weekdays, valid_from, valid_to FROM shift WHERE unit = ? AND name = ?
"""
SHIFTS_OF_UNIT = """
SELECT unit, name, from_time, to_time, weekdays, valid_from, valid_to FROM shift
WHERE unit = ? ORDER BY from_time, name
"""

ASSIGNED_FROM = """
SELECT shift, date, role, receiver, from_time, to_time, start_ms, end_ms, made_by, made_at FROM assignment
WHERE unit = ? AND role = ? AND start_ms >= ? AND start_ms < ? AND since <= ? AND until > ?
ORDER BY start_ms, shift, date, position
"""
STAFFED_FROM = """
SELECT shift, date, NULL, receiver, from_time, to_time, start_ms, end_ms, made_by, made_at FROM staffing
WHERE unit = ? AND shift = ? AND date >= ? AND date <= ? AND since <= ? AND until > ?
ORDER BY date, position
"""
ON_ANYWHERE = """
SELECT unit, shift, date, role, start_ms, end_ms, from_time, to_time FROM assignment
WHERE receiver = ? AND start_ms >= ? AND start_ms < ? AND since <= ? AND until > ? ORDER BY start_ms, unit
"""
UNITS_AND_NAMES = "SELECT id, area, name FROM unit ORDER BY name, id"
UNITS_BY_AREA = "SELECT area, count(*) FROM unit GROUP BY area"
RECEIVERS_OF_UNIT = """
SELECT receiver.id, receiver.name, receiver.kind, receiver.number, receiver.number_kind, receiver.backup,
       receiver.backup_kind, receiver.any_number, receiver.former
FROM receiver_unit JOIN receiver ON receiver.id = receiver_unit.receiver
WHERE receiver_unit.unit = ? AND receiver.former = 0 ORDER BY receiver.name, receiver.id
"""
PROOF = "SELECT number, result, at FROM number_proof WHERE number = ?"
SAME_NUMBER = """
SELECT id FROM receiver WHERE (number = ? OR backup = ?) AND id <> ? AND former = 0 ORDER BY id
"""
UNITS_OF_AREA = "SELECT id, area, name FROM unit WHERE area = ? ORDER BY name, id LIMIT ?"
LONGEST_ANYWHERE = "SELECT coalesce(max(longest_ms), 0) FROM unit"

AREAS = "SELECT id, name, fallback FROM area ORDER BY id"
UNITS = "SELECT id, area, name, fallback, one_way FROM unit ORDER BY id"
ALL_ALIASES = "SELECT unit, alias FROM unit_alias ORDER BY unit, position"
RECEIVERS = """
SELECT id, name, kind, number, number_kind, backup, backup_kind, any_number, former FROM receiver
WHERE former = 0 ORDER BY id
"""
USES_KIND = """
SELECT EXISTS (SELECT 1 FROM receiver WHERE number_kind = ?1 AND former = 0)
OR EXISTS (SELECT 1 FROM receiver WHERE backup_kind = ?1 AND backup_kind IS NOT NULL AND former = 0)
"""
UNITS_OF_RECEIVERS = "SELECT receiver, unit FROM receiver_unit ORDER BY receiver, position"
SHIFTS = """
SELECT unit, name, from_time, to_time, weekdays, valid_from, valid_to FROM shift
ORDER BY unit, from_time, name
"""
COLUMNS = {
    "area": "id, name, fallback",
    "unit": "id, area, name, fallback, one_way",
    "receiver": "id, name, kind, number, number_kind, backup, backup_kind, any_number, former",
    "shift": "unit, name, from_time, to_time, weekdays, valid_from, valid_to",
    "administrator": "username, name, phone, email, units",
}
"""Of the tables of the register, in the order in which their values are made of them."""

BY_KEY = {
    "area": f"SELECT {COLUMNS['area']} FROM area WHERE id = ?",  # noqa: S608 (constants of ours)
    "unit": f"SELECT {COLUMNS['unit']} FROM unit WHERE id = ?",  # noqa: S608
    "receiver": f"SELECT {COLUMNS['receiver']} FROM receiver WHERE id = ? AND former = 0",  # noqa: S608
    "shift": f"SELECT {COLUMNS['shift']} FROM shift WHERE unit = ? AND name = ?",  # noqa: S608
    "administrator": f"SELECT {COLUMNS['administrator']} FROM administrator WHERE username = ?",  # noqa: S608
}
ADMINISTRATORS = "SELECT username, name, phone, email, units FROM administrator ORDER BY username"
STILL_NAMED = """
SELECT DISTINCT receiver FROM assignment WHERE end_ms <= ? AND since <= ? AND until > ?
UNION SELECT DISTINCT receiver FROM staffing WHERE end_ms <= ? AND since <= ? AND until > ?
"""

SET_FILLING = "UPDATE roster_meta SET filling = ? WHERE id = 1"
SET_LIVE = "UPDATE roster_meta SET revision = revision + 1, generation = ? WHERE id = 1"
TOUCH = "UPDATE roster_meta SET revision = revision + 1 WHERE id = 1"
SET_ZONE = "UPDATE roster_meta SET revision = revision + 1, zone = ?, tz_version = ? WHERE id = 1"
LONGEST = "SELECT max(end_ms - start_ms) FROM assignment WHERE unit = ?"
LENGTHEN = "UPDATE unit_version SET longest_ms = ? WHERE id = ? AND longest_ms < ?"
MEASURE = """
UPDATE unit_version SET longest_ms = coalesce(
    (SELECT max(end_ms - start_ms) FROM assignment WHERE assignment.unit = unit_version.id), 0)
"""

MAKE_SPAN = """
CREATE TEMPORARY TABLE span (
    date TEXT, from_time TEXT, to_time TEXT, start_ms INTEGER, end_ms INTEGER,
    PRIMARY KEY (date, from_time, to_time)
)
"""
EMPTY_SPAN = "DELETE FROM span"
ADD_SPAN = "INSERT INTO span (date, from_time, to_time, start_ms, end_ms) VALUES (?, ?, ?, ?, ?)"
DROP_SPAN = "DROP TABLE span"
