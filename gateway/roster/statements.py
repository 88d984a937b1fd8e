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
SHIFT = "SELECT unit, name, from_time, to_time, weekdays FROM shift WHERE unit = ? AND name = ?"
SHIFTS_OF_UNIT = """
SELECT unit, name, from_time, to_time, weekdays FROM shift WHERE unit = ? ORDER BY from_time, name
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
FIND_RECEIVERS = """
SELECT id, name, kind, number, number_kind, backup, backup_kind, any_number, former FROM receiver
WHERE former = 0 AND (id LIKE ? ESCAPE '!' OR name LIKE ? ESCAPE '!' OR number LIKE ? ESCAPE '!')
ORDER BY name, id LIMIT ? OFFSET ?
"""
COUNT_RECEIVERS = """
SELECT count(*) FROM receiver
WHERE former = 0 AND (id LIKE ? ESCAPE '!' OR name LIKE ? ESCAPE '!' OR number LIKE ? ESCAPE '!')
"""
LONGEST_ANYWHERE = "SELECT coalesce(max(longest_ms), 0) FROM unit"

AREAS = "SELECT id, name, fallback FROM area ORDER BY id"
UNITS = "SELECT id, area, name, fallback, one_way FROM unit ORDER BY id"
ALL_ALIASES = "SELECT unit, alias FROM unit_alias ORDER BY unit, position"
RECEIVERS = """
SELECT id, name, kind, number, number_kind, backup, backup_kind, any_number, former FROM receiver
WHERE former = 0 ORDER BY id
"""
USED_KINDS = """
SELECT number_kind FROM receiver WHERE former = 0
UNION SELECT backup_kind FROM receiver WHERE former = 0 AND backup_kind IS NOT NULL
"""
UNITS_OF_RECEIVERS = "SELECT receiver, unit FROM receiver_unit ORDER BY receiver, position"
SHIFTS = "SELECT unit, name, from_time, to_time, weekdays FROM shift ORDER BY unit, from_time, name"
ADMINISTRATORS = "SELECT username, name, phone, email, units FROM administrator ORDER BY username"
STILL_NAMED = """
SELECT DISTINCT receiver FROM assignment WHERE end_ms <= ? AND since <= ? AND until > ?
UNION SELECT DISTINCT receiver FROM staffing WHERE end_ms <= ? AND since <= ? AND until > ?
"""

PUT_AREA = """
INSERT INTO area (id, name, fallback) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, fallback = excluded.fallback
"""
PUT_UNIT = """
INSERT INTO unit (id, area, name, fallback, one_way, longest_ms) VALUES (?, ?, ?, ?, ?, 0)
ON CONFLICT (id) DO UPDATE SET area = excluded.area, name = excluded.name, fallback = excluded.fallback,
one_way = excluded.one_way
"""
PUT_ALIAS = "INSERT INTO unit_alias (unit, position, alias) VALUES (?, ?, ?)"
PUT_RECEIVER = """
INSERT INTO receiver (id, name, kind, number, number_kind, backup, backup_kind, any_number, former)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, number = excluded.number,
number_kind = excluded.number_kind, backup = excluded.backup, backup_kind = excluded.backup_kind,
any_number = excluded.any_number, former = 0
"""
PUT_UNIT_OF_RECEIVER = "INSERT INTO receiver_unit (receiver, position, unit) VALUES (?, ?, ?)"
PUT_SHIFT = """
INSERT INTO shift (unit, name, from_time, to_time, weekdays) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (unit, name) DO UPDATE SET from_time = excluded.from_time, to_time = excluded.to_time,
weekdays = excluded.weekdays
"""
PUT_ADMINISTRATOR = """
INSERT INTO administrator (username, name, phone, email, units) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (username) DO UPDATE SET name = excluded.name, phone = excluded.phone, email = excluded.email,
units = excluded.units
"""
DROP_AREA = "DELETE FROM area WHERE id = ?"
DROP_UNIT = "DELETE FROM unit WHERE id = ?"
DROP_ALIASES = "DELETE FROM unit_alias WHERE unit = ?"
DROP_RECEIVER = "DELETE FROM receiver WHERE id = ?"
RETIRE_RECEIVER = "UPDATE receiver SET former = 1 WHERE id = ?"
DROP_UNITS_OF_RECEIVER = "DELETE FROM receiver_unit WHERE receiver = ?"
DROP_SHIFT = "DELETE FROM shift WHERE unit = ? AND name = ?"
DROP_ADMINISTRATOR = "DELETE FROM administrator WHERE username = ?"

SET_FILLING = "UPDATE roster_meta SET filling = ? WHERE id = 1"
SET_LIVE = "UPDATE roster_meta SET revision = revision + 1, generation = ? WHERE id = 1"
TOUCH = "UPDATE roster_meta SET revision = revision + 1 WHERE id = 1"
SET_ZONE = "UPDATE roster_meta SET revision = revision + 1, zone = ?, tz_version = ? WHERE id = 1"
LONGEST = "SELECT max(end_ms - start_ms) FROM assignment WHERE unit = ?"
LENGTHEN = "UPDATE unit SET longest_ms = ? WHERE id = ? AND longest_ms < ?"
MEASURE = """
UPDATE unit SET longest_ms = coalesce(
    (SELECT max(assignment.end_ms - assignment.start_ms) FROM assignment WHERE assignment.unit = unit.id), 0)
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
