"""The tables of alerts and of what people must know of them, as their first version created them.

Every table and column says what it is; the text stays in the file, where `.schema` of any SQLite tool
shows it. All times are integer UTC milliseconds, JSON is text, truth is 0 or 1.
"""

ALERT_TABLES = """
CREATE TABLE alert (
    -- One accepted event and everything that is done about it.
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- the alert's number, never used again
    event_key INTEGER NOT NULL,  -- 64 bits of a hash of source and event: an index of eight octets a row
    source TEXT NOT NULL,  -- the event's source; with its id it names the event
    event TEXT NOT NULL,  -- the event's id
    digest TEXT NOT NULL,  -- digest of what makes two events the same: type, unit, profession, priority, case
    kind TEXT,  -- kind of event; NULL for a technical alarm
    unit TEXT NOT NULL,  -- the unit's id, or as the event named it if it is unknown
    role TEXT,  -- role that was asked for: doctor or nurse; NULL for a technical alarm
    priority INTEGER NOT NULL,  -- 1 (most urgent) to 5
    case_ref TEXT,  -- the case's opaque reference
    accepted_at INTEGER NOT NULL,  -- when it was accepted
    expires_at INTEGER NOT NULL,  -- when it expires unless somebody answers
    next_at INTEGER,  -- the earliest moment at which something is to be done; NULL once it is closed
    closed TEXT,  -- the word that it closed with; NULL while it is open
    closed_at INTEGER,  -- when it closed
    state TEXT NOT NULL  -- the whole alert as JSON; its id inside may be 0, the column holds
);

-- Event ids come at random: with the ids themselves in it, nearly every event dirtied a page of its own.
CREATE INDEX alert_event ON alert (event_key);

-- Holds all that a restart reads of an open alert, so that no row is fetched for it.
CREATE INDEX alert_open ON alert (priority, next_at, closed) WHERE closed IS NULL;

-- For the events that say that a case is taken or closed.
CREATE INDEX alert_open_case ON alert (source, unit, case_ref) WHERE closed IS NULL AND case_ref IS NOT NULL;

CREATE TABLE step (
    -- One line of an alert's timeline.
    id INTEGER PRIMARY KEY,  -- order of writing
    alert INTEGER NOT NULL REFERENCES alert (id),  -- whose timeline
    seq INTEGER,  -- number of the outcome, without holes from 1; NULL if the line is none
    at INTEGER NOT NULL,  -- when it happened
    scope TEXT NOT NULL,  -- what it is about: page or alert
    status TEXT,  -- the outcome's word; NULL if the line is no outcome
    page INTEGER,  -- the page's place in the alert
    receiver TEXT,  -- the receiver's name
    carrier TEXT,  -- the carrier's name
    reason TEXT,  -- why, in words
    text TEXT NOT NULL,  -- what happened, for people
    final INTEGER NOT NULL,  -- 1 on the line that closes the alert
    late INTEGER NOT NULL,  -- 1 if it came after the alert had closed
    proof TEXT  -- the strongest thing known, on the line that closes the alert
);

CREATE INDEX step_alert ON step (alert);

-- The next number is its last one plus 1: whoever deletes old outcomes keeps the newest.
CREATE UNIQUE INDEX step_seq ON step (seq) WHERE seq IS NOT NULL;

CREATE TABLE attempt (
    -- One transmission of a page, written before its first byte leaves.
    id INTEGER PRIMARY KEY,  -- the gateway's own number for it: carriers know the attempt by it
    alert INTEGER NOT NULL REFERENCES alert (id),  -- whose page
    page INTEGER NOT NULL,  -- the page's place in the alert
    carrier TEXT NOT NULL,  -- over which carrier
    number TEXT NOT NULL,  -- to which number
    text TEXT NOT NULL,  -- what was sent
    begun_at INTEGER NOT NULL,  -- when it began
    ref TEXT  -- the carrier's own identity for it, once it was taken
);

CREATE INDEX attempt_alert ON attempt (alert);

-- How news that only names a number finds its page.
CREATE INDEX attempt_number ON attempt (carrier, number, begun_at);

CREATE TABLE refusal (
    -- One event that became no alert. Never holds a refused value.
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of writing
    at INTEGER NOT NULL,  -- when it was refused
    status TEXT NOT NULL,  -- rejected or ignored
    way TEXT NOT NULL,  -- the configured source that it came by
    source TEXT,  -- the event's source, if that could be read
    event TEXT,  -- the event's id, if that could be read
    kind TEXT,  -- kind of event, if that could be read
    unit TEXT,  -- the unit, if that could be read
    priority INTEGER,  -- the priority, if that could be read
    errors TEXT NOT NULL  -- JSON: a list of [path, message]
);

CREATE TABLE alarm (
    -- One technical alarm, from its raising to its clearing.
    id INTEGER PRIMARY KEY,  -- order of raising
    key TEXT NOT NULL,  -- what is wrong; the same key again while it stands only counts up
    text TEXT NOT NULL,  -- what is wrong, for people
    raised_at INTEGER NOT NULL,  -- when it was raised
    cleared_at INTEGER,  -- when it was mended; NULL while it stands
    count INTEGER NOT NULL  -- how often it was raised while it stood
);

CREATE INDEX alarm_key ON alarm (key);

CREATE UNIQUE INDEX alarm_standing ON alarm (key) WHERE cleared_at IS NULL;

CREATE TABLE api_key (
    -- One key to the HTTP interface. The key itself is stored nowhere.
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of making
    name TEXT NOT NULL,  -- who it was made for
    scope TEXT NOT NULL,  -- what it opens: events, read or admin
    hash TEXT NOT NULL UNIQUE,  -- SHA-256 of the key, in hexadecimal
    created_at INTEGER NOT NULL,  -- when it was made
    revoked_at INTEGER  -- when it was revoked; NULL while it is good
);

CREATE UNIQUE INDEX api_key_good ON api_key (name) WHERE revoked_at IS NULL;

CREATE TABLE meta (
    -- Single facts about the store.
    key TEXT PRIMARY KEY,  -- what it is
    value TEXT NOT NULL  -- its value
);
"""

# The comment stands inside the definition, for SQLite keeps no more of this statement than that.
REPLY_COLUMN = """
ALTER TABLE attempt ADD COLUMN reply -- reference in the text that an answer by SMS may name; NULL: none
INTEGER;
"""

REFUSAL_INDEX = """
-- The rejected events alone: the board asks for the last of them, behind any number of ignored ones.
CREATE INDEX refusal_rejected ON refusal (id) WHERE status = 'rejected';
"""
