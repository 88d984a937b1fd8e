"""Every statement that the store runs, in the SQL that SQLite and PostgreSQL share.

Rules: parameters are positional; nothing is read that the caller does not use. What belongs to one engine
(pragmas, the tables' definitions) is in `connection` and in the migrations. The roster's statements are the
roster's.
"""

# -- transactions: one savepoint a member of a batch -------------------------------------------------------

SAVEPOINT = "SAVEPOINT member"
RELEASE = "RELEASE SAVEPOINT member"
ROLLBACK_TO = "ROLLBACK TO SAVEPOINT member"
COMMIT = "COMMIT"
ROLLBACK = "ROLLBACK"

# -- alerts ------------------------------------------------------------------------------------------------

SAME_EVENT = """
SELECT id, digest FROM alert WHERE event_key = ? AND source = ? AND event = ? ORDER BY id
"""

# The new number is the driver's `lastrowid`: RETURNING, as PostgreSQL wants it, costs SQLite a quarter more.
ADD_ALERT = """
INSERT INTO alert (event_key, source, event, digest, kind, unit, role, priority, case_ref,
                   accepted_at, expires_at, next_at, closed, closed_at, state)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

# An open alert is written without naming `closed`, so that the indexes of open cases are left alone; and one
# that is closed is never opened again.
SAVE_OPEN = "UPDATE alert SET state = ?, next_at = ? WHERE id = ? AND closed IS NULL"
SAVE_CLOSED = "UPDATE alert SET state = ?, next_at = NULL, closed = ?, closed_at = ? WHERE id = ?"

ALERT = "SELECT id, state FROM alert WHERE id = ?"
OPEN_IDS = "SELECT id, priority, next_at FROM alert WHERE closed IS NULL ORDER BY priority, next_at"
OPEN_OF_CASE = """
SELECT id FROM alert WHERE source = ? AND unit = ? AND case_ref = ? AND closed IS NULL ORDER BY id
"""
RECENT = "SELECT id, state FROM alert ORDER BY id DESC LIMIT ?"
# `id + 0` keeps the planner from walking back over every closed alert to find the open ones in order; sorted
# are their numbers alone, not their states.
RECENT_OPEN = """
SELECT id, state FROM alert
WHERE id IN (SELECT id FROM alert WHERE closed IS NULL ORDER BY id + 0 DESC LIMIT ?) ORDER BY id DESC
"""

# -- timeline and outcomes ---------------------------------------------------------------------------------

# Read inside the transaction that writes the next one, it is right after an undone savepoint too.
LAST_SEQ = "SELECT coalesce(max(seq), 0) FROM step WHERE seq IS NOT NULL"

ADD_STEP = """
INSERT INTO step (alert, seq, at, scope, status, page, receiver, carrier, reason, text, final, late, proof)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

TIMELINE = """
SELECT at, scope, text, status, page, receiver, carrier, reason, final, late, proof
FROM step WHERE alert = ? ORDER BY id
"""

OUTCOMES = """
SELECT step.seq, step.scope, step.alert, alert.source, alert.event, step.status, step.receiver, step.carrier,
       step.at, step.final, step.late, step.proof, step.reason
FROM step JOIN alert ON alert.id = step.alert
WHERE step.seq > ? ORDER BY step.seq LIMIT ?
"""

# -- attempts ----------------------------------------------------------------------------------------------

# Numbered by the dispatcher; a step that is written again after a doubtful commit finds its attempt there.
ADD_ATTEMPT = """
INSERT INTO attempt (id, alert, page, carrier, number, text, begun_at, ref, reply)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO NOTHING
"""
LAST_ATTEMPT = "SELECT coalesce(max(id), 0) FROM attempt"
SET_REF = "UPDATE attempt SET ref = ? WHERE id = ?"
ATTEMPTS_TO = """
SELECT id, alert, page, carrier, number, text, begun_at, ref, reply
FROM attempt WHERE carrier = ? AND number = ? AND begun_at >= ? ORDER BY begun_at, id
"""
ATTEMPTS_OF = """
SELECT id, alert, page, carrier, number, text, begun_at, ref, reply FROM attempt WHERE alert = ? ORDER BY id
"""
LAST_REPLY = """
SELECT begun_at, reply FROM attempt WHERE carrier = ? AND number = ? AND reply IS NOT NULL
ORDER BY begun_at DESC LIMIT 1
"""

# -- refusals ----------------------------------------------------------------------------------------------

ADD_REFUSAL = """
INSERT INTO refusal (at, status, way, source, event, kind, unit, priority, errors)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
REFUSALS = """
SELECT at, status, way, source, event, kind, unit, priority, errors FROM refusal ORDER BY id DESC LIMIT ?
"""
REJECTED = """
SELECT at, status, way, source, event, kind, unit, priority, errors FROM refusal WHERE status = 'rejected'
ORDER BY id DESC LIMIT ?
"""

# -- calls of other systems ------------------------------------------------------------------------------

SAME_CALL = """
SELECT alert, session FROM incoming_call WHERE line = ? AND address = ? AND at > ? AND block = ?
AND EXISTS (SELECT 1 FROM alert WHERE alert.id = incoming_call.alert AND alert.closed IS NULL)
ORDER BY at DESC LIMIT 1
"""
ADD_CALL = """
INSERT INTO incoming_call (alert, line, address, session, running, at, text, block)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
CALLS_TO = """
SELECT alert, block, running FROM incoming_call
WHERE line = ? AND address = ? AND at >= ? AND block IS NOT NULL ORDER BY at DESC, alert DESC
"""
CALLS_RUNNING = """
SELECT alert, block, running FROM incoming_call
WHERE line = ? AND running = ? AND at >= ? AND block IS NOT NULL ORDER BY at DESC, alert DESC
"""
OPEN_CALLS = """
SELECT incoming_call.alert FROM alert JOIN incoming_call ON incoming_call.alert = alert.id
WHERE alert.closed IS NULL AND incoming_call.line = ? ORDER BY incoming_call.alert
"""
TOLD_CALLS = "SELECT alert, told FROM incoming_call WHERE line = ? AND at >= ? ORDER BY alert"
CALL_TEXT = "SELECT text FROM incoming_call WHERE alert = ?"
CALL_BLOCK = "SELECT block FROM incoming_call WHERE alert = ?"
CALL_TOLD = "UPDATE incoming_call SET told = ? WHERE alert = ?"
CALL_DUE = "SELECT 1 FROM incoming_call WHERE at < ? AND block IS NOT NULL LIMIT 1"
FORGET_ATTEMPTS = """
UPDATE attempt SET text = '' WHERE alert IN
(SELECT alert FROM incoming_call WHERE at < ? AND block IS NOT NULL)
"""
FORGET_CALLS = "UPDATE incoming_call SET text = NULL, block = NULL WHERE at < ? AND block IS NOT NULL"

# -- technical alarms --------------------------------------------------------------------------------------

RAISE_ALARM = """
INSERT INTO alarm (key, text, raised_at, count) VALUES (?, ?, ?, 1)
ON CONFLICT (key) WHERE cleared_at IS NULL DO UPDATE SET count = alarm.count + 1
RETURNING count
"""
CLEAR_ALARM = "UPDATE alarm SET cleared_at = ? WHERE key = ? AND cleared_at IS NULL"
KNOWN_ALARM = "SELECT 1 FROM alarm WHERE key = ? LIMIT 1"
STANDING_ALARMS = """
SELECT id, key, text, raised_at, cleared_at, count FROM alarm WHERE cleared_at IS NULL ORDER BY id
"""
ALARMS = "SELECT id, key, text, raised_at, cleared_at, count FROM alarm ORDER BY id DESC LIMIT ?"

# -- keys of the HTTP interface ----------------------------------------------------------------------------

ADD_KEY = "INSERT INTO api_key (name, scope, hash, created_at) VALUES (?, ?, ?, ?)"
GOOD_KEY = "SELECT name, scope, created_at, revoked_at FROM api_key WHERE hash = ? AND revoked_at IS NULL"
REVOKE_KEY = "UPDATE api_key SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL"
KEYS = "SELECT name, scope, created_at, revoked_at FROM api_key ORDER BY id"

# -- single facts ------------------------------------------------------------------------------------------

META = "SELECT value FROM meta WHERE key = ?"
PUT_META = """
INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""
